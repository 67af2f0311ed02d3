/*
 * From the first words to an order number.
 *
 * Only words start anything: a photo or a voice note gets a request to type.  A wish
 * for a person wins over everything else.  What is not about a refund (an exchange, a
 * cancellation) goes to a person with the story so far.
 */
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"
#include "refund/flow.h"

void
look_up(struct step *s, const char *order_number)
{
	struct refund_case *c = s->c;
	if (c->order_tries >= ORDER_TRIES_MAX) {
		step_hold(s, HOLD_BUYER_MISMATCH);
		return;
	}
	c->order_tries++;
	ensure(text_copy(c->order_number, sizeof(c->order_number), order_number));
	c->offer = (struct offer){ .id = "" };
	memset(&c->order, 0, sizeof(c->order));
	memset(&c->payment, 0, sizeof(c->payment));
	c->order_reading = (struct reading){ 0 };
	c->payment_reading = (struct reading){ 0 };
	step_enter(s, CASE_LOOKING_UP);
	looking_up_again(s);
}

static void
ask_for_order(struct step *s, enum template template)
{
	step_say(s, template);
	if (s->c->state != CASE_NEEDS_ORDER)
		step_enter(s, CASE_NEEDS_ORDER);
}

static bool
has_words(const struct said *said)
{
	return said->how == SAID_WORDS || said->how == SAID_BUTTON;
}

/* What the first words ask for. */
static void
answer_intent(struct step *s, const struct understanding *heard)
{
	switch (heard->intent) {
	case INTENT_HUMAN:
		step_hold(s, HOLD_ASKED_FOR_HUMAN);
		return;
	case INTENT_EXCHANGE:
	case INTENT_CANCEL:
		step_hold(s, HOLD_OTHER_REQUEST);
		return;
	case INTENT_THANKS:
		step_say(s, TEMPLATE_THANKS);
		step_enter(s, CASE_CLOSED);
		return;
	case INTENT_GREETING:
	case INTENT_OTHER:
		ask_for_order(s, TEMPLATE_GREETING);
		return;
	case INTENT_REFUND:
	case INTENT_REFUND_STATUS:
	case INTENT_COMPLAINT:
		ask_for_order(s, TEMPLATE_ASK_ORDER);
		return;
	}
	ensure(!"an intent outside the enum");
}

/* An order number together with a wish that is not for another desk. */
static bool
names_an_order(const struct understanding *heard)
{
	return heard->order[0] != '\0' && heard->intent != INTENT_HUMAN &&
	       heard->intent != INTENT_EXCHANGE && heard->intent != INTENT_CANCEL;
}

void
opened_hears(struct step *s)
{
	struct understanding heard = step_understand(s, AWAITING_NOTHING);
	s->c->language = heard.language;
	if (!has_words(&s->event->said) && s->event->said.text[0] == '\0')
		ask_for_order(s, TEMPLATE_TYPE_PLEASE);
	else if (names_an_order(&heard))
		look_up(s, heard.order);
	else
		answer_intent(s, &heard);
}

void
needs_order_hears(struct step *s)
{
	struct understanding heard = step_understand(s, AWAITING_ORDER_NUMBER);
	bool asks_elsewhere = heard.intent == INTENT_HUMAN || heard.intent == INTENT_EXCHANGE ||
	                      heard.intent == INTENT_CANCEL || heard.intent == INTENT_THANKS;
	if (names_an_order(&heard)) {
		look_up(s, heard.order);
	} else if (asks_elsewhere) {
		answer_intent(s, &heard);
	} else if (++s->c->tries >= UNCLEAR_MAX) {
		step_hold(s, HOLD_NOT_UNDERSTOOD);
	} else {
		ask_for_order(s, has_words(&s->event->said) ? TEMPLATE_ASK_ORDER_AGAIN
		                                            : TEMPLATE_TYPE_PLEASE);
	}
}

void
needs_order_expires(struct step *s)
{
	step_enter(s, CASE_EXPIRED);
}

/* --- after the end ------------------------------------------------------------------------------ */

bool
case_takes(const struct refund_case *c, const struct said *said, const struct surroundings *around)
{
	struct understanding heard;
	bool is_live = !case_has_ended(c->state) && c->state != CASE_HELD;
	if (is_live && c->state < CASE_REFUNDING)
		return true;
	/* From there on the yes is being carried out: nothing is left to ask about this order. */
	understand(around->lexicon, said->text, AWAITING_NOTHING, &heard);
	bool another_order = heard.order[0] != '\0' && !text_equal(heard.order, c->order_number);
	if (is_live)
		return !another_order;
	if (c->state == CASE_HELD)
		return !another_order || c->reason == HOLD_ORDER_NOT_FOUND ||
		       c->reason == HOLD_BUYER_MISMATCH;
	bool recent = around->now_ms - c->entered_ms < 24 * INT64_C(3600000);
	bool about_it = heard.intent == INTENT_THANKS ||
	                (heard.intent == INTENT_REFUND_STATUS && c->receipt_is_safe);
	return recent && about_it && !another_order;
}

/* Thanks are answered; "where is my money?" gets the sealed words again, never others. */
void
ended_hears(struct step *s)
{
	struct understanding heard = step_understand(s, AWAITING_NOTHING);
	if (heard.intent == INTENT_THANKS)
		step_say(s, TEMPLATE_THANKS);
	else if (s->c->state == CASE_CLOSED && s->c->receipt_is_safe)
		notify(s);
}
