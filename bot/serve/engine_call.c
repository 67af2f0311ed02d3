/*
 * Calls under way: the act beat, and what comes back.
 *
 *	engine_depart      after the commit: a token if one is needed, then the request
 *	engine_call_ended  the tool reads the answer; one more request, or an outcome
 *
 * A provider that bears few calls at once has a line: its operations wait in it, first
 * come first served, with their rows on disk.
 *
 * An operation of several requests (an Omie look-up) is one attempt.  Only reads have
 * more than one, so a crash in between costs nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "serve/engine_room.h"

/* --- flights ---------------------------------------------------------------------------------------------------- */

struct flight *
engine_flight_new(struct engine *engine, enum flight_kind kind, size_t kept)
{
	struct flight *flight = NULL;
	size_t places = 0;
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		if (engine->flights[i].state != FLIGHT_FREE)
			continue;
		flight = flight == NULL ? &engine->flights[i] : flight;
		places++;
	}
	if (places <= kept)
		return NULL;
	memset(flight, 0, sizeof(*flight));
	flight->state = FLIGHT_DECIDED;
	flight->kind = kind;
	flight->ticket = ++engine->next_ticket;
	return flight;
}

void
engine_flight_free(struct engine *engine, struct flight *flight)
{
	(void)engine;
	json_decref(flight->call.notes);
	free(flight->operation);
	if (flight->link != NULL)
		engine_link_leave(flight->link);
	memset(flight, 0, sizeof(*flight));
}

/* It has ended: the outcome waits for the next turn. */
void
engine_flight_land(struct engine *engine, struct flight *flight, enum outcome outcome)
{
	flight->state = FLIGHT_LANDED;
	flight->outcome = outcome;
	connection_mask(flight->link->connection, flight->why.text); /* P15: it is kept and logged */
	ensure(engine->item_count - engine->gathered_count < FLIGHTS_MAX);
	engine->items[engine->item_count++] =
		(struct item){ .kind = ITEM_LANDED, .flight = flight };
}

int
engine_count_flights(const struct engine *engine, const struct tool *tool, enum flight_state one,
                     enum flight_state other)
{
	int count = 0;
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		const struct flight *flight = &engine->flights[i];
		bool counts = flight->state == one || flight->state == other;
		count += counts && flight->kind == FLIGHT_OPERATION && flight->tool == tool;
	}
	return count;
}

/* --- departing -------------------------------------------------------------------------------- */

static bool
needs_token(const struct engine *engine, const struct flight *flight)
{
	const struct connection *connection = flight->link->connection;
	return flight->kind == FLIGHT_OPERATION && flight->tool->token_ask != NULL &&
	       (connection->access_token == NULL ||
	        connection->access_token_until_ms <= engine->now_ms);
}

static bool
write_request(struct engine *engine, struct flight *flight, struct http_request *request,
              struct why *why)
{
	switch (flight->kind) {
	case FLIGHT_OPERATION:
		flight->call.now_ms = engine->now_ms;
		return tool_operation(flight->tool, flight->operation->kind)
		        ->ask(&flight->call, request, why);
	case FLIGHT_TOKEN:
		return flight->tool->token_ask(flight->link->connection, request, why);
	case FLIGHT_SAYING:
		return engine->channel->speak(flight->link->connection,
		                              &(struct utterance){ .address = flight->address,
		                                                   .text = flight->saying.text },
		                              request, why);
	}
	ensure(!"a flight outside the enum");
	return false;
}

static struct engine_call
call_for(const struct engine *engine, const struct flight *flight)
{
	const struct connection *connection = flight->link->connection;
	const char *certificate = connection_secret(connection, "cert_file");
	const char *key = connection_secret(connection, "key_file");
	bool writes = flight->kind == FLIGHT_SAYING ||
	              (flight->kind == FLIGHT_OPERATION &&
	               operation_role(flight->operation->kind) == ROLE_WRITE);
	return (struct engine_call){
		.changes_world = writes,
		.timeout_ms = engine->setup.settings->call_timeout_seconds * 1000,
		.certificate_file = certificate[0] != '\0' ? certificate : NULL,
		.key_file = key[0] != '\0' ? key : NULL,
	};
}

