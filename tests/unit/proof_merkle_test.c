/*
 * The tree, against the definitions of RFC 6962 written out as they stand there: every
 * root, every inclusion proof and every consistency proof up to 256 leaves.
 */
#include "unit/proof_vectors.h"

#include "base/id.h"
#include "proof/merkle.h"

enum { LEAVES = 256 };

/* --- the definitions (RFC 6962 sections 2.1, 2.1.1, 2.1.2) ------------------------------------- */

static struct digest leaves[LEAVES];

/* MTH of the `count` leaves from `start`, remembered because the definitions ask for the same ones
 * over and over. */
static struct digest
defined_root(size_t start, size_t count)
{
	static struct digest known[LEAVES + 1][LEAVES + 1];
	static bool is_known[LEAVES + 1][LEAVES + 1];
	if (count == 0)
		return digest_of("", 0);
	if (count == 1)
		return leaves[start];
	if (!is_known[start][count]) {
		size_t half = 1;
		while (half * 2 < count)
			half *= 2;
		struct digest left = defined_root(start, half);
		struct digest right = defined_root(start + half, count - half);
		uint8_t bytes[65] = { 1 };
		memcpy(bytes + 1, left.bytes, 32);
		memcpy(bytes + 33, right.bytes, 32);
		known[start][count] = digest_of(bytes, sizeof(bytes));
		is_known[start][count] = true;
	}
	return known[start][count];
}

static void
defined_path(size_t index, size_t start, size_t count, struct merkle_proof *proof)
{
	if (count == 1)
		return;
	size_t half = 1;
	while (half * 2 < count)
		half *= 2;
	if (index < half) {
		defined_path(index, start, half, proof);
		proof->hashes[proof->count++] = defined_root(start + half, count - half);
	} else {
		defined_path(index - half, start + half, count - half, proof);
		proof->hashes[proof->count++] = defined_root(start, half);
	}
}

static void
defined_subproof(size_t first, size_t start, size_t count, bool whole, struct merkle_proof *proof)
{
	if (first == count) {
		if (!whole)
			proof->hashes[proof->count++] = defined_root(start, count);
		return;
	}
	size_t half = 1;
	while (half * 2 < count)
		half *= 2;
	if (first <= half) {
		defined_subproof(first, start, half, whole, proof);
		proof->hashes[proof->count++] = defined_root(start + half, count - half);
	} else {
		defined_subproof(first - half, start + half, count - half, false, proof);
		proof->hashes[proof->count++] = defined_root(start, half);
	}
}

/* --- a store of nodes --------------------------------------------------------------------------- */

struct store {
	bool present[10][LEAVES];
	struct digest hashes[10][LEAVES];
	size_t reads;
};

static bool
store_read(void *context, unsigned level, uint64_t index, struct digest *hash, struct why *why)
{
	struct store *store = context;
	store->reads++;
	if (level >= 10 || index >= LEAVES || !store->present[level][index])
		return why_set(why, "it is not stored");
	*hash = store->hashes[level][index];
	return true;
}

static struct store store;
static const struct merkle_nodes nodes = { .read = store_read, .context = &store };

/* Grows the stored tree by one leaf; nodes are written once. */
static void
grow(uint64_t size)
{
	struct merkle_growth growth;
	struct why why = { "" };
	if (!merkle_append(&nodes, size, &leaves[size], &growth, &why))
		fail_msg("%s", why.text);
	for (size_t i = 0; i < growth.count; i++) {
		const struct merkle_node *node = &growth.nodes[i];
		assert_false(store.present[node->level][node->index]);
		store.present[node->level][node->index] = true;
		store.hashes[node->level][node->index] = node->hash;
	}
}

static int
fill(void **state)
{
	(void)state;
	memset(&store, 0, sizeof(store));
	for (size_t i = 0; i < LEAVES; i++) {
		char entry[32];
		snprintf(entry, sizeof(entry), "receipt %zu", i);
		leaves[i] = merkle_leaf(entry, strlen(entry));
		grow(i);
	}
	return 0;
}

static void
assert_same_proof(const struct merkle_proof *found, const struct merkle_proof *wanted)
{
	assert_int_equal(found->count, wanted->count);
	assert_memory_equal(found->hashes, wanted->hashes,
	                    wanted->count * sizeof(wanted->hashes[0]));
}

/* --- tests -------------------------------------------------------------------------------------- */

static void
every_root_is_the_defined_one(void **state)
{
	(void)state;
	for (size_t size = 0; size <= LEAVES; size++) {
		struct digest root, wanted = defined_root(0, size);
		assert_true(merkle_root(&nodes, size, &root, NULL));
		assert_true(digest_equal(&root, &wanted));
	}
}

