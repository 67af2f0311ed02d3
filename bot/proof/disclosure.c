/*
 * The JSON inside a disclosure needs no canonical form: the hash is over the text that
 * was written, and that text is what is kept.
 */
#include "proof/disclosure.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"

bool
disclosure_write(const uint8_t salt[DISCLOSURE_SALT_BYTES], const char *name, const char *value,
                 struct buffer *disclosure, struct why *why)
{
	char salt_text[BASE64_SIZE(DISCLOSURE_SALT_BYTES)];
	ensure(strlen(name) < DISCLOSURE_NAME_SIZE);
	base64_url_encode(salt_text, sizeof(salt_text), salt, DISCLOSURE_SALT_BYTES);
	json_auto_t *json = json_pack("[s,s,s]", salt_text, name, value);
	if (json == NULL)
		return why_set(why, "disclosure of %s: its value is not UTF-8", name);
	char *text = json_text(json);
	size_t size = BASE64_SIZE(strlen(text));
	char *encoded = malloc(size);
	if (encoded != NULL) {
		base64_url_encode(encoded, size, (const uint8_t *)text, strlen(text));
		buffer_add_text(disclosure, encoded);
	}
	free(encoded);
	free(text);
	if (encoded == NULL || disclosure->failed)
		return why_set(why, "disclosure of %s: its value is too long", name);
	return true;
}

void
disclosure_commitment(const char *disclosure, char commitment[COMMITMENT_SIZE])
{
	struct digest digest = digest_of(disclosure, strlen(disclosure));
	base64_url_encode(commitment, COMMITMENT_SIZE, digest.bytes, DIGEST_BYTES);
}

bool
disclosure_matches(const char *disclosure, const char *commitment)
{
	char wanted[COMMITMENT_SIZE];
	disclosure_commitment(disclosure, wanted);
	return text_equal_secret(wanted, commitment);
}

/* The array of salt, name and value; NULL when it is not that. */
static json_t *
read_array(const char *disclosure)
{
	size_t length = strlen(disclosure), count = 0;
	json_t *json = NULL;
	uint8_t *bytes = length <= DISCLOSURE_BYTES_MAX ? malloc(length + 1) : NULL;
	if (bytes != NULL && base64_url_decode(disclosure, length, bytes, length, &count))
		json = json_parse((const char *)bytes, count, DISCLOSURE_BYTES_MAX, NULL);
	free(bytes);
	if (json_array_size(json) == 3 && json_is_string(json_array_get(json, 0)) &&
	    json_is_string(json_array_get(json, 1)) && json_is_string(json_array_get(json, 2)))
		return json;
	json_decref(json);
	return NULL;
}

bool
disclosure_read(const char *disclosure, char name[DISCLOSURE_NAME_SIZE], struct buffer *value,
                struct why *why)
{
	json_auto_t *json = read_array(disclosure);
	if (json == NULL)
		return why_set(why,
		               "not a disclosure: base64url of [salt, name, value] was expected");
	if (!text_copy(name, DISCLOSURE_NAME_SIZE, json_string_value(json_array_get(json, 1))))
		return why_set(why, "a disclosure whose name is too long");
	buffer_add_text(value, json_string_value(json_array_get(json, 2)));
	return !value->failed || why_set(why, "a disclosure whose value is too long");
}