static void token_landed(struct engine *engine, struct flight *flight,
                         const struct engine_call_end *end);

/* It has ended before it began. */
static void
stay_down(struct engine *engine, struct flight *flight, enum outcome outcome)
{
	const struct why why = flight->why;
	const struct engine_call_end end = { .outcome = outcome, .why = why.text };
	if (flight->kind == FLIGHT_TOKEN)
		token_landed(engine, flight, &end); /* no case waits for it, flights do */
	else
		engine_flight_land(engine, flight, outcome);
}

/* Puts one request on the wire.  What can't be put into words is refused; what could not start never left. */
static void
take_off(struct engine *engine, struct flight *flight)
{
	struct http_request request;
	struct engine_call call = call_for(engine, flight);
	bool pays = flight->kind == FLIGHT_OPERATION &&
	            flight->operation->kind == OPERATION_PAY_REFUND;
	if (pays && !engine_may_pay_now(engine, &flight->why)) {
		stay_down(engine, flight, OUTCOME_RETRY);
		return;
	}
	http_request_init(&request);
	if (!write_request(engine, flight, &request, &flight->why) || request.body.failed ||
	    request.url.failed) {
		why_set(&flight->why, "the request would be too large");
		stay_down(engine, flight, OUTCOME_REFUSED);
	} else {
		flight->state = FLIGHT_ALOFT;
		engine->counts.calls++;
		if (!engine->setup.io.start(engine->setup.io.context, &request, &call,
		                            flight->ticket, &flight->why))
			stay_down(engine, flight, OUTCOME_RETRY);
	}
	http_request_free(&request);
}

/* One token for everybody who waits for it. */
static void
fetch_token(struct engine *engine, const struct flight *waiting)
{
	if (waiting->link->token_under_way)
		return;
	struct flight *flight = engine_flight_new(engine, FLIGHT_TOKEN, 0);
	if (flight == NULL)
		return; /* the next departure tries again */
	flight->tool = waiting->tool;
	flight->link = waiting->link;
	flight->link->users++;
	flight->link->token_under_way = true;
	take_off(engine, flight);
}

/* May one more call of this tool be on the wire? */
static bool
has_room(const struct engine *engine, const struct flight *flight)
{
	int at_once = flight->tool->at_once;
	return at_once == 0 ||
	       engine_count_flights(engine, flight->tool, FLIGHT_ALOFT, FLIGHT_ALOFT) < at_once;
}

static void
depart(struct engine *engine, struct flight *flight)
{
	if (needs_token(engine, flight)) {
		flight->state = FLIGHT_WAITING;
		fetch_token(engine, flight);
	} else {
		take_off(engine, flight);
	}
}

static bool
stands_in_line(const struct flight *flight)
{
	return flight->kind == FLIGHT_OPERATION && flight->tool->at_once > 0;
}

static bool
is_ready(const struct flight *flight)
{
	return flight->state == FLIGHT_DECIDED ||
	       (flight->state == FLIGHT_WAITING && !flight->link->token_under_way);
}

/* The one that has waited longest and may go now; NULL when all have to wait. */
static struct flight *
next_in_line(struct engine *engine)
{
	struct flight *next = NULL;
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *flight = &engine->flights[i];
		if (is_ready(flight) && stands_in_line(flight) && has_room(engine, flight) &&
		    (next == NULL || flight->ticket < next->ticket))
			next = flight;
	}
	return next;
}

