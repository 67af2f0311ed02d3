/*
 * Looking up, the offer, and the yes.
 *
 * The offer restates order, amount and rail, and the yes is bound to exactly that: it
 * must come in time, in words or by the offer's own button, not forwarded, not edited,
 * and be a plain yes in the consent grammar.  Anything else is asked once more, then a
 * person.  So is a yes in words that was written before the offer, or while it had not
 * reached anybody: it is a yes to something else.
 */
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"
#include "refund/derive.h"
#include "refund/flow.h"

/* --- looking up ---------------------------------------------------------------------------------- */

void
looking_up_again(struct step *s)
{
	struct refund_case *c = s->c;
	if (c->order_reading.read_ms == 0) {
		step_ask_order(s);
	} else if (c->payment_reading.read_ms == 0) {
		step_ask_payment(s, c->order.payment_reference);
	} else {
		note_write(s, &step_effect(s, EFFECT_WEIGH)->operation);
	}
}

/* What a read that brought no facts means before any money is involved. */
static void
look_up_failed(struct step *s)
{
	switch (s->event->answer.outcome) {
	case OUTCOME_DONE:
		break;
	case OUTCOME_RETRY:
	case OUTCOME_UNKNOWN: /* P12: unreachable is neither yes nor no */
		step_pace(s);
		break;
	case OUTCOME_REFUSED:
		step_hold(s, HOLD_SYSTEM_REFUSED);
		break;
	case OUTCOME_CONTRADICTION:
		step_hold(s, HOLD_MISMATCHED);
		break;
	}
}

/* "08421" and "8421" may be one order: limits, receipts and refund ids go by the ERP's own number.  Only
 * once it is known to be the customer's: before that he hears the number he gave. */
static void
call_by_own_number(struct refund_case *c)
{
	char number[ORDER_NUMBER_SIZE];
	ensure(text_letters_and_digits(number, sizeof(number), c->order.number));
	if (number[0] != '\0')
		ensure(text_copy(c->order_number, sizeof(c->order_number), number));
}

void
looking_up_learns(struct step *s)
{
	struct refund_case *c = s->c;
	if (s->event->answer.outcome != OUTCOME_DONE) {
		look_up_failed(s);
		return;
	}
	step_learn(s);
	const struct payment_facts *payment = c->payment_reading.read_ms != 0 ? &c->payment : NULL;
	enum hold_reason reason =
		policy_review(&c->order, payment, s->around->customer_address, s->around->now_ms);
	if (reason != HOLD_NONE) {
		step_hold(s, reason);
	} else {
		call_by_own_number(c);
		looking_up_again(s);
	}
}

/* The mandate has been weighed: there is room, so we offer. */
void
looking_up_weighed(struct step *s)
{
	struct refund_case *c = s->c;
	if (s->event->room.refused != HOLD_NONE) {
		step_hold(s, s->event->room.refused);
		return;
	}
	c->offer = (struct offer){
		.amount_cents = c->order.total_cents,
		.made_ms = s->around->now_ms,
		.expires_ms = s->around->now_ms + s->around->policy->consent_ms,
	};
	step_new_id(s, c->offer.id, "o_");
	c->refund = (struct refund){ .sequence = s->event->room.sequence };
	ensure(text_copy(c->refund.e2eid, sizeof(c->refund.e2eid), c->payment.e2eid));
	derive_refund_id(s->around->policy->merchant, c->order_number, c->refund.e2eid,
	                 c->refund.sequence, c->refund.id);
	step_effect(s, EFFECT_OFFER);
	step_say(s, TEMPLATE_OFFER);
	step_enter(s, CASE_OFFERED);
}

void
looking_up_gives_up(struct step *s)
{
	step_hold(s, HOLD_SYSTEM_UNREACHABLE);
}

/* While we read, only a wish for a person or another order number changes anything. */
void
early_hears(struct step *s)
{
	struct understanding heard = step_understand(s, AWAITING_ORDER_NUMBER);
	bool another = heard.order[0] != '\0' && !text_equal(heard.order, s->c->order_number);
	if (heard.intent == INTENT_HUMAN)
		step_hold(s, HOLD_ASKED_FOR_HUMAN);
	else if (another)
		look_up(s, heard.order);
}

/* --- the answer ----------------------------------------------------------------------------------- */

static void
unclear(struct step *s, enum template template)
{
	if (++s->c->offer.unclear_answers > 1)
		step_hold(s, HOLD_CONSENT_UNCLEAR);
	else
		step_say(s, template);
}

