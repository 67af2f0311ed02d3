/*
 * Ids: known spellings, no letter that is misread, and every random bit of theirs used.
 */
#include "tests/aborts.h"

#include "base/id.h"

static void
writes_known_base_32(void **state)
{
	char text[32];
	(void)state;
	id_base32(text, sizeof(text), (const uint8_t *)"", 0);
	assert_string_equal(text, "");
	id_base32(text, sizeof(text), (const uint8_t *)"\xff", 1);
	assert_string_equal(text, "zw");
	id_base32(text, sizeof(text), (const uint8_t *)"foobar", 6);
	assert_string_equal(text, "csqpyrk1e8"); /* RFC 4648's MZXW6YTBOI in Crockford's alphabet */
}

static void
has_no_letter_that_is_misread(void **state)
{
	uint8_t bytes[320];
	char text[513];
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + i / 7);
	id_base32(text, sizeof(text), bytes, sizeof(bytes));
	assert_null(strpbrk(text, "ilouABCDEFGHIJKLMNOPQRSTUVWXYZ"));
	assert_int_equal(strlen(text), 512);
}

/* 60 bits: turning any of them makes another id. */
static void
every_bit_counts(void **state)
{
	uint8_t random[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	char id[ID_SIZE], other[ID_SIZE];
	(void)state;
	id_make(id, "c_", random);
	assert_int_equal(strlen(id), 14);
	assert_int_equal(strncmp(id, "c_", 2), 0);
	for (int bit = 0; bit < 60; bit++) {
		random[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		id_make(other, "c_", random);
		assert_string_not_equal(id, other);
		random[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	}
}

static void
writes_hex(void **state)
{
	char text[9];
	(void)state;
	id_hex(text, sizeof(text), (const uint8_t *)"\x00\x9f\xff\x10", 4);
	assert_string_equal(text, "009fff10");
}

static void
hex_without_room(void)
{
	char text[8];
	id_hex(text, sizeof(text), (const uint8_t *)"abcd", 4);
}

static void
base_32_without_room(void)
{
	char text[2];
	id_base32(text, sizeof(text), (const uint8_t *)"\xff", 1);
}

static void
an_id_that_would_be_cut_stops_the_program(void **state)
{
	(void)state;
	assert_aborts(hex_without_room);
	assert_aborts(base_32_without_room);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_known_base_32),
		cmocka_unit_test(has_no_letter_that_is_misread),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(writes_hex),
		cmocka_unit_test(an_id_that_would_be_cut_stops_the_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
