/*
 * HTTP in: bounded requests handed over whole, answers given now or later.
 *
 * A request is handed to the site's handler only when all of it is here and within
 * its limits; one whose body nobody would read is handed over as soon as its head is here
 * (body_max).  What can't be is answered here, and the connection closed: no
 * Content-Length on a body 411, too large 413, a path too long 414, a head too long 431,
 * too slow 408, a method we do not know 405, malformed 400, no room 503; the message says
 * which ceiling it was.  Slow readers are cut.  An `Upgrade:` of any kind (Z-API's posts may carry `h2c`) is ignored
 * and the request answered as plain HTTP/1.1.
 *
 * A connection carries one request after the other; the next one is not read before the
 * last is answered.  Several sites live in one loop, each with its own handler.
 */
#ifndef IO_HTTP_SERVER_H
#define IO_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/http.h"
#include "base/why.h"
#include "io/loop.h"

struct http_server;

/* One request waiting for its answer.  Valid until it is answered or dropped, also when the other
 * side has hung up meanwhile (then the answer goes nowhere). */
struct http_exchange;

/* Called once a request.  Must lead to exactly one http_answer or http_drop, now or later. */
typedef void http_handler(void *context, struct http_exchange *exchange);

struct http_site {
	const char *host;      /* numeric address to bind, "127.0.0.1"; unused with unix_path */
	int port;              /* 0 picks a free one */
	const char *unix_path; /* a unix socket instead, created 0600; NULL for none */
	size_t body_bytes_max; /* at most REQUEST_BYTES_MAX */
	int64_t request_ms_max; /* from a request's first byte to its last; 0 for REQUEST_SECONDS_MAX */
	int64_t idle_ms_max;   /* between two requests; 0 for IDLE_SECONDS_MAX */
	int64_t answer_ms_max; /* in which an answer must be taken; 0 for ANSWER_SECONDS_MAX */
	int64_t linger_ms_max; /* then to hang up; 0 for LINGER_SECONDS_MAX */
	http_handler *handler;
	/* Judges a request by its head: how many bytes of body it may bring, at most body_bytes_max.  0: none
	 * of it is read, the handler gets the request without a body, and the connection is closed after
	 * the answer.  NULL: any request may bring body_bytes_max. */
	size_t (*body_max)(void *context, const struct http_request *request);
	void *context; /* of both */
};

struct http_server *http_server_new(struct loop *loop);

/* Closes every connection.  Exchanges not yet answered are gone with it. */
void http_server_free(struct http_server *server);

/* Starts listening; `site` is copied.  `port` gets the port in use (may be NULL).  A socket file that
 * nobody listens on any more is replaced.  False with `why`: taken, not allowed, not an address of
 * this machine. */
bool http_server_listen(struct http_server *server, const struct http_site *site, int *port,
                        struct why *why);

/* No new connections and no further requests; exchanges under way may still be answered. */
void http_server_close(struct http_server *server);

/* Exchanges not yet answered, over all sites. */
int64_t http_server_waiting(const struct http_server *server);

/* Open connections, over all sites. */
int64_t http_server_connections(const struct http_server *server);

/* The request: method, url ("/path?query" as sent, visible ASCII), headers (the ones this program
 * reads: the table in http_head.c), body. */
const struct http_request *http_exchange_request(const struct http_exchange *exchange);

/* Numeric address of the other side: "127.0.0.1", "unix" for a unix socket. */
const char *http_exchange_peer(const struct http_exchange *exchange);

/* Came through a proxy that says so (Forwarded, X-Forwarded-*, X-Real-IP, Via): then the peer is the proxy,
 * and not who asks. */
bool http_exchange_is_forwarded(const struct http_exchange *exchange);

/* Answers.  The headers of `response` are sent as they are, Content-Length is added, and with it
 * `X-Content-Type-Options: nosniff`, `Referrer-Policy: no-referrer` and `Cache-Control: no-store` where
 * the response does not say otherwise.  `response` is copied. */
void http_answer(struct http_exchange *exchange, const struct http_response *response);

/* Closes the connection without an answer. */
void http_drop(struct http_exchange *exchange);

/* Shorthands: {"error":{"code","message"}}, and a body of any type. */
void http_answer_error(struct http_exchange *exchange, int status, const char *code,
                       const char *message);
void http_answer_text(struct http_exchange *exchange, int status, const char *content_type,
                      const char *text);

#endif
