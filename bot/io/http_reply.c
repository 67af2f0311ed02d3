/*
 * Answers: the handlers', and our own refusals (rules 3 and 7 in http_server.c).
 */
#include "io/http_server_room.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

/* --- sending ------------------------------------------------------------------------------------ */

/* All of the answer is with the kernel. */
static void
connection_rest(struct http_connection *connection)
{
	connection->site->server->answer_bytes -= connection->output.length;
	buffer_free(&connection->output);
	connection->sent = 0;
	if (connection->closes || connection->site->server->closed) {
		shutdown(connection->descriptor, SHUT_WR);
		http_connection_enter(connection, STATE_LINGERING);
	} else if (connection->input.length > 0) {
		/* The next request began in the last one's packet: taken up in the next round. */
		http_connection_enter(connection, STATE_HEAD);
		loop_watch_want(connection->watch, LOOP_READ | LOOP_WRITE);
		return;
	} else {
		buffer_free(&connection->input);
		http_connection_enter(connection, STATE_IDLE);
	}
	loop_watch_want(connection->watch, LOOP_READ);
}

void
http_connection_send(struct http_connection *connection)
{
	ssize_t sent = send(connection->descriptor, connection->output.bytes + connection->sent,
	                    connection->output.length - connection->sent, MSG_NOSIGNAL);
	if (sent < 0 && !would_block()) {
		http_connection_free(connection);
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
		if (!http_connection_evict(server, states))
			return false;
	return true;
}

void
http_connection_answer(struct http_connection *connection, const struct http_response *response)
{
	struct http_server *server = connection->site->server;
	http_response_write(&connection->output, response, connection->closes);
	bool failed = response->body.failed || connection->output.failed;
	if (failed ||
	    !make_room(server, &server->answer_bytes, connection->output.length, BEING_READ)) {
		log_line(LOG_ERROR, "http_server.answer_too_large", "status=%d bytes=%zu",
		         response->status, response->body.length);
		buffer_reset(&connection->output);
		http_connection_free(connection);
		return;
	}
	server->answer_bytes += connection->output.length;
	http_connection_enter(connection, STATE_SENDING);
	http_connection_send(connection);
}

/* --- refusals ----------------------------------------------------------------------------------- */

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

void
http_connection_refuse(struct http_connection *connection, int status)
{
	struct http_response response;
	char text[128];
	if (connection->exchange != NULL)
		http_exchange_free(connection->exchange);
	refusal_text(&connection->site->settings, status, text, sizeof(text));
	error_response(&response, status, "refused", text);
	if (status == 405)
		http_header_add(&response.headers, "Allow", "GET, POST, PUT, PATCH, DELETE");
	connection->closes = true;
	http_connection_answer(connection, &response);
	http_response_free(&response);
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
	struct http_connection *connection = exchange->connection;
	bool closes = !exchange->head.keep_alive || exchange->server->closed;
	http_exchange_free(exchange);
	if (connection == NULL)
		return;
	connection->closes = closes;
	http_connection_answer(connection, response);
}

void
http_drop(struct http_exchange *exchange)
{
	struct http_connection *connection = exchange->connection;
	http_exchange_free(exchange);
	if (connection != NULL)
		http_connection_free(connection);
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
