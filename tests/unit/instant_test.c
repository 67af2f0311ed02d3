/*
 * Points in time: calendars checked against the C library's, and every spelling that is refused.
 */
#include "tests/test.h"

#include <time.h>

#include "base/instant.h"

/* The C library's view of the same instant, in São Paulo. */
static struct tm
library_calendar(int64_t at_ms)
{
	struct tm tm;
	time_t seconds = (time_t)((at_ms + SAO_PAULO_OFFSET_MS) / SECOND_MS);
	assert_non_null(gmtime_r(&seconds, &tm));
	return tm;
}

static void
agrees_with_the_c_library_on_every_day_until_2100(void **state)
{
	(void)state;
	for (int64_t at_ms = 12345678; at_ms < INT64_C(4102444800000); at_ms += DAY_MS - 1) {
		struct calendar c = instant_sao_paulo(at_ms);
		struct tm tm = library_calendar(at_ms);
		if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 ||
		    c.day != tm.tm_mday || c.hour != tm.tm_hour || c.minute != tm.tm_min ||
		    c.second != tm.tm_sec)
			fail_msg("%lld is another day here", (long long)at_ms);
		assert_true(instant_from_sao_paulo(c) == at_ms);
	}
}

static void
a_day_in_sao_paulo_begins_at_three_in_utc(void **state)
{
	int64_t last, first;
	(void)state;
	assert_true(instant_parse("2026-11-21T02:59:59.999Z", &last));
	assert_true(instant_parse("2026-11-21T03:00:00Z", &first));
	assert_int_equal(instant_sao_paulo_day(first), instant_sao_paulo_day(last) + 1);
	assert_int_equal(instant_sao_paulo(last).day, 20);
	assert_int_equal(instant_sao_paulo(first).day, 21);
	assert_int_equal(instant_sao_paulo_day(-1), -1);
	assert_int_equal(instant_sao_paulo_day(3 * HOUR_MS), 0);
	assert_int_equal(instant_sao_paulo_day(3 * HOUR_MS - 1), -1);
}

static void
reads_every_form_of_one_instant(void **state)
{
	static const char *const same[] = {
		"2026-11-20T14:20:00Z",          "2026-11-20t14:20:00z",
		"2026-11-20 14:20:00Z",          "2026-11-20T11:20:00-03:00",
		"2026-11-20T14:20:00.000Z",      "2026-11-20T14:20:00.000999999Z",
		"2026-11-21T04:19:00.000+13:59", "2026-11-20T14:20:00-00:00",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		int64_t at_ms = 0;
		if (!instant_parse(same[i], &at_ms) || at_ms != INT64_C(1795184400000))
			fail_msg("%s was read as %lld", same[i], (long long)at_ms);
	}
}

static void
keeps_milliseconds_and_cuts_what_is_finer(void **state)
{
	int64_t at_ms;
	(void)state;
	assert_true(instant_parse("1970-01-01T00:00:00.5Z", &at_ms) && at_ms == 500);
	assert_true(instant_parse("1970-01-01T00:00:00.05Z", &at_ms) && at_ms == 50);
	assert_true(instant_parse("1970-01-01T00:00:00.123456789Z", &at_ms) && at_ms == 123);
	assert_true(instant_parse("1970-01-01T00:00:00.9999Z", &at_ms) && at_ms == 999);
}

