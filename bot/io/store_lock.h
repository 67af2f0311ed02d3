/*
 * The writer's lock: a small file beside the store, held for as long as the store is open
 * for writing.
 *
 * It is no part of the store, so a backup does not hold it and a restored file does not
 * bring it back.  That is why the high-water mark stands in it: how far this shop has come
 * with what can't be taken back.  A store that is behind its mark is an older one, and a
 * store without its mark was brought here from elsewhere (bot/io/store_restore.c).
 *
 * Everything goes through SQLite's file system (sqlite3_vfs), so that what stands in for
 * the disk in a test stands in for this file as well.  Private to bot/io/store*.
 */
#ifndef IO_STORE_LOCK_H
#define IO_STORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"

struct store_lock;

/* What has left for good, counted by the store of one epoch: the latest attempt of a write (an order to pay,
 * a note), and the size of the log that was signed. */
struct high_water {
	int64_t epoch; /* of store_log_epoch() */
	int64_t attempt;
	int64_t log_size;
};

/* For the store at `path`.  NULL with `why`: another process holds it, or the file can't be made. */
struct store_lock *store_lock_take(const char *path, struct why *why);
void store_lock_release(struct store_lock *lock);

/* Raises the mark, on disk when it returns true.  Within an epoch it never goes down; another epoch counts
 * anew. */
bool store_lock_raise(struct store_lock *lock, const struct high_water *mark, struct why *why);

/* The mark; `there` is false when none was ever made.  One that can't be read is an error, not none. */
bool store_lock_mark(struct store_lock *lock, struct high_water *mark, bool *there,
                     struct why *why);

#endif
