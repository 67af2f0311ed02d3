/*
 * The refund, from complaint to receipt: one table.  Read it downwards.
 *
 *	 complaint     order number?     ERP + bank       yes?        mandate
 *	 OPENED ---> NEEDS_ORDER ---> LOOKING_UP ---> OFFERED ---> RESERVED ---> REFUNDING
 *	                                                 |                          |
 *	                                             DECLINED                       v
 *	 CLOSED <--- NOTIFYING <--- SEALED <--- VERIFYING <--------------------- NOTING
 *	                               \___ not verified ___> HELD <--- from anywhere
 *
 * For every state: what wakes it, whose answers it waits for, for how long it may last and
 * what happens then, and what the customer hears when it takes more than a few seconds.
 * After a restore (surroundings.money_paused) nothing is paid until the bank was asked about
 * what this store may have forgotten.  What wants to be paid waits in OFFERED and RESERVED,
 * without an end: held, each case would cost its customer a second yes and a person an hour,
 * and the pause is short and already a person's.
 *
 * An event without a step, or an answer that nobody waits for any more, changes nothing in
 * that state, on purpose: it is still on record.
 *
 * Where is a refund decided?  `offered_hears` hears the yes, `reserved_learns` takes
 * the last look and orders to pay, both under the mandate that the engine weighs in
 * the same transaction.  Where is it called done?  Only in `sealed_sealed`.
 */
#include "refund/flow.h"

#include "base/ensure.h"
#include "base/text.h"

enum { NO_NOTICE = -1 };

struct flow_state {
	flow_step *on[EVENT_KIND_COUNT];
	unsigned waits_for;   /* the operations whose answers it takes */
	flow_step *again;     /* when due_ms comes */
	flow_step *gives_up;  /* when give_up_ms comes */
	size_t lasts_at_most; /* offset of an int64_t in struct policy; 0: no end of its own */
	int notice;           /* the template said once after policy.slow_ms */
};

#define AT_MOST(field)    .lasts_at_most = offsetof(struct policy, field)
#define ANSWER(operation) (1u << OPERATION_##operation)

