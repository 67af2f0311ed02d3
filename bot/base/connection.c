/*
 * Roles and secrets of a connection.
 */
#include "base/connection.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

const char *
role_text(enum role role)
{
	switch (role) {
#define X(name, text)     \
	case ROLE_##name: \
		return text;
		ROLES(X)
#undef X
	}
	ensure(!"a role outside the enum");
	return "";
}

bool
role_parse(const char *text, enum role *role)
{
#define X(name, word)                 \
	if (text_equal(text, word)) { \
		*role = ROLE_##name;  \
		return true;          \
	}
	ROLES(X)
#undef X
	return false;
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	json_decref(connection->secrets);
	if (connection->access_token != NULL)
		explicit_bzero(connection->access_token, strlen(connection->access_token));
	free(connection->access_token);
	free(connection);
}

bool
connection_set_url(struct connection *connection, const char *own)
{
	const char *given = connection_secret(connection, "base_url");
	const char *url = given[0] != '\0' || own == NULL ? given : own;
	size_t length = strlen(url);
	while (length > 0 && url[length - 1] == '/')
		length--;
	return length > 0 && text_format(connection->base_url, sizeof(connection->base_url), "%.*s",
	                                 (int)length, url);
}

const char *
connection_secret(const struct connection *connection, const char *key)
{
	const char *value = json_string_value(json_object_get(connection->secrets, key));
	return value == NULL ? "" : value;
}

static void
star_out(char *text, const char *secret)
{
	size_t length = strlen(secret);
	if (length < SECRET_BYTES_MIN || text_starts_with(secret, "http"))
		return;
	for (char *at = strstr(text, secret); at != NULL; at = strstr(at, secret))
		memset(at, '*', length);
}

void
connection_mask(const struct connection *connection, char *text)
{
	const char *key;
	json_t *value;
	json_object_foreach (connection->secrets, key, value)
		star_out(text, json_is_string(value) ? json_string_value(value) : "");
	if (connection->access_token != NULL)
		star_out(text, connection->access_token);
}
