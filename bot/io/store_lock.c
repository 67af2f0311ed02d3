/*
 * One line of text in a file: "epoch 0 attempt 12 log 3", padded to MARK_BYTES and written
 * in one piece, so that a power cut leaves the old mark or the new one.
 */
#include "io/store_lock.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

enum { PATH_BYTES_MAX = 1024, MARK_BYTES = 96 };

struct store_lock {
	sqlite3_filename name;
	struct high_water mark;
	sqlite3_file *file; /* NULL when it is not open */
};

/* --- the file ------------------------------------------------------------------------------------------ */

static bool
open_file(struct store_lock *lock, const char *path, struct why *why)
{
	enum { FLAGS = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB };
	sqlite3_vfs *disk = sqlite3_vfs_find(NULL);
	char full[PATH_BYTES_MAX];
	if (disk->xFullPathname(disk, path, sizeof(full), full) != SQLITE_OK)
		return why_set(why, "%s: no such folder", path);
	lock->name = sqlite3_create_filename(full, "", "", 0, NULL);
	lock->file = calloc(1, (size_t)disk->szOsFile);
	ensure(lock->name != NULL && lock->file != NULL);
	int code = disk->xOpen(disk, lock->name, lock->file, FLAGS, NULL);
	if (code == SQLITE_OK)
		return true;
	free(lock->file);
	lock->file = NULL;
	return why_set(why, "%s: %s", path, sqlite3_errstr(code));
}

struct store_lock *
store_lock_take(const char *path, struct why *why)
{
	struct store_lock *lock = calloc(1, sizeof(*lock));
	char lock_path[PATH_BYTES_MAX];
	ensure(lock != NULL);
	if (!text_format(lock_path, sizeof(lock_path), "%s.lock", path)) {
		why_set(why, "the path of the store is too long");
	} else if (open_file(lock, lock_path, why)) {
		const sqlite3_io_methods *does = lock->file->pMethods;
		if (does->xLock(lock->file, SQLITE_LOCK_SHARED) == SQLITE_OK &&
		    does->xLock(lock->file, SQLITE_LOCK_EXCLUSIVE) == SQLITE_OK)
			return lock;
		why_set(why, "another process is writing to %s", path);
	}
	store_lock_release(lock);
	return NULL;
}

void
store_lock_release(struct store_lock *lock)
{
	if (lock == NULL)
		return;
	if (lock->file != NULL) {
		lock->file->pMethods->xUnlock(lock->file, SQLITE_LOCK_NONE);
		lock->file->pMethods->xClose(lock->file);
	}
	free(lock->file);
	if (lock->name != NULL)
		sqlite3_free_filename(lock->name);
	free(lock);
}

/* --- the mark ------------------------------------------------------------------------------------------ */

bool
store_lock_mark(struct store_lock *lock, struct high_water *mark, bool *there, struct why *why)
{
	char line[MARK_BYTES + 1] = "";
	sqlite3_int64 size = 0;
	const sqlite3_io_methods *does = lock->file->pMethods;
	*mark = (struct high_water){ 0 };
	int code = does->xFileSize(lock->file, &size);
	*there = size > 0;
	if (code == SQLITE_OK && size == 0)
		return true;
	if (code == SQLITE_OK)
		code = does->xRead(lock->file, line, MARK_BYTES, 0);
	if (code != SQLITE_OK)
		return why_set(why, "the mark beside the store can't be read: %s",
		               sqlite3_errstr(code));
	if (sscanf(line, "epoch %" SCNd64 " attempt %" SCNd64 " log %" SCNd64, &mark->epoch,
	           &mark->attempt, &mark->log_size) != 3)
		return why_set(why, "the mark beside the store is not one of ours");
	lock->mark = *mark;
	return true;
}

bool
store_lock_raise(struct store_lock *lock, const struct high_water *mark, struct why *why)
{
	char line[MARK_BYTES + 1];
	const sqlite3_io_methods *does = lock->file->pMethods;
	if (mark->epoch != lock->mark.epoch)
		lock->mark = (struct high_water){ .epoch = mark->epoch };
	if (mark->attempt > lock->mark.attempt)
		lock->mark.attempt = mark->attempt;
	if (mark->log_size > lock->mark.log_size)
		lock->mark.log_size = mark->log_size;
	int length =
		snprintf(line, sizeof(line), "epoch %" PRId64 " attempt %" PRId64 " log %" PRId64,
	                 lock->mark.epoch, lock->mark.attempt, lock->mark.log_size);
	memset(line + length, ' ', (size_t)(MARK_BYTES - length));
	line[MARK_BYTES - 1] = '\n';
	int code = does->xWrite(lock->file, line, MARK_BYTES, 0);
	if (code == SQLITE_OK)
		code = does->xSync(lock->file, SQLITE_SYNC_NORMAL);
	return code == SQLITE_OK ||
	       why_set(why, "the mark beside the store can't be written: %s", sqlite3_errstr(code));
}
