/*
 * The mandate: that nothing in it can be changed, left out or smuggled in behind finance's back, and that
 * every limit allows its last centavo and refuses the next.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "base/json.h"
#include "base/money.h"
#include "base/text.h"
#include "refund/mandate.h"

#define NOW_MS INT64_C(1795184400000) /* 2026-11-20T14:20:00Z */

static const struct mandate full = {
	.id = "cm_support",
	.signed_ms = NOW_MS - DAY_MS + 7, /* to the millisecond: it is the version */
	.not_before_ms = NOW_MS - HOUR_MS,
	.expires_ms = NOW_MS + 30 * DAY_MS,
	.per_refund_cents = 50000,
	.per_order_cents = 60000,
	.per_customer_day_cents = 70000,
	.per_day_cents = 80000,
	.per_month_cents = 90000,
	.count_per_day = 20,
	.max_order_age_days = 30,
};

static struct signing_key *
new_key(uint8_t byte)
{
	uint8_t seed[KEY_BYTES];
	memset(seed, byte, sizeof(seed));
	return signing_key_new(KEY_USE_MANDATES, seed);
}

static void
sign(const struct mandate *mandate, uint8_t byte, struct signed_mandate *to)
{
	struct signing_key *key = new_key(byte);
	mandate_sign(mandate, key, to);
	signing_key_free(key);
}

static bool
genuine(const struct signed_mandate *signed_mandate, uint8_t byte)
{
	struct signing_key *key = new_key(byte);
	bool ok = mandate_is_genuine(signed_mandate, signing_key_public(key));
	signing_key_free(key);
	return ok;
}

/* The file of the full mandate, as JSON to be changed. */
static json_t *
full_file(void)
{
	struct signed_mandate signed_mandate;
	struct buffer file;
	sign(&full, 1, &signed_mandate);
	buffer_init(&file, 8192);
	mandate_print(&signed_mandate, &file);
	json_t *json = json_parse_object(file.bytes, file.length, 8192, NULL);
	assert_non_null(json);
	buffer_free(&file);
	return json;
}

static bool
read_file(json_t *json, struct signed_mandate *to, struct why *why)
{
	char *text = json_text(json);
	bool ok = mandate_read(text, strlen(text), to, why);
	free(text);
	json_decref(json);
	return ok;
}

/* --- signing and reading ---------------------------------------------------------------------- */

static void
a_signed_file_reads_back_whole_and_genuine(void **state)
{
	struct signed_mandate back;
	struct mandate again;
	(void)state;
	assert_true(read_file(full_file(), &back, NULL));
	assert_true(mandate_equal(&back.mandate, &full));
	assert_true(genuine(&back, 1));
	assert_true(mandate_read_body(back.body, &again, NULL));
	assert_true(mandate_equal(&again, &full));
}

static void
limits_that_are_absent_stay_absent(void **state)
{
	struct mandate least = { .id = "x", .expires_ms = DAY_MS, .per_refund_cents = 1 };
	struct signed_mandate signed_mandate;
	struct mandate again;
	(void)state;
	sign(&least, 1, &signed_mandate);
	assert_null(strstr(signed_mandate.body, "per_day_cents"));
	assert_true(mandate_read_body(signed_mandate.body, &again, NULL));
	assert_true(mandate_equal(&again, &least));
}

static void
a_mandate_says_for_which_shop_it_is(void **state)
{
	struct mandate here = full;
	struct signed_mandate signed_mandate;
	struct why why = { "" };
	(void)state;
	assert_true(mandate_is_for(&full, "loja", false, NULL)); /* it does not say */
	assert_true(mandate_is_for(&full, "outra", true, NULL));
	assert_true(text_copy(here.merchant, sizeof(here.merchant), "loja"));
	for (int place = MANDATE_LIVE; place <= MANDATE_TEST; place++) {
		bool test = place == MANDATE_TEST;
		here.place = (enum mandate_place)place;
		sign(&here, 1, &signed_mandate);
		assert_non_null(
			strstr(signed_mandate.body, test ? "\"test\":true" : "\"test\":false"));
		memset(&here, 0, sizeof(here));
		assert_true(mandate_read_body(signed_mandate.body, &here, NULL));
		assert_true(mandate_is_for(&here, "loja", test, NULL));
		assert_false(mandate_is_for(&here, "loja", !test, NULL));
		assert_false(mandate_is_for(&here, "outra", test, &why));
		assert_non_null(strstr(why.text, "outra"));
		why.text[0] = '\0';
	}
}

