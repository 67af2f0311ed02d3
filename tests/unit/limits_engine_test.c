/*
 * The engine at its ceilings: more at once than one turn takes, more calls than there are
 * places for.  What is turned away is told so and comes again; what was asked before is
 * never lost for it.
 */
#include "tests/test.h"

#include "base/ensure.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/text.h"
#include "serve/engine_room.h"
#include "tests/sim/scene.h"

#define MARINA "5520999990101"

static const struct engine_action release_nothing = { .kind = ACTION_RELEASE,
	                                              .case_id = "c_nobody",
	                                              .actor = "control" };

/* People's wishes, until the engine takes no more. */
static size_t
fill_the_turn(struct scene *scene)
{
	size_t taken = 0;
	while (taken <= 2 * TURN_EVENTS_MAX && engine_act(scene->engine, &release_nothing))
		taken++;
	return taken;
}

/* Answers of calls can't be asked to come again: they find a place however full the turn is. */
static void
a_full_turn_turns_wishes_away_and_still_takes_every_answer(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	struct why why = { "" };
	(void)state;
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 10);
	while (scene->call_count == 0)
		scene_run(scene, 10);
	assert_int_equal(fill_the_turn(scene), TURN_EVENTS_MAX);
	assert_false(engine_apply(scene->engine, &(struct engine_change){ .apply = NULL }));
	const struct engine_call_end lost = { .outcome = OUTCOME_UNKNOWN, .why = "no answer" };
	for (size_t i = 0; i < scene->call_count; i++)
		engine_call_ended(scene->engine, scene->calls[i].ticket, &lost);
	assert_true(engine_turn(scene->engine, &why));
	scene_run(scene, 10 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	scene_free(scene);
}

