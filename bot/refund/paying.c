/*
 * The last look, the order to pay, and the bank's word.
 *
 * The safe refund protocol of pix.md section 5:
 *
 *	1. read order and payment again: the order stands as it was offered; the payment exists,
 *	   nothing of it went back, it is in time
 *	2. the order to pay is stored under its derived id, with the mandate weighed in the
 *	   same transaction, and only then sent: once
 *	3. a clear answer is believed only as far as the next read
 *	4. anything else is UNKNOWN: ask what became of the id.  "Not there" counts only
 *	   after a grace period, and when the payment's own list agrees
 *	5. sent again, if at all, only under the same id, and right after a look at the payment
 *	   that shows no refund by anybody
 *	6. DEVOLVIDO, read with the read credential, is the only good end
 *	7. a refund that the bank shows under our derived id before we have sent one is ours:
 *	   an older store was put back and has forgotten it.  It is adopted, never sent again
 */
#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "refund/derive.h"
#include "refund/flow.h"

/* --- RESERVED: the last look ----------------------------------------------------------------------- */

/* What is missing is asked for, both at once. */
static void
ask_what_is_missing(struct step *s)
{
	if (s->c->order_reading.read_ms == 0)
		step_ask_order(s);
	if (s->c->payment_reading.read_ms == 0)
		step_ask_payment(s, s->c->refund.e2eid);
}

/* Only what is read from here on lets money go. */
void
last_look(struct step *s)
{
	step_forget_order(s);
	s->c->payment_reading = (struct reading){ 0 };
	ask_what_is_missing(s);
}

static bool
is_old(const struct step *s, const struct reading *reading)
{
	return s->around->now_ms - reading->read_ms > MINUTE_MS;
}

/* One of the two would not answer for a while: what the other said is then asked again with it. */
void
reserved_again(struct step *s)
{
	struct refund_case *c = s->c;
	if (is_old(s, &c->order_reading))
		step_forget_order(s);
	if (is_old(s, &c->payment_reading))
		c->payment_reading = (struct reading){ 0 };
	ask_what_is_missing(s);
}

/* The order to pay, the same bytes whenever it is made for this refund. */
static void
order_to_pay(struct step *s, enum effect_kind kind)
{
	struct refund_case *c = s->c;
	struct operation *operation = &step_effect(s, kind)->operation;
	struct refund_request *request = &operation->refund;
	operation->kind = OPERATION_PAY_REFUND;
	ensure(text_copy(request->e2eid, sizeof(request->e2eid), c->refund.e2eid));
	ensure(text_copy(request->id, sizeof(request->id), c->refund.id));
	request->amount_cents = c->offer.amount_cents;
	ensure(text_format(request->description, sizeof(request->description), "Pedido %s",
	                   c->order_number));
}

/* What has been read so far of order and payment, against what was offered. */
static enum hold_reason
review_anew(const struct step *s)
{
	const struct refund_case *c = s->c;
	const struct payment_facts *payment = c->payment_reading.read_ms != 0 ? &c->payment : NULL;
	enum hold_reason reason =
		policy_review(&c->order, payment, s->around->customer_address, s->around->now_ms);
	if (reason != HOLD_NONE)
		return reason;
	bool same_payment = text_equal(c->order.payment_reference, c->payment.e2eid) ||
	                    text_equal(c->order.payment_reference, c->payment.txid);
	bool same_amount = c->order.total_cents == c->offer.amount_cents &&
	                   (payment == NULL || payment->amount_cents == c->offer.amount_cents);
	return same_payment && same_amount ? HOLD_NONE : HOLD_MISMATCHED;
}

static bool
lists(const struct payment_facts *payment, const char *refund_id)
{
	for (int64_t i = 0; i < payment->refund_count; i++)
		if (text_equal(payment->refunds[i].id, refund_id))
			return true;
	return false;
}

bool
refund_is_listed(const struct step *s)
{
	const struct answered *answer = &s->event->answer;
	return answer->outcome == OUTCOME_DONE && answer->facts->kind == FACTS_PAYMENT &&
	       lists(&answer->facts->payment, s->c->refund.id);
}

/* Money is paused: what was seen now is not the last look. */
static void
look_later(struct step *s)
{
	s->c->payment_reading = (struct reading){ 0 };
	step_pace(s);
}

