/*
 * A subtree whose leaves start at `start` is complete when their number is a power of
 * two; its hash is then stored at level log2(count), index start / count.  `start` is
 * always a multiple of that, because trees split at powers of two.
 *
 * Proofs are found from the root downwards and written the other way round, as RFC 6962
 * wants them; checking walks upwards as in RFC 9162 sections 2.1.3.2 and 2.1.4.2.
 */
#include "proof/merkle.h"

#include <assert.h>
#include <string.h>

#include "base/ensure.h"

static_assert(MERKLE_SIZE_MAX >> (MERKLE_LEVELS_MAX - 1) == 0, "every level must fit a growth");
static_assert(MERKLE_LEVELS_MAX < MERKLE_PROOF_MAX, "every sibling must fit a proof");

struct digest
merkle_leaf(const void *entry, size_t length)
{
	struct digest_state state;
	digest_begin(&state);
	digest_add(&state, "\x00", 1);
	digest_add(&state, entry, length);
	return digest_end(&state);
}

struct digest
merkle_receipt_leaf(const char *receipt_id, const char *signature)
{
	struct digest_state state;
	digest_begin(&state);
	digest_add(&state, "\x00", 1);
	digest_add(&state, receipt_id, strlen(receipt_id));
	digest_add(&state, "\n", 1);
	digest_add(&state, signature, strlen(signature));
	return digest_end(&state);
}

static struct digest
parent_of(const struct digest *left, const struct digest *right)
{
	uint8_t bytes[1 + 2 * DIGEST_BYTES] = { 0x01 };
	memcpy(bytes + 1, left->bytes, DIGEST_BYTES);
	memcpy(bytes + 1 + DIGEST_BYTES, right->bytes, DIGEST_BYTES);
	return digest_of(bytes, sizeof(bytes));
}

