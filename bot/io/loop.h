/*
 * The one loop of the process: libwebsockets waits, and everything of ours lives in one
 * epoll set that it watches for us.
 *
 *	             lws_service(): timers, websockets
 *	                            |
 *	                      our epoll set (loop_watch.h)
 *	          .-----------------+------------------.------------.
 *	  listeners and        libcurl's sockets    signals      whatever
 *	  their connections    (http_client)                     else has a
 *	  (http_server)                                          descriptor
 *	          '-----------------+------------------'------------'
 *	                            |
 *	                 the turn: called once after each round
 *
 * Callbacks of the servers and the client only gather.  After each round of callbacks
 * the loop calls `turn` once; there everything gathered is decided, committed with one
 * fsync and acted upon.  So a busy round costs one fsync, not one per message.
 *
 * One thread.  Nothing here may be called from another one.
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"

struct loop;

/* NULL with `why`.  From here to loop_free SIGTERM and SIGINT are blocked in this thread: the first one
 * calls what loop_on_signal set, and without that, or the second time, loop_run ends after the turn of
 * the round in which it came.  A program started meanwhile inherits the block. */
struct loop *loop_new(struct why *why);

/* Servers and clients of the loop are freed first.  Timers that are still waiting never fire. */
void loop_free(struct loop *loop);

/* `turn` is called after every round in which anything may have happened. */
void loop_on_turn(struct loop *loop, void (*turn)(void *context), void *context);

/* `asked` is called inside a round when SIGTERM or SIGINT asks to stop; it is to call loop_stop in time. */
void loop_on_signal(struct loop *loop, void (*asked)(void *context), void *context);

/* Runs until loop_stop or a signal, once in a loop's life: stopping is for good.  Returns false when
 * it stopped for an error of its own. */
bool loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
bool loop_is_stopping(const struct loop *loop);

/* Makes the next turn come no later than at `at_ms` (clock_now_ms).  Replaces the earlier wish;
 * INT64_MAX for none.  When the machine's clock is set forward meanwhile, up to a minute late. */
void loop_wake_at(struct loop *loop, int64_t at_ms);

/* A one-shot timer of its own: `fire` is called once, `after_ms` from now, inside a round.  At most
 * LOOP_TIMERS_MAX at once, else false. */
bool loop_after(struct loop *loop, int64_t after_ms, void (*fire)(void *context), void *context);

#endif
