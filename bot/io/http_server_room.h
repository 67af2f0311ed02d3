/*
 * What the rooms of the HTTP server share: its connections, and who does what with them.
 *
 *	http_server.c       the server, its sites and who may come in
 *	http_connection.c   connections: their places, their time, their end
 *	http_intake.c       requests: heads, bodies, and handing them over
 *	http_reply.c        answers and refusals
 */
#ifndef IO_HTTP_SERVER_ROOM_H
#define IO_HTTP_SERVER_ROOM_H

#include <errno.h>
#include <sys/queue.h>

#include "base/limits.h"
#include "io/http_server.h"
#include "io/http_wire.h"
#include "io/loop_watch.h"

enum { SCRATCH_BYTES = 64 * 1024, PEER_SIZE = 64 };

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

struct http_connection {
	LIST_ENTRY(http_connection) link;
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
	struct http_connection *connection; /* NULL when the other side has hung up */
	struct http_request request;
	struct http_head head;
	bool handed_over;
	bool in_budget; /* its body counts in body_bytes: a stranger's */
	char peer[PEER_SIZE];
};

struct http_server {
	struct loop *loop;
	LIST_HEAD(, site) sites;
	LIST_HEAD(, http_connection) connections;
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
static inline bool
is_family(const struct http_connection *connection)
{
	return connection->site->unix_path != NULL;
}

static inline bool
would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* --- http_connection.c --- */

/* Owns `descriptor`, also when the kernel has no room to watch it. */
void http_connection_new(struct site *site, int descriptor, const char *peer);

/* Hangs up.  A request that was handed over stays, for its handler. */
void http_connection_free(struct http_connection *connection);

void http_connection_enter(struct http_connection *connection, enum state state);

enum {
	NO_WHOLE_REQUEST =
		1U << STATE_IDLE | 1U << STATE_HEAD | 1U << STATE_BODY | 1U << STATE_LINGERING,
	BEING_READ = 1U << STATE_SENDING
};

/* The connection that has been in one of `states` (bits) for longest; `family` for those of unix sockets
 * as well.  NULL for none. */
struct http_connection *http_connection_oldest(struct http_server *server, unsigned states,
                                               bool family);

/* Closes the oldest stranger's connection in one of `states`; false when there is none. */
bool http_connection_evict(struct http_server *server, unsigned states);

/* Rule 4: a place where there was none.  False when every connection is owed an answer. */
bool http_server_make_place(struct http_server *server);

/* Ends what stayed too long, and sets the timer for the next that might. */
void http_server_sweep(void *context);

/* Of a request whose head is being read. */
struct http_exchange *http_exchange_new(struct http_connection *connection);
void http_exchange_free(struct http_exchange *exchange);

/* --- http_intake.c --- */

/* What its watch calls. */
void http_connection_ready(void *context, int descriptor, unsigned events);

/* --- http_reply.c --- */

/* Begins to send.  The connection may be gone afterwards. */
void http_connection_answer(struct http_connection *connection,
                            const struct http_response *response);

/* Goes on sending. */
void http_connection_send(struct http_connection *connection);

/* Answers what is not handed over, and closes. */
void http_connection_refuse(struct http_connection *connection, int status);

#endif
