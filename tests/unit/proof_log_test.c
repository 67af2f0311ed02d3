/*
 * What the log signs and proves: tree heads, checkpoints and the two proofs, against known
 * answers and against openssl.
 */
#include "tests/command.h"
#include "unit/proof_vectors.h"

#include "base/instant.h"
#include "proof/checkpoint.h"
#include "proof/log_proof.h"
#include "proof/tree_head.h"

#define ORIGIN "estorno.example/log"

/* 2026-11-20T14:21:00Z */
#define HEAD_MS INT64_C(1795184460000)

static struct tree_head
known_head(void)
{
	struct tree_head head;
	struct digest root = vector_digest(VECTOR_ROOT_OF_3);
	struct signing_key *key = vector_key(KEY_USE_LOG, 0x11);
	tree_head_sign(key, 3, &root, HEAD_MS, &head);
	signing_key_free(key);
	return head;
}

/* --- tree heads --------------------------------------------------------------------------------- */

static void
signs_the_known_head(void **state)
{
	struct key_ring ring = vector_ring(0x11);
	struct tree_head head = known_head();
	char *body = vector_text("tree_head.body");
	(void)state;
	assert_string_equal(head.timestamp, "2026-11-20T14:21:00Z");
	assert_string_equal(head.key_id, "ed25519:0EqyMnQrtKs6E2i9");
	assert_string_equal(head.signature, VECTOR_HEAD_SIGNATURE);
	assert_true(verifying_key_verify_text(&ring.keys[0], body, strlen(body), head.signature));
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_GENUINE);
	free(body);
}

static void
a_head_survives_its_json(void **state)
{
	struct tree_head head = known_head(), again;
	struct why why = { "" };
	json_t *json = tree_head_to_json(&head), *proof = vector_json("inclusion.json");
	(void)state;
	assert_true(json_equal(json, json_object_get(proof, "sth")));
	assert_true(tree_head_from_json(json, &again, &why));
	assert_memory_equal(&again, &head, sizeof(head));
	json_decref(json);
	json_decref(proof);
}

static void
a_respelt_time_is_the_same_head(void **state)
{
	struct key_ring ring = vector_ring(0x11);
	struct tree_head head = known_head();
	(void)state;
	assert_true(text_copy(head.timestamp, sizeof(head.timestamp), "2026-11-20T14:21:00+00:00"));
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_GENUINE);
	assert_true(text_copy(head.timestamp, sizeof(head.timestamp), "2026-11-20T14:21:00"));
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_NOT_GENUINE);
	assert_true(text_copy(head.timestamp, sizeof(head.timestamp), "2026-11-20T11:21:00-03:00"));
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_NOT_GENUINE);
}

static void
a_changed_head_is_not_genuine(void **state)
{
	struct key_ring ring = vector_ring(0x11), other = vector_ring(0x22);
	struct tree_head head = known_head();
	(void)state;
	assert_int_equal(tree_head_verify(&head, &other, NULL), AUTHENTICITY_CANNOT_TELL);
	head.size = 4;
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_NOT_GENUINE);
	head.size = 3;
	head.root.bytes[0] ^= 1;
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_NOT_GENUINE);
	head.root.bytes[0] ^= 1;
	head.signature[0] = 'X';
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_NOT_GENUINE);
	assert_true(text_copy(head.signature, sizeof(head.signature), "not base 64"));
	assert_int_equal(tree_head_verify(&head, &ring, NULL), AUTHENTICITY_NOT_GENUINE);
}

static void
refuses_a_malformed_head(void **state)
{
	static const char *const changes[][2] = {
		{ "tree_size", "-1" },
		{ "tree_size", "3.0" },
		{ "tree_size", "\"3\"" },
		{ "tree_size", "9007199254740992" },
		{ "root_hash", "\"00\"" },
		{ "root_hash", "null" },
		{ "timestamp", "7" },
		{ "algorithm", "\"rsa\"" },
		{ "signing_key_id", "null" },
		{ "signature", "[]" },
		{ "timestamp", "\"2026-11-20T14:21:00.000000000000000000000000000000000Z\"" },
	};
	struct tree_head head = known_head(), again;
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct why why = { "" };
		json_t *json = tree_head_to_json(&head);
		json_object_set_new(json, changes[i][0],
		                    json_loads(changes[i][1], JSON_DECODE_ANY, NULL));
		if (tree_head_from_json(json, &again, &why))
			fail_msg("%s was read as %s", changes[i][1], changes[i][0]);
		assert_non_null(strstr(why.text, changes[i][0]));
		json_decref(json);
	}
}

