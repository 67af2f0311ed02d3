/*
 * The engine at its ceilings: more at once than one turn takes, more calls than there are
 * places for.  What is turned away is told so and comes again; what was asked before is
 * never lost for it.
 */
#include "tests/test.h"

#include <limits.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
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

/* --- after a restore --------------------------------------------------------------------------- */

/* Each of the crowd has bought something, and is offered to have it back. */
static struct scene *
scene_with_offers(int count)
{
	struct scene *scene =
		scene_new(9, "consent_minutes = 1440\nlook_up_give_up_minutes = 1440\n");
	char phone[24], order[16];
	for (int i = 0; i < count; i++) {
		phone_in_crowd(i, phone);
		ensure(text_format(order, sizeof(order), "%d", 70000 + i));
		assert_true(
			world_add_order(scene->sandbox.world, order, phone, 5000, scene->now_ms));
	}
	crowd_complains(scene, count);
	scene_run(scene, 60 * MINUTE_MS);
	return scene;
}

/* The store came here without its mark: it may be an old one. */
static void
bring_from_elsewhere(struct scene *scene)
{
	char path[128];
	ensure(text_format(path, sizeof(path), "%s/estorno.db.lock", scene->folder));
	assert_int_equal(unlink(path), 0);
	scene_restart(scene);
	scene_run(scene, SECOND_MS);
}

static struct reconciliation found;

static bool
reconcile(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	(void)store, (void)now_ms;
	return engine_reconcile(context, &found, why);
}

/* However much the older store may have forgotten, the bank is asked so much at once, and all of it. */
static void
after_a_restore_so_much_is_asked_at_once(void **state)
{
	enum { OFFERS = RECONCILE_QUESTIONS_SHOWN + RECONCILE_CALLS_MAX };
	struct scene *scene = scene_with_offers(OFFERS);
	(void)state;
	bring_from_elsewhere(scene);
	const struct engine_change change = { .apply = reconcile, .context = scene->engine };
	assert_true(engine_apply(scene->engine, &change));
	scene_run(scene, 1);
	assert_true(found.paused);
	assert_int_equal(found.open, OFFERS);
	assert_int_equal(found.count, RECONCILE_QUESTIONS_SHOWN);
	assert_true(engine_apply(scene->engine, &change));
	scene_run(scene, 1);
	assert_int_equal(found.under_way, RECONCILE_CALLS_MAX);
	assert_int_equal(engine_count_flights(scene->engine, tool_by_name("pix"), FLIGHT_ALOFT,
	                                      FLIGHT_WAITING),
	                 RECONCILE_CALLS_MAX);
	for (int left = OFFERS; left > 0; left -= RECONCILE_CALLS_MAX) {
		assert_true(engine_apply(scene->engine, &change));
		scene_run(scene, 10 * SECOND_MS);
		assert_int_equal(found.open, left);
	}
	assert_true(engine_apply(scene->engine, &change));
	scene_run(scene, SECOND_MS);
	assert_int_equal(found.open, 0);
	assert_false(found.paused);
	scene_free(scene);
}

/* --- what is remembered of messages ------------------------------------------------------------- */

/* Hears a status, as a webhook would bring it. */
static void
hear_received(struct scene *scene, const char *message_id)
{
	struct heard heard = { .kind = HEARD_STATUS, .delivery = DELIVERY_RECEIVED };
	ensure(text_copy(heard.message_id, sizeof(heard.message_id), message_id));
	store_begin(scene->store);
	engine_take_status(scene->engine, &heard);
	assert_true(store_commit(scene->store, NULL));
}

static enum saying_state
state_of_message(struct scene *scene, const char *message_id)
{
	struct saying saying;
	store_begin(scene->store);
	assert_true(store_saying_find(scene->store, message_id, "", &saying));
	assert_true(store_commit(scene->store, NULL));
	return saying.state;
}

