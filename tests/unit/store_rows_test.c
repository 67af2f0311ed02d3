/*
 * What the store keeps, through its own door: people, cases, money, receipts, staff.
 *
 * Every test has a new store with one contact and one open transaction.
 */
#include "tests/command.h"

#include "base/instant.h"
#include "io/store.h"

#define NOW_MS INT64_C(1795184400000)
#define E2EID  "E12345678202611191432Ab3dE5fG7h9"

static char folder[COMMAND_PATH_SIZE];
static struct store *store;
static int64_t marina;

static int
open_store(void **state)
{
	char path[COMMAND_PATH_SIZE];
	struct contact contact = { .channel = "zapi",
		                   .address = "5520999990101",
		                   .name = "Marina" };
	(void)state;
	command_folder(folder);
	assert_true(text_format(path, sizeof(path), "%s/estorno.db", folder));
	store = store_create(path, NOW_MS, NULL);
	assert_non_null(store);
	store_begin(store);
	marina = store_contact(store, &contact, NOW_MS);
	return 0;
}

/* Whatever a test did, the store is well at its end: nothing was refused that had to be taken. */
static int
close_store(void **state)
{
	struct why why = { "" };
	(void)state;
	bool well = store_commit(store, &why);
	store_close(store);
	command_folder_remove(folder);
	if (!well)
		fail_msg("%s", why.text);
	return 0;
}

#define SET(field, text) assert_true(text_copy(field, sizeof(field), text))

/* --- people ----------------------------------------------------------------------------------- */

static void
a_contact_learns_and_never_forgets(void **state)
{
	struct contact again = { .channel = "zapi", .address = "5520999990101", .lid = "77@lid" },
		       loaded;
	(void)state;
	assert_int_equal(store_contact(store, &again, NOW_MS), marina);
	assert_true(store_contact_load(store, marina, &loaded));
	assert_string_equal(loaded.name, "Marina");
	assert_string_equal(loaded.lid, "77@lid");
	SET(again.name, "Marina D.");
	again.lid[0] = '\0';
	store_contact(store, &again, NOW_MS);
	assert_true(store_contact_load(store, marina, &loaded));
	assert_string_equal(loaded.name, "Marina D.");
	assert_string_equal(loaded.lid, "77@lid");
}

/* Hears a message of Marina's; its id, 0 when it was known. */
static int64_t
hear(const char *provider_id, const char *edit_id, enum content content)
{
	static struct heard heard;
	struct message message = { .contact = marina, .heard_ms = NOW_MS, .heard = &heard };
	heard = (struct heard){ .kind = HEARD_MESSAGE, .content = content };
	SET(heard.message_id, provider_id);
	SET(heard.edit_id, edit_id);
	SET(heard.text, "sim");
	return store_hear(store, "zapi", &message) ? message.id : 0;
}

static void
the_same_message_twice_is_one_message(void **state)
{
	(void)state;
	int64_t first = hear("m1", "", CONTENT_TEXT);
	assert_true(first > 0);
	assert_int_equal(hear("m1", "", CONTENT_TEXT), 0);
	assert_int_equal(hear("m1", "", CONTENT_IMAGE), 0);
	assert_true(hear("m1", "e1", CONTENT_TEXT) > first); /* an edit has an id of its own, */
	assert_int_equal(hear("m1", "e1", CONTENT_TEXT), 0);
	assert_true(hear("m2", "", CONTENT_WAITING) >
	            first); /* and what was announced still comes */
	assert_true(hear("m2", "", CONTENT_TEXT) > first);
}

static void
a_message_is_taken_back_once(void **state)
{
	(void)state;
	hear("m1", "", CONTENT_TEXT);
	assert_false(store_message_delete(store, "zapi", "m2", NOW_MS));
	assert_true(store_message_delete(store, "zapi", "m1", NOW_MS));
	assert_false(store_message_delete(store, "zapi", "m1", NOW_MS));
}

/* --- what we say ------------------------------------------------------------------------------ */

