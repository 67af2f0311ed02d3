/*
 * A shop goes on with an older store: nothing is paid twice, and what was forgotten is found again.
 */
#include "tests/test.h"

#include <sqlite3.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "proof/checkpoint.h"
#include "serve/shown_case.h"
#include "tests/sim/scene.h"

#define MARINA    "5520999990101"
#define COMPLAINT "quero o estorno do pedido 8421"

/* --- the store's file ------------------------------------------------------------------------- */

static sqlite3 *
open_file(const struct scene *scene, const char *name)
{
	char path[128];
	sqlite3 *file;
	assert_true(text_format(path, sizeof(path), "%s/%s", scene->folder, name));
	assert_int_equal(sqlite3_open(path, &file), SQLITE_OK);
	sqlite3_busy_timeout(file, 5000);
	return file;
}

static void
copy(const struct scene *scene, const char *from, const char *to)
{
	sqlite3 *source = open_file(scene, from), *target = open_file(scene, to);
	sqlite3_backup *backup = sqlite3_backup_init(target, "main", source, "main");
	assert_non_null(backup);
	assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
	assert_int_equal(sqlite3_backup_finish(backup), SQLITE_OK);
	assert_int_equal(sqlite3_close(source), SQLITE_OK);
	assert_int_equal(sqlite3_close(target), SQLITE_OK);
}

static void
keep_copy(const struct scene *scene)
{
	copy(scene, "estorno.db", "older.db");
}

/* The copy stands in the store's place when the program starts again. */
static void
put_back(struct scene *scene)
{
	sqlite3_vfs *disk = sqlite3_vfs_find(NULL);
	char path[128];
	copy(scene, "older.db", "estorno.db");
	assert_true(text_format(path, sizeof(path), "%s/older.db", scene->folder));
	disk->xDelete(disk, path, 0);
	scene_restart(scene);
}

static int64_t
number(const struct scene *scene, const char *statement)
{
	sqlite3 *file = open_file(scene, "estorno.db");
	sqlite3_stmt *query;
	assert_int_equal(sqlite3_prepare_v2(file, statement, -1, &query, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(query, 0);
	sqlite3_finalize(query);
	sqlite3_close(file);
	return value;
}

/* --- looking ---------------------------------------------------------------------------------- */

static int64_t
puts_at_the_bank(struct scene *scene)
{
	json_t *books = sandbox_books(&scene->sandbox, scene->now_ms);
	int64_t count = json_integer_value(json_object_get(books, "refund_puts"));
	json_decref(books);
	return count;
}

static void
assert_stands(struct scene *scene, const char *state, const char *reason)
{
	assert_string_equal(scene_state(scene, "8421"), state);
	assert_string_equal(scene_reason(scene, "8421"), reason);
}

/* One refund at the bank, by one order to pay, and one note: whatever happened. */
static void
assert_paid_once(struct scene *scene)
{
	const char *status;
	assert_int_equal(scene_refunds(scene, "8421", &status), 1);
	assert_string_equal(status, "DEVOLVIDO");
	assert_int_equal(puts_at_the_bank(scene), 1);
}

/* As the inbox is told it, too. */
static bool
is_paused(struct scene *scene)
{
	const struct staff agent = { .name = "ana", .role = "agent" };
	store_begin(scene->store);
	bool paused = store_money_is_paused(scene->store);
	json_t *inbox = shown_cases(scene->store, &agent);
	assert_int_equal(json_is_true(json_object_get(inbox, "money_paused")), paused);
	json_decref(inbox);
	assert_true(store_commit(scene->store, NULL));
	return paused;
}

/* --- reconciling ------------------------------------------------------------------------------ */

static struct reconciliation found;

static bool
reconcile(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	struct scene *scene = context;
	(void)store, (void)now_ms;
	return engine_reconcile(scene->engine, &found, why);
}

static void
reconciled(void *context, bool ok, const struct why *why)
{
	(void)context;
	if (!ok)
		fail_msg("%s", why->text);
}

/* As `estorno reconcile` does it, for a few seconds.  True when money may move. */
static bool
ask_the_bank(struct scene *scene)
{
	const struct engine_change change = { .apply = reconcile,
		                              .done = reconciled,
		                              .context = scene };
	found.paused = true;
	for (int i = 0; i < 5 && found.paused; i++) {
		assert_true(engine_apply(scene->engine, &change));
		scene_run(scene, SECOND_MS);
	}
	assert_int_equal(is_paused(scene), found.paused);
	return !found.paused;
}

/* --- stories ---------------------------------------------------------------------------------- */

static struct scene *
offered(uint64_t seed)
{
	struct scene *scene = scene_new(seed, NULL);
	scene_say(scene, MARINA, COMPLAINT, NULL);
	scene_run(scene, 2 * SECOND_MS);
	assert_stands(scene, "OFFERED", "");
	return scene;
}

static void
paid(struct scene *scene)
{
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 30 * SECOND_MS);
	assert_stands(scene, "CLOSED", "");
	assert_paid_once(scene);
}

/* The yes is forgotten, and the refund.  She says yes again. */
static void
a_forgotten_refund_is_adopted_when_the_customer_says_yes_again(void **state)
{
	struct scene *scene = offered(1);
	(void)state;
	keep_copy(scene);
	paid(scene);
	put_back(scene);
	scene_run(scene, SECOND_MS);
	assert_true(is_paused(scene));
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 2 * HOUR_MS);
	assert_stands(scene, "RESERVED", ""); /* it waits, however long */
	assert_paid_once(scene);
	assert_true(ask_the_bank(scene));
	scene_run(scene, 2 * MINUTE_MS);
	assert_stands(scene, "CLOSED", "");
	assert_paid_once(scene);
	assert_int_equal(number(scene, "SELECT count(*) FROM reservations WHERE state = 'spent'"),
	                 1);
	assert_int_equal(number(scene, "SELECT count(*) FROM audit WHERE action = "
	                               "'refund.adopted'"),
	                 1);
	scene_free(scene);
}

