/*
 * The HTTP server: connections as small state machines over the loop's descriptors.
 *
 *	          first byte         head complete           body complete
 *	  IDLE ------------> HEAD ------------------> BODY ------------------> WAITING
 *	   ^                  |  '---------------- no body --------------------^   |
 *	   |                  | refused                   | refused                | http_answer
 *	   |                  v                           v                        v
 *	   '------------------'--------- SENDING <--------'------------------------'
 *	      keep-alive                    | to be closed
 *	                                    v
 *	                                LINGERING ---> closed
 *
 * Rules:
 *
 *   1. While a request is unanswered nothing more is read from its connection: what the
 *      other side sends meanwhile stays in the kernel, and its sender waits.
 *   2. Every state but WAITING has a time limit, measured from its beginning and not from
 *      the last byte, so that nobody can hold a place by dripping.  WAITING is ours to end.
 *   3. A connection that is to be closed is first shut down for writing and then read
 *      until the other side hangs up: closing with unread bytes makes the kernel send a
 *      reset, and a 413 would be lost with it.
 *   4. When all places are taken, the one that has been of no use for longest goes; when
 *      nobody is idle, the one that has been reading its answer for longest.  So neither a
 *      thousand idle connections nor a thousand that never read can keep a webhook out.
 *      Places and budgets are for strangers: who comes over a unix socket may do with this
 *      process what he likes anyway, needs no place and is never sent away, so that a
 *      mandate can be revoked in the middle of a flood.
 *   5. A body is read only where somebody wants it: the site judges by the head.  When bodies
 *      under way fill their budget, the one that has been on its way for longest goes.
 *   6. The handler is the last thing called on every path: it may answer at once, and the
 *      connection may be gone when it returns.
 *   7. A refusal names no reason that came from outside.  Nothing here logs a path.
 *
 * Why libwebsockets' own HTTP/1 is not used (4.1.6, Debian 12; each of these was tried): a
 * header line whose name is the beginning of a known one ("Content-L: 1") swallows the
 * line after it, Content-Length included, and the body is then read as the next request;
 * of two Content-Lengths the first is believed; a connection that sends more while its
 * answer is due turns the loop at 100 % (2.7 million rounds a second); a steady drip holds
 * a body open for ever; targets arrive decoded and with their dots resolved.  Its
 * websockets are fine, and connection_hand_over is where a request for one would leave:
 * a dup() of the descriptor and the bytes of the request go to
 * lws_adopt_socket_vhost_readbuf (tried as well), and our half is closed.
 */
#include "io/http_server.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/http_wire.h"
#include "io/listener.h"
#include "io/loop_watch.h"

enum {
	ACCEPTS_A_ROUND = 64,
	SCRATCH_BYTES = 64 * 1024,
	PEER_SIZE = 64,
	/* How long a listener rests when the kernel has no descriptor left. */
	REST_MS = 100,
	/* What the kernel may hold of one answer; it doubles this.  Left to itself it takes up to 4 MB for
	 * each connection that does not read. */
	SEND_BUFFER_BYTES = 16 * 1024
};

enum state { STATE_IDLE, STATE_HEAD, STATE_BODY, STATE_WAITING, STATE_SENDING, STATE_LINGERING };

struct site {
	LIST_ENTRY(site) link;
	struct http_server *server;
	struct http_site settings;
	char *unix_path; /* NULL for none */
	int listener;    /* -1 when closed */
	struct loop_watch *watch;
	struct loop_timer *rest; /* runs while the kernel has no room */
};

struct connection {
	LIST_ENTRY(connection) link;
	struct site *site;
	int descriptor;
	struct loop_watch *watch;
	enum state state;
	int64_t since_us;               /* when the state, or the request, began */
	struct http_exchange *exchange; /* from the end of the head to the answer */
	struct buffer input;            /* received, not yet understood */
	struct buffer output;
	size_t sent;
	bool closes; /* after the answer */
	char peer[PEER_SIZE];
};

