/*
 * What is tried again is tried a number of times, and then a person is told why: whole
 * stories in a simulated shop, each driven over one ceiling of a case.
 */
#include "tests/test.h"

#include "base/buffer.h"
#include "base/instant.h"
#include "base/limits.h"
#include "tests/sim/scene.h"

#define MARINA "5520999990101"

static void
assert_held(struct scene *scene, const char *order, const char *reason)
{
	assert_string_equal(scene_state(scene, order), "HELD");
	assert_string_equal(scene_reason(scene, order), reason);
}

static struct scene *
an_offer(uint64_t seed, const char *settings)
{
	struct scene *scene = scene_new(seed, settings);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 5 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	return scene;
}

/* Numbers corrected while each is still being looked up. */
static void
a_number_may_be_corrected_so_often(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	char words[64];
	(void)state;
	scene_arm(scene, "omie.order", "slow", MINUTE_MS, 100);
	for (int i = 0; i < ORDER_TRIES_MAX; i++) {
		snprintf(words, sizeof(words), "quero o estorno do pedido %d", 7001 + i);
		scene_say(scene, MARINA, words, NULL);
		scene_run(scene, SECOND_MS);
	}
	snprintf(words, sizeof(words), "%d", 7000 + ORDER_TRIES_MAX);
	assert_string_equal(scene_state(scene, words), "LOOKING_UP");
	scene_say(scene, MARINA, "desculpa, o pedido é 8421", NULL);
	scene_run(scene, SECOND_MS);
	assert_held(scene, words, "buyer_mismatch");
	scene_free(scene);
}

static void
who_is_not_understood_so_often_gets_a_person(void **state)
{
	struct scene *scene = scene_new(2, NULL);
	(void)state;
	scene_say(scene, MARINA, "quero meu dinheiro de volta", NULL);
	scene_run(scene, 2 * SECOND_MS);
	for (int i = 1; i <= UNCLEAR_MAX; i++) {
		assert_string_equal(scene_state(scene, ""), "NEEDS_ORDER");
		scene_say(scene, MARINA, "blablabla", NULL);
		scene_run(scene, 2 * SECOND_MS);
	}
	assert_held(scene, "", "not_understood");
	scene_free(scene);
}

static void
a_yes_in_a_letter_is_none(void **state)
{
	struct scene *scene = an_offer(3, NULL);
	struct buffer letter;
	(void)state;
	buffer_init(&letter, MESSAGE_BYTES_MAX);
	buffer_add_text(&letter, "sim");
	while (letter.length <= CONSENT_BYTES_MAX)
		buffer_add_text(&letter, "!");
	scene_say(scene, MARINA, buffer_text(&letter), NULL);
	scene_run(scene, 10 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "OFFERED");
	assert_int_equal(scene_refunds(scene, "8421", NULL), 0);
	letter.bytes[CONSENT_BYTES_MAX] = '\0';
	scene_say(scene, MARINA, letter.bytes, NULL);
	scene_run(scene, MINUTE_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	buffer_free(&letter);
	scene_free(scene);
}

/* The issuer takes nothing in, once too often or just not. */
static void
a_note_is_sent_so_often(void **state)
{
	(void)state;
	for (int lost = NOTE_SENDS_MAX - 1; lost <= NOTE_SENDS_MAX; lost++) {
		struct scene *scene = an_offer(4, NULL);
		scene_arm(scene, "focus.issue", "lost_before", 0, lost);
		scene_say(scene, MARINA, "sim", NULL);
		scene_run(scene, 25 * MINUTE_MS);
		if (lost < NOTE_SENDS_MAX)
			assert_string_equal(scene_state(scene, "8421"), "CLOSED");
		else
			assert_held(scene, "8421", "note_unconfirmed");
		assert_int_equal(scene_refunds(scene, "8421", NULL), 1);
		scene_free(scene);
	}
}

static void
a_message_is_handed_over_so_often(void **state)
{
	(void)state;
	for (int lost = MESSAGE_ATTEMPTS_MAX - 1; lost <= MESSAGE_ATTEMPTS_MAX; lost++) {
		struct scene *scene = an_offer(5, NULL);
		scene_arm(scene, "zapi.send", "status", 429, lost); /* certainly not taken */
		scene_say(scene, MARINA, "sim", NULL);
		scene_run(scene, 59 * MINUTE_MS);
		if (lost < MESSAGE_ATTEMPTS_MAX)
			assert_string_equal(scene_state(scene, "8421"), "CLOSED");
		else
			assert_held(scene, "8421", "reply_not_delivered");
		assert_int_equal(scene_refunds(scene, "8421", NULL), 1);
		scene_free(scene);
	}
}

static void
release(struct scene *scene, const char *case_id)
{
	struct engine_action action = { .kind = ACTION_RELEASE, .actor = "control" };
	snprintf(action.case_id, sizeof(action.case_id), "%s", case_id);
	assert_true(engine_act(scene->engine, &action));
	scene_run(scene, 10 * SECOND_MS);
}

static void
keep_id(void *context, const struct case_row *row)
{
	snprintf(context, ID_SIZE, "%s", row->id);
}

/* Every id that the bank burns needs a new yes; after so many a person must find another way. */
static void
so_many_refunds_of_a_payment_may_fail(void **state)
{
	struct scene *scene = an_offer(6, NULL);
	char id[ID_SIZE] = "";
	(void)state;
	scene_arm(scene, "pix.refund", "not_done", 0, 100);
	store_cases(scene->store, "", 1, keep_id, id);
	for (int i = 1; i <= REFUND_SEQUENCE_MAX; i++) {
		assert_string_equal(scene_state(scene, "8421"), "OFFERED");
		scene_say(scene, MARINA, "sim", NULL);
		scene_run(scene, MINUTE_MS);
		assert_held(scene, "8421", "bank_declined");
		assert_int_equal(scene_refunds(scene, "8421", NULL), i);
		release(scene, id);
	}
	assert_held(scene, "8421", "bank_declined");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_may_be_corrected_so_often),
		cmocka_unit_test(who_is_not_understood_so_often_gets_a_person),
		cmocka_unit_test(a_yes_in_a_letter_is_none),
		cmocka_unit_test(a_note_is_sent_so_often),
		cmocka_unit_test(a_message_is_handed_over_so_often),
		cmocka_unit_test(so_many_refunds_of_a_payment_may_fail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