void
engine_depart(struct engine *engine)
{
	struct flight *flight;
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		flight = &engine->flights[i];
		if (is_ready(flight) && !stands_in_line(flight))
			depart(engine, flight);
		else if (flight->state == FLIGHT_DECIDED)
			flight->state = FLIGHT_WAITING;
	}
	/* A place in line is free again when a call has ended, and every end leads to a turn and here. */
	while ((flight = next_in_line(engine)) != NULL) {
		depart(engine, flight);
		if (flight->state == FLIGHT_WAITING)
			break; /* there is no slot to fetch its token in */
	}
}

/* --- landing ---------------------------------------------------------------------------------- */

static void
keep_token(struct engine *engine, struct connection *connection, const struct access_token *token)
{
	free(connection->access_token);
	connection->access_token = strdup(token->text);
	ensure(connection->access_token != NULL);
	connection->access_token_until_ms = engine->now_ms + token->lasts_ms;
}

static void
drop_token(struct connection *connection)
{
	connection->access_token_until_ms = 0;
}

/* A token moves nothing, so its end needs no turn: those who waited go on, or end as it ended. */
static void
token_landed(struct engine *engine, struct flight *flight, const struct engine_call_end *end)
{
	struct access_token *token = calloc(1, sizeof(*token));
	struct link *link = flight->link;
	enum outcome outcome = end->outcome;
	ensure(token != NULL);
	if (end->answered)
		outcome = flight->tool->token_answer(link->connection, end->response, token,
		                                     &flight->why);
	else
		why_set(&flight->why, "%s", end->why);
	if (outcome == OUTCOME_DONE)
		keep_token(engine, link->connection, token);
	link->token_under_way = false;
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *waiting = &engine->flights[i];
		if (waiting->state != FLIGHT_WAITING || waiting->link != link)
			continue;
		if (outcome == OUTCOME_DONE) {
			if (has_room(engine, waiting))
				take_off(engine, waiting);
		} else {
			waiting->why = flight->why;
			engine_flight_land(engine, waiting,
			                   outcome == OUTCOME_REFUSED ? OUTCOME_REFUSED
			                                              : OUTCOME_RETRY);
		}
	}
	explicit_bzero(token, sizeof(*token));
	free(token);
	engine_flight_free(engine, flight);
}

static void
operation_landed(struct engine *engine, struct flight *flight, const struct engine_call_end *end)
{
	const struct tool_operation *road = tool_operation(flight->tool, flight->operation->kind);
	if (!end->answered) {
		why_set(&flight->why, "%s", end->why);
		engine_flight_land(engine, flight, end->outcome);
		return;
	}
	if (end->response->status == 401)
		drop_token(flight->link->connection);
	if (road->answer(&flight->call, end->response, &flight->why) == TOOL_CONCLUDED) {
		engine_flight_land(engine, flight, flight->call.outcome);
		return;
	}
	flight->call.step++;
	ensure(operation_role(flight->operation->kind) == ROLE_READ);
	if (flight->call.step >= OPERATION_STEPS_MAX) {
		why_set(&flight->why, "more than %d requests for one operation",
		        OPERATION_STEPS_MAX);
		engine_flight_land(engine, flight, OUTCOME_CONTRADICTION);
	} else {
		depart(engine, flight);
	}
}

static void
saying_landed(struct engine *engine, struct flight *flight, const struct engine_call_end *end)
{
	enum outcome outcome = end->outcome;
	if (end->answered)
		outcome = engine->channel->sent(end->response, &flight->sent, &flight->why);
	else
		why_set(&flight->why, "%s", end->why);
	engine_flight_land(engine, flight, outcome);
}

void
engine_call_ended(struct engine *engine, int64_t ticket, const struct engine_call_end *end)
{
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *flight = &engine->flights[i];
		if (flight->state != FLIGHT_ALOFT || flight->ticket != ticket)
			continue;
		if (flight->kind == FLIGHT_TOKEN)
			token_landed(engine, flight, end);
		else if (flight->kind == FLIGHT_SAYING)
			saying_landed(engine, flight, end);
		else
			operation_landed(engine, flight, end);
		return;
	}
}