void
reserved_learns(struct step *s)
{
	struct refund_case *c = s->c;
	const struct answered *answer = &s->event->answer;
	if (answer->outcome == OUTCOME_RETRY || answer->outcome == OUTCOME_UNKNOWN) {
		step_pace(s);
		return;
	}
	if (answer->outcome != OUTCOME_DONE) {
		step_hold(s, answer->outcome == OUTCOME_REFUSED ? HOLD_SYSTEM_REFUSED
		                                                : HOLD_MISMATCHED);
		return;
	}
	step_learn(s);
	bool seen = c->order_reading.read_ms != 0 && c->payment_reading.read_ms != 0;
	bool forgotten = c->payment_reading.read_ms != 0 && lists(&c->payment, c->refund.id);
	enum hold_reason reason = forgotten ? HOLD_NONE : review_anew(s);
	if (reason != HOLD_NONE)
		step_hold(s, reason);
	else if (seen && s->around->money_paused)
		look_later(s);
	else if (seen)
		order_to_pay(s, forgotten ? EFFECT_ADOPT : EFFECT_PAY);
}

void
reserved_weighed(struct step *s)
{
	struct refund_case *c = s->c;
	if (s->event->room.refused != HOLD_NONE) {
		step_hold(s, s->event->room.refused);
		return;
	}
	c->mandate = s->event->room.mandate;
	c->refund.sends = c->refund.round_sends = 1;
	c->refund.sent_ms = s->around->now_ms;
	step_enter(s, CASE_REFUNDING);
	if (s->event->room.adopted) {
		c->refund.acknowledged = true;
		refund_enquire(s);
	}
}

void
reserved_hears(struct step *s)
{
	struct understanding heard = step_understand(s, AWAITING_CONSENT);
	bool harmless = heard.consent == CONSENT_YES || heard.intent == INTENT_THANKS ||
	                s->event->said.how != SAID_WORDS;
	if (heard.intent == INTENT_HUMAN)
		step_hold(s, HOLD_ASKED_FOR_HUMAN);
	else if (!harmless)
		step_hold(s, HOLD_CONSENT_UNCLEAR); /* "sim", then "mas só metade" */
}

/* The request or the yes was edited or taken back before anything left. */
void
reserved_void(struct step *s)
{
	step_hold(s, HOLD_CONSENT_UNCLEAR);
}

void
reserved_gives_up(struct step *s)
{
	step_hold(s, HOLD_SYSTEM_UNREACHABLE);
}

/* --- REFUNDING: the bank's word ---------------------------------------------------------------------- */

/* Whatever was due before: nothing is sent on what was known before this question. */
void
refund_enquire(struct step *s)
{
	s->c->refund.send_again = false;
	struct refund_query *query = &step_ask(s, OPERATION_PAY_REFUND_STATUS)->refund_status;
	ensure(text_copy(query->e2eid, sizeof(query->e2eid), s->c->refund.e2eid));
	ensure(text_copy(query->id, sizeof(query->id), s->c->refund.id));
}

void
refunding_again(struct step *s)
{
	if (s->c->refund.send_again && !s->around->money_paused)
		step_ask_payment(s, s->c->refund.e2eid);
	else
		refund_enquire(s);
}

/* This order never left, so it used up none of the few that may: it goes again after a pause and a look at
 * the payment, until the state gives up.  Unless the bank has shown the refund meanwhile: then there is
 * nothing to send, whatever became of this order. */
static void
order_turned_away(struct step *s)
{
	struct refund *refund = &s->c->refund;
	if (!refund->acknowledged && !refund->send_again) {
		refund->send_again = true;
		refund->round_sends -= refund->round_sends > 0;
		if (refund->void_sends == refund->sends - 1)
			refund->void_sends = refund->sends;
	}
	step_pace(s);
}

/* What the bank answered to the order itself. */
static void
order_answered(struct step *s)
{
	switch (s->event->answer.outcome) {
	case OUTCOME_DONE: /* a promise; the next read is the fact */
	case OUTCOME_UNKNOWN:
		/* It may have waited for a token: until now it may have been on its way. */
		s->c->refund.sent_ms = s->around->now_ms;
		refund_enquire(s);
		break;
	case OUTCOME_RETRY:
		order_turned_away(s);
		break;
	case OUTCOME_REFUSED: /* nobody would take it; the same id goes when a person lets it */
		step_hold(s, HOLD_SYSTEM_REFUSED);
		break;
	case OUTCOME_CONTRADICTION:
		step_hold(s, HOLD_REFUND_MISMATCHED);
		break;
	}
}

/* From here on it is never sent again.  The first time, the pace begins anew: the bank has it now, and mostly
 * settles within seconds. */
