/*
 * Nothing is judged here: the words and the colours are the page's, the facts the store's.
 *
 * A conversation or a history may be longer than anybody reads.  The newest part is
 * given, with how much was left out, so that the page can say so.
 */
#include "serve/shown_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"

/* Whoever is not in the list sees no customers: a new role begins with nothing. */
static bool
may_see_people(const struct staff *reader)
{
	static const char *const roles[] = { "agent", "approver", "admin" };
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (text_equal(reader->role, roles[i]))
			return true;
	return false;
}

/* --- writing values -------------------------------------------------------------------------- */

/* Words of others: bytes that are no UTF-8 must not cost the whole page. */
static void
put_text(json_t *object, const char *key, const char *text)
{
	json_t *value = json_string(text);
	json_object_set_new(object, key, value != NULL ? value : json_string("\uFFFD"));
}

static void
put_integer(json_t *object, const char *key, int64_t value)
{
	json_object_set_new(object, key, json_integer(value));
}

static void
put_bool(json_t *object, const char *key, bool value)
{
	json_object_set_new(object, key, json_boolean(value));
}

/* --- the list -------------------------------------------------------------------------------- */

struct list {
	json_t *rows;
	bool people;   /* may be shown */
	size_t room;   /* for cases of the present state */
	bool left_out; /* there was one more than that */
};

static void
add_row(void *context, const struct case_row *row)
{
	struct list *list = context;
	list->left_out = list->room == 0;
	if (list->left_out)
		return;
	list->room--;
	json_t *json = json_object();
	put_text(json, "id", row->id);
	put_text(json, "order", row->order_number);
	put_text(json, "state", row->state);
	put_text(json, "reason", row->reason);
	put_integer(json, "amount_cents", row->amount_cents);
	put_text(json, "receipt", row->receipt_id);
	put_bool(json, "receipt_is_safe", row->receipt_is_safe);
	put_integer(json, "opened_ms", row->opened_ms);
	put_integer(json, "entered_ms", row->entered_ms);
	if (list->people) {
		put_text(json, "name", row->name);
		put_text(json, "phone", row->address);
	}
	json_array_append_new(list->rows, json);
}

static size_t
most_of(enum case_state state)
{
	if (state == CASE_HELD)
		return SHOWN_HELD_MAX;
	return case_has_ended(state) ? SHOWN_ENDED_MAX : SHOWN_LIVE_MAX;
}

/* State by state, so that a hundred that ended never push out one that waits for a person. */
json_t *
shown_cases(struct store *store, const struct staff *reader)
{
	struct list list = { .rows = json_array(), .people = may_see_people(reader) };
	json_t *cut = json_array();
	for (int i = 0; i < CASE_STATE_COUNT; i++) {
		const char *state = case_state_text((enum case_state)i);
		list.room = most_of((enum case_state)i);
		list.left_out = false;
		store_cases(store, state, list.room + 1, add_row, &list);
		if (list.left_out)
			json_array_append_new(cut, json_string(state));
	}
	json_t *shown =
		json_pack("{s:o,s:o,s:b}", "cases", list.rows, "cut", cut, "people", list.people);
	put_text(shown, "reader", reader->name);
	put_bool(shown, "money_paused", store_money_is_paused(store));
	return shown;
}

/* --- what happened and what was said ----------------------------------------------------------- */

/* The newest SHOWN_LINES_MAX of what is visited. */
struct newest {
	json_t *list;
	int64_t cut;
};

static void
add_newest(struct newest *newest, json_t *json)
{
	json_array_append_new(newest->list, json);
	if (json_array_size(newest->list) <= SHOWN_LINES_MAX)
		return;
	json_array_remove(newest->list, 0);
	newest->cut++;
}

static void
add_line(void *context, const struct line *line)
{
	json_t *json = json_object();
	put_integer(json, "at_ms", line->at_ms);
	put_text(json, "author", line->author);
	put_text(json, "text", line->text);
	put_text(json, "content", line->content);
	put_text(json, "state", line->state);
	add_newest(context, json);
}

static void
add_step(void *context, const struct transition_row *row)
{
	json_t *json = json_object();
	put_integer(json, "at_ms", row->at_ms);
	put_text(json, "from", row->from);
	put_text(json, "to", row->to);
	put_text(json, "reason", row->reason);
	put_text(json, "actor", row->actor);
	add_newest(context, json);
}

static void
add_call(void *context, const struct attempt_row *row)
{
	json_t *json = json_object();
	put_text(json, "kind", row->kind);
	put_text(json, "key", row->key);
	put_text(json, "tool", row->tool);
	put_text(json, "credential", row->credential);
	put_text(json, "outcome", row->outcome);
	put_text(json, "why", row->why);
	put_integer(json, "started_ms", row->started_us / 1000);
	put_integer(json, "ended_ms", row->ended_us / 1000);
	add_newest(context, json);
}

/* --- facts ------------------------------------------------------------------------------------- */