struct http_exchange {
	LIST_ENTRY(http_exchange) link;
	struct http_server *server;
	struct connection *connection; /* NULL when the other side has hung up */
	struct http_request request;
	struct http_head head;
	bool handed_over;
	bool in_budget; /* its body counts in body_bytes: a stranger's */
	char peer[PEER_SIZE];
};

struct http_server {
	struct loop *loop;
	LIST_HEAD(, site) sites;
	LIST_HEAD(, connection) connections;
	LIST_HEAD(, http_exchange) exchanges;
	int64_t connection_count, waiting;
	int64_t places_taken;            /* connections that are not a unix socket's */
	size_t body_bytes, answer_bytes; /* under way, over all connections */
	struct loop_timer *sweep;
	int64_t sweep_at_us;
	bool closed;
	bool said_full;              /* until half of the places are free again */
	char scratch[SCRATCH_BYTES]; /* what is being received right now */
};

/* Comes over a unix socket, which is open to this user alone: rule 4. */
static bool
is_family(const struct connection *connection)
{
	return connection->site->unix_path != NULL;
}

/* --- exchanges ------------------------------------------------------------------------------ */

static struct http_exchange *
exchange_new(struct connection *connection)
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

static void
exchange_free(struct http_exchange *exchange)
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
connection_limit_us(const struct connection *connection)
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

static void
connection_enter(struct connection *connection, enum state state)
{
	bool same_request = connection->state == STATE_HEAD && state == STATE_BODY;
	connection->state = state;
	if (!same_request)
		connection->since_us = clock_monotonic_us();
	sweep_by(connection->site->server, connection->since_us + connection_limit_us(connection));
}

/* --- connections ---------------------------------------------------------------------------- */

static void
connection_free(struct connection *connection)
{
	struct http_server *server = connection->site->server;
	struct http_exchange *exchange = connection->exchange;
	if (exchange != NULL && !exchange->handed_over)
		exchange_free(exchange);
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

/* The connection that has been in one of `states` (bits) for longest; `family` for those of unix sockets
 * as well.  NULL for none. */
static struct connection *
connection_oldest(struct http_server *server, unsigned states, bool family)
{
	struct connection *oldest = NULL;
	struct connection *at = LIST_FIRST(&server->connections);
	for (; at != NULL; at = LIST_NEXT(at, link)) {
		bool meant = (states & (1U << at->state)) != 0 && (family || !is_family(at));
		if (meant && (oldest == NULL || at->since_us < oldest->since_us))
			oldest = at;
	}
	return oldest;
}

enum {
	NO_WHOLE_REQUEST =
		1U << STATE_IDLE | 1U << STATE_HEAD | 1U << STATE_BODY | 1U << STATE_LINGERING,
	BEING_READ = 1U << STATE_SENDING
};

/* Closes the oldest stranger's connection in one of `states`; false when there is none. */
static bool
connection_evict(struct http_server *server, unsigned states)
{
	struct connection *oldest = connection_oldest(server, states, false);
	if (oldest != NULL)
		connection_free(oldest);
	return oldest != NULL;
}

/* Rule 4. */
static bool
make_place(struct http_server *server)
{
	return connection_evict(server, NO_WHOLE_REQUEST) || connection_evict(server, BEING_READ);
}

static bool
would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* --- answers -------------------------------------------------------------------------------- */

/* All of the answer is with the kernel. */
static void
connection_rest(struct connection *connection)
{
	connection->site->server->answer_bytes -= connection->output.length;
	buffer_free(&connection->output);
	connection->sent = 0;
	if (connection->closes || connection->site->server->closed) {
		shutdown(connection->descriptor, SHUT_WR);
		connection_enter(connection, STATE_LINGERING);
	} else if (connection->input.length > 0) {
		/* The next request began in the last one's packet: taken up in the next round. */
		connection_enter(connection, STATE_HEAD);
		loop_watch_want(connection->watch, LOOP_READ | LOOP_WRITE);
		return;
	} else {
		buffer_free(&connection->input);
		connection_enter(connection, STATE_IDLE);
	}
	loop_watch_want(connection->watch, LOOP_READ);
}

static void
connection_send(struct connection *connection)
{
	ssize_t sent = send(connection->descriptor, connection->output.bytes + connection->sent,
	                    connection->output.length - connection->sent, MSG_NOSIGNAL);
	if (sent < 0 && !would_block()) {
		connection_free(connection);
		return;
	}
	if (sent > 0)
		connection->sent += (size_t)sent;
	if (connection->sent == connection->output.length)
		connection_rest(connection);
	else
		loop_watch_want(connection->watch, LOOP_WRITE);
}

/* Room for `length` more bytes in a budget, where need be at the cost of the oldest in `states`. */
static bool
make_room(struct http_server *server, const size_t *used, size_t length, unsigned states)
{
	ensure(length <= EXCHANGE_BYTES_MAX);
	while (length > EXCHANGE_BYTES_MAX - *used)
		if (!connection_evict(server, states))
			return false;
	return true;
}

static void
connection_answer(struct connection *connection, const struct http_response *response)
{
	struct http_server *server = connection->site->server;
	http_response_write(&connection->output, response, connection->closes);
	bool failed = response->body.failed || connection->output.failed;
	if (failed ||
	    !make_room(server, &server->answer_bytes, connection->output.length, BEING_READ)) {
		log_line(LOG_ERROR, "http_server.answer_too_large", "status=%d bytes=%zu",
		         response->status, response->body.length);
		buffer_reset(&connection->output);
		connection_free(connection);
		return;
	}
	server->answer_bytes += connection->output.length;
	connection_enter(connection, STATE_SENDING);
	connection_send(connection);
}

/* {"error":{"code","message"}} */
static void
error_response(struct http_response *response, int status, const char *code, const char *message)
{
	http_response_init(response);
	response->status = status;
	json_t *error = json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message);
	ensure(error != NULL);
	char *text = json_text(error);
	buffer_add_text(&response->body, text);
	http_header_add(&response->headers, "Content-Type", "application/json");
	free(text);
	json_decref(error);
}

