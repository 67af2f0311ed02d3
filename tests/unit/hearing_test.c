/*
 * Whose message is it?  What a case takes in each of its states, and what the first words
 * lead to.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "base/limits.h"
#include "base/text.h"
#include "refund/case.h"
#include "serve/language.h"

#define NOW_MS INT64_C(1795184400000)
#define MARINA "5520999990101"

static struct language_pack language;

static const struct policy policy = {
	.merchant = "loja",
	.agent = "support-bot",
	.consent_ms = 30 * MINUTE_MS,
	.order_wait_ms = DAY_MS,
	.slow_ms = 6 * SECOND_MS,
	.look_up_give_up_ms = 30 * MINUTE_MS,
};

static struct surroundings
around(void)
{
	static const uint8_t entropy[ENTROPY_BYTES];
	return (struct surroundings){ .now_ms = NOW_MS,
		                      .entropy = entropy,
		                      .policy = &policy,
		                      .lexicon = language.lexicon,
		                      .phrasebook = &language.phrasebook,
		                      .customer_address = MARINA };
}

static struct said
words(const char *text)
{
	return (struct said){ .how = SAID_WORDS, .text = text, .button_id = "" };
}

static int
load(void **state)
{
	struct why why = { "" };
	(void)state;
	if (language_load(&language, &why))
		return 0;
	fprintf(stderr, "%s\n", why.text);
	return 1;
}

static int
unload(void **state)
{
	(void)state;
	language_free(&language);
	return 0;
}

/* --- which case takes a message ----------------------------------------------------------------- */

static const struct taking {
	enum case_state state;
	const char *text;
	bool takes;
	enum hold_reason reason;
	bool is_safe;
	int64_t age_ms;
} takings[] = {
	/* live, and nothing paid yet: everything this person writes */
	{ .state = CASE_OPENED, .text = "oi", .takes = true },
	{ .state = CASE_OFFERED, .text = "e o pedido 9999?", .takes = true },
	/* being paid: all but another order */
	{ .state = CASE_REFUNDING, .text = "cadê?", .takes = true },
	{ .state = CASE_NOTIFYING, .text = "cadê o estorno do pedido 8421?", .takes = true },
	{ .state = CASE_VERIFYING, .text = "quero estorno do pedido 9999" },
	/* held: all but another order, unless the order itself was the question */
	{ .state = CASE_HELD, .text = "alguém aí?", .takes = true, .reason = HOLD_ABOVE_CAP },
	{ .state = CASE_HELD, .text = "e o pedido 9999?", .reason = HOLD_ABOVE_CAP },
	{ .state = CASE_HELD,
	  .text = "o pedido é 9999",
	  .takes = true,
	  .reason = HOLD_ORDER_NOT_FOUND },
	{ .state = CASE_HELD,
	  .text = "o pedido é 9999",
	  .takes = true,
	  .reason = HOLD_BUYER_MISMATCH },
	/* ended: thanks, and where the money is, for a day */
	{ .state = CASE_CLOSED, .text = "obrigada!", .takes = true },
	{ .state = CASE_CLOSED, .text = "obrigada!", .age_ms = 25 * HOUR_MS },
	{ .state = CASE_CLOSED, .text = "cadê meu estorno?", .takes = true, .is_safe = true },
	{ .state = CASE_CLOSED, .text = "cadê meu estorno?" },
	{ .state = CASE_CLOSED, .text = "cadê o estorno do pedido 9999?", .is_safe = true },
	{ .state = CASE_DECLINED, .text = "quero meu dinheiro de volta" },
	{ .state = CASE_EXPIRED, .text = "oi" },
};

static void
each_state_takes_what_is_its_business(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(takings) / sizeof(takings[0]); i++) {
		const struct taking *t = &takings[i];
		const struct surroundings s = around();
		const struct said said = words(t->text);
		struct refund_case *c = calloc(1, sizeof(*c));
		assert_non_null(c);
		c->state = t->state;
		c->reason = t->reason;
		c->receipt_is_safe = t->is_safe;
		c->entered_ms = NOW_MS - t->age_ms;
		assert_true(text_copy(c->order_number, sizeof(c->order_number), "8421"));
		if (case_takes(c, &said, &s) != t->takes)
			fail_msg("row %zu: %s, \"%s\"", i, case_state_text(t->state), t->text);
		free(c);
	}
}

/* --- what words lead to ------------------------------------------------------------------------- */

