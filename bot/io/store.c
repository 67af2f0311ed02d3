/*
 * The file: how it is made, opened and kept safe.
 *
 * The pragmas, and why they stand in this order (receipts.md section 6, measured under
 * simulated power cuts):
 *
 *   1. synchronous=EXTRA first.  With the default, switching to WAL leaves a rollback
 *      journal whose deletion is not on disk yet, and a power cut brings it back.
 *   2. journal_mode=WAL: readers never wait for the writer.
 *
 * With these SQLite fsyncs the file, the WAL and the directory that names them before the
 * first commit is over, which the simulation checks by cutting the power at every step.
 *
 * One read-write connection in the whole system, held by a lock file; checkpoints happen
 * only there.  Two writers at once have corrupted WAL files in these versions of SQLite.
 *
 * A failed commit is final for this process: after an fsync error the page cache lies,
 * so nothing is retried.  The caller stops, and the next start reads what is on disk.
 */
#include "io/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/assets.h"
#include "io/query.h"
#include "io/store_file.h"

/* PRAGMA application_id: `file` and others tell an Estorno store from any other database ("Estr"). */
#define APPLICATION_ID 0x45737472

enum { SCHEMA_VERSION = 1 };

/* --- small things ------------------------------------------------------------------------------------- */

static bool
run(struct store *store, const char *sql, struct why *why)
{
	char *message = NULL;
	if (sqlite3_exec(store->db, sql, NULL, NULL, &message) == SQLITE_OK)
		return true;
	why_set(why, "%.60s: %s", sql, message == NULL ? "no memory" : message);
	sqlite3_free(message);
	return false;
}

static bool
pragma(struct store *store, const char *name, char *value, size_t size, struct why *why)
{
	char sql[64];
	sqlite3_stmt *statement = NULL;
	const char *text = NULL; /* NULL when SQLite has no memory for it */
	bool ok = text_format(sql, sizeof(sql), "PRAGMA %s", name) &&
	          sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
	          sqlite3_step(statement) == SQLITE_ROW &&
	          (text = (const char *)sqlite3_column_text(statement, 0)) != NULL &&
	          text_copy(value, size, text);
	sqlite3_finalize(statement);
	return ok || why_set(why, "PRAGMA %s: %s", name, sqlite3_errmsg(store->db));
}

static bool
pragma_is(struct store *store, const char *name, const char *wanted, struct why *why)
{
	char value[32];
	if (!pragma(store, name, value, sizeof(value), why))
		return false;
	return text_equal(value, wanted) ||
	       why_set(why, "PRAGMA %s is %s and must be %s", name, value, wanted);
}

static bool
sync_path(const char *path, int flags, struct why *why)
{
	int file = open(path, flags | O_CLOEXEC);
	bool ok = file >= 0 && fsync(file) == 0;
	if (!ok)
		why_set(why, "%s: %s", path, strerror(errno));
	if (file >= 0)
		close(file);
	return ok;
}

/* The file, and the directory that names it. */
static bool
sync_file(const char *path, struct why *why)
{
	char directory[1024];
	const char *slash = strrchr(path, '/');
	int length = slash == NULL ? 1 : (int)(slash - path);
	if (!text_format(directory, sizeof(directory), "%.*s", length == 0 ? 1 : length,
	                 slash == NULL ? "." : path))
		return why_set(why, "the path of the store is too long");
	return sync_path(path, O_RDONLY, why) && sync_path(directory, O_RDONLY | O_DIRECTORY, why);
}

