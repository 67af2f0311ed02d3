/*
 * Reasons to hold: each has one word, and no way back that could pay twice.
 */
#include "tests/test.h"

#include "base/text.h"
#include "refund/hold.h"

enum { LAST = HOLD_TAKEN_OVER };

static void
every_reason_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = HOLD_NONE; i <= LAST; i++) {
		enum hold_reason again = HOLD_NONE;
		assert_true(hold_parse(hold_text((enum hold_reason)i), &again));
		assert_int_equal(again, i);
		assert_true(i == HOLD_NONE || hold_text((enum hold_reason)i)[0] != '\0');
		assert_true(strlen(hold_text((enum hold_reason)i)) <
		            32); /* as the store's rows hold it */
	}
}

static void
an_unknown_word_is_no_reason(void **state)
{
	enum hold_reason reason = HOLD_DUPLICATED;
	(void)state;
	assert_false(hold_parse("paid_twice", &reason));
	assert_false(hold_parse("DUPLICATED", &reason));
	assert_int_equal(reason, HOLD_DUPLICATED);
}

/* What was held after money may have moved never starts again from the look-up. */
static void
money_in_doubt_is_asked_about_and_money_returned_is_verified(void **state)
{
	static const enum hold_reason in_doubt[] = { HOLD_REFUND_UNCONFIRMED,
		                                     HOLD_REFUND_MISMATCHED };
	static const enum hold_reason returned[] = { HOLD_NOTE_REJECTED,      HOLD_NOTE_UNCONFIRMED,
		                                     HOLD_INCOMPLETE,         HOLD_CONTRADICTED,
		                                     HOLD_DUPLICATED,         HOLD_POLICY_FAILED,
		                                     HOLD_REPLY_NOT_DELIVERED };
	(void)state;
	for (size_t i = 0; i < sizeof(in_doubt) / sizeof(in_doubt[0]); i++)
		assert_int_equal(hold_resume(in_doubt[i]), RESUME_ENQUIRE);
	for (size_t i = 0; i < sizeof(returned) / sizeof(returned[0]); i++)
		assert_int_not_equal(hold_resume(returned[i]), RESUME_LOOK_UP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_word_of_its_own),
		cmocka_unit_test(an_unknown_word_is_no_reason),
		cmocka_unit_test(money_in_doubt_is_asked_about_and_money_returned_is_verified),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
