/*
 * Cases, their facts and history, and everything we ask of the world for them.
 */
#include "io/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "io/query.h"
#include "io/store_file.h"

/* --- facts ------------------------------------------------------------------------------------------- */

static void
save_fact(struct store *store, const struct refund_case *c, const char *kind, int64_t read_ms,
          json_t *body)
{
	char *text = json_text(body);
	struct query *q =
		query(store, "INSERT INTO case_facts (case_id, kind, read_ms, body) "
	                     "VALUES (:case, :kind, :read, :body) "
	                     "ON CONFLICT (case_id, kind) DO UPDATE "
	                     "SET read_ms = excluded.read_ms, body = excluded.body "
	                     "WHERE excluded.read_ms <> read_ms OR excluded.body <> body");
	query_text(q, ":case", c->id);
	query_text(q, ":kind", kind);
	query_integer(q, ":read", read_ms);
	query_text(q, ":body", text);
	query_run(q);
	free(text);
	json_decref(body);
}

static json_t *
words_to_json(const struct refund_case *c)
{
	return json_pack("{s:s,s:s}", "reply", c->reply, "consent", c->consent_disclosure);
}

static void
save_facts(struct store *store, const struct refund_case *c)
{
	struct facts *facts = calloc(1, sizeof(*facts));
	ensure(facts != NULL);
	if (c->order_reading.read_ms != 0) {
		facts->kind = FACTS_ORDER;
		facts->order = c->order;
		save_fact(store, c, "order", c->order_reading.read_ms, facts_to_json(facts));
	}
	if (c->payment_reading.read_ms != 0) {
		facts->kind = FACTS_PAYMENT;
		facts->payment = c->payment;
		save_fact(store, c, "payment", c->payment_reading.read_ms, facts_to_json(facts));
	}
	if (c->refund_reading.read_ms != 0) {
		facts->kind = FACTS_REFUND;
		facts->refund = c->refund_seen;
		save_fact(store, c, "refund", c->refund_reading.read_ms, facts_to_json(facts));
	}
	if (c->note_reading.read_ms != 0) {
		facts->kind = FACTS_NOTE;
		facts->note = c->note_seen;
		save_fact(store, c, "note", c->note_reading.read_ms, facts_to_json(facts));
	}
	if (c->consent_disclosure[0] != '\0')
		save_fact(store, c, "words", c->offer.consented_ms, words_to_json(c));
	free(facts);
}

static void
take_facts(struct refund_case *c, const struct facts *facts)
{
	switch (facts->kind) {
	case FACTS_NONE:
		break;
	case FACTS_ORDER:
		c->order = facts->order;
		break;
	case FACTS_PAYMENT:
		c->payment = facts->payment;
		break;
	case FACTS_REFUND:
		c->refund_seen = facts->refund;
		break;
	case FACTS_NOTE:
		c->note_seen = facts->note;
		break;
	}
}

static bool
read_fact(struct query *q, struct refund_case *c, struct facts *facts, struct why *why)
{
	char kind[16];
	size_t length;
	query_get_text(q, 0, kind, sizeof(kind));
	char *text = query_take_text(q, 1, &length);
	json_t *json = json_parse_object(text, length, 1024 * 1024, why);
	bool ok = json != NULL;
	if (ok && text_equal(kind, "words")) {
		ok = json_get_text(json, "reply", c->reply, sizeof(c->reply), why) &&
		     json_get_text(json, "consent", c->consent_disclosure,
		                   sizeof(c->consent_disclosure), why);
	} else if (ok) {
		ok = facts_from_json(json, facts, why);
		if (ok)
			take_facts(c, facts);
	}
	json_decref(json);
	free(text);
	return ok;
}

static void
load_facts(struct store *store, struct refund_case *c)
{
	struct query *q = query(store, "SELECT kind, body FROM case_facts WHERE case_id = :case");
	struct facts *facts = calloc(1, sizeof(*facts));
	struct why why = { "" };
	ensure(facts != NULL);
	query_text(q, ":case", c->id);
	while (query_next(q))
		if (!read_fact(q, c, facts, &why))
			store_fail(store, "case %s: its facts can't be read: %s", c->id, why.text);
	free(facts);
}

/* --- cases -------------------------------------------------------------------------------------------- */

