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
	bool failed;
	struct why why; /* the first cause */
	size_t query_count;
	struct query queries[QUERIES_MAX];
};

#endif
