/*
 * Signing, checking and the JSON of tree heads.
 */
#include "proof/tree_head.h"

#include <string.h>

#include "base/buffer.h"
#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "proof/canonical.h"
#include "proof/merkle.h"

enum { BODY_BYTES_MAX = 512 }; /* a real one has about 165 */

/* The bytes that are signed, with the timestamp as given. */
static bool
write_body(const struct tree_head *head, const char *timestamp, struct buffer *body,
           struct why *why)
{
	char root[DIGEST_HEX_SIZE];
	digest_print(&head->root, root);
	json_auto_t *json =
		json_pack("{s:s,s:I,s:s,s:s}", "type", "postcept-sth", "tree_size",
	                  (json_int_t)head->size, "root_hash", root, "timestamp", timestamp);
	return json == NULL ? why_set(why, "field timestamp is not UTF-8")
	                    : canonical_write(json, body, why);
}

void
tree_head_sign(const struct signing_key *key, uint64_t size, const struct digest *root,
               int64_t at_ms, struct tree_head *head)
{
	struct buffer body;
	struct why why = { "" };
	ensure(signing_key_use(key) == KEY_USE_LOG && size <= MERKLE_SIZE_MAX);
	*head = (struct tree_head){ .size = size, .root = *root };
	instant_print_utc(head->timestamp, at_ms);
	ensure(text_copy(head->key_id, sizeof(head->key_id), signing_key_public(key)->id));
	buffer_init(&body, BODY_BYTES_MAX);
	ensure(write_body(head, head->timestamp, &body, &why));
	signing_key_sign_text(key, body.bytes, body.length, head->signature);
	buffer_free(&body);
}

static bool
signature_fits(const struct tree_head *head, const struct verifying_key *key, int spelling)
{
	char timestamp[TIMESTAMP_SIZE];
	struct buffer body;
	buffer_init(&body, BODY_BYTES_MAX);
	bool fits = timestamp_spell(head->timestamp, spelling, timestamp) &&
	            write_body(head, timestamp, &body, NULL) &&
	            verifying_key_verify_text(key, body.bytes, body.length, head->signature);
	buffer_free(&body);
	return fits;
}

enum authenticity
tree_head_verify(const struct tree_head *head, const struct key_ring *ring, struct why *why)
{
	const struct verifying_key *key = key_ring_find(ring, head->key_id);
	if (key == NULL) {
		why_set(why, "the tree head is signed by %s, a key that is not trusted here",
		        head->key_id);
		return AUTHENTICITY_CANNOT_TELL;
	}
	for (int spelling = 0; spelling < TIMESTAMP_SPELLINGS; spelling++)
		if (signature_fits(head, key, spelling))
			return AUTHENTICITY_GENUINE;
	why_set(why, "the tree head's signature by %s is not over this head", key->id);
	return AUTHENTICITY_NOT_GENUINE;
}

/* --- JSON ------------------------------------------------------------------------------------- */

json_t *
tree_head_to_json(const struct tree_head *head)
{
	char root[DIGEST_HEX_SIZE];
	digest_print(&head->root, root);
	json_t *json =
		json_pack("{s:I,s:s,s:s,s:s,s:s,s:s}", "tree_size", (json_int_t)head->size,
	                  "root_hash", root, "timestamp", head->timestamp, "algorithm", "ed25519",
	                  "signing_key_id", head->key_id, "signature", head->signature);
	ensure(json != NULL);
	return json;
}

bool
tree_head_get_size(const json_t *json, const char *field, uint64_t *size, struct why *why)
{
	int64_t value;
	if (!json_get_integer(json, field, &value, why))
		return false;
	if (value < 0 || (uint64_t)value > MERKLE_SIZE_MAX)
		return why_set(why, "field %s is not the size of a log", field);
	*size = (uint64_t)value;
	return true;
}

bool
tree_head_get_digest(const json_t *json, const char *field, struct digest *digest, struct why *why)
{
	char hex[DIGEST_HEX_SIZE];
	if (!json_get_text(json, field, hex, sizeof(hex), why))
		return false;
	if (!digest_parse(hex, digest))
		return why_set(why, "field %s is not a SHA-256 in lower-case hex", field);
	return true;
}

bool
tree_head_from_json(const json_t *json, struct tree_head *head, struct why *why)
{
	char algorithm[16];
	*head = (struct tree_head){ 0 };
	if (!json_maybe_text(json, "algorithm", algorithm, sizeof(algorithm)) ||
	    (algorithm[0] != '\0' && !text_equal(algorithm, "ed25519")))
		return why_set(why, "field algorithm: only ed25519 is known here");
	return tree_head_get_size(json, "tree_size", &head->size, why) &&
	       tree_head_get_digest(json, "root_hash", &head->root, why) &&
	       json_get_text(json, "timestamp", head->timestamp, sizeof(head->timestamp), why) &&
	       json_get_text(json, "signing_key_id", head->key_id, sizeof(head->key_id), why) &&
	       json_get_text(json, "signature", head->signature, sizeof(head->signature), why);
}
