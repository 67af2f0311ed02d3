/*
 * Structs as JSON and back: every type of field, and strict about everything that is there.
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/record.h"

enum colour { RED, GREEN, COLOUR_COUNT };

static const char *
colour_text(int value)
{
	return value == RED ? "red" : "green";
}

struct inner {
	char word[6];
};

struct outer {
	char text[6];
	char texts[2][4];
	int64_t number;
	bool yes;
	enum colour colour;
	struct inner inner;
	int64_t inner_count;
	struct inner list[2];
	char fence;
};

static const struct field inner_rows[] = { ROW_TEXT(inner, word) };
static const struct record inner_record = RECORD(inner_rows);
static const struct field outer_rows[] = {
	ROW_TEXT(outer, text),
	ROW_TEXTS(outer, texts),
	ROW_INTEGER(outer, number),
	ROW_BOOL(outer, yes),
	ROW_ENUM(outer, colour, colour_text, COLOUR_COUNT),
	ROW_RECORD(outer, inner, &inner_record),
	ROW_LIST(outer, list, inner_count, &inner_record),
};
static const struct record outer_record = RECORD(outer_rows);

static bool
read_outer(const char *text, struct outer *outer, struct why *why)
{
	json_t *json = json_parse(text, strlen(text), 1000, NULL);
	assert_non_null(json);
	memset(outer, 0, sizeof(*outer));
	outer->fence = '#';
	bool ok = record_from_json(&outer_record, json, outer, why);
	assert_int_equal(outer->fence, '#');
	json_decref(json);
	return ok;
}

static void
every_field_survives_a_round_trip(void **state)
{
	static const struct outer before = {
		.text = "short",
		.texts = { "one", "two" },
		.number = -5,
		.yes = true,
		.colour = GREEN,
		.inner = { "in" },
		.inner_count = 2,
		.list = { { "a" }, { "b" } },
	};
	struct outer after = { 0 };
	(void)state;
	json_t *json = record_to_json(&outer_record, &before);
	char *text = json_text(json);
	assert_string_equal(
		text,
		"{\"colour\":\"green\",\"inner\":{\"word\":\"in\"},\"list\":[{\"word\":\"a\"},"
		"{\"word\":\"b\"}],\"number\":-5,\"text\":\"short\",\"texts\":[\"one\",\"two\"],"
		"\"yes\":true}");
	assert_true(record_from_json(&outer_record, json, &after, NULL));
	assert_memory_equal(&before, &after, sizeof(before));
	free(text);
	json_decref(json);
}

/* What was written before a field existed still loads. */
static void
a_missing_field_keeps_what_was_there(void **state)
{
	struct outer outer;
	(void)state;
	assert_true(read_outer("{}", &outer, NULL));
	assert_string_equal(outer.text, "");
	assert_true(read_outer("{\"list\":[]}", &outer, NULL));
	assert_int_equal(outer.inner_count, 0);
}

static void
everything_else_is_an_error_that_names_the_field(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{\"other\":1}", "field other is not known here" },
		{ "{\"text\":1}", "field text has the wrong type" },
		{ "{\"text\":null}", "field text has the wrong type" },
		{ "{\"text\":\"longer\"}", "field text is longer than 5 bytes" },
		{ "{\"texts\":\"one\"}", "field texts has the wrong type" },
		{ "{\"texts\":[\"1\",\"2\",\"3\"]}", "field texts has 3 entries, at most 2 fit" },
		{ "{\"texts\":[\"four\"]}", "field texts is longer than 3 bytes" },
		{ "{\"number\":1.5}", "field number has the wrong type" },
		{ "{\"number\":\"1\"}", "field number has the wrong type" },
		{ "{\"yes\":1}", "field yes has the wrong type" },
		{ "{\"yes\":\"true\"}", "field yes has the wrong type" },
		{ "{\"colour\":\"blue\"}", "field colour does not know \"blue\"" },
		{ "{\"colour\":1}", "field colour has the wrong type" },
		{ "{\"inner\":[]}", "inner: an object was expected" },
		{ "{\"inner\":{\"x\":1}}", "inner: field x is not known here" },
		{ "{\"list\":{}}", "field list has the wrong type" },
		{ "{\"list\":[{},{},{}]}", "field list has 3 entries, at most 2 fit" },
		{ "{\"list\":[{},{\"word\":7}]}", "list[1]: field word has the wrong type" },
		{ "[]", "an object was expected" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct outer outer;
		struct why why = { "" };
		if (read_outer(rows[i].text, &outer, &why))
			fail_msg("%s was read", rows[i].text);
		assert_string_equal(why.text, rows[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_survives_a_round_trip),
		cmocka_unit_test(a_missing_field_keeps_what_was_there),
		cmocka_unit_test(everything_else_is_an_error_that_names_the_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