static const struct leading {
	const char *first, *second; /* second NULL: none */
	enum case_state state;
	enum hold_reason reason;
} leadings[] = {
	{ "quero o estorno do pedido 8421", NULL, CASE_LOOKING_UP, HOLD_NONE },
	{ "quero falar com um atendente sobre o pedido 8421", NULL, CASE_HELD,
	  HOLD_ASKED_FOR_HUMAN },
	{ "quero trocar o pedido 8421 por outro tamanho", NULL, CASE_HELD, HOLD_OTHER_REQUEST },
	{ "quero cancelar o pedido 8421", NULL, CASE_HELD, HOLD_OTHER_REQUEST },
	{ "quero meu dinheiro de volta", "8421", CASE_LOOKING_UP, HOLD_NONE },
	{ "quero meu dinheiro de volta", "quero falar com um atendente", CASE_HELD,
	  HOLD_ASKED_FOR_HUMAN },
	{ "quero meu dinheiro de volta", "quero trocar o pedido 8421", CASE_HELD,
	  HOLD_OTHER_REQUEST },
	{ "quero meu dinheiro de volta", "quero cancelar o pedido", CASE_HELD, HOLD_OTHER_REQUEST },
	{ "quero meu dinheiro de volta", "deixa, obrigada", CASE_CLOSED, HOLD_NONE },
};

static void
hear(struct refund_case *c, struct effects *effects, const char *text)
{
	const struct surroundings s = around();
	const struct event event = { .kind = EVENT_MESSAGE, .said = words(text) };
	case_step(c, &event, &s, effects);
}

static void
words_lead_to_the_right_desk(void **state)
{
	struct refund_case *c = calloc(1, sizeof(*c));
	struct effects *effects = calloc(1, sizeof(*effects));
	(void)state;
	assert_non_null(c);
	assert_non_null(effects);
	for (size_t i = 0; i < sizeof(leadings) / sizeof(leadings[0]); i++) {
		const struct leading *l = &leadings[i];
		case_open(c, "c_hearing", 1, NOW_MS);
		hear(c, effects, l->first);
		if (l->second != NULL)
			hear(c, effects, l->second);
		if (c->state != l->state || c->reason != l->reason)
			fail_msg("row %zu: %s %s", i, case_state_text(c->state),
			         hold_text(c->reason));
	}
	free(effects);
	free(c);
}

/* The clock has no business with a case that has ended. */
static void
an_ended_case_hears_no_clock(void **state)
{
	struct refund_case *c = calloc(1, sizeof(*c));
	struct effects *effects = calloc(1, sizeof(*effects));
	const struct surroundings s = around();
	const struct event event = { .kind = EVENT_DEADLINE };
	(void)state;
	case_open(c, "c_hearing", 1, NOW_MS);
	hear(c, effects, "obrigada");
	assert_int_equal(c->state, CASE_CLOSED);
	case_step(c, &event, &s, effects);
	assert_int_equal(c->state, CASE_CLOSED);
	assert_int_equal(effects->count, 0);
	free(effects);
	free(c);
}

/* --- answers and ends ---------------------------------------------------------------------------- */

static struct refund_case *
a_case(enum case_state state, enum hold_reason reason)
{
	struct refund_case *c = calloc(1, sizeof(*c));
	assert_non_null(c);
	case_open(c, "c_hearing", 1, NOW_MS);
	c->state = state;
	c->reason = reason;
	c->give_up_ms = NOW_MS + HOUR_MS;
	assert_true(text_copy(c->order_number, sizeof(c->order_number), "8421"));
	return c;
}

static size_t
step_with(struct refund_case *c, const struct event *event)
{
	struct effects *effects = calloc(1, sizeof(*effects));
	const struct surroundings s = around();
	assert_non_null(effects);
	case_step(c, event, &s, effects);
	size_t count = effects->count;
	free(effects);
	return count;
}

static struct event
an_answer(const char *key, enum outcome outcome, int64_t retry_after_ms)
{
	struct event event = { .kind = EVENT_ANSWER,
		               .answer = { .operation = OPERATION_LEDGER_ORDER,
		                           .outcome = outcome,
		                           .retry_after_ms = retry_after_ms,
		                           .credential = "" } };
	assert_true(text_copy(event.answer.key, sizeof(event.answer.key), key));
	return event;
}

/* The provider's own word about when to come again counts, where it is the longer one. */
static void
a_provider_may_ask_for_a_longer_pause_and_for_no_shorter(void **state)
{
	static const int64_t wishes_ms[] = { 0, 1, 2 * MINUTE_MS };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct refund_case *c = a_case(CASE_LOOKING_UP, HOLD_NONE);
		struct event event = an_answer("8421", OUTCOME_RETRY, wishes_ms[i]);
		step_with(c, &event);
		assert_int_equal(c->due_ms - NOW_MS, i < 2 ? SECOND_MS : 2 * MINUTE_MS);
		free(c);
	}
}

