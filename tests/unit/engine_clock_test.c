/*
 * A clock that is set: the bot's time never goes back, and never stands still.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "tests/sim/scene.h"

#define MARINA "5520999990101"

static int64_t
time_of(struct scene *scene)
{
	struct why why = { "" };
	store_begin(scene->store);
	int64_t clock_ms = store_clock_ms(scene->store);
	assert_true(store_commit(scene->store, &why));
	return clock_ms;
}

/* Somebody writes, so that a turn is committed at this instant. */
static int64_t
time_after_a_word(struct scene *scene)
{
	scene_say(scene, "5511988887777", "oi", NULL);
	scene_run(scene, SECOND_MS);
	return time_of(scene);
}

/* The host's clock was two hours ahead for a moment. */
static struct scene *
scene_after_a_jump(void)
{
	struct scene *scene = scene_new(1, NULL);
	int64_t before_ms = time_after_a_word(scene);
	scene->skew_ms = 2 * HOUR_MS;
	int64_t ahead_ms = time_after_a_word(scene);
	assert_true(ahead_ms - before_ms >= 2 * HOUR_MS);
	scene->skew_ms = 0;
	return scene;
}

static void
it_never_goes_back_and_is_right_again_after_twice_the_jump(void **state)
{
	struct scene *scene = scene_after_a_jump();
	int64_t last_ms = time_of(scene);
	(void)state;
	for (int i = 0; i < 25; i++) {
		int64_t now_ms = time_after_a_word(scene);
		assert_true(now_ms >= last_ms);
		last_ms = now_ms;
		scene_run(scene, 10 * MINUTE_MS);
	}
	int64_t now_ms = time_after_a_word(scene);
	assert_true(now_ms <= scene->now_ms && now_ms > scene->now_ms - MINUTE_MS);
	scene_free(scene);
}

/* Turns that come every millisecond, or every other, do not hold it up. */
static void
many_turns_do_not_hold_it_up(void **state)
{
	struct scene *scene = scene_after_a_jump();
	struct why why = { "" };
	(void)state;
	int64_t before_ms = time_after_a_word(scene), begin_ms = scene->now_ms;
	for (int i = 0; i < 1000; i++) {
		static const struct engine_action nothing = { .case_id = "c_nobody" };
		scene->now_ms++;
		assert_true(engine_act(scene->engine, &nothing));
		assert_true(engine_turn(scene->engine, &why));
	}
	int64_t gone_ms = scene->now_ms - begin_ms;
	assert_in_range(time_of(scene) - before_ms, gone_ms / 2 - 1, gone_ms + SECOND_MS);
	scene_free(scene);
}

/* A read that failed for the moment is tried again in seconds, not in two hours. */
static void
what_waits_goes_on(void **state)
{
	struct scene *scene = scene_after_a_jump();
	const char *status;
	(void)state;
	scene_arm(scene, "pix.charge", "status", 503, 2);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 2 * MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	assert_int_equal(scene_refunds(scene, "8421", &status), 1);
	scene_free(scene);
}

/* Set back while a case waits: it is not left waiting for the host's clock to come by again. */
static void
what_waited_before_the_clock_was_set_back_goes_on(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	(void)state;
	scene->skew_ms = 2 * HOUR_MS;
	scene_arm(scene, "pix.charge", "status", 503, 3);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "LOOKING_UP");
	scene->skew_ms = 0;
	scene_run(scene, MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	scene_free(scene);
}

static void
another_start_while_it_is_ahead_changes_nothing(void **state)
{
	struct scene *scene = scene_after_a_jump();
	(void)state;
	int64_t before_ms = time_of(scene);
	scene_restart(scene);
	assert_true(time_after_a_word(scene) >= before_ms);
	scene_arm(scene, "pix.charge", "status", 503, 2);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_never_goes_back_and_is_right_again_after_twice_the_jump),
		cmocka_unit_test(many_turns_do_not_hold_it_up),
		cmocka_unit_test(what_waits_goes_on),
		cmocka_unit_test(what_waited_before_the_clock_was_set_back_goes_on),
		cmocka_unit_test(another_start_while_it_is_ahead_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
