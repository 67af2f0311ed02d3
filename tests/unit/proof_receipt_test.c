/*
 * Sealing: the known bytes and signatures, the object that is given away, and that
 * ssh-keygen alone can check it.
 */
#include "tests/command.h"
#include "unit/proof_vectors.h"

#include <signal.h>

#include "proof/canonical.h"
#include "proof/receipt.h"
#include "proof/receipt_verify.h"

/* 2026-11-20T14:20:00Z */
#define ISSUED_MS INT64_C(1795184400000)

static struct receipt
known_receipt(void)
{
	struct receipt receipt = {
		.id = "rcpt_TEST0002",
		.org_id = "org_TEST",
		.operation_id = "op_8421_1",
		.agent_id = "bot-1",
		.action = RECEIPT_REFUND,
		.connector_count = 1,
		.connectors_checked = { "relay:rly_TEST" },
		.test = true,
		.issued_ms = ISSUED_MS,
		.valid_as_of_ms = ISSUED_MS,
		.supersedes = "rcpt_TEST0001",
		.observation = {
			.relay_id = "rly_TEST",
			.key_id = "ed25519:oJql9HpnWYAv-VX4",
			.digest = "sha256:60b4810ed4b7412902f7eca5278fad7c41ebea026cfc3c0088bb26cd8de6f685",
			.signature = VECTOR_ENVELOPE_SIGNATURE,
		},
		.verdict = {
			.result = RESULT_VERIFIED,
			.lifecycle = LIFECYCLE_FINALIZED,
			.safe_to_claim_complete = true,
			.correlation_strength = CORRELATION_DETERMINISTIC,
			.count = 1,
			.postconditions = { {
				.name = "amount_matches",
				.category = POSTCONDITION_MATCH,
				.status = POSTCONDITION_PASSED,
				.required = true,
				.expected = "9990 brl",
				.actual = "9990 brl",
				.detail = "not signed",
			} },
		},
	};
	return receipt;
}

/* What `receipt` says, to be signed by the key of seed 0x11. */
static void
write_body(const struct receipt *receipt, struct buffer *body)
{
	struct why why = { "" };
	struct key_ring ring = vector_ring(0x11);
	buffer_init(body, RECEIPT_BYTES_MAX);
	if (!receipt_body(receipt, &ring.keys[0], body, &why))
		fail_msg("%s", why.text);
}

static void
seal_body(const struct buffer *body, struct receipt_seal *seal)
{
	struct why why = { "" };
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	if (!receipt_sign(body->bytes, body->length, key, seal, &why))
		fail_msg("%s", why.text);
	signing_key_free(key);
}

static void
writes_and_signs_the_known_bytes(void **state)
{
	struct receipt receipt = known_receipt();
	struct receipt_seal seal;
	struct buffer body;
	char *wanted = vector_text("receipt_v3.body");
	(void)state;
	write_body(&receipt, &body);
	assert_string_equal(buffer_text(&body), wanted);
	struct digest digest = digest_of(body.bytes, body.length);
	assert_digest(&digest, "0d892d7476d4cfbdfdd15df129ae04b394896d4d46c7dac1b807edd155b7e8fd");
	seal_body(&body, &seal);
	assert_string_equal(seal.signature, VECTOR_V3_SIGNATURE);
	buffer_free(&body);
	free(wanted);
}

/* The object of the vendor's example, field by field, from the bytes alone. */
static void
gives_away_the_known_object(void **state)
{
	struct receipt receipt = known_receipt();
	char *body = vector_text("receipt_v3.body");
	json_t *details = receipt_details(&receipt), *wanted = vector_json("receipt_v3.json");
	struct receipt_stored stored = {
		.body = body,
		.length = strlen(body),
		.signature = VECTOR_V3_SIGNATURE,
		.details = details,
	};
	(void)state;
	json_t *json = receipt_to_json(&stored, NULL);
	char *a = json_text(json), *b = json_text(wanted);
	assert_string_equal(a, b);
	free(a);
	free(b);
	json_decref(json);
	json_decref(wanted);
	json_decref(details);
	free(body);
}

/* A receipt as the shop makes them: no relay, nulls, names with accents. */
static struct receipt
shop_receipt(void)
{
	struct receipt receipt = known_receipt();
	struct postcondition *p = receipt.verdict.postconditions;
	memset(&receipt.observation, 0, sizeof(receipt.observation));
	receipt.test = false;
	receipt.org_id[0] = receipt.supersedes[0] = '\0';
	receipt.valid_as_of_ms = 0;
	receipt.connector_count = 2;
	assert_true(text_copy(receipt.connectors_checked[0], RECEIPT_CONNECTOR_SIZE, "pix"));
	assert_true(text_copy(receipt.connectors_checked[1], RECEIPT_CONNECTOR_SIZE, "omie"));
	assert_true(text_copy(p[0].actual, sizeof(p[0].actual),
	                      "devolu\u00e7\u00e3o \U0001F600\t\"\\/"));
	receipt.verdict.count = 2;
	p[1] = (struct postcondition){ .name = "note_authorised",
		                       .category = POSTCONDITION_STATE,
		                       .status = POSTCONDITION_SKIPPED,
		                       .detail = "ainda n\u00e3o" };
	return receipt;
}

