/*
 * An older file in the store's place: noticed by the mark beside it, by its absence, or because it is a backup.
 */
#include "tests/command.h"

#include <sqlite3.h>

#include "base/instant.h"
#include "io/store.h"
#include "tests/store.h"

#define NOW_MS INT64_C(1795184400000)

static char folder[COMMAND_PATH_SIZE], path[COMMAND_PATH_SIZE], lock_path[COMMAND_PATH_SIZE],
	older[COMMAND_PATH_SIZE];
static int64_t refs; /* makes every write another one */

static int
make_folder(void **state)
{
	(void)state;
	command_folder(folder);
	assert_true(text_format(path, sizeof(path), "%s/estorno.db", folder));
	assert_true(text_format(lock_path, sizeof(lock_path), "%s.lock", path));
	assert_true(text_format(older, sizeof(older), "%s/older.db", folder));
	store_close(store_create(path, NOW_MS, NULL));
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	command_folder_remove(folder);
	return 0;
}

static void
copy(const char *from, const char *to)
{
	const char *const argv[] = { "cp", "--", from, to, NULL };
	assert_int_equal(command_run(argv, NULL), 0);
}

/* --- things that happen ----------------------------------------------------------------------- */

/* A call about a case: a note is ordered, or looked at.  What was asked leaves with the commit: true. */
static bool
try_to_ask(struct store *store, enum operation_kind kind)
{
	struct contact contact = { .channel = "zapi", .address = "5520999990101" };
	struct operation *operation = calloc(1, sizeof(*operation));
	struct refund_case *c = calloc(1, sizeof(*c));
	struct why why = { "" };
	assert_true(operation != NULL && c != NULL);
	operation->kind = kind;
	char *ref =
		kind == OPERATION_INVOICE_ISSUE ? operation->note.ref : operation->note_status.ref;
	assert_true(text_format(ref, NOTE_REF_SIZE, "n%lld", (long long)++refs));
	store_begin(store);
	case_open(c, "c_aaaaaaaaaaaa", store_contact(store, &contact, NOW_MS), NOW_MS);
	c->give_up_ms = NOW_MS + DAY_MS;
	store_case_save(store, c, NOW_MS);
	int64_t id = store_operation(store, c->id, operation, NOW_MS, &why);
	int64_t attempt = store_attempt_open(store, id, "focus", "focus write 1", NOW_MS, &why);
	assert_int_not_equal(attempt, 0);
	store_attempt_close(store, attempt, NOW_MS, OUTCOME_UNKNOWN, "");
	free(operation);
	free(c);
	return store_commit(store, &why);
}

static void
ask(enum operation_kind kind)
{
	struct store *store = store_opened(path, STORE_READ_WRITE);
	assert_true(try_to_ask(store, kind));
	store_close(store);
}

/* One more receipt is sealed, and the head over it is signed. */
static void
grow_log(void)
{
	struct store *store = store_opened(path, STORE_READ_WRITE);
	struct stored_receipt receipt = { .id = "rcp_rf8421",
		                          .case_id = "c_aaaaaaaaaaaa",
		                          .order_number = "8421",
		                          .result = "verified",
		                          .body = strdup("{}"),
		                          .body_length = 2,
		                          .details = strdup("[]") };
	const struct seal seal = { "rcp_rf8421", "signature", "sshsig", "ed25519:r", "leaf" };
	const struct stored_head head = { .size = 1, .root = "root", .signature = "signature" };
	struct why why = { "" };
	store_begin(store);
	store_receipt_prepare(store, &receipt, NOW_MS);
	store_seal(store, &seal, NOW_MS);
	store_head_add(store, &head);
	if (!store_commit(store, &why))
		fail_msg("%s", why.text);
	store_receipt_free(&receipt);
	store_close(store);
}

/* --- looking ---------------------------------------------------------------------------------- */

struct seen {
	int count;
	struct restore latest;
};

static void
see(void *context, const struct restore *restore)
{
	struct seen *seen = context;
	seen->count++;
	seen->latest = *restore;
}

