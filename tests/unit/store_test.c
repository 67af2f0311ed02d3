/*
 * The store as a file: made once, opened by one writer, read by many, recognised, copied; and what becomes of
 * it when it fails.
 */
#include "tests/command.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "base/instant.h"
#include "io/store.h"
#include "tests/store.h"

#define NOW_MS INT64_C(1795184400000)

static char folder[COMMAND_PATH_SIZE], path[COMMAND_PATH_SIZE];

static int
make_folder(void **state)
{
	(void)state;
	command_folder(folder);
	assert_true(text_format(path, sizeof(path), "%s/estorno.db", folder));
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	command_folder_remove(folder);
	return 0;
}

static struct store *
create(void)
{
	struct why why = { "" };
	struct store *store = store_create(path, NOW_MS, &why);
	if (store == NULL)
		fail_msg("%s", why.text);
	return store;
}

static void
assert_not_opened(const char *at, enum store_access access, const char *because)
{
	struct why why = { "" };
	struct store *store = store_open(at, access, &why);
	if (store != NULL)
		fail_msg("%s was opened", at);
	if (strstr(why.text, because) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why.text, because);
}

static int64_t
hear_of(struct store *store, const char *address)
{
	struct contact contact = { .channel = "zapi", .lid = "", .name = "" };
	assert_true(text_copy(contact.address, sizeof(contact.address), address));
	return store_contact(store, &contact, NOW_MS);
}

/* --- making and opening ----------------------------------------------------------------------- */

static void
a_store_is_made_once_and_for_its_owner_only(void **state)
{
	struct why why = { "" };
	struct stat status;
	(void)state;
	store_close(create());
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_null(store_create(path, NOW_MS, &why));
	assert_non_null(strstr(why.text, "exists already"));
}

static void
what_was_committed_is_there_after_reopening(void **state)
{
	struct store *store = create();
	struct contact contact;
	(void)state;
	store_begin(store);
	int64_t id = hear_of(store, "5520999990101");
	store_set_clock(store, NOW_MS + 5);
	assert_true(store_commit(store, NULL));
	store_begin(store);
	hear_of(store, "5521988880202");
	store_rollback(store);
	store_close(store);
	store = store_opened(path, STORE_READ_WRITE);
	store_begin(store);
	assert_true(store_contact_load(store, id, &contact));
	assert_string_equal(contact.address, "5520999990101");
	assert_false(store_contact_load(store, id + 1, &contact));
	assert_int_equal(store_clock_ms(store), NOW_MS + 5);
	assert_true(store_commit(store, NULL));
	store_close(store);
}

/* P5: an operator's wrong clock does not reopen yesterday's limits. */
static void
its_clock_never_goes_back(void **state)
{
	struct store *store = create();
	(void)state;
	store_begin(store);
	store_set_clock(store, NOW_MS - DAY_MS);
	assert_int_equal(store_clock_ms(store), NOW_MS);
	assert_true(store_commit(store, NULL));
	store_close(store);
}

static void
a_second_writer_is_refused(void **state)
{
	struct store *writer = create();
	(void)state;
	assert_not_opened(path, STORE_READ_WRITE, "another process is writing");
	store_close(writer);
	store_close(store_opened(path, STORE_READ_WRITE));
}

static void
readers_read_while_one_writes(void **state)
{
	struct store *writer = create(), *reader = store_opened(path, STORE_READ_ONLY);
	struct contact contact;
	(void)state;
	store_begin(writer);
	int64_t id = hear_of(writer, "5520999990101");
	store_begin(reader);
	assert_false(store_contact_load(reader, id, &contact)); /* not committed yet */
	assert_true(store_commit(reader, NULL));
	assert_true(store_commit(writer, NULL));
	store_begin(reader);
	assert_true(store_contact_load(reader, id, &contact));
	assert_true(store_commit(reader, NULL));
	store_close(reader);
	store_close(writer);
}

static void
a_reader_can_not_write(void **state)
{
	struct why why = { "" };
	struct contact contact;
	(void)state;
	store_close(create());
	struct store *reader = store_opened(path, STORE_READ_ONLY);
	store_begin(reader);
	int64_t id = hear_of(reader, "5520999990101");
	assert_false(store_commit(reader, &why));
	assert_non_null(strstr(why.text, "readonly"));
	store_close(reader);
	struct store *writer = store_opened(path, STORE_READ_WRITE);
	assert_false(store_contact_load(writer, id, &contact));
	assert_false(store_contact_load(writer, 1, &contact));
	store_close(writer);
}

/* --- files that are not ours ------------------------------------------------------------------ */