static bool
say(int64_t contact, const char *text, const char *receipt, struct why *why)
{
	struct saying saying = { .contact = contact };
	SET(saying.template, receipt[0] == '\0' ? "held" : "refund_done");
	SET(saying.text, text);
	SET(saying.receipt_id, receipt);
	return store_say(store, &saying, NOW_MS, why);
}

static size_t
due(struct saying *sayings)
{
	return store_sayings_due(store, NOW_MS, sayings, 8);
}

static void
one_message_at_a_time_goes_to_one_person_in_order(void **state)
{
	static struct saying sayings[8];
	struct contact ana = { .channel = "zapi", .address = "5521988880202" };
	(void)state;
	assert_true(say(marina, "um", "", NULL) && say(marina, "dois", "", NULL));
	assert_true(say(store_contact(store, &ana, NOW_MS), "a", "", NULL));
	assert_int_equal(due(sayings), 2);
	assert_string_equal(sayings[0].text, "um");
	assert_string_equal(sayings[1].text, "a");
	store_saying_set(store, sayings[0].id, SAYING_SENDING, 0, NULL, "", NOW_MS);
	assert_int_equal(due(sayings), 1); /* "dois" waits for what is on its way */
	store_saying_set(store, 1, SAYING_SENT, 0, NULL, "", NOW_MS);
	assert_int_equal(due(sayings), 2);
	assert_string_equal(sayings[0].text, "dois");
}

/* A message that waits for another one of the same person wakes nobody: neither behind one that is on its
 * way nor behind one that tries again later. */
static void
a_message_that_waits_for_its_turn_is_not_due(void **state)
{
	(void)state;
	assert_true(say(marina, "um", "", NULL) && say(marina, "dois", "", NULL));
	assert_int_equal(store_next_due_ms(store), NOW_MS);
	store_saying_set(store, 1, SAYING_SENDING, 0, NULL, "", NOW_MS);
	assert_int_equal(store_next_due_ms(store), INT64_MAX);
	store_saying_set(store, 1, SAYING_QUEUED, NOW_MS + 5000, NULL, "", NOW_MS);
	assert_int_equal(store_next_due_ms(store), NOW_MS + 5000);
	store_saying_set(store, 1, SAYING_SENT, 0, NULL, "", NOW_MS);
	assert_int_equal(store_next_due_ms(store), NOW_MS);
}

static enum saying_state
state_of(const char *provider_id)
{
	struct saying saying;
	assert_true(store_saying_find(store, provider_id, "", &saying));
	return saying.state;
}

/* Statuses come in any order and more than once. */
static void
a_message_of_ours_only_moves_forward(void **state)
{
	static const enum saying_state later[] = { SAYING_READ,     SAYING_SENT,   SAYING_RECEIVED,
		                                   SAYING_ACCEPTED, SAYING_QUEUED, SAYING_FAILED };
	const struct sent sent = { .message_id = "w1", .queue_id = "q1" };
	struct saying saying;
	(void)state;
	say(marina, "um", "", NULL);
	store_saying_set(store, 1, SAYING_SENDING, 0, NULL, "", NOW_MS);
	store_saying_set(store, 1, SAYING_ACCEPTED, 0, &sent, "", NOW_MS);
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		store_saying_set(store, 1, later[i], 0, NULL, "", NOW_MS);
		assert_int_equal(state_of("w1"), SAYING_READ);
	}
	assert_true(store_saying_find(store, "", "q1", &saying));
	assert_int_equal(saying.attempts, 1);
	assert_false(store_saying_find(store, "", "", &saying));
}

static void
a_message_that_was_on_its_way_goes_again_after_a_start(void **state)
{
	static struct saying sayings[8];
	(void)state;
	say(marina, "um", "", NULL);
	store_saying_set(store, 1, SAYING_SENDING, 0, NULL, "", NOW_MS);
	assert_int_equal(due(sayings), 0);
	store_sayings_recover(store, NOW_MS);
	assert_int_equal(due(sayings), 1);
	assert_int_equal(sayings[0].state, SAYING_QUEUED);
}

