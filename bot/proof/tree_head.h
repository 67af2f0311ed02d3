/*
 * The log's signed tree head (postcept.md section 8): "at this moment the log had this
 * many receipts, and this is their root".
 *
 *	{"tree_size","root_hash","timestamp","algorithm":"ed25519","signing_key_id","signature"}
 *
 * The signature is over the canonical JSON of {type:"postcept-sth", tree_size, root_hash,
 * timestamp}.  The same head for the world of witnesses is proof/checkpoint.h.
 */
#ifndef PROOF_TREE_HEAD_H
#define PROOF_TREE_HEAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"
#include "proof/authenticity.h"
#include "proof/digest.h"
#include "proof/keys.h"
#include "proof/timestamp.h"

struct tree_head {
	uint64_t size;
	struct digest root;
	char timestamp[TIMESTAMP_SIZE]; /* as signed: somebody else's may have fractions */
	char key_id[KEY_ID_SIZE];
	char signature[SIGNATURE_TEXT_SIZE];
};

/* Signs the head of a log of `size` receipts as of `at_ms`; the key must be for the log. */
void tree_head_sign(const struct signing_key *key, uint64_t size, const struct digest *root,
                    int64_t at_ms, struct tree_head *head);

enum authenticity tree_head_verify(const struct tree_head *head, const struct key_ring *ring,
                                   struct why *why);

/* The caller's. */
json_t *tree_head_to_json(const struct tree_head *head);
bool tree_head_from_json(const json_t *json, struct tree_head *head, struct why *why);

/* Fields that heads and proofs share.  A size is from 0 to MERKLE_SIZE_MAX. */
bool tree_head_get_size(const json_t *json, const char *field, uint64_t *size, struct why *why);
bool tree_head_get_digest(const json_t *json, const char *field, struct digest *digest,
                          struct why *why);

#endif
