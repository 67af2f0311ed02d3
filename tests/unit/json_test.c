/*
 * JSON from outside: what is refused before anybody looks into it, and how fields are read.
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/limits.h"

static json_t *
parse(const char *text)
{
	struct why why = { "" };
	json_t *json = json_parse_object(text, strlen(text), 1000, &why);
	if (json == NULL)
		fail_msg("%s: %s", text, why.text);
	return json;
}

static void
refuses_what_is_not_one_whole_value(void **state)
{
	static const struct {
		const char *what, *text;
	} bad[] = {
		{ "nothing", "" },
		{ "blanks", "  \n" },
		{ "half an object", "{\"a\":1" },
		{ "two values", "{} {}" },
		{ "garbage behind", "{}x" },
		{ "a comment", "{} // x" },
		{ "a comma at the end", "{\"a\":1,}" },
		{ "single quotes", "{'a':1}" },
		{ "a key twice", "{\"a\":1,\"a\":2}" },
		{ "a key twice, deeper", "{\"b\":{\"a\":1,\"a\":1}}" },
		{ "a number beyond 64 bits", "{\"a\":9223372036854775808}" },
		{ "a number without digits", "{\"a\":.5}" },
		{ "infinity", "{\"a\":1e999}" },
		{ "a NUL inside a text", "{\"a\":\"x\\u0000y\"}" },
		{ "bytes that are not UTF-8", "{\"a\":\"\xff\"}" },
		{ "half a surrogate", "{\"a\":\"\\ud800\"}" },
		{ "a page of a proxy", "<html>{}</html>" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct why why = { "" };
		json_t *json = json_parse(bad[i].text, strlen(bad[i].text), 1000, &why);
		if (json != NULL)
			fail_msg("%s was read", bad[i].what);
		assert_true(why.text[0] != '\0');
	}
}

static void
looks_at_the_size_first(void **state)
{
	struct why why = { "" };
	(void)state;
	json_t *json = json_parse("[1,2]", 5, 5, &why);
	assert_non_null(json);
	json_decref(json);
	assert_null(json_parse("[1,2]", 5, 4, &why));
	assert_non_null(strstr(why.text, "5 bytes"));
}

static json_t *
nested(int depth, const char *core, struct why *why)
{
	char text[4 * JSON_DEPTH_MAX + 64] = "";
	size_t used = 0;
	for (int i = 0; i < depth; i++)
		text[used++] = '[';
	used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", core);
	for (int i = 0; i < depth; i++)
		text[used++] = ']';
	return json_parse(text, used, sizeof(text), why);
}

static void
refuses_to_nest_too_deep(void **state)
{
	struct why why = { "" };
	(void)state;
	json_t *json = nested(JSON_DEPTH_MAX, "1", &why);
	assert_non_null(json);
	json_decref(json);
	assert_null(nested(JSON_DEPTH_MAX + 1, "1", &why));
	assert_non_null(strstr(why.text, "deeper"));
}

/* Brackets in a text are words, also behind an escaped quote. */
static void
counts_no_brackets_inside_texts(void **state)
{
	struct why why = { "" };
	(void)state;
	json_t *json = nested(JSON_DEPTH_MAX - 1, "[\"[[[[\\\"[[[[\\\\\"]", &why);
	assert_non_null(json);
	json_decref(json);
	assert_null(nested(JSON_DEPTH_MAX - 1, "[\"\\\\\",[1]]", &why));
}

/* What stands in a broken body may be a name or a token. */
static void
never_quotes_the_bytes_it_stumbled_on(void **state)
{
	static const char *const secret[] = {
		"{\"name\":\"Marina Duarte\" \"segredo\"}",
		"{\"a\": segredo}",
		"segredo",
		"{\"Marina\":1,\"Marina\":2}",
		"{\"a\":\"segredo",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++) {
		struct why why = { "" };
		assert_null(json_parse(secret[i], strlen(secret[i]), 1000, &why));
		if (strstr(why.text, "Marina") != NULL || strstr(why.text, "segredo") != NULL)
			fail_msg("told: %s", why.text);
	}
}

