/*
 * Descriptors and timers in the loop, for the other rooms of io/.
 *
 * A watch calls back, once a round, while its descriptor is ready for something that
 * is wanted (level-triggered: what was not read or written is reported again).  A
 * timer is set and cleared as often as its owner likes.
 *
 * Both may be changed and removed at any time, also from inside their own callback.
 */
#ifndef IO_LOOP_WATCH_H
#define IO_LOOP_WATCH_H

#include <stdint.h>

#include "io/loop.h"

enum {
	LOOP_READ = 1,
	LOOP_WRITE = 2,
	LOOP_GONE = 4 /* hung up or broken; reported whatever is wanted */
};

typedef void loop_ready(void *context, int descriptor, unsigned events);

struct loop_watch;

/* Watches `descriptor`, which stays the caller's: it closes it after loop_watch_remove.  NULL when the
 * kernel has no room for one more. */
struct loop_watch *loop_watch_add(struct loop *loop, int descriptor, unsigned wants,
                                  loop_ready *ready, void *context);
void loop_watch_want(struct loop_watch *watch, unsigned wants);
void loop_watch_remove(struct loop_watch *watch);

struct loop_timer;

struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *context), void *context);
void loop_timer_free(struct loop_timer *timer);

/* Replaces what was set before.  Zero fires in the next round. */
void loop_timer_set(struct loop_timer *timer, int64_t after_us);
void loop_timer_clear(struct loop_timer *timer);

#endif