static const struct flow_state flow[CASE_STATE_COUNT] = {
	[CASE_OPENED] = {
		.on = { [EVENT_MESSAGE] = opened_hears,
		        [EVENT_HUMAN_REPLIED] = taken_over,
		        [EVENT_UNVERIFIED] = unverified },
		.gives_up = needs_order_expires, AT_MOST(order_wait_ms),
		.notice = NO_NOTICE,
	},
	[CASE_NEEDS_ORDER] = {
		.on = { [EVENT_MESSAGE] = needs_order_hears,
		        [EVENT_EDITED] = needs_order_hears,
		        [EVENT_HUMAN_REPLIED] = taken_over,
		        [EVENT_UNVERIFIED] = unverified },
		.gives_up = needs_order_expires, AT_MOST(order_wait_ms),
		.notice = NO_NOTICE,
	},
	[CASE_LOOKING_UP] = {
		.on = { [EVENT_MESSAGE] = early_hears,
		        [EVENT_ANSWER] = looking_up_learns,
		        [EVENT_ROOM] = looking_up_weighed,
		        [EVENT_HUMAN_REPLIED] = taken_over,
		        [EVENT_UNVERIFIED] = unverified },
		.waits_for = ANSWER(LEDGER_ORDER) | ANSWER(PAY_PAYMENT),
		.again = looking_up_again,
		.gives_up = looking_up_gives_up, AT_MOST(look_up_give_up_ms),
		.notice = TEMPLATE_LOOKING,
	},
	[CASE_OFFERED] = {
		.on = { [EVENT_MESSAGE] = offered_hears,
		        [EVENT_EDITED] = offered_void,
		        [EVENT_DELETED] = offered_void,
		        [EVENT_ANSWER] = offered_learns,
		        [EVENT_ROOM] = offered_weighed,
		        [EVENT_HUMAN_REPLIED] = taken_over,
		        [EVENT_UNVERIFIED] = unverified },
		.waits_for = ANSWER(PAY_PAYMENT),
		.gives_up = offered_expires, AT_MOST(consent_ms),
		.notice = NO_NOTICE,
	},
	[CASE_RESERVED] = {
		.on = { [EVENT_MESSAGE] = reserved_hears,
		        [EVENT_EDITED] = reserved_void,
		        [EVENT_DELETED] = reserved_void,
		        [EVENT_ANSWER] = reserved_learns,
		        [EVENT_ROOM] = reserved_weighed,
		        [EVENT_HUMAN_REPLIED] = taken_over,
		        [EVENT_UNVERIFIED] = unverified },
		.waits_for = ANSWER(LEDGER_ORDER) | ANSWER(PAY_PAYMENT),
		.again = reserved_again,
		.gives_up = reserved_gives_up, AT_MOST(look_up_give_up_ms),
		.notice = TEMPLATE_CONFIRMING,
	},
	[CASE_REFUNDING] = {
		.on = { [EVENT_MESSAGE] = late_hears,
		        [EVENT_ANSWER] = refunding_learns,
		        [EVENT_ROOM] = refunding_weighed },
		.waits_for = ANSWER(PAY_REFUND) | ANSWER(PAY_REFUND_STATUS) | ANSWER(PAY_PAYMENT),
		.again = refunding_again,
		.gives_up = refunding_gives_up, AT_MOST(refund_give_up_ms),
		.notice = TEMPLATE_CONFIRMING,
	},
	[CASE_NOTING] = {
		.on = { [EVENT_MESSAGE] = late_hears,
		        [EVENT_ANSWER] = noting_learns },
		.waits_for = ANSWER(INVOICE_ISSUE) | ANSWER(INVOICE_NOTE),
		.again = noting_again,
		.gives_up = noting_gives_up, AT_MOST(note_give_up_ms),
		.notice = TEMPLATE_CONFIRMING,
	},
	[CASE_VERIFYING] = {
		.on = { [EVENT_MESSAGE] = late_hears,
		        [EVENT_ANSWER] = verifying_learns },
		.waits_for = ANSWER(LEDGER_ORDER) | ANSWER(PAY_PAYMENT) | ANSWER(INVOICE_NOTE),
		.again = verifying_again,
		.gives_up = verifying_gives_up, AT_MOST(verify_give_up_ms),
		.notice = TEMPLATE_CONFIRMING,
	},
	[CASE_SEALED] = {
		.on = { [EVENT_SEALED] = sealed_sealed },
		.gives_up = sealed_gives_up, AT_MOST(verify_give_up_ms),
		.notice = NO_NOTICE,
	},
	[CASE_NOTIFYING] = {
		.on = { [EVENT_MESSAGE] = notifying_hears,
		        [EVENT_TOLD] = notifying_told },
		.gives_up = notifying_gives_up, AT_MOST(tell_give_up_ms),
		.notice = NO_NOTICE,
	},
	[CASE_CLOSED] = {
		.on = { [EVENT_MESSAGE] = ended_hears,
		        [EVENT_TOLD] = closed_told },
		.notice = NO_NOTICE,
	},
	[CASE_DECLINED] = { .on = { [EVENT_MESSAGE] = ended_hears }, .notice = NO_NOTICE },
	[CASE_REFUSED] = { .on = { [EVENT_MESSAGE] = ended_hears }, .notice = NO_NOTICE },
	[CASE_EXPIRED] = { .on = { [EVENT_MESSAGE] = ended_hears }, .notice = NO_NOTICE },
	[CASE_HELD] = {
		.on = { [EVENT_MESSAGE] = held_hears,
		        [EVENT_TOLD] = held_told,
		        [EVENT_ANSWER] = held_learns,
		        [EVENT_RELEASED] = held_released,
		        [EVENT_DENIED] = held_denied },
		.waits_for = ANSWER(PAY_PAYMENT),
		.notice = NO_NOTICE,
	},
};

/* --- the one place that changes a state -------------------------------------------------------- */

