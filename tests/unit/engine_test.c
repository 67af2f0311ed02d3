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

/* --- did the reply arrive? -------------------------------------------------------------------- */

/* Until the yes is heard and the money is on its way back. */
static struct scene *
scene_with_a_yes(uint64_t seed, const struct scene_ways *ways)
{
	struct scene *scene = scene_new_with(seed, NULL, ways);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 20 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 40);
	return scene;
}

/* A phone that lost its link accepts every message and delivers none. */
static void
silence_means_nothing_while_the_phone_is_unlinked(void **state)
{
	struct scene *scene = scene_with_a_yes(4, NULL);
	(void)state;
	zapi_link(scene->sandbox.chats, false, scene->now_ms);
	scene_run(scene, 30 * MINUTE_MS);
	assert_int_equal(scene_refunds(scene, "8421", NULL), 1);
	assert_string_equal(scene_state(scene, "8421"), "NOTIFYING");
	zapi_link(scene->sandbox.chats, true, scene->now_ms);
	scene_run(scene, 30 * SECOND_MS);
	assert_says(scene, MARINA, "Estorno feito");
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

static void
a_phone_that_stays_unlinked_is_a_persons_business(void **state)
{
	struct scene *scene = scene_with_a_yes(5, NULL);
	(void)state;
	zapi_link(scene->sandbox.chats, false, scene->now_ms);
	scene_run(scene, 2 * HOUR_MS);
	assert_string_equal(scene_state(scene, "8421"), "HELD");
	assert_string_equal(scene_reason(scene, "8421"), "reply_not_delivered");
	zapi_link(scene->sandbox.chats, true, scene->now_ms); /* it goes out after all */
	scene_run(scene, 30 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

/* The failure's webhook is a minute late: silence has closed the case by then. */
static void
a_failure_that_comes_late_is_heard(void **state)
{
	struct scene *scene = scene_with_a_yes(6, NULL);
	(void)state;
	scene_arm(scene, "zapi.send", "undelivered", 0, 1);
	scene_arm(scene, "zapi.webhook", "slow", MINUTE_MS, 1);
	scene_run(scene, 40 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_run(scene, 2 * MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "HELD");
	assert_string_equal(scene_reason(scene, "8421"), "reply_not_delivered");
	scene_free(scene);
}

/* The answer to send-text takes fifteen seconds; the webhooks about it do not. */
static void
sends_are_answered_slowly(void *context, const struct http_request *request,
                          const struct engine_call *call, struct passage *passage)
{
	(void)context;
	(void)call;
	if (strstr(buffer_text(&request->url), "/send-text") != NULL)
		passage->delay_ms = 15 * SECOND_MS;
}

static void
a_status_ahead_of_its_answer_is_not_dropped(void **state)
{
	const struct scene_ways ways = { .depart = sends_are_answered_slowly };
	struct scene *scene = scene_with_a_yes(7, &ways);
	(void)state;
	scene_arm(scene, "zapi.send", "undelivered", 0, 1);
	scene_run(scene, 5 * MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "HELD");
	assert_string_equal(scene_reason(scene, "8421"), "reply_not_delivered");
	scene_free(scene);
	scene = scene_with_a_yes(8, &ways);
	for (int i = 0; i < 600 && strcmp(scene_state(scene, "8421"), "NOTIFYING") != 0; i++)
		scene_run(scene, 100);
	assert_string_equal(scene_state(scene, "8421"), "NOTIFYING");
	scene_run(scene, 16 * SECOND_MS); /* told_wait_seconds would be over at 25 */
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	scene_free(scene);
}

static void
send_is_answered_no(void *context, struct simulated *answer)
{
	(void)context;
	json_t *no = json_pack("{s:b}", "value", false);
	simulated_free(answer);
	simulated_init(answer);
	simulated_json(answer, 200, no);
}

/* Z-API's own "no" says nothing about its queue: the message may have gone. */
static void
sends_end_in_doubt(void *context, const struct http_request *request,
                   const struct engine_call *call, struct passage *passage)
{
	int *sends = context;
	(void)call;
	if (strstr(buffer_text(&request->url), "/send-text") == NULL)
		return;
	(*sends)++;
	passage->spoil = send_is_answered_no;
}

static void
a_message_in_doubt_goes_again_once(void **state)
{
	int sends = 0;
	const struct scene_ways ways = { .context = &sends, .depart = sends_end_in_doubt };
	struct scene *scene = scene_new_with(10, NULL, &ways);
	(void)state;
	scene_say(scene, MARINA, "oi", NULL);
	scene_run(scene, 10 * MINUTE_MS);
	assert_int_equal(sends, 2);
	scene_free(scene);
}

/* --- one call at a time ----------------------------------------------------------------------- */

enum { CUSTOMERS = 16, OMIE_TAKES_MS = 300 };

struct crowd {
	struct scene *scene;
	int64_t busy_until_ms;
	int calls;
};

/* Omie answers in its own time, and must not be called before it has. */
static void
omie_is_asked_alone(void *context, const struct http_request *request,
                    const struct engine_call *call, struct passage *passage)
{
	struct crowd *crowd = context;
	(void)call;
	if (strstr(buffer_text(&request->url), "/produtos/") == NULL &&
	    strstr(buffer_text(&request->url), "/geral/") == NULL)
		return;
	assert_true(crowd->scene->now_ms >= crowd->busy_until_ms);
	crowd->busy_until_ms = crowd->scene->now_ms + OMIE_TAKES_MS;
	crowd->calls++;
	passage->delay_ms = OMIE_TAKES_MS - 20;
}

static void
the_ledger_is_asked_one_thing_at_a_time(void **state)
{
	struct crowd crowd = { 0 };
	const struct scene_ways ways = { .context = &crowd, .depart = omie_is_asked_alone };
	char phone[32];
	(void)state;
	crowd.scene = scene_new_with(9, NULL, &ways);
	for (int i = 0; i < CUSTOMERS; i++) {
		snprintf(phone, sizeof(phone), "55209999912%02d", i);
		scene_say(crowd.scene, phone, "quero o estorno do pedido 8421", NULL);
	}
	scene_say(crowd.scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(crowd.scene, (CUSTOMERS + 1) * 3 * OMIE_TAKES_MS + 20 * SECOND_MS);
	assert_int_equal(crowd.calls, (CUSTOMERS + 1) * 3);
	for (int i = 0; i < CUSTOMERS; i++) {
		snprintf(phone, sizeof(phone), "55209999912%02d", i);
		assert_says(crowd.scene, phone, "8421"); /* not located: it is Marina's */
	}
	assert_says(crowd.scene, MARINA, "Devolvo no mesmo Pix");
	scene_free(crowd.scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complaint_becomes_a_verified_refund),
		cmocka_unit_test(a_shop_of_any_name_gets_its_receipt),
		cmocka_unit_test(silence_means_nothing_while_the_phone_is_unlinked),
		cmocka_unit_test(a_phone_that_stays_unlinked_is_a_persons_business),
		cmocka_unit_test(a_failure_that_comes_late_is_heard),
		cmocka_unit_test(a_status_ahead_of_its_answer_is_not_dropped),
		cmocka_unit_test(a_message_in_doubt_goes_again_once),
		cmocka_unit_test(the_ledger_is_asked_one_thing_at_a_time),
		cmocka_unit_test(a_number_corrected_during_the_look_up_is_the_one_that_counts),
		cmocka_unit_test(what_is_asked_while_recovering_is_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