/* What was wrong, and with what it would be right.  Nothing that came from outside is repeated. */
static void
refusal_text(const struct http_site *settings, int status, char *text, size_t size)
{
	bool ok = true;
	switch (status) {
	case 408:
		ok = text_format(text, size, "the request took longer than %lld ms: send it whole",
		                 (long long)settings->request_ms_max);
		break;
	case 411:
		ok = text_copy(text, size, "a body needs a Content-Length and may not be chunked");
		break;
	case 413:
		ok = text_format(text, size, "the body is larger than %zu bytes",
		                 settings->body_bytes_max);
		break;
	case 414:
		ok = text_format(text, size, "the path is longer than %d bytes", REQUEST_PATH_MAX);
		break;
	case 431:
		ok = text_format(text, size, "the head is larger than %d bytes or %d lines",
		                 REQUEST_HEAD_BYTES_MAX, REQUEST_HEADER_LINES_MAX);
		break;
	case 503:
		ok = text_copy(text, size, "no room for more at the moment: send it again");
		break;
	default:
		ok = text_copy(text, size, http_reason_phrase(status));
	}
	ensure(ok);
}

/* Answers what is not handed over, and closes. */
static void
connection_refuse(struct connection *connection, int status)
{
	struct http_response response;
	char text[128];
	if (connection->exchange != NULL)
		exchange_free(connection->exchange);
	refusal_text(&connection->site->settings, status, text, sizeof(text));
	error_response(&response, status, "refused", text);
	if (status == 405)
		http_header_add(&response.headers, "Allow", "GET, POST, PUT, PATCH, DELETE");
	connection->closes = true;
	connection_answer(connection, &response);
	http_response_free(&response);
}

/* Its time is over: a request that dripped is told so, everything else is closed. */
static void
connection_expire(struct connection *connection)
{
	if (connection->state == STATE_HEAD || connection->state == STATE_BODY)
		connection_refuse(connection, 408);
	else
		connection_free(connection);
}

