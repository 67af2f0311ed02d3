/*
 * Operations: intent on disk first, then the wire, and one meaning for every end.
 *
 *	engine_ask         operation and attempt become rows of this turn's transaction
 *	engine_depart      after the commit: the request                  (engine_call.c)
 *	engine_call_ended  the tool reads the answer: an outcome          (engine_call.c)
 *	engine_take_answer the outcome closes the attempt and meets the case, next turn
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/engine_room.h"

/* --- asking ----------------------------------------------------------------------------------- */

bool
engine_rehearse(struct engine *engine, const struct operation *operation, struct why *why)
{
	const struct tool *tool = engine->duties[operation_duty(operation->kind)];
	const struct tool_operation *road = tool_operation(tool, operation->kind);
	struct link *link = engine_link(engine, tool->name, operation_role(operation->kind), why);
	struct http_request request;
	if (link == NULL || road == NULL)
		return why_set(why, "%s can't do %s", tool->name, operation_text(operation->kind));
	struct tool_call call = {
		.operation = operation,
		.connection = link->connection,
		.shop = &engine->shop,
		.now_ms = engine->now_ms,
		.notes = json_object(),
	};
	http_request_init(&request);
	bool ok = road->ask(&call, &request, why);
	http_request_free(&request);
	json_decref(call.notes);
	return ok;
}

bool
engine_is_asking(const struct engine *engine, const char *case_id,
                 const struct operation *operation)
{
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		const struct flight *flight = &engine->flights[i];
		bool open = flight->state != FLIGHT_FREE && flight->state != FLIGHT_CONCLUDED;
		if (open && flight->kind == FLIGHT_OPERATION &&
		    flight->operation->kind == operation->kind &&
		    text_equal(flight->case_id, case_id) &&
		    text_equal(operation_key(flight->operation), operation_key(operation)))
			return true;
	}
	return false;
}

static bool
line_is_full(const struct engine *engine, const struct tool *tool)
{
	return tool->at_once > 0 && engine_count_flights(engine, tool, FLIGHT_DECIDED,
	                                                 FLIGHT_WAITING) >= CALLS_IN_LINE_MAX;
}

bool
engine_is_paying(const struct engine *engine, const char *case_id)
{
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		const struct flight *flight = &engine->flights[i];
		if (flight->state != FLIGHT_FREE && flight->kind == FLIGHT_OPERATION &&
		    flight->operation->kind == OPERATION_PAY_REFUND &&
		    text_equal(flight->case_id, case_id))
			return true;
	}
	return false;
}

/* Rows first. */
static bool
put_on_disk(struct engine *engine, struct flight *flight, const struct refund_case *c,
            const struct operation *operation, struct why *why)
{
	int64_t id = store_operation(engine->store, c->id, operation, engine->now_ms, why);
	if (id == 0)
		return false;
	int64_t now_us = engine->setup.io.now_us(engine->setup.io.context);
	flight->attempt = store_attempt_open(engine->store, id, flight->tool->name,
	                                     flight->credential, now_us, why);
	return flight->attempt != 0;
}

bool
engine_ask(struct engine *engine, const struct refund_case *c, const struct operation *operation,
           struct why *why)
{
	const struct tool *tool = engine->duties[operation_duty(operation->kind)];
	if (engine_is_asking(engine, c->id, operation))
		return true;
	if (line_is_full(engine, tool))
		return why_set(why, "too many calls wait for %s", tool->name);
	struct link *link = engine_link(engine, tool->name, operation_role(operation->kind), why);
	if (link == NULL)
		return false;
	size_t kept = operation->kind == OPERATION_PAY_REFUND ? 0 : FLIGHTS_KEPT;
	struct flight *flight = engine_flight_new(engine, FLIGHT_OPERATION, kept);
	if (flight == NULL)
		return why_set(why, "%d calls are under way already", FLIGHTS_MAX);
	flight->tool = tool;
	flight->link = link;
	link->users++;
	flight->operation = malloc(sizeof(*operation));
	ensure(flight->operation != NULL);
	*flight->operation = *operation;
	ensure(text_copy(flight->case_id, sizeof(flight->case_id), c->id));
	engine_link_describe(link, flight->credential);
	flight->call = (struct tool_call){
		.operation = flight->operation,
		.connection = link->connection,
		.shop = &engine->shop,
		.notes = json_object(),
	};
	if (put_on_disk(engine, flight, c, operation, why))
		return true;
	engine_flight_free(engine, flight);
	return false;
}

