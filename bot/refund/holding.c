/*
 * People: why a case is handed to one, what the customer hears, and how it goes on.
 *
 * The customer always hears an honest line, once, and never a "done".  An order that
 * does not exist and one that belongs to somebody else get the same words (P13).
 */
#include "base/ensure.h"
#include "base/text.h"
#include "refund/flow.h"

enum { SAY_NOTHING = -1 };

/* What the customer hears; HELD for every reason without a line of its own. */
static int
words_for(enum hold_reason reason)
{
	static const struct {
		enum hold_reason reason;
		int template;
	} lines[] = {
		{ HOLD_ORDER_NOT_FOUND, TEMPLATE_NOT_LOCATED },
		{ HOLD_BUYER_MISMATCH, TEMPLATE_NOT_LOCATED },
		{ HOLD_ABOVE_CAP, TEMPLATE_HELD_ABOVE_CAP },
		{ HOLD_ASKED_FOR_HUMAN, TEMPLATE_HUMAN },
		{ HOLD_OTHER_REQUEST, TEMPLATE_HUMAN },
		{ HOLD_BANK_DECLINED, TEMPLATE_REFUND_FAILED },
		{ HOLD_REFUND_UNCONFIRMED, TEMPLATE_HELD_FINISHING },
		{ HOLD_REFUND_MISMATCHED, TEMPLATE_HELD_FINISHING },
		{ HOLD_NOTE_REJECTED, TEMPLATE_HELD_FINISHING },
		{ HOLD_NOTE_UNCONFIRMED, TEMPLATE_HELD_FINISHING },
		{ HOLD_INCOMPLETE, TEMPLATE_HELD_FINISHING },
		{ HOLD_CONTRADICTED, TEMPLATE_HELD_FINISHING },
		{ HOLD_DUPLICATED, TEMPLATE_HELD_FINISHING },
		{ HOLD_POLICY_FAILED, TEMPLATE_HELD_FINISHING },
		{ HOLD_TAKEN_OVER, SAY_NOTHING },
		{ HOLD_REPLY_NOT_DELIVERED, SAY_NOTHING },
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i].reason == reason)
			return lines[i].template;
	return TEMPLATE_HELD;
}

void
step_hold(struct step *s, enum hold_reason reason)
{
	int template = words_for(reason);
	ensure(reason != HOLD_NONE);
	if (s->c->state == CASE_RESERVED)
		step_effect(s, EFFECT_RELEASE); /* nothing has left */
	if (template != SAY_NOTHING)
		step_say(s, (enum template) template);
	step_enter(s, CASE_HELD);
	s->c->reason = reason;
}

/* A person answered from the shop's phone: the bot goes quiet. */
void
taken_over(struct step *s)
{
	step_hold(s, HOLD_TAKEN_OVER);
}

/* Who wrote this is in doubt, so nothing is done with it.  It is said to the one whom we would have
 * answered, because silence would be worse for a real customer and helps nobody else. */
void
unverified(struct step *s)
{
	step_hold(s, HOLD_CHANNEL_UNVERIFIED);
}

/* A customer whose order was not located may give another number; everything else waits for the person
 * who is looking. */
void
held_hears(struct step *s)
{
	struct refund_case *c = s->c;
	bool not_located = c->reason == HOLD_ORDER_NOT_FOUND || c->reason == HOLD_BUYER_MISMATCH;
	struct understanding heard = step_understand(s, AWAITING_ORDER_NUMBER);
	bool another = heard.order[0] != '\0' && !text_equal(heard.order, c->order_number);
	if (not_located && another && c->order_tries < ORDER_TRIES_MAX)
		look_up(s, heard.order);
}

/* As in offered_learns: what a person must know before letting it go on. */
void
held_learns(struct step *s)
{
	struct refund_case *c = s->c;
	if (c->offer.id[0] != '\0' && c->refund.sends == 0 && refund_is_listed(s))
		c->reason = HOLD_ALREADY_REFUNDED;
}

/* A refund that was sent and has no end is asked about first, whatever the case was held for: an id is
 * never given up while it may still happen. */
enum resume
case_resume(const struct refund_case *c)
{
	bool in_doubt = c->refund.sends > 0 && !c->refund.settled && !c->refund.burnt;
	enum resume resume = hold_resume(c->reason);
	if (in_doubt)
		return RESUME_ENQUIRE;
	if (resume == RESUME_LOOK_UP && c->refund.settled)
		return RESUME_VERIFY; /* the money is back: never again from the start */
	return resume;
}

void
held_released(struct step *s)
{
	struct refund_case *c = s->c;
	enum resume resume = case_resume(c);
	c->reason = HOLD_NONE;
	switch (resume) {
	case RESUME_LOOK_UP:
		c->order_tries = 0;
		if (c->order_number[0] == '\0') {
			step_say(s, TEMPLATE_ASK_ORDER);
			step_enter(s, CASE_NEEDS_ORDER);
		} else {
			look_up(s, c->order_number);
		}
		break;
	case RESUME_ENQUIRE:
		c->refund.round_sends = 0;
		step_enter(s, CASE_REFUNDING);
		refund_enquire(s);
		break;
	case RESUME_NOTE:
		c->note.sends = 0;
		note_issue(s);
		break;
	case RESUME_VERIFY:
		verify(s);
		break;
	case RESUME_NOTIFY:
		step_enter(s, CASE_NOTIFYING);
		notify(s);
		break;
	}
}

/* An order to pay that certainly did not happen ends here: its room is free, and its id is never used again,
 * whatever the bank may still find under it. */
void
held_denied(struct step *s)
{
	struct refund *refund = &s->c->refund;
	ensure(case_may_be_denied(s->c));
	enum hold_reason reason = s->c->reason;
	if (refund->sends > 0 && !refund->burnt) {
		refund->burnt = true;
		step_effect(s, EFFECT_RELEASE);
	}
	step_say(s, s->c->order_number[0] == '\0' ? TEMPLATE_DENIED_NO_ORDER : TEMPLATE_DENIED);
	step_enter(s, CASE_REFUSED);
	s->c->reason = reason;
}

/* --- the reply after all ---------------------------------------------------------------------- */

/* Silence closed the case, and now the channel says that the reply never left. */
void
closed_told(struct step *s)
{
	if (!s->event->told && s->c->receipt_is_safe)
		step_hold(s, HOLD_REPLY_NOT_DELIVERED);
}

/* It was held because the reply did not leave, and now it has. */
void
held_told(struct step *s)
{
	if (s->event->told && s->c->receipt_is_safe && s->c->reason == HOLD_REPLY_NOT_DELIVERED)
		step_enter(s, CASE_CLOSED);
}
