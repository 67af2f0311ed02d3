/*
 * Money and its limits: mandates, payments, reservations.
 *
 * Every limit is checked here a second time by triggers; a refusal comes back as the
 * trigger's sentence, and is treated as our own mistake wherever C should have known.
 */
#include "io/store.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/query.h"

/* --- finance's keys ------------------------------------------------------------------------------------- */

bool
store_trust_key(struct store *store, const char *key_id, const char *public_key, int64_t now_ms)
{
	struct query *q = query(store, "INSERT INTO mandate_keys (key_id, public_key, trusted_ms) "
	                               "VALUES (:id, :key, :now) ON CONFLICT DO NOTHING");
	query_text(q, ":id", key_id);
	query_text(q, ":key", public_key);
	query_integer(q, ":now", now_ms);
	query_run(q);
	return query_changes(q) == 1;
}

bool
store_trusted_key(struct store *store, const char *key_id, char *public_key, size_t size)
{
	struct query *q = query(store, "SELECT public_key FROM mandate_keys WHERE key_id = :id");
	bool found = false;
	query_text(q, ":id", key_id);
	while (query_next(q)) {
		query_get_text(q, 0, public_key, size);
		found = true;
	}
	return found;
}

/* --- mandates --------------------------------------------------------------------------------------------- */

const char *
mandate_status_text(enum mandate_status status)
{
	switch (status) {
#define X(name, text)        \
	case MANDATE_##name: \
		return text;
		MANDATE_STATUSES(X)
#undef X
	}
	ensure(!"a status outside the enum");
	return "";
}

static enum mandate_status
status_parse(const char *text)
{
#define X(name, word)               \
	if (text_equal(text, word)) \
		return MANDATE_##name;
	MANDATE_STATUSES(X)
#undef X
	ensure(!"a status that the schema does not allow");
	return MANDATE_REVOKED;
}

#define MANDATE_COLUMNS                                                             \
	"id, version, body, signature, key_id, per_refund_cents, per_order_cents, " \
	"per_customer_day_cents, per_day_cents, per_month_cents, count_per_day, "   \
	"max_order_age_days, not_before_ms, expires_ms, status, installed_ms, changed_ms"

static void
read_mandate(struct query *q, struct stored_mandate *m)
{
	char status[16];
	memset(m, 0, sizeof(*m));
	query_get_text(q, 0, m->columns.id, sizeof(m->columns.id));
	m->columns.signed_ms = query_get_integer(q, 1);
	query_get_text(q, 2, m->body, sizeof(m->body));
	query_get_text(q, 3, m->signature, sizeof(m->signature));
	query_get_text(q, 4, m->key_id, sizeof(m->key_id));
	m->columns.per_refund_cents = query_get_integer(q, 5);
	m->columns.per_order_cents = query_get_integer(q, 6);
	m->columns.per_customer_day_cents = query_get_integer(q, 7);
	m->columns.per_day_cents = query_get_integer(q, 8);
	m->columns.per_month_cents = query_get_integer(q, 9);
	m->columns.count_per_day = query_get_integer(q, 10);
	m->columns.max_order_age_days = query_get_integer(q, 11);
	m->columns.not_before_ms = query_get_integer(q, 12);
	m->columns.expires_ms = query_get_integer(q, 13);
	query_get_text(q, 14, status, sizeof(status));
	m->status = status_parse(status);
	m->installed_ms = query_get_integer(q, 15);
	m->changed_ms = query_get_integer(q, 16);
}

static bool
latest_of(struct store *store, const char *id, struct stored_mandate *mandate)
{
	struct query *q = query(store, "SELECT " MANDATE_COLUMNS " FROM mandates WHERE id = :id "
	                               "ORDER BY version DESC LIMIT 1");
	bool found = false;
	query_text(q, ":id", id);
	while (query_next(q)) {
		read_mandate(q, mandate);
		found = true;
	}
	return found;
}

static bool
may_install(struct store *store, const struct stored_mandate *mandate, struct why *why)
{
	struct stored_mandate there;
	if (!latest_of(store, mandate->columns.id, &there))
		return true;
	if (mandate->columns.signed_ms > there.columns.signed_ms)
		return true;
	if (mandate->columns.signed_ms < there.columns.signed_ms)
		return why_set(why, "a later signature of %s is installed already",
		               mandate->columns.id);
	return why_set(why, "this very mandate was installed before and is %s",
	               mandate_status_text(there.status));
}