/* P1, through our own door: false, with the promise, and the store stays well. */
static void
nobody_is_told_without_a_receipt(void **state)
{
	struct why why = { "" };
	(void)state;
	assert_false(say(marina, "Estorno feito", "rcp_rf8421", &why));
	assert_non_null(strstr(why.text, "P1"));
	assert_true(store_is_well(store, NULL));
}

/* --- cases ------------------------------------------------------------------------------------ */

static struct refund_case c;

static void
new_case(const char *id, const char *order)
{
	case_open(&c, id, marina, NOW_MS);
	c.state = CASE_OFFERED;
	c.give_up_ms = NOW_MS + HOUR_MS;
	SET(c.order_number, order);
	snprintf(c.offer.id, sizeof(c.offer.id), "o%s", id + 1);
	c.offer.amount_cents = 18600;
	c.offer.made_ms = NOW_MS;
	c.offer.expires_ms = NOW_MS + HOUR_MS;
	snprintf(c.refund.id, sizeof(c.refund.id), "r%s1", id + 2);
	c.refund.sequence = 1;
	SET(c.payment.e2eid, E2EID);
	c.payment.exists = true;
	c.payment.amount_cents = 18600;
	store_case_save(store, &c, NOW_MS);
}

static void
a_case_and_its_facts_come_back_whole(void **state)
{
	static struct refund_case loaded;
	(void)state;
	new_case("c_1", "8421");
	SET(c.refund.e2eid, E2EID);
	c.order_reading.read_ms = c.payment_reading.read_ms = NOW_MS;
	c.refund_reading.read_ms = c.note_reading.read_ms = NOW_MS;
	SET(c.order.number, "8421");
	SET(c.order.buyer.name, "Marina Duarte");
	c.refund_seen.exists = c.note_seen.exists = true;
	SET(c.consent_disclosure, "WyJzYWx0Il0");
	SET(c.reply, "Estorno feito: R$\u00a0186,00");
	store_case_save(store, &c, NOW_MS + 1);
	assert_true(store_case_load(store, "c_1", &loaded));
	assert_memory_equal(&c, &loaded, sizeof(c));
	assert_false(store_case_load(store, "c_2", &loaded));
}

static void
the_earliest_that_is_due_wakes_the_program(void **state)
{
	char ids[4][ID_SIZE];
	(void)state;
	assert_true(store_next_due_ms(store) == INT64_MAX);
	new_case("c_1", "8421");
	assert_true(store_next_due_ms(store) == NOW_MS + HOUR_MS);
	new_case("c_2", "8422");
	c.due_ms = NOW_MS + 1;
	store_case_save(store, &c, NOW_MS);
	assert_true(store_next_due_ms(store) == NOW_MS + 1);
	assert_int_equal(store_cases_due(store, NOW_MS, ids, 4), 0);
	assert_int_equal(store_cases_due(store, NOW_MS + HOUR_MS, ids, 4), 2);
	assert_string_equal(ids[0], "c_2");
	say(marina, "um", "", NULL);
	assert_true(store_next_due_ms(store) == NOW_MS);
}

/* --- operations ------------------------------------------------------------------------------- */

/* P8: what is sent again is what was stored, whatever is asked now. */
static void
an_operation_keeps_its_first_words(void **state)
{
	static struct operation operation = { .kind = OPERATION_INVOICE_ISSUE }, loaded;
	char case_id[ID_SIZE];
	(void)state;
	new_case("c_1", "8421");
	SET(operation.note.ref, "n1");
	operation.note.total_cents = 18600;
	int64_t id = store_operation(store, "c_1", &operation, NOW_MS, NULL);
	assert_true(id > 0);
	operation.note.total_cents = 99999;
	assert_int_equal(store_operation(store, "c_1", &operation, NOW_MS, NULL), id);
	assert_true(store_operation_load(store, id, &loaded, case_id));
	assert_int_equal(loaded.note.total_cents, 18600);
	assert_string_equal(case_id, "c_1");
}

