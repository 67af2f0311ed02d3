/*
 * Requests, from their first byte to the handler (rules 1, 5 and 6 in http_server.c).
 */
#include "io/http_server_room.h"

#include <string.h>
#include <sys/socket.h>

#include "base/ensure.h"

/* --- bodies, and handing over -------------------------------------------------------------------- */

static void
connection_hand_over(struct http_connection *connection)
{
	struct http_exchange *exchange = connection->exchange;
	const struct http_site *settings = &connection->site->settings;
	exchange->handed_over = true;
	exchange->server->waiting++;
	http_connection_enter(connection, STATE_WAITING);
	settings->handler(settings->context, exchange);
}

static size_t
body_missing(const struct http_connection *connection)
{
	const struct http_exchange *exchange = connection->exchange;
	return exchange->head.body_length - exchange->request.body.length;
}

/* Rule 5.  False when this is itself the one that has been on its way for longest, or the rest waits for
 * answers of ours. */
static bool
body_make_room(struct http_connection *connection, size_t length)
{
	struct http_server *server = connection->site->server;
	while (length > EXCHANGE_BYTES_MAX - server->body_bytes) {
		struct http_connection *oldest =
			http_connection_oldest(server, 1U << STATE_BODY, false);
		if (oldest == NULL || oldest == connection)
			return false;
		http_connection_free(oldest);
	}
	return true;
}

/* False when there is no room for more, over all connections. */
static bool
body_take(struct http_connection *connection, const char *bytes, size_t length)
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
connection_go_on(struct http_connection *connection)
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
	http_connection_enter(connection, STATE_BODY);
	loop_watch_want(connection->watch, LOOP_READ);
}

/* --- heads -------------------------------------------------------------------------------------- */

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
connection_wait_for_head(struct http_connection *connection)
{
	const struct buffer *input = &connection->input;
	if (input->length < REQUEST_HEAD_BYTES_MAX)
		loop_watch_want(connection->watch, LOOP_READ);
	else
		http_connection_refuse(connection,
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
connection_read_head(struct http_connection *connection, size_t length)
{
	struct http_exchange *exchange = http_exchange_new(connection);
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
connection_understand(struct http_connection *connection)
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
		http_connection_refuse(connection, status);
	else
		connection_go_on(connection);
}

static void
connection_take(struct http_connection *connection, const char *bytes, size_t length)
{
	if (connection->state == STATE_BODY) {
		if (body_take(connection, bytes, length))
			connection_go_on(connection);
		else
			http_connection_refuse(connection, 503);
		return;
	}
	if (connection->state == STATE_IDLE)
		http_connection_enter(connection, STATE_HEAD);
	buffer_add(&connection->input, bytes, length);
	ensure(!connection->input.failed);
	connection_understand(connection);
}

/* --- what arrives ------------------------------------------------------------------------------- */

static void
connection_receive(struct http_connection *connection)
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
		http_connection_free(connection);
}

/* Reads what nobody wants any more, until the other side hangs up. */
static void
connection_discard(struct http_connection *connection)
{
	char *scratch = connection->site->server->scratch;
	ssize_t received = recv(connection->descriptor, scratch, SCRATCH_BYTES, 0);
	if (received == 0 || (received < 0 && !would_block()))
		http_connection_free(connection);
}

void
http_connection_ready(void *context, int descriptor, unsigned events)
{
	struct http_connection *connection = context;
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
			http_connection_free(connection);
		else
			loop_watch_want(connection->watch, 0); /* rule 1 */
		return;
	case STATE_SENDING:
		http_connection_send(connection);
		return;
	case STATE_LINGERING:
		connection_discard(connection);
		return;
	}
	ensure(!"a state outside the enum");
}
