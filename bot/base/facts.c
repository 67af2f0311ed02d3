/*
 * The tables that name every fact's fields, and the provider-neutral status names.
 * The status texts are BACEN's and Focus NFe's own words (pix.md section 3,
 * fiscal.md section 6.4), because receipts quote them.
 */
#include "base/facts.h"

#include <string.h>

#include "base/ensure.h"
#include "base/record.h"
#include "base/text.h"

const char *
refund_status_text(enum refund_status status)
{
	switch (status) {
#define X(name, text)       \
	case REFUND_##name: \
		return text;
		REFUND_STATUSES(X)
#undef X
	}
	ensure(!"a refund status outside the enum");
	return "";
}

enum refund_status
refund_status_parse(const char *text)
{
#define X(name, word)               \
	if (text_equal(text, word)) \
		return REFUND_##name;
	REFUND_STATUSES(X)
#undef X
	return REFUND_UNRECOGNISED;
}

const char *
note_status_text(enum note_status status)
{
	switch (status) {
#define X(name, text)     \
	case NOTE_##name: \
		return text;
		NOTE_STATUSES(X)
#undef X
	}
	ensure(!"a note status outside the enum");
	return "";
}

enum note_status
note_status_parse(const char *text)
{
#define X(name, word)               \
	if (text_equal(text, word)) \
		return NOTE_##name;
	NOTE_STATUSES(X)
#undef X
	return NOTE_UNRECOGNISED;
}

static const char *
refund_status_name(int value)
{
	return refund_status_text((enum refund_status)value);
}

static const char *
note_status_name(int value)
{
	return note_status_text((enum note_status)value);
}

/* --- tables ------------------------------------------------------------------------------- */

static const struct field item_rows[] = {
	ROW_INTEGER(order_item, number),
	ROW_TEXT(order_item, code),
	ROW_TEXT(order_item, description),
	ROW_TEXT(order_item, ncm),
	ROW_TEXT(order_item, cfop),
	ROW_TEXT(order_item, unit),
	ROW_INTEGER(order_item, quantity_e4),
	ROW_INTEGER(order_item, unit_price_e6),
	ROW_INTEGER(order_item, discount_cents),
	ROW_INTEGER(order_item, total_cents),
};
const struct record order_item_record = RECORD(item_rows);

static const struct field buyer_rows[] = {
	ROW_TEXT(buyer, name),       ROW_TEXT(buyer, document),    ROW_TEXTS(buyer, phones),
	ROW_TEXT(buyer, email),      ROW_TEXT(buyer, street),      ROW_TEXT(buyer, street_number),
	ROW_TEXT(buyer, complement), ROW_TEXT(buyer, district),    ROW_TEXT(buyer, city),
	ROW_TEXT(buyer, state),      ROW_TEXT(buyer, postal_code),
};
const struct record buyer_record = RECORD(buyer_rows);

static const struct field sale_note_rows[] = {
	ROW_TEXT(sale_note, access_key),
	ROW_TEXT(sale_note, number),
	ROW_TEXT(sale_note, series),
	ROW_BOOL(sale_note, in_production),
};
static const struct record sale_note_record = RECORD(sale_note_rows);

static const struct field order_rows[] = {
	ROW_BOOL(order_facts, exists),
	ROW_TEXT(order_facts, number),
	ROW_TEXT(order_facts, ledger_id),
	ROW_INTEGER(order_facts, total_cents),
	ROW_INTEGER(order_facts, ordered_ms),
	ROW_BOOL(order_facts, paid_by_pix),
	ROW_TEXT(order_facts, payment_reference),
	ROW_BOOL(order_facts, billed),
	ROW_BOOL(order_facts, cancelled),
	ROW_BOOL(order_facts, returned),
	ROW_BOOL(order_facts, partly_returned),
	ROW_RECORD(order_facts, buyer, &buyer_record),
	ROW_RECORD(order_facts, sale_note, &sale_note_record),
	ROW_LIST(order_facts, items, item_count, &order_item_record),
};
static const struct record order_record = RECORD(order_rows);

static const struct field refund_rows[] = {
	ROW_BOOL(refund_facts, exists),
	ROW_TEXT(refund_facts, id),
	ROW_TEXT(refund_facts, rtrid),
	ROW_INTEGER(refund_facts, amount_cents),
	ROW_TEXT(refund_facts, nature),
	ROW_ENUM(refund_facts, status, refund_status_name, REFUND_UNRECOGNISED + 1),
	ROW_INTEGER(refund_facts, requested_ms),
	ROW_INTEGER(refund_facts, settled_ms),
	ROW_TEXT(refund_facts, motive),
};
static const struct record refund_record = RECORD(refund_rows);

static const struct field payment_rows[] = {
	ROW_BOOL(payment_facts, exists),
	ROW_TEXT(payment_facts, e2eid),
	ROW_TEXT(payment_facts, txid),
	ROW_INTEGER(payment_facts, amount_cents),
	ROW_INTEGER(payment_facts, paid_ms),
	ROW_LIST(payment_facts, refunds, refund_count, &refund_record),
};
static const struct record payment_record = RECORD(payment_rows);

static const struct field note_rows[] = {
	ROW_BOOL(note_facts, exists),
	ROW_TEXT(note_facts, ref),
	ROW_ENUM(note_facts, status, note_status_name, NOTE_UNRECOGNISED + 1),
	ROW_TEXT(note_facts, authority_status),
	ROW_TEXT(note_facts, authority_message),
	ROW_TEXT(note_facts, access_key),
	ROW_TEXT(note_facts, number),
	ROW_TEXT(note_facts, series),
	ROW_TEXT(note_facts, protocol),
	ROW_BOOL(note_facts, environment_known),
	ROW_BOOL(note_facts, in_production),
	ROW_BOOL(note_facts, content_known),
	ROW_INTEGER(note_facts, purpose),
	ROW_BOOL(note_facts, is_entry),
	ROW_INTEGER(note_facts, total_cents),
	ROW_INTEGER(note_facts, item_count),
	ROW_TEXT(note_facts, sale_access_key),
};
static const struct record note_record = RECORD(note_rows);

/* --- a fact of any kind -------------------------------------------------------------------- */

static const struct {
	const char *name;
	const struct record *record;
	size_t size;
} kinds[] = {
	[FACTS_NONE] = { "none", NULL, 0 },
	[FACTS_ORDER] = { "order", &order_record, sizeof(struct order_facts) },
	[FACTS_PAYMENT] = { "payment", &payment_record, sizeof(struct payment_facts) },
	[FACTS_REFUND] = { "refund", &refund_record, sizeof(struct refund_facts) },
	[FACTS_NOTE] = { "note", &note_record, sizeof(struct note_facts) },
};

json_t *
facts_to_json(const struct facts *facts)
{
	json_t *object = json_object();
	if (facts->kind != FACTS_NONE)
		json_object_set_new(object, kinds[facts->kind].name,
		                    record_to_json(kinds[facts->kind].record, &facts->order));
	return object;
}

bool
facts_from_json(const json_t *json, struct facts *facts, struct why *why)
{
	memset(facts, 0, sizeof(*facts));
	if (json_is_object(json) && json_object_size(json) == 0)
		return true;
	for (enum facts_kind kind = FACTS_ORDER; kind <= FACTS_NOTE; kind++) {
		const json_t *value = json_object_get(json, kinds[kind].name);
		if (value == NULL)
			continue;
		facts->kind = kind;
		return record_from_json(kinds[kind].record, value, &facts->order, why) ||
		       why_prefix(why, "%s", kinds[kind].name);
	}
	return why_set(why, "facts of no known kind");
}
