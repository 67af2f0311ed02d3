/*
 * What is given to `estorno connect`: "zapi", a line feed, then the JSON object of its keys.  A
 * credential that is taken must be one that every request can be made of.
 *
 * The command's own source is included, because its check is its own.
 */
#include "bot/cli/connect.c"

#include "tests/fuzz/fuzz.h"

static void
ask(bool (*writes)(const struct connection *, struct http_request *, struct why *),
    const struct connection *connection)
{
	struct http_request request;
	struct why why = { "" };
	http_request_init(&request);
	bool ok = writes(connection, &request, &why);
	fuzz_check_why(ok, &why);
	for (size_t i = 0; ok && i < request.headers.count; i++)
		ensure(strpbrk(request.headers.list[i].value, "\r\n") == NULL);
	ensure(!ok || strpbrk(buffer_text(&request.url), "\r\n ") == NULL);
	http_request_free(&request);
}

/* The first request of everything the provider does, as far as it needs no more than a credential. */
static void
use(const struct provider *provider, json_t *secrets, enum role role)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	ensure(connection != NULL);
	connection->role = role;
	connection->secrets = json_incref(secrets);
	ensure(text_copy(connection->name, sizeof(connection->name), provider->name));
	if (connection_set_url(connection, provider->base_url)) {
		size_t length = strlen(connection->base_url);
		ensure(length > 0 && connection->base_url[length - 1] != '/');
		if (provider->tool != NULL && provider->tool->token_ask != NULL)
			ask(provider->tool->token_ask, connection);
		if (provider->probe_ask != NULL)
			ask(provider->probe_ask, connection);
	}
	connection_free(connection);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct provider provider = { .name = "" };
	struct why why = { "" };
	char *name = fuzz_text(data, size);
	char *text = strchr(name, '\n');
	if (text != NULL)
		*text++ = '\0';
	bool found = find_provider(name, &provider, &why);
	fuzz_check_why(found, &why);
	if (found && text != NULL) {
		json_t *secrets = json_parse_object(text, strlen(text), CREDENTIAL_BYTES_MAX, NULL);
		if (secrets != NULL) {
			bool sound = check_keys(&provider, secrets, &why);
			fuzz_check_why(sound, &why);
			if (sound) {
				use(&provider, secrets, ROLE_READ);
				use(&provider, secrets, ROLE_WRITE);
			}
		}
		json_decref(secrets);
	}
	free(name);
	return 0;
}
