/*
 * SQL for the rooms of the store: written out, prepared once, bound by name.
 *
 *	struct query *q = query(store, "SELECT order_number FROM cases WHERE id = :id");
 *	query_text(q, ":id", id);
 *	while (query_next(q))
 *		query_get_text(q, 0, number, sizeof(number));
 *
 * Private to bot/io/store*.  A failed store gives NULL queries, and every function here
 * takes NULL and does nothing, so the callers need no checks of their own.  A name that
 * the SQL has not, or a column that does not fit, is our own mistake and aborts.
 */
#ifndef IO_QUERY_H
#define IO_QUERY_H

#include "io/store.h"

struct query;

/* `sql` must be a string that lives as long as the program; it is prepared at its first use. */
struct query *query(struct store *store, const char *sql);

void query_text(struct query *q, const char *name, const char *value);
void query_blob(struct query *q, const char *name, const void *bytes, size_t length);
void query_integer(struct query *q, const char *name, int64_t value);

/* NULL for "" and for 0. */
void query_text_or_null(struct query *q, const char *name, const char *value);
void query_integer_or_null(struct query *q, const char *name, int64_t value);

/* The next row of a SELECT.  After the last one it is false and the query is ready for its next use. */
bool query_next(struct query *q);

/* Ends a SELECT before its last row. */
void query_end(struct query *q);

/* A change that must succeed. */
void query_run(struct query *q);

/* A change that a promise of the schema may refuse: false with the trigger's sentence. */
bool query_try(struct query *q, struct why *why);

/* Rows changed by the last query_run or query_try. */
int64_t query_changes(const struct query *q);
int64_t query_last_id(const struct query *q);

/* Columns, from 0.  NULL gives "" or 0. */
void query_get_text(struct query *q, int column, char *to, size_t size);
char *query_take_text(struct query *q, int column, size_t *length); /* the caller's */
int64_t query_get_integer(struct query *q, int column);

/* Marks the store as failed, first cause wins. */
void store_fail(struct store *store, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Of the row `o` of the outbox: may it go, once it is due?  Of each person the oldest queued one, when
 * nothing of theirs is on its way; and accepted ones whose delivery nobody confirmed in time.  Who asks
 * when something is due must ask with these words, or the program would wake up for what may not go. */
#define SAYING_HAS_ITS_TURN                                                               \
	"(state = 'accepted' OR (state = 'queued' AND id = (SELECT min(id) FROM outbox "  \
	"WHERE contact_id = o.contact_id AND state = 'queued') AND NOT EXISTS (SELECT 1 " \
	"FROM outbox WHERE contact_id = o.contact_id AND state = 'sending')))"

#endif