static void
an_object_is_wanted_where_one_is_asked_for(void **state)
{
	struct why why = { "" };
	(void)state;
	assert_null(json_parse_object("[]", 2, 100, &why));
	assert_string_equal(why.text, "JSON, but not an object");
}

static void
walks_down_a_path(void **state)
{
	json_t *json = parse("{\"a\":{\"b\":{\"c\":5}},\"a.b\":6,\"list\":[1]}");
	(void)state;
	assert_int_equal(json_integer_value(json_at(json, "a.b.c")), 5);
	assert_null(json_at(json, "a.x.c"));
	assert_null(json_at(json, "list.0"));
	assert_null(json_at(json, "a.b.c.d"));
	assert_null(json_at(NULL, "a"));
	json_decref(json);
}

static void
a_wanted_field_says_what_is_wrong_with_it(void **state)
{
	static const struct {
		const char *path, *why;
	} rows[] = {
		{ "missing", "field missing is missing, text was expected" },
		{ "number", "field number is of another type, text was expected" },
		{ "null", "field null is of another type, text was expected" },
		{ "long", "field long is longer than 3 bytes" },
	};
	json_t *json = parse("{\"number\":1,\"null\":null,\"long\":\"four\",\"fits\":\"123\"}");
	char text[4];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		assert_false(json_get_text(json, rows[i].path, text, sizeof(text), &why));
		assert_string_equal(why.text, rows[i].why);
	}
	struct why why = { "" };
	int64_t number = 7;
	assert_true(json_get_text(json, "fits", text, sizeof(text), &why));
	assert_string_equal(text, "123");
	assert_false(json_get_integer(json, "fits", &number, &why));
	assert_int_equal(number, 7);
	assert_string_equal(why.text, "field fits is of another type, a whole number was expected");
	json_decref(json);
}

static void
an_integer_is_whole_and_keeps_all_its_digits(void **state)
{
	json_t *json =
		parse("{\"most\":9223372036854775807,\"least\":-9223372036854775808,\"real\":5.0}");
	int64_t number = 0;
	(void)state;
	assert_true(json_get_integer(json, "most", &number, NULL));
	assert_true(number == INT64_MAX);
	assert_true(json_get_integer(json, "least", &number, NULL));
	assert_true(number == INT64_MIN);
	assert_false(json_get_integer(json, "real", &number, NULL));
	json_decref(json);
}

/* Providers drift: a field we can live without never stops anything, but is never cut either. */
static void
a_field_that_may_be_missing_is_empty_then(void **state)
{
	json_t *json =
		parse("{\"null\":null,\"number\":12,\"text\":\"1234\",\"no\":false,\"one\":1}");
	char text[4] = "x";
	(void)state;
	assert_true(json_maybe_text(json, "missing", text, sizeof(text)));
	assert_string_equal(text, "");
	assert_true(json_maybe_text(json, "null", text, sizeof(text)));
	assert_true(json_maybe_text(json, "number", text, sizeof(text)));
	assert_string_equal(text, "");
	assert_false(json_maybe_text(json, "text", text, sizeof(text)));
	assert_string_equal(text, "");
	assert_true(json_maybe_text_or_integer(json, "number", text, sizeof(text)));
	assert_string_equal(text, "12");
	assert_int_equal(json_maybe_integer(json, "text", -1), -1);
	assert_int_equal(json_maybe_integer(json, "number", -1), 12);
	assert_false(json_maybe_true(json, "one"));
	assert_false(json_maybe_true(json, "no"));
	json_decref(json);
}

/* --- mending ---------------------------------------------------------------------------------- */