static void
refuses_what_names_no_instant(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-20",
		"2026-11-20T14:20:00", /* no zone: which one? */
		"2026-11-20T14:20Z",
		"2026-11-20T14:20:00.Z",
		"2026-11-20T14:20:00.1234567890Z",
		"2026-11-20T14:20:00+0300",
		"2026-11-20T14:20:00+24:00",
		"2026-11-20T14:20:00-03:60",
		"2026-11-20T14:20:00 Z",
		"2026-11-20T14:20:00Zx",
		" 2026-11-20T14:20:00Z",
		"2026-11-20T24:00:00Z",
		"2026-11-20T14:60:00Z",
		"2026-11-20T14:20:61Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-11-31T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+00:01", /* 1969 in UTC */
		"9999-12-31T23:59:59-00:01", /* the year 10000 in UTC */
		"9999-12-31T23:59:60Z",
		"02026-11-20T14:20:00Z",
		"26-11-20T14:20:00Z",
		"2026-1-20T14:20:00Z",
		"2026-11-20T-1:20:00Z",
		"20/11/2026",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t at_ms = -7;
		if (instant_parse(bad[i], &at_ms))
			fail_msg("\"%s\" was read", bad[i]);
		assert_int_equal(at_ms, -7);
	}
}

static void
knows_leap_days(void **state)
{
	int64_t at_ms;
	(void)state;
	assert_true(instant_parse("2028-02-29T00:00:00Z", &at_ms));
	assert_true(instant_parse("2000-02-29T00:00:00Z", &at_ms));
}

static void
prints_whole_seconds_and_never_rounds_up(void **state)
{
	char text[INSTANT_TEXT_SIZE];
	(void)state;
	instant_print_utc(text, INT64_C(1795184400999));
	assert_string_equal(text, "2026-11-20T14:20:00Z");
	instant_print_sao_paulo(text, INT64_C(1795184400999));
	assert_string_equal(text, "2026-11-20T11:20:00-03:00");
	instant_print_utc(text, 0);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	instant_print_sao_paulo(text, 0);
	assert_string_equal(text, "1969-12-31T21:00:00-03:00");
}

static void
reads_back_what_it_prints(void **state)
{
	(void)state;
	for (int64_t at_ms = 0; at_ms < INT64_C(4102444800000); at_ms += 86399 * SECOND_MS * 17) {
		char text[INSTANT_TEXT_SIZE];
		int64_t again;
		instant_print_utc(text, at_ms);
		assert_true(instant_parse(text, &again) && again == at_ms);
		instant_print_utc_ms(text, at_ms + 7);
		assert_true(instant_parse(text, &again) && again == at_ms + 7);
		if (at_ms < DAY_MS)
			continue; /* 1969 in São Paulo is not read */
		instant_print_sao_paulo(text, at_ms);
		assert_true(instant_parse(text, &again) && again == at_ms);
	}
}

static void
reads_brazilian_dates_in_sao_paulo(void **state)
{
	static const char *const bad[] = { "18-11-2026", "2026/11/18", "18/11/26", "31/11/2026",
		                           "18/11/2026 " };
	int64_t at_ms, midnight_ms;
	(void)state;
	assert_true(instant_parse_brazilian("20/11/2026", "11:20:00", &at_ms));
	assert_true(at_ms == INT64_C(1795184400000));
	assert_true(instant_parse_brazilian("20/11/2026", NULL, &midnight_ms));
	assert_true(instant_parse_brazilian("20/11/2026", "", &at_ms) && at_ms == midnight_ms);
	assert_true(midnight_ms == INT64_C(1795184400000) - 11 * HOUR_MS - 20 * MINUTE_MS);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(instant_parse_brazilian(bad[i], NULL, &at_ms));
	assert_false(instant_parse_brazilian("18/11/2026", "14:32", &at_ms));
	assert_false(instant_parse_brazilian("18/11/2026", "25:00:00", &at_ms));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_c_library_on_every_day_until_2100),
		cmocka_unit_test(a_day_in_sao_paulo_begins_at_three_in_utc),
		cmocka_unit_test(reads_every_form_of_one_instant),
		cmocka_unit_test(keeps_milliseconds_and_cuts_what_is_finer),
		cmocka_unit_test(refuses_what_names_no_instant),
		cmocka_unit_test(knows_leap_days),
		cmocka_unit_test(prints_whole_seconds_and_never_rounds_up),
		cmocka_unit_test(reads_back_what_it_prints),
		cmocka_unit_test(reads_brazilian_dates_in_sao_paulo),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