bool
store_case_load(struct store *store, const char *id, struct refund_case *c)
{
	struct query *q = query(store, "SELECT document FROM cases WHERE id = :id");
	struct why why = { "" };
	char *text = NULL;
	size_t length = 0;
	query_text(q, ":id", id);
	while (query_next(q))
		text = query_take_text(q, 0, &length);
	if (text == NULL)
		return false;
	json_t *json = json_parse_object(text, length, 64 * 1024, &why);
	if (json == NULL || !case_from_json(json, c, &why))
		store_fail(store, "case %s can't be read: %s", id, why.text);
	else
		load_facts(store, c);
	json_decref(json);
	free(text);
	return store_is_well(store, NULL);
}

void
store_case_save(struct store *store, const struct refund_case *c, int64_t now_ms)
{
	struct query *q = query(
		store,
		"INSERT INTO cases (id, contact_id, state, reason, order_number, amount_cents, "
		"receipt_id, "
		"opened_ms, changed_ms, due_ms, document) VALUES (:id, :contact, :state, :reason, "
		":order, "
		":amount, :receipt, :opened, :now, :due, :document) ON CONFLICT (id) DO UPDATE SET "
		"state = excluded.state, reason = excluded.reason, order_number = "
		"excluded.order_number, "
		"amount_cents = excluded.amount_cents, receipt_id = excluded.receipt_id, "
		"changed_ms = excluded.changed_ms, due_ms = excluded.due_ms, document = "
		"excluded.document");
	json_t *json = case_to_json(c);
	char *document = json_text(json);
	query_text(q, ":id", c->id);
	query_integer(q, ":contact", c->contact);
	query_text(q, ":state", case_state_text(c->state));
	query_text(q, ":reason", hold_text(c->reason));
	query_text(q, ":order", c->order_number);
	query_integer(q, ":amount", c->offer.amount_cents);
	query_text(q, ":receipt", c->receipt_id);
	query_integer(q, ":opened", c->opened_ms);
	query_integer(q, ":now", now_ms);
	query_integer_or_null(q, ":due", case_wake_ms(c));
	query_text(q, ":document", document);
	query_run(q);
	free(document);
	json_decref(json);
	save_facts(store, c);
}

static size_t
read_ids(struct query *q, char ids[][ID_SIZE])
{
	size_t count = 0;
	while (query_next(q))
		query_get_text(q, 0, ids[count++], ID_SIZE);
	return count;
}

size_t
store_cases_of(struct store *store, int64_t contact, char ids[][ID_SIZE], size_t room)
{
	struct query *q = query(store, "SELECT id FROM cases WHERE contact_id = :contact "
	                               "ORDER BY opened_ms DESC, rowid DESC LIMIT :room");
	query_integer(q, ":contact", contact);
	query_integer(q, ":room", (int64_t)room);
	return read_ids(q, ids);
}

size_t
store_cases_due(struct store *store, int64_t now_ms, char ids[][ID_SIZE], size_t room)
{
	struct query *q = query(store, "SELECT id FROM cases WHERE due_ms <= :now ORDER BY due_ms "
	                               "LIMIT :room");
	query_integer(q, ":now", now_ms);
	query_integer(q, ":room", (int64_t)room);
	return read_ids(q, ids);
}

int64_t
store_next_due_ms(struct store *store)
{
	struct query *q =
		query(store, "SELECT min(at) FROM (SELECT min(due_ms) AS at FROM cases "
	                     "WHERE due_ms IS NOT NULL UNION ALL SELECT * FROM (SELECT due_ms "
	                     "FROM outbox o WHERE due_ms IS NOT NULL AND " SAYING_HAS_ITS_TURN
	                     " ORDER BY due_ms LIMIT 1)) HAVING min(at) IS NOT NULL");
	int64_t next_ms = INT64_MAX;
	while (query_next(q))
		next_ms = query_get_integer(q, 0);
	return next_ms;
}

#define CASE_ROWS                                                                                  \
	"SELECT c.id, c.order_number, state, reason, c.amount_cents, c.receipt_id, opened_ms, "    \
	"changed_ms, address, name, coalesce(r.safe, 0), "                                         \
	"json_extract(c.document, '$.entered_ms') FROM cases c "                                   \
	"JOIN contacts p ON p.id = c.contact_id LEFT JOIN seals s ON s.receipt_id = c.receipt_id " \
	"LEFT JOIN receipts r ON r.id = s.receipt_id "
#define NEWEST_FIRST "ORDER BY changed_ms DESC, c.rowid DESC LIMIT :limit"

