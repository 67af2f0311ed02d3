/*
 * Receipts of all three versions: the known ones are genuine, every change is noticed or
 * does not matter, and nothing malformed gets further than a verdict.
 */
#include "unit/proof_vectors.h"

#include "base/limits.h"
#include "proof/receipt.h"
#include "proof/receipt_verify.h"

static const struct known {
	const char *object, *body;
} known[] = {
	{ "receipt_v1.json", "receipt_v1.body" },
	{ "receipt_v2.json", "receipt_v2.body" },
	{ "receipt_v3.json", "receipt_v3.body" },
};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static enum authenticity
verify(const json_t *receipt)
{
	struct key_ring ring = vector_ring(0x11);
	struct why why = { "" };
	enum authenticity found = receipt_verify_json(receipt, &ring, NULL, &why);
	assert_int_equal(found == AUTHENTICITY_GENUINE, why.text[0] == '\0');
	return found;
}

static void
the_known_receipts_are_genuine_and_their_bytes_come_back(void **state)
{
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	for (size_t i = 0; i < KNOWN; i++) {
		struct buffer body;
		char *wanted = vector_text(known[i].body);
		json_t *json = vector_json(known[i].object);
		buffer_init(&body, RECEIPT_BYTES_MAX);
		assert_int_equal(receipt_verify_json(json, &ring, &body, NULL),
		                 AUTHENTICITY_GENUINE);
		assert_string_equal(buffer_text(&body), wanted);
		buffer_free(&body);
		json_decref(json);
		free(wanted);
	}
}

static void
an_unknown_key_is_not_a_forgery(void **state)
{
	struct key_ring other = vector_ring(0x22), empty = { 0 };
	struct why why = { "" };
	(void)state;
	for (size_t i = 0; i < KNOWN; i++) {
		json_t *json = vector_json(known[i].object);
		assert_int_equal(receipt_verify_json(json, &other, NULL, NULL),
		                 AUTHENTICITY_CANNOT_TELL);
		assert_int_equal(receipt_verify_json(json, &empty, NULL, &why),
		                 AUTHENTICITY_CANNOT_TELL);
		json_decref(json);
	}
	assert_string_equal(why.text,
	                    "signed by ed25519:0EqyMnQrtKs6E2i9, a key that is not trusted here");
}

static void
another_issuers_key_in_this_ones_name_is_a_forgery(void **state)
{
	struct key_ring ring = vector_ring(0x22);
	json_t *json = vector_json("receipt_v2.json"); /* whose key id is not signed */
	(void)state;
	json_object_set_new(json, "signing_key_id", json_string("ed25519:oJql9HpnWYAv-VX4"));
	assert_int_equal(receipt_verify_json(json, &ring, NULL, NULL), AUTHENTICITY_NOT_GENUINE);
	json_decref(json);
}

static void
time_may_be_respelt_but_not_changed(void **state)
{
	json_t *json = vector_json("receipt_v3.json");
	(void)state;
	json_object_set_new(json, "issued_at", json_string("2026-11-20T14:20:00+00:00"));
	json_object_set_new(json, "valid_as_of", json_string("2026-11-20T14:20:00+00:00"));
	assert_int_equal(verify(json), AUTHENTICITY_GENUINE);
	json_object_set_new(json, "issued_at", json_string("2026-11-20T11:20:00-03:00"));
	assert_int_equal(verify(json), AUTHENTICITY_NOT_GENUINE);
	json_object_set_new(json, "issued_at", json_string("2026-11-20T14:20:01+00:00"));
	assert_int_equal(verify(json), AUTHENTICITY_NOT_GENUINE);
	json_decref(json);
	json = vector_json("receipt_v1.json"); /* with fractions of a second */
	json_object_set_new(json, "issued_at", json_string("2026-11-20T14:19:00.123456+00:00"));
	assert_int_equal(verify(json), AUTHENTICITY_GENUINE);
	json_decref(json);
}

/* Signed with +00:00, met with Z. */
static void
time_may_have_been_signed_in_the_other_spelling(void **state)
{
	char *body = vector_text("receipt_v3.body");
	json_t *json = vector_json("receipt_v3.json"), *respelt = json_loads(body, 0, NULL);
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	char signature[SIGNATURE_TEXT_SIZE];
	(void)state;
	json_object_set_new(respelt, "issued_at", json_string("2026-11-20T14:20:00+00:00"));
	json_object_set_new(respelt, "valid_as_of", json_string("2026-11-20T14:20:00+00:00"));
	char *text = json_text(respelt); /* ASCII, sorted, compact: canonical for these values */
	signing_key_sign_text(key, text, strlen(text), signature);
	json_object_set_new(json, "signature", json_string(signature));
	assert_int_equal(verify(json), AUTHENTICITY_GENUINE);
	signing_key_free(key);
	free(text);
	free(body);
	json_decref(json);
	json_decref(respelt);
}

