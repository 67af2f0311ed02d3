/*
 * An older file in the store's place.
 *
 * A backup is put back, a disk image is set back, a machine is moved: the file that is opened
 * has forgotten what left after it was written.  Money would then be sent by a store that does
 * not know what it has sent.  So the writer notices it when it opens the file:
 *
 *	1. the mark beside the store (store_lock.h) is ahead of the file, or of another epoch:
 *	   more orders to pay have left, or a longer log was signed, than the file knows
 *	2. there is no mark: the file was brought here without it.  A store gets its mark when it
 *	   is made, before the file itself is there
 *	3. the file is a copy that `estorno backup` made, whatever the mark says
 *
 * and writes it down in `restores`, in one transaction: from then on triggers refuse to send
 * money until the bank has answered about everything that the file offered, reserved or sent
 * (the view `unanswered`, `estorno reconcile`).  Each restore draws an epoch, at random: two
 * machines that put the same backup back must not go on under one name.
 *
 * What can't be noticed: the whole folder set back at once, mark and all, from a copy that was
 * made past us (a snapshot of the disk).  Then only what protects every refund protects this
 * one: the payment is read again before every order to pay, and shows what went back already;
 * and the refund's id is derived from order, payment and sequence, so the bank knows it.
 *
 * What reconciling can't bring back: limits per day and month count the refunds that this file
 * remembers or finds again; one of a case that the file has never heard of is found when its
 * customer writes again, in the look at the payment.  What people decided meanwhile (a mandate
 * that was revoked, somebody who was erased) must be decided again.
 */
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/query.h"
#include "io/store_file.h"

/* --- noticing --------------------------------------------------------------------------------- */

static int64_t
number(struct store *store, const char *sql)
{
	struct query *q = query(store, sql);
	int64_t value = 0;
	while (query_next(q))
		value = query_get_integer(q, 0);
	return value;
}

/* How far the file itself says that it has come. */
static struct high_water
own_mark(struct store *store)
{
	return (struct high_water){
		.epoch = store_log_epoch(store),
		.attempt = number(store, "SELECT coalesce(max(a.id), 0) FROM attempts a JOIN "
		                         "operations o ON o.id = a.operation_id "
		                         "WHERE o.role = 'write'"),
		.log_size = number(store, "SELECT coalesce(max(size), 0) FROM tree_heads"),
	};
}

static bool
is_behind(const struct high_water *own, const struct high_water *mark)
{
	return own->epoch != mark->epoch || own->attempt < mark->attempt ||
	       own->log_size < mark->log_size;
}

static int64_t
draw_epoch(void)
{
	uint32_t drawn = 0;
	while (drawn == 0)
		sqlite3_randomness(sizeof(drawn), &drawn);
	return drawn;
}

/* Terms of the new restore come from the file as it is. */
static void
write_restore(struct store *store)
{
	struct query *q =
		query(store,
	              "INSERT INTO restores (epoch, known_until_ms, last_attempt, log_size) SELECT "
	              ":epoch, clock_ms, (SELECT coalesce(max(id), 0) FROM attempts), "
	              "(SELECT count(*) FROM seals) FROM meta");
	char epoch[24];
	store->epoch = draw_epoch();
	query_integer(q, ":epoch", store->epoch);
	query_run(q);
	query_run(query(store, "UPDATE meta SET is_backup = 0"));
	ensure(text_format(epoch, sizeof(epoch), "%lld", (long long)store->epoch));
	store_audit(store, store_clock_ms(store), "bot", "store.restored", epoch,
	            "older than what has left: money is paused");
}

bool
store_notice_restore(struct store *store, struct why *why)
{
	struct high_water mark;
	bool there;
	if (!store_lock_mark(store->lock, &mark, &there, why))
		return false;
	store_begin(store);
	struct high_water own = own_mark(store);
	store->epoch = own.epoch;
	bool older = !there || is_behind(&own, &mark) ||
	             number(store, "SELECT is_backup FROM meta") != 0;
	if (older)
		write_restore(store);
	own.epoch = store->epoch;
	if (!store_commit(store, why))
		return false;
	return !older || store_lock_raise(store->lock, &own, why);
}

