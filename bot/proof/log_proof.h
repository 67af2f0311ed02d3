/*
 * Proofs from the log, as they are handed to whoever asks (postcept.md section 8):
 *
 *	inclusion     this receipt is in the log that this signed head describes
 *	consistency   the log of the head you hold is the beginning of the log of this head
 *
 * Checking one means checking everything it rests on: the receipt's own leaf, the path,
 * that the sizes in the proof and in the head agree, and the head's signature.
 */
#ifndef PROOF_LOG_PROOF_H
#define PROOF_LOG_PROOF_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"
#include "proof/authenticity.h"
#include "proof/merkle.h"
#include "proof/receipt.h"
#include "proof/tree_head.h"

struct inclusion_proof {
	char receipt_id[RECEIPT_ID_SIZE];
	uint64_t index; /* of the leaf, from 0 */
	struct digest leaf;
	uint64_t size;
	struct merkle_proof path;
	struct tree_head head;
};

struct consistency_proof {
	uint64_t first_size, second_size;
	struct digest first_root, second_root;
	struct merkle_proof path;
	struct tree_head head;
};

/* {"receipt_id","leaf_index","leaf_hash","tree_size","audit_path","sth"} */
json_t *inclusion_proof_to_json(const struct inclusion_proof *proof);
bool inclusion_proof_from_json(const json_t *json, struct inclusion_proof *proof, struct why *why);

/* That the receipt of that id with that signature (base 64) is in the log. */
enum authenticity inclusion_proof_verify(const struct inclusion_proof *proof,
                                         const char *receipt_id, const char *signature,
                                         const struct key_ring *ring, struct why *why);

/* {"first_size","second_size","first_root","second_root","proof","sth"} */
json_t *consistency_proof_to_json(const struct consistency_proof *proof);
bool consistency_proof_from_json(const json_t *json, struct consistency_proof *proof,
                                 struct why *why);

/* That the log only grew since the head of `held_size` and `held_root`, which the caller has kept. */
enum authenticity consistency_proof_verify(const struct consistency_proof *proof,
                                           uint64_t held_size, const struct digest *held_root,
                                           const struct key_ring *ring, struct why *why);

#endif
