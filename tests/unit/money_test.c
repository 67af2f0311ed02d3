/*
 * Amounts: what is read, what is refused, and that nothing is lost on the way.
 */
#include "tests/test.h"

#include "base/money.h"

static void
reads_bank_amounts(void **state)
{
	int64_t cents = -1;
	(void)state;
	assert_true(money_parse("186.00", &cents));
	assert_int_equal(cents, 18600);
	assert_true(money_parse("0.01", &cents));
	assert_int_equal(cents, 1);
	assert_true(money_parse("9999999999.99", &cents));
	assert_int_equal(cents, MONEY_CENTS_MAX);
}

static void
refuses_everything_else(void **state)
{
	static const char *const bad[] = {
		"",        "186",
		"186.0",   "186.000",
		".50",     "186,00",
		" 186.00", "186.00 ",
		"-1.00",   "+1.00",
		"1e2.00",  "0x1.00",
		"1.0a",    "10000000000.00",
		".",       "3526111234.678000195450010000003171123413578",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t cents = -1;
		if (money_parse(bad[i], &cents))
			fail_msg("\"%s\" was read as an amount", bad[i]);
		assert_int_equal(cents, -1);
	}
}

static void
prints_what_it_reads(void **state)
{
	(void)state;
	for (int64_t cents = 0; cents < 100000; cents += 7) {
		char text[MONEY_TEXT_SIZE];
		int64_t again = -1;
		money_print(text, cents);
		assert_true(money_parse(text, &again));
		assert_int_equal(again, cents);
	}
}

static void
reads_what_people_type(void **state)
{
	int64_t cents;
	(void)state;
	assert_true(money_parse_typed("500", &cents) && cents == 50000);
	assert_true(money_parse_typed("500.00", &cents) && cents == 50000);
	assert_true(money_parse_typed("500,00", &cents) && cents == 50000);
	assert_false(money_parse_typed("1.500", &cents)); /* 1,50 or 1500,00? */
	assert_false(money_parse_typed("1.500,00", &cents));
	assert_false(money_parse_typed("", &cents));
	assert_false(money_parse_typed("5 00", &cents));
}

static void
takes_only_whole_centavos_from_numbers(void **state)
{
	int64_t cents;
	(void)state;
	assert_true(money_from_number(19.90, &cents) && cents == 1990);
	assert_true(money_from_number(0.1 + 0.2, &cents) && cents == 30);
	assert_false(money_from_number(19.905, &cents));
	assert_false(money_from_number(-1, &cents));
	assert_false(money_from_number(1.0 / 0.0, &cents));
	assert_false(money_from_number(1e12, &cents));
	assert_true(money_from_number(9999999999.99, &cents) && cents == MONEY_CENTS_MAX);
	assert_false(money_from_number(3526111234.678, &cents)); /* large ones just as strictly */
	assert_true(money_scaled_from_number(24.9525, 6, &cents) && cents == 24952500);
	assert_false(money_scaled_from_number(24.9525001, 4, &cents));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_bank_amounts),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(prints_what_it_reads),
		cmocka_unit_test(reads_what_people_type),
		cmocka_unit_test(takes_only_whole_centavos_from_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
