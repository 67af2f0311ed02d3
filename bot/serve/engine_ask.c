/*
 * Operations: intent on disk first, then the wire, and one meaning for every end.
 *
 *	engine_ask        operation and attempt become rows of this turn's transaction
 *	engine_depart     after the commit: a token if one is needed, then the request
 *	engine_call_ended the tool reads the answer; one more request, or an outcome
 *	engine_take_answer the outcome closes the attempt and meets the case, next turn
 *
 * A provider that bears few calls at once has a line: its operations wait in it, first
 * come first served, with their rows on disk.
 *
 * An operation of several requests (an Omie look-up) is one attempt.  Only reads have
 * more than one, so a crash in between costs nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/engine_room.h"

/* --- credentials in use ------------------------------------------------------------------------------------- */

static bool
has_both(struct engine *engine, const char *name)
{
	struct stored_credential read = { 0 }, write = { 0 };
	bool both = store_credential(engine->store, name, ROLE_READ, &read) &&
	            store_credential(engine->store, name, ROLE_WRITE, &write);
	bool apart = both && !text_equal(read.fingerprint, write.fingerprint);
	free(read.sealed);
	free(write.sealed);
	return apart;
}

/* The row for a role.  A missing read credential falls back to the write one; the other way only for a
 * channel, whose one credential both hears and speaks. */
static bool
find_credential(struct engine *engine, const char *name, enum role role,
                struct stored_credential *credential)
{
	enum role other = role == ROLE_READ ? ROLE_WRITE : ROLE_READ;
	bool falls_back = role == ROLE_READ || channel_by_name(name) != NULL;
	return store_credential(engine->store, name, role, credential) ||
	       (falls_back && store_credential(engine->store, name, other, credential));
}

/* The provider's own address; NULL where each shop's differs. */
static const char *
own_base_url(const char *name)
{
	const struct tool *tool = tool_by_name(name);
	const struct channel *channel = channel_by_name(name);
	return tool != NULL ? tool->base_url : channel != NULL ? channel->base_url : NULL;
}

static struct connection *
open_connection(struct engine *engine, const char *name, enum role role, struct why *why)
{
	struct stored_credential credential = { 0 };
	if (!find_credential(engine, name, role, &credential)) {
		why_set(why, "%s is not connected", name);
		return NULL;
	}
	struct connection *connection = calloc(1, sizeof(*connection));
	ensure(connection != NULL);
	connection->role = role;
	connection->secrets = vault_open(engine->setup.vault, &credential, why);
	ensure(text_copy(connection->name, sizeof(connection->name), name));
	ensure(text_copy(connection->fingerprint, sizeof(connection->fingerprint),
	                 credential.fingerprint));
	free(credential.sealed);
	if (connection->secrets != NULL && connection_set_url(connection, own_base_url(name)))
		return connection;
	why_set(why, "%s has no base_url", name);
	connection_free(connection);
	return NULL;
}

static void
drop_link(struct link *link)
{
	connection_free(link->connection);
	*link = (struct link){ 0 };
}

struct link *
engine_link(struct engine *engine, const char *name, enum role role, struct why *why)
{
	struct link *free_slot = NULL;
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = &engine->links[i];
		if (link->connection == NULL)
			free_slot = link;
		else if (!link->retired && link->connection->role == role &&
		         text_equal(link->connection->name, name))
			return link;
	}
	if (free_slot == NULL) {
		why_set(why, "too many credentials in use at once");
		return NULL;
	}
	struct connection *connection = open_connection(engine, name, role, why);
	if (connection == NULL)
		return NULL;
	const struct tool *tool = tool_by_name(name);
	bool told_apart = tool != NULL && tool->tells_roles_apart && has_both(engine, name);
	*free_slot = (struct link){ .connection = connection, .shared = !told_apart };
	return free_slot;
}

static void
leave_link(struct link *link)
{
	link->users--;
	if (link->retired && link->users == 0)
		drop_link(link);
}

void
engine_reconnect(struct engine *engine)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = &engine->links[i];
		link->retired = link->connection != NULL;
		if (link->retired && link->users == 0)
			drop_link(link);
	}
}

void
engine_links_free(struct engine *engine)
{
	for (size_t i = 0; i < LINKS_MAX; i++)
		drop_link(&engine->links[i]);
}

/* "pix read 1f0c9a..." or "omie shared ...": what a receipt says about who read. */
static void
describe_credential(const struct link *link, char text[CREDENTIAL_SIZE])
{
	const struct connection *connection = link->connection;
	ensure(text_format(text, CREDENTIAL_SIZE, "%s %s %.8s", connection->name,
	                   link->shared ? "shared" : role_text(connection->role),
	                   connection->fingerprint));
}

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
		leave_link(flight->link);
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

/* Operations of a tool in one of two states. */
static int
count_flights(const struct engine *engine, const struct tool *tool, enum flight_state one,
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

static bool
line_is_full(const struct engine *engine, const struct tool *tool)
{
	return tool->at_once > 0 &&
	       count_flights(engine, tool, FLIGHT_DECIDED, FLIGHT_WAITING) >= CALLS_IN_LINE_MAX;
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
	describe_credential(link, flight->credential);
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
	       count_flights(engine, flight->tool, FLIGHT_ALOFT, FLIGHT_ALOFT) < at_once;
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