/* --- proofs ------------------------------------------------------------------------------------- */

static struct inclusion_proof
known_inclusion(void)
{
	struct inclusion_proof proof;
	struct why why = { "" };
	json_t *json = vector_json("inclusion.json");
	if (!inclusion_proof_from_json(json, &proof, &why))
		fail_msg("%s", why.text);
	json_decref(json);
	return proof;
}

static enum authenticity
check_inclusion(const struct inclusion_proof *proof)
{
	struct key_ring ring = vector_ring(0x11);
	return inclusion_proof_verify(proof, "rcpt_TEST0002", VECTOR_V3_SIGNATURE, &ring, NULL);
}

static void
the_known_inclusion_proof_verifies(void **state)
{
	struct inclusion_proof proof = known_inclusion();
	struct key_ring other = vector_ring(0x22);
	json_t *json = inclusion_proof_to_json(&proof), *wanted = vector_json("inclusion.json");
	(void)state;
	assert_true(json_equal(json, wanted));
	assert_int_equal(check_inclusion(&proof), AUTHENTICITY_GENUINE);
	assert_int_equal(
		inclusion_proof_verify(&proof, "rcpt_TEST0002", VECTOR_V3_SIGNATURE, &other, NULL),
		AUTHENTICITY_CANNOT_TELL);
	json_decref(json);
	json_decref(wanted);
}

static void
an_inclusion_proof_is_for_one_receipt_and_one_head(void **state)
{
	struct key_ring ring = vector_ring(0x11);
	const struct inclusion_proof known = known_inclusion();
	struct inclusion_proof proof = known;
	(void)state;
	assert_int_equal(
		inclusion_proof_verify(&known, "rcpt_TEST0001", VECTOR_V3_SIGNATURE, &ring, NULL),
		AUTHENTICITY_NOT_GENUINE);
	assert_int_equal(
		inclusion_proof_verify(&known, "rcpt_TEST0002", VECTOR_V2_SIGNATURE, &ring, NULL),
		AUTHENTICITY_NOT_GENUINE);
	proof.size = 4;
	assert_int_equal(check_inclusion(&proof), AUTHENTICITY_NOT_GENUINE);
	proof.head.size = 4; /* now they agree, but the signature does not cover it */
	assert_int_equal(check_inclusion(&proof), AUTHENTICITY_NOT_GENUINE);
	proof = known;
	proof.index = 0;
	assert_int_equal(check_inclusion(&proof), AUTHENTICITY_NOT_GENUINE);
	proof = known;
	proof.path.hashes[1].bytes[5] ^= 4;
	assert_int_equal(check_inclusion(&proof), AUTHENTICITY_NOT_GENUINE);
	proof = known;
	proof.path.hashes[proof.path.count++] = proof.leaf;
	assert_int_equal(check_inclusion(&proof), AUTHENTICITY_NOT_GENUINE);
}

static struct consistency_proof
known_consistency(void)
{
	struct consistency_proof proof;
	struct why why = { "" };
	json_t *json = vector_json("consistency.json");
	if (!consistency_proof_from_json(json, &proof, &why))
		fail_msg("%s", why.text);
	json_decref(json);
	return proof;
}

static void
the_known_consistency_proof_verifies_from_the_head_we_kept(void **state)
{
	struct key_ring ring = vector_ring(0x11);
	struct consistency_proof proof = known_consistency();
	struct digest held = vector_digest(VECTOR_ROOT_OF_2);
	json_t *json = consistency_proof_to_json(&proof), *wanted = vector_json("consistency.json");
	(void)state;
	assert_true(json_equal(json, wanted));
	assert_int_equal(consistency_proof_verify(&proof, 2, &held, &ring, NULL),
	                 AUTHENTICITY_GENUINE);
	assert_int_equal(consistency_proof_verify(&proof, 1, &held, &ring, NULL),
	                 AUTHENTICITY_NOT_GENUINE);
	held.bytes[0] ^= 1;
	assert_int_equal(consistency_proof_verify(&proof, 2, &held, &ring, NULL),
	                 AUTHENTICITY_NOT_GENUINE);
	json_decref(json);
	json_decref(wanted);
}