static void
one_note_belongs_to_one_case(void **state)
{
	struct operation operation = { .kind = OPERATION_INVOICE_ISSUE };
	struct why why = { "" };
	(void)state;
	new_case("c_1", "8421");
	new_case("c_2", "8422");
	SET(operation.note.ref, "n1");
	assert_true(store_operation(store, "c_1", &operation, NOW_MS, NULL) > 0);
	assert_int_equal(store_operation(store, "c_2", &operation, NOW_MS, &why), 0);
	assert_non_null(strstr(why.text, "P3"));
}

static void
nothing_is_asked_twice_at_once(void **state)
{
	struct operation operation = { .kind = OPERATION_LEDGER_ORDER, .order.number = "8421" };
	struct open_attempt open[4];
	struct why why = { "" };
	(void)state;
	new_case("c_1", "8421");
	int64_t id = store_operation(store, "c_1", &operation, NOW_MS, NULL);
	int64_t attempt = store_attempt_open(store, id, "omie", "omie:read", NOW_MS * 1000, NULL);
	assert_true(attempt > 0);
	assert_int_equal(store_attempt_open(store, id, "omie", "omie:read", NOW_MS * 1000, &why),
	                 0);
	assert_true(why.text[0] != '\0');
	assert_int_equal(store_open_attempts(store, open, 4), 1);
	assert_int_equal(open[0].operation, id);
	assert_string_equal(open[0].case_id, "c_1");
	store_attempt_close(store, attempt, NOW_MS * 1000 + 1, OUTCOME_UNKNOWN, "time-out");
	assert_int_equal(store_open_attempts(store, open, 4), 0);
	assert_true(store_attempt_open(store, id, "omie", "omie:read", NOW_MS * 1000, NULL) >
	            attempt);
}

/* What a yes must come after. */
static void
an_offer_is_seen_when_the_channel_took_it_or_it_is_quoted(void **state)
{
	struct saying offer = { .contact = marina };
	struct sent sent = { .message_id = "p1" };
	(void)state;
	new_case("c_1", "8421");
	SET(offer.case_id, "c_1");
	SET(offer.template, "offer");
	SET(offer.text, "Devolvo?");
	assert_true(store_say(store, &offer, NOW_MS, NULL));
	store_saying_set(store, 1, SAYING_SENDING, 0, NULL, "", NOW_MS);
	assert_false(store_offer_sight(store, "c_1", NOW_MS, "p1").accepted);
	store_saying_set(store, 1, SAYING_ACCEPTED, NOW_MS, &sent, "", NOW_MS);
	assert_true(store_offer_sight(store, "c_1", NOW_MS, "").accepted);
	assert_false(store_offer_sight(store, "c_1", NOW_MS, "").quoted);
	assert_true(store_offer_sight(store, "c_1", NOW_MS, "p1").quoted);
	assert_false(
		store_offer_sight(store, "c_1", NOW_MS + 1, "p1").accepted); /* an older offer */
	assert_false(store_offer_sight(store, "c_2", NOW_MS, "p1").quoted);
}

/* --- money ------------------------------------------------------------------------------------ */

static bool
install(const char *id, int64_t signed_ms, struct why *why)
{
	struct stored_mandate mandate = { .columns = { .signed_ms = signed_ms,
		                                       .not_before_ms = NOW_MS - DAY_MS,
		                                       .expires_ms = NOW_MS + 30 * DAY_MS,
		                                       .per_refund_cents = 50000,
		                                       .per_day_cents = 60000 } };
	SET(mandate.columns.id, id);
	SET(mandate.body, "body");
	SET(mandate.signature, "signature");
	SET(mandate.key_id, "ed25519:finance");
	store_trust_key(store, "ed25519:finance", "public", NOW_MS);
	return store_mandate_install(store, &mandate, NOW_MS, why);
}

