/*
 * The road of the money, where the world does not play along: in a simulated shop, the
 * bank loses, delays and refuses, people pause and release, and the bot dies.
 *
 * What must come of it each time: at most one refund, none that finance does not allow
 * at that moment, and no case that nobody can move any more.
 */
#include "tests/test.h"

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "tests/sim/scene.h"
#include "tools/sandbox/world.h"

#define MARINA "5520999990101"
#define ORDER  "8421"

/* --- what people do --------------------------------------------------------------------------- */

static struct scene *
scene_with_an_offer(const struct scene_ways *ways)
{
	struct scene *scene = scene_new_with(1, NULL, ways);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 2 * SECOND_MS);
	assert_string_equal(scene_state(scene, ORDER), "OFFERED");
	return scene;
}

/* --- what can be seen ------------------------------------------------------------------------- */

static int64_t
orders_to_pay(const struct scene *scene)
{
	return scene->sandbox.world->pix.refund_puts;
}

static void
assert_state(struct scene *scene, const char *order, const char *state, const char *reason)
{
	assert_string_equal(scene_state(scene, order), state);
	assert_string_equal(scene_reason(scene, order), reason);
}

static void
assert_refunded_once(struct scene *scene, const char *order)
{
	const char *status;
	assert_int_equal(scene_refunds(scene, order, &status), 1);
	assert_string_equal(status, "DEVOLVIDO");
	assert_state(scene, order, "CLOSED", "");
}

/* --- dying ------------------------------------------------------------------------------------ */

/* P3, P8: the order to pay was under way, so it is asked about, by attempts that are this life's own. */
static void
die_while_paying(int deaths)
{
	struct scene *scene = scene_with_an_offer(NULL);
	struct why why = { "" };
	scene_arm(scene, "pix.refund", "slow", 5000, 1);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 500);
	assert_state(scene, ORDER, "REFUNDING", "");
	for (int i = 0; i < deaths; i++) {
		scene_restart(scene);
		if (!engine_turn(scene->engine, &why))
			fail_msg("%s", why.text);
	}
	scene_run(scene, MINUTE_MS);
	assert_int_equal(orders_to_pay(scene), 1);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
}

static void
a_death_while_the_order_to_pay_is_under_way_is_survived(void **state)
{
	(void)state;
	die_while_paying(1);
	die_while_paying(2); /* again, before it was answered */
}

/* --- the bank's door -------------------------------------------------------------------------- */

/* How many token requests can't even begin from now on. */
struct closed_door {
	int calls;
};

static void
close_the_door(void *context, const struct http_request *request, const struct engine_call *call,
               struct passage *passage)
{
	struct closed_door *door = context;
	(void)call;
	if (door->calls == 0 || strstr(buffer_text(&request->url), "/oauth/token") == NULL)
		return;
	door->calls--;
	passage->refused = true;
}

/* Nobody has asked the bank anything before: reader and writer each need a token. */
static void
a_token_request_that_cannot_begin_is_made_again(void **state)
{
	struct closed_door door = { .calls = 2 };
	const struct scene_ways ways = { .context = &door, .depart = close_the_door };
	struct scene *scene = scene_new_with(1, NULL, &ways);
	(void)state;
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 10 * SECOND_MS);
	assert_int_equal(door.calls, 0);
	assert_state(scene, ORDER, "OFFERED", "");
	door.calls = 1;
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, MINUTE_MS);
	assert_int_equal(door.calls, 0);
	assert_int_equal(orders_to_pay(scene), 1);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
}

/* --- sending again ---------------------------------------------------------------------------- */

/* P7: the first order was lost, and before it goes again the shop gives the money back in its bank's app. */
static void
what_others_have_given_back_is_not_sent_again(void **state)
{
	struct scene *scene = scene_with_an_offer(NULL);
	struct world *world = scene->sandbox.world;
	struct why why = { "" };
	(void)state;
	scene_arm(scene, "pix.refund", "lost_before", 0, 1);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 2 * SECOND_MS);
	assert_true(pix_sandbox_insert_refund(world, world_order(world, ORDER)->e2eid, "ORIGINAL",
	                                      18600, scene->now_ms, &why));
	scene_run(scene, 10 * MINUTE_MS);
	assert_state(scene, ORDER, "HELD", "already_refunded");
	assert_int_equal(orders_to_pay(scene), 1); /* the lost one */
	assert_int_equal(scene_refunds(scene, ORDER, NULL), 1);
	scene_free(scene);
}

/* P12: the bank executes, loses the answer, and for minutes knows neither the refund nor the payment. */
static void
a_bank_that_knows_nothing_for_a_while_agrees_to_nothing(void **state)
{
	struct scene *scene = scene_with_an_offer(NULL);
	(void)state;
	scene_arm(scene, "pix.refund", "lost_after", 0, 1);
	scene_arm(scene, "pix.refund_status", "stale", 0, 10);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 500);
	scene_arm(scene, "pix.payment", "status", 404, 4);
	scene_run(scene, 4 * MINUTE_MS);
	assert_int_equal(orders_to_pay(scene), 1);
	scene_run(scene, 10 * MINUTE_MS);
	assert_int_equal(orders_to_pay(scene), 1);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_death_while_the_order_to_pay_is_under_way_is_survived),
		cmocka_unit_test(a_token_request_that_cannot_begin_is_made_again),
		cmocka_unit_test(what_others_have_given_back_is_not_sent_again),
		cmocka_unit_test(a_bank_that_knows_nothing_for_a_while_agrees_to_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
