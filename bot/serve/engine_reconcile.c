/*
 * After a restore: the bank is asked about what this store may have forgotten.
 *
 * What to ask is the store's to say (the view `unanswered` of the schema), whom to tell is
 * the ordinary flow's: an answer meets its case like any other, a refund that the bank has
 * under our id is adopted or held there (paying.c, offering.c), and one that is unreachable
 * stays a question (P12).  When no question is left the pause ends, in the transaction that
 * saw it, and a trigger of the schema looks once more.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/engine_room.h"

static void
write_operation(const struct question *question, struct operation *operation)
{
	operation->kind = question->kind;
	if (question->kind == OPERATION_PAY_PAYMENT) {
		ensure(text_copy(operation->payment.reference, sizeof(operation->payment.reference),
		                 question->e2eid));
		return;
	}
	struct refund_query *query = &operation->refund_status;
	ensure(text_copy(query->e2eid, sizeof(query->e2eid), question->e2eid));
	ensure(text_copy(query->id, sizeof(query->id), question->refund_id));
}

/* Calls that look at payments and refunds, whoever wants to know. */
static size_t
calls_under_way(const struct engine *engine)
{
	size_t count = 0;
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		const struct flight *flight = &engine->flights[i];
		bool open = flight->state != FLIGHT_FREE && flight->state != FLIGHT_CONCLUDED;
		count += open && flight->kind == FLIGHT_OPERATION &&
		         operation_duty(flight->operation->kind) == DUTY_PAY &&
		         operation_role(flight->operation->kind) == ROLE_READ;
	}
	return count;
}

/* False when it is being asked already.  What can't even be asked stays a question. */
static bool
ask(struct engine *engine, const struct question *question)
{
	struct operation *operation = calloc(1, sizeof(*operation));
	struct why why = { "" };
	ensure(operation != NULL);
	write_operation(question, operation);
	bool waits = !engine_is_asking(engine, question->case_id, operation);
	if (waits && (!store_case_load(engine->store, question->case_id, engine->c) ||
	              !engine_ask(engine, engine->c, operation, &why)))
		log_line(LOG_WARNING, "reconcile.not_asked", "case=%s kind=%s why=\"%s\"",
		         question->case_id, operation_text(question->kind), why.text);
	free(operation);
	return waits;
}

static bool
lift(struct engine *engine, struct why *why)
{
	if (!store_reconciled(engine->store, engine->now_ms, why))
		return false;
	store_audit(engine->store, engine->now_ms, "control", "store.reconciled", "store",
	            "the bank has answered: money may move");
	log_line(LOG_INFO, "money.resumed", "why=\"the bank has answered\"");
	engine->revision++;
	return true;
}

bool
engine_reconcile(struct engine *engine, struct reconciliation *found, struct why *why)
{
	*found = (struct reconciliation){ .paused = store_money_is_paused(engine->store) };
	if (!found->paused)
		return true;
	found->open = store_unanswered_count(engine->store);
	found->count = store_unanswered(engine->store, found->questions, RECONCILE_QUESTIONS_SHOWN);
	found->under_way = calls_under_way(engine);
	size_t calls = found->under_way;
	for (size_t i = 0; i < found->count && calls < RECONCILE_CALLS_MAX; i++)
		calls += ask(engine, &found->questions[i]);
	if (found->count == 0)
		found->paused = !lift(engine, why);
	return found->count > 0 || !found->paused;
}

static void
keep_open(void *context, const struct restore *restore)
{
	if (restore->reconciled_ms == 0)
		*(struct restore *)context = *restore;
}

void
engine_tell_pause(struct engine *engine)
{
	struct restore restore = { 0 };
	char until[INSTANT_TEXT_SIZE];
	store_restores(engine->store, keep_open, &restore);
	if (restore.epoch == 0)
		return;
	instant_print_utc(until, restore.known_until_ms);
	log_line(LOG_WARNING, "money.paused",
	         "known_until=%s why=\"the store is older than what has left; no refund is sent "
	         "before `estorno reconcile`\"",
	         until);
}
