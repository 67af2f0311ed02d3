/*
 * The loop.
 *
 * libwebsockets polls two descriptors of ours: the eventfd by which it is woken, and one
 * epoll set that holds every other descriptor of the program.  So a round costs the same
 * with three connections as with a thousand (libwebsockets' own table is scanned from end
 * to end each round), and only this file knows who waits.
 *
 * Rules:
 *
 *   1. A timer that fires wakes the loop.  libwebsockets fires timers *before* it waits, so
 *      without this, what a timer gathered would sit there until something else happened.
 *   2. A round in which nothing happened has no turn.  libwebsockets waits in whole
 *      milliseconds, cut: the last fraction before a timer is spent in empty rounds.
 *   3. A removed watch stays in memory until the batch of events that is being handed out
 *      is through: a later event of the same batch may still point at it.
 *   4. Signals are read from a descriptor, in their turn like everything else, never
 *      handled in a handler.
 *   5. Nothing of a request or an answer reaches libwebsockets, so its log lines can't
 *      carry any; what it has to say goes to log_line.
 *
 * loop_run ends after a turn, never in the middle of a round: what was gathered has been
 * decided and committed, and answers were handed to the kernel.
 */
#include "io/loop.h"

#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/clock.h"
#include "io/loop_watch.h"

enum {
	/* Events handed out in one round; what is left comes in the next one. */
	EVENTS_A_ROUND = 256,
	/* Descriptors that libwebsockets itself sees: our epoll set and what it opens. */
	LIBRARY_DESCRIPTORS_MAX = 256,
	/* Descriptors of the process: connections, calls (two addresses may be tried at once), the
	 * database, and some air. */
	DESCRIPTORS_MAX = CONNECTIONS_MAX + 2 * CALLS_IN_FLIGHT_MAX + 256
};

/* The wall clock may be set while we wait by the monotonic one; so often it is looked at again. */
#define WAKE_STRETCH_MS MINUTE_MS

struct loop_watch {
	LIST_ENTRY(loop_watch) link;
	struct loop *loop;
	int descriptor;
	unsigned wants;
	bool removed;
	loop_ready *ready;
	void *context;
};

struct loop_timer {
	lws_sorted_usec_list_t schedule; /* first, so that libwebsockets hands us the timer */
	struct loop *loop;
	void (*fire)(void *context);
	void *context;
};

/* A timer of loop_after: fires once and is gone. */
struct later {
	LIST_ENTRY(later) link;
	struct loop *loop;
	struct loop_timer *timer;
	void (*fire)(void *context);
	void *context;
};

struct loop {
	struct lws_context *context;
	int epoll; /* libwebsockets closes it */
	int signals;
	sigset_t signals_before;
	struct loop_watch *signal_watch;
	void (*asked)(void *context);
	void *asked_context;
	bool was_asked;
	LIST_HEAD(, loop_watch) watches, removed;
	LIST_HEAD(, later) later;
	int later_count;
	struct loop_timer *wake;
	int64_t wake_at_ms;
	void (*turn)(void *context);
	void *turn_context;
	bool happened; /* something, in this round */
	bool stopping;
};

/* --- watches ------------------------------------------------------------------------------- */

static bool
epoll_change(struct loop_watch *watch, int operation)
{
	struct epoll_event event = { .data.ptr = watch };
	if (watch->wants & LOOP_READ)
		event.events |= EPOLLIN;
	if (watch->wants & LOOP_WRITE)
		event.events |= EPOLLOUT;
	return epoll_ctl(watch->loop->epoll, operation, watch->descriptor, &event) == 0;
}

struct loop_watch *
loop_watch_add(struct loop *loop, int descriptor, unsigned wants, loop_ready *ready, void *context)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));
	ensure(watch != NULL);
	*watch = (struct loop_watch){ .loop = loop,
		                      .descriptor = descriptor,
		                      .wants = wants,
		                      .ready = ready,
		                      .context = context };
	if (!epoll_change(watch, EPOLL_CTL_ADD)) {
		free(watch);
		return NULL;
	}
	LIST_INSERT_HEAD(&loop->watches, watch, link);
	return watch;
}

void
loop_watch_want(struct loop_watch *watch, unsigned wants)
{
	ensure(!watch->removed);
	if (watch->wants == wants)
		return;
	watch->wants = wants;
	/* The kernel forgets a descriptor that is closed, and its number may be in use again. */
	ensure(epoll_change(watch, EPOLL_CTL_MOD) || epoll_change(watch, EPOLL_CTL_ADD));
}