/* Makes a database with the sqlite3 library alone. */
static void
make_database(const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void
a_file_that_is_not_ours_is_refused_and_left_alone(void **state)
{
	static const char letter[] = "Prezada Marina, segue o comprovante.\n";
	char read_path[COMMAND_PATH_SIZE];
	(void)state;
	command_file(read_path, folder, "estorno.db", letter, strlen(letter));
	assert_not_opened(path, STORE_READ_WRITE, "");
	assert_not_opened(path, STORE_READ_ONLY, "");
	size_t length;
	char *after = test_read_file(path, &length);
	assert_string_equal(after, letter);
	free(after);
}

static void
another_programs_database_is_refused_and_left_alone(void **state)
{
	(void)state;
	make_database("CREATE TABLE notes (text TEXT)");
	assert_not_opened(path, STORE_READ_WRITE, "is not an Estorno store");
	assert_not_opened(path, STORE_READ_ONLY, "is not an Estorno store");
	make_database("INSERT INTO notes VALUES ('still there')");
}

static void
a_missing_or_empty_file_is_refused(void **state)
{
	char read_path[COMMAND_PATH_SIZE];
	(void)state;
	assert_not_opened(path, STORE_READ_WRITE, "unable to open");
	assert_int_equal(access(path, F_OK), -1); /* opening makes nothing */
	command_file(read_path, folder, "estorno.db", "", 0);
	assert_not_opened(path, STORE_READ_WRITE, "is not an Estorno store");
}

static void
a_store_of_a_newer_program_is_refused(void **state)
{
	(void)state;
	store_close(create());
	make_database("PRAGMA user_version = 2");
	assert_not_opened(path, STORE_READ_WRITE, "newer program");
}

/* Somebody else's file behind a link of ours would be written with our rights. */
static void
a_link_is_not_followed(void **state)
{
	char elsewhere[COMMAND_PATH_SIZE];
	(void)state;
	store_close(create());
	assert_true(text_format(elsewhere, sizeof(elsewhere), "%s/link.db", folder));
	assert_int_equal(symlink(path, elsewhere), 0);
	assert_not_opened(elsewhere, STORE_READ_WRITE, "");
}

/* --- failing ---------------------------------------------------------------------------------- */

/* Breaks a table under an open store. */
static void
drop_contacts(void)
{
	make_database("PRAGMA foreign_keys = OFF; DROP TABLE contacts");
}

static void
a_failed_store_does_nothing_more_and_says_why(void **state)
{
	struct store *store = create();
	struct contact contact;
	struct why why = { "" }, again = { "" };
	(void)state;
	drop_contacts();
	store_begin(store);
	assert_int_equal(hear_of(store, "5520999990101"), 0);
	assert_false(store_is_well(store, &why));
	assert_non_null(strstr(why.text, "contacts"));
	assert_false(store_contact_load(store, 1, &contact));
	assert_int_equal(store_clock_ms(store), 0);
	store_set_clock(store, NOW_MS + 1);
	assert_int_equal(store_next_due_ms(store), INT64_MAX);
	assert_false(store_commit(store, &again));
	assert_string_equal(again.text, why.text); /* the first cause */
	store_close(store);
}

static void
nothing_of_a_failed_turn_is_on_disk(void **state)
{
	struct store *store = create();
	(void)state;
	drop_contacts();
	store_begin(store);
	store_set_clock(store, NOW_MS + 7);
	hear_of(store, "5520999990101");
	assert_false(store_commit(store, NULL));
	store_close(store);
	store = store_opened(path, STORE_READ_ONLY);
	assert_int_equal(store_clock_ms(store), NOW_MS);
	store_close(store);
}

/* --- copies ----------------------------------------------------------------------------------- */

static void
a_backup_is_a_store_of_its_own(void **state)
{
	struct store *store = create();
	struct contact contact;
	struct stat status;
	struct why why = { "" };
	char copy[COMMAND_PATH_SIZE];
	(void)state;
	assert_true(text_format(copy, sizeof(copy), "%s/copy.db", folder));
	store_begin(store);
	int64_t id = hear_of(store, "5520999990101");
	assert_true(store_commit(store, NULL));
	if (!store_backup(store, copy, &why))
		fail_msg("%s", why.text);
	assert_int_equal(stat(copy, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_false(store_backup(store, copy, &why));
	assert_non_null(strstr(why.text, "File exists"));
	assert_true(store_is_well(store, NULL));
	struct store *other = store_open(copy, STORE_READ_WRITE, NULL);
	assert_non_null(other);
	assert_true(store_contact_load(other, id, &contact));
	store_close(other);
	store_close(store);
}

static void
a_backup_that_can_not_be_written_leaves_the_store_well(void **state)
{
	struct store *store = create();
	struct why why = { "" };
	(void)state;
	assert_false(store_backup(store, "/nowhere/at/all.db", &why));
	assert_true(store_is_well(store, NULL));
	store_close(store);
}

int
main(void)
{
#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		in_a_folder(a_store_is_made_once_and_for_its_owner_only),
		in_a_folder(what_was_committed_is_there_after_reopening),
		in_a_folder(its_clock_never_goes_back),
		in_a_folder(a_second_writer_is_refused),
		in_a_folder(readers_read_while_one_writes),
		in_a_folder(a_reader_can_not_write),
		in_a_folder(a_file_that_is_not_ours_is_refused_and_left_alone),
		in_a_folder(another_programs_database_is_refused_and_left_alone),
		in_a_folder(a_missing_or_empty_file_is_refused),
		in_a_folder(a_store_of_a_newer_program_is_refused),
		in_a_folder(a_link_is_not_followed),
		in_a_folder(a_failed_store_does_nothing_more_and_says_why),
		in_a_folder(nothing_of_a_failed_turn_is_on_disk),
		in_a_folder(a_backup_is_a_store_of_its_own),
		in_a_folder(a_backup_that_can_not_be_written_leaves_the_store_well),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
