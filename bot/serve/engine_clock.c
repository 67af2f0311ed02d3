/*
 * The engine's own time.
 *
 * It is the host's, and never goes back: not behind what was committed, since a clock set
 * back would open limits, mandates and offers again.  So after the host's clock was ahead
 * for a moment (a wrong battery, a hand, a first answer of the time server) ours is ahead
 * of it.  Were it to stand still until the host's has caught up, no timer would end and
 * nothing would be asked again for as long.  Instead it goes on at half the host's pace:
 *
 *	ours    |            ,__---===   at half the pace, until both are one again
 *	        |       ____---   ,-'
 *	        |   _,-'|      ,-'
 *	host's  |,-'    |___,-'          set back here
 *
 * So every pause ends, twice as late at worst, and an hour too many is gone two hours
 * later.  Deadlines are written in our time; the loop sleeps by the host's, and
 * engine_wake_ms says when that is.
 */
#include "serve/engine_room.h"

static int64_t
host_ms(const struct engine *engine)
{
	return engine->setup.io.now_ms(engine->setup.io.context);
}

bool
engine_clock_was_set_back(const struct engine *engine)
{
	return host_ms(engine) < engine->clock.seen_ms;
}

void
engine_clock_read(struct engine *engine)
{
	struct engine_clock *clock = &engine->clock;
	int64_t host = host_ms(engine);
	int64_t committed_ms = store_clock_ms(engine->store);
	int64_t now_ms = clock->ours_ms + (host - clock->host_ms) / 2;
	if (engine_clock_was_set_back(engine) || now_ms < host)
		now_ms = host;
	bool behind = now_ms < committed_ms;
	if (behind)
		now_ms = committed_ms;
	if (behind || now_ms == host) {
		clock->host_ms = host;
		clock->ours_ms = now_ms;
	}
	clock->seen_ms = host;
	engine->now_ms = now_ms;
}

/* When ours shows `at_ms`, the host's shows this, unless it is set again. */
int64_t
engine_clock_at_host(const struct engine *engine, int64_t at_ms)
{
	const struct engine_clock *clock = &engine->clock;
	if (at_ms <= clock->ours_ms)
		return clock->host_ms;
	if (at_ms - clock->ours_ms > INT64_MAX / 4)
		return at_ms; /* never */
	int64_t slow_ms = clock->host_ms + 2 * (at_ms - clock->ours_ms);
	return slow_ms < at_ms ? slow_ms : at_ms;
}