static void
a_later_signature_replaces_an_earlier(void **state)
{
	struct stored_mandate latest;
	struct why why = { "" };
	(void)state;
	assert_false(store_mandate_latest(store, &latest));
	assert_true(install("cm_support", 2000, NULL));
	assert_false(
		install("cm_support", 1000, &why)); /* an old, wider one can't be brought back */
	assert_non_null(strstr(why.text, "a later signature"));
	why.text[0] = '\0';
	assert_false(install("cm_support", 2000, &why));
	assert_non_null(strstr(why.text, "installed before"));
	assert_true(install("cm_support", 3000, NULL));
	assert_true(store_mandate_latest(store, &latest));
	assert_int_equal(latest.columns.signed_ms, 3000);
	assert_int_equal(latest.status, MANDATE_ACTIVE);
	assert_int_equal(latest.columns.per_day_cents, 60000);
	assert_int_equal(latest.columns.per_month_cents, 0);
}

static void
a_mandate_is_paused_and_resumed_and_revoked_for_good(void **state)
{
	struct stored_mandate latest;
	struct why why = { "" };
	(void)state;
	install("cm_support", 1000, NULL);
	assert_true(store_mandate_set(store, "cm_support", MANDATE_PAUSED, NOW_MS, NULL));
	assert_true(store_mandate_set(store, "cm_support", MANDATE_ACTIVE, NOW_MS, NULL));
	assert_true(store_mandate_set(store, "cm_support", MANDATE_REVOKED, NOW_MS, NULL));
	assert_false(store_mandate_set(store, "cm_support", MANDATE_ACTIVE, NOW_MS, &why));
	assert_non_null(strstr(why.text, "P6"));
	assert_true(store_mandate_latest(store, &latest));
	assert_int_equal(latest.status, MANDATE_REVOKED);
	assert_false(store_mandate_set(store, "cm_other", MANDATE_PAUSED, NOW_MS, NULL));
}

/* A case with a yes, ready to reserve. */
static void
consented_case(const char *id, const char *order, const char *message)
{
	new_case(id, order);
	c.offer.consent_message = hear(message, "", CONTENT_TEXT);
	c.offer.consented_ms = NOW_MS;
	store_payment(store, &c.payment, 0, NOW_MS);
	store_offer(store, &c);
	assert_true(store_consent(store, &c, NULL));
}

static bool
reserve(struct why *why)
{
	static struct stored_mandate stored;
	assert_true(store_mandate_latest(store, &stored));
	const struct reservation reservation = { .c = &c,
		                                 .mandate = &stored.columns,
		                                 .customer = "marina" };
	return store_reserve(store, &reservation, NOW_MS, why);
}

static void
what_is_in_flight_counts_and_what_is_released_does_not(void **state)
{
	struct mandate_use use;
	(void)state;
	install("cm_support", 1000, NULL);
	consented_case("c_1", "8421", "m1");
	assert_true(reserve(NULL));
	store_mandate_use(store, "c_other", "8421", "marina", NOW_MS, &use);
	assert_int_equal(use.order_cents, 18600);
	assert_int_equal(use.customer_day_cents, 18600);
	assert_int_equal(use.day_cents, 18600);
	assert_int_equal(use.month_cents, 18600);
	assert_int_equal(use.day_count, 1);
	store_mandate_use(store, "c_other", "8422", "ana", NOW_MS + DAY_MS, &use);
	assert_int_equal(use.order_cents, 0);
	assert_int_equal(use.customer_day_cents, 0);
	assert_int_equal(use.day_cents, 0);
	assert_int_equal(use.month_cents, 18600);
	assert_true(store_reservation_set(store, "c_1", RESERVATION_RELEASED, NOW_MS, NULL));
	store_mandate_use(store, "c_other", "8421", "marina", NOW_MS, &use);
	assert_int_equal(use.order_cents + use.day_cents + use.month_cents + use.day_count, 0);
}

