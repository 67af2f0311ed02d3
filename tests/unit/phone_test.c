/*
 * Phones as people, the ERP and WhatsApp write them: which are one line, and which only look like it.
 */
#include "tests/test.h"

#include "base/phone.h"

static void
reads_every_way_of_writing_one_number(void **state)
{
	static const char *const same[] = {
		"(20) 99999-0101",    "20999990101",
		"020 99999 0101",     "+55 (20) 99999-0101",
		"5520999990101",      "0055 20 99999-0101",
		"55 020 9 9999.0101", "whatsapp: 20/99999-0101",
	};
	char phone[PHONE_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		if (!phone_normalise(same[i], phone))
			fail_msg("\"%s\" was not read", same[i]);
		assert_string_equal(phone, "5520999990101");
	}
}

static void
keeps_a_number_of_ten_digits_as_it_is(void **state)
{
	char phone[PHONE_SIZE];
	(void)state;
	assert_true(phone_normalise("(20) 3333-0101", phone));
	assert_string_equal(phone, "552033330101");
}

/* Area code 55 exists (Santa Maria), so a leading 55 is not always the country. */
static void
knows_the_area_code_55_from_the_country(void **state)
{
	char phone[PHONE_SIZE];
	(void)state;
	assert_true(phone_normalise("(55) 99999-0101", phone));
	assert_string_equal(phone, "5555999990101");
	assert_true(phone_normalise("(55) 3333-0101", phone));
	assert_string_equal(phone, "555533330101");
	assert_true(phone_normalise("+55 55 3333-0101", phone));
	assert_string_equal(phone, "555533330101");
}

static void
refuses_what_names_no_line_in_brazil(void **state)
{
	static const char *const bad[] = {
		"",
		"99999-0101",                         /* no area code */
		"20 89999-0101",                      /* eleven digits that are no mobile */
		"5520999990101 ramal 2",              /* an extension runs into the number */
		"1 415 555 0134 99",                  /* another country */
		"200100300400501@lid",                /* an identity, not a number */
		"20999990101 / 20988880202",          /* two numbers */
		"00000000000000000000000000000000000" /* longer than anything */
	};
	char phone[PHONE_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		phone[0] = 'x';
		if (phone_normalise(bad[i], phone))
			fail_msg("\"%s\" was read as %s", bad[i], phone);
		assert_string_equal(phone, "");
	}
}

static void
takes_both_forms_of_a_mobile_for_one_line(void **state)
{
	(void)state;
	assert_true(phone_same("5520999990101", "552099990101"));
	assert_true(phone_same("552099990101", "5520999990101"));
	assert_true(phone_same("5531988887777", "553188887777"));
	assert_true(phone_same("5520999990101", "5520999990101"));
}

/* Eight digits that begin with 2 to 5 are a landline; the mobile that shows them behind its 9 is
 * somebody else's. */
static void
never_takes_a_landline_for_a_mobile(void **state)
{
	static const char *const digits[] = { "2", "3", "4", "5" };
	(void)state;
	for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
		char landline[PHONE_SIZE], mobile[PHONE_SIZE];
		snprintf(landline, sizeof(landline), "5520%s3330101", digits[i]);
		snprintf(mobile, sizeof(mobile), "55209%s3330101", digits[i]);
		if (phone_same(landline, mobile))
			fail_msg("%s was taken for %s", landline, mobile);
	}
}

static void
tells_different_lines_apart(void **state)
{
	(void)state;
	assert_false(phone_same("5520999990101", "5521999990101")); /* another area */
	assert_false(phone_same("5520999990101", "5520999990102"));
	assert_false(phone_same("5520999990101", "552099990102"));
	assert_false(phone_same("", ""));
	assert_false(phone_same("", "5520999990101"));
}

static void
writes_both_forms_alike_for_counting(void **state)
{
	char with[PHONE_SIZE], without[PHONE_SIZE];
	(void)state;
	phone_canonical("5520999990101", with);
	phone_canonical("552099990101", without);
	assert_string_equal(with, without);
	phone_canonical("552033330101", with);
	assert_string_equal(with, "552033330101");
}

static void
shows_only_the_last_four_digits(void **state)
{
	static const struct {
		const char *phone, *masked;
	} rows[] = {
		{ "5520999990101", "55 20 ****-0101" },
		{ "552033330101", "55 20 ****-0101" },
		{ "200100300400501@lid", "****@lid" },
		{ "0101", "****" },
		{ "", "****" },
		{ "14155550134", "****0134" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char masked[PHONE_MASKED_SIZE];
		phone_masked(rows[i].phone, masked);
		assert_string_equal(masked, rows[i].masked);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_way_of_writing_one_number),
		cmocka_unit_test(keeps_a_number_of_ten_digits_as_it_is),
		cmocka_unit_test(knows_the_area_code_55_from_the_country),
		cmocka_unit_test(refuses_what_names_no_line_in_brazil),
		cmocka_unit_test(takes_both_forms_of_a_mobile_for_one_line),
		cmocka_unit_test(never_takes_a_landline_for_a_mobile),
		cmocka_unit_test(tells_different_lines_apart),
		cmocka_unit_test(writes_both_forms_alike_for_counting),
		cmocka_unit_test(shows_only_the_last_four_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
