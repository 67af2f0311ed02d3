/*
 * A private key's text is read in place: the only copy of the seed made here is wiped
 * here.  No cause ever quotes what it failed to read.
 */
#include "proof/key_text.h"

#include <sodium.h>
#include <string.h>

#include "base/buffer.h"
#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "proof/ssh_wire.h"

#define PRIVATE_KEY_TITLE "estorno private key v1\n"

/* --- private keys ----------------------------------------------------------------------------- */

void
signing_key_print(const struct signing_key *key, char text[PRIVATE_KEY_TEXT_SIZE])
{
	uint8_t seed[KEY_BYTES];
	char seed_text[KEY_TEXT_SIZE];
	signing_key_seed(key, seed);
	base64_encode(seed_text, sizeof(seed_text), seed, sizeof(seed));
	ensure(text_format(text, PRIVATE_KEY_TEXT_SIZE, PRIVATE_KEY_TITLE "use %s\nseed %s\n",
	                   key_use_text(signing_key_use(key)), seed_text));
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(seed_text, sizeof(seed_text));
}

/* Moves past `words` when they come next. */
static bool
take(const char **at, const char *words)
{
	if (!text_starts_with(*at, words))
		return false;
	*at += strlen(words);
	return true;
}

static bool
take_use(const char **at, enum key_use *use)
{
#define X(name, text)                  \
	if (take(at, text "\n")) {     \
		*use = KEY_USE_##name; \
		return true;           \
	}
	KEY_USES(X)
#undef X
	return false;
}

/* The last line, with or without its line feed, and nothing after it. */
static bool
take_seed(const char *at, uint8_t seed[KEY_BYTES])
{
	const size_t length = KEY_TEXT_SIZE - 1;
	if (!take(&at, "seed ") || strlen(at) < length)
		return false;
	return base64_decode_exactly(at, length, seed, KEY_BYTES) &&
	       (text_equal(at + length, "\n") || text_equal(at + length, ""));
}

struct signing_key *
signing_key_parse(const char *text, enum key_use use, struct why *why)
{
	const char *at = text;
	enum key_use found;
	uint8_t seed[KEY_BYTES];
	struct signing_key *key = NULL;
	if (!take(&at, PRIVATE_KEY_TITLE))
		why_set(why, "not a private key: the first line must be \"%.*s\"",
		        (int)strlen(PRIVATE_KEY_TITLE) - 1, PRIVATE_KEY_TITLE);
	else if (!take(&at, "use ") || !take_use(&at, &found))
		why_set(why, "private key, line 2: \"use receipts\", \"use log\" or \"use "
		             "mandates\" was expected");
	else if (found != use)
		why_set(why, "this key is for %s, one for %s is needed: keys are never shared",
		        key_use_text(found), key_use_text(use));
	else if (!take_seed(at, seed))
		why_set(why, "private key, line 3: \"seed\" and 32 bytes in base 64 were expected, "
		             "and nothing after them");
	else
		key = signing_key_new(use, seed);
	sodium_memzero(seed, sizeof(seed));
	return key;
}

/* --- public keys ------------------------------------------------------------------------------ */

