/*
 * What the rooms of the store share of the file itself.
 */
#ifndef IO_STORE_FILE_H
#define IO_STORE_FILE_H

#include <sqlite3.h>

#include "io/store.h"
#include "io/store_lock.h"

enum { QUERIES_MAX = 256 };

struct query {
	struct store *store;
	const char *sql;
	sqlite3_stmt *statement;
};

struct store {
	sqlite3 *db;
	struct store_lock *lock; /* the writer's; NULL for readers */
	int64_t epoch;           /* the writer's: of the mark */
	struct high_water
		leaving; /* of this transaction: what the mark must reach before it leaves */
	bool failed;
	struct why why; /* the first cause */
	size_t query_count;
	struct query queries[QUERIES_MAX];
};

/* store_restore.c.  Of a store that was just opened or made for writing: is it behind its mark?  Then that is
 * written into it, in a transaction of its own. */
bool store_notice_restore(struct store *store, struct why *why);

/* store_wal.c, at a start for writing.  Before the file is opened: the WAL is written over itself and synced;
 * none is fine.  After: all of it moves into the file.  False with `why`. */
bool store_wal_rewrite(const char *path, struct why *why);
bool store_wal_settle(struct store *store, struct why *why);

/* The transaction is on disk: now the mark, before anything leaves. */
void store_raise_mark(struct store *store);

/* Marks the copy of a store as one. */
bool store_mark_backup(sqlite3 *copy);

#endif
