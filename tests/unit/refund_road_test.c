/*
 * The road of the money, where the world does not play along: in a simulated shop, the
 * bank loses, delays and refuses, people pause and release, and the bot dies.
 *
 * What must come of it each time: at most one refund, none that finance does not allow
 * at that moment, and no case that nobody can move any more.
 */
#include "tests/test.h"

#include "base/document.h"
#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "proof/base64.h"
#include "refund/mandate.h"
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

static void
set_mandate(struct scene *scene, enum mandate_status status)
{
	struct why why = { "" };
	store_begin(scene->store);
	if (!store_mandate_set(scene->store, "cm_support", status, scene->now_ms, &why) ||
	    !store_commit(scene->store, &why))
		fail_msg("%s", why.text);
}

/* Finance signs another one, with another key, and it replaces the first. */
static void
install_another(struct scene *scene, int64_t per_refund_cents)
{
	static const uint8_t seed[KEY_BYTES] = { 7 };
	const struct mandate mandate = { .id = "cm_other",
		                         .place = MANDATE_TEST,
		                         .signed_ms = scene->now_ms,
		                         .not_before_ms = scene->now_ms,
		                         .expires_ms = scene->now_ms + 30 * DAY_MS,
		                         .per_refund_cents = per_refund_cents };
	struct signed_mandate whole;
	char public_key[KEY_TEXT_SIZE];
	struct why why = { "" };
	struct signing_key *finance = signing_key_new(KEY_USE_MANDATES, seed);
	const struct verifying_key *public = signing_key_public(finance);
	mandate_sign(&mandate, finance, &whole);
	base64_encode(public_key, sizeof(public_key), public->bytes, KEY_BYTES);
	struct stored_mandate stored = { .columns = mandate };
	ensure(text_copy(stored.body, sizeof(stored.body), whole.body));
	ensure(text_copy(stored.signature, sizeof(stored.signature), whole.signature));
	ensure(text_copy(stored.key_id, sizeof(stored.key_id), whole.key_id));
	store_begin(scene->store);
	store_trust_key(scene->store, public->id, public_key, scene->now_ms);
	if (!store_mandate_install(scene->store, &stored, scene->now_ms, &why) ||
	    !store_commit(scene->store, &why))
		fail_msg("%s", why.text);
	signing_key_free(finance);
}

struct finding {
	const char *order;
	char id[ID_SIZE];
};

static void
find_newest(void *context, const struct case_row *row)
{
	struct finding *finding = context;
	if (finding->id[0] == '\0' && text_equal(row->order_number, finding->order))
		ensure(text_copy(finding->id, ID_SIZE, row->id));
}

static void
keep_answer(void *context, bool ok, const struct why *why)
{
	(void)why;
	*(bool *)context = ok;
}

/* What a person does with the order's case: was it allowed? */
static bool
act(struct scene *scene, const char *order, struct engine_action action)
{
	struct finding finding = { .order = order };
	struct why why = { "" };
	bool ok = false;
	store_begin(scene->store);
	store_cases(scene->store, "", 100, find_newest, &finding);
	assert_true(store_commit(scene->store, &why));
	ensure(text_copy(action.case_id, sizeof(action.case_id), finding.id));
	ensure(text_copy(action.actor, sizeof(action.actor), "control"));
	action.done = keep_answer;
	action.context = &ok;
	assert_true(engine_act(scene->engine, &action));
	scene_run(scene, 0);
	return ok;
}

static bool
release(struct scene *scene, const char *order)
{
	return act(scene, order, (struct engine_action){ .kind = ACTION_RELEASE });
}

static bool
deny(struct scene *scene, const char *order)
{
	return act(scene, order,
	           (struct engine_action){ .kind = ACTION_DENY, .words = "fora do prazo" });
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

/* The bank gives no token: what never left is tried again, and is nobody's dead end. */
static void
without_a_token_nothing_is_used_up(void **state)
{
	struct scene *scene = scene_with_an_offer(NULL);
	(void)state;
	scene_arm(scene, "pix.token", "status", 503, 8);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 20 * MINUTE_MS);
	assert_int_equal(orders_to_pay(scene), 1);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
}

/* Held after half an hour: a person may let it go on, or end it, and then the room is free again. */
static struct scene *
scene_without_tokens(void)
{
	struct scene *scene = scene_with_an_offer(NULL);
	scene_arm(scene, "pix.token", "status", 503, 1000);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 40 * MINUTE_MS);
	assert_state(scene, ORDER, "HELD", "refund_unconfirmed");
	assert_int_equal(orders_to_pay(scene), 0);
	faults_clear(&scene->sandbox.world->faults);
	return scene;
}