static void
a_consistency_proof_ends_at_its_own_head(void **state)
{
	struct key_ring ring = vector_ring(0x11);
	struct consistency_proof proof = known_consistency();
	struct digest held = vector_digest(VECTOR_ROOT_OF_2);
	(void)state;
	proof.head.size = 4;
	assert_int_equal(consistency_proof_verify(&proof, 2, &held, &ring, NULL),
	                 AUTHENTICITY_NOT_GENUINE);
	proof = known_consistency();
	proof.head.root.bytes[0] ^= 1;
	assert_int_equal(consistency_proof_verify(&proof, 2, &held, &ring, NULL),
	                 AUTHENTICITY_NOT_GENUINE);
	proof = known_consistency();
	proof.path.hashes[0].bytes[0] ^= 1;
	assert_int_equal(consistency_proof_verify(&proof, 2, &held, &ring, NULL),
	                 AUTHENTICITY_NOT_GENUINE);
}

/* A head that the log really signed, for the same root and another size. */
static void
a_consistency_proof_is_for_the_size_of_its_head(void **state)
{
	struct key_ring ring = vector_ring(0x11);
	struct consistency_proof proof = known_consistency();
	struct digest held = vector_digest(VECTOR_ROOT_OF_2);
	struct signing_key *key = vector_key(KEY_USE_LOG, 0x11);
	(void)state;
	tree_head_sign(key, 4, &proof.second_root, HEAD_MS, &proof.head);
	assert_int_equal(tree_head_verify(&proof.head, &ring, NULL), AUTHENTICITY_GENUINE);
	assert_int_equal(consistency_proof_verify(&proof, 2, &held, &ring, NULL),
	                 AUTHENTICITY_NOT_GENUINE);
	signing_key_free(key);
}

static void
refuses_malformed_proofs(void **state)
{
	static const char *const bad[] = { "null", "{}", "[\"00\"]", "[7]", "[null]", "\"\"" };
	struct inclusion_proof proof;
	json_t *json = vector_json("inclusion.json"), *many = json_array();
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct why why = { "" };
		json_object_set_new(json, "audit_path", json_loads(bad[i], JSON_DECODE_ANY, NULL));
		if (inclusion_proof_from_json(json, &proof, &why))
			fail_msg("%s was read as a path", bad[i]);
		assert_non_null(strstr(why.text, "audit_path"));
	}
	for (int i = 0; i <= MERKLE_PROOF_MAX; i++)
		json_array_append_new(many, json_string(VECTOR_ROOT_OF_3));
	json_object_set_new(json, "audit_path", many);
	assert_false(inclusion_proof_from_json(json, &proof, NULL));
	json_object_set_new(json, "audit_path", json_array());
	assert_true(inclusion_proof_from_json(json, &proof, NULL));
	json_object_del(json, "sth");
	assert_false(inclusion_proof_from_json(json, &proof, NULL));
	json_decref(json);
}

/* --- checkpoints -------------------------------------------------------------------------------- */

static struct checkpoint
known_checkpoint(void)
{
	return (struct checkpoint){ .origin = ORIGIN,
		                    .size = 3,
		                    .root = vector_digest(VECTOR_ROOT_OF_3) };
}

static enum authenticity
check_note(const char *note, struct checkpoint *checkpoint)
{
	struct key_ring ring = vector_ring(0x11);
	return checkpoint_verify(note, ORIGIN, &ring.keys[0], checkpoint, NULL);
}

static void
signs_the_known_checkpoint(void **state)
{
	struct checkpoint checkpoint = known_checkpoint(), read = { .size = 0 };
	struct signing_key *key = vector_key(KEY_USE_LOG, 0x11);
	char *wanted = test_read_file("tests/vectors/checkpoint.note", NULL);
	char verifier[CHECKPOINT_VERIFIER_SIZE];
	struct buffer note;
	(void)state;
	buffer_init(&note, 4096);
	checkpoint_sign(&checkpoint, key, &note);
	assert_string_equal(buffer_text(&note), wanted);
	assert_int_equal(check_note(wanted, &read), AUTHENTICITY_GENUINE);
	assert_string_equal(read.origin, ORIGIN);
	assert_int_equal(read.size, 3);
	assert_true(digest_equal(&read.root, &checkpoint.root));
	checkpoint_verifier(ORIGIN, signing_key_public(key), verifier);
	assert_string_equal(verifier,
	                    ORIGIN "+8e46e03a+AdBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3");
	buffer_free(&note);
	free(wanted);
	signing_key_free(key);
}

