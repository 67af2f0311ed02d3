/*
 * Connections: the place that each one takes, the time that it has, and who goes when room is
 * needed (rules 2 and 4 in http_server.c).
 */
#include "io/http_server_room.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/clock.h"

/* --- exchanges ------------------------------------------------------------------------------ */

struct http_exchange *
http_exchange_new(struct http_connection *connection)
{
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));
	ensure(exchange != NULL);
	exchange->server = connection->site->server;
	exchange->connection = connection;
	exchange->in_budget = !is_family(connection);
	ensure(text_copy(exchange->peer, sizeof(exchange->peer), connection->peer));
	http_request_init(&exchange->request);
	LIST_INSERT_HEAD(&exchange->server->exchanges, exchange, link);
	connection->exchange = exchange;
	return exchange;
}

void
http_exchange_free(struct http_exchange *exchange)
{
	if (exchange->in_budget)
		exchange->server->body_bytes -= exchange->request.body.length;
	if (exchange->handed_over)
		exchange->server->waiting--;
	if (exchange->connection != NULL)
		exchange->connection->exchange = NULL;
	LIST_REMOVE(exchange, link);
	http_request_free(&exchange->request);
	free(exchange);
}

/* --- time limits ---------------------------------------------------------------------------- */

/* Microseconds that the connection may stay as it is. */
static int64_t
connection_limit_us(const struct http_connection *connection)
{
	const struct http_site *settings = &connection->site->settings;
	switch (connection->state) {
	case STATE_IDLE:
		return settings->idle_ms_max * 1000;
	case STATE_HEAD:
	case STATE_BODY:
		return settings->request_ms_max * 1000;
	case STATE_WAITING:
		return INT64_MAX / 2; /* for ever: ours to end */
	case STATE_SENDING:
		return settings->answer_ms_max * 1000;
	case STATE_LINGERING:
		return settings->linger_ms_max * 1000;
	}
	ensure(!"a state outside the enum");
	return 0;
}

static void
sweep_by(struct http_server *server, int64_t at_us)
{
	if (at_us >= server->sweep_at_us)
		return;
	int64_t left_us = at_us - clock_monotonic_us();
	server->sweep_at_us = at_us;
	loop_timer_set(server->sweep, left_us > 0 ? left_us : 0);
}

void
http_connection_enter(struct http_connection *connection, enum state state)
{
	bool same_request = connection->state == STATE_HEAD && state == STATE_BODY;
	connection->state = state;
	if (!same_request)
		connection->since_us = clock_monotonic_us();
	sweep_by(connection->site->server, connection->since_us + connection_limit_us(connection));
}

/* --- connections ---------------------------------------------------------------------------- */

void
http_connection_new(struct site *site, int descriptor, const char *peer)
{
	struct http_server *server = site->server;
	struct http_connection *connection = calloc(1, sizeof(*connection));
	ensure(connection != NULL);
	connection->site = site;
	connection->descriptor = descriptor;
	connection->watch = loop_watch_add(server->loop, descriptor, LOOP_READ,
	                                   http_connection_ready, connection);
	if (connection->watch == NULL) {
		close(descriptor);
		free(connection);
		return;
	}
	ensure(text_copy(connection->peer, PEER_SIZE, peer));
	buffer_init(&connection->input, REQUEST_HEAD_BYTES_MAX);
	buffer_init(&connection->output, ANSWER_BYTES_MAX + REQUEST_HEAD_BYTES_MAX);
	LIST_INSERT_HEAD(&server->connections, connection, link);
	server->connection_count++;
	server->places_taken += !is_family(connection);
	http_connection_enter(connection, STATE_IDLE);
}

void
http_connection_free(struct http_connection *connection)
{
	struct http_server *server = connection->site->server;
	struct http_exchange *exchange = connection->exchange;
	if (exchange != NULL && !exchange->handed_over)
		http_exchange_free(exchange);
	else if (exchange != NULL)
		exchange->connection = NULL;
	loop_watch_remove(connection->watch);
	close(connection->descriptor);
	server->answer_bytes -= connection->output.length;
	buffer_free(&connection->input);
	buffer_free(&connection->output);
	LIST_REMOVE(connection, link);
	server->connection_count--;
	server->places_taken -= !is_family(connection);
	free(connection);
}

struct http_connection *
http_connection_oldest(struct http_server *server, unsigned states, bool family)
{
	struct http_connection *oldest = NULL;
	struct http_connection *at = LIST_FIRST(&server->connections);
	for (; at != NULL; at = LIST_NEXT(at, link)) {
		bool meant = (states & (1U << at->state)) != 0 && (family || !is_family(at));
		if (meant && (oldest == NULL || at->since_us < oldest->since_us))
			oldest = at;
	}
	return oldest;
}

bool
http_connection_evict(struct http_server *server, unsigned states)
{
	struct http_connection *oldest = http_connection_oldest(server, states, false);
	if (oldest != NULL)
		http_connection_free(oldest);
	return oldest != NULL;
}

bool
http_server_make_place(struct http_server *server)
{
	return http_connection_evict(server, NO_WHOLE_REQUEST) ||
	       http_connection_evict(server, BEING_READ);
}

/* --- whose time is over ------------------------------------------------------------------------- */

/* Its time is over: a request that dripped is told so, everything else is closed. */
static void
connection_expire(struct http_connection *connection)
{
	if (connection->state == STATE_HEAD || connection->state == STATE_BODY)
		http_connection_refuse(connection, 408);
	else
		http_connection_free(connection);
}

void
http_server_sweep(void *context)
{
	struct http_server *server = context;
	int64_t now_us = clock_monotonic_us();
	int64_t next_us = INT64_MAX;
	server->sweep_at_us = INT64_MAX;
	struct http_connection *connection = LIST_FIRST(&server->connections);
	while (connection != NULL) {
		struct http_connection *next = LIST_NEXT(connection, link);
		int64_t at_us = connection->since_us + connection_limit_us(connection);
		if (at_us <= now_us)
			connection_expire(connection);
		else if (at_us < next_us)
			next_us = at_us;
		connection = next;
	}
	sweep_by(server, next_us);
}
