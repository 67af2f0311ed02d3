/*
 * Canonical JSON: to the byte what Python and the vendor's library write, and nothing of
 * what they would write differently.
 */
#include "unit/proof_vectors.h"

#include "base/limits.h"
#include "proof/canonical.h"

static json_t *
parse(const char *text)
{
	json_t *json = json_parse(text, strlen(text), 1 << 20, NULL);
	if (json == NULL)
		fail_msg("the test's own JSON is not JSON: %s", text);
	return json;
}

static void
assert_canonical(const char *text, const char *wanted)
{
	struct why why = { "" };
	struct buffer found;
	json_t *json = parse(text);
	buffer_init(&found, 1 << 20);
	if (!canonical_write(json, &found, &why))
		fail_msg("%s: %s", text, why.text);
	assert_string_equal(buffer_text(&found), wanted);
	buffer_free(&found);
	json_decref(json);
}

static void
assert_refused(json_t *json, const char *because)
{
	struct why why = { "" };
	struct buffer found;
	buffer_init(&found, 1 << 20);
	if (canonical_write(json, &found, &why))
		fail_msg("%s was written", buffer_text(&found));
	if (strstr(why.text, because) == NULL)
		fail_msg("why is \"%s\", which does not say \"%s\"", why.text, because);
	buffer_free(&found);
	json_decref(json);
}

/* The vectors are canonical already, so reading and writing must give the same bytes. */
static void
writes_the_known_bytes(void **state)
{
	static const char *const names[] = { "receipt_v1.body", "receipt_v2.body",
		                             "receipt_v3.body", "relay_envelope.body",
		                             "tree_head.body" };
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text = vector_text(names[i]);
		assert_canonical(text, text);
		free(text);
	}
}

static void
the_envelope_has_its_known_digest_and_signature(void **state)
{
	char *text = vector_text("relay_envelope.body");
	struct digest digest = digest_of(text, strlen(text));
	struct key_ring ring = vector_ring(0x22);
	(void)state;
	assert_digest(&digest, "60b4810ed4b7412902f7eca5278fad7c41ebea026cfc3c0088bb26cd8de6f685");
	assert_true(verifying_key_verify_text(&ring.keys[0], text, strlen(text),
	                                      VECTOR_ENVELOPE_SIGNATURE));
	free(text);
}

/* What Python's json.dumps(sort_keys=True, separators=(",", ":")) wrote. */
static void
escapes_like_python(void **state)
{
	(void)state;
	assert_canonical(
		"{\"b\": [1, -2, 0, true, false, null, {}, []],\n"
		" \"a\": \"\\b\\t\\n\\f\\r\\\"\\\\\\/\\u0001\\u001F \u00e9\u20ac\U0001F600 "
		"\\u0080\\u2028\", \"A\": \"\", \"a b\": \"~\"}",
		"{\"A\":\"\",\"a\":\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f "
		"\\u00e9\\u20ac\\ud83d\\ude00 \\u0080\\u2028\",\"a b\":\"~\","
		"\"b\":[1,-2,0,true,false,null,{},[]]}");
}

static void
writes_the_ends_of_unicode(void **state)
{
	(void)state;
	assert_canonical("[\"\\uffff\\ud800\\udc00\\udbff\\udfff\\u07ff\\u0800\"]",
	                 "[\"\\uffff\\ud800\\udc00\\udbff\\udfff\\u07ff\\u0800\"]");
}

static void
sorts_keys_at_every_level(void **state)
{
	(void)state;
	assert_canonical("{\"b\":{\"z\":1,\"aa\":2,\"a\":3},\"B\":[{\"y\":1,\"x\":2}],\"_\":0}",
	                 "{\"B\":[{\"x\":2,\"y\":1}],\"_\":0,\"b\":{\"a\":3,\"aa\":2,\"z\":1}}");
}

static void
refuses_what_verifiers_spell_differently(void **state)
{
	(void)state;
	assert_refused(parse("{\"rate\":1.0}"), "rate: a number with a point");
	assert_refused(parse("[1e3]"), "number with a point");
	assert_refused(parse("[\"a\x7f\"]"), "DEL");
	assert_refused(parse("{\"a\x7f\":1}"), "printable ASCII");
	assert_refused(parse("{\"jo\u00e3o\":1}"), "printable ASCII");
	assert_refused(parse("{\"a\\n\":1}"), "printable ASCII");
	assert_refused(parse("[9007199254740992]"), "2^53");
	assert_refused(parse("[-9007199254740992]"), "2^53");
	assert_canonical("[9007199254740991,-9007199254740991]",
	                 "[9007199254740991,-9007199254740991]");
}

static void
refuses_text_that_is_not_utf8(void **state)
{
	(void)state;
	assert_refused(json_pack("[o]", json_string_nocheck("\xc3(")), "UTF-8");
	assert_refused(json_pack("[o]", json_string_nocheck("\xed\xa0\x80")), "UTF-8");
	assert_refused(json_pack("[o]", json_stringn_nocheck("a\0b", 3)), "UTF-8");
}

/* An array inside an array, `levels` deep. */
static json_t *
nested(int levels)
{
	json_t *json = json_array();
	for (int i = 1; i < levels; i++)
		json = json_pack("[o]", json);
	return json;
}

static void
refuses_what_is_nested_too_deep(void **state)
{
	struct buffer found;
	json_t *json = nested(JSON_DEPTH_MAX);
	(void)state;
	buffer_init(&found, 1024);
	assert_true(canonical_write(json, &found, NULL));
	assert_int_equal(found.length, 2 * JSON_DEPTH_MAX);
	buffer_free(&found);
	json_decref(json);
	assert_refused(nested(JSON_DEPTH_MAX + 1), "deeper");
}

static void
refuses_more_than_fits(void **state)
{
	struct why why = { "" };
	struct buffer found;
	json_t *json = parse("[\"0123456789\"]");
	(void)state;
	buffer_init(&found, 14);
	assert_true(canonical_write(json, &found, &why));
	buffer_free(&found);
	buffer_init(&found, 13);
	assert_false(canonical_write(json, &found, &why));
	assert_string_equal(why.text, "canonical JSON of more than 13 bytes");
	assert_int_equal(found.length, 0);
	buffer_free(&found);
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_known_bytes),
		cmocka_unit_test(the_envelope_has_its_known_digest_and_signature),
		cmocka_unit_test(escapes_like_python),
		cmocka_unit_test(writes_the_ends_of_unicode),
		cmocka_unit_test(sorts_keys_at_every_level),
		cmocka_unit_test(refuses_what_verifiers_spell_differently),
		cmocka_unit_test(refuses_text_that_is_not_utf8),
		cmocka_unit_test(refuses_what_is_nested_too_deep),
		cmocka_unit_test(refuses_more_than_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