/* Opens the store as `serve` would; how many restores it knows of. */
static int
restores(struct restore *latest)
{
	struct seen seen = { 0 };
	struct store *store = store_opened(path, STORE_READ_WRITE);
	store_begin(store);
	store_restores(store, see, &seen);
	assert_int_equal(store_log_epoch(store), seen.latest.epoch);
	assert_int_equal(store_money_is_paused(store),
	                 seen.count > 0 && seen.latest.reconciled_ms == 0);
	assert_true(store_commit(store, NULL));
	store_close(store);
	if (latest != NULL)
		*latest = seen.latest;
	return seen.count;
}

/* --- noticing --------------------------------------------------------------------------------- */

static void
the_store_itself_is_no_older_one(void **state)
{
	(void)state;
	assert_int_equal(restores(NULL), 0);
	ask(OPERATION_INVOICE_ISSUE);
	ask(OPERATION_INVOICE_ISSUE);
	grow_log();
	assert_int_equal(restores(NULL), 0);
}

static void
an_older_file_is_noticed_when_a_write_has_left_since(void **state)
{
	struct restore latest;
	(void)state;
	ask(OPERATION_INVOICE_ISSUE);
	copy(path, older);
	ask(OPERATION_INVOICE_ISSUE);
	copy(older, path);
	assert_int_equal(restores(&latest), 1);
	assert_int_equal(latest.reconciled_ms, 0);
	assert_int_equal(latest.known_until_ms, NOW_MS);
	assert_int_equal(restores(NULL), 1); /* once, however often it is opened */
}

static void
an_older_file_is_noticed_when_a_longer_log_was_signed(void **state)
{
	struct restore latest;
	(void)state;
	ask(OPERATION_INVOICE_ISSUE);
	copy(path, older);
	grow_log();
	copy(older, path);
	assert_int_equal(restores(&latest), 1);
	assert_int_equal(latest.log_size, 0);
}

/* What only asked has changed nothing outside. */
static void
reads_do_not_count(void **state)
{
	(void)state;
	copy(path, older);
	ask(OPERATION_INVOICE_NOTE);
	copy(older, path);
	assert_int_equal(restores(NULL), 0);
}

static void
a_file_without_its_mark_is_noticed(void **state)
{
	(void)state;
	assert_int_equal(unlink(lock_path), 0);
	assert_int_equal(restores(NULL), 1);
	assert_int_equal(restores(NULL), 1);
}

static void
a_backup_is_noticed_whatever_the_mark_says(void **state)
{
	struct store *store = store_opened(path, STORE_READ_WRITE);
	struct why why = { "" };
	(void)state;
	if (!store_backup(store, older, &why))
		fail_msg("%s", why.text);
	store_close(store);
	assert_int_equal(restores(NULL), 0); /* having made one changes nothing here */
	copy(older, path);
	assert_int_equal(restores(NULL), 1);
	assert_int_equal(restores(NULL), 1);
}

/* Neither what is told to the one nor what it signs may stand under the other's name. */
static void
the_same_backup_put_back_twice_is_two_epochs(void **state)
{
	struct restore first, second;
	(void)state;
	copy(path, older);
	ask(OPERATION_INVOICE_ISSUE);
	copy(older, path);
	assert_int_equal(restores(&first), 1);
	copy(older, path); /* nothing has left since, and yet it is another history */
	assert_int_equal(restores(&second), 1);
	assert_int_not_equal(first.epoch, second.epoch);
}

static void
each_restore_is_noticed_after_an_earlier_one(void **state)
{
	(void)state;
	ask(OPERATION_INVOICE_ISSUE);
	ask(OPERATION_INVOICE_ISSUE);
	ask(OPERATION_INVOICE_ISSUE);
	assert_int_equal(unlink(lock_path), 0);
	assert_int_equal(restores(NULL), 1);
	copy(path, older);
	ask(OPERATION_INVOICE_ISSUE);
	copy(older, path);
	assert_int_equal(restores(NULL), 2);
}

static void
a_mark_that_can_not_be_read_is_no_mark_to_go_by(void **state)
{
	struct why why = { "" };
	(void)state;
	command_file(lock_path, folder, "estorno.db.lock", "epoch", 5);
	assert_null(store_open(path, STORE_READ_WRITE, &why));
	assert_non_null(strstr(why.text, "the mark beside the store"));
}

