/*
 * The loop: timers, turns, signals, and watches that are changed under its feet.
 */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/clock.h"
#include "io/loop.h"
#include "io/loop_watch.h"

/* What happened, in order: one letter an event. */
struct record {
	struct loop *loop;
	char happened[64];
	size_t count;
	size_t stop_after; /* events */
	int turns;
};

static void
note(struct record *record, char what)
{
	if (record->count < sizeof(record->happened) - 1)
		record->happened[record->count++] = what;
	if (record->count >= record->stop_after)
		loop_stop(record->loop);
}

static void
note_a(void *context)
{
	note(context, 'a');
}

static void
note_b(void *context)
{
	note(context, 'b');
}

static void
note_late(void *context)
{
	note(context, 'L');
}

static void
note_turn(void *context)
{
	struct record *record = context;
	record->turns++;
}

static struct record
record_new(size_t stop_after)
{
	struct why why = { 0 };
	struct record record = { .loop = loop_new(&why), .stop_after = stop_after };
	assert_string_equal(why.text, "");
	assert_non_null(record.loop);
	return record;
}

static void
stop_at_first_note(void *context)
{
	struct record *record = context;
	record->turns++;
	if (record->count > 0)
		loop_stop(record->loop);
}

/* libwebsockets fires timers before it waits; the turn must not wait for what comes next. */
static void
what_a_timer_gathers_reaches_the_turn_at_once(void **state)
{
	(void)state;
	struct record record = record_new(99);
	loop_on_turn(record.loop, stop_at_first_note, &record);
	assert_true(loop_after(record.loop, 20, note_a, &record));
	assert_true(loop_after(record.loop, 5000, note_late, &record));
	assert_true(loop_run(record.loop));
	assert_string_equal(record.happened, "a");
	loop_free(record.loop);
}

static void
timers_fire_once_each_in_the_order_of_their_time(void **state)
{
	(void)state;
	struct record record = record_new(3);
	assert_true(loop_after(record.loop, 30, note_late, &record));
	assert_true(loop_after(record.loop, 20, note_b, &record));
	assert_true(loop_after(record.loop, 0, note_a, &record));
	assert_true(loop_run(record.loop));
	assert_string_equal(record.happened, "abL");
	loop_free(record.loop);
}

static void
more_timers_than_the_ceiling_are_refused_and_the_rest_freed(void **state)
{
	(void)state;
	struct record record = record_new(1);
	for (int i = 0; i < LOOP_TIMERS_MAX; i++)
		assert_true(loop_after(record.loop, 60000, note_late, &record));
	assert_false(loop_after(record.loop, 0, note_a, &record));
	loop_free(record.loop);
	assert_string_equal(record.happened, "");
}

static void
stop_when_reached(void *context)
{
	struct record *record = context;
	record->turns++;
	if (clock_now_ms() >= (int64_t)record->stop_after)
		loop_stop(record->loop);
}

static void
a_wish_to_be_woken_gives_a_turn_and_the_last_wish_counts(void **state)
{
	(void)state;
	struct record record = record_new(0);
	int64_t at_ms = clock_now_ms() + 50;
	record.stop_after = (size_t)at_ms;
	loop_on_turn(record.loop, stop_when_reached, &record);
	loop_wake_at(record.loop, at_ms + 60000);
	loop_wake_at(record.loop, at_ms);
	assert_true(loop_run(record.loop));
	int64_t late_ms = clock_now_ms() - at_ms;
	assert_true(late_ms >= 0 && late_ms < 30000);
	assert_true(record.turns < 20); /* it waited, it did not spin */
	loop_free(record.loop);
}

static void
a_wish_in_the_past_gives_a_turn_now(void **state)
{
	(void)state;
	struct record record = record_new(0);
	loop_on_turn(record.loop, stop_when_reached, &record);
	loop_wake_at(record.loop, clock_now_ms() - 1000);
	assert_true(loop_run(record.loop));
	assert_true(record.turns >= 1);
	loop_free(record.loop);
}

static void
raise_term(void *context)
{
	note(context, 'r');
	kill(getpid(), SIGTERM);
}

static bool
is_blocked(int signal)
{
	sigset_t blocked;
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
	return sigismember(&blocked, signal) == 1;
}

static void
sigterm_ends_the_run_after_a_turn_and_the_mask_is_put_back(void **state)
{
	(void)state;
	assert_false(is_blocked(SIGTERM));
	struct record record = record_new(99);
	loop_on_turn(record.loop, note_turn, &record);
	assert_true(loop_after(record.loop, 0, raise_term, &record));
	assert_false(loop_is_stopping(record.loop));
	assert_true(loop_run(record.loop));
	assert_true(loop_is_stopping(record.loop));
	assert_true(record.turns > 0);
	loop_free(record.loop);
	assert_false(is_blocked(SIGTERM));
}

/* --- watches -------------------------------------------------------------------------------- */

/* Two pipes with a byte in each: both are ready in one batch. */
struct pair {
	struct record record;
	int ends[2][2];
	struct loop_watch *watches[2];
	bool remove_other;
};

static void
one_is_ready(void *context, int descriptor, unsigned events)
{
	struct pair *pair = context;
	int which = descriptor == pair->ends[0][0] ? 0 : 1;
	assert_true(events & LOOP_READ);
	note(&pair->record, which == 0 ? '0' : '1');
	loop_watch_remove(pair->watches[which]);
	pair->watches[which] = NULL;
	if (pair->remove_other) {
		loop_watch_remove(pair->watches[1 - which]);
		pair->watches[1 - which] = NULL;
	}
}