static bool
exists(const char *path)
{
	sqlite3_vfs *disk = sqlite3_vfs_find(NULL);
	int there = 0;
	return disk->xAccess(disk, path, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there != 0;
}

/* --- opening --------------------------------------------------------------------------------------------- */

static struct store *
store_new(void)
{
	struct store *store = calloc(1, sizeof(*store));
	ensure(store != NULL);
	return store;
}

static bool
connect_file(struct store *store, const char *path, int flags, struct why *why)
{
	int code = sqlite3_open_v2(path, &store->db,
	                           flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
	if (code != SQLITE_OK)
		return why_set(why, "%s: %s", path, sqlite3_errstr(code));
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, 2000);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	return run(store, "PRAGMA foreign_keys = ON", why) &&
	       run(store, "PRAGMA temp_store = MEMORY", why) &&
	       run(store, "PRAGMA mmap_size = 0", why);
}

/* What every later line relies on. */
static bool
assert_pragmas(struct store *store, enum store_access access, struct why *why)
{
	if (!pragma_is(store, "foreign_keys", "1", why) ||
	    !pragma_is(store, "journal_mode", "wal", why))
		return false;
	return access == STORE_READ_ONLY || (pragma_is(store, "synchronous", "3", why) &&
	                                     pragma_is(store, "secure_delete", "1", why));
}

static bool
write_pragmas(struct store *store, struct why *why)
{
	return run(store, "PRAGMA synchronous = EXTRA", why) &&
	       run(store, "PRAGMA journal_mode = WAL", why) &&
	       run(store, "PRAGMA secure_delete = ON", why);
}

/* One entry a version: what brings a file of the version before up to it. */
static const char *const migrations[SCHEMA_VERSION] = { "bot/io/schema.sql" };

static bool
schema_version(struct store *store, long *version, struct why *why)
{
	char text[32];
	if (!pragma(store, "user_version", text, sizeof(text), why))
		return false;
	*version = strtol(text, NULL, 10);
	return *version <= SCHEMA_VERSION ||
	       why_set(why,
	               "the store was written by a newer program (schema %ld, this one knows "
	               "%d)",
	               *version, SCHEMA_VERSION);
}

/* From `version` to the next, within a transaction. */
static bool
upgrade(struct store *store, long version, struct why *why)
{
	const struct asset *asset = asset_find(migrations[version]);
	char numbered[64];
	ensure(asset != NULL);
	text_format(numbered, sizeof(numbered), "PRAGMA user_version = %ld", version + 1);
	return (run(store, asset->bytes, why) && run(store, numbered, why)) ||
	       why_prefix(why, "schema %ld", version + 1);
}

static bool
migrate(struct store *store, struct why *why)
{
	long version;
	if (!schema_version(store, &version, why))
		return false;
	for (; version < SCHEMA_VERSION; version++)
		if (!run(store, "BEGIN IMMEDIATE", why) || !upgrade(store, version, why) ||
		    !run(store, "COMMIT", why))
			return false;
	return true;
}

/* A reader changes nothing, so an older file is for a writer to bring up to date first. */
static bool
is_up_to_date(struct store *store, struct why *why)
{
	long version;
	return schema_version(store, &version, why) &&
	       (version == SCHEMA_VERSION ||
	        why_set(why,
	                "the store is of schema %ld, and %d is needed: run `estorno serve` once",
	                version, SCHEMA_VERSION));
}

static bool
is_ours(struct store *store, const char *path, struct why *why)
{
	char wanted[32];
	text_format(wanted, sizeof(wanted), "%d", APPLICATION_ID);
	if (pragma_is(store, "application_id", wanted, NULL))
		return true;
	return why_set(why, "%s is not an Estorno store", path);
}

/* The first mark comes before the file: a store without one was brought here from elsewhere. */
static bool
begin_mark(struct store_lock *lock, struct why *why)
{
	struct high_water mark;
	bool there;
	return store_lock_mark(lock, &mark, &there, why) &&
	       (there || store_lock_raise(lock, &mark, why));
}

bool
store_is_there(const char *path)
{
	char tables[32] = "";
	if (!exists(path))
		return false;
	struct store *store = store_new();
	bool empty = connect_file(store, path, SQLITE_OPEN_READWRITE, NULL) &&
	             pragma_is(store, "application_id", "0", NULL) &&
	             pragma_is(store, "user_version", "0", NULL) &&
	             pragma(store, "schema_version", tables, sizeof(tables), NULL) &&
	             text_equal(tables, "0");
	store_close(store);
	return !empty;
}

/* All of it in one transaction: it is a store, or it is nothing yet. */
static bool
fill(struct store *store, int64_t now_ms, struct why *why)
{
	char numbered[64];
	text_format(numbered, sizeof(numbered), "PRAGMA application_id = %d", APPLICATION_ID);
	if (!run(store, "BEGIN IMMEDIATE", why) || !run(store, numbered, why))
		return false;
	for (long version = 0; version < SCHEMA_VERSION; version++)
		if (!upgrade(store, version, why))
			return false;
	struct query *q = query(store, "INSERT INTO meta (one, created_ms, clock_ms) "
	                               "VALUES (1, :now, :now)");
	query_integer(q, ":now", now_ms);
	query_run(q);
	return store_is_well(store, why) && run(store, "COMMIT", why);
}

struct store *
store_create(const char *path, int64_t now_ms, struct why *why)
{
	struct store *store = store_new();
	mode_t mask = umask(077); /* the store and what lies beside it are its owner's */
	bool ok = !store_is_there(path) || why_set(why, "%s exists already", path);
	ok = ok && (store->lock = store_lock_take(path, why)) != NULL &&
	     begin_mark(store->lock, why) &&
	     connect_file(store, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, why) &&
	     write_pragmas(store, why) && fill(store, now_ms, why) &&
	     assert_pragmas(store, STORE_READ_WRITE, why) && store_notice_restore(store, why);
	umask(mask);
	if (ok)
		return store;
	store_close(store);
	return NULL;
}

struct store *
store_open(const char *path, enum store_access access, struct why *why)
{
	struct store *store = store_new();
	bool writer = access == STORE_READ_WRITE;
	bool ok = !writer || ((store->lock = store_lock_take(path, why)) != NULL &&
	                      store_wal_rewrite(path, why));
	ok = ok &&
	     connect_file(store, path, writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY,
	                  why) &&
	     is_ours(store, path, why);
	ok = ok && (writer ? write_pragmas(store, why) && store_wal_settle(store, why) &&
	                             migrate(store, why)
	                   : is_up_to_date(store, why));
	ok = ok && assert_pragmas(store, access, why) &&
	     (!writer || store_notice_restore(store, why));
	if (ok)
		return store;
	store_close(store);
	return NULL;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < store->query_count; i++)
		sqlite3_finalize(store->queries[i].statement);
	sqlite3_close(store->db);
	store_lock_release(store->lock);
	free(store);
}

