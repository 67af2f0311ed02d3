/*
 * The log's tree (RFC 6962, receipts.md section 2).
 *
 *	leaf    SHA-256(0x00 | entry)            an entry here: receipt id, LF, signature
 *	node    SHA-256(0x01 | left | right)
 *	empty   SHA-256("")
 *
 * A tree of n leaves splits at the largest power of two below n.  Every complete subtree
 * keeps its hash for ever, so those are the nodes to store, by level and index:
 *
 *	level 2              0
 *	                /         \
 *	level 1       0             1             (2: not complete yet, so not stored)
 *	            /   \         /   \            |
 *	level 0    0     1       2     3           4      five leaves
 *
 * With them appending, roots and proofs are a few reads at any size.  Where nodes are
 * kept is the caller's affair: they are read through `struct merkle_nodes`, and what
 * merkle_append() gives is to be stored before the tree counts as grown.
 */
#ifndef PROOF_MERKLE_H
#define PROOF_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "proof/digest.h"

/* Sizes are numbers in JSON, and JavaScript's end here. */
#define MERKLE_SIZE_MAX ((UINT64_C(1) << 53) - 1)

enum {
	MERKLE_LEVELS_MAX = 54, /* a tree of MERKLE_SIZE_MAX leaves */
	MERKLE_PROOF_MAX = 64   /* hashes: one a level, and one more in a consistency proof */
};

/* Reads one stored node.  False with `why` when it can't. */
struct merkle_nodes {
	bool (*read)(void *context, unsigned level, uint64_t index, struct digest *hash,
	             struct why *why);
	void *context;
};

struct merkle_node {
	unsigned level;
	uint64_t index;
	struct digest hash;
};

/* What one more leaf completes: itself, and every subtree it was the last leaf of. */
struct merkle_growth {
	size_t count;
	struct merkle_node nodes[MERKLE_LEVELS_MAX];
};

/* Hashes in the order of RFC 6962: the deepest sibling first. */
struct merkle_proof {
	size_t count;
	struct digest hashes[MERKLE_PROOF_MAX];
};

struct digest merkle_leaf(const void *entry, size_t length);
struct digest merkle_receipt_leaf(const char *receipt_id, const char *signature);

/* Adds `leaf` to a tree of `size` leaves. */
bool merkle_append(const struct merkle_nodes *nodes, uint64_t size, const struct digest *leaf,
                   struct merkle_growth *growth, struct why *why);

bool merkle_root(const struct merkle_nodes *nodes, uint64_t size, struct digest *root,
                 struct why *why);

/* That leaf `index` is in the tree of `size` leaves; index < size. */
bool merkle_inclusion(const struct merkle_nodes *nodes, uint64_t index, uint64_t size,
                      struct merkle_proof *proof, struct why *why);

/* That the tree of `second` leaves begins with the tree of `first`; first <= second. */
bool merkle_consistency(const struct merkle_nodes *nodes, uint64_t first, uint64_t second,
                        struct merkle_proof *proof, struct why *why);

/* Exactly as many hashes as the sizes ask for, and every one of them used. */
bool merkle_verify_inclusion(const struct digest *leaf, uint64_t index, uint64_t size,
                             const struct merkle_proof *proof, const struct digest *root);
bool merkle_verify_consistency(uint64_t first, const struct digest *first_root, uint64_t second,
                               const struct digest *second_root, const struct merkle_proof *proof);

#endif