static void
a_person_lets_it_go_on_when_the_bank_is_back(void **state)
{
	struct scene *scene = scene_without_tokens();
	(void)state;
	assert_true(release(scene, ORDER));
	scene_run(scene, 5 * MINUTE_MS);
	assert_int_equal(orders_to_pay(scene), 1);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
}

static int64_t
next_sequence(struct scene *scene)
{
	struct why why = { "" };
	store_begin(scene->store);
	int64_t sequence = store_refund_sequence(scene->store,
	                                         world_order(scene->sandbox.world, ORDER)->e2eid);
	assert_true(store_commit(scene->store, &why));
	return sequence;
}

static void
a_person_ends_it_and_the_next_one_has_another_id(void **state)
{
	struct scene *scene = scene_without_tokens();
	(void)state;
	assert_int_equal(next_sequence(scene), 1);
	assert_true(deny(scene, ORDER));
	assert_state(scene, ORDER, "REFUSED", "refund_unconfirmed");
	assert_int_equal(next_sequence(scene), 2);
	scene_say(scene, MARINA, "quero o estorno do pedido 8421", NULL);
	scene_run(scene, 5 * SECOND_MS);
	assert_state(scene, ORDER, "OFFERED", "");
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, MINUTE_MS);
	assert_int_equal(orders_to_pay(scene), 1);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
}

/* What may have happened is nobody's to deny. */
static void
a_lost_order_to_pay_cannot_be_denied(void **state)
{
	struct scene *scene = scene_with_an_offer(NULL);
	(void)state;
	scene_arm(scene, "pix.refund", "lost_after", 0, 1);
	scene_arm(scene, "pix.refund_status", "status", 503, 1000);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 40 * MINUTE_MS);
	assert_state(scene, ORDER, "HELD", "refund_unconfirmed");
	assert_false(deny(scene, ORDER));
	assert_state(scene, ORDER, "HELD", "refund_unconfirmed");
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

/* --- another mandate -------------------------------------------------------------------------- */

/* The first order was lost, and finance signs again before the next. */
static struct scene *
scene_under_another(int64_t per_refund_cents)
{
	struct scene *scene = scene_with_an_offer(NULL);
	scene_arm(scene, "pix.refund", "lost_before", 0, 1);
	scene_say(scene, MARINA, "sim", NULL);
	scene_run(scene, 2 * SECOND_MS);
	assert_state(scene, ORDER, "REFUNDING", "");
	install_another(scene, per_refund_cents);
	scene_run(scene, 10 * MINUTE_MS);
	return scene;
}

static void
what_goes_again_goes_under_the_mandate_that_rules(void **state)
{
	struct scene *scene = scene_under_another(18600);
	(void)state;
	assert_int_equal(orders_to_pay(scene), 2);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
}

/* The new one allows less: nobody is stranded, a person ends it, or finance signs once more. */
static void
what_the_mandate_that_rules_does_not_allow_is_for_a_person(void **state)
{
	struct scene *scene = scene_under_another(18599);
	(void)state;
	assert_state(scene, ORDER, "HELD", "above_cap");
	assert_int_equal(orders_to_pay(scene), 1);
	install_another(scene, 18600);
	assert_true(release(scene, ORDER));
	scene_run(scene, 10 * MINUTE_MS);
	assert_refunded_once(scene, ORDER);
	scene_free(scene);
	scene = scene_under_another(18599);
	assert_true(deny(scene, ORDER));
	assert_state(scene, ORDER, "REFUSED", "above_cap");
	assert_int_equal(scene_refunds(scene, ORDER, NULL), 0);
	scene_free(scene);
}

/* --- another day ------------------------------------------------------------------------------ */

enum { CUSTOMERS = 11 };

static const char *
order_of(int customer)
{
	static char number[8];
	ensure(text_format(number, sizeof(number), "%d", 95000 + customer));
	return number;
}

/* Complains about an order of 499.00, says yes, and waits for what comes of it. */
static void
ask_and_consent(struct scene *scene, int customer, int64_t wait_ms)
{
	char phone[20], words[80];
	ensure(text_format(phone, sizeof(phone), "55209999%05d", 90000 + customer));
	ensure(text_format(words, sizeof(words), "quero o estorno do pedido %s",
	                   order_of(customer)));
	scene_say(scene, phone, words, NULL);
	scene_run(scene, 3 * SECOND_MS);
	scene_say(scene, phone, "sim", NULL);
	scene_run(scene, wait_ms);
}