static void
a_shop_that_is_no_name_is_refused(void **state)
{
	static const char *const wrong[] = { "{\"merchant\":\"\"}", "{\"merchant\":7}",
		                             "{\"merchant\":\"a\\nb\"}", "{\"test\":\"true\"}",
		                             "{\"test\":null}" };
	struct signed_mandate back;
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *file = full_file();
		json_t *more = json_parse_object(wrong[i], strlen(wrong[i]), 8192, NULL);
		assert_non_null(more);
		json_object_update(json_object_get(file, "mandate"), more);
		json_decref(more);
		if (read_file(file, &back, NULL))
			fail_msg("%s was taken", wrong[i]);
	}
}

static void
another_key_did_not_sign_it(void **state)
{
	struct signed_mandate back;
	(void)state;
	assert_true(read_file(full_file(), &back, NULL));
	assert_false(genuine(&back, 2));
}

/* --- tampering -------------------------------------------------------------------------------- */

static void
no_byte_of_what_was_signed_can_change(void **state)
{
	struct signed_mandate signed_mandate;
	(void)state;
	sign(&full, 1, &signed_mandate);
	for (size_t i = 0; signed_mandate.body[i] != '\0'; i++) {
		signed_mandate.body[i] ^= 1;
		if (genuine(&signed_mandate, 1))
			fail_msg("byte %zu of the body does not count", i);
		signed_mandate.body[i] ^= 1;
	}
	assert_true(genuine(&signed_mandate, 1));
	signed_mandate.body[strlen(signed_mandate.body) - 1] = '\0';
	assert_false(genuine(&signed_mandate, 1));
}

/* Every field of the file, made more generous: still a mandate to look at, but nobody's signature. */
static void
no_field_can_be_changed_in_the_file(void **state)
{
	json_t *names = full_file(), *value;
	const char *name;
	(void)state;
	json_object_foreach (json_object_get(names, "mandate"), name, value) {
		struct signed_mandate back;
		json_t *file = full_file();
		json_t *mandate = json_object_get(file, "mandate");
		if (json_is_integer(value))
			json_object_set_new(mandate, name,
			                    json_integer(json_integer_value(value) + 1));
		else if (json_string_value(value)[0] == '2')
			json_object_set_new(mandate, name, json_string("2026-11-19T00:00:00Z"));
		else
			json_object_set_new(mandate, name, json_string("other"));
		if (read_file(file, &back, NULL) && genuine(&back, 1))
			fail_msg("%s can be changed", name);
	}
	json_decref(names);
}

static void
no_limit_can_be_taken_out_of_the_file(void **state)
{
	json_t *names = full_file(), *value;
	const char *name;
	(void)state;
	json_object_foreach (json_object_get(names, "mandate"), name, value) {
		struct signed_mandate back;
		json_t *file = full_file();
		json_object_del(json_object_get(file, "mandate"), name);
		if (read_file(file, &back, NULL) && genuine(&back, 1))
			fail_msg("%s can be taken out", name);
	}
	json_decref(names);
}

static void
a_limit_of_another_mandate_can_not_be_put_in(void **state)
{
	struct mandate narrow = full;
	struct signed_mandate signed_narrow, signed_wide;
	(void)state;
	narrow.per_refund_cents = 100;
	sign(&narrow, 1, &signed_narrow);
	sign(&full, 1, &signed_wide);
	memcpy(signed_narrow.body, signed_wide.body, sizeof(signed_narrow.body));
	assert_false(genuine(&signed_narrow, 1));
	assert_false(mandate_equal(&narrow, &full));
}

/* --- what is refused when it is read ---------------------------------------------------------- */

/* Reads the file with one field of the mandate replaced (NULL: taken out). */
static bool
reads_with(const char *name, json_t *value, struct why *why)
{
	struct signed_mandate back;
	json_t *file = full_file();
	if (value == NULL)
		json_object_del(json_object_get(file, "mandate"), name);
	else
		json_object_set_new(json_object_get(file, "mandate"), name, value);
	return read_file(file, &back, why);
}

static void
required_fields_must_be_there(void **state)
{
	static const char *const required[] = { "type",       "format",          "id",
		                                "currency",   "signed_at",       "not_before",
		                                "expires_at", "per_refund_cents" };
	(void)state;
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (reads_with(required[i], NULL, NULL))
			fail_msg("a mandate without %s was read", required[i]);
}