/* An order to pay counts on the day it leaves, and is not in its own way. */
static void
what_leaves_on_another_day_counts_there(void **state)
{
	static struct stored_mandate mandate;
	struct mandate_use use;
	struct why why = { "" };
	(void)state;
	install("cm_support", 1000, NULL);
	assert_true(store_mandate_latest(store, &mandate));
	consented_case("c_1", "8421", "m1");
	assert_false(store_reservation_execute(store, "c_1", &mandate.columns, NOW_MS, &why));
	assert_non_null(strstr(why.text, "no reservation under way"));
	assert_true(reserve(NULL));
	store_mandate_use(store, "c_1", "8421", "marina", NOW_MS, &use);
	assert_int_equal(use.order_cents + use.day_cents + use.month_cents + use.day_count, 0);
	assert_true(
		store_reservation_execute(store, "c_1", &mandate.columns, NOW_MS + DAY_MS, NULL));
	store_mandate_use(store, "c_other", "8421", "marina", NOW_MS, &use);
	assert_int_equal(use.day_cents + use.day_count, 0);
	store_mandate_use(store, "c_other", "8421", "marina", NOW_MS + DAY_MS, &use);
	assert_int_equal(use.customer_day_cents, 18600);
	assert_int_equal(use.day_cents, 18600);
	assert_int_equal(use.day_count, 1);
	assert_true(store_reservation_execute(store, "c_1", &mandate.columns, NOW_MS + 2 * DAY_MS,
	                                      NULL));
	assert_true(store_reservation_set(store, "c_1", RESERVATION_SPENT, NOW_MS, NULL));
	store_mandate_use(store, "c_1", "8421", "marina", NOW_MS + 2 * DAY_MS, &use);
	assert_int_equal(use.day_cents, 18600); /* spent: no longer under way */
}

static void
another_case_of_the_order_sees_it_under_way(void **state)
{
	(void)state;
	install("cm_support", 1000, NULL);
	consented_case("c_1", "8421", "m1");
	assert_true(reserve(NULL));
	assert_true(store_order_is_busy(store, "8421", "c_2"));
	assert_false(store_order_is_busy(store, "8421", "c_1"));
	assert_false(store_order_is_busy(store, "8422", "c_2"));
	assert_true(store_reservation_set(store, "c_1", RESERVATION_RELEASED, NOW_MS, NULL));
	assert_false(store_order_is_busy(store, "8421", "c_2"));
}

/* A new refund id only after the bank has refused the one before for good. */
static void
a_refund_id_is_burnt_only_when_its_order_was_sent(void **state)
{
	struct operation order = { .kind = OPERATION_PAY_REFUND };
	struct why why = { "" };
	(void)state;
	install("cm_support", 1000, NULL);
	consented_case("c_1", "8421", "m1");
	assert_int_equal(store_refund_sequence(store, E2EID), 1);
	assert_true(reserve(NULL));
	assert_true(store_reservation_set(store, "c_1", RESERVATION_RELEASED, NOW_MS, NULL));
	assert_int_equal(store_refund_sequence(store, E2EID), 1); /* reserved, never sent */
	assert_false(store_reservation_set(store, "c_1", RESERVATION_EXECUTING, NOW_MS, &why));
	assert_non_null(strstr(why.text, "no reservation under way"));

	consented_case("c_2", "8421", "m2");
	assert_true(reserve(NULL));
	assert_true(store_reservation_set(store, "c_2", RESERVATION_EXECUTING, NOW_MS, NULL));
	SET(order.refund.id, c.refund.id);
	SET(order.refund.e2eid, E2EID);
	order.refund.amount_cents = 18600;
	assert_true(store_operation(store, "c_2", &order, NOW_MS, NULL) > 0);
	assert_int_equal(store_refund_sequence(store, E2EID), 1);
	assert_true(store_reservation_set(store, "c_2", RESERVATION_RELEASED, NOW_MS, NULL));
	assert_int_equal(store_refund_sequence(store, E2EID), 2);
}