/* --- mutations ---------------------------------------------------------------------------------- */

/* A changed byte may leave a receipt genuine only when it still says the same: then what was changed
 * is a field that is not signed, or another way of writing the same JSON. */
static void
check_mutation(const char *text, size_t length, size_t at, const char *signed_bytes,
               size_t *genuine)
{
	static struct key_ring ring;
	struct buffer body;
	json_t *json = json_parse(text, length, RECEIPT_BYTES_MAX, NULL);
	if (ring.count == 0)
		ring = vector_ring(0x11);
	if (json == NULL)
		return;
	buffer_init(&body, RECEIPT_BYTES_MAX);
	if (receipt_verify_json(json, &ring, &body, NULL) == AUTHENTICITY_GENUINE) {
		*genuine += 1;
		if (strcmp(buffer_text(&body), signed_bytes) != 0)
			fail_msg("genuine, but byte %zu changed what it says:\n%s", at, text);
	}
	buffer_free(&body);
	json_decref(json);
}

static void
every_changed_byte_is_noticed_or_not_signed(void **state)
{
	static const unsigned char changes[] = { 0x01, 0x02, 0x04, 0x20, 0x80 };
	(void)state;
	for (size_t k = 0; k < KNOWN; k++) {
		char *text = vector_text(known[k].object), *body = vector_text(known[k].body);
		size_t length = strlen(text), genuine = 0;
		for (size_t i = 0; i < length; i++) {
			for (size_t c = 0; c < sizeof(changes); c++) {
				text[i] = (char)(text[i] ^ changes[c]);
				check_mutation(text, length, i, body, &genuine);
				text[i] = (char)(text[i] ^ changes[c]);
			}
		}
		/* Some bytes do not matter (the details), but most do. */
		assert_in_range(genuine, 1, length * sizeof(changes) / 2);
		free(text);
		free(body);
	}
}

/* Replaces, one by one, every value of the object by values of every other type. */
static void
no_type_of_any_field_crashes_or_passes_for_another(void **state)
{
	static const char *const values[] = { "null",     "true",   "0",           "1.5",
		                              "\"\"",     "[]",     "{}",          "[1]",
		                              "[{}]",     "[null]", "\"\\u007f\"", "{\"a\":[1.5]}",
		                              "[[\"x\"]]" };
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	for (size_t k = 0; k < KNOWN; k++) {
		json_t *original = vector_json(known[k].object), *old;
		char *wanted = vector_text(known[k].body);
		const char *key;
		json_object_foreach (original, key, old) {
			for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
				struct buffer body;
				json_t *json = json_deep_copy(original);
				json_object_set_new(json, key,
				                    json_loads(values[v], JSON_DECODE_ANY, NULL));
				buffer_init(&body, RECEIPT_BYTES_MAX);
				if (receipt_verify_json(json, &ring, &body, NULL) ==
				            AUTHENTICITY_GENUINE &&
				    strcmp(buffer_text(&body), wanted) != 0)
					fail_msg("%s may be %s", key, values[v]);
				buffer_free(&body);
				json_decref(json);
			}
		}
		json_decref(original);
		free(wanted);
	}
}

/* --- rules -------------------------------------------------------------------------------------- */

/* Every field that the version must have, taken away. */
static void
a_missing_signed_field_is_not_genuine(void **state)
{
	static const char *const required[] = {
		"id",     "operation_id", "agent_id",       "action",    "connectors_checked",
		"result", "issued_at",    "postconditions", "signature", "signing_key_id",
	};
	(void)state;
	for (size_t k = 0; k < KNOWN; k++) {
		for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
			json_t *json = vector_json(known[k].object);
			json_object_del(json, required[i]);
			if (verify(json) != AUTHENTICITY_NOT_GENUINE)
				fail_msg("%s without %s", known[k].object, required[i]);
			json_decref(json);
		}
	}
}

/* Each of these says something else when it is missing than what was signed. */
static void
a_dropped_value_is_not_its_default(void **state)
{
	static const char *const fields[] = { "test",
		                              "org_id",
		                              "valid_as_of",
		                              "supersedes",
		                              "lifecycle",
		                              "safe_to_claim_complete",
		                              "correlation_strength",
		                              "observation_signature",
		                              "observation_digest",
		                              "observation_key_id",
		                              "observation_relay_id",
		                              "version" };
	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		json_t *json = vector_json("receipt_v3.json");
		json_object_del(json, fields[i]);
		if (verify(json) != AUTHENTICITY_NOT_GENUINE)
			fail_msg("without %s", fields[i]);
		json_decref(json);
	}
}

