/*
 * Bounded text: nothing is cut without being said, and no byte is written beyond the buffer.
 */
#include "tests/test.h"

#include "base/text.h"

/* A buffer whose last byte must stay what it was. */
struct fenced {
	char text[8];
	char fence;
};

static const struct fenced clean = { .text = "before", .fence = '#' };

static void
copies_what_fits_with_its_end(void **state)
{
	struct fenced to = clean;
	(void)state;
	assert_true(text_copy(to.text, sizeof(to.text), "1234567"));
	assert_string_equal(to.text, "1234567");
	assert_true(text_copy(to.text, sizeof(to.text), ""));
	assert_string_equal(to.text, "");
	assert_int_equal(to.fence, '#');
}

static void
refuses_one_byte_too_many_and_leaves_nothing(void **state)
{
	struct fenced to = clean;
	(void)state;
	assert_false(text_copy(to.text, sizeof(to.text), "12345678"));
	assert_string_equal(to.text, "");
	to = clean;
	assert_false(text_format(to.text, sizeof(to.text), "%d%s", 1234, "5678"));
	assert_string_equal(to.text, "");
	assert_true(text_format(to.text, sizeof(to.text), "%d%s", 1234, "567"));
	assert_string_equal(to.text, "1234567");
	assert_int_equal(to.fence, '#');
}

static void
shows_where_words_were_cut(void **state)
{
	char to[16];
	(void)state;
	assert_true(text_copy_beginning(to, sizeof(to), "fifteen letters"));
	assert_string_equal(to, "fifteen letters");
	assert_false(text_copy_beginning(to, sizeof(to), "sixteen letters!"));
	assert_string_equal(to, "sixteen l" TEXT_CUT_MARK);
}

/* Cut at every length: what is left is whole characters, whatever stands at the edge. */
static void
never_cuts_a_character_in_two(void **state)
{
	static const char words[] = "a\u00e9\u20ac\U0001f600\u00e9\u20ac\U0001f600\u00e9\u20ac z";
	char to[64];
	(void)state;
	for (size_t size = sizeof(TEXT_CUT_MARK); size < sizeof(words) + 2; size++) {
		memset(to, '#', sizeof(to));
		bool whole = text_copy_beginning(to, size, words);
		assert_int_equal(whole, size >= sizeof(words));
		assert_true(strlen(to) < size);
		assert_true(text_is_utf8(to, strlen(to)));
		assert_true(whole || text_ends_with(to, TEXT_CUT_MARK));
		assert_int_equal(to[size], '#');
	}
}

static void
compares_ascii_letters_only(void **state)
{
	(void)state;
	assert_true(text_equal_ignoring_case("Content-Type", "content-TYPE"));
	assert_false(text_equal_ignoring_case("content-type", "content-type:"));
	assert_false(text_equal_ignoring_case("content-type:", "content-type"));
	assert_false(text_equal_ignoring_case("[", "{")); /* what a bit trick would fold */
	assert_false(text_equal_ignoring_case("\u00c9", "\u00e9"));
	assert_false(text_equal_ignoring_case(NULL, ""));
	assert_false(text_equal_ignoring_case("", NULL));
}

static void
compares_secrets_whole(void **state)
{
	(void)state;
	assert_true(text_equal_secret("correct horse", "correct horse"));
	assert_false(text_equal_secret("correct horse", "correct hors"));
	assert_false(text_equal_secret("correct horse", "correct horsee"));
	assert_false(text_equal_secret("correct horse", "Correct horse"));
	assert_false(text_equal_secret("correct horse", ""));
	assert_false(text_equal_secret("ab", "abab")); /* the secret, twice */
	assert_false(text_equal_secret("", "x"));
	assert_false(text_equal_secret("", "\xff"));
}

static void
finds_beginnings_and_ends(void **state)
{
	(void)state;
	assert_true(text_starts_with("sha256:ab", "sha256:"));
	assert_false(text_starts_with("sha", "sha256:"));
	assert_true(text_starts_with("x", ""));
	assert_true(text_ends_with("offer.txt", ".txt"));
	assert_false(text_ends_with("txt", ".txt"));
	assert_true(text_ends_with("", ""));
}