static void
a_limit_of_the_schema_comes_back_as_its_sentence(void **state)
{
	struct why why = { "" };
	(void)state;
	install("cm_support", 1000, NULL);
	consented_case("c_1", "8421", "m1");
	assert_true(reserve(NULL));
	consented_case("c_2", "8422", "m2"); /* of the same payment: more than was paid */
	assert_false(reserve(&why));
	assert_non_null(strstr(why.text, "P7"));
	assert_true(store_is_well(store, NULL));
}

static void
a_yes_is_one_yes(void **state)
{
	struct why why = { "" };
	(void)state;
	consented_case("c_1", "8421", "m1");
	int64_t yes = c.offer.consent_message;
	new_case("c_2", "8422");
	store_offer(store, &c);
	c.offer.consent_message = yes;
	c.offer.consented_ms = NOW_MS;
	assert_false(store_consent(store, &c, &why));
	c.offer.consent_message = hear("m2", "", CONTENT_TEXT);
	c.offer.consented_ms = c.offer.expires_ms + 1;
	assert_false(store_consent(store, &c, &why));
	c.offer.consented_ms = c.offer.expires_ms;
	assert_true(store_consent(store, &c, &why));
}

/* --- receipts --------------------------------------------------------------------------------- */

static void
prepare(const char *id, const char *supersedes)
{
	struct stored_receipt receipt = { .body = strdup("{}"),
		                          .body_length = 2,
		                          .details = strdup("[]"),
		                          .safe = true,
		                          .amount_cents = 18600 };
	SET(receipt.id, id);
	SET(receipt.case_id, "c_1");
	SET(receipt.order_number, "8421");
	SET(receipt.result, "verified");
	SET(receipt.lifecycle, "finalized");
	SET(receipt.supersedes, supersedes);
	store_receipt_prepare(store, &receipt, NOW_MS);
	store_receipt_free(&receipt);
}

static void
seal(const char *id)
{
	const struct seal seal = { id, "signature", "sshsig", "ed25519:receipts", "hash" };
	store_seal(store, &seal, NOW_MS);
}

static void
count_receipt(void *context, const struct stored_receipt *receipt)
{
	assert_true(receipt->sealed);
	++*(int *)context;
}

static void
receipts_follow_on_and_are_shown_when_sealed(void **state)
{
	struct stored_receipt receipt;
	char latest[RECEIPT_ID_SIZE];
	int shown = 0;
	(void)state;
	new_case("c_1", "8421");
	assert_int_equal(store_receipt_count(store, "8421", latest), 0);
	assert_string_equal(latest, "");
	prepare("rcp_rf8421", "");
	prepare("rcp_rf8421-2", "rcp_rf8421");
	assert_int_equal(store_receipt_count(store, "8421", latest), 2);
	assert_string_equal(latest, "rcp_rf8421-2");
	store_receipts(store, "", 10, count_receipt, &shown);
	assert_int_equal(shown, 0);
	assert_true(store_receipt_unsealed(store, &receipt)); /* in the order of the log */
	assert_string_equal(receipt.id, "rcp_rf8421");
	assert_int_equal(receipt.leaf_index, 0);
	assert_string_equal(receipt.superseded_by, "rcp_rf8421-2");
	store_receipt_free(&receipt);
	seal("rcp_rf8421");
	assert_true(store_receipt_unsealed(store, &receipt));
	assert_string_equal(receipt.id, "rcp_rf8421-2");
	store_receipt_free(&receipt);
	seal("rcp_rf8421-2");
	assert_false(store_receipt_unsealed(store, &receipt));
	store_receipts(store, "8421", 10, count_receipt, &shown);
	assert_int_equal(shown, 2);
	store_receipts(store, "842", 10, count_receipt, &shown);
	assert_int_equal(shown, 2);
}

/* --- staff ------------------------------------------------------------------------------------ */

static int64_t
hire(const char *name)
{
	struct staff staff = { .role = "agent" };
	SET(staff.name, name);
	assert_true(store_staff_add(store, &staff, NOW_MS, NULL));
	return staff.id;
}