/* A webhook that finds no place is answered "come again", and its message is not half heard. */
static void
a_full_turn_turns_webhooks_away(void **state)
{
	struct scene *scene = scene_new(2, NULL);
	struct http_request request;
	struct why why = { "" };
	(void)state;
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene->now_ms += SECOND_MS;
	fill_the_turn(scene);
	http_request_init(&request);
	assert_true(zapi_callback(scene->sandbox.chats, scene->now_ms, &request));
	assert_int_equal(engine_receive(scene->engine, &request, NULL, NULL, &why),
	                 RECEIVED_TOO_MUCH);
	assert_string_equal(why.text, "448 events wait for their turn already");
	assert_true(engine_turn(scene->engine, &why));
	assert_int_equal(engine_receive(scene->engine, &request, NULL, NULL, &why), RECEIVED);
	http_request_free(&request);
	scene_run(scene, 5 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	scene_free(scene);
}

/* However many webhooks come at once, a mandate can be revoked in the same turn. */
static void
webhooks_leave_places_for_people(void **state)
{
	struct scene *scene = scene_new(3, NULL);
	struct http_request request;
	struct why why = { "" };
	size_t taken = 0;
	(void)state;
	scene_say(scene, MARINA, "oi", NULL);
	scene->now_ms += SECOND_MS;
	http_request_init(&request);
	assert_true(zapi_callback(scene->sandbox.chats, scene->now_ms, &request));
	while (taken <= TURN_EVENTS_MAX &&
	       engine_receive(scene->engine, &request, NULL, NULL, &why) == RECEIVED)
		taken++;
	assert_int_equal(taken, TURN_EVENTS_MAX - TURN_WISHES_KEPT);
	assert_int_equal(fill_the_turn(scene), TURN_WISHES_KEPT);
	http_request_free(&request);
	assert_true(engine_turn(scene->engine, &why));
	assert_int_equal(engine_counts(scene->engine).messages, 1);
	assert_int_equal(engine_counts(scene->engine).duplicates, taken - 1);
	scene_free(scene);
}

static void
phone_in_crowd(int i, char phone[24])
{
	ensure(text_format(phone, 24, "55209%08d", 81000000 + i));
}

static void
crowd_complains(struct scene *scene, int count)
{
	char phone[24], words[80];
	for (int i = 0; i < count; i++) {
		phone_in_crowd(i, phone);
		ensure(text_format(words, sizeof(words), "quero o estorno do pedido %d",
		                   70000 + i));
		scene_say(scene, phone, words, NULL);
		if (i % 100 == 99)
			scene_run(scene, 100);
	}
}

static void
crowd_has_heard(struct scene *scene, int count)
{
	char phone[24];
	for (int i = 0; i < count; i++) {
		phone_in_crowd(i, phone);
		if (scene_last_reply(scene, phone)[0] == '\0')
			fail_msg("customer %d heard nothing", i);
	}
}

/* A crowd asks while the ERP is slow, and it bears one call at a time: a line forms, and it has an end.
 * Those who find no place in it are served when the first have left. */
static void
more_customers_than_places_in_line_are_all_served(void **state)
{
	enum { CROWD = CALLS_IN_LINE_MAX + 40 };
	struct scene *scene = scene_new(4, "look_up_give_up_minutes = 60\n");
	(void)state;
	scene_arm(scene, "omie.order", "slow", 15 * SECOND_MS, 1);
	crowd_complains(scene, CROWD);
	scene_run(scene, 10 * SECOND_MS);
	assert_int_equal(scene->call_count, 1);
	assert_int_equal(engine_in_flight(scene->engine), CALLS_IN_LINE_MAX + 1);
	scene_run(scene, 10 * MINUTE_MS);
	assert_int_equal(engine_in_flight(scene->engine), 0);
	crowd_has_heard(scene, CROWD);
	scene_free(scene);
}

static void
crowd_greets(struct scene *scene, int count)
{
	char phone[24];
	for (int i = 0; i < count; i++) {
		phone_in_crowd(i, phone);
		scene_say(scene, phone, "oi", NULL);
		if (i % 100 == 99)
			scene_run(scene, 100);
	}
}

static bool
is_crowded(struct scene *scene)
{
	return engine_in_flight(scene->engine) >= FLIGHTS_MAX - FLIGHTS_KEPT;
}

/* A crowd is to be answered while WhatsApp is slow: every reply is a call, and the rest of them wait. */
static void
more_customers_than_places_for_calls_are_all_served(void **state)
{
	enum { CROWD = FLIGHTS_MAX + 40 };
	struct scene *scene = scene_new(4, NULL);
	(void)state;
	scene_arm(scene, "zapi.send", "slow", 15 * SECOND_MS, CROWD);
	crowd_greets(scene, CROWD);
	scene_run(scene, 10 * SECOND_MS);
	assert_int_equal(engine_in_flight(scene->engine), FLIGHTS_MAX - FLIGHTS_KEPT);
	scene_run(scene, 10 * MINUTE_MS);
	assert_int_equal(engine_in_flight(scene->engine), 0);
	crowd_has_heard(scene, CROWD);
	scene_free(scene);
}

/* An order to pay that finds no place would hold its case: so the crowd can't take the last ones. */
static void
a_refund_finds_its_place_in_a_crowd(void **state)
{
	struct scene *scene = scene_new(5, NULL);
	(void)state;
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 5 * SECOND_MS);
	scene_arm(scene, "pix.payment", "slow", 10 * SECOND_MS, 1);
	scene_arm(scene, "zapi.send", "slow", 15 * SECOND_MS, 2 * FLIGHTS_MAX);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "RESERVED");
	crowd_greets(scene, FLIGHTS_MAX);
	while (!is_crowded(scene))
		scene_run(scene, 100);
	assert_int_equal(scene_refunds(scene, "8421", NULL), 0);
	while (scene_refunds(scene, "8421", NULL) == 0) {
		assert_true(is_crowded(scene));
		scene_run(scene, 100);
	}
	assert_int_equal(scene_refunds(scene, "8421", NULL), 1);
	assert_string_not_equal(scene_state(scene, "8421"), "HELD");
	scene_run(scene, 30 * MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_turn_turns_wishes_away_and_still_takes_every_answer),
		cmocka_unit_test(a_full_turn_turns_webhooks_away),
		cmocka_unit_test(webhooks_leave_places_for_people),
		cmocka_unit_test(more_customers_than_places_in_line_are_all_served),
		cmocka_unit_test(more_customers_than_places_for_calls_are_all_served),
		cmocka_unit_test(a_refund_finds_its_place_in_a_crowd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
