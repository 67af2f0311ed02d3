/*
 * The case as JSON: what the store keeps in cases.document.  Facts and the reply are
 * stored apart, because they hold personal data and can be erased.
 */
#include "refund/case.h"

#include <string.h>

#include "base/ensure.h"
#include "base/record.h"
#include "base/text.h"

static const char *const state_names[CASE_STATE_COUNT] = {
#define X(name) [CASE_##name] = #name,
	CASE_STATES(X)
#undef X
};

const char *
case_state_text(enum case_state state)
{
	ensure((int)state >= 0 && (int)state < CASE_STATE_COUNT);
	return state_names[state];
}

bool
case_state_parse(const char *text, enum case_state *state)
{
	for (int i = 0; i < CASE_STATE_COUNT; i++) {
		if (text_equal(state_names[i], text)) {
			*state = (enum case_state)i;
			return true;
		}
	}
	return false;
}

bool
case_has_ended(enum case_state state)
{
	return state == CASE_CLOSED || state == CASE_DECLINED || state == CASE_REFUSED ||
	       state == CASE_EXPIRED;
}

const char *
event_text(enum event_kind kind)
{
	switch (kind) {
	case EVENT_MESSAGE:
		return "message";
	case EVENT_EDITED:
		return "edited";
	case EVENT_DELETED:
		return "deleted";
	case EVENT_HUMAN_REPLIED:
		return "human_replied";
	case EVENT_UNVERIFIED:
		return "unverified";
	case EVENT_ANSWER:
		return "answer";
	case EVENT_ROOM:
		return "room";
	case EVENT_SEALED:
		return "sealed";
	case EVENT_TOLD:
		return "told";
	case EVENT_DEADLINE:
		return "deadline";
	case EVENT_RELEASED:
		return "released";
	case EVENT_DENIED:
		return "denied";
	}
	ensure(!"an event outside the enum");
	return "";
}

int64_t
case_wake_ms(const struct refund_case *c)
{
	const int64_t times[] = { c->due_ms, c->notice_ms, c->give_up_ms };
	int64_t earliest = 0;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] != 0 && (earliest == 0 || times[i] < earliest))
			earliest = times[i];
	return earliest;
}

void
case_open(struct refund_case *c, const char *id, int64_t contact, int64_t now_ms)
{
	memset(c, 0, sizeof(*c));
	ensure(text_copy(c->id, sizeof(c->id), id));
	c->contact = contact;
	c->state = CASE_OPENED;
	c->opened_ms = now_ms;
	c->entered_ms = now_ms;
}

bool
case_may_be_denied(const struct refund_case *c)
{
	bool is_void = !c->refund.acknowledged && c->refund.void_sends == c->refund.sends;
	return c->state == CASE_HELD && (is_void || c->refund.burnt);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static const char *
state_name(int value)
{
	return case_state_text((enum case_state)value);
}

static const char *
hold_name(int value)
{
	return hold_text((enum hold_reason)value);
}

static const char *
language_name(int value)
{
	return language_text((enum language)value);
}

static const struct field offer_rows[] = {
	ROW_TEXT(offer, id),
	ROW_INTEGER(offer, amount_cents),
	ROW_INTEGER(offer, made_ms),
	ROW_INTEGER(offer, expires_ms),
	ROW_INTEGER(offer, unclear_answers),
	ROW_INTEGER(offer, early_answers),
	ROW_INTEGER(offer, consent_message),
	ROW_INTEGER(offer, consented_ms),
};
static const struct record offer_record = RECORD(offer_rows);

static const struct field refund_rows[] = {
	ROW_TEXT(refund, id),
	ROW_TEXT(refund, e2eid),
	ROW_INTEGER(refund, sequence),
	ROW_INTEGER(refund, sends),
	ROW_INTEGER(refund, sent_ms),
	ROW_INTEGER(refund, round_sends),
	ROW_INTEGER(refund, void_sends),
	ROW_BOOL(refund, acknowledged),
	ROW_BOOL(refund, settled),
	ROW_BOOL(refund, burnt),
	ROW_BOOL(refund, send_again),
	ROW_BOOL(refund, slow_told),
};
static const struct record refund_record = RECORD(refund_rows);

static const struct field note_rows[] = {
	ROW_TEXT(note, ref),
	ROW_INTEGER(note, sends),
	ROW_INTEGER(note, sent_ms),
	ROW_BOOL(note, send_again),
};
static const struct record note_record = RECORD(note_rows);

static const struct field mandate_rows[] = {
	ROW_TEXT(mandate_used, id),
	ROW_INTEGER(mandate_used, version),
	ROW_TEXT(mandate_used, key_id),
	ROW_TEXT(mandate_used, digest),
	ROW_INTEGER(mandate_used, per_refund_cents),
};
static const struct record mandate_record = RECORD(mandate_rows);

static const struct field reading_rows[] = {
	ROW_INTEGER(reading, read_ms),
	ROW_TEXT(reading, credential),
};
static const struct record reading_record = RECORD(reading_rows);

static const struct field case_rows[] = {
	ROW_TEXT(refund_case, id),
	ROW_INTEGER(refund_case, contact),
	ROW_ENUM(refund_case, state, state_name, CASE_STATE_COUNT),
	ROW_ENUM(refund_case, reason, hold_name, HOLD_TAKEN_OVER + 1),
	ROW_ENUM(refund_case, language, language_name, LANGUAGE_COUNT),
	ROW_TEXT(refund_case, order_number),
	ROW_INTEGER(refund_case, order_tries),
	ROW_INTEGER(refund_case, opened_ms),
	ROW_INTEGER(refund_case, entered_ms),
	ROW_INTEGER(refund_case, due_ms),
	ROW_INTEGER(refund_case, notice_ms),
	ROW_INTEGER(refund_case, give_up_ms),
	ROW_INTEGER(refund_case, tries),
	ROW_RECORD(refund_case, offer, &offer_record),
	ROW_RECORD(refund_case, refund, &refund_record),
	ROW_RECORD(refund_case, note, &note_record),
	ROW_RECORD(refund_case, mandate, &mandate_record),
	ROW_TEXT(refund_case, receipt_id),
	ROW_BOOL(refund_case, receipt_is_safe),
	ROW_RECORD(refund_case, order_reading, &reading_record),
	ROW_RECORD(refund_case, payment_reading, &reading_record),
	ROW_RECORD(refund_case, refund_reading, &reading_record),
	ROW_RECORD(refund_case, note_reading, &reading_record),
	ROW_TEXT(refund_case, reply_commitment),
};
static const struct record case_record = RECORD(case_rows);

json_t *
case_to_json(const struct refund_case *c)
{
	return record_to_json(&case_record, c);
}

bool
case_from_json(const json_t *json, struct refund_case *c, struct why *why)
{
	memset(c, 0, sizeof(*c));
	return record_from_json(&case_record, json, c, why);
}
