/*
 * The engine plays whole stories in a simulated shop.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "tests/sim/scene.h"

#define MARINA "5520999990101"

static void
assert_says(struct scene *scene, const char *phone, const char *part)
{
	const char *reply = scene_last_reply(scene, phone);
	if (strstr(reply, part) == NULL)
		fail_msg("the shop said \"%s\", which does not say \"%s\"", reply, part);
}

static void
a_complaint_becomes_a_verified_refund(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	const char *status;
	(void)state;
	scene_say(scene, MARINA, "Oi, meu pedido 8421 veio quebrado, quero meu dinheiro de volta",
	          NULL);
	scene_run(scene, 2 * SECOND_MS);
	assert_says(scene, MARINA,
	            "Verifiquei o pedido #8421: R$\u00a0186,00, pago via Pix ontem.");
	assert_int_equal(scene_refunds(scene, "8421", NULL), 0);
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 30 * SECOND_MS);
	assert_says(scene, MARINA, "Estorno feito: R$\u00a0186,00 do pedido #8421");
	assert_int_equal(scene_refunds(scene, "8421", &status), 1);
	assert_string_equal(status, "DEVOLVIDO");
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

/* The log's name is made of the shop's, and a log's name can't hold a space or an accent. */
static void
a_shop_of_any_name_gets_its_receipt(void **state)
{
	struct scene *scene = scene_new(2, "merchant = Açaí & Cia + Café\n");
	(void)state;
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 2 * SECOND_MS);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 30 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

/* The answer about the first number comes last, and is nobody's business any more. */
static void
a_number_corrected_during_the_look_up_is_the_one_that_counts(void **state)
{
	struct scene *scene = scene_new(3, NULL);
	(void)state;
	scene_arm(scene, "omie.order", "slow", 4000, 1);
	scene_say(scene, MARINA, "quero o estorno do pedido 8422", NULL);
	scene_run(scene, SECOND_MS);
	scene_say(scene, MARINA, "desculpa, o pedido é 8421", NULL);
	scene_run(scene, 10 * SECOND_MS);
	assert_says(scene, MARINA, "pedido #8421: R$\u00a0186,00");
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	scene_free(scene);
}

/* What a case asks when it hears that its order to pay was cut off is a call of the new life: it lands, and
 * its attempt is still open then. */
static void
what_is_asked_while_recovering_is_under_way(void **state)
{
	struct scene *scene = scene_new(4, NULL);
	const char *status;
	(void)state;
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 2 * SECOND_MS);
	scene_arm(scene, "pix.refund", "slow", 10 * SECOND_MS, 1);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "REFUNDING");
	scene_restart(scene);
	scene_run(scene, 30 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	assert_int_equal(scene_refunds(scene, "8421", &status), 1);
	assert_string_equal(status, "DEVOLVIDO");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complaint_becomes_a_verified_refund),
		cmocka_unit_test(a_shop_of_any_name_gets_its_receipt),
		cmocka_unit_test(a_number_corrected_during_the_look_up_is_the_one_that_counts),
		cmocka_unit_test(what_is_asked_while_recovering_is_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