static void
read_log(struct scene *scene, struct stored_head *head, struct stored_receipt *receipt)
{
	store_begin(scene->store);
	assert_true(store_head_latest(scene->store, head));
	assert_true(store_receipt_at(scene->store, head->size - 1, receipt));
	assert_true(store_commit(scene->store, NULL));
}

/* What was signed and is forgotten is never signed as something else. */
static void
the_log_goes_on_under_another_key_and_name_and_so_do_receipts(void **state)
{
	struct scene *scene = offered(8);
	struct stored_head before, after;
	struct stored_receipt forgotten, adopted;
	char epoch[24], wanted[RECEIPT_ID_SIZE], origin[CHECKPOINT_ORIGIN_SIZE];
	(void)state;
	keep_copy(scene);
	paid(scene);
	read_log(scene, &before, &forgotten);
	put_back(scene);
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 2 * SECOND_MS);
	assert_true(ask_the_bank(scene));
	scene_run(scene, 2 * MINUTE_MS);
	read_log(scene, &after, &adopted);
	assert_int_equal(before.size, 1);
	assert_int_equal(after.size, 1);
	assert_string_not_equal(before.root, after.root); /* two heads of one size, */
	assert_string_equal(before.signing_key_id, signing_key_public(scene->log_key)->id);
	assert_string_not_equal(before.signing_key_id, after.signing_key_id); /* not of one key, */
	int64_t drawn = number(scene, "SELECT epoch FROM restores");
	assert_true(text_format(epoch, sizeof(epoch), "%lld", (long long)drawn));
	struct signing_key *key = signing_key_of_epoch(scene->log_key, (uint64_t)drawn);
	assert_string_equal(after.signing_key_id, signing_key_public(key)->id);
	checkpoint_origin_of(scene->settings.merchant, drawn, origin);
	assert_true(text_starts_with(after.checkpoint, origin)); /* nor under one name */
	assert_non_null(strstr(origin, epoch));
	struct checkpoint read;
	struct why why = { "" };
	assert_int_equal(
		checkpoint_verify(after.checkpoint, origin, signing_key_public(key), &read, &why),
		AUTHENTICITY_GENUINE);
	assert_string_equal(forgotten.id, "rcp_rf8421");
	assert_true(text_format(wanted, sizeof(wanted), "rcp_rf8421-r%s", epoch));
	assert_string_equal(adopted.id, wanted);
	assert_true(adopted.safe);
	signing_key_free(key);
	store_receipt_free(&forgotten);
	store_receipt_free(&adopted);
	scene_free(scene);
}

/* Nobody says anything: the offer is held, and does not say that it has expired. */
static void
a_forgotten_refund_holds_the_offer_it_was_made_of(void **state)
{
	struct scene *scene = offered(2);
	(void)state;
	keep_copy(scene);
	paid(scene);
	put_back(scene);
	scene_run(scene, 3 * HOUR_MS);
	assert_stands(scene, "OFFERED", "");
	assert_true(ask_the_bank(scene));
	assert_stands(scene, "HELD", "already_refunded");
	assert_paid_once(scene);
	scene_free(scene);
}