static void
what_the_library_cant_hold_is_mended(void **state)
{
	static const struct {
		const char *sent, *read;
	} rows[] = {
		{ "{\"a\":\"x\\u0000y\"}", "{\"a\":\"x\xef\xbf\xbdy\"}" },
		{ "{\"\\u0000\":1}", "{\"\xef\xbf\xbd\":1}" },
		{ "{\"a\":\"\\ud83d\"}", "{\"a\":\"\xef\xbf\xbd\"}" },
		{ "{\"a\":\"\\uDE00x\"}", "{\"a\":\"\xef\xbf\xbdx\"}" },
		{ "{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "{\"a\":\"\xef\xbf\xbd\xf0\x9f\x98\x80\"}" },
		{ "{\"a\":\"\\ud83d\\u0041\"}", "{\"a\":\"\xef\xbf\xbd"
		                                "A\"}" },
		/* what is well stays as it is */
		{ "{\"a\":\"\\ud83d\\ude00\\u00e9\"}", "{\"a\":\"\xf0\x9f\x98\x80\xc3\xa9\"}" },
		{ "{\"a\":\"\\\\u0000\"}", "{\"a\":\"\\\\u0000\"}" },
		{ "{\"a\":\"\\\\\\u0000\"}", "{\"a\":\"\\\\\xef\xbf\xbd\"}" },
		{ "{\"a\":9223372036854775807}", "{\"a\":9223372036854775807}" },
		{ "{\"a\":-9223372036854775808}", "{\"a\":-9223372036854775808}" },
		{ "{\"a\":\"9223372036854775808\"}", "{\"a\":\"9223372036854775808\"}" },
		{ "{\"a\":1234567890123456789.5}", "{\"a\":1.2345678901234568e18}" },
		{ "{\"a\":\"\\\"9\",\"b\":[1,-2,3.5e2]}", "{\"a\":\"\\\"9\",\"b\":[1,-2,350.0]}" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		json_t *json = json_parse_provider(rows[i].sent, strlen(rows[i].sent), 1000, &why);
		if (json == NULL)
			fail_msg("%s: %s", rows[i].sent, why.text);
		char *text = json_text(json);
		assert_string_equal(text, rows[i].read);
		free(text);
		json_decref(json);
	}
}

/* It is a real then, which no reader of whole numbers takes. */
static void
an_integer_beyond_64_bits_is_read_as_none(void **state)
{
	static const char *const numbers[] = { "9223372036854775808", "-9223372036854775809",
		                               "123456789012345678901234567890" };
	char text[600];
	(void)state;
	for (size_t i = 0; i <= sizeof(numbers) / sizeof(numbers[0]); i++) {
		bool last = i == sizeof(numbers) / sizeof(numbers[0]);
		if (last)
			snprintf(text, sizeof(text), "{\"a\":-%0400d,\"b\":7}", 0);
		else
			snprintf(text, sizeof(text), "{\"a\":%s,\"b\":7}", numbers[i]);
		if (last)
			memset(strchr(text, '0'), '9', 400);
		json_t *json = json_parse_provider(text, strlen(text), 1000, NULL);
		assert_non_null(json);
		assert_true(json_is_real(json_at(json, "a")));
		assert_int_equal(json_maybe_integer(json, "a", -1), -1);
		assert_int_equal(json_maybe_integer(json, "b", -1), 7);
		json_decref(json);
	}
}

/* Mending makes no JSON of what is none, and keeps every limit. */
static void
what_is_no_json_is_not_mended_into_some(void **state)
{
	static const char *const bad[] = { "",
		                           "{\"a\":1",
		                           "{\"a\":007}",
		                           "{\"a\":-}",
		                           "{\"a\":1,\"a\":2}",
		                           "{\"a\":\"\\",
		                           "{\"a\":\"\\u00\"}",
		                           "{\"a\":\"\\u",
		                           "{\"a\":\"\\ud83d\\u\"}",
		                           "[1]",
		                           "{\"a\":\"\xff\"}",
		                           "{\"a\":1e999}",
		                           "{\"a\":0009223372036854775808}" };
	static const char nul[] = "{\"a\":\"x\0y\"}";
	struct why why = { "" };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(json_parse_provider(bad[i], strlen(bad[i]), 1000, NULL));
	assert_null(json_parse_provider(nul, sizeof(nul) - 1, 1000, NULL));
	assert_null(json_parse_provider("{\"a\":1}", 7, 6, &why));
	assert_non_null(strstr(why.text, "7 bytes"));
}

/* A flag that must not be overlooked: only these are no. */
static void
a_flag_is_set_however_it_is_written(void **state)
{
	static const char *const no[] = { "null", "false", "0",         "0.0",      "-0.0",
		                          "\"\"", "\"0\"", "\"false\"", "\"FALSE\"" };
	static const char *const yes[] = { "true",  "1",      "-1", "0.5", "\"true\"",
		                           "\"1\"", "\"no\"", "{}", "[0]" };
	char text[32];
	(void)state;
	assert_false(json_maybe_flag(NULL, "flag"));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		snprintf(text, sizeof(text), "{\"flag\":%s}", no[i]);
		json_t *json = parse(text);
		assert_false(json_maybe_flag(json, "flag"));
		assert_false(json_maybe_flag(json, "missing"));
		json_decref(json);
	}
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		snprintf(text, sizeof(text), "{\"flag\":%s}", yes[i]);
		json_t *json = parse(text);
		assert_true(json_maybe_flag(json, "flag"));
		assert_int_equal(json_maybe_true(json, "flag"), i == 0);
		json_decref(json);
	}
}

