/*
 * Access keys: the public vectors of fiscal.md section 5, and what must not pass for one.
 */
#include "tests/test.h"

#include "base/access_key.h"
#include "base/text.h"

static const char *const valid_keys[] = {
	"35170458716523000119550010000000121000123458", /* numeric CNPJ */
	"52060412ABC34501DE35550120000007801267301610", /* alphanumeric CNPJ, digit 0 */
	"35170400099999999999550010000000121000123459", /* CPF issuer, padded on the left */
	"35170358716523000119550010000000301000000300", /* digit 0 */
	"35261111222333000181550010000048211739201565",
	"35261111222333000181550020000003171402819371",
	"35261112ABC34501DE35550010000000771112233443",
};

enum { VALID_KEYS = sizeof(valid_keys) / sizeof(valid_keys[0]) };

static void
accepts_the_public_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALID_KEYS; i++) {
		if (!access_key_is_valid(valid_keys[i]))
			fail_msg("%s was not accepted", valid_keys[i]);
		assert_int_equal(access_key_check_digit(valid_keys[i]), valid_keys[i][43]);
	}
}

static void
refuses_every_other_check_digit(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALID_KEYS; i++) {
		char key[ACCESS_KEY_SIZE];
		text_copy(key, sizeof(key), valid_keys[i]);
		for (key[43] = '0'; key[43] <= '9'; key[43]++)
			assert_int_equal(access_key_is_valid(key), key[43] == valid_keys[i][43]);
	}
}

/* Weights 2 to 9 and a modulus of 11: no single digit can change unnoticed, except where the
 * remainders 0 and 1 share the digit 0. */
static void
notices_a_changed_digit(void **state)
{
	(void)state;
	for (int at = 0; at < 43; at++) {
		char key[ACCESS_KEY_SIZE];
		text_copy(key, sizeof(key), valid_keys[0]);
		key[at] = (char)('0' + (key[at] - '0' + 1) % 10);
		if (access_key_is_valid(key))
			fail_msg("%s passed with digit %d changed", key, at);
	}
}

static void
takes_letters_only_inside_the_cnpj(void **state)
{
	(void)state;
	for (int at = 0; at < 43; at++) {
		char key[ACCESS_KEY_SIZE];
		bool in_cnpj = at >= 6 && at < 18;
		text_copy(key, sizeof(key), valid_keys[4]);
		key[at] = 'A';
		key[43] = access_key_check_digit(key);
		if (access_key_is_valid(key) != in_cnpj)
			fail_msg("a letter at %d is %s", at, in_cnpj ? "refused" : "accepted");
	}
}

static void
refuses_what_is_no_key(void **state)
{
	static const char *const bad[] = {
		"",
		"3517045871652300011955001000000012100012345",   /* 43 */
		"351704587165230001195500100000001210001234580", /* 45 */
		"NFe35170458716523000119550010000000121000123458",
		"3517 0458 7165 2300 0119 5500 1000 0000 1210 0012 3458",
		"52060412abc34501de35550120000007801267301610", /* lower case */
		"35170358716523000119550010000000301000000306", /* the sheet's invalid one */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (access_key_is_valid(bad[i]))
			fail_msg("\"%s\" passed for an access key", bad[i]);
}

static void
gives_its_parts(void **state)
{
	char issuer[ACCESS_KEY_ISSUER_SIZE], model[3], number[ACCESS_KEY_NUMBER_SIZE];
	(void)state;
	access_key_issuer("52060412ABC34501DE35550120000007801267301610", issuer);
	access_key_model("52060412ABC34501DE35550120000007801267301610", model);
	access_key_number("52060412ABC34501DE35550120000007801267301610", number);
	assert_string_equal(issuer, "12ABC34501DE35");
	assert_string_equal(model, "55");
	assert_string_equal(number, "780");
	access_key_number("35170458716523000119559999999999991000123458", number);
	assert_string_equal(number, "999999999");
	access_key_number("35170458716523000119550010000000001000123458", number);
	assert_string_equal(number, "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_the_public_vectors),
		cmocka_unit_test(refuses_every_other_check_digit),
		cmocka_unit_test(notices_a_changed_digit),
		cmocka_unit_test(takes_letters_only_inside_the_cnpj),
		cmocka_unit_test(refuses_what_is_no_key),
		cmocka_unit_test(gives_its_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
