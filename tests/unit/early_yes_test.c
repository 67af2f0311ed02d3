/*
 * A yes to an offer that nobody can have read yet moves no money, and no honest yes is
 * lost for it: messages cross, channels stumble, and clocks differ.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "tests/sim/scene.h"
#include "tools/sandbox/world.h"

#define MARINA "5520999990101"

static void
complain(struct scene *scene)
{
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 3 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
}

/* A yes, and nothing but the offer again comes of it. */
static void
assert_asked_again(struct scene *scene)
{
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	assert_int_equal(scene->sandbox.world->pix.refund_puts, 0);
}

static void
assert_a_yes_pays(struct scene *scene)
{
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	assert_int_equal(scene_refunds(scene, "8421", NULL), 1);
}

static void
an_offer_that_never_left_is_not_agreed_to(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	(void)state;
	scene_arm(scene, "zapi.send", "lost_before", 0, 4);
	complain(scene);
	assert_string_equal(scene_last_reply(scene, MARINA), "");
	scene_say(scene, MARINA, "ok", NULL);
	scene_run(scene, SECOND_MS);
	assert_asked_again(scene);
	scene_run(scene, 5 * MINUTE_MS);
	assert_string_equal(scene_last_reply(scene, MARINA), "");
	scene_say(scene, MARINA, "ok", NULL); /* the channel is back */
	scene_run(scene, SECOND_MS);
	assert_asked_again(scene);
	assert_non_null(strstr(scene_last_reply(scene, MARINA), "8421"));
	assert_a_yes_pays(scene);
	scene_free(scene);
}

/* The offer was read, but the channel never said so: the yes is asked for once more, and then it counts. */
static void
an_offer_whose_answer_was_lost_is_made_again(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	(void)state;
	scene_arm(scene, "zapi.send", "lost_after", 0, 1);
	complain(scene);
	assert_non_null(strstr(scene_last_reply(scene, MARINA), "8421"));
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, SECOND_MS);
	scene_run(scene, MINUTE_MS);
	if (scene_refunds(scene, "8421", NULL) == 0)
		assert_a_yes_pays(scene);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

/* --- crossing messages ------------------------------------------------------------------------ */

static int
hold_up(void *context, int64_t *delay_ms)
{
	*delay_ms = *(const int64_t *)context;
	return 1;
}

/* The provider tells five seconds late of words that were written before the offer. */
static void
words_of_before_the_offer_are_no_yes_to_it(void **state)
{
	int64_t delay_ms = 0;
	const struct scene_ways ways = { .context = &delay_ms, .post = hold_up };
	struct scene *scene = scene_new_with(1, NULL, &ways);
	(void)state;
	scene_arm(scene, "omie.order", "slow", 2000, 1);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "LOOKING_UP");
	delay_ms = 5 * SECOND_MS;
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 500);
	delay_ms = 0;
	scene_run(scene, 10 * SECOND_MS);
	assert_asked_again(scene);
	assert_a_yes_pays(scene);
	scene_free(scene);
}

/* A yes that the provider tells late counts: it was written after the offer. */
static void
a_yes_that_is_told_late_is_one(void **state)
{
	int64_t delay_ms = 0;
	const struct scene_ways ways = { .context = &delay_ms, .post = hold_up };
	struct scene *scene = scene_new_with(1, NULL, &ways);
	(void)state;
	complain(scene);
	delay_ms = 30 * SECOND_MS;
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, SECOND_MS);
	delay_ms = 0;
	scene_run(scene, 2 * MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

/* --- clocks ----------------------------------------------------------------------------------- */

/* The provider's clock and ours are minutes apart: that is measured, and nobody is asked twice. */
static void
clocks_that_differ_cost_nobody_his_yes(void **state)
{
	static const int64_t skews_ms[] = { -5 * MINUTE_MS, 5 * MINUTE_MS, 3 * HOUR_MS };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scene *scene = scene_new(1, NULL);
		scene->skew_ms = skews_ms[i];
		complain(scene);
		assert_a_yes_pays(scene);
		scene_free(scene);
	}
}

/* Ours is set while an offer stands: asked again at worst, never turned away. */
static void
a_clock_that_is_set_asks_again_at_worst(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	(void)state;
	scene_say(scene, MARINA, "oi", NULL);
	scene_run(scene, SECOND_MS);
	scene->skew_ms = 5 * MINUTE_MS;
	complain(scene);
	for (int i = 0; i < 3 && scene->sandbox.world->pix.refund_puts == 0; i++) {
		scene_say(scene, MARINA, "sim", NULL);
		scene_run(scene, MINUTE_MS);
	}
	assert_string_not_equal(scene_state(scene, "8421"), "HELD");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer_that_never_left_is_not_agreed_to),
		cmocka_unit_test(an_offer_whose_answer_was_lost_is_made_again),
		cmocka_unit_test(words_of_before_the_offer_are_no_yes_to_it),
		cmocka_unit_test(a_yes_that_is_told_late_is_one),
		cmocka_unit_test(clocks_that_differ_cost_nobody_his_yes),
		cmocka_unit_test(a_clock_that_is_set_asks_again_at_worst),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