/* Ends what stayed too long, and sets the timer for the next that might. */
static void
sweep(void *context)
{
	struct http_server *server = context;
	int64_t now_us = clock_monotonic_us();
	int64_t next_us = INT64_MAX;
	server->sweep_at_us = INT64_MAX;
	struct connection *connection = LIST_FIRST(&server->connections);
	while (connection != NULL) {
		struct connection *next = LIST_NEXT(connection, link);
		int64_t at_us = connection->since_us + connection_limit_us(connection);
		if (at_us <= now_us)
			connection_expire(connection);
		else if (at_us < next_us)
			next_us = at_us;
		connection = next;
	}
	sweep_by(server, next_us);
}

/* --- requests ------------------------------------------------------------------------------- */

static void
connection_hand_over(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;
	const struct http_site *settings = &connection->site->settings;
	exchange->handed_over = true;
	exchange->server->waiting++;
	connection_enter(connection, STATE_WAITING);
	settings->handler(settings->context, exchange);
}

static size_t
body_missing(const struct connection *connection)
{
	const struct http_exchange *exchange = connection->exchange;
	return exchange->head.body_length - exchange->request.body.length;
}

/* Rule 5.  False when this is itself the one that has been on its way for longest, or the rest waits for
 * answers of ours. */
static bool
body_make_room(struct connection *connection, size_t length)
{
	struct http_server *server = connection->site->server;
	while (length > EXCHANGE_BYTES_MAX - server->body_bytes) {
		struct connection *oldest = connection_oldest(server, 1U << STATE_BODY, false);
		if (oldest == NULL || oldest == connection)
			return false;
		connection_free(oldest);
	}
	return true;
}

/* False when there is no room for more, over all connections. */
static bool
body_take(struct connection *connection, const char *bytes, size_t length)
{
	struct http_exchange *exchange = connection->exchange;
	ensure(length <= body_missing(connection));
	if (exchange->in_budget) {
		if (!body_make_room(connection, length))
			return false;
		exchange->server->body_bytes += length;
	}
	buffer_add(&exchange->request.body, bytes, length);
	ensure(!exchange->request.body.failed);
	return true;
}