static void
an_answer_about_another_order_changes_nothing(void **state)
{
	struct refund_case *c = a_case(CASE_LOOKING_UP, HOLD_NONE);
	struct event event = an_answer("9999", OUTCOME_REFUSED, 0);
	(void)state;
	assert_int_equal(step_with(c, &event), 0);
	assert_int_equal(c->state, CASE_LOOKING_UP);
	event = an_answer("8421", OUTCOME_REFUSED, 0);
	step_with(c, &event);
	assert_int_equal(c->state, CASE_HELD);
	assert_int_equal(c->reason, HOLD_SYSTEM_REFUSED);
	free(c);
}

static void
only_the_buttons_of_an_offer_answer_it(void **state)
{
	static const struct {
		const char *button;
		enum case_state state;
	} buttons[] = {
		{ "o_this:no", CASE_DECLINED },
		{ "o_this:maybe", CASE_OFFERED },
		{ "o_other:no", CASE_OFFERED },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
		struct refund_case *c = a_case(CASE_OFFERED, HOLD_NONE);
		const struct event event = {
			.kind = EVENT_MESSAGE,
			.said = { .how = SAID_BUTTON, .text = "", .button_id = buttons[i].button }
		};
		assert_true(text_copy(c->offer.id, sizeof(c->offer.id), "o_this"));
		c->offer.expires_ms = NOW_MS + HOUR_MS;
		c->offer.amount_cents = 18600;
		step_with(c, &event);
		assert_int_equal(c->state, buttons[i].state);
		free(c);
	}
}

/* A stranger's tries are counted also while the case is held. */
static void
another_number_is_tried_so_often_and_then_waits_for_the_person(void **state)
{
	const struct event event = { .kind = EVENT_MESSAGE, .said = words("o pedido é 9999") };
	(void)state;
	for (int64_t tries = ORDER_TRIES_MAX - 1; tries <= ORDER_TRIES_MAX; tries++) {
		struct refund_case *c = a_case(CASE_HELD, HOLD_ORDER_NOT_FOUND);
		c->order_tries = tries;
		step_with(c, &event);
		assert_int_equal(c->state, tries < ORDER_TRIES_MAX ? CASE_LOOKING_UP : CASE_HELD);
		free(c);
	}
}

/* Money that moved, or may have, is never started again from the beginning. */
static void
a_release_goes_on_where_the_money_stands(void **state)
{
	struct refund_case *c = a_case(CASE_HELD, HOLD_TAKEN_OVER);
	(void)state;
	assert_int_equal(case_resume(c), RESUME_LOOK_UP);
	c->refund.sends = 1;
	assert_int_equal(case_resume(c), RESUME_ENQUIRE);
	c->refund.settled = true;
	assert_int_equal(case_resume(c), RESUME_VERIFY);
	c->refund.settled = false;
	c->refund.burnt = true;
	assert_int_equal(case_resume(c), RESUME_LOOK_UP);
	free(c);
}

static void
a_sealed_verdict_that_is_not_safe_holds_under_its_name(void **state)
{
	static const struct {
		enum result result;
		enum hold_reason reason;
	} rows[] = {
		{ RESULT_VERIFIED, HOLD_INCOMPLETE },
		{ RESULT_INCOMPLETE, HOLD_INCOMPLETE },
		{ RESULT_MISMATCHED, HOLD_CONTRADICTED },
		{ RESULT_DUPLICATED, HOLD_DUPLICATED },
		{ RESULT_POLICY_FAILED, HOLD_POLICY_FAILED },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct refund_case *c = a_case(CASE_SEALED, HOLD_NONE);
		const struct event event = { .kind = EVENT_SEALED, .sealed = rows[i].result };
		step_with(c, &event);
		assert_int_equal(c->state, CASE_HELD);
		assert_int_equal(c->reason, rows[i].reason);
		free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_takes_what_is_its_business),
		cmocka_unit_test(words_lead_to_the_right_desk),
		cmocka_unit_test(an_ended_case_hears_no_clock),
		cmocka_unit_test(a_provider_may_ask_for_a_longer_pause_and_for_no_shorter),
		cmocka_unit_test(an_answer_about_another_order_changes_nothing),
		cmocka_unit_test(only_the_buttons_of_an_offer_answer_it),
		cmocka_unit_test(another_number_is_tried_so_often_and_then_waits_for_the_person),
		cmocka_unit_test(a_release_goes_on_where_the_money_stands),
		cmocka_unit_test(a_sealed_verdict_that_is_not_safe_holds_under_its_name),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