static void
acknowledge(struct step *s)
{
	if (!s->c->refund.acknowledged)
		s->c->tries = 0;
	s->c->refund.acknowledged = true;
	s->c->refund.void_sends = 0;
	s->c->refund.send_again = false;
}

/* The refund as the bank shows it. */
static void
refund_seen(struct step *s)
{
	struct refund_case *c = s->c;
	acknowledge(s);
	if (c->refund_seen.amount_cents != c->offer.amount_cents) {
		step_hold(s, HOLD_REFUND_MISMATCHED);
		return;
	}
	switch (c->refund_seen.status) {
	case REFUND_PROCESSING:
	case REFUND_UNRECOGNISED:
		step_pace(s);
		break;
	case REFUND_RETURNED:
		c->refund.settled = true;
		step_effect(s, EFFECT_SPENT);
		note_issue(s);
		break;
	case REFUND_NOT_DONE:
		c->refund.burnt = true;
		step_effect(s, EFFECT_RELEASE);
		c->reason = HOLD_BANK_DECLINED;
		verify(s);
		break;
	}
}

static bool
may_still_appear(const struct step *s)
{
	return s->around->now_ms - s->c->refund.sent_ms < s->around->policy->unknown_grace_ms;
}

/* The bank does not know the id.  Believed only when it was never shown to us, the grace period has
 * passed, and the payment's own list says the same. */
static void
refund_absent(struct step *s)
{
	if (s->c->refund.acknowledged || may_still_appear(s))
		step_pace(s);
	else
		step_ask_payment(s, s->c->refund.e2eid);
}

/* The look at the payment before the same order goes again.  A payment that is not shown says nothing about
 * its refunds (P12); one that others have given back since the first order gets none of ours (P7). */
static void
payment_listed(struct step *s)
{
	struct refund_case *c = s->c;
	bool sure_it_did_not_happen = c->payment.exists && !c->refund.acknowledged &&
	                              (c->refund.send_again || !may_still_appear(s));
	if (refund_is_listed(s))
		acknowledge(s);
	else if (sure_it_did_not_happen)
		c->refund.void_sends = c->refund.sends;
	if (c->refund.acknowledged || s->around->money_paused || !sure_it_did_not_happen)
		step_pace(s);
	else if (review_anew(s) != HOLD_NONE)
		step_hold(s, review_anew(s));
	else if (c->refund.round_sends >= REFUND_SENDS_MAX)
		step_hold(s, HOLD_REFUND_UNCONFIRMED);
	else
		order_to_pay(s, EFFECT_PAY);
}

/* A read that brought no facts: asked again until the state gives up, or a person when it can't be. */
static void
enquiry_failed(struct step *s)
{
	switch (s->event->answer.outcome) {
	case OUTCOME_DONE:
		break;
	case OUTCOME_RETRY:
	case OUTCOME_UNKNOWN:
		step_pace(s);
		break;
	case OUTCOME_REFUSED:
		step_hold(s, HOLD_REFUND_UNCONFIRMED);
		break;
	case OUTCOME_CONTRADICTION:
		step_hold(s, HOLD_REFUND_MISMATCHED);
		break;
	}
}

void
refunding_learns(struct step *s)
{
	const struct answered *answer = &s->event->answer;
	if (answer->operation == OPERATION_PAY_REFUND) {
		order_answered(s);
		return;
	}
	if (answer->outcome != OUTCOME_DONE) {
		enquiry_failed(s);
		return;
	}
	step_learn(s);
	if (answer->operation == OPERATION_PAY_PAYMENT)
		payment_listed(s);
	else if (s->c->refund_seen.exists)
		refund_seen(s);
	else
		refund_absent(s);
}

/* The mandate was weighed for sending again. */
void
refunding_weighed(struct step *s)
{
	struct refund_case *c = s->c;
	if (s->event->room.refused != HOLD_NONE) {
		step_hold(s, s->event->room.refused);
		return;
	}
	c->mandate = s->event->room.mandate;
	c->refund.send_again = false;
	c->refund.sends++;
	c->refund.round_sends++;
	c->refund.sent_ms = s->around->now_ms;
}

void
refunding_gives_up(struct step *s)
{
	step_hold(s, HOLD_REFUND_UNCONFIRMED);
}

/* Money is under way: words no longer stop it.  A question gets one honest line. */
void
late_hears(struct step *s)
{
	if (s->c->notice_ms == 0)
		return;
	s->c->notice_ms = 0;
	step_say(s, TEMPLATE_WORKING);
}