static bool
has_control_characters(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

bool
verifying_key_print(const struct verifying_key *key, const char *comment,
                    char line[PUBLIC_KEY_LINE_SIZE])
{
	struct buffer blob;
	char text[BASE64_SIZE(SSH_KEY_BLOB_BYTES)];
	line[0] = '\0';
	if (has_control_characters(comment))
		return false;
	buffer_init(&blob, SSH_KEY_BLOB_BYTES);
	ssh_wire_add_key(&blob, key);
	ensure(blob.length == SSH_KEY_BLOB_BYTES);
	base64_encode(text, sizeof(text), (const uint8_t *)blob.bytes, blob.length);
	buffer_free(&blob);
	return text_format(line, PUBLIC_KEY_LINE_SIZE, SSH_KEY_TYPE " %s%s%s", text,
	                   comment[0] == '\0' ? "" : " ", comment);
}

json_t *
verifying_key_to_json(const struct verifying_key *key)
{
	char text[KEY_TEXT_SIZE];
	base64_encode(text, sizeof(text), key->bytes, KEY_BYTES);
	json_t *json = json_pack("{s:s,s:s,s:s}", "algorithm", "ed25519", "key_id", key->id,
	                         "public_key", text);
	ensure(json != NULL);
	return json;
}

static bool
parse_base64(const char *text, size_t length, struct verifying_key *key, struct why *why)
{
	uint8_t bytes[KEY_BYTES];
	if (!base64_decode_exactly(text, length, bytes, sizeof(bytes)))
		return why_set(why, "not a public key: an ssh-ed25519 line, a key's JSON or the 32 "
		                    "bytes in base 64 was expected");
	if (!verifying_key_set(key, bytes))
		return why_set(why, "32 bytes, but not an Ed25519 public key");
	return true;
}

static bool
parse_ssh_line(const char *line, struct verifying_key *key, struct why *why)
{
	uint8_t blob[SSH_KEY_BLOB_BYTES];
	const char *text = line + strlen(SSH_KEY_TYPE);
	const char *next_line = line + strcspn(line, "\r\n");
	if (next_line[strspn(next_line, " \t\r\n")] != '\0')
		return why_set(why, "more than one line: one ssh-ed25519 key was expected");
	text += strspn(text, " \t");
	if (!base64_decode_exactly(text, strcspn(text, " \t\r\n"), blob, sizeof(blob)))
		return why_set(why, "an ssh-ed25519 line whose key is cut or not base 64");
	struct ssh_wire wire = { .at = blob, .left = sizeof(blob) };
	if (!ssh_wire_key(&wire, key))
		return why_set(why, "an ssh-ed25519 line that holds no Ed25519 public key");
	return true;
}

static bool
parse_json(const char *text, size_t length, struct verifying_key *key, struct why *why)
{
	char algorithm[16], id[KEY_ID_SIZE], public[KEY_TEXT_SIZE];
	struct verifying_key found;
	json_auto_t *json = json_parse_object(text, length, PUBLIC_KEY_JSON_BYTES_MAX, why);
	if (json == NULL || !json_get_text(json, "algorithm", algorithm, sizeof(algorithm), why) ||
	    !json_get_text(json, "key_id", id, sizeof(id), why) ||
	    !json_get_text(json, "public_key", public, sizeof(public), why))
		return false;
	if (!text_equal(algorithm, "ed25519"))
		return why_set(why, "field algorithm: only ed25519 keys are known here");
	if (!parse_base64(public, strlen(public), &found, why))
		return why_prefix(why, "field public_key");
	if (!text_equal(found.id, id))
		return why_set(why, "field key_id does not belong to this public key");
	*key = found;
	return true;
}

bool
verifying_key_parse(const char *text, struct verifying_key *key, struct why *why)
{
	text += strspn(text, " \t\r\n");
	if (text[0] == '{')
		return parse_json(text, strlen(text), key, why);
	if (text_starts_with(text, SSH_KEY_TYPE " ") || text_starts_with(text, SSH_KEY_TYPE "\t"))
		return parse_ssh_line(text, key, why);
	if (strstr(text, "ssh-") != NULL)
		return why_set(why,
		               "only ssh-ed25519 keys are known here, no other kind of ssh key");
	size_t length = strcspn(text, " \t\r\n");
	if (text[length + strspn(text + length, " \t\r\n")] != '\0')
		return why_set(why, "more than one word: a public key was expected, nothing else");
	return parse_base64(text, length, key, why);
}

static bool
use_parse(const char *text, enum key_use *use)
{
#define X(name, word)                  \
	if (text_equal(text, word)) {  \
		*use = KEY_USE_##name; \
		return true;           \
	}
	KEY_USES(X)
#undef X
	return false;
}

static enum key_says
json_says_use(const char *text, enum key_use *use)
{
	json_auto_t *json = json_parse_object(text, strlen(text), PUBLIC_KEY_JSON_BYTES_MAX, NULL);
	const json_t *said = json_object_get(json, "use");
	if (said == NULL)
		return SAYS_NOTHING;
	const char *word = json_string_value(said);
	return word != NULL && use_parse(word, use) ? SAYS_USE : SAYS_NONSENSE;
}

enum key_says
verifying_key_says_use(const char *text, enum key_use *use)
{
	char comment[16];
	text += strspn(text, " \t\r\n");
	if (text[0] == '{')
		return json_says_use(text, use);
	if (!text_starts_with(text, SSH_KEY_TYPE))
		return SAYS_NOTHING;
	for (int word = 0; word < 2; word++) {
		text += strcspn(text, " \t\r\n");
		text += strspn(text, " \t");
	}
	return text_format(comment, sizeof(comment), "%.*s", (int)strcspn(text, "\r\n"), text) &&
	                       use_parse(comment, use)
	               ? SAYS_USE
	               : SAYS_NOTHING;
}