/* Everybody has a CPF of his own. */
static void
write_document(int customer, char document[DOCUMENT_SIZE])
{
	for (int check = 0; check < 100; check++) {
		ensure(text_format(document, DOCUMENT_SIZE, "1234567%02d%02d", customer, check));
		if (document_is_cpf(document))
			return;
	}
	fail_msg("no check digits fit %s", document);
}

static void
add_orders(struct scene *scene)
{
	struct world *world = scene->sandbox.world;
	char phone[20];
	for (int i = 0; i < CUSTOMERS; i++) {
		ensure(text_format(phone, sizeof(phone), "55209999%05d", 90000 + i));
		assert_true(world_add_order(world, order_of(i), phone, 49900, scene->now_ms));
		write_document(i, world_order(world, order_of(i))->facts.buyer.document);
	}
}

/* P6: the order to pay was decided on, and waits for a token that is slow; then finance takes its word back. */
static void
an_order_that_waits_for_a_token_does_not_outlive_the_mandate(void **state)
{
	struct scene *scene = scene_with_an_offer(NULL);
	(void)state;
	for (int i = 0; i < PIX_TOKENS_MAX; i++)
		scene->sandbox.world->pix.tokens[i].until_ms = 0;
	scene_say(scene, MARINA, "sim", NULL);
	scene_arm(scene, "pix.token", "slow", 8 * SECOND_MS, 2);
	while (strcmp(scene_state(scene, ORDER), "REFUNDING") != 0)
		scene_run(scene, 100);
	assert_int_equal(orders_to_pay(scene), 0);
	set_mandate(scene, MANDATE_PAUSED);
	scene_run(scene, 5 * MINUTE_MS);
	assert_int_equal(orders_to_pay(scene), 0);
	assert_state(scene, ORDER, "HELD", "mandate_paused");
	scene_free(scene);
}

/* P5: the mandate of the sandbox allows 5,000.00 a day.  A refund that was held overnight, its order to pay
 * never executed, finds the day used up by ten others: it leaves on this day, so it counts on this day. */
static void
a_refund_held_overnight_counts_on_the_day_it_leaves(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	(void)state;
	add_orders(scene);
	scene_arm(scene, "pix.refund", "lost_before", 0, 1);
	ask_and_consent(scene, 0, 500);
	assert_state(scene, order_of(0), "REFUNDING", "");
	set_mandate(scene, MANDATE_PAUSED);
	scene_run(scene, 10 * MINUTE_MS);
	assert_state(scene, order_of(0), "HELD", "mandate_paused");
	set_mandate(scene, MANDATE_ACTIVE);
	scene_run(scene, DAY_MS);
	for (int i = 1; i < CUSTOMERS; i++) {
		ask_and_consent(scene, i, 30 * SECOND_MS);
		assert_refunded_once(scene, order_of(i));
	}
	assert_true(release(scene, order_of(0)));
	scene_run(scene, 10 * MINUTE_MS);
	assert_state(scene, order_of(0), "HELD", "mandate_room");
	assert_int_equal(scene_refunds(scene, order_of(0), NULL), 0);
	scene_run(scene, DAY_MS);
	assert_true(release(scene, order_of(0)));
	scene_run(scene, 10 * MINUTE_MS);
	assert_refunded_once(scene, order_of(0));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_death_while_the_order_to_pay_is_under_way_is_survived),
		cmocka_unit_test(a_token_request_that_cannot_begin_is_made_again),
		cmocka_unit_test(without_a_token_nothing_is_used_up),
		cmocka_unit_test(a_person_lets_it_go_on_when_the_bank_is_back),
		cmocka_unit_test(a_person_ends_it_and_the_next_one_has_another_id),
		cmocka_unit_test(a_lost_order_to_pay_cannot_be_denied),
		cmocka_unit_test(what_others_have_given_back_is_not_sent_again),
		cmocka_unit_test(a_bank_that_knows_nothing_for_a_while_agrees_to_nothing),
		cmocka_unit_test(what_goes_again_goes_under_the_mandate_that_rules),
		cmocka_unit_test(what_the_mandate_that_rules_does_not_allow_is_for_a_person),
		cmocka_unit_test(an_order_that_waits_for_a_token_does_not_outlive_the_mandate),
		cmocka_unit_test(a_refund_held_overnight_counts_on_the_day_it_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
