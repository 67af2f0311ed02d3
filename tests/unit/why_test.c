/*
 * Causes: the first one wins, nothing from outside can break the line, nothing runs over.
 */
#include "tests/test.h"

#include "base/text.h"
#include "base/why.h"

static void
the_first_cause_wins(void **state)
{
	struct why why = { "" };
	(void)state;
	assert_false(why_set(&why, "the bank said %d", 503));
	assert_false(why_set(&why, "a later, lesser cause"));
	assert_string_equal(why.text, "the bank said 503");
}

static void
a_prefix_says_where(void **state)
{
	struct why why = { "" };
	(void)state;
	why_set(&why, "field id is missing");
	assert_false(why_prefix(&why, "payment %d", 3));
	assert_false(why_prefix(&why, "answer"));
	assert_string_equal(why.text, "answer: payment 3: field id is missing");
}

static void
nobody_forges_a_line(void **state)
{
	struct why why = { "" };
	(void)state;
	why_set(&why, "no order \"%s\"", "1\n2026-11-20 error forged=yes\x1b[2J");
	assert_null(strpbrk(why.text, "\n\r\x1b"));
	why_prefix(&why, "%s", "from\r\nhere");
	assert_null(strpbrk(why.text, "\n\r\x1b"));
	assert_non_null(strstr(why.text, "from  here: no order"));
}

/* What is too long loses its end: the beginning says what happened. */
static void
a_long_cause_keeps_its_beginning(void **state)
{
	struct {
		struct why why;
		char fence;
	} fenced = { .why = { "" }, .fence = '#' };
	char words[2 * WHY_SIZE];
	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	why_set(&fenced.why, "cause %s", words);
	assert_int_equal(strlen(fenced.why.text), WHY_SIZE - 1);
	assert_true(text_starts_with(fenced.why.text, "cause x"));
	assert_true(text_ends_with(fenced.why.text, TEXT_CUT_MARK)); /* and shows the cut */
	for (int i = 0; i < 10; i++)
		why_prefix(&fenced.why, "%s", words);
	assert_true(strlen(fenced.why.text) < WHY_SIZE);
	assert_int_equal(fenced.fence, '#');
}

/* A cause is put into JSON, which takes whole characters only. */
static void
a_cause_is_well_formed_text_wherever_it_is_cut(void **state)
{
	(void)state;
	for (int before = WHY_SIZE - 8; before < WHY_SIZE; before++) {
		struct why why = { "" };
		why_set(&why, "%*s\u20ac\U0001f600", before, "x");
		assert_true(text_is_utf8(why.text, strlen(why.text)));
		why_prefix(&why, "\u00e9");
		assert_true(text_is_utf8(why.text, strlen(why.text)));
	}
	struct why why = { "" };
	why_set(&why, "order %s", "\xff and \xe9");
	assert_string_equal(why.text, "order ? and ?");
}

static void
nobody_has_to_ask_why(void **state)
{
	(void)state;
	assert_false(why_set(NULL, "unheard"));
	assert_false(why_prefix(NULL, "unheard"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_cause_wins),
		cmocka_unit_test(a_prefix_says_where),
		cmocka_unit_test(nobody_forges_a_line),
		cmocka_unit_test(a_long_cause_keeps_its_beginning),
		cmocka_unit_test(a_cause_is_well_formed_text_wherever_it_is_cut),
		cmocka_unit_test(nobody_has_to_ask_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
