/*
 * Taxpayers' numbers: every single wrong digit is noticed.
 */
#include "tests/test.h"

#include "base/document.h"

static const char *const cpfs[] = { "12345678909", "52998224725", "11144477735", "99999999999" };
static const char *const cnpjs[] = { "11222333000181", "00000000000191", "12ABC34501DE35",
	                             "58716523000119" };

static void
numbers_that_check_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cpfs) / sizeof(cpfs[0]); i++) {
		assert_true(document_is_cpf(cpfs[i]));
		assert_false(document_is_cnpj(cpfs[i]));
	}
	for (size_t i = 0; i < sizeof(cnpjs) / sizeof(cnpjs[0]); i++) {
		assert_true(document_is_cnpj(cnpjs[i]));
		assert_false(document_is_cpf(cnpjs[i]));
	}
}

/* Of the check digits themselves: one of another digit may hide behind "10 and 11 give 0". */
static void
a_wrong_check_digit_is_noticed(void **state)
{
	char text[16];
	(void)state;
	for (size_t i = 0; i < sizeof(cpfs) / sizeof(cpfs[0]); i++)
		for (size_t at = 9; at < 11; at++)
			for (char digit = '0'; digit <= '9'; digit++) {
				memcpy(text, cpfs[i], 12);
				text[at] = digit;
				assert_int_equal(document_is_cpf(text), digit == cpfs[i][at]);
			}
	for (size_t i = 0; i < sizeof(cnpjs) / sizeof(cnpjs[0]); i++)
		for (size_t at = 12; at < 14; at++)
			for (char digit = '0'; digit <= '9'; digit++) {
				memcpy(text, cnpjs[i], 15);
				text[at] = digit;
				assert_int_equal(document_is_cnpj(text), digit == cnpjs[i][at]);
			}
}

static void
another_form_is_neither(void **state)
{
	static const char *const texts[] = { "",
		                             "1234567890",
		                             "123456789099",
		                             "1234567890X",
		                             "123.456.789-09",
		                             "1122233300018",
		                             "112223330001811",
		                             "12abc34501de35",
		                             "12ABC34501DEXY",
		                             "1122233300018 " };
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(document_is_cpf(texts[i]));
		assert_false(document_is_cnpj(texts[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_that_check_are_taken),
		cmocka_unit_test(a_wrong_check_digit_is_noticed),
		cmocka_unit_test(another_form_is_neither),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