static void
pair_play(struct pair *pair)
{
	pair->record = record_new(2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(pair->ends[i]), 0);
		assert_int_equal(write(pair->ends[i][1], "x", 1), 1);
		pair->watches[i] = loop_watch_add(pair->record.loop, pair->ends[i][0], LOOP_READ,
		                                  one_is_ready, pair);
		assert_non_null(pair->watches[i]);
	}
	assert_true(loop_after(pair->record.loop, 50, note_late, &pair->record));
	assert_true(loop_run(pair->record.loop));
	for (int i = 0; i < 2; i++) {
		close(pair->ends[i][0]);
		close(pair->ends[i][1]);
		if (pair->watches[i] != NULL)
			loop_watch_remove(pair->watches[i]);
	}
	loop_free(pair->record.loop);
}

static void
a_watch_may_remove_itself_from_its_own_callback(void **state)
{
	(void)state;
	struct pair pair = { .remove_other = false };
	pair_play(&pair);
	assert_int_equal(pair.record.count, 2);
	assert_true(strchr(pair.record.happened, 'L') == NULL);
}

static void
a_watch_removed_in_the_same_batch_is_not_called(void **state)
{
	(void)state;
	struct pair pair = { .remove_other = true };
	pair_play(&pair);
	assert_int_equal(pair.record.count, 2);
	assert_int_equal(pair.record.happened[1], 'L');
}

/* Reads one byte a time: what is left is reported again. */
static void
read_one(void *context, int descriptor, unsigned events)
{
	struct record *record = context;
	char byte = '?';
	if (events & LOOP_READ) {
		assert_int_equal(read(descriptor, &byte, 1), 1);
		note(record, byte);
	} else if (events & LOOP_GONE) {
		note(record, '.');
	}
}

static void
a_ready_descriptor_is_reported_until_it_is_read_and_then_as_gone(void **state)
{
	(void)state;
	struct record record = record_new(4);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "xyz", 3), 3);
	close(ends[1]);
	struct loop_watch *watch =
		loop_watch_add(record.loop, ends[0], LOOP_READ, read_one, &record);
	assert_non_null(watch);
	assert_true(loop_run(record.loop));
	assert_string_equal(record.happened, "xyz.");
	loop_watch_remove(watch);
	close(ends[0]);
	loop_free(record.loop);
}

static void
a_watch_that_wants_nothing_is_left_alone(void **state)
{
	(void)state;
	struct record record = record_new(1);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	struct loop_watch *watch =
		loop_watch_add(record.loop, ends[0], LOOP_READ, read_one, &record);
	assert_non_null(watch);
	loop_watch_want(watch, 0);
	loop_on_turn(record.loop, note_turn, &record);
	assert_true(loop_after(record.loop, 50, note_late, &record));
	assert_true(loop_run(record.loop));
	assert_string_equal(record.happened, "L");
	assert_true(record.turns < 20); /* it slept meanwhile */
	loop_watch_remove(watch);
	close(ends[0]);
	close(ends[1]);
	loop_free(record.loop);
}

/* --- a timer of one's own -------------------------------------------------------------------- */

struct again {
	struct record record;
	struct loop_timer *timer;
};

static void
set_again(void *context)
{
	struct again *again = context;
	note(&again->record, 't');
	loop_timer_set(again->timer, 1000);
}

static void
a_timer_may_be_set_again_from_its_own_callback(void **state)
{
	(void)state;
	struct again again = { .record = record_new(3) };
	again.timer = loop_timer_new(again.record.loop, set_again, &again);
	loop_timer_set(again.timer, 60000000);
	loop_timer_set(again.timer, 0); /* replaces */
	assert_true(loop_run(again.record.loop));
	assert_string_equal(again.record.happened, "ttt");
	loop_timer_free(again.timer);
	loop_free(again.record.loop);
}

static void
a_cleared_timer_does_not_fire(void **state)
{
	(void)state;
	struct again again = { .record = record_new(1) };
	again.timer = loop_timer_new(again.record.loop, set_again, &again);
	loop_timer_set(again.timer, 0);
	loop_timer_clear(again.timer);
	assert_true(loop_after(again.record.loop, 20, note_late, &again.record));
	assert_true(loop_run(again.record.loop));
	assert_string_equal(again.record.happened, "L");
	loop_timer_free(again.timer);
	loop_free(again.record.loop);
}

static void
random_bytes_differ(void **state)
{
	(void)state;
	unsigned char one[32] = { 0 }, two[32] = { 0 };
	clock_random(one, sizeof(one));
	clock_random(two, sizeof(two));
	assert_memory_not_equal(one, two, sizeof(one));
}

int
main(void)
{
	alarm(60);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_timer_gathers_reaches_the_turn_at_once),
		cmocka_unit_test(timers_fire_once_each_in_the_order_of_their_time),
		cmocka_unit_test(more_timers_than_the_ceiling_are_refused_and_the_rest_freed),
		cmocka_unit_test(a_wish_to_be_woken_gives_a_turn_and_the_last_wish_counts),
		cmocka_unit_test(a_wish_in_the_past_gives_a_turn_now),
		cmocka_unit_test(sigterm_ends_the_run_after_a_turn_and_the_mask_is_put_back),
		cmocka_unit_test(a_watch_may_remove_itself_from_its_own_callback),
		cmocka_unit_test(a_watch_removed_in_the_same_batch_is_not_called),
		cmocka_unit_test(a_ready_descriptor_is_reported_until_it_is_read_and_then_as_gone),
		cmocka_unit_test(a_watch_that_wants_nothing_is_left_alone),
		cmocka_unit_test(a_timer_may_be_set_again_from_its_own_callback),
		cmocka_unit_test(a_cleared_timer_does_not_fire),
		cmocka_unit_test(random_bytes_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
