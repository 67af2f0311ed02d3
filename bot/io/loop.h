/*
 * The one loop of the process: libwebsockets owns it, libcurl's sockets live inside.
 *
 *	                      lws_service()  ------------------------------------.
 *	                       |        |                                         |
 *	  inbound HTTP  -->  http_server   epoll fd of curl --> http_client      timers, signals
 *	                       |        |                                         |
 *	                       '---- the turn: called once after each round ------'
 *
 * Callbacks of the servers and the client only gather.  After each round of callbacks
 * the loop calls `turn` once; there everything gathered is decided, committed with one
 * fsync and acted upon.  So a busy round costs one fsync, not one per message.
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"

struct loop;

/* NULL with `why`.  SIGTERM and SIGINT end loop_run in order. */
struct loop *loop_new(struct why *why);
void loop_free(struct loop *loop);

/* `turn` is called after every round in which anything may have happened. */
void loop_on_turn(struct loop *loop, void (*turn)(void *context), void *context);

/* Runs until loop_stop or a signal.  Returns false when it stopped for an error of its own. */
bool loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
bool loop_is_stopping(const struct loop *loop);

/* Makes the next turn come no later than at `at_ms` (clock_now_ms).  Replaces the earlier wish;
 * INT64_MAX for none. */
void loop_wake_at(struct loop *loop, int64_t at_ms);

/* A one-shot timer of its own: `fire` is called once, `after_ms` from now, inside a round.  At most
 * LOOP_TIMERS_MAX at once, else false. */
enum { LOOP_TIMERS_MAX = 4096 };
bool loop_after(struct loop *loop, int64_t after_ms, void (*fire)(void *context), void *context);

#endif