static void
an_unknown_limit_is_refused_not_ignored(void **state)
{
	struct why why = { "" };
	(void)state;
	assert_false(reads_with("per_week_cents", json_integer(1), &why));
	assert_string_equal(why.text, "mandate field per_week_cents is not known here");
}

static void
a_repeated_field_is_refused(void **state)
{
	static const char twice[] =
		"{\"mandate\":{\"type\":\"estorno-mandate\",\"format\":1,\"id\":\"x\",\"currency\":"
		"\"BRL\","
		"\"signed_at\":\"2026-11-20T00:00:00Z\",\"not_before\":\"2026-11-20T00:00:00Z\","
		"\"expires_at\":\"2026-12-20T00:00:00Z\",\"per_refund_cents\":100,\"per_refund_"
		"cents\":99999},"
		"\"key_id\":\"k\",\"signature\":\"s\"}";
	struct signed_mandate back;
	(void)state;
	assert_false(mandate_read(twice, strlen(twice), &back, NULL));
}

static void
values_out_of_range_or_of_another_type_are_refused(void **state)
{
	struct {
		const char *name;
		json_t *value;
	} rows[] = {
		{ "type", json_string("codespar-mandate") },
		{ "format", json_integer(2) },
		{ "format", json_real(1.0) },
		{ "currency", json_string("USD") },
		{ "id", json_string("") },
		{ "id", json_string("cm support") },
		{ "id", json_string("../estorno.conf") },
		{ "id", json_integer(7) },
		{ "per_refund_cents", json_integer(0) },
		{ "per_refund_cents", json_integer(-1) },
		{ "per_refund_cents", json_integer(MONEY_CENTS_MAX + 1) },
		{ "per_refund_cents", json_real(500.0) },
		{ "per_refund_cents", json_string("50000") },
		{ "per_order_cents", json_integer(0) },
		{ "per_day_cents", json_null() },
		{ "count_per_day", json_integer(1000001) },
		{ "max_order_age_days", json_integer(36501) },
		{ "expires_at", json_integer(1) },
		{ "expires_at", json_string("2026-12-20") },
		{ "expires_at", json_string("tomorrow") },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		if (reads_with(rows[i].name, rows[i].value, &why))
			fail_msg("row %zu: %s was read", i, rows[i].name);
		assert_true(why.text[0] != '\0');
	}
}

static void
a_file_is_a_mandate_a_key_and_a_signature(void **state)
{
	struct signed_mandate back;
	json_t *file = full_file();
	(void)state;
	json_object_set_new(file, "note", json_string("approved by phone"));
	assert_false(read_file(file, &back, NULL));
	file = full_file();
	json_object_del(file, "signature");
	assert_false(read_file(file, &back, NULL));
	file = full_file();
	json_object_set_new(file, "mandate", json_string("cm_support"));
	assert_false(read_file(file, &back, NULL));
	assert_false(mandate_read("", 0, &back, NULL));
	file = full_file();
	json_object_del(file, "mandate");
	json_object_set_new(file, "mandat", json_object());
	assert_false(read_file(file, &back, NULL));
	file = full_file();
	json_object_set_new(file, "key_id", json_integer(1));
	assert_false(read_file(file, &back, NULL));
	file = full_file();
	json_object_set_new(file, "signature", json_null());
	assert_false(read_file(file, &back, NULL));
}

static void
signed_bytes_that_are_no_mandate_are_refused(void **state)
{
	struct mandate mandate;
	struct why why = { "" };
	(void)state;
	assert_false(mandate_read_body("", &mandate, NULL));
	assert_false(mandate_read_body("{}", &mandate, &why));
	assert_non_null(strstr(why.text, "not a mandate"));
}

/* --- soundness -------------------------------------------------------------------------------- */