static void
a_link_lets_its_person_in_once_and_in_time(void **state)
{
	struct staff staff;
	(void)state;
	int64_t eva = hire("eva");
	store_staff_link_add(store, "h1", eva, NOW_MS + 10);
	store_staff_link_add(store, "h2", eva, NOW_MS + 10);
	assert_false(store_staff_link_use(store, "h0", NOW_MS, &staff));
	assert_true(store_staff_link_use(store, "h1", NOW_MS + 9, &staff));
	assert_string_equal(staff.name, "eva");
	assert_false(store_staff_link_use(store, "h1", NOW_MS + 9, &staff));
	assert_false(store_staff_link_use(store, "h2", NOW_MS + 10, &staff));
}

static void
a_session_ends_by_age_by_silence_and_with_its_person(void **state)
{
	struct staff staff;
	int64_t seen_ms;
	(void)state;
	int64_t eva = hire("eva");
	store_session_add(store, "h", eva, NOW_MS, NOW_MS + 1000);
	assert_true(store_session(store, "h", NOW_MS + 99, 100, &staff, &seen_ms));
	assert_false(store_session(store, "h", NOW_MS + 100, 100, &staff, &seen_ms));
	store_session_seen(store, "h", NOW_MS + 950);
	assert_true(store_session(store, "h", NOW_MS + 999, 100, &staff, &seen_ms));
	assert_int_equal(seen_ms, NOW_MS + 950);
	assert_false(store_session(store, "h", NOW_MS + 1000, 100, &staff, &seen_ms));
	assert_true(store_staff_disable(store, "eva", NOW_MS));
	assert_false(store_session(store, "h", NOW_MS + 999, 100, &staff, &seen_ms));
	store_staff_link_add(store, "h1", eva, NOW_MS + 10);
	assert_false(store_staff_link_use(store, "h1", NOW_MS, &staff));
}

static void
a_name_is_one_person(void **state)
{
	struct staff again = { .name = "eva", .role = "admin" }, found;
	struct why why = { "" };
	(void)state;
	hire("eva");
	assert_false(store_staff_add(store, &again, NOW_MS, &why));
	assert_true(store_staff_find(store, "eva", &found));
	assert_string_equal(found.role, "agent");
}

int
main(void)
{
#define in_a_store(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
	const struct CMUnitTest tests[] = {
		in_a_store(a_contact_learns_and_never_forgets),
		in_a_store(the_same_message_twice_is_one_message),
		in_a_store(a_message_is_taken_back_once),
		in_a_store(an_offer_is_seen_when_the_channel_took_it_or_it_is_quoted),
		in_a_store(one_message_at_a_time_goes_to_one_person_in_order),
		in_a_store(a_message_that_waits_for_its_turn_is_not_due),
		in_a_store(a_message_of_ours_only_moves_forward),
		in_a_store(a_message_that_was_on_its_way_goes_again_after_a_start),
		in_a_store(nobody_is_told_without_a_receipt),
		in_a_store(a_case_and_its_facts_come_back_whole),
		in_a_store(the_earliest_that_is_due_wakes_the_program),
		in_a_store(an_operation_keeps_its_first_words),
		in_a_store(one_note_belongs_to_one_case),
		in_a_store(nothing_is_asked_twice_at_once),
		in_a_store(a_later_signature_replaces_an_earlier),
		in_a_store(a_mandate_is_paused_and_resumed_and_revoked_for_good),
		in_a_store(what_is_in_flight_counts_and_what_is_released_does_not),
		in_a_store(what_leaves_on_another_day_counts_there),
		in_a_store(another_case_of_the_order_sees_it_under_way),
		in_a_store(a_refund_id_is_burnt_only_when_its_order_was_sent),
		in_a_store(a_limit_of_the_schema_comes_back_as_its_sentence),
		in_a_store(a_yes_is_one_yes),
		in_a_store(receipts_follow_on_and_are_shown_when_sealed),
		in_a_store(a_link_lets_its_person_in_once_and_in_time),
		in_a_store(a_session_ends_by_age_by_silence_and_with_its_person),
		in_a_store(a_name_is_one_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