static void
every_inclusion_proof_is_the_defined_one_and_verifies(void **state)
{
	(void)state;
	for (size_t size = 1; size <= LEAVES; size++) {
		struct digest root = defined_root(0, size);
		for (size_t index = 0; index < size; index++) {
			struct merkle_proof proof, wanted = { 0 };
			assert_true(merkle_inclusion(&nodes, index, size, &proof, NULL));
			defined_path(index, 0, size, &wanted);
			assert_same_proof(&proof, &wanted);
			assert_true(merkle_verify_inclusion(&leaves[index], index, size, &proof,
			                                    &root));
		}
	}
}

static void
every_consistency_proof_is_the_defined_one_and_verifies(void **state)
{
	(void)state;
	for (size_t second = 1; second <= LEAVES; second++) {
		struct digest second_root = defined_root(0, second);
		for (size_t first = 0; first <= second; first++) {
			struct digest first_root = defined_root(0, first);
			struct merkle_proof proof, wanted = { 0 };
			assert_true(merkle_consistency(&nodes, first, second, &proof, NULL));
			if (first > 0)
				defined_subproof(first, 0, second, true, &wanted);
			assert_same_proof(&proof, &wanted);
			assert_true(merkle_verify_consistency(first, &first_root, second,
			                                      &second_root, &proof));
		}
	}
}

static void
a_proof_needs_few_reads(void **state)
{
	struct merkle_proof proof;
	(void)state;
	store.reads = 0;
	assert_true(merkle_inclusion(&nodes, 100, 255, &proof, NULL));
	assert_true(store.reads <= 8 * 2);
	store.reads = 0;
	assert_true(merkle_consistency(&nodes, 127, 255, &proof, NULL));
	assert_true(store.reads <= 8 * 2);
}

/* A proof with one hash more, one less, another hash, or another place in the tree. */
static void
assert_only_this_inclusion(size_t index, size_t size)
{
	struct merkle_proof proof;
	struct digest root = defined_root(0, size);
	assert_true(merkle_inclusion(&nodes, index, size, &proof, NULL));
	const struct digest *leaf = &leaves[index];
	for (size_t other = 0; other < size + 2; other++)
		if (other != index)
			assert_false(merkle_verify_inclusion(leaf, other, size, &proof, &root));
	assert_false(
		merkle_verify_inclusion(&leaves[(index + 1) % LEAVES], index, size, &proof, &root));
	for (size_t i = 0; i < proof.count; i++) {
		proof.hashes[i].bytes[31] ^= 1;
		assert_false(merkle_verify_inclusion(leaf, index, size, &proof, &root));
		proof.hashes[i].bytes[31] ^= 1;
	}
	proof.hashes[proof.count++] = root;
	assert_false(merkle_verify_inclusion(leaf, index, size, &proof, &root));
	proof.count--;
	if (proof.count > 0) {
		proof.count--;
		assert_false(merkle_verify_inclusion(leaf, index, size, &proof, &root));
	}
}

static void
an_inclusion_proof_proves_nothing_else(void **state)
{
	(void)state;
	for (size_t size = 1; size <= 40; size++)
		for (size_t index = 0; index < size; index++)
			assert_only_this_inclusion(index, size);
	assert_false(
		merkle_verify_inclusion(&leaves[0], 0, 0, &(struct merkle_proof){ 0 }, &leaves[0]));
}

static void
assert_only_this_consistency(size_t first, size_t second)
{
	struct merkle_proof proof;
	struct digest a = defined_root(0, first), b = defined_root(0, second), other = leaves[200];
	assert_true(merkle_consistency(&nodes, first, second, &proof, NULL));
	assert_false(merkle_verify_consistency(first, &other, second, &b, &proof));
	if (first > 0)
		assert_false(merkle_verify_consistency(first, &a, second, &other, &proof));
	for (size_t i = 0; i < proof.count; i++) {
		proof.hashes[i].bytes[0] ^= 1;
		assert_false(merkle_verify_consistency(first, &a, second, &b, &proof));
		proof.hashes[i].bytes[0] ^= 1;
	}
	proof.hashes[proof.count++] = other;
	assert_false(merkle_verify_consistency(first, &a, second, &b, &proof));
	proof.count--;
	if (proof.count > 0) {
		proof.count--;
		assert_false(merkle_verify_consistency(first, &a, second, &b, &proof));
	}
}

