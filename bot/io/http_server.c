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
 * websockets are fine, and connection_hand_over (http_intake.c) is where a request for one would leave:
 * a dup() of the descriptor and the bytes of the request go to
 * lws_adopt_socket_vhost_readbuf (tried as well), and our half is closed.
 */
#include "io/http_server_room.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "io/listener.h"

enum {
	ACCEPTS_A_ROUND = 64,
	/* How long a listener rests when the kernel has no descriptor left. */
	REST_MS = 100,
	/* What the kernel may hold of one answer; it doubles this.  Left to itself it takes up to 4 MB for
	 * each connection that does not read. */
	SEND_BUFFER_BYTES = 16 * 1024
};

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
	return http_server_make_place(server);
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
		if (exhausted && !http_server_make_place(server)) {
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
		http_connection_new(site, descriptor, peer);
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
	server->sweep = loop_timer_new(loop, http_server_sweep, server);
	return server;
}

void
http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	http_server_close(server);
	while (!LIST_EMPTY(&server->connections))
		http_connection_free(LIST_FIRST(&server->connections));
	while (!LIST_EMPTY(&server->exchanges))
		http_exchange_free(LIST_FIRST(&server->exchanges));
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
	struct http_connection *idle;
	while ((idle = http_connection_oldest(server, NO_WHOLE_REQUEST, true)) != NULL)
		http_connection_free(idle);
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
