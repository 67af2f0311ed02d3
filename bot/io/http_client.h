/*
 * HTTP calls out, many at once, inside the loop.
 *
 * The one promise that money hangs on: **a call is sent at most once**.  libcurl 7.88
 * silently repeats a POST or PUT when a kept-alive connection dies before the first
 * byte of the answer (receipts.md section 6), so every call that changes the world
 * goes over HTTP/1.1 on a connection of its own that is closed afterwards, and the
 * tests keep a server that executes and then drops the connection.
 *
 * How a call ends, for the engine:
 *
 *	answered      a complete HTTP answer: the adapter judges it
 *	not sent      no address, no connection, no TLS, or refused by our own rules: no byte
 *	              of the request left.  OUTCOME_RETRY
 *	unknown       everything else: time-out, reset, a truncated or oversized answer.
 *	              OUTCOME_UNKNOWN
 *
 * Rules for every call: https, or http to a loopback address only; no redirects; TLS
 * verified; no proxy from the environment; a ceiling on bytes and seconds.
 */
#ifndef IO_HTTP_CLIENT_H
#define IO_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/http.h"
#include "base/outcome.h"
#include "base/why.h"
#include "io/loop.h"

struct http_client;

struct http_end {
	bool answered;
	/* When answered: the client's, valid during the callback.  Of its headers those that somebody
	 * reads: the table in the .c. */
	struct http_response *response;
	enum outcome outcome; /* when not: RETRY or UNKNOWN */
	struct why why;       /* when not: host and cause, never a path or a header */
	int64_t duration_us;  /* without the time spent waiting in line */
};

typedef void http_client_done(void *context, const struct http_end *end);

struct http_call {
	bool changes_world; /* one connection of its own, closed afterwards */
	int64_t timeout_ms; /* for the whole call; capped at CALL_SECONDS_MAX, 0 for that */
	int64_t connect_ms; /* of it, for the connection; capped at CONNECT_SECONDS_MAX, 0 for that */
	const char *certificate_file; /* mTLS: PEM files; NULL for none */
	const char *key_file;
};

/* Never NULL but for lack of memory; `why` then says so. */
struct http_client *http_client_new(struct loop *loop, struct why *why);

/* Calls still under way end as unknown, without their callbacks.  Not from inside one. */
void http_client_free(struct http_client *client);

/* Starts a call; `request` and `call` are copied.  At most CALLS_IN_FLIGHT_MAX are under way at once,
 * the next CALLS_WAITING_MAX wait in line.  `done` is called exactly once, from a later round of the
 * loop, never from inside this function; it may start other calls.  False with `why` when it can't be
 * started: nothing left. */
bool http_client_start(struct http_client *client, const struct http_request *request,
                       const struct http_call *call, http_client_done *done, void *context,
                       struct why *why);

/* Calls started and not ended, those in line included. */
int64_t http_client_in_flight(const struct http_client *client);

/* One call outside the loop, for commands that probe or talk to a running server; blocks.
 * `unix_socket` is the path of a socket to speak over, NULL for the network.  `response` is
 * http_response_init'ed and freed by the caller, and `end->response` when answered.  True when
 * answered. */
bool http_client_once(const struct http_request *request, const struct http_call *call,
                      const char *unix_socket, struct http_response *response,
                      struct http_end *end);

#endif