/* The store has never heard of the case: the look-up finds what went back. */
static void
a_forgotten_case_is_found_by_the_look_up(void **state)
{
	struct scene *scene = scene_new(3, NULL);
	(void)state;
	keep_copy(scene);
	scene_say(scene, MARINA, COMPLAINT, NULL);
	scene_run(scene, 2 * SECOND_MS);
	paid(scene);
	put_back(scene);
	assert_true(ask_the_bank(scene));
	scene_say(scene, MARINA, COMPLAINT, NULL);
	scene_run(scene, MINUTE_MS);
	assert_stands(scene, "HELD", "already_refunded");
	assert_paid_once(scene);
	scene_free(scene);
}

/* The order to pay was on its way when the copy was made. */
static void
an_order_under_way_in_the_copy_is_asked_about_and_goes_on(void **state)
{
	struct scene *scene = offered(4);
	(void)state;
	scene_arm(scene, "pix.refund", "pending", 20 * SECOND_MS, 1);
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 5 * SECOND_MS);
	assert_stands(scene, "REFUNDING", "");
	keep_copy(scene);
	scene_run(scene, MINUTE_MS);
	assert_stands(scene, "CLOSED", "");
	put_back(scene);
	scene_run(scene, SECOND_MS);
	assert_true(ask_the_bank(scene));
	scene_run(scene, 2 * MINUTE_MS);
	assert_stands(scene, "CLOSED", "");
	assert_paid_once(scene);
	scene_free(scene);
}

/* P12: no answer is no answer. */
static void
money_stays_paused_while_the_bank_can_not_be_asked(void **state)
{
	struct scene *scene = offered(5);
	(void)state;
	keep_copy(scene);
	paid(scene);
	put_back(scene);
	scene_arm(scene, "pix.payment", "html", 0, 1000);
	assert_false(ask_the_bank(scene));
	assert_int_equal(found.count, 1);
	assert_stands(scene, "OFFERED", "");
	scene_free(scene);
}

/* Nothing had been paid: the pause costs nobody anything. */
static void
an_offer_that_nobody_paid_goes_its_way(void **state)
{
	struct scene *scene = offered(6);
	(void)state;
	sqlite3_vfs *disk = sqlite3_vfs_find(NULL);
	char path[128];
	assert_true(text_format(path, sizeof(path), "%s/estorno.db.lock", scene->folder));
	disk->xDelete(disk, path, 0); /* the store is brought to a new machine */
	scene_restart(scene);
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 10 * SECOND_MS);
	assert_int_equal(scene_refunds(scene, "8421", NULL), 0);
	assert_true(ask_the_bank(scene));
	scene_run(scene, MINUTE_MS);
	assert_stands(scene, "CLOSED", "");
	assert_paid_once(scene);
	scene_free(scene);
}

/* --- a crash: the store is the latest, and knows what it does not know ------------------------- */

static void
what_was_under_way_at_a_crash_is_read_before_anything_is_sent(void **state)
{
	struct scene *scene = offered(7);
	(void)state;
	scene_arm(scene, "pix.refund", "lost_before", 0, 1);
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 2 * SECOND_MS);
	assert_int_equal(number(scene, "SELECT count(*) FROM attempts WHERE ended_us IS NULL"), 1);
	int64_t last = number(scene, "SELECT max(id) FROM attempts");
	scene_restart(scene);
	scene_run(scene, 0);
	assert_false(is_paused(scene)); /* nothing is forgotten: no pause */
	char first_asked[256];
	assert_true(text_format(first_asked, sizeof(first_asked),
	                        "SELECT kind = 'pay.refund_status' FROM attempts a JOIN operations "
	                        "o ON o.id = a.operation_id WHERE a.id = %lld",
	                        (long long)last + 1));
	assert_int_equal(number(scene, first_asked), 1);
	assert_int_equal(puts_at_the_bank(scene), 1);
	scene_run(scene, 10 * MINUTE_MS);
	assert_stands(scene, "CLOSED", "");
	assert_int_equal(scene_refunds(scene, "8421", NULL), 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_forgotten_refund_is_adopted_when_the_customer_says_yes_again),
		cmocka_unit_test(the_log_goes_on_under_another_key_and_name_and_so_do_receipts),
		cmocka_unit_test(a_forgotten_refund_holds_the_offer_it_was_made_of),
		cmocka_unit_test(a_forgotten_case_is_found_by_the_look_up),
		cmocka_unit_test(an_order_under_way_in_the_copy_is_asked_about_and_goes_on),
		cmocka_unit_test(money_stays_paused_while_the_bank_can_not_be_asked),
		cmocka_unit_test(an_offer_that_nobody_paid_goes_its_way),
		cmocka_unit_test(what_was_under_way_at_a_crash_is_read_before_anything_is_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