static void
what_it_gives_away_verifies_and_shows_its_details(void **state)
{
	struct receipt receipt = shop_receipt();
	struct key_ring ring = vector_ring(0x11);
	struct receipt_seal seal;
	struct buffer body, seen;
	(void)state;
	write_body(&receipt, &body);
	seal_body(&body, &seal);
	json_t *details = receipt_details(&receipt);
	struct receipt_stored stored = {
		.body = body.bytes,
		.length = body.length,
		.signature = seal.signature,
		.details = details,
		.superseded_by = "rcp_rf8421-2",
	};
	json_t *json = receipt_to_json(&stored, NULL);
	buffer_init(&seen, RECEIPT_BYTES_MAX);
	assert_int_equal(receipt_verify_json(json, &ring, &seen, NULL), AUTHENTICITY_GENUINE);
	assert_string_equal(buffer_text(&seen), buffer_text(&body));
	json_t *second = json_array_get(json_object_get(json, "postconditions"), 1);
	assert_string_equal(json_string_value(json_object_get(second, "detail")), "ainda n\u00e3o");
	assert_true(json_is_null(json_object_get(second, "expected")));
	assert_true(json_is_null(json_object_get(json, "observation_digest")));
	assert_true(json_is_null(json_object_get(json, "valid_as_of")));
	assert_string_equal(json_string_value(json_object_get(json, "superseded_by")),
	                    "rcp_rf8421-2");
	json_decref(json);
	json_decref(details);
	buffer_free(&body);
	buffer_free(&seen);
}

/* Whether ssh-keygen accepts the seal over these bytes. */
static bool
ssh_keygen_accepts(const struct receipt_seal *seal, const char *bytes, size_t length)
{
	char folder[COMMAND_PATH_SIZE], signers[COMMAND_PATH_SIZE], sig[COMMAND_PATH_SIZE],
		file[COMMAND_PATH_SIZE], line[ALLOWED_SIGNER_SIZE];
	struct key_ring ring = vector_ring(0x11);
	assert_true(sshsig_allowed_signer("shop", RECEIPT_NAMESPACE, &ring.keys[0], line, NULL));
	command_folder(folder);
	command_file(signers, folder, "allowed_signers", line, strlen(line));
	command_file(sig, folder, "receipt.json.sig", seal->sshsig, strlen(seal->sshsig));
	command_file(file, folder, "receipt.json", bytes, length);
	const char *const argv[] = { "ssh-keygen", "-Y", "verify",          "-f", signers, "-I",
		                     "shop",       "-n", RECEIPT_NAMESPACE, "-s", sig,     NULL };
	int status = command_run(argv, file);
	command_folder_remove(folder);
	return status == 0;
}

static void
ssh_keygen_alone_checks_a_receipt(void **state)
{
	struct receipt receipt = shop_receipt();
	struct receipt_seal seal;
	struct buffer body;
	(void)state;
	write_body(&receipt, &body);
	seal_body(&body, &seal);
	assert_true(ssh_keygen_accepts(&seal, body.bytes, body.length));
	char *amount = strstr(body.bytes, "9990 brl");
	assert_non_null(amount);
	amount[0] = '8';
	assert_false(ssh_keygen_accepts(&seal, body.bytes, body.length));
	buffer_free(&body);
}

static void
is_not_signed_by_another_key_than_it_names(void **state)
{
	struct receipt receipt = known_receipt();
	struct receipt_seal seal;
	struct why why = { "" };
	struct buffer body;
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x22);
	(void)state;
	write_body(&receipt, &body);
	assert_false(receipt_sign(body.bytes, body.length, key, &seal, &why));
	assert_string_equal(why.text,
	                    "the receipt is to be signed by ed25519:0EqyMnQrtKs6E2i9, not by "
	                    "ed25519:oJql9HpnWYAv-VX4");
	signing_key_free(key);
	buffer_free(&body);
}