void
store_raise_mark(struct store *store)
{
	struct why why = { "" };
	struct high_water leaving = store->leaving;
	leaving.epoch = store->epoch;
	if (store->failed || store->lock == NULL || (leaving.attempt == 0 && leaving.log_size == 0))
		return;
	if (!store_lock_raise(store->lock, &leaving, &why))
		store_fail(store, "%s", why.text);
}

bool
store_mark_backup(sqlite3 *copy)
{
	return sqlite3_exec(copy, "UPDATE meta SET is_backup = 1", NULL, NULL, NULL) == SQLITE_OK;
}

/* --- what is known of it ---------------------------------------------------------------------- */

void
store_restores(struct store *store, store_restore_visit *visit, void *context)
{
	struct query *q = query(store, "SELECT epoch, known_until_ms, log_size, "
	                               "coalesce(reconciled_ms, 0) FROM restores ORDER BY id");
	while (query_next(q)) {
		const struct restore restore = {
			.epoch = query_get_integer(q, 0),
			.known_until_ms = query_get_integer(q, 1),
			.log_size = query_get_integer(q, 2),
			.reconciled_ms = query_get_integer(q, 3),
		};
		visit(context, &restore);
	}
}

bool
store_money_is_paused(struct store *store)
{
	return number(store,
	              "SELECT EXISTS (SELECT 1 FROM restores WHERE reconciled_ms IS NULL)") != 0;
}

int64_t
store_log_epoch(struct store *store)
{
	return number(store, "SELECT epoch FROM restores ORDER BY id DESC LIMIT 1");
}

size_t
store_unanswered(struct store *store, struct question *questions, size_t room)
{
	struct query *q =
		query(store, "SELECT case_id, kind, e2eid, key FROM unanswered u ORDER BY "
	                     "(SELECT coalesce(max(a.id), 0) FROM operations o "
	                     "JOIN attempts a ON a.operation_id = o.id WHERE o.case_id = "
	                     "u.case_id AND o.kind = u.kind AND o.key = u.key), "
	                     "case_id, kind, key LIMIT :room");
	size_t count = 0;
	query_integer(q, ":room", (int64_t)room);
	while (query_next(q)) {
		struct question *question = &questions[count++];
		char kind[24];
		memset(question, 0, sizeof(*question));
		query_get_text(q, 0, question->case_id, sizeof(question->case_id));
		query_get_text(q, 1, kind, sizeof(kind));
		query_get_text(q, 2, question->e2eid, sizeof(question->e2eid));
		ensure(operation_parse(kind, &question->kind));
		if (question->kind == OPERATION_PAY_REFUND_STATUS)
			query_get_text(q, 3, question->refund_id, sizeof(question->refund_id));
	}
	return count;
}

int64_t
store_unanswered_count(struct store *store)
{
	struct query *q = query(store, "SELECT count(*) FROM unanswered");
	int64_t count = 0;
	while (query_next(q))
		count = query_get_integer(q, 0);
	return count;
}

int64_t
store_payment_elsewhere(struct store *store, const char *e2eid)
{
	struct query *q = query(store, "SELECT elsewhere_cents FROM payments WHERE e2eid = :e2eid");
	int64_t cents = 0;
	query_text(q, ":e2eid", e2eid);
	while (query_next(q))
		cents = query_get_integer(q, 0);
	return cents;
}

bool
store_reconciled(struct store *store, int64_t now_ms, struct why *why)
{
	struct query *q = query(store, "UPDATE restores SET reconciled_ms = :now "
	                               "WHERE reconciled_ms IS NULL");
	query_integer(q, ":now", now_ms);
	return query_try(q, why);
}