void
loop_watch_remove(struct loop_watch *watch)
{
	ensure(!watch->removed);
	(void)epoll_change(watch, EPOLL_CTL_DEL); /* forgotten already when it was closed */
	watch->removed = true;
	LIST_REMOVE(watch, link);
	LIST_INSERT_HEAD(&watch->loop->removed, watch, link);
}

static void
removed_free(struct loop *loop)
{
	while (!LIST_EMPTY(&loop->removed)) {
		struct loop_watch *watch = LIST_FIRST(&loop->removed);
		LIST_REMOVE(watch, link);
		free(watch);
	}
}

static unsigned
events_of(uint32_t epoll_events)
{
	unsigned events = 0;
	if (epoll_events & EPOLLIN)
		events |= LOOP_READ;
	if (epoll_events & EPOLLOUT)
		events |= LOOP_WRITE;
	if (epoll_events & (EPOLLHUP | EPOLLERR))
		events |= LOOP_GONE;
	return events;
}

static void
events_hand_out(struct loop *loop)
{
	struct epoll_event ready[EVENTS_A_ROUND];
	int count = epoll_wait(loop->epoll, ready, EVENTS_A_ROUND, 0);
	loop->happened = true;
	for (int i = 0; i < count; i++) {
		struct loop_watch *watch = ready[i].data.ptr;
		if (!watch->removed)
			watch->ready(watch->context, watch->descriptor, events_of(ready[i].events));
	}
	removed_free(loop);
}

/* --- timers -------------------------------------------------------------------------------- */

static void
timer_fired(lws_sorted_usec_list_t *schedule)
{
	struct loop_timer *timer = (struct loop_timer *)schedule;
	lws_cancel_service(timer->loop->context);
	timer->loop->happened = true;
	timer->fire(timer->context);
}

struct loop_timer *
loop_timer_new(struct loop *loop, void (*fire)(void *context), void *context)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));
	ensure(timer != NULL);
	timer->loop = loop;
	timer->fire = fire;
	timer->context = context;
	return timer;
}

void
loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	loop_timer_clear(timer);
	free(timer);
}

void
loop_timer_set(struct loop_timer *timer, int64_t after_us)
{
	ensure(after_us >= 0);
	lws_sul_schedule(timer->loop->context, 0, &timer->schedule, timer_fired, after_us);
}

void
loop_timer_clear(struct loop_timer *timer)
{
	lws_sul_cancel(&timer->schedule);
}

static void
later_free(struct later *later)
{
	LIST_REMOVE(later, link);
	later->loop->later_count--;
	loop_timer_free(later->timer);
	free(later);
}

static void
later_fired(void *context)
{
	struct later *later = context;
	void (*fire)(void *) = later->fire;
	void *fire_context = later->context;
	later_free(later);
	fire(fire_context);
}

bool
loop_after(struct loop *loop, int64_t after_ms, void (*fire)(void *context), void *context)
{
	if (loop->later_count >= LOOP_TIMERS_MAX)
		return false;
	struct later *later = calloc(1, sizeof(*later));
	ensure(later != NULL);
	later->loop = loop;
	later->fire = fire;
	later->context = context;
	later->timer = loop_timer_new(loop, later_fired, later);
	LIST_INSERT_HEAD(&loop->later, later, link);
	loop->later_count++;
	loop_timer_set(later->timer, after_ms * 1000);
	return true;
}

/* Waits for what is left of the wish, in stretches.  The turn that follows is all it is for. */
static void
wake(void *context)
{
	struct loop *loop = context;
	int64_t left_ms = loop->wake_at_ms - clock_now_ms();
	if (loop->wake_at_ms == INT64_MAX || left_ms <= 0)
		return;
	if (left_ms > WAKE_STRETCH_MS)
		left_ms = WAKE_STRETCH_MS;
	loop_timer_set(loop->wake, left_ms * 1000);
}

void
loop_wake_at(struct loop *loop, int64_t at_ms)
{
	loop->wake_at_ms = at_ms;
	loop_timer_clear(loop->wake);
	if (at_ms <= clock_now_ms())
		loop_timer_set(loop->wake, 0);
	else
		wake(loop);
}

/* --- signals ------------------------------------------------------------------------------- */

