/*
 * A case meets an event.
 *
 * The step is pure; here its effects become rows of the same transaction.  Some effects
 * are answered at once (the mandate is weighed inside the transaction), which leads to
 * another step of the same case before it is saved.
 */
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/engine_room.h"
#include "serve/standing.h"

struct surroundings
engine_surroundings(struct engine *engine, const struct refund_case *c,
                    uint8_t entropy[ENTROPY_BYTES], struct contact *contact)
{
	char latest[RECEIPT_ID_SIZE];
	engine->setup.io.random(engine->setup.io.context, entropy, ENTROPY_BYTES);
	store_contact_load(engine->store, c->contact, contact);
	struct surroundings around = {
		.now_ms = engine->now_ms,
		.entropy = entropy,
		.policy = &engine->policy,
		.lexicon = engine->setup.lexicon,
		.phrasebook = engine->setup.phrasebook,
		.customer_address = contact->address,
		.receipts_of_order =
			c->state == CASE_VERIFYING
				? store_receipt_count(engine->store, c->order_number, latest)
				: 0,
		.epoch = engine->log_epoch,
		.money_paused = store_money_is_paused(engine->store),
	};
	if (c->state == CASE_VERIFYING)
		standing_digest(engine->store, c->mandate.id, c->mandate.version,
		                around.mandate_digest);
	return around;
}

/* --- history ----------------------------------------------------------------------------------------------- */

static void
record(struct engine *engine, const struct refund_case *c, const char *from, const char *actor)
{
	const char *to = case_state_text(c->state);
	store_transition(engine->store, c->id, engine->now_ms, from, to, hold_text(c->reason),
	                 actor);
	log_line(LOG_INFO, "case.state", "case=%s order=%s from=%s to=%s reason=%s actor=%s", c->id,
	         c->order_number[0] != '\0' ? c->order_number : "-", from[0] != '\0' ? from : "-",
	         to, hold_text(c->reason)[0] != '\0' ? hold_text(c->reason) : "-", actor);
	engine->counts.transitions++;
	engine->revision++;
}

/* --- effects ------------------------------------------------------------------------------------------------- */

/* What an effect leads to inside this turn. */
struct follow {
	size_t count;
	struct event events[FOLLOW_MAX];
};

static struct event *
follow_with(struct follow *follow, enum event_kind kind)
{
	ensure(follow->count < FOLLOW_MAX);
	struct event *event = &follow->events[follow->count++];
	*event = (struct event){ .kind = kind };
	return event;
}

static void
ask(struct engine *engine, struct follow *follow, const struct operation *operation)
{
	struct why why = { "" };
	if (engine_ask(engine, engine->c, operation, &why))
		return;
	/* It could not be put on disk or into words, so it certainly did not happen. */
	log_line(LOG_WARNING, "operation.refused", "case=%s kind=%s why=\"%s\"", engine->c->id,
	         operation_text(operation->kind), why.text);
	*follow_with(follow, EVENT_ANSWER) = engine_answer(operation, OUTCOME_RETRY, NULL, "");
}

static void
settle(struct engine *engine, enum reservation_state state)
{
	struct why why = { "" };
	if (!store_reservation_set(engine->store, engine->c->id, state, engine->now_ms, &why))
		log_line(LOG_ERROR, "reservation.stuck", "case=%s why=\"%s\"", engine->c->id,
		         why.text);
}