/* --- transactions -------------------------------------------------------------------------------------- */

void
store_begin(struct store *store)
{
	bool writer = store->lock != NULL;
	store->leaving = (struct high_water){ 0 };
	query_run(query(store, writer ? "BEGIN IMMEDIATE" : "BEGIN"));
}

bool
store_commit(struct store *store, struct why *why)
{
	query_run(query(store, "COMMIT"));
	store_raise_mark(store);
	return store_is_well(store, why);
}

void
store_rollback(struct store *store)
{
	if (store->db != NULL && sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

bool
store_is_well(const struct store *store, struct why *why)
{
	return !store->failed || why_set(why, "%s", store->why.text);
}

int64_t
store_clock_ms(struct store *store)
{
	struct query *q = query(store, "SELECT clock_ms FROM meta");
	int64_t clock_ms = 0;
	while (query_next(q))
		clock_ms = query_get_integer(q, 0);
	return clock_ms;
}

void
store_set_clock(struct store *store, int64_t now_ms)
{
	struct query *q = query(store, "UPDATE meta SET clock_ms = :now WHERE clock_ms < :now");
	query_integer(q, ":now", now_ms);
	query_run(q);
}

/* Page by page in one step: one moment of the file.  Not VACUUM INTO, which in this version of SQLite
 * stumbles over generated columns on a connection that may only read. */
static bool
copy_pages(struct store *store, const char *path, struct why *why)
{
	sqlite3 *copy = NULL;
	int code = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
	sqlite3_backup *backup =
		code == SQLITE_OK ? sqlite3_backup_init(copy, "main", store->db, "main") : NULL;
	if (backup != NULL) {
		sqlite3_backup_step(backup, -1);
		sqlite3_backup_finish(backup);
	}
	code = sqlite3_errcode(copy);
	if (code == SQLITE_OK && !store_mark_backup(copy))
		code = sqlite3_errcode(copy);
	sqlite3_close(copy);
	return code == SQLITE_OK || why_set(why, "%s: %s", path, sqlite3_errstr(code));
}

bool
store_backup(struct store *store, const char *path, struct why *why)
{
	int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return why_set(why, "%s: %s", path, strerror(errno));
	close(file);
	if (copy_pages(store, path, why) && sync_file(path, why))
		return true;
	unlink(path);
	return false;
}