static void
signal_came(void *context, int descriptor, unsigned events)
{
	struct loop *loop = context;
	struct signalfd_siginfo signal;
	(void)events;
	if (read(descriptor, &signal, sizeof(signal)) != (ssize_t)sizeof(signal))
		return;
	log_line(LOG_INFO, "loop.signal", "number=%u", signal.ssi_signo);
	if (loop->asked == NULL || loop->was_asked)
		loop_stop(loop);
	else
		loop->asked(loop->asked_context);
	loop->was_asked = true;
}

void
loop_on_signal(struct loop *loop, void (*asked)(void *context), void *context)
{
	loop->asked = asked;
	loop->asked_context = context;
}

static bool
signals_watch(struct loop *loop, struct why *why)
{
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	ensure(pthread_sigmask(SIG_BLOCK, &wanted, &loop->signals_before) == 0);
	loop->signals = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signals >= 0)
		loop->signal_watch =
			loop_watch_add(loop, loop->signals, LOOP_READ, signal_came, loop);
	if (loop->signal_watch == NULL)
		return why_set(why, "cannot watch for signals: %s", strerror(errno));
	return true;
}

static void
signals_unwatch(struct loop *loop)
{
	if (loop->signal_watch != NULL)
		loop_watch_remove(loop->signal_watch);
	if (loop->signals >= 0)
		close(loop->signals);
	ensure(pthread_sigmask(SIG_SETMASK, &loop->signals_before, NULL) == 0);
}

/* --- libwebsockets ------------------------------------------------------------------------- */

static int
library_calls(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
              size_t length)
{
	(void)user, (void)in, (void)length;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		events_hand_out(lws_context_user(lws_get_context(wsi)));
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "estorno", .callback = library_calls },
	{ 0 },
};

static void
library_says(int level, const char *line)
{
	log_line(level == LLL_ERR ? LOG_ERROR : LOG_WARNING, "loop.library", "text=\"%s\"", line);
}

/* A virtual host that listens nowhere, and our epoll set in it. */
static bool
library_start(struct loop *loop)
{
	lws_set_log_level(LLL_ERR | LLL_WARN, library_says);
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.vhost_name = "estorno",
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.fd_limit_per_thread = LIBRARY_DESCRIPTORS_MAX,
		.user = loop,
	};
	loop->context = lws_create_context(&info);
	struct lws_vhost *host = NULL;
	if (loop->context != NULL)
		host = lws_create_vhost(loop->context, &info);
	if (host == NULL) {
		close(loop->epoll);
		return false;
	}
	lws_sock_file_fd_type descriptor = { .filefd = loop->epoll };
	return lws_adopt_descriptor_vhost(host, LWS_ADOPT_RAW_FILE_DESC, descriptor,
	                                  protocols[0].name, NULL) != NULL;
}

/* --- the loop ------------------------------------------------------------------------------ */

/* The shell's usual 1,024 is less than our own ceilings add up to. */
static void
descriptors_allow(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < DESCRIPTORS_MAX)
		log_line(LOG_WARNING, "loop.descriptors", "have=%llu want=%d",
		         (unsigned long long)limit.rlim_cur, DESCRIPTORS_MAX);
}

struct loop *
loop_new(struct why *why)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	ensure(loop != NULL);
	loop->wake_at_ms = INT64_MAX;
	loop->signals = -1;
	descriptors_allow();
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0 || !library_start(loop)) {
		why_set(why, "cannot start the event loop: %s", strerror(errno));
		lws_context_destroy(loop->context);
		free(loop);
		return NULL;
	}
	loop->wake = loop_timer_new(loop, wake, loop);
	if (!signals_watch(loop, why)) {
		loop_free(loop);
		return NULL;
	}
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	signals_unwatch(loop);
	ensure(LIST_EMPTY(&loop->watches));
	while (!LIST_EMPTY(&loop->later))
		later_free(LIST_FIRST(&loop->later));
	loop_timer_free(loop->wake);
	removed_free(loop);
	lws_context_destroy(loop->context);
	free(loop);
}

void
loop_on_turn(struct loop *loop, void (*turn)(void *context), void *context)
{
	loop->turn = turn;
	loop->turn_context = context;
}

bool
loop_run(struct loop *loop)
{
	while (!loop->stopping) {
		if (lws_service(loop->context, 0) < 0) {
			log_line(LOG_ERROR, "loop.failed", "error=\"%s\"", strerror(errno));
			return false;
		}
		if (loop->happened && loop->turn != NULL)
			loop->turn(loop->turn_context);
		loop->happened = false;
	}
	return true;
}

void
loop_stop(struct loop *loop)
{
	loop->stopping = true;
}

bool
loop_is_stopping(const struct loop *loop)
{
	return loop->stopping;
}
