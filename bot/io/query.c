/*
 * Statements are found by the address of their text: every text stands once in the
 * program, and comparing addresses is all that "prepared once" costs.
 */
#include "io/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/store_file.h"

void
store_fail(struct store *store, const char *format, ...)
{
	char words[WHY_SIZE];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	store->failed = true;
	why_set(&store->why, "%s", words);
}

static struct query *
prepare(struct store *store, const char *sql)
{
	ensure(store->query_count < QUERIES_MAX);
	struct query *q = &store->queries[store->query_count];
	*q = (struct query){ .store = store, .sql = sql };
	int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->statement,
	                              NULL);
	if (code != SQLITE_OK) {
		store_fail(store, "the store does not take a query: %s", sqlite3_errmsg(store->db));
		return NULL;
	}
	store->query_count++;
	return q;
}

struct query *
query(struct store *store, const char *sql)
{
	if (store->failed)
		return NULL;
	for (size_t i = 0; i < store->query_count; i++)
		if (store->queries[i].sql == sql)
			return &store->queries[i];
	return prepare(store, sql);
}

/* --- binding ----------------------------------------------------------------------------------------- */

static int
place(struct query *q, const char *name)
{
	int index = sqlite3_bind_parameter_index(q->statement, name);
	ensure(index > 0);
	return index;
}

static void
bound(struct query *q, int code)
{
	if (code != SQLITE_OK)
		store_fail(q->store, "the store does not take a value: %s", sqlite3_errstr(code));
}

void
query_text(struct query *q, const char *name, const char *value)
{
	if (q != NULL)
		bound(q,
		      sqlite3_bind_text(q->statement, place(q, name), value, -1, SQLITE_TRANSIENT));
}

void
query_blob(struct query *q, const char *name, const void *bytes, size_t length)
{
	if (q != NULL)
		bound(q, sqlite3_bind_blob64(q->statement, place(q, name), bytes, length,
		                             SQLITE_TRANSIENT));
}

void
query_integer(struct query *q, const char *name, int64_t value)
{
	if (q != NULL)
		bound(q, sqlite3_bind_int64(q->statement, place(q, name), value));
}

void
query_text_or_null(struct query *q, const char *name, const char *value)
{
	if (value[0] != '\0')
		query_text(q, name, value);
	else if (q != NULL)
		bound(q, sqlite3_bind_null(q->statement, place(q, name)));
}

void
query_integer_or_null(struct query *q, const char *name, int64_t value)
{
	if (value != 0)
		query_integer(q, name, value);
	else if (q != NULL)
		bound(q, sqlite3_bind_null(q->statement, place(q, name)));
}

/* --- running ----------------------------------------------------------------------------------------- */

void
query_end(struct query *q)
{
	if (q == NULL)
		return;
	sqlite3_reset(q->statement);
	sqlite3_clear_bindings(q->statement);
}

bool
query_next(struct query *q)
{
	if (q == NULL)
		return false;
	int code = sqlite3_step(q->statement);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		store_fail(q->store, "the store can't be read: %s", sqlite3_errmsg(q->store->db));
	query_end(q);
	return false;
}

bool
query_try(struct query *q, struct why *why)
{
	if (q == NULL)
		return why_set(why, "the store has failed");
	int code = sqlite3_step(q->statement);
	ensure(code != SQLITE_ROW);
	bool refused = (code & 0xff) == SQLITE_CONSTRAINT;
	if (refused)
		why_set(why, "%s", sqlite3_errmsg(q->store->db));
	else if (code != SQLITE_DONE)
		store_fail(q->store, "the store can't be written: %s",
		           sqlite3_errmsg(q->store->db));
	query_end(q);
	return code == SQLITE_DONE;
}

void
query_run(struct query *q)
{
	struct why why = { "" };
	if (q != NULL && !query_try(q, &why) && !q->store->failed)
		store_fail(q->store, "the store refused what it must take: %s", why.text);
}

int64_t
query_changes(const struct query *q)
{
	return q == NULL ? 0 : sqlite3_changes64(q->store->db);
}

int64_t
query_last_id(const struct query *q)
{
	return q == NULL ? 0 : sqlite3_last_insert_rowid(q->store->db);
}

/* --- columns ------------------------------------------------------------------------------------------ */

/* SQLite says NULL for what it had no memory to hand over, as for what is not there; and a query that is
 * ended before its next step never hears of it. */
static void
read_whole(struct query *q, int column, const void *value)
{
	bool there = sqlite3_column_type(q->statement, column) != SQLITE_NULL;
	if (there && value == NULL)
		store_fail(q->store, "the store can't be read: no memory");
}

void
query_get_text(struct query *q, int column, char *to, size_t size)
{
	const char *value = (const char *)sqlite3_column_text(q->statement, column);
	read_whole(q, column, value);
	if (!text_copy(to, size, value == NULL ? "" : value))
		store_fail(q->store, "a value in the store is longer than it can be");
}

char *
query_take_text(struct query *q, int column, size_t *length)
{
	const void *value = sqlite3_column_blob(q->statement, column);
	read_whole(q, column, sqlite3_column_bytes(q->statement, column) > 0 ? value : "");
	size_t count = (size_t)sqlite3_column_bytes(q->statement, column);
	char *copy = malloc(count + 1);
	ensure(copy != NULL);
	if (count > 0)
		memcpy(copy, value, count);
	copy[count] = '\0';
	if (length != NULL)
		*length = count;
	return copy;
}

int64_t
query_get_integer(struct query *q, int column)
{
	return sqlite3_column_int64(q->statement, column);
}