static json_t *
payment_json(const struct payment_facts *payment)
{
	int64_t refunded_cents = 0;
	if (!payment->exists)
		return json_null();
	for (int64_t i = 0; i < payment->refund_count; i++)
		if (payment->refunds[i].status == REFUND_RETURNED)
			refunded_cents += payment->refunds[i].amount_cents;
	json_t *json = json_object();
	put_text(json, "e2eid", payment->e2eid);
	put_integer(json, "paid_ms", payment->paid_ms);
	put_integer(json, "amount_cents", payment->amount_cents);
	put_integer(json, "refunded_cents", refunded_cents);
	return json;
}

static json_t *
refund_json(const struct refund_case *c)
{
	const struct refund_facts *seen = &c->refund_seen;
	if (c->refund.sends == 0)
		return json_null();
	json_t *json = json_object();
	put_text(json, "id", c->refund.id);
	put_text(json, "status", seen->exists ? refund_status_text(seen->status) : "");
	put_text(json, "message", seen->motive);
	put_integer(json, "sends", c->refund.sends);
	return json;
}

static json_t *
note_json(const struct note_facts *note)
{
	if (!note->exists)
		return json_null();
	json_t *json = json_object();
	put_text(json, "number", note->number);
	put_text(json, "status", note_status_text(note->status));
	put_text(json, "message", note->authority_message);
	put_text(json, "access_key", note->access_key);
	return json;
}

static json_t *
receipt_json(struct store *store, const char *id)
{
	struct stored_receipt receipt;
	json_t *json = json_null();
	if (!store_receipt_load(store, id, &receipt))
		return json;
	if (receipt.sealed) {
		json = json_object();
		put_text(json, "id", receipt.id);
		put_text(json, "result", receipt.result);
		put_text(json, "lifecycle", receipt.lifecycle);
		put_bool(json, "safe", receipt.safe);
		put_bool(json, "test", receipt.test);
		put_integer(json, "leaf", receipt.leaf_index);
		put_integer(json, "sealed_ms", receipt.sealed_ms);
	}
	store_receipt_free(&receipt);
	return json;
}

/* --- one case ---------------------------------------------------------------------------------- */

static const char *
resume_text(const struct refund_case *c)
{
	static const char *const texts[] = {
#define X(name) [RESUME_##name] = #name,
		RESUMES(X)
#undef X
	};
	return c->state == CASE_HELD ? texts[case_resume(c)] : "";
}

static json_t *
case_json(const struct refund_case *c)
{
	json_t *json = json_object();
	put_text(json, "id", c->id);
	put_text(json, "order", c->order_number);
	put_text(json, "state", case_state_text(c->state));
	put_text(json, "reason", hold_text(c->reason));
	put_integer(json, "amount_cents", c->offer.amount_cents);
	put_integer(json, "order_cents", c->order.total_cents);
	put_text(json, "receipt", c->receipt_id);
	put_integer(json, "opened_ms", c->opened_ms);
	put_integer(json, "entered_ms", c->entered_ms);
	put_text(json, "resume", resume_text(c));
	put_bool(json, "may_deny", case_may_be_denied(c));
	return json;
}

/* Who the customer is and what was said. */
static void
put_people(struct store *store, const struct refund_case *c, json_t *shown, json_t *cut)
{
	struct contact contact;
	struct newest lines = { .list = json_array() };
	json_t *about = json_object_get(shown, "case");
	if (store_contact_load(store, c->contact, &contact)) {
		put_text(about, "name", contact.name);
		put_text(about, "phone", contact.address);
	}
	store_conversation(store, c->id, add_line, &lines);
	json_object_set_new(shown, "lines", lines.list);
	put_integer(cut, "lines", lines.cut);
}

static json_t *
whole_case(struct store *store, const struct refund_case *c, bool people)
{
	struct newest steps = { .list = json_array() }, calls = { .list = json_array() };
	json_t *shown = json_object(), *cut = json_object();
	store_history(store, c->id, add_step, &steps);
	store_attempts(store, c->id, add_call, &calls);
	put_integer(cut, "steps", steps.cut);
	put_integer(cut, "calls", calls.cut);
	json_object_set_new(shown, "case", case_json(c));
	json_object_set_new(shown, "payment", payment_json(&c->payment));
	json_object_set_new(shown, "refund", refund_json(c));
	json_object_set_new(shown, "note", note_json(&c->note_seen));
	json_object_set_new(shown, "steps", steps.list);
	json_object_set_new(shown, "calls", calls.list);
	json_object_set_new(shown, "receipt", receipt_json(store, c->receipt_id));
	if (people)
		put_people(store, c, shown, cut);
	json_object_set_new(shown, "cut", cut);
	return shown;
}

json_t *
shown_case(struct store *store, const char *id, const struct staff *reader)
{
	struct refund_case *c = calloc(1, sizeof(*c));
	ensure(c != NULL);
	bool found = store_case_load(store, id, c);
	json_t *shown = found ? whole_case(store, c, may_see_people(reader)) : NULL;
	free(c);
	return shown;
}
