/*
 * The reference library compares neither the proof's size with the head's nor the first
 * root with one that was kept (postcept.md section 8); both are compared here.
 */
#include "proof/log_proof.h"

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *
digest_to_json(const struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE];
	digest_print(digest, hex);
	return json_string(hex);
}

static json_t *
path_to_json(const struct merkle_proof *path)
{
	json_t *list = json_array();
	for (size_t i = 0; i < path->count; i++)
		json_array_append_new(list, digest_to_json(&path->hashes[i]));
	return list;
}

static bool
path_from_json(const json_t *json, const char *field, struct merkle_proof *path, struct why *why)
{
	const json_t *list = json_object_get(json, field);
	if (!json_is_array(list) || json_array_size(list) > MERKLE_PROOF_MAX)
		return why_set(why, "field %s is not a list of at most %d hashes", field,
		               MERKLE_PROOF_MAX);
	path->count = json_array_size(list);
	for (size_t i = 0; i < path->count; i++) {
		const char *hex = json_string_value(json_array_get(list, i));
		if (hex == NULL || !digest_parse(hex, &path->hashes[i]))
			return why_set(why, "field %s holds something that is no hash", field);
	}
	return true;
}

static bool
head_from_json(const json_t *json, struct tree_head *head, struct why *why)
{
	return tree_head_from_json(json_object_get(json, "sth"), head, why) ||
	       why_prefix(why, "sth");
}

json_t *
inclusion_proof_to_json(const struct inclusion_proof *proof)
{
	json_t *json = json_pack("{s:s,s:I,s:o,s:I,s:o,s:o}", "receipt_id", proof->receipt_id,
	                         "leaf_index", (json_int_t)proof->index, "leaf_hash",
	                         digest_to_json(&proof->leaf), "tree_size", (json_int_t)proof->size,
	                         "audit_path", path_to_json(&proof->path), "sth",
	                         tree_head_to_json(&proof->head));
	ensure(json != NULL);
	return json;
}

bool
inclusion_proof_from_json(const json_t *json, struct inclusion_proof *proof, struct why *why)
{
	*proof = (struct inclusion_proof){ 0 };
	return json_get_text(json, "receipt_id", proof->receipt_id, sizeof(proof->receipt_id),
	                     why) &&
	       tree_head_get_size(json, "leaf_index", &proof->index, why) &&
	       tree_head_get_digest(json, "leaf_hash", &proof->leaf, why) &&
	       tree_head_get_size(json, "tree_size", &proof->size, why) &&
	       path_from_json(json, "audit_path", &proof->path, why) &&
	       head_from_json(json, &proof->head, why);
}

json_t *
consistency_proof_to_json(const struct consistency_proof *proof)
{
	json_t *json =
		json_pack("{s:I,s:I,s:o,s:o,s:o,s:o}", "first_size", (json_int_t)proof->first_size,
	                  "second_size", (json_int_t)proof->second_size, "first_root",
	                  digest_to_json(&proof->first_root), "second_root",
	                  digest_to_json(&proof->second_root), "proof", path_to_json(&proof->path),
	                  "sth", tree_head_to_json(&proof->head));
	ensure(json != NULL);
	return json;
}

bool
consistency_proof_from_json(const json_t *json, struct consistency_proof *proof, struct why *why)
{
	*proof = (struct consistency_proof){ 0 };
	return tree_head_get_size(json, "first_size", &proof->first_size, why) &&
	       tree_head_get_size(json, "second_size", &proof->second_size, why) &&
	       tree_head_get_digest(json, "first_root", &proof->first_root, why) &&
	       tree_head_get_digest(json, "second_root", &proof->second_root, why) &&
	       path_from_json(json, "proof", &proof->path, why) &&
	       head_from_json(json, &proof->head, why);
}

/* --- checking --------------------------------------------------------------------------------- */

static enum authenticity
not_genuine(struct why *why, const char *cause)
{
	why_set(why, "proof from the log: %s", cause);
	return AUTHENTICITY_NOT_GENUINE;
}

enum authenticity
inclusion_proof_verify(const struct inclusion_proof *proof, const char *receipt_id,
                       const char *signature, const struct key_ring *ring, struct why *why)
{
	struct digest leaf = merkle_receipt_leaf(receipt_id, signature);
	if (!text_equal(proof->receipt_id, receipt_id) || !digest_equal(&proof->leaf, &leaf))
		return not_genuine(why, "it is about another receipt");
	if (proof->size != proof->head.size)
		return not_genuine(why, "its size is not the tree head's");
	if (!merkle_verify_inclusion(&leaf, proof->index, proof->size, &proof->path,
	                             &proof->head.root))
		return not_genuine(why, "its path does not lead to the tree head's root");
	return tree_head_verify(&proof->head, ring, why);
}

enum authenticity
consistency_proof_verify(const struct consistency_proof *proof, uint64_t held_size,
                         const struct digest *held_root, const struct key_ring *ring,
                         struct why *why)
{
	if (proof->first_size != held_size || !digest_equal(&proof->first_root, held_root))
		return not_genuine(why, "it does not begin at the tree head that was kept");
	if (proof->second_size != proof->head.size ||
	    !digest_equal(&proof->second_root, &proof->head.root))
		return not_genuine(why, "it does not end at its own tree head");
	if (!merkle_verify_consistency(proof->first_size, &proof->first_root, proof->second_size,
	                               &proof->second_root, &proof->path))
		return not_genuine(why, "the log was rewritten, or the proof is not one");
	return tree_head_verify(&proof->head, ring, why);
}