static void
limits_that_contradict_each_other_are_unsound(void **state)
{
	static const struct {
		const char *what;
		size_t offset;
		int64_t value;
	} rows[] = {
		{ "a day below one refund", offsetof(struct mandate, per_day_cents), 49999 },
		{ "a month below one day", offsetof(struct mandate, per_month_cents), 79999 },
		{ "no refund at all", offsetof(struct mandate, per_refund_cents), 0 },
		{ "an end at the beginning", offsetof(struct mandate, expires_ms),
		  NOW_MS - HOUR_MS },
		{ "less than nothing for an order", offsetof(struct mandate, per_order_cents), -1 },
		{ "less than nothing for a customer",
		  offsetof(struct mandate, per_customer_day_cents), -1 },
		{ "less than no refunds", offsetof(struct mandate, count_per_day), -1 },
		{ "an age below zero", offsetof(struct mandate, max_order_age_days), -1 },
		{ "more than a Pix can carry", offsetof(struct mandate, per_refund_cents),
		  MONEY_CENTS_MAX + 1 },
		{ "an end that no calendar has", offsetof(struct mandate, expires_ms), INT64_MAX },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mandate mandate = full;
		struct why why = { "" };
		memcpy((char *)&mandate + rows[i].offset, &rows[i].value, sizeof(rows[i].value));
		if (mandate_is_sound(&mandate, &why))
			fail_msg("%s is taken for sound", rows[i].what);
		assert_true(why.text[0] != '\0');
	}
	assert_true(mandate_is_sound(&full, NULL));
}

static void
a_month_must_allow_one_refund_also_without_a_limit_a_day(void **state)
{
	struct mandate mandate = full;
	(void)state;
	mandate.per_day_cents = 0;
	mandate.per_month_cents = 49999;
	assert_false(mandate_is_sound(&mandate, NULL));
	mandate.per_month_cents = 50000;
	assert_true(mandate_is_sound(&mandate, NULL));
}

/* --- weighing: the last centavo, and the next ------------------------------------------------- */

struct weighing {
	const char *what;
	struct mandate_use use;
	int64_t amount_cents, ordered_ms, now_ms;
	enum hold_reason expected;
};

#define ORDERED_MS (NOW_MS - DAY_MS)

static const struct weighing weighings[] = {
	{ "a refund at its cap", { 0 }, 50000, ORDERED_MS, NOW_MS, HOLD_NONE },
	{ "a refund above it", { 0 }, 50001, ORDERED_MS, NOW_MS, HOLD_ABOVE_CAP },
	{ "an order at its cap", { .order_cents = 59900 }, 100, ORDERED_MS, NOW_MS, HOLD_NONE },
	{ "an order above it", { .order_cents = 59900 }, 101, ORDERED_MS, NOW_MS, HOLD_ABOVE_CAP },
	{ "a customer's day at its end",
	  { .customer_day_cents = 69999 },
	  1,
	  ORDERED_MS,
	  NOW_MS,
	  HOLD_NONE },
	{ "a customer's day over",
	  { .customer_day_cents = 69999 },
	  2,
	  ORDERED_MS,
	  NOW_MS,
	  HOLD_MANDATE_ROOM },
	{ "a day at its end", { .day_cents = 30000 }, 50000, ORDERED_MS, NOW_MS, HOLD_NONE },
	{ "a day over", { .day_cents = 30001 }, 50000, ORDERED_MS, NOW_MS, HOLD_MANDATE_ROOM },
	{ "a month at its end", { .month_cents = 40000 }, 50000, ORDERED_MS, NOW_MS, HOLD_NONE },
	{ "a month over", { .month_cents = 40001 }, 50000, ORDERED_MS, NOW_MS, HOLD_MANDATE_ROOM },
	{ "the last of the day's refunds", { .day_count = 19 }, 1, ORDERED_MS, NOW_MS, HOLD_NONE },
	{ "one more than that", { .day_count = 20 }, 1, ORDERED_MS, NOW_MS, HOLD_MANDATE_ROOM },
	{ "used up beyond a limit",
	  { .day_cents = 80001 },
	  1,
	  ORDERED_MS,
	  NOW_MS,
	  HOLD_MANDATE_ROOM },
	{ "an amount that would overflow",
	  { .order_cents = 1 },
	  INT64_MAX,
	  ORDERED_MS,
	  NOW_MS,
	  HOLD_ABOVE_CAP },
	{ "uses that would overflow",
	  { .month_cents = INT64_MAX },
	  1,
	  ORDERED_MS,
	  NOW_MS,
	  HOLD_MANDATE_ROOM },
	{ "an order of exactly its age", { 0 }, 1, NOW_MS - 30 * DAY_MS, NOW_MS, HOLD_NONE },
	{ "an order too old", { 0 }, 1, NOW_MS - 30 * DAY_MS - 1, NOW_MS, HOLD_MANDATE_ORDER_AGE },
	{ "an order of no known age", { 0 }, 1, 0, NOW_MS, HOLD_MANDATE_ORDER_AGE },
	{ "its first millisecond", { 0 }, 1, ORDERED_MS, NOW_MS - HOUR_MS, HOLD_NONE },
	{ "before it begins", { 0 }, 1, ORDERED_MS, NOW_MS - HOUR_MS - 1, HOLD_MANDATE_EXPIRED },
	{ "its last millisecond",
	  { 0 },
	  1,
	  NOW_MS + 29 * DAY_MS,
	  NOW_MS + 30 * DAY_MS - 1,
	  HOLD_NONE },
	{ "its end, excluded",
	  { 0 },
	  1,
	  NOW_MS + 29 * DAY_MS,
	  NOW_MS + 30 * DAY_MS,
	  HOLD_MANDATE_EXPIRED },
};