static void
a_number_that_does_not_fit_is_not_cut_into_another(void **state)
{
	json_t *json = parse("{\"order\":84210}");
	char text[5];
	(void)state;
	assert_false(json_maybe_text_or_integer(json, "order", text, sizeof(text)));
	assert_string_equal(text, "");
	json_decref(json);
}

static void
stored_text_does_not_depend_on_the_order_of_keys(void **state)
{
	json_t *a = parse("{\"b\":[1,{\"d\":1,\"c\":2}],\"a\":\"\u00e9\"}");
	json_t *b = parse("{\"a\":\"\\u00e9\", \"b\": [1, {\"c\":2,\"d\":1}]}");
	char *text_a = json_text(a), *text_b = json_text(b);
	(void)state;
	assert_string_equal(text_a, text_b);
	assert_string_equal(text_a, "{\"a\":\"\u00e9\",\"b\":[1,{\"c\":2,\"d\":1}]}");
	free(text_a);
	free(text_b);
	json_decref(a);
	json_decref(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_not_one_whole_value),
		cmocka_unit_test(looks_at_the_size_first),
		cmocka_unit_test(refuses_to_nest_too_deep),
		cmocka_unit_test(counts_no_brackets_inside_texts),
		cmocka_unit_test(never_quotes_the_bytes_it_stumbled_on),
		cmocka_unit_test(an_object_is_wanted_where_one_is_asked_for),
		cmocka_unit_test(walks_down_a_path),
		cmocka_unit_test(a_wanted_field_says_what_is_wrong_with_it),
		cmocka_unit_test(an_integer_is_whole_and_keeps_all_its_digits),
		cmocka_unit_test(a_field_that_may_be_missing_is_empty_then),
		cmocka_unit_test(what_the_library_cant_hold_is_mended),
		cmocka_unit_test(an_integer_beyond_64_bits_is_read_as_none),
		cmocka_unit_test(what_is_no_json_is_not_mended_into_some),
		cmocka_unit_test(a_flag_is_set_however_it_is_written),
		cmocka_unit_test(a_number_that_does_not_fit_is_not_cut_into_another),
		cmocka_unit_test(stored_text_does_not_depend_on_the_order_of_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