/* The base 64 of a signature line, decoded: what comes after the key id is the signature. */
static void
signature_of(const char *note, uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t bytes[CHECKPOINT_KEY_ID_BYTES + SIGNATURE_BYTES];
	const char *base64 = strrchr(note, ' ') + 1;
	assert_true(base64_decode_exactly(base64, strcspn(base64, "\n"), bytes, sizeof(bytes)));
	memcpy(signature, bytes + CHECKPOINT_KEY_ID_BYTES, SIGNATURE_BYTES);
}

/* The public key as openssl wants it: a fixed DER header, then the 32 bytes. */
static void
write_pem(char path[COMMAND_PATH_SIZE], const char *folder, const struct verifying_key *key)
{
	uint8_t der[44] = {
		0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
	};
	char base64[BASE64_SIZE(sizeof(der))], pem[256];
	memcpy(der + 12, key->bytes, KEY_BYTES);
	base64_encode(base64, sizeof(base64), der, sizeof(der));
	assert_true(text_format(pem, sizeof(pem),
	                        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
	                        base64));
	command_file(path, folder, "log.pem", pem, strlen(pem));
}

static bool
openssl_accepts(const char *body, const uint8_t signature[SIGNATURE_BYTES])
{
	char folder[COMMAND_PATH_SIZE], pem[COMMAND_PATH_SIZE], text[COMMAND_PATH_SIZE],
		seal[COMMAND_PATH_SIZE];
	struct key_ring ring = vector_ring(0x11);
	command_folder(folder);
	write_pem(pem, folder, &ring.keys[0]);
	command_file(text, folder, "checkpoint.body", body, strlen(body));
	command_file(seal, folder, "checkpoint.sig", signature, SIGNATURE_BYTES);
	const char *const argv[] = { "openssl", "pkeyutl", "-verify", "-pubin",   "-inkey", pem,
		                     "-rawin",  "-in",     text,      "-sigfile", seal,     NULL };
	int status = command_run(argv, NULL);
	command_folder_remove(folder);
	return status == 0;
}

static void
openssl_accepts_our_checkpoint_and_refuses_another_size(void **state)
{
	struct checkpoint checkpoint = known_checkpoint();
	struct signing_key *key = vector_key(KEY_USE_LOG, 0x11);
	uint8_t signature[SIGNATURE_BYTES];
	struct buffer note, body;
	(void)state;
	buffer_init(&note, 4096);
	buffer_init(&body, 4096);
	checkpoint_sign(&checkpoint, key, &note);
	signature_of(buffer_text(&note), signature);
	checkpoint_body(&checkpoint, &body);
	assert_true(openssl_accepts(buffer_text(&body), signature));
	buffer_reset(&body);
	checkpoint.size = 4;
	checkpoint_body(&checkpoint, &body);
	assert_false(openssl_accepts(buffer_text(&body), signature));
	buffer_free(&note);
	buffer_free(&body);
	signing_key_free(key);
}

static void
every_changed_byte_of_a_checkpoint_is_noticed(void **state)
{
	struct checkpoint read;
	size_t length;
	char *note = test_read_file("tests/vectors/checkpoint.note", &length);
	(void)state;
	for (size_t i = 0; i < length; i++) {
		for (int bit = 0; bit < 8; bit++) {
			note[i] ^= (char)(1 << bit);
			if (check_note(note, &read) == AUTHENTICITY_GENUINE)
				fail_msg("genuine with byte %zu changed", i);
			note[i] ^= (char)(1 << bit);
		}
	}
	while (length-- > 0) {
		note[length] = '\0';
		assert_int_not_equal(check_note(note, &read), AUTHENTICITY_GENUINE);
	}
	free(note);
}

static void
a_witness_may_add_its_line(void **state)
{
	struct checkpoint read;
	struct buffer note;
	char *text = test_read_file("tests/vectors/checkpoint.note", NULL);
	(void)state;
	buffer_init(&note, 4096);
	buffer_add_format(&note, "%s\xe2\x80\x94 witness.example AAAAAAAAAAAAAAAA\n", text);
	assert_int_equal(check_note(buffer_text(&note), &read), AUTHENTICITY_GENUINE);
	buffer_add_text(&note, "no signature line\n");
	assert_int_equal(check_note(buffer_text(&note), &read), AUTHENTICITY_NOT_GENUINE);
	buffer_free(&note);
	free(text);
}