static bool
is_power_of_two(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* The largest power of two below `n`, which is at least 2. */
static uint64_t
split_of(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* --- the stored tree -------------------------------------------------------------------------- */

static bool
node_read(const struct merkle_nodes *nodes, unsigned level, uint64_t index, struct digest *hash,
          struct why *why)
{
	return nodes->read(nodes->context, level, index, hash, why) ||
	       why_prefix(why, "node %u/%llu of the log", level, (unsigned long long)index);
}

bool
merkle_append(const struct merkle_nodes *nodes, uint64_t size, const struct digest *leaf,
              struct merkle_growth *growth, struct why *why)
{
	struct merkle_node node = { .level = 0, .index = size, .hash = *leaf };
	ensure(size < MERKLE_SIZE_MAX);
	growth->count = 0;
	growth->nodes[growth->count++] = node;
	while (node.index & 1) {
		struct digest left;
		if (!node_read(nodes, node.level, node.index - 1, &left, why))
			return false;
		node.hash = parent_of(&left, &node.hash);
		node.index >>= 1;
		node.level++;
		growth->nodes[growth->count++] = node;
	}
	return true;
}

/* The hash of the `count` leaves from `start`: complete subtrees, one for each bit of `count`,
 * joined from the smallest (rightmost) to the largest. */
static bool
subtree_hash(const struct merkle_nodes *nodes, uint64_t start, uint64_t count, struct digest *hash,
             struct why *why)
{
	bool begun = false;
	ensure(count > 0);
	for (unsigned level = 0; count >> level != 0; level++) {
		struct digest left;
		if ((count >> level & 1) == 0)
			continue;
		uint64_t before = (count >> level ^ 1) << level; /* leaves left of this subtree */
		if (!node_read(nodes, level, (start + before) >> level, &left, why))
			return false;
		*hash = begun ? parent_of(&left, hash) : left;
		begun = true;
	}
	return true;
}

bool
merkle_root(const struct merkle_nodes *nodes, uint64_t size, struct digest *root, struct why *why)
{
	ensure(size <= MERKLE_SIZE_MAX);
	if (size > 0)
		return subtree_hash(nodes, 0, size, root, why);
	*root = digest_of("", 0);
	return true;
}

static bool
proof_add(const struct merkle_nodes *nodes, uint64_t start, uint64_t count,
          struct merkle_proof *proof, struct why *why)
{
	ensure(proof->count < MERKLE_PROOF_MAX);
	return subtree_hash(nodes, start, count, &proof->hashes[proof->count++], why);
}

static void
proof_reverse(struct merkle_proof *proof)
{
	for (size_t i = 0; i < proof->count / 2; i++) {
		struct digest swapped = proof->hashes[i];
		proof->hashes[i] = proof->hashes[proof->count - 1 - i];
		proof->hashes[proof->count - 1 - i] = swapped;
	}
}

/* One fork on the way down, in the subtree of `count` leaves from `start` on: the side not taken is added. */
static bool
proof_fork(const struct merkle_nodes *nodes, bool to_the_left, uint64_t *start, uint64_t *count,
           struct merkle_proof *proof, struct why *why)
{
	uint64_t half = split_of(*count);
	if (!proof_add(nodes, to_the_left ? *start + half : *start,
	               to_the_left ? *count - half : half, proof, why))
		return false;
	*start = to_the_left ? *start : *start + half;
	*count = to_the_left ? half : *count - half;
	return true;
}

/* Goes down to the leaf; at each fork the side not taken is the sibling. */
bool
merkle_inclusion(const struct merkle_nodes *nodes, uint64_t index, uint64_t size,
                 struct merkle_proof *proof, struct why *why)
{
	uint64_t start = 0, count = size;
	ensure(index < size && size <= MERKLE_SIZE_MAX);
	proof->count = 0;
	while (count > 1) {
		if (!proof_fork(nodes, index - start < split_of(count), &start, &count, proof, why))
			return false;
	}
	proof_reverse(proof);
	return true;
}

/* Goes down to the subtree that ends with the first tree's last leaf.  If that subtree is the whole
 * first tree, the checker has its hash already and it is left out. */
bool
merkle_consistency(const struct merkle_nodes *nodes, uint64_t first, uint64_t second,
                   struct merkle_proof *proof, struct why *why)
{
	uint64_t start = 0, count = second;
	ensure(first <= second && second <= MERKLE_SIZE_MAX);
	proof->count = 0;
	if (first == 0)
		return true;
	while (start + count != first) {
		if (!proof_fork(nodes, first - start <= split_of(count), &start, &count, proof,
		                why))
			return false;
	}
	if (start != 0 && !proof_add(nodes, start, count, proof, why))
		return false;
	proof_reverse(proof);
	return true;
}

/* --- checking --------------------------------------------------------------------------------- */

bool
merkle_verify_inclusion(const struct digest *leaf, uint64_t index, uint64_t size,
                        const struct merkle_proof *proof, const struct digest *root)
{
	struct digest hash = *leaf;
	if (index >= size)
		return false;
	uint64_t node = index, last = size - 1; /* on the level reached so far */
	for (size_t i = 0; i < proof->count; i++) {
		const struct digest *sibling = &proof->hashes[i];
		if (last == 0)
			return false;
		if ((node & 1) != 0 || node == last) {
			hash = parent_of(sibling, &hash);
			for (; (node & 1) == 0 && node != 0; node >>= 1)
				last >>= 1;
		} else {
			hash = parent_of(&hash, sibling);
		}
		node >>= 1;
		last >>= 1;
	}
	return last == 0 && digest_equal(&hash, root);
}

/* The two roots as the proof makes them, walking up from the end of the first tree. */
static bool
walk_consistency(uint64_t node, uint64_t last, const struct digest *hashes, size_t count,
                 struct digest *first_root, struct digest *second_root)
{
	for (; (node & 1) != 0; node >>= 1)
		last >>= 1;
	*first_root = *second_root = hashes[0];
	for (size_t i = 1; i < count; i++) {
		if (last == 0)
			return false;
		if ((node & 1) != 0 || node == last) {
			*first_root = parent_of(&hashes[i], first_root);
			*second_root = parent_of(&hashes[i], second_root);
			for (; (node & 1) == 0 && node != 0; node >>= 1)
				last >>= 1;
		} else {
			*second_root = parent_of(second_root, &hashes[i]);
		}
		node >>= 1;
		last >>= 1;
	}
	return last == 0;
}

bool
merkle_verify_consistency(uint64_t first, const struct digest *first_root, uint64_t second,
                          const struct digest *second_root, const struct merkle_proof *proof)
{
	struct digest hashes[MERKLE_PROOF_MAX + 1], empty = digest_of("", 0), a, b;
	size_t count = 0;
	if (first > second)
		return false;
	if (first == second)
		return proof->count == 0 && digest_equal(first_root, second_root);
	if (first == 0)
		return proof->count == 0 && digest_equal(first_root, &empty);
	if (is_power_of_two(first)) /* then the first tree is a subtree, and its root the seed */
		hashes[count++] = *first_root;
	memcpy(hashes + count, proof->hashes, proof->count * sizeof(hashes[0]));
	count += proof->count;
	return proof->count > 0 && walk_consistency(first - 1, second - 1, hashes, count, &a, &b) &&
	       digest_equal(&a, first_root) && digest_equal(&b, second_root);
}