static void
a_consistency_proof_proves_nothing_else(void **state)
{
	struct digest root = defined_root(0, 3);
	(void)state;
	for (size_t second = 1; second <= 40; second++)
		for (size_t first = 0; first <= second; first++)
			assert_only_this_consistency(first, second);
	assert_false(merkle_verify_consistency(3, &root, 2, &root, &(struct merkle_proof){ 0 }));
}

/* A log that replaced one leaf can't prove that it only grew. */
static void
a_rewritten_log_is_found_out(void **state)
{
	struct merkle_proof proof;
	struct digest held = defined_root(0, 100), now;
	struct store honest = store;
	(void)state;
	memset(&store, 0, sizeof(store));
	struct digest was = leaves[42];
	leaves[42] = merkle_leaf("forged", 6);
	for (size_t i = 0; i < 200; i++)
		grow(i);
	assert_true(merkle_root(&nodes, 200, &now, NULL));
	assert_true(merkle_consistency(&nodes, 100, 200, &proof, NULL));
	assert_false(merkle_verify_consistency(100, &held, 200, &now, &proof));
	leaves[42] = was;
	store = honest;
}

static void
a_missing_node_is_named(void **state)
{
	struct merkle_proof proof;
	struct why why = { "" };
	(void)state;
	store.present[2][5] = false;
	assert_false(merkle_inclusion(&nodes, 16, 24, &proof, &why));
	assert_string_equal(why.text, "node 2/5 of the log: it is not stored");
	store.present[2][5] = true;
}

static void
the_known_log_of_three(void **state)
{
	const struct digest known[3] = {
		merkle_receipt_leaf("rcpt_TEST0001", VECTOR_V2_SIGNATURE),
		merkle_receipt_leaf("rcpt_TEST0002", VECTOR_V3_SIGNATURE),
		merkle_receipt_leaf("rcpt_TEST0003", "c2ln"),
	};
	struct store honest = store;
	struct digest saved[3], root;
	struct merkle_proof proof;
	(void)state;
	assert_digest(&known[0],
	              "40278c91e3d7b0e6f5e0d5995db67ca8911ca6e139734c74b583be7b01868974");
	assert_digest(&known[1],
	              "84c373158715c804328b1b9075ce722a92277ebdbccde0590d2fdb006abb7a39");
	assert_digest(&known[2],
	              "9224c591244ccd0eb476074070b7939a98ceb6bef9d77db2071688e7e7278b47");
	memcpy(saved, leaves, sizeof(saved));
	memcpy(leaves, known, sizeof(known));
	memset(&store, 0, sizeof(store));
	for (size_t i = 0; i < 3; i++)
		grow(i);
	assert_true(merkle_root(&nodes, 2, &root, NULL));
	assert_digest(&root, VECTOR_ROOT_OF_2);
	assert_true(merkle_root(&nodes, 3, &root, NULL));
	assert_digest(&root, VECTOR_ROOT_OF_3);
	assert_true(merkle_inclusion(&nodes, 1, 3, &proof, NULL) && proof.count == 2);
	assert_true(digest_equal(&proof.hashes[0], &known[0]));
	assert_true(digest_equal(&proof.hashes[1], &known[2]));
	assert_true(merkle_inclusion(&nodes, 2, 3, &proof, NULL) && proof.count == 1);
	assert_digest(&proof.hashes[0], VECTOR_ROOT_OF_2);
	assert_true(merkle_consistency(&nodes, 1, 3, &proof, NULL) && proof.count == 2);
	assert_true(digest_equal(&proof.hashes[0], &known[1]));
	assert_true(digest_equal(&proof.hashes[1], &known[2]));
	assert_true(merkle_consistency(&nodes, 2, 3, &proof, NULL) && proof.count == 1);
	assert_true(digest_equal(&proof.hashes[0], &known[2]));
	memcpy(leaves, saved, sizeof(saved));
	store = honest;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_root_is_the_defined_one),
		cmocka_unit_test(every_inclusion_proof_is_the_defined_one_and_verifies),
		cmocka_unit_test(every_consistency_proof_is_the_defined_one_and_verifies),
		cmocka_unit_test(a_proof_needs_few_reads),
		cmocka_unit_test(an_inclusion_proof_proves_nothing_else),
		cmocka_unit_test(a_consistency_proof_proves_nothing_else),
		cmocka_unit_test(a_rewritten_log_is_found_out),
		cmocka_unit_test(a_missing_node_is_named),
		cmocka_unit_test(the_known_log_of_three),
	};
	return cmocka_run_group_tests(tests, fill, NULL);
}