/* Two texts, because only one that names the state is answered by its index. */
void
store_cases(struct store *store, const char *state, size_t limit, store_case_visit *visit,
            void *context)
{
	bool all = state[0] == '\0';
	struct query *q = all ? query(store, CASE_ROWS NEWEST_FIRST)
	                      : query(store, CASE_ROWS "WHERE state = :state " NEWEST_FIRST);
	struct case_row row;
	if (!all)
		query_text(q, ":state", state);
	query_integer(q, ":limit", (int64_t)limit);
	while (query_next(q)) {
		query_get_text(q, 0, row.id, sizeof(row.id));
		query_get_text(q, 1, row.order_number, sizeof(row.order_number));
		query_get_text(q, 2, row.state, sizeof(row.state));
		query_get_text(q, 3, row.reason, sizeof(row.reason));
		row.amount_cents = query_get_integer(q, 4);
		query_get_text(q, 5, row.receipt_id, sizeof(row.receipt_id));
		row.opened_ms = query_get_integer(q, 6);
		row.changed_ms = query_get_integer(q, 7);
		query_get_text(q, 8, row.address, sizeof(row.address));
		query_get_text(q, 9, row.name, sizeof(row.name));
		row.receipt_is_safe = query_get_integer(q, 10) != 0;
		row.entered_ms = query_get_integer(q, 11);
		visit(context, &row);
	}
}

/* --- history ------------------------------------------------------------------------------------------- */

void
store_transition(struct store *store, const char *case_id, int64_t at_ms, const char *from,
                 const char *to, const char *reason, const char *actor)
{
	struct query *q =
		query(store, "INSERT INTO transitions (case_id, at_ms, from_state, to_state, "
	                     "reason, actor) VALUES (:case, :at, :from, :to, :reason, :actor)");
	query_text(q, ":case", case_id);
	query_integer(q, ":at", at_ms);
	query_text(q, ":from", from);
	query_text(q, ":to", to);
	query_text(q, ":reason", reason);
	query_text(q, ":actor", actor);
	query_run(q);
}

void
store_history(struct store *store, const char *case_id, store_transition_visit *visit,
              void *context)
{
	struct query *q =
		query(store, "SELECT at_ms, from_state, to_state, reason, actor FROM transitions "
	                     "WHERE case_id = :case ORDER BY id");
	struct transition_row row;
	query_text(q, ":case", case_id);
	while (query_next(q)) {
		row.at_ms = query_get_integer(q, 0);
		query_get_text(q, 1, row.from, sizeof(row.from));
		query_get_text(q, 2, row.to, sizeof(row.to));
		query_get_text(q, 3, row.reason, sizeof(row.reason));
		query_get_text(q, 4, row.actor, sizeof(row.actor));
		visit(context, &row);
	}
}

/* --- operations and attempts ----------------------------------------------------------------------------- */

static int64_t
find_operation(struct store *store, const char *case_id, const struct operation *operation)
{
	struct query *q =
		query(store, "SELECT id FROM operations WHERE case_id = :case AND kind = :kind "
	                     "AND key = :key");
	int64_t id = 0;
	query_text(q, ":case", case_id);
	query_text(q, ":kind", operation_text(operation->kind));
	query_text(q, ":key", operation_key(operation));
	while (query_next(q))
		id = query_get_integer(q, 0);
	return id;
}

int64_t
store_operation(struct store *store, const char *case_id, const struct operation *operation,
                int64_t now_ms, struct why *why)
{
	int64_t id = find_operation(store, case_id, operation);
	if (id != 0)
		return id;
	struct query *q =
		query(store, "INSERT INTO operations (case_id, kind, role, key, input, created_ms) "
	                     "VALUES (:case, :kind, :role, :key, :input, :now)");
	json_t *json = operation_to_json(operation);
	char *input = json_text(json);
	query_text(q, ":case", case_id);
	query_text(q, ":kind", operation_text(operation->kind));
	query_text(q, ":role", role_text(operation_role(operation->kind)));
	query_text(q, ":key", operation_key(operation));
	query_text(q, ":input", input);
	query_integer(q, ":now", now_ms);
	bool ok = query_try(q, why);
	free(input);
	json_decref(json);
	return ok ? query_last_id(q) : 0;
}

bool
store_operation_load(struct store *store, int64_t id, struct operation *operation, char *case_id)
{
	struct query *q = query(store, "SELECT case_id, input FROM operations WHERE id = :id");
	struct why why = { "" };
	bool found = false;
	query_integer(q, ":id", id);
	while (query_next(q)) {
		size_t length;
		query_get_text(q, 0, case_id, ID_SIZE);
		char *text = query_take_text(q, 1, &length);
		json_t *json = json_parse_object(text, length, 1024 * 1024, &why);
		found = json != NULL && operation_from_json(json, operation, &why);
		if (!found)
			store_fail(store, "an operation can't be read: %s", why.text);
		json_decref(json);
		free(text);
	}
	return found;
}