/* A reply is on the wire; `id` is what its answer will call it. */
static struct scene *
scene_with_a_reply_under_way(char id[MESSAGE_ID_SIZE])
{
	struct scene *scene = scene_new(6, NULL);
	scene_arm(scene, "zapi.send", "slow", 10 * SECOND_MS, 1);
	scene_say(scene, MARINA, "oi", NULL);
	for (int i = 0; i < 100 && scene->call_count == 0; i++)
		scene_run(scene, 50);
	assert_int_equal(scene->call_count, 1);
	scene_arm(scene, "zapi.webhook", "lost_before", 0, 1000);
	const struct buffer *body = &scene->calls[0].answer.response.body;
	json_t *json = json_parse(buffer_text(body), body->length, ANSWER_BYTES_MAX, NULL);
	assert_true(json_get_text(json, "messageId", id, MESSAGE_ID_SIZE, NULL));
	json_decref(json);
	return scene;
}

/* A status that is ahead of the answer to its send waits for it, behind so many others. */
static void
so_many_statuses_may_be_ahead_of_their_answers(void **state)
{
	char id[MESSAGE_ID_SIZE], other[MESSAGE_ID_SIZE];
	(void)state;
	for (int others = EARLY_MAX - 1; others <= EARLY_MAX; others++) {
		struct scene *scene = scene_with_a_reply_under_way(id);
		hear_received(scene, id);
		for (int i = 0; i < others; i++) {
			ensure(text_format(other, sizeof(other), "of-somebody-else-%d", i));
			hear_received(scene, other);
		}
		scene_run(scene, 12 * SECOND_MS);
		assert_int_equal(state_of_message(scene, id),
		                 others < EARLY_MAX ? SAYING_RECEIVED : SAYING_ACCEPTED);
		scene_free(scene);
	}
}

/* While nothing is being sent no status can be ahead of anything. */
static void
statuses_of_other_peoples_messages_are_not_kept(void **state)
{
	struct scene *scene = scene_new(7, NULL);
	(void)state;
	scene_run(scene, SECOND_MS);
	hear_received(scene, "of-somebody-else");
	assert_int_equal(scene->engine->early_next, 0);
	scene_free(scene);
}

/* How often the shop's one message stands in the customer's chat. */
static int
copies_in_chat(struct scene *scene, const char *phone)
{
	json_t *chat = zapi_chat(scene->sandbox.chats, phone), *line;
	size_t index;
	int copies = 0;
	json_array_foreach (chat, index, line)
		copies += text_equal(json_string_value(json_object_get(line, "from")), "shop");
	json_decref(chat);
	return copies;
}

/* The most copies that one of so many customers got.  One send is turned away, and that is certain; then every
 * answer is lost. */
static int
most_copies_of(int customers, int *fewest)
{
	struct scene *scene = scene_new(8, NULL);
	char phone[24];
	int most = 0;
	*fewest = INT_MAX;
	scene_arm(scene, "zapi.send", "status", 429, 1);
	scene_arm(scene, "zapi.send", "lost_after", 0, customers * MESSAGE_ATTEMPTS_MAX);
	crowd_greets(scene, customers);
	scene_run(scene, 20 * MINUTE_MS);
	assert_int_equal(engine_in_flight(scene->engine), 0);
	for (int i = 0; i < customers; i++) {
		phone_in_crowd(i, phone);
		int copies = copies_in_chat(scene, phone);
		most = copies > most ? copies : most;
		*fewest = copies < *fewest ? copies : *fewest;
	}
	scene_free(scene);
	return most;
}

/* A message that may have arrived is sent once more and no oftener, however many there are.  Of more than we
 * remember one that was certainly not sent the first time is not sent a third time either. */
static void
so_many_messages_in_doubt_are_remembered(void **state)
{
	int fewest;
	(void)state;
	assert_int_equal(most_copies_of(1 + DOUBTS_MAX, &fewest), 2);
	assert_int_equal(fewest, 2);
	assert_int_equal(most_copies_of(1 + DOUBTS_MAX + 1, &fewest), 2);
	assert_int_equal(fewest, 1);
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
		cmocka_unit_test(after_a_restore_so_much_is_asked_at_once),
		cmocka_unit_test(so_many_statuses_may_be_ahead_of_their_answers),
		cmocka_unit_test(statuses_of_other_peoples_messages_are_not_kept),
		cmocka_unit_test(so_many_messages_in_doubt_are_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