/* A button of ours names its offer: "o_...:yes".  One of another offer is no answer to this one. */
static enum consent
button_consent(const struct step *s)
{
	const char *button = s->event->said.button_id;
	size_t length = strlen(s->c->offer.id);
	if (strncmp(button, s->c->offer.id, length) != 0)
		return CONSENT_UNCLEAR;
	if (text_equal(button + length, ":yes"))
		return CONSENT_YES;
	return text_equal(button + length, ":no") ? CONSENT_NO : CONSENT_UNCLEAR;
}

static enum consent
consent_of(const struct step *s, const struct understanding *heard)
{
	const struct said *said = &s->event->said;
	if (said->forwarded || said->cut || said->edited || strlen(said->text) > CONSENT_BYTES_MAX)
		return CONSENT_UNCLEAR;
	switch (said->how) {
	case SAID_WORDS:
		return heard->consent;
	case SAID_BUTTON:
		return button_consent(s);
	case SAID_MEDIA:
	case SAID_REACTION:
		return CONSENT_UNCLEAR;
	}
	ensure(!"a way of saying outside the enum");
	return CONSENT_UNCLEAR;
}

/* A yes: record it and ask for room under the mandate; both in the same transaction. */
static void
consent(struct step *s)
{
	struct refund_case *c = s->c;
	ensure(s->around->now_ms <= c->offer.expires_ms);
	c->offer.consent_message = s->event->said.message;
	c->offer.consented_ms = s->around->now_ms;
	step_opening(s, 1, "consent_words", s->event->said.text, c->consent_disclosure);
	step_effect(s, EFFECT_CONSENT);
	step_effect(s, EFFECT_RESERVE);
}

/* Messages cross, and channels stumble: nobody has said anything wrong, so this is asked again more often than
 * what is unclear. */
static void
too_early(struct step *s)
{
	enum { ASKED_AGAIN_MAX = 2 };
	if (++s->c->offer.early_answers > ASKED_AGAIN_MAX)
		unclear(s, TEMPLATE_OFFER_AGAIN);
	else
		step_say(s, TEMPLATE_OFFER_AGAIN);
}

void
offered_hears(struct step *s)
{
	struct refund_case *c = s->c;
	struct understanding heard = step_understand(s, AWAITING_CONSENT);
	enum consent answer = consent_of(s, &heard);
	bool another_order = heard.order[0] != '\0' && !text_equal(heard.order, c->order_number);
	if (s->around->now_ms > c->offer.expires_ms) {
		offered_expires(s);
	} else if (heard.intent == INTENT_HUMAN) {
		step_hold(s, HOLD_ASKED_FOR_HUMAN);
	} else if (heard.mentions_other_destination) {
		unclear(s, TEMPLATE_FIXED_DESTINATION);
	} else if (another_order) {
		look_up(s, heard.order);
	} else if (answer == CONSENT_YES && s->event->said.early) {
		too_early(s);
	} else if (answer == CONSENT_YES) {
		consent(s);
	} else if (answer == CONSENT_NO && heard.intent == INTENT_EXCHANGE) {
		step_hold(s, HOLD_OTHER_REQUEST);
	} else if (answer == CONSENT_NO) {
		step_say(s, TEMPLATE_DECLINED);
		step_enter(s, CASE_DECLINED);
	} else {
		unclear(s, TEMPLATE_OFFER_AGAIN);
	}
}

/* An edited or deleted message is not consent. */
void
offered_void(struct step *s)
{
	unclear(s, TEMPLATE_OFFER_AGAIN);
}

/* Read without our asking for it here: the store is an older one, and the bank is asked what it forgot.  A
 * refund under the id of this very offer was paid on a yes that is forgotten too. */
void
offered_learns(struct step *s)
{
	if (refund_is_listed(s))
		step_hold(s, HOLD_ALREADY_REFUNDED);
}

/* The mandate's room was taken, in the transaction that also holds the yes. */
void
offered_weighed(struct step *s)
{
	if (s->event->room.refused != HOLD_NONE) {
		step_hold(s, s->event->room.refused);
		return;
	}
	step_enter(s, CASE_RESERVED);
	last_look(s);
}

void
offered_expires(struct step *s)
{
	step_say(s, TEMPLATE_OFFER_EXPIRED);
	step_enter(s, CASE_EXPIRED);
}