/* The head is read, and so much of the body as is here. */
static void
connection_go_on(struct connection *connection)
{
	static const char yes[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct http_exchange *exchange = connection->exchange;
	if (body_missing(connection) == 0) {
		connection_hand_over(connection);
		return;
	}
	if (connection->state == STATE_BODY)
		return;
	/* A sender that hears nothing goes on by itself after a second or so: not worth a retry. */
	if (exchange->head.expects_continue && exchange->request.body.length == 0)
		(void)send(connection->descriptor, yes, sizeof(yes) - 1, MSG_NOSIGNAL);
	connection_enter(connection, STATE_BODY);
	loop_watch_want(connection->watch, LOOP_READ);
}

static void
input_drop(struct buffer *input, size_t length)
{
	memmove(input->bytes, input->bytes + length, input->length - length);
	input->length -= length;
	input->bytes[input->length] = '\0';
}

/* RFC 9112 section 2.2: empty lines before a request are skipped. */
static void
input_drop_empty_lines(struct buffer *input)
{
	size_t length = 0;
	while (input->length - length >= 2 && memcmp(input->bytes + length, "\r\n", 2) == 0)
		length += 2;
	input_drop(input, length);
}

/* Not a whole head yet, and there may never be one. */
static void
connection_wait_for_head(struct connection *connection)
{
	const struct buffer *input = &connection->input;
	if (input->length < REQUEST_HEAD_BYTES_MAX)
		loop_watch_want(connection->watch, LOOP_READ);
	else
		connection_refuse(connection,
		                  memchr(input->bytes, '\r', input->length) ? 431 : 414);
}

/* Rule 5.  Returns 0, or the status to refuse the request with. */
static int
judge_body(const struct http_site *settings, struct http_exchange *exchange)
{
	struct http_head *head = &exchange->head;
	size_t most = settings->body_bytes_max;
	if (head->body_length > most)
		return 413;
	if (head->body_length > 0 && settings->body_max != NULL)
		most = settings->body_max(settings->context, &exchange->request);
	if (most > 0)
		return head->body_length <= most ? 0 : 413;
	if (head->body_length > 0) { /* what comes is the body, and never another request */
		head->body_length = 0;
		head->keep_alive = false;
	}
	return 0;
}

static int
connection_read_head(struct connection *connection, size_t length)
{
	struct http_exchange *exchange = exchange_new(connection);
	struct buffer *input = &connection->input;
	int status = http_head_parse(input->bytes, length, &exchange->request, &exchange->head);
	if (status == 0)
		status = judge_body(&connection->site->settings, exchange);
	if (status != 0)
		return status;
	input_drop(input, length);
	size_t here = body_missing(connection);
	if (here > input->length)
		here = input->length;
	if (!body_take(connection, input->bytes, here))
		return 503;
	input_drop(input, here);
	return 0;
}

static void
connection_understand(struct connection *connection)
{
	struct buffer *input = &connection->input;
	input_drop_empty_lines(input);
	size_t length = http_head_length(input->bytes, input->length);
	if (length == 0) {
		connection_wait_for_head(connection);
		return;
	}
	int status = connection_read_head(connection, length);
	if (status != 0)
		connection_refuse(connection, status);
	else
		connection_go_on(connection);
}

static void
connection_take(struct connection *connection, const char *bytes, size_t length)
{
	if (connection->state == STATE_BODY) {
		if (body_take(connection, bytes, length))
			connection_go_on(connection);
		else
			connection_refuse(connection, 503);
		return;
	}
	if (connection->state == STATE_IDLE)
		connection_enter(connection, STATE_HEAD);
	buffer_add(&connection->input, bytes, length);
	ensure(!connection->input.failed);
	connection_understand(connection);
}

static void
connection_receive(struct connection *connection)
{
	char *scratch = connection->site->server->scratch;
	size_t room = connection->state == STATE_BODY
	                      ? body_missing(connection)
	                      : REQUEST_HEAD_BYTES_MAX - connection->input.length;
	if (room > SCRATCH_BYTES)
		room = SCRATCH_BYTES;
	ensure(room > 0);
	ssize_t received = recv(connection->descriptor, scratch, room, 0);
	if (received > 0)
		connection_take(connection, scratch, (size_t)received);
	else if (received == 0 || !would_block())
		connection_free(connection);
}

/* Reads what nobody wants any more, until the other side hangs up. */
static void
connection_discard(struct connection *connection)
{
	char *scratch = connection->site->server->scratch;
	ssize_t received = recv(connection->descriptor, scratch, SCRATCH_BYTES, 0);
	if (received == 0 || (received < 0 && !would_block()))
		connection_free(connection);
}

static void
connection_ready(void *context, int descriptor, unsigned events)
{
	struct connection *connection = context;
	(void)descriptor;
	switch (connection->state) {
	case STATE_HEAD:
		if (events & LOOP_WRITE) /* only wanted by connection_rest */
			connection_understand(connection);
		else
			connection_receive(connection);
		return;
	case STATE_IDLE:
	case STATE_BODY:
		connection_receive(connection);
		return;
	case STATE_WAITING:
		if (events & LOOP_GONE)
			connection_free(connection);
		else
			loop_watch_want(connection->watch, 0); /* rule 1 */
		return;
	case STATE_SENDING:
		connection_send(connection);
		return;
	case STATE_LINGERING:
		connection_discard(connection);
		return;
	}
	ensure(!"a state outside the enum");
}

/* --- sites ---------------------------------------------------------------------------------- */

static void
peer_name(const struct sockaddr_storage *address, socklen_t length, char *peer)
{
	const struct sockaddr *any = (const struct sockaddr *)address;
	if (any->sa_family == AF_UNIX ||
	    getnameinfo(any, length, peer, PEER_SIZE, NULL, 0, NI_NUMERICHOST) != 0)
		ensure(text_copy(peer, PEER_SIZE, any->sa_family == AF_UNIX ? "unix" : "unknown"));
}

static bool
descriptor_prepare(int descriptor)
{
	int flags = fcntl(descriptor, F_GETFL);
	return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

static void
connection_new(struct site *site, int descriptor, const char *peer)
{
	struct http_server *server = site->server;
	struct connection *connection = calloc(1, sizeof(*connection));
	ensure(connection != NULL);
	connection->site = site;
	connection->descriptor = descriptor;
	connection->watch =
		loop_watch_add(server->loop, descriptor, LOOP_READ, connection_ready, connection);
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
	connection_enter(connection, STATE_IDLE);
}

/* Every place is taken by a request that we owe an answer. */
static void
turn_away(int descriptor)
{
	static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
				   "Connection: close\r\nContent-Length: 0\r\n\r\n";
	(void)send(descriptor, busy, sizeof(busy) - 1, MSG_NOSIGNAL);
	close(descriptor);
}

/* A place for one more connection.  That they are all taken is logged once, until half are free. */
static bool
place_free(struct http_server *server)
{
	if (server->places_taken <= CONNECTIONS_MAX / 2)
		server->said_full = false;
	if (server->places_taken < CONNECTIONS_MAX)
		return true;
	if (!server->said_full)
		log_line(LOG_WARNING, "http_server.full",
		         "connections=%d: the longest idle ones are closed", CONNECTIONS_MAX);
	server->said_full = true;
	return make_place(server);
}

/* False when there is nobody left to accept, for now. */
static bool
site_accept_one(struct site *site)
{
	struct http_server *server = site->server;
	struct sockaddr_storage address = { 0 };
	socklen_t length = sizeof(address);
	int descriptor = accept(site->listener, (struct sockaddr *)&address, &length);
	if (descriptor < 0) {
		bool exhausted =
			errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
		if (exhausted && !make_place(server)) {
			log_line(LOG_ERROR, "http_server.exhausted", "error=\"%s\"",
			         strerror(errno));
			loop_watch_want(site->watch, 0);
			loop_timer_set(site->rest, REST_MS * 1000);
		}
		return false;
	}
	const int yes = 1, bytes = SEND_BUFFER_BYTES;
	char peer[PEER_SIZE];
	bool family = site->unix_path != NULL;
	peer_name(&address, length, peer);
	(void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	(void)setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (!descriptor_prepare(descriptor) || (!family && !place_free(server)))
		turn_away(descriptor);
	else
		connection_new(site, descriptor, peer);
	return true;
}

static void
site_accept(void *context, int descriptor, unsigned events)
{
	(void)descriptor, (void)events;
	for (int i = 0; i < ACCEPTS_A_ROUND; i++)
		if (!site_accept_one(context))
			return;
}

static void
site_rested(void *context)
{
	struct site *site = context;
	if (site->watch != NULL)
		loop_watch_want(site->watch, LOOP_READ);
}

/* Stops listening.  The site stays, for the connections that it has. */
static void
site_close(struct site *site)
{
	if (site->watch != NULL)
		loop_watch_remove(site->watch);
	site->watch = NULL;
	if (site->listener >= 0) {
		close(site->listener);
		if (site->unix_path != NULL)
			(void)unlink(site->unix_path);
	}
	site->listener = -1;
}

static void
site_free(struct site *site)
{
	site_close(site);
	loop_timer_free(site->rest);
	LIST_REMOVE(site, link);
	free(site->unix_path);
	free(site);
}

static struct site *
site_new(struct http_server *server, const struct http_site *settings)
{
	struct site *site = calloc(1, sizeof(*site));
	ensure(site != NULL);
	site->server = server;
	site->settings = *settings;
	site->settings.host = site->settings.unix_path = NULL; /* the caller's */
	site->listener = -1;
	site->rest = loop_timer_new(server->loop, site_rested, site);
	if (settings->request_ms_max == 0)
		site->settings.request_ms_max = REQUEST_SECONDS_MAX * 1000;
	if (settings->idle_ms_max == 0)
		site->settings.idle_ms_max = IDLE_SECONDS_MAX * 1000;
	if (settings->answer_ms_max == 0)
		site->settings.answer_ms_max = ANSWER_SECONDS_MAX * 1000;
	if (settings->linger_ms_max == 0)
		site->settings.linger_ms_max = LINGER_SECONDS_MAX * 1000;
	if (settings->unix_path != NULL) {
		site->unix_path = strdup(settings->unix_path);
		ensure(site->unix_path != NULL);
	}
	LIST_INSERT_HEAD(&server->sites, site, link);
	return site;
}

/* --- the server ----------------------------------------------------------------------------- */

struct http_server *
http_server_new(struct loop *loop)
{
	struct http_server *server = calloc(1, sizeof(*server));
	ensure(server != NULL);
	server->loop = loop;
	server->sweep_at_us = INT64_MAX;
	server->sweep = loop_timer_new(loop, sweep, server);
	return server;
}

void
http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	http_server_close(server);
	while (!LIST_EMPTY(&server->connections))
		connection_free(LIST_FIRST(&server->connections));
	while (!LIST_EMPTY(&server->exchanges))
		exchange_free(LIST_FIRST(&server->exchanges));
	ensure(server->body_bytes == 0 && server->answer_bytes == 0 && server->waiting == 0);
	while (!LIST_EMPTY(&server->sites))
		site_free(LIST_FIRST(&server->sites));
	loop_timer_free(server->sweep);
	free(server);
}

bool
http_server_listen(struct http_server *server, const struct http_site *settings, int *port,
                   struct why *why)
{
	ensure(settings->body_bytes_max <= REQUEST_BYTES_MAX && settings->handler != NULL);
	struct site *site = site_new(server, settings);
	site->listener = site->unix_path != NULL
	                         ? listener_unix(site->unix_path, why)
	                         : listener_tcp(settings->host, settings->port, why);
	if (site->listener >= 0) {
		site->watch =
			loop_watch_add(server->loop, site->listener, LOOP_READ, site_accept, site);
		if (site->watch == NULL)
			why_set(why, "cannot watch the new listener: %s", strerror(errno));
	}
	if (site->watch == NULL) {
		site_free(site);
		return false;
	}
	if (port != NULL)
		*port = site->unix_path != NULL ? 0 : listener_port(site->listener);
	return true;
}

void
http_server_close(struct http_server *server)
{
	struct site *site = LIST_FIRST(&server->sites);
	server->closed = true;
	for (; site != NULL; site = LIST_NEXT(site, link))
		site_close(site);
	struct connection *idle;
	while ((idle = connection_oldest(server, NO_WHOLE_REQUEST, true)) != NULL)
		connection_free(idle);
}

int64_t
http_server_waiting(const struct http_server *server)
{
	return server->waiting;
}

int64_t
http_server_connections(const struct http_server *server)
{
	return server->connection_count;
}

/* --- what handlers call --------------------------------------------------------------------- */

const struct http_request *
http_exchange_request(const struct http_exchange *exchange)
{
	return &exchange->request;
}

const char *
http_exchange_peer(const struct http_exchange *exchange)
{
	return exchange->peer;
}

bool
http_exchange_is_forwarded(const struct http_exchange *exchange)
{
	return exchange->head.is_forwarded;
}

void
http_answer(struct http_exchange *exchange, const struct http_response *response)
{
	struct connection *connection = exchange->connection;
	bool closes = !exchange->head.keep_alive || exchange->server->closed;
	exchange_free(exchange);
	if (connection == NULL)
		return;
	connection->closes = closes;
	connection_answer(connection, response);
}

void
http_drop(struct http_exchange *exchange)
{
	struct connection *connection = exchange->connection;
	exchange_free(exchange);
	if (connection != NULL)
		connection_free(connection);
}

void
http_answer_error(struct http_exchange *exchange, int status, const char *code, const char *message)
{
	struct http_response response;
	error_response(&response, status, code, message);
	http_answer(exchange, &response);
	http_response_free(&response);
}

void
http_answer_text(struct http_exchange *exchange, int status, const char *content_type,
                 const char *text)
{
	struct http_response response;
	http_response_init(&response);
	response.status = status;
	http_header_add(&response.headers, "Content-Type", content_type);
	buffer_add_text(&response.body, text);
	http_answer(exchange, &response);
	http_response_free(&response);
}