/* An attempt of a write raises the mark beside the store before it leaves (store_lock.h). */
static void
note_write(struct store *store, int64_t operation, int64_t attempt)
{
	struct query *q =
		query(store, "SELECT 1 FROM operations WHERE id = :id AND role = 'write'");
	query_integer(q, ":id", operation);
	while (query_next(q))
		store->leaving.attempt = attempt;
}

int64_t
store_attempt_open(struct store *store, int64_t operation, const char *tool, const char *credential,
                   int64_t now_us, struct why *why)
{
	struct query *q =
		query(store, "INSERT INTO attempts (operation_id, tool, credential, started_us) "
	                     "VALUES (:operation, :tool, :credential, :now)");
	query_integer(q, ":operation", operation);
	query_text(q, ":tool", tool);
	query_text(q, ":credential", credential);
	query_integer(q, ":now", now_us);
	if (!query_try(q, why))
		return 0;
	note_write(store, operation, query_last_id(q));
	return query_last_id(q);
}

void
store_attempt_close(struct store *store, int64_t attempt, int64_t now_us, enum outcome outcome,
                    const char *why)
{
	struct query *q =
		query(store, "UPDATE attempts SET ended_us = :now, outcome = :outcome, why = :why "
	                     "WHERE id = :id");
	query_integer(q, ":now", now_us);
	query_text(q, ":outcome", outcome_text(outcome));
	query_text(q, ":why", why);
	query_integer(q, ":id", attempt);
	query_run(q);
}

size_t
store_open_attempts(struct store *store, struct open_attempt *attempts, size_t room)
{
	struct query *q =
		query(store, "SELECT a.id, a.operation_id, o.case_id, a.credential FROM attempts a "
	                     "JOIN operations o ON o.id = a.operation_id "
	                     "WHERE a.ended_us IS NULL ORDER BY a.id LIMIT :room");
	size_t count = 0;
	query_integer(q, ":room", (int64_t)room);
	while (query_next(q)) {
		struct open_attempt *attempt = &attempts[count++];
		attempt->id = query_get_integer(q, 0);
		attempt->operation = query_get_integer(q, 1);
		query_get_text(q, 2, attempt->case_id, sizeof(attempt->case_id));
		query_get_text(q, 3, attempt->credential, sizeof(attempt->credential));
	}
	return count;
}

void
store_attempts(struct store *store, const char *case_id, store_attempt_visit *visit, void *context)
{
	struct query *q = query(
		store,
		"SELECT kind, key, tool, credential, coalesce(outcome, ''), why, started_us, "
		"coalesce(ended_us, 0) FROM attempts a JOIN operations o ON o.id = a.operation_id "
		"WHERE case_id = :case ORDER BY a.id");
	struct attempt_row row;
	query_text(q, ":case", case_id);
	while (query_next(q)) {
		query_get_text(q, 0, row.kind, sizeof(row.kind));
		query_get_text(q, 1, row.key, sizeof(row.key));
		query_get_text(q, 2, row.tool, sizeof(row.tool));
		query_get_text(q, 3, row.credential, sizeof(row.credential));
		query_get_text(q, 4, row.outcome, sizeof(row.outcome));
		query_get_text(q, 5, row.why, sizeof(row.why));
		row.started_us = query_get_integer(q, 6);
		row.ended_us = query_get_integer(q, 7);
		visit(context, &row);
	}
}

/* --- offers ------------------------------------------------------------------------------------------------ */

void
store_offer(struct store *store, const struct refund_case *c)
{
	struct query *q =
		query(store, "INSERT INTO offers (id, case_id, order_number, e2eid, amount_cents, "
	                     "made_ms, expires_ms) VALUES (:id, :case, :order, :e2eid, :amount, "
	                     ":made, :expires)");
	query_text(q, ":id", c->offer.id);
	query_text(q, ":case", c->id);
	query_text(q, ":order", c->order_number);
	query_text(q, ":e2eid", c->payment.e2eid);
	query_integer(q, ":amount", c->offer.amount_cents);
	query_integer(q, ":made", c->offer.made_ms);
	query_integer(q, ":expires", c->offer.expires_ms);
	query_run(q);
}

bool
store_consent(struct store *store, const struct refund_case *c, struct why *why)
{
	struct query *q = query(store, "UPDATE offers SET consent_message_id = :message, "
	                               "consented_ms = :at WHERE id = :id");
	query_integer(q, ":message", c->offer.consent_message);
	query_integer(q, ":at", c->offer.consented_ms);
	query_text(q, ":id", c->offer.id);
	return query_try(q, why);
}