static void
what_is_not_signed_may_change(void **state)
{
	json_t *json = vector_json("receipt_v3.json");
	json_t *first = json_array_get(json_object_get(json, "postconditions"), 0);
	(void)state;
	json_object_set_new(first, "detail", json_string("other words"));
	json_object_set_new(json, "superseded_by", json_string("rcpt_TEST0009"));
	json_object_set_new(json, "a_field_of_the_future", json_real(1.5));
	assert_int_equal(verify(json), AUTHENTICITY_GENUINE);
	json_object_del(first, "detail");
	json_object_del(json, "superseded_by");
	json_object_del(json, "contract_digest"); /* null was signed, and missing is null */
	json_object_del(json, "algorithm");       /* ed25519 was signed, and is the default */
	assert_int_equal(verify(json), AUTHENTICITY_GENUINE);
	json_decref(json);
}

static void
an_unknown_version_or_algorithm_is_not_judged(void **state)
{
	json_t *json = vector_json("receipt_v3.json");
	(void)state;
	json_object_set_new(json, "version", json_string("4"));
	assert_int_equal(verify(json), AUTHENTICITY_CANNOT_TELL);
	json_object_set_new(json, "version", json_string(""));
	assert_int_equal(verify(json), AUTHENTICITY_CANNOT_TELL);
	json_object_set_new(json, "version", json_integer(3));
	assert_int_equal(verify(json), AUTHENTICITY_NOT_GENUINE);
	json_object_set_new(json, "version", json_string("2"));
	assert_int_equal(verify(json), AUTHENTICITY_NOT_GENUINE);
	json_object_set_new(json, "version", json_string("3"));
	json_object_set_new(json, "algorithm", json_string("rsa"));
	assert_int_equal(verify(json), AUTHENTICITY_CANNOT_TELL);
	json_object_set_new(json, "algorithm", json_integer(1));
	assert_int_equal(verify(json), AUTHENTICITY_NOT_GENUINE);
	json_decref(json);
}

static void
a_malformed_signature_is_not_genuine(void **state)
{
	static const char *const bad[] = {
		"",
		"=",
		"not base 64",
		"4CnQ6ykiAHExmsrY30BDo0H8ug97H+dBgix2GwE6v1osUrhalQYaM8XW8GUmPZKPGpXoMrQaS6Qjh8cOL+"
		"whDA",
		"4CnQ6ykiAHExmsrY30BDo0H8ug97H+dBgix2GwE6v1osUrhalQYaM8XW8GUmPZKPGpXoMrQaS6Qjh8cOL+"
		"whDB==",
		"4CnQ6ykiAHExmsrY30BDo0H8ug97H-dBgix2GwE6v1osUrhalQYaM8XW8GUmPZKPGpXoMrQaS6Qjh8cOL-"
		"whDA==",
		VECTOR_V3_SIGNATURE "\n",
		VECTOR_V3_SIGNATURE "AAAA",
		VECTOR_V2_SIGNATURE,
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *json = vector_json("receipt_v3.json");
		json_object_set_new(json, "signature", json_string(bad[i]));
		if (verify(json) != AUTHENTICITY_NOT_GENUINE)
			fail_msg("genuine with signature %s", bad[i]);
		json_decref(json);
	}
}

static void
nothing_but_an_object_is_a_receipt(void **state)
{
	static const char *const bad[] = { "null", "[]", "\"receipt\"", "3", "{}" };
	(void)state;
	assert_int_equal(verify(NULL), AUTHENTICITY_NOT_GENUINE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *json = json_loads(bad[i], JSON_DECODE_ANY, NULL);
		assert_int_equal(verify(json), AUTHENTICITY_NOT_GENUINE);
		json_decref(json);
	}
}

static void
a_receipt_beyond_any_size_is_not_genuine(void **state)
{
	json_t *json = vector_json("receipt_v3.json");
	json_t *list = json_object_get(json, "connectors_checked");
	(void)state;
	for (int i = 0; i < RECEIPT_BYTES_MAX / 4; i++)
		json_array_append_new(list, json_string("pix"));
	assert_int_equal(verify(json), AUTHENTICITY_NOT_GENUINE);
	json_decref(json);
}

/* --- signed bytes ------------------------------------------------------------------------------- */

