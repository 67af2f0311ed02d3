/*
 * A note is cut at its last empty line: text (with its final line feed) above, signatures
 * below.  The text is checked before it is read, so that only signed bytes are parsed
 * into a size and a root.
 */
#include "proof/checkpoint.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"
#include "proof/merkle.h"

#define LINE_BEGIN "\xe2\x80\x94 " /* an em dash and a space */

enum { TYPE_ED25519 = 0x01, SIGNED_LINE_BYTES = CHECKPOINT_KEY_ID_BYTES + SIGNATURE_BYTES };

/* --- names ------------------------------------------------------------------------------------ */

bool
checkpoint_origin_is_valid(const char *origin)
{
	size_t length = strlen(origin);
	if (length == 0 || length >= CHECKPOINT_ORIGIN_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		if (origin[i] <= ' ' || origin[i] > '~' || origin[i] == '+')
			return false;
	return true;
}

/* 0x01 and the public key: how notes write an Ed25519 key. */
static void
typed_key(const struct verifying_key *key, uint8_t bytes[1 + KEY_BYTES])
{
	bytes[0] = TYPE_ED25519;
	memcpy(bytes + 1, key->bytes, KEY_BYTES);
}

void
checkpoint_origin_of(const char *name, int64_t epoch, char origin[CHECKPOINT_ORIGIN_SIZE])
{
	char number[24] = "";
	if (epoch != 0)
		ensure(text_format(number, sizeof(number), "/%lld", (long long)epoch));
	ensure(text_format(origin, CHECKPOINT_ORIGIN_SIZE, "estorno/%s%s", name, number));
	for (char *at = origin; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || *at == '+')
			*at = '-';
	ensure(checkpoint_origin_is_valid(origin));
}

void
checkpoint_key_id(const char *origin, const struct verifying_key *key,
                  uint8_t id[CHECKPOINT_KEY_ID_BYTES])
{
	struct digest_state state;
	uint8_t typed[1 + KEY_BYTES];
	typed_key(key, typed);
	digest_begin(&state);
	digest_add(&state, origin, strlen(origin));
	digest_add(&state, "\n", 1);
	digest_add(&state, typed, sizeof(typed));
	struct digest digest = digest_end(&state);
	memcpy(id, digest.bytes, CHECKPOINT_KEY_ID_BYTES);
}

void
checkpoint_verifier(const char *origin, const struct verifying_key *key,
                    char text[CHECKPOINT_VERIFIER_SIZE])
{
	uint8_t id[CHECKPOINT_KEY_ID_BYTES], typed[1 + KEY_BYTES];
	char key_text[BASE64_SIZE(sizeof(typed))];
	ensure(checkpoint_origin_is_valid(origin));
	checkpoint_key_id(origin, key, id);
	typed_key(key, typed);
	base64_encode(key_text, sizeof(key_text), typed, sizeof(typed));
	ensure(text_format(text, CHECKPOINT_VERIFIER_SIZE, "%s+%02x%02x%02x%02x+%s", origin, id[0],
	                   id[1], id[2], id[3], key_text));
}

/* --- writing ---------------------------------------------------------------------------------- */

void
checkpoint_body(const struct checkpoint *checkpoint, struct buffer *body)
{
	char root[BASE64_SIZE(DIGEST_BYTES)];
	ensure(checkpoint_origin_is_valid(checkpoint->origin));
	ensure(checkpoint->size <= MERKLE_SIZE_MAX);
	base64_encode(root, sizeof(root), checkpoint->root.bytes, DIGEST_BYTES);
	buffer_add_format(body, "%s\n%" PRIu64 "\n%s\n", checkpoint->origin, checkpoint->size,
	                  root);
}

void
checkpoint_sign(const struct checkpoint *checkpoint, const struct signing_key *key,
                struct buffer *note)
{
	uint8_t line[SIGNED_LINE_BYTES];
	char text[BASE64_SIZE(SIGNED_LINE_BYTES)];
	size_t before = note->length;
	ensure(signing_key_use(key) == KEY_USE_LOG);
	checkpoint_body(checkpoint, note);
	ensure(!note->failed);
	checkpoint_key_id(checkpoint->origin, signing_key_public(key), line);
	signing_key_sign(key, note->bytes + before, note->length - before,
	                 line + CHECKPOINT_KEY_ID_BYTES);
	base64_encode(text, sizeof(text), line, sizeof(line));
	buffer_add_format(note, "\n" LINE_BEGIN "%s %s\n", checkpoint->origin, text);
	ensure(!note->failed);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The signatures, after the last empty line; NULL when there is none. */
static const char *
signatures_of(const char *note)
{
	const char *found = NULL;
	for (const char *at = strstr(note, "\n\n"); at != NULL; at = strstr(at + 1, "\n\n"))
		found = at + 2;
	return found;
}

/* One signature line, as pieces of the note. */
struct line {
	const char *name, *base64;
	size_t name_length, base64_length;
};

/* Takes a line apart.  What follows it, or NULL when it is no signature line. */
static const char *
read_line(const char *at, struct line *line)
{
	if (!text_starts_with(at, LINE_BEGIN))
		return NULL;
	line->name = at + strlen(LINE_BEGIN);
	line->name_length = strcspn(line->name, " \n");
	if (line->name_length == 0 || line->name[line->name_length] != ' ')
		return NULL;
	line->base64 = line->name + line->name_length + 1;
	line->base64_length = strcspn(line->base64, " \n");
	const char *end = line->base64 + line->base64_length;
	return line->base64_length > 0 && *end == '\n' ? end + 1 : NULL;
}

/* True when the line is by that name and key id. */
static bool
line_is_by(const struct line *line, const char *origin, const uint8_t id[CHECKPOINT_KEY_ID_BYTES],
           uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t bytes[SIGNED_LINE_BYTES];
	if (line->name_length != strlen(origin) ||
	    memcmp(line->name, origin, line->name_length) != 0 ||
	    !base64_decode_exactly(line->base64, line->base64_length, bytes, sizeof(bytes)) ||
	    memcmp(bytes, id, CHECKPOINT_KEY_ID_BYTES) != 0)
		return false;
	memcpy(signature, bytes + CHECKPOINT_KEY_ID_BYTES, SIGNATURE_BYTES);
	return true;
}

/* Looks for the log's signature.  False when a line is malformed; `found` says whether it was
 * there. */
static bool
find_signature(const char *at, const char *origin, const uint8_t id[CHECKPOINT_KEY_ID_BYTES],
               uint8_t signature[SIGNATURE_BYTES], bool *found)
{
	struct line line;
	*found = false;
	while (*at != '\0') {
		at = read_line(at, &line);
		if (at == NULL)
			return false;
		*found = *found || line_is_by(&line, origin, id, signature);
	}
	return true;
}

/* Decimal without leading zeros. */
static bool
read_size(const char *text, size_t length, uint64_t *size)
{
	if (length == 0 || length > 16 || (length > 1 && text[0] == '0'))
		return false;
	*size = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*size = *size * 10 + (uint64_t)(text[i] - '0');
	}
	return *size <= MERKLE_SIZE_MAX;
}

/* Reads the three lines; what follows them is an extension of the log's own. */
static bool
read_body(const char *body, struct checkpoint *checkpoint)
{
	size_t origin = strcspn(body, "\n");
	if (origin >= CHECKPOINT_ORIGIN_SIZE || body[origin] != '\n')
		return false;
	memcpy(checkpoint->origin, body, origin);
	checkpoint->origin[origin] = '\0';
	const char *size = body + origin + 1;
	size_t size_length = strcspn(size, "\n");
	if (size[size_length] != '\n' || !read_size(size, size_length, &checkpoint->size))
		return false;
	const char *root = size + size_length + 1;
	size_t root_length = strcspn(root, "\n");
	return root[root_length] == '\n' &&
	       base64_decode_exactly(root, root_length, checkpoint->root.bytes, DIGEST_BYTES);
}

static enum authenticity
not_genuine(struct why *why, const char *cause)
{
	why_set(why, "checkpoint: %s", cause);
	return AUTHENTICITY_NOT_GENUINE;
}

enum authenticity
checkpoint_verify(const char *note, const char *origin, const struct verifying_key *key,
                  struct checkpoint *checkpoint, struct why *why)
{
	uint8_t id[CHECKPOINT_KEY_ID_BYTES], signature[SIGNATURE_BYTES];
	bool found;
	const char *signatures = signatures_of(note);
	if (strlen(note) > CHECKPOINT_BYTES_MAX)
		return not_genuine(why, "longer than any checkpoint");
	if (signatures == NULL)
		return not_genuine(why, "not a signed note: there is no empty line");
	checkpoint_key_id(origin, key, id);
	if (!find_signature(signatures, origin, id, signature, &found))
		return not_genuine(why, "a line below the empty one is not a signature");
	if (!found) {
		why_set(why, "the checkpoint carries no signature by %s as %s", key->id, origin);
		return AUTHENTICITY_CANNOT_TELL;
	}
	if (!verifying_key_verify(key, note, (size_t)(signatures - 1 - note), signature))
		return not_genuine(why, "the log's signature is not over this text");
	if (!read_body(note, checkpoint))
		return not_genuine(why, "signed, but not origin, size and root");
	if (!text_equal(checkpoint->origin, origin))
		return not_genuine(why, "it is another log's");
	return AUTHENTICITY_GENUINE;
}