static void
a_new_store_beside_an_old_mark_is_an_older_one(void **state)
{
	(void)state;
	ask(OPERATION_INVOICE_ISSUE);
	assert_int_equal(unlink(path), 0);
	store_close(store_create(path, NOW_MS, NULL));
	assert_int_equal(restores(NULL), 1);
}

/* --- a mark that can't be raised --------------------------------------------------------------- */

/* SQLite's own file system, but for the file beside the store: it can be read and not written. */
static sqlite3_io_methods unwritable;

static int
refuse_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
	(void)file, (void)bytes, (void)count, (void)at;
	return SQLITE_FULL;
}

static int
open_unwritable(sqlite3_vfs *self, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
	sqlite3_vfs *disk = self->pAppData;
	int code = disk->xOpen(disk, name, file, flags, out);
	if (code == SQLITE_OK && name != NULL && text_ends_with(name, ".lock")) {
		unwritable = *file->pMethods;
		unwritable.xWrite = refuse_write;
		file->pMethods = &unwritable;
	}
	return code;
}

/* Nothing may leave of a turn whose mark is not on disk: an older file could not be told from this one. */
static void
a_commit_whose_mark_is_not_on_disk_has_failed(void **state)
{
	sqlite3_vfs *disk = sqlite3_vfs_find(NULL), full = *disk;
	struct store *store;
	struct why why = { "" };
	(void)state;
	ask(OPERATION_INVOICE_ISSUE);
	full.zName = "full";
	full.pAppData = disk;
	full.xOpen = open_unwritable;
	assert_int_equal(sqlite3_vfs_register(&full, 1), SQLITE_OK);
	store = store_opened(path, STORE_READ_WRITE);
	store_begin(store);
	store_set_clock(store, NOW_MS + 1);
	assert_true(store_commit(store, &why)); /* nothing leaves: no mark is needed */
	assert_int_equal(try_to_ask(store, OPERATION_INVOICE_NOTE), true);
	assert_int_equal(try_to_ask(store, OPERATION_INVOICE_ISSUE), false);
	assert_false(store_is_well(store, &why));
	assert_non_null(strstr(why.text, "the mark beside the store can't be written"));
	store_close(store);
	assert_int_equal(sqlite3_vfs_unregister(&full), SQLITE_OK);
	assert_int_equal(sqlite3_vfs_register(disk, 1), SQLITE_OK);
	assert_int_equal(restores(NULL), 0); /* what was committed is there, and has not left */
}

/* --- the pause -------------------------------------------------------------------------------- */

static void
the_pause_ends_when_nothing_is_left_to_ask(void **state)
{
	struct question question;
	struct restore latest;
	struct why why = { "" };
	(void)state;
	assert_int_equal(unlink(lock_path), 0);
	struct store *store = store_opened(path, STORE_READ_WRITE);
	store_begin(store);
	assert_true(store_money_is_paused(store));
	assert_int_equal(store_unanswered(store, &question, 1), 0);
	assert_true(store_reconciled(store, NOW_MS + 5, &why));
	assert_false(store_money_is_paused(store));
	assert_true(store_commit(store, &why));
	store_close(store);
	assert_int_equal(restores(&latest), 1);
	assert_int_equal(latest.reconciled_ms, NOW_MS + 5);
	assert_int_not_equal(latest.epoch, 0); /* the log does not go back to its first name */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_store_itself_is_no_older_one),
		TEST(an_older_file_is_noticed_when_a_write_has_left_since),
		TEST(an_older_file_is_noticed_when_a_longer_log_was_signed),
		TEST(reads_do_not_count),
		TEST(a_file_without_its_mark_is_noticed),
		TEST(a_backup_is_noticed_whatever_the_mark_says),
		TEST(the_same_backup_put_back_twice_is_two_epochs),
		TEST(each_restore_is_noticed_after_an_earlier_one),
		TEST(a_mark_that_can_not_be_read_is_no_mark_to_go_by),
		TEST(a_new_store_beside_an_old_mark_is_an_older_one),
		TEST(a_commit_whose_mark_is_not_on_disk_has_failed),
		TEST(the_pause_ends_when_nothing_is_left_to_ask),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