static enum authenticity
verify_body(const char *body, const char *signature)
{
	struct key_ring ring = vector_ring(0x11);
	struct why why = { "" };
	enum authenticity found = receipt_verify_body(body, strlen(body), signature, &ring, &why);
	assert_int_equal(found == AUTHENTICITY_GENUINE, why.text[0] == '\0');
	return found;
}

static void
stored_bytes_verify_with_either_signature(void **state)
{
	char *body = vector_text("receipt_v3.body");
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	struct receipt_seal seal;
	(void)state;
	assert_true(receipt_sign(body, strlen(body), key, &seal, NULL));
	assert_int_equal(verify_body(body, VECTOR_V3_SIGNATURE), AUTHENTICITY_GENUINE);
	assert_int_equal(verify_body(body, seal.sshsig), AUTHENTICITY_GENUINE);
	for (size_t i = 0; body[i] != '\0'; i++) {
		body[i] ^= 1;
		assert_int_not_equal(verify_body(body, VECTOR_V3_SIGNATURE), AUTHENTICITY_GENUINE);
		assert_int_not_equal(verify_body(body, seal.sshsig), AUTHENTICITY_GENUINE);
		body[i] ^= 1;
	}
	signing_key_free(key);
	free(body);
}

static void
an_ssh_signature_must_be_for_receipts_and_by_the_named_key(void **state)
{
	char *body = vector_text("receipt_v3.body"), text[SSHSIG_TEXT_SIZE];
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	struct signing_key *other = vector_key(KEY_USE_RECEIPTS, 0x22);
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	sshsig_sign(key, "estorno-mandate", body, strlen(body), text);
	assert_int_equal(verify_body(body, text), AUTHENTICITY_NOT_GENUINE);
	assert_true(key_ring_add(&ring, signing_key_public(other), NULL));
	sshsig_sign(other, RECEIPT_NAMESPACE, body, strlen(body), text);
	assert_int_equal(receipt_verify_body(body, strlen(body), text, &ring, NULL),
	                 AUTHENTICITY_NOT_GENUINE);
	assert_int_equal(verify_body(body, SSHSIG_BEGIN), AUTHENTICITY_NOT_GENUINE);
	assert_int_equal(verify_body(body, ""), AUTHENTICITY_NOT_GENUINE);
	signing_key_free(key);
	signing_key_free(other);
	free(body);
}

static void
bytes_of_unknown_keys_and_other_versions_are_not_judged(void **state)
{
	char *v1 = vector_text("receipt_v1.body"), *v2 = vector_text("receipt_v2.body");
	char *v3 = vector_text("receipt_v3.body");
	struct key_ring other = vector_ring(0x22);
	(void)state;
	assert_int_equal(receipt_verify_body(v3, strlen(v3), VECTOR_V3_SIGNATURE, &other, NULL),
	                 AUTHENTICITY_CANNOT_TELL);
	assert_int_equal(verify_body(v2, VECTOR_V2_SIGNATURE), AUTHENTICITY_CANNOT_TELL);
	assert_int_equal(verify_body(v1, VECTOR_V2_SIGNATURE), AUTHENTICITY_CANNOT_TELL);
	assert_int_equal(verify_body("no JSON", VECTOR_V2_SIGNATURE), AUTHENTICITY_NOT_GENUINE);
	free(v1);
	free(v2);
	free(v3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_known_receipts_are_genuine_and_their_bytes_come_back),
		cmocka_unit_test(an_unknown_key_is_not_a_forgery),
		cmocka_unit_test(another_issuers_key_in_this_ones_name_is_a_forgery),
		cmocka_unit_test(time_may_be_respelt_but_not_changed),
		cmocka_unit_test(time_may_have_been_signed_in_the_other_spelling),
		cmocka_unit_test(every_changed_byte_is_noticed_or_not_signed),
		cmocka_unit_test(no_type_of_any_field_crashes_or_passes_for_another),
		cmocka_unit_test(a_missing_signed_field_is_not_genuine),
		cmocka_unit_test(a_dropped_value_is_not_its_default),
		cmocka_unit_test(what_is_not_signed_may_change),
		cmocka_unit_test(an_unknown_version_or_algorithm_is_not_judged),
		cmocka_unit_test(a_malformed_signature_is_not_genuine),
		cmocka_unit_test(nothing_but_an_object_is_a_receipt),
		cmocka_unit_test(a_receipt_beyond_any_size_is_not_genuine),
		cmocka_unit_test(stored_bytes_verify_with_either_signature),
		cmocka_unit_test(an_ssh_signature_must_be_for_receipts_and_by_the_named_key),
		cmocka_unit_test(bytes_of_unknown_keys_and_other_versions_are_not_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