static void
knows_well_formed_utf8(void **state)
{
	static const char *const good[] = { "",           "ol\u00e1",   "\u20ac",
		                            "\U0001f600", "\U0010ffff", "\ud7ff" };
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(text_is_utf8(good[i], strlen(good[i])));
}

static void
refuses_every_kind_of_malformed_utf8(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t length;
	} bad[] = {
		{ "a NUL inside", "a\0b", 3 },
		{ "a continuation alone", "\x80", 1 },
		{ "an overlong slash", "\xc0\xaf", 2 },
		{ "an overlong letter", "\xc1\x81", 2 },
		{ "an overlong of three bytes", "\xe0\x9f\xbf", 3 },
		{ "an overlong of four bytes", "\xf0\x8f\xbf\xbf", 4 },
		{ "a surrogate", "\xed\xa0\x80", 3 },
		{ "beyond the last character", "\xf4\x90\x80\x80", 4 },
		{ "a first byte of five", "\xf8\x88\x80\x80\x80", 5 },
		{ "cut after one byte of two", "ol\xc3", 3 },
		{ "cut after two bytes of three", "\xe2\x82", 2 },
		{ "a letter where a continuation belongs", "\xe2\x28\xa1", 3 },
		{ "a letter in the last place", "\xf0\x9f\x98\x28", 4 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (text_is_utf8(bad[i].bytes, bad[i].length))
			fail_msg("%s was taken for UTF-8", bad[i].what);
}

static void
keeps_a_line_one_line(void **state)
{
	char words[] = "Marina\r\nerror\tforged\x1b[31m\x7f ol\u00e1";
	(void)state;
	text_make_printable(words);
	assert_string_equal(words, "Marina  error forged [31m  ol\u00e1");
	char bytes[] = "a\xff\xc3\xa9\xe2\x82";
	text_make_printable(bytes);
	assert_string_equal(bytes, "a?\u00e9??");
}

static void
keeps_only_digits(void **state)
{
	char to[8];
	(void)state;
	assert_true(text_digits(to, sizeof(to), "12.345-67"));
	assert_string_equal(to, "1234567");
	assert_false(text_digits(to, sizeof(to), "12.345-678"));
	assert_string_equal(to, "");
	assert_true(
		text_digits(to, sizeof(to), "none, \u0661")); /* an Arabic digit is none of ours */
	assert_string_equal(to, "");
}

static void
keeps_only_letters_and_digits_in_upper_case(void **state)
{
	char to[8];
	(void)state;
	assert_true(text_letters_and_digits(to, sizeof(to), "#ab-12/\u00e9z"));
	assert_string_equal(to, "AB12Z");
	assert_false(text_letters_and_digits(to, sizeof(to), "abcd-1234"));
	assert_string_equal(to, "");
}

static void
knows_ids_by_their_letters(void **state)
{
	(void)state;
	assert_true(text_is_alphanumeric("aZ09", 4));
	assert_false(text_is_alphanumeric("aZ09", 3));
	assert_false(text_is_alphanumeric("", 4));
	assert_false(text_is_alphanumeric("a_b", 4));
	assert_false(text_is_alphanumeric("a/b", 4));
	assert_false(text_is_alphanumeric("\u00e9", 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_what_fits_with_its_end),
		cmocka_unit_test(refuses_one_byte_too_many_and_leaves_nothing),
		cmocka_unit_test(shows_where_words_were_cut),
		cmocka_unit_test(never_cuts_a_character_in_two),
		cmocka_unit_test(compares_ascii_letters_only),
		cmocka_unit_test(compares_secrets_whole),
		cmocka_unit_test(finds_beginnings_and_ends),
		cmocka_unit_test(knows_well_formed_utf8),
		cmocka_unit_test(refuses_every_kind_of_malformed_utf8),
		cmocka_unit_test(keeps_a_line_one_line),
		cmocka_unit_test(keeps_only_digits),
		cmocka_unit_test(keeps_only_letters_and_digits_in_upper_case),
		cmocka_unit_test(knows_ids_by_their_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