static void
every_limit_allows_its_last_centavo_and_refuses_the_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(weighings) / sizeof(weighings[0]); i++) {
		enum hold_reason found =
			mandate_allows(&full, &weighings[i].use, weighings[i].amount_cents,
		                       weighings[i].ordered_ms, weighings[i].now_ms);
		if (found != weighings[i].expected)
			fail_msg("%s: \"%s\"", weighings[i].what, hold_text(found));
	}
}

static void
a_limit_that_is_absent_does_not_apply(void **state)
{
	const struct mandate least = { .id = "x",
		                       .expires_ms = INT64_MAX,
		                       .per_refund_cents = 100 };
	const struct mandate_use much = { MONEY_CENTS_MAX, MONEY_CENTS_MAX, MONEY_CENTS_MAX,
		                          MONEY_CENTS_MAX, 1000000 };
	(void)state;
	assert_int_equal(mandate_allows(&least, &much, 100, 0, NOW_MS), HOLD_NONE);
	assert_int_equal(mandate_allows(&least, &much, 101, 0, NOW_MS), HOLD_ABOVE_CAP);
}

static void
mandates_differ_in_any_field(void **state)
{
	static const size_t offsets[] = {
		offsetof(struct mandate, signed_ms),
		offsetof(struct mandate, not_before_ms),
		offsetof(struct mandate, expires_ms),
		offsetof(struct mandate, per_refund_cents),
		offsetof(struct mandate, per_order_cents),
		offsetof(struct mandate, per_customer_day_cents),
		offsetof(struct mandate, per_day_cents),
		offsetof(struct mandate, per_month_cents),
		offsetof(struct mandate, count_per_day),
		offsetof(struct mandate, max_order_age_days),
	};
	struct mandate other = full;
	(void)state;
	assert_true(mandate_equal(&other, &full));
	other.id[0] = 'x';
	assert_false(mandate_equal(&other, &full));
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		other = full;
		((char *)&other)[offsets[i]] ^= 1;
		if (mandate_equal(&other, &full))
			fail_msg("the field at %zu does not count", offsets[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_file_reads_back_whole_and_genuine),
		cmocka_unit_test(limits_that_are_absent_stay_absent),
		cmocka_unit_test(another_key_did_not_sign_it),
		cmocka_unit_test(no_byte_of_what_was_signed_can_change),
		cmocka_unit_test(no_field_can_be_changed_in_the_file),
		cmocka_unit_test(no_limit_can_be_taken_out_of_the_file),
		cmocka_unit_test(a_limit_of_another_mandate_can_not_be_put_in),
		cmocka_unit_test(a_mandate_says_for_which_shop_it_is),
		cmocka_unit_test(a_shop_that_is_no_name_is_refused),
		cmocka_unit_test(required_fields_must_be_there),
		cmocka_unit_test(an_unknown_limit_is_refused_not_ignored),
		cmocka_unit_test(a_repeated_field_is_refused),
		cmocka_unit_test(values_out_of_range_or_of_another_type_are_refused),
		cmocka_unit_test(a_file_is_a_mandate_a_key_and_a_signature),
		cmocka_unit_test(signed_bytes_that_are_no_mandate_are_refused),
		cmocka_unit_test(limits_that_contradict_each_other_are_unsound),
		cmocka_unit_test(a_month_must_allow_one_refund_also_without_a_limit_a_day),
		cmocka_unit_test(every_limit_allows_its_last_centavo_and_refuses_the_next),
		cmocka_unit_test(a_limit_that_is_absent_does_not_apply),
		cmocka_unit_test(mandates_differ_in_any_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