void
step_enter(struct step *s, enum case_state state)
{
	const struct flow_state *row = &flow[state];
	struct refund_case *c = s->c;
	int64_t now_ms = s->around->now_ms;
	int64_t lasts_ms = 0;
	if (row->gives_up != NULL)
		lasts_ms = *(const int64_t *)(const void *)((const char *)s->around->policy +
		                                            row->lasts_at_most);
	c->state = state;
	c->entered_ms = now_ms;
	c->tries = 0;
	c->due_ms = 0;
	c->notice_ms = row->notice == NO_NOTICE ? 0 : now_ms + s->around->policy->slow_ms;
	c->give_up_ms = row->gives_up == NULL ? 0 : now_ms + lasts_ms;
	if (state != CASE_HELD && state != CASE_REFUSED && state != CASE_VERIFYING &&
	    state != CASE_SEALED)
		c->reason = HOLD_NONE;
}

/* --- one step ----------------------------------------------------------------------------------- */

/* It takes longer than a few seconds.  That bank and tax authority are being asked is said once for a
 * refund, however many states of it are slow. */
static void
tell_it_is_slow(struct step *s, enum template notice)
{
	bool is_confirming = notice == TEMPLATE_CONFIRMING;
	if (is_confirming && s->c->refund.slow_told)
		return;
	s->c->refund.slow_told = is_confirming;
	step_say(s, notice);
}

/* It may have been paid by what this store has forgotten: nobody is told that it is over. */
static bool
outlasts_the_pause(const struct step *s)
{
	return s->around->money_paused &&
	       (s->c->state == CASE_OFFERED || s->c->state == CASE_RESERVED);
}

/* Time has come: the end of the state first, then a word to the customer, then another try. */
static void
deadline(struct step *s)
{
	const struct flow_state *row = &flow[s->c->state];
	struct refund_case *c = s->c;
	int64_t now_ms = s->around->now_ms;
	if (c->give_up_ms != 0 && now_ms >= c->give_up_ms && outlasts_the_pause(s))
		c->give_up_ms = now_ms + s->around->policy->look_up_give_up_ms;
	if (c->give_up_ms != 0 && now_ms >= c->give_up_ms) {
		c->give_up_ms = 0;
		row->gives_up(s);
		return;
	}
	if (c->notice_ms != 0 && now_ms >= c->notice_ms) {
		c->notice_ms = 0;
		tell_it_is_slow(s, (enum template)row->notice);
	}
	if (c->due_ms != 0 && now_ms >= c->due_ms) {
		c->due_ms = 0;
		row->again(s);
	}
}

/* What an answer must be about to concern the case as it stands now: a customer may have corrected his
 * order number while the first one was still being looked up. */
static const char *
expected_key(const struct refund_case *c, enum operation_kind kind)
{
	switch (kind) {
	case OPERATION_LEDGER_ORDER:
		return c->order_number;
	case OPERATION_PAY_PAYMENT:
		return c->state == CASE_LOOKING_UP ? c->order.payment_reference : c->refund.e2eid;
	case OPERATION_PAY_REFUND:
	case OPERATION_PAY_REFUND_STATUS:
		return c->refund.id;
	case OPERATION_INVOICE_ISSUE:
	case OPERATION_INVOICE_NOTE:
		return c->note.ref;
	}
	ensure(!"an operation outside the enum");
	return "";
}

/* The answer to what an earlier state asked, or about something else. */
static bool
comes_too_late(const struct refund_case *c, const struct event *event)
{
	const struct answered *answer = &event->answer;
	if (event->kind != EVENT_ANSWER)
		return false;
	return (flow[c->state].waits_for & 1u << answer->operation) == 0 ||
	       !text_equal(answer->key, expected_key(c, answer->operation));
}

void
case_step(struct refund_case *c, const struct event *event, const struct surroundings *around,
          struct effects *effects)
{
	struct step s = { .c = c, .event = event, .around = around, .effects = effects };
	flow_step *step = flow[c->state].on[event->kind];
	effects->count = 0;
	effects->disclosure_count = 0;
	if (event->kind == EVENT_DEADLINE)
		deadline(&s);
	else if (step != NULL && !comes_too_late(c, event))
		step(&s);
	bool rests = case_has_ended(c->state) || c->state == CASE_HELD;
	ensure(rests || case_wake_ms(c) != 0); /* P11 */
	ensure((c->state != CASE_HELD) || c->reason != HOLD_NONE);
}