static void
insert_mandate(struct store *store, const struct stored_mandate *m, int64_t now_ms)
{
	struct query *q = query(
		store,
		"INSERT INTO mandates (" MANDATE_COLUMNS
		") VALUES (:id, :version, :body, :signature, :key, "
		":per_refund, :per_order, :per_customer_day, :per_day, :per_month, :count, :age, "
		":not_before, :expires, 'active', :now, :now)");
	query_text(q, ":id", m->columns.id);
	query_integer(q, ":version", m->columns.signed_ms);
	query_text(q, ":body", m->body);
	query_text(q, ":signature", m->signature);
	query_text(q, ":key", m->key_id);
	query_integer(q, ":per_refund", m->columns.per_refund_cents);
	query_integer_or_null(q, ":per_order", m->columns.per_order_cents);
	query_integer_or_null(q, ":per_customer_day", m->columns.per_customer_day_cents);
	query_integer_or_null(q, ":per_day", m->columns.per_day_cents);
	query_integer_or_null(q, ":per_month", m->columns.per_month_cents);
	query_integer_or_null(q, ":count", m->columns.count_per_day);
	query_integer_or_null(q, ":age", m->columns.max_order_age_days);
	query_integer(q, ":not_before", m->columns.not_before_ms);
	query_integer(q, ":expires", m->columns.expires_ms);
	query_integer(q, ":now", now_ms);
	query_run(q);
}

bool
store_mandate_install(struct store *store, const struct stored_mandate *mandate, int64_t now_ms,
                      struct why *why)
{
	if (!may_install(store, mandate, why))
		return false;
	struct query *q =
		query(store, "UPDATE mandates SET status = 'superseded', changed_ms = :now "
	                     "WHERE status IN ('active', 'paused')");
	query_integer(q, ":now", now_ms);
	query_run(q);
	insert_mandate(store, mandate, now_ms);
	return store_is_well(store, why);
}

bool
store_mandate_latest(struct store *store, struct stored_mandate *mandate)
{
	struct query *q = query(store, "SELECT " MANDATE_COLUMNS " FROM mandates "
	                               "ORDER BY installed_ms DESC, rowid DESC LIMIT 1");
	bool found = false;
	while (query_next(q)) {
		read_mandate(q, mandate);
		found = true;
	}
	return found;
}

bool
store_mandate_set(struct store *store, const char *id, enum mandate_status status, int64_t now_ms,
                  struct why *why)
{
	struct stored_mandate there;
	if (!latest_of(store, id, &there))
		return why_set(why, "there is no mandate called %s", id);
	struct query *q = query(store, "UPDATE mandates SET status = :status, changed_ms = :now "
	                               "WHERE id = :id AND version = :version");
	query_text(q, ":status", mandate_status_text(status));
	query_integer(q, ":now", now_ms);
	query_text(q, ":id", id);
	query_integer(q, ":version", there.columns.signed_ms);
	return query_try(q, why);
}

void
store_mandates(struct store *store, store_mandate_visit *visit, void *context)
{
	struct query *q = query(store, "SELECT " MANDATE_COLUMNS " FROM mandates "
	                               "ORDER BY installed_ms DESC, rowid DESC");
	struct stored_mandate mandate;
	while (query_next(q)) {
		read_mandate(q, &mandate);
		visit(context, &mandate);
	}
}

/* --- what counts against it ---------------------------------------------------------------------------------- */

static int64_t
sum(struct query *q, const char *case_id, int64_t now_ms)
{
	int64_t value = 0;
	query_text(q, ":case", case_id);
	query_integer(q, ":now", now_ms);
	while (query_next(q))
		value = query_get_integer(q, 0);
	return value;
}

#define TODAY "day = strftime('%Y-%m-%d', :now / 1000 - 10800, 'unixepoch')"
#define THIS_MONTH                                                            \
	"day BETWEEN strftime('%Y-%m-01', :now / 1000 - 10800, 'unixepoch') " \
	"AND strftime('%Y-%m-31', :now / 1000 - 10800, 'unixepoch')"
#define COUNTED                                         \
	" FROM reservations WHERE state <> 'released' " \
	"AND NOT (case_id = :case AND state IN ('reserved', 'executing')) AND "
#define SUM "SELECT coalesce(sum(amount_cents), 0)" COUNTED

void
store_mandate_use(struct store *store, const char *case_id, const char *order_number,
                  const char *customer, int64_t now_ms, struct mandate_use *use)
{
	struct query *of_order = query(store, SUM "order_number = :order AND :now > 0");
	struct query *of_customer = query(store, SUM "customer = :customer AND " TODAY);
	query_text(of_order, ":order", order_number);
	query_text(of_customer, ":customer", customer);
	use->order_cents = sum(of_order, case_id, now_ms);
	use->customer_day_cents = sum(of_customer, case_id, now_ms);
	use->day_cents = sum(query(store, SUM TODAY), case_id, now_ms);
	use->month_cents = sum(query(store, SUM THIS_MONTH), case_id, now_ms);
	use->day_count = sum(query(store, "SELECT count(*)" COUNTED TODAY), case_id, now_ms);
}

/* --- payments and reservations --------------------------------------------------------------------------------- */