static void
signs_and_shows_nothing_but_receipts(void **state)
{
	static const char *const bad[] = {
		"", "{}", "[]", "{\"version\":\"2\"}", "{\"version\":3}", "{\"version\":\"3\""
	};
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct receipt_seal seal;
		struct receipt_stored stored = { .body = bad[i],
			                         .length = strlen(bad[i]),
			                         .signature = VECTOR_V3_SIGNATURE };
		struct why why = { "" };
		if (receipt_sign(bad[i], strlen(bad[i]), key, &seal, &why))
			fail_msg("signed: %s", bad[i]);
		assert_string_not_equal(why.text, "");
		assert_null(receipt_to_json(&stored, &why));
	}
	signing_key_free(key);
}

static void
names_the_text_that_can_not_be_signed(void **state)
{
	struct receipt receipt = known_receipt();
	struct key_ring ring = vector_ring(0x11);
	struct why why = { "" };
	struct buffer body;
	(void)state;
	buffer_init(&body, RECEIPT_BYTES_MAX);
	assert_true(text_copy(receipt.agent_id, sizeof(receipt.agent_id), "bot\xff"));
	assert_false(receipt_body(&receipt, &ring.keys[0], &body, &why));
	assert_string_equal(why.text, "receipt field agent_id is not UTF-8");
	receipt = known_receipt();
	why.text[0] = '\0';
	struct postcondition *p = receipt.verdict.postconditions;
	assert_true(text_copy(p->actual, sizeof(p->actual), "9990\x7f"));
	assert_false(receipt_body(&receipt, &ring.keys[0], &body, &why));
	assert_string_equal(why.text,
	                    "field postconditions: text with a DEL character can't be signed");
	buffer_reset(&body);
	receipt = known_receipt();
	why.text[0] = '\0';
	assert_true(text_copy(receipt.verdict.postconditions[0].expected, 8, "\xe9"));
	assert_false(receipt_body(&receipt, &ring.keys[0], &body, &why));
	assert_string_equal(why.text, "receipt field postconditions is not UTF-8");
	buffer_free(&body);
}

/* The largest receipt there can be: every text full, every byte in its longest spelling. */
static void
the_largest_receipt_fits(void **state)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct buffer body;
	(void)state;
	assert_non_null(receipt);
	*receipt = known_receipt();
	receipt->verdict.count = POSTCONDITIONS_MAX;
	for (size_t i = 0; i < POSTCONDITIONS_MAX; i++) {
		struct postcondition *p = &receipt->verdict.postconditions[i];
		p->status = POSTCONDITION_PASSED;
		memset(p->name, 0x01, sizeof(p->name) - 1);
		memset(p->expected, 0x01, sizeof(p->expected) - 1);
		memset(p->actual, 0x01, sizeof(p->actual) - 1);
	}
	write_body(receipt, &body);
	assert_true(body.length > 100000 && body.length < RECEIPT_BYTES_MAX / 2);
	buffer_free(&body);
	free(receipt);
}

/* Runs receipt_body in a process of its own, because it is to die. */
static bool
sealing_aborts(const struct receipt *receipt)
{
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct buffer body;
		struct key_ring ring = vector_ring(0x11);
		signal(SIGABRT, SIG_DFL);
		fclose(stderr); /* the abort's sentence is expected */
		buffer_init(&body, RECEIPT_BYTES_MAX);
		receipt_body(receipt, &ring.keys[0], &body, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
no_receipt_claims_to_be_safe_that_may_not_be(void **state)
{
	struct receipt receipt = known_receipt();
	(void)state;
	assert_false(sealing_aborts(&receipt));
	receipt.verdict.lifecycle = LIFECYCLE_PENDING_FINALITY;
	assert_true(sealing_aborts(&receipt));
	receipt = known_receipt();
	receipt.verdict.result = RESULT_INCOMPLETE;
	assert_true(sealing_aborts(&receipt));
	receipt = known_receipt();
	receipt.verdict.postconditions[0].status = POSTCONDITION_SKIPPED;
	assert_true(sealing_aborts(&receipt));
	receipt.verdict.postconditions[0].required = false;
	assert_false(sealing_aborts(&receipt));
	receipt = known_receipt();
	receipt.verdict.postconditions[0].status = POSTCONDITION_FAILED;
	assert_true(sealing_aborts(&receipt));
	receipt.verdict.safe_to_claim_complete = false;
	assert_false(sealing_aborts(&receipt));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_signs_the_known_bytes),
		cmocka_unit_test(gives_away_the_known_object),
		cmocka_unit_test(what_it_gives_away_verifies_and_shows_its_details),
		cmocka_unit_test(ssh_keygen_alone_checks_a_receipt),
		cmocka_unit_test(is_not_signed_by_another_key_than_it_names),
		cmocka_unit_test(signs_and_shows_nothing_but_receipts),
		cmocka_unit_test(names_the_text_that_can_not_be_signed),
		cmocka_unit_test(the_largest_receipt_fits),
		cmocka_unit_test(no_receipt_claims_to_be_safe_that_may_not_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