/* --- the outcome meets the case --------------------------------------------------------------- */

struct event
engine_answer(const struct operation *operation, enum outcome outcome, const struct facts *facts,
              const char *credential)
{
	struct event event = { .kind = EVENT_ANSWER,
		               .answer = { .operation = operation->kind,
		                           .outcome = outcome,
		                           .facts = facts,
		                           .credential = credential } };
	ensure(text_copy(event.answer.key, sizeof(event.answer.key), operation_key(operation)));
	return event;
}

/* "Come back in ten seconds", said to many at once, would bring them all back at once: up to a quarter
 * more, never less. */
static int64_t
spread_ms(struct engine *engine, int64_t wait_ms)
{
	uint32_t random;
	if (wait_ms == 0)
		return 0;
	engine->setup.io.random(engine->setup.io.context, &random, sizeof(random));
	return wait_ms + (int64_t)(random % (uint32_t)(wait_ms / 4 % UINT32_MAX + 1));
}

void
engine_take_answer(struct engine *engine, struct flight *flight)
{
	enum operation_kind kind = flight->operation->kind;
	int64_t now_us = engine->setup.io.now_us(engine->setup.io.context);
	bool done = flight->outcome == OUTCOME_DONE;
	store_attempt_close(engine->store, flight->attempt, now_us, flight->outcome,
	                    done ? "" : flight->why.text);
	log_line(done ? LOG_INFO : LOG_WARNING, "operation.ended",
	         "case=%s kind=%s tool=%s outcome=%s why=\"%s\"", flight->case_id,
	         operation_text(kind), flight->tool->name, outcome_text(flight->outcome),
	         done ? "" : flight->why.text);
	struct event event = engine_answer(flight->operation, flight->outcome, &flight->call.facts,
	                                   flight->credential);
	event.answer.retry_after_ms = spread_ms(engine, flight->call.retry_after_ms);
	flight->state = FLIGHT_CONCLUDED; /* the case may ask the same again at once */
	engine_step(engine, flight->case_id, &event, "bot");
}

/* Closes everything that was under way; the caller frees the list. */
static struct open_attempt *
close_open_attempts(struct engine *engine, size_t *count)
{
	enum { A_TIME = 64 };
	struct open_attempt *open = NULL;
	size_t more;
	*count = 0;
	do {
		open = realloc(open, (*count + A_TIME) * sizeof(*open));
		ensure(open != NULL);
		more = store_open_attempts(engine->store, open + *count, A_TIME);
		int64_t now_us = engine->setup.io.now_us(engine->setup.io.context);
		for (size_t i = *count; i < *count + more; i++)
			store_attempt_close(engine->store, open[i].id, now_us, OUTCOME_UNKNOWN,
			                    "the program stopped while this was under way");
		*count += more;
	} while (more > 0);
	return open;
}

/* All of them are closed before the first case hears of it: a case may ask again at once, and what it asks
 * is an attempt of this life, really under way. */
void
engine_recover_attempts(struct engine *engine)
{
	struct operation *operation = calloc(1, sizeof(*operation));
	char case_id[ID_SIZE];
	size_t count;
	struct open_attempt *open = close_open_attempts(engine, &count);
	ensure(operation != NULL);
	for (size_t i = 0; i < count; i++) {
		if (!store_operation_load(engine->store, open[i].operation, operation, case_id))
			continue;
		struct event event =
			engine_answer(operation, OUTCOME_UNKNOWN, NULL, open[i].credential);
		engine_step(engine, case_id, &event, "bot");
	}
	free(open);
	free(operation);
}