void
store_payment(struct store *store, const struct payment_facts *payment, int64_t elsewhere_cents,
              int64_t now_ms)
{
	struct query *q = query(
		store, "INSERT INTO payments (e2eid, amount_cents, elsewhere_cents, read_ms) "
		       "VALUES (:e2eid, :amount, :elsewhere, :now) ON CONFLICT (e2eid) "
		       "DO UPDATE SET amount_cents = excluded.amount_cents, "
		       "elsewhere_cents = excluded.elsewhere_cents, read_ms = excluded.read_ms");
	query_text(q, ":e2eid", payment->e2eid);
	query_integer(q, ":amount", payment->amount_cents);
	query_integer(q, ":elsewhere", elsewhere_cents);
	query_integer(q, ":now", now_ms);
	query_run(q);
}

int64_t
store_refund_sequence(struct store *store, const char *e2eid)
{
	/* An id is burnt when its order to pay was made and the reservation was released all the same: only a
	 * final NAO_REALIZADO does that. */
	struct query *q =
		query(store,
	              "SELECT count(DISTINCT refund_id) FROM reservations r "
	              "WHERE e2eid = :e2eid AND state = 'released' AND EXISTS "
	              "(SELECT 1 FROM operations WHERE kind = 'pay.refund' AND key = r.refund_id)");
	int64_t burnt = 0;
	query_text(q, ":e2eid", e2eid);
	while (query_next(q))
		burnt = query_get_integer(q, 0);
	return burnt + 1;
}

bool
store_reserve(struct store *store, const struct reservation *reservation, int64_t now_ms,
              struct why *why)
{
	const struct refund_case *c = reservation->c;
	struct query *q = query(store, "INSERT INTO reservations (case_id, offer_id, mandate_id, "
	                               "mandate_version, order_number, "
	                               "customer, e2eid, refund_id, amount_cents, reserved_ms, "
	                               "executes_ms, state, changed_ms) VALUES (:case, "
	                               ":offer, :mandate, :version, :order, :customer, :e2eid, "
	                               ":refund, :amount, :now, :now, 'reserved', "
	                               ":now)");
	query_text(q, ":case", c->id);
	query_text(q, ":offer", c->offer.id);
	query_text(q, ":mandate", reservation->mandate->id);
	query_integer(q, ":version", reservation->mandate->signed_ms);
	query_text(q, ":order", c->order_number);
	query_text(q, ":customer", reservation->customer);
	query_text(q, ":e2eid", c->payment.e2eid);
	query_text(q, ":refund", c->refund.id);
	query_integer(q, ":amount", c->offer.amount_cents);
	query_integer(q, ":now", now_ms);
	return query_try(q, why);
}

static const char *
reservation_text(enum reservation_state state)
{
	switch (state) {
#define X(name, text)            \
	case RESERVATION_##name: \
		return text;
		RESERVATION_STATES(X)
#undef X
	}
	ensure(!"a state outside the enum");
	return "";
}

/* True when it did, to the one that is under way. */
static bool
changes_reservation(struct query *q, const char *case_id, struct why *why)
{
	if (!query_try(q, why))
		return false;
	return query_changes(q) == 1 ||
	       why_set(why, "case %s has no reservation under way", case_id);
}

bool
store_reservation_set(struct store *store, const char *case_id, enum reservation_state state,
                      int64_t now_ms, struct why *why)
{
	struct query *q =
		query(store, "UPDATE reservations SET state = :state, changed_ms = :now "
	                     "WHERE case_id = :case AND state IN ('reserved', 'executing')");
	query_text(q, ":state", reservation_text(state));
	query_integer(q, ":now", now_ms);
	query_text(q, ":case", case_id);
	return changes_reservation(q, case_id, why);
}

bool
store_reservation_execute(struct store *store, const char *case_id, const struct mandate *mandate,
                          int64_t now_ms, struct why *why)
{
	struct query *q =
		query(store, "UPDATE reservations SET state = 'executing', mandate_id = :mandate, "
	                     "mandate_version = :version, executes_ms = :now, changed_ms = :now "
	                     "WHERE case_id = :case AND state IN ('reserved', 'executing')");
	query_text(q, ":mandate", mandate->id);
	query_integer(q, ":version", mandate->signed_ms);
	query_integer(q, ":now", now_ms);
	query_text(q, ":case", case_id);
	return changes_reservation(q, case_id, why);
}

bool
store_order_is_busy(struct store *store, const char *order_number, const char *case_id)
{
	struct query *q = query(store, "SELECT 1 FROM reservations WHERE order_number = :order "
	                               "AND case_id <> :case AND state <> 'released' LIMIT 1");
	bool busy = false;
	query_text(q, ":order", order_number);
	query_text(q, ":case", case_id);
	while (query_next(q))
		busy = true;
	return busy;
}