static void
a_checkpoint_without_the_logs_line_says_nothing(void **state)
{
	struct key_ring other = vector_ring(0x22), ring = vector_ring(0x11);
	struct checkpoint read;
	char *text = test_read_file("tests/vectors/checkpoint.note", NULL);
	(void)state;
	assert_int_equal(checkpoint_verify(text, ORIGIN, &other.keys[0], &read, NULL),
	                 AUTHENTICITY_CANNOT_TELL);
	assert_int_equal(checkpoint_verify(text, "other.example/log", &ring.keys[0], &read, NULL),
	                 AUTHENTICITY_CANNOT_TELL);
	free(text);
}

/* Signed by the log's own key and name, and still nothing that may be read as a checkpoint. */
static void
refuses_signed_text_that_is_no_checkpoint(void **state)
{
	static const char *const bodies[] = {
		"other.example/log\n3\nSAJLBv1SMjXMxjkiKBTaCVHSF2Xl0NF9siqBtL4TtbI=\n",
		ORIGIN "\n03\nSAJLBv1SMjXMxjkiKBTaCVHSF2Xl0NF9siqBtL4TtbI=\n",
		ORIGIN "\n-3\nSAJLBv1SMjXMxjkiKBTaCVHSF2Xl0NF9siqBtL4TtbI=\n",
		ORIGIN "\n99999999999999999999\nSAJLBv1SMjXMxjkiKBTaCVHSF2Xl0NF9siqBtL4TtbI=\n",
		ORIGIN "\n\nSAJLBv1SMjXMxjkiKBTaCVHSF2Xl0NF9siqBtL4TtbI=\n",
		ORIGIN "\n3\nSAJLBv1SMjXMxjkiKBTaCVHSF2Xl0NF9siqBtL4T\n",
		ORIGIN "\n3\n",
		ORIGIN "\n",
	};
	struct signing_key *key = vector_key(KEY_USE_LOG, 0x11);
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		uint8_t line[CHECKPOINT_KEY_ID_BYTES + SIGNATURE_BYTES];
		char base64[BASE64_SIZE(sizeof(line))], note[512];
		struct checkpoint read;
		checkpoint_key_id(ORIGIN, signing_key_public(key), line);
		signing_key_sign(key, bodies[i], strlen(bodies[i]), line + CHECKPOINT_KEY_ID_BYTES);
		base64_encode(base64, sizeof(base64), line, sizeof(line));
		assert_true(text_format(note, sizeof(note), "%s\n\xe2\x80\x94 " ORIGIN " %s\n",
		                        bodies[i], base64));
		if (check_note(note, &read) != AUTHENTICITY_NOT_GENUINE)
			fail_msg("read as a checkpoint: %s", bodies[i]);
	}
	signing_key_free(key);
}

static void
knows_which_names_a_note_can_carry(void **state)
{
	static const char *const bad[] = { "", "a b", "a+b", "a\nb", "a\tb", "jo\u00e3o.example" };
	char long_name[CHECKPOINT_ORIGIN_SIZE + 1];
	(void)state;
	assert_true(checkpoint_origin_is_valid(ORIGIN));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(checkpoint_origin_is_valid(bad[i]));
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_false(checkpoint_origin_is_valid(long_name));
	assert_true(checkpoint_origin_is_valid(long_name + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_the_known_head),
		cmocka_unit_test(a_head_survives_its_json),
		cmocka_unit_test(a_respelt_time_is_the_same_head),
		cmocka_unit_test(a_changed_head_is_not_genuine),
		cmocka_unit_test(refuses_a_malformed_head),
		cmocka_unit_test(the_known_inclusion_proof_verifies),
		cmocka_unit_test(an_inclusion_proof_is_for_one_receipt_and_one_head),
		cmocka_unit_test(the_known_consistency_proof_verifies_from_the_head_we_kept),
		cmocka_unit_test(a_consistency_proof_ends_at_its_own_head),
		cmocka_unit_test(a_consistency_proof_is_for_the_size_of_its_head),
		cmocka_unit_test(refuses_malformed_proofs),
		cmocka_unit_test(signs_the_known_checkpoint),
		cmocka_unit_test(openssl_accepts_our_checkpoint_and_refuses_another_size),
		cmocka_unit_test(every_changed_byte_of_a_checkpoint_is_noticed),
		cmocka_unit_test(a_witness_may_add_its_line),
		cmocka_unit_test(a_checkpoint_without_the_logs_line_says_nothing),
		cmocka_unit_test(refuses_signed_text_that_is_no_checkpoint),
		cmocka_unit_test(knows_which_names_a_note_can_carry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
