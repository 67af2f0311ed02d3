/*
 * Reading back, when the systems never show everything: what was read is sealed as it is,
 * and never claimed.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "tests/sim/scene.h"

#define MARINA "5520999990101"

/* The bank's list of refunds never shows ours, though the bank called it settled. */
static void
what_stays_incomplete_is_sealed_and_held(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	char latest[RECEIPT_ID_SIZE] = "";
	(void)state;
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 5 * SECOND_MS);
	scene_arm(scene, "focus.issue", "pending", 30 * SECOND_MS, 1);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 10 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "NOTING");
	scene_arm(scene, "pix.payment", "stale", 0, 10000);
	scene_run(scene, 30 * MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "HELD");
	assert_int_equal(store_receipt_count(scene->store, "8421", latest), 1);
	assert_string_equal(latest, "rcp_rf8421");
	assert_null(strstr(scene_last_reply(scene, MARINA), "Estorno feito"));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_incomplete_is_sealed_and_held),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