static void
take_effect(struct engine *engine, struct follow *follow, const struct effect *effect)
{
	const struct refund_case *c = engine->c;
	struct why why = { "" };
	switch (effect->kind) {
	case EFFECT_SAY:
		if (!engine_say(engine, c, effect) && effect->template == TEMPLATE_REFUND_DONE)
			follow_with(follow, EVENT_TOLD)->told = false;
		break;
	case EFFECT_ASK:
		ask(engine, follow, &effect->operation);
		break;
	case EFFECT_WEIGH:
		engine_weigh(engine, c, &effect->operation, &follow_with(follow, EVENT_ROOM)->room);
		break;
	case EFFECT_OFFER:
		store_offer(engine->store, c);
		break;
	case EFFECT_CONSENT:
		if (!store_consent(engine->store, c, &why))
			log_line(LOG_ERROR, "consent.refused", "case=%s why=\"%s\"", c->id,
			         why.text);
		break;
	case EFFECT_RESERVE:
		engine_reserve(engine, c, &follow_with(follow, EVENT_ROOM)->room);
		break;
	case EFFECT_PAY:
		engine_pay(engine, c, &effect->operation, &follow_with(follow, EVENT_ROOM)->room);
		break;
	case EFFECT_ADOPT:
		engine_adopt(engine, c, &effect->operation, &follow_with(follow, EVENT_ROOM)->room);
		break;
	case EFFECT_SPENT:
		settle(engine, RESERVATION_SPENT);
		break;
	case EFFECT_RELEASE:
		settle(engine, RESERVATION_RELEASED);
		break;
	case EFFECT_SEAL:
		engine_prepare_receipt(engine, c, engine->effects);
		break;
	}
}

/* What the bank says of a payment is kept for P7 as soon as it is known. */
static void
keep_payment(struct engine *engine, const struct event *event)
{
	const struct refund_case *c = engine->c;
	bool learnt = event->kind == EVENT_ANSWER && event->answer.outcome == OUTCOME_DONE &&
	              event->answer.facts->kind == FACTS_PAYMENT;
	if (learnt && event->answer.facts->payment.exists &&
	    event->answer.facts->payment.amount_cents > 0)
		store_payment(engine->store, &event->answer.facts->payment,
		              policy_refunded_elsewhere(&event->answer.facts->payment,
		                                        c->refund.sends > 0 ? c->refund.id : ""),
		              engine->now_ms);
}

/* --- a step, and what follows ---------------------------------------------------------------------------------- */

static void
step_once(struct engine *engine, const struct event *event, struct follow *follow,
          const char *actor, bool is_new)
{
	uint8_t entropy[ENTROPY_BYTES];
	struct contact contact;
	enum case_state from = engine->c->state;
	enum hold_reason reason = engine->c->reason;
	struct surroundings around = engine_surroundings(engine, engine->c, entropy, &contact);
	keep_payment(engine, event);
	case_step(engine->c, event, &around, engine->effects);
	bool moved = engine->c->state != from ||
	             (engine->c->state == CASE_HELD && engine->c->reason != reason);
	/* The case must be there before rows that belong to it. */
	store_case_save(engine->store, engine->c, engine->now_ms);
	if (moved || is_new)
		record(engine, engine->c, is_new ? "" : case_state_text(from), actor);
	for (size_t i = 0; i < engine->effects->count; i++)
		take_effect(engine, follow, &engine->effects->list[i]);
}

static void
step_and_follow(struct engine *engine, const struct event *event, const char *actor, bool is_new)
{
	struct follow follow = { 0 };
	step_once(engine, event, &follow, actor, is_new);
	for (size_t i = 0; i < follow.count; i++) {
		struct event next = follow.events[i];
		step_once(engine, &next, &follow, "bot", false);
	}
}

void
engine_step(struct engine *engine, const char *case_id, const struct event *event,
            const char *actor)
{
	if (store_case_load(engine->store, case_id, engine->c))
		step_and_follow(engine, event, actor, false);
}

void
engine_open_case(struct engine *engine, int64_t contact, const struct event *event)
{
	uint8_t random[8];
	char id[ID_SIZE];
	engine->setup.io.random(engine->setup.io.context, random, sizeof(random));
	id_make(id, "c_", random);
	case_open(engine->c, id, contact, engine->now_ms);
	step_and_follow(engine, event, "customer", true);
	store_message_assign(engine->store, event->said.message,
	                     id); /* heard before its case existed */
}
