/*
 * The mandate is weighed, always inside the transaction that acts on the answer.
 *
 * Three times for one refund: before the offer (so that nothing is offered that finance
 * does not allow), when the yes is heard (room is taken), and when the order to pay is
 * put on disk (it may have been revoked meanwhile).  Each time the signature is checked
 * anew over the stored bytes, and the columns that SQL enforces must say the same as
 * what was signed.
 */
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/engine_room.h"
#include "serve/standing.h"

/* --- the mandate that rules -------------------------------------------------------------------------------------- */

static enum hold_reason
current(struct engine *engine, struct stored_mandate *stored)
{
	if (!store_mandate_latest(engine->store, stored))
		return HOLD_MANDATE_MISSING;
	return standing_of(engine->store, stored, &engine->policy, engine->now_ms);
}

static void
describe(const struct stored_mandate *stored, struct mandate_used *used)
{
	*used = (struct mandate_used){
		.version = stored->columns.signed_ms,
		.per_refund_cents = stored->columns.per_refund_cents,
	};
	ensure(text_copy(used->id, sizeof(used->id), stored->columns.id));
	ensure(text_copy(used->key_id, sizeof(used->key_id), stored->key_id));
	mandate_body_digest(stored->body, used->digest);
}

static void
customer_of(struct engine *engine, const struct refund_case *c, char customer[PSEUDONYM_SIZE])
{
	vault_pseudonym(engine->setup.vault, c->order.buyer.document, customer);
}

/* Would this amount fit now?  What the case itself has reserved is the amount, and not in its way. */
static enum hold_reason
weigh(struct engine *engine, const struct refund_case *c, int64_t amount_cents,
      struct stored_mandate *stored)
{
	struct mandate_use use;
	char customer[PSEUDONYM_SIZE];
	enum hold_reason reason = current(engine, stored);
	if (reason != HOLD_NONE)
		return reason;
	if (store_order_is_busy(engine->store, c->order_number, c->id))
		return HOLD_REFUND_UNDER_WAY;
	customer_of(engine, c, customer);
	store_mandate_use(engine->store, c->id, c->order_number, customer, engine->now_ms, &use);
	return mandate_allows(&stored->columns, &use, amount_cents, c->order.ordered_ms,
	                      engine->now_ms);
}

/* --- the three weighings ---------------------------------------------------------------------- */

void
engine_weigh(struct engine *engine, const struct refund_case *c, const struct operation *note,
             struct room *room)
{
	struct stored_mandate stored;
	struct why why = { "" };
	room->what = ROOM_TO_OFFER;
	room->sequence = store_refund_sequence(engine->store, c->payment.e2eid);
	room->refused = weigh(engine, c, c->order.total_cents, &stored);
	if (room->refused == HOLD_NONE && !engine_rehearse(engine, note, &why)) {
		log_line(LOG_WARNING, "note.rehearsal", "case=%s why=\"%s\"", c->id, why.text);
		room->refused = HOLD_NOTE_INPUTS;
	}
	if (room->refused == HOLD_NONE && room->sequence > REFUND_SEQUENCE_MAX)
		room->refused = HOLD_BANK_DECLINED;
}

/* C has weighed first; a trigger that still says no is taken at its word. */
static enum hold_reason
refused_by_schema(const struct refund_case *c, const struct why *why)
{
	log_line(LOG_ERROR, "reservation.refused", "case=%s why=\"%s\"", c->id, why->text);
	if (strstr(why->text, "P6") != NULL)
		return HOLD_MANDATE_CHANGED;
	if (strstr(why->text, "P7") != NULL)
		return HOLD_ALREADY_REFUNDED;
	return strstr(why->text, "P5") != NULL ? HOLD_MANDATE_ROOM : HOLD_CONSENT_UNCLEAR;
}

void
engine_reserve(struct engine *engine, const struct refund_case *c, struct room *room)
{
	struct stored_mandate stored;
	struct why why = { "" };
	char customer[PSEUDONYM_SIZE];
	room->what = ROOM_TO_RESERVE;
	room->refused = weigh(engine, c, c->offer.amount_cents, &stored);
	if (room->refused != HOLD_NONE)
		return;
	customer_of(engine, c, customer);
	const struct reservation reservation = { .c = c,
		                                 .mandate = &stored.columns,
		                                 .customer = customer };
	if (!store_reserve(engine->store, &reservation, engine->now_ms, &why))
		room->refused = refused_by_schema(c, &why);
	else
		describe(&stored, &room->mandate);
}

/* Room was taken when the yes was heard, but an order to pay may leave on another day: after a hold, again, or
 * just past midnight, or when finance has installed another mandate.  It counts when it leaves, under the
 * mandate that rules then, so every limit is asked again. */
void
engine_pay(struct engine *engine, const struct refund_case *c, const struct operation *refund,
           struct room *room)
{
	struct stored_mandate stored;
	struct why why = { "" };
	room->what = ROOM_TO_PAY;
	room->refused = weigh(engine, c, c->offer.amount_cents, &stored);
	if (room->refused != HOLD_NONE)
		return;
	if (!store_reservation_execute(engine->store, c->id, &stored.columns, engine->now_ms,
	                               &why)) {
		room->refused = refused_by_schema(c, &why);
	} else if (!engine_ask(engine, c, refund, &why)) {
		log_line(LOG_ERROR, "refund.refused", "case=%s why=\"%s\"", c->id, why.text);
		room->refused = HOLD_SYSTEM_REFUSED;
	} else {
		engine->counts.refunds_sent++;
		describe(&stored, &room->mandate);
	}
}

/* Found in the bank's books under the id that only this order, payment and sequence give.  From here on it is
 * a refund like any other that was sent: limits count it, and its end is asked about. */
void
engine_adopt(struct engine *engine, const struct refund_case *c, const struct operation *refund,
             struct room *room)
{
	struct stored_mandate stored;
	struct why why = { "" };
	room->what = ROOM_TO_PAY;
	room->adopted = true;
	room->refused = current(engine, &stored);
	if (room->refused != HOLD_NONE)
		return;
	if (!store_reservation_set(engine->store, c->id, RESERVATION_EXECUTING, engine->now_ms,
	                           &why)) {
		room->refused = refused_by_schema(c, &why);
	} else if (store_operation(engine->store, c->id, refund, engine->now_ms, &why) == 0) {
		log_line(LOG_ERROR, "refund.refused", "case=%s why=\"%s\"", c->id, why.text);
		room->refused = HOLD_SYSTEM_REFUSED;
	} else {
		store_audit(engine->store, engine->now_ms, "bot", "refund.adopted", c->id,
		            refund->refund.id);
		describe(&stored, &room->mandate);
	}
}

bool
engine_may_pay_now(struct engine *engine, struct why *why)
{
	struct stored_mandate stored;
	int64_t now_ms = engine->setup.io.now_ms(engine->setup.io.context);
	enum hold_reason reason = HOLD_MANDATE_MISSING;
	if (now_ms < engine->now_ms)
		now_ms = engine->now_ms;
	if (store_mandate_latest(engine->store, &stored))
		reason = standing_of(engine->store, &stored, &engine->policy, now_ms);
	return reason == HOLD_NONE ||
	       why_set(why, "it did not leave: %s since it was decided", hold_text(reason));
}
