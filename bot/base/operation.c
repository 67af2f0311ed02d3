/*
 * The list of operations, spelled out, and what each is stored as.
 */
#include "base/operation.h"

#include <string.h>

#include "base/ensure.h"
#include "base/record.h"
#include "base/text.h"

static const struct field order_rows[] = { ROW_TEXT(order_query, number) };
static const struct record order_record = RECORD(order_rows);

static const struct field payment_rows[] = { ROW_TEXT(payment_query, reference) };
static const struct record payment_record = RECORD(payment_rows);

static const struct field refund_rows[] = {
	ROW_TEXT(refund_request, e2eid),
	ROW_TEXT(refund_request, id),
	ROW_INTEGER(refund_request, amount_cents),
	ROW_TEXT(refund_request, description),
};
static const struct record refund_record = RECORD(refund_rows);

static const struct field refund_query_rows[] = {
	ROW_TEXT(refund_query, e2eid),
	ROW_TEXT(refund_query, id),
};
static const struct record refund_query_record = RECORD(refund_query_rows);

static const struct field note_rows[] = {
	ROW_TEXT(note_request, ref),
	ROW_TEXT(note_request, sale_access_key),
	ROW_INTEGER(note_request, issued_ms),
	ROW_INTEGER(note_request, total_cents),
	ROW_RECORD(note_request, buyer, &buyer_record),
	ROW_LIST(note_request, items, item_count, &order_item_record),
};
static const struct record note_record = RECORD(note_rows);

static const struct field note_query_rows[] = { ROW_TEXT(note_query, ref) };
static const struct record note_query_record = RECORD(note_query_rows);

static const struct {
	const char *text;
	enum duty duty;
	enum role role;
} operations[] = {
#define X(name, text, duty, role) [OPERATION_##name] = { text, DUTY_##duty, ROLE_##role },
	OPERATIONS(X)
#undef X
};

enum { OPERATION_COUNT = sizeof(operations) / sizeof(operations[0]) };

static const struct record *const records[OPERATION_COUNT] = {
	[OPERATION_LEDGER_ORDER] = &order_record,
	[OPERATION_PAY_PAYMENT] = &payment_record,
	[OPERATION_PAY_REFUND] = &refund_record,
	[OPERATION_PAY_REFUND_STATUS] = &refund_query_record,
	[OPERATION_INVOICE_ISSUE] = &note_record,
	[OPERATION_INVOICE_NOTE] = &note_query_record,
};

const char *
operation_text(enum operation_kind kind)
{
	return operations[kind].text;
}

bool
operation_parse(const char *text, enum operation_kind *kind)
{
	for (int i = 0; i < OPERATION_COUNT; i++) {
		if (text_equal(operations[i].text, text)) {
			*kind = (enum operation_kind)i;
			return true;
		}
	}
	return false;
}

enum duty
operation_duty(enum operation_kind kind)
{
	return operations[kind].duty;
}

enum role
operation_role(enum operation_kind kind)
{
	return operations[kind].role;
}

const char *
duty_text(enum duty duty)
{
	switch (duty) {
#define X(name, text)     \
	case DUTY_##name: \
		return text;
		DUTIES(X)
#undef X
	}
	ensure(!"a duty outside the enum");
	return "";
}

const char *
operation_key(const struct operation *operation)
{
	switch (operation->kind) {
	case OPERATION_LEDGER_ORDER:
		return operation->order.number;
	case OPERATION_PAY_PAYMENT:
		return operation->payment.reference;
	case OPERATION_PAY_REFUND:
		return operation->refund.id;
	case OPERATION_PAY_REFUND_STATUS:
		return operation->refund_status.id;
	case OPERATION_INVOICE_ISSUE:
		return operation->note.ref;
	case OPERATION_INVOICE_NOTE:
		return operation->note_status.ref;
	}
	ensure(!"an operation outside the enum");
	return "";
}

json_t *
operation_to_json(const struct operation *operation)
{
	json_t *object = record_to_json(records[operation->kind], &operation->order);
	json_object_set_new(object, "operation", json_string(operation_text(operation->kind)));
	return object;
}

bool
operation_from_json(const json_t *json, struct operation *operation, struct why *why)
{
	memset(operation, 0, sizeof(*operation));
	const char *text = json_string_value(json_object_get(json, "operation"));
	if (text == NULL || !operation_parse(text, &operation->kind))
		return why_set(why, "field operation names no known operation");
	json_t *rest = json_copy((json_t *)(uintptr_t)json);
	json_object_del(rest, "operation");
	bool ok = record_from_json(records[operation->kind], rest, &operation->order, why);
	json_decref(rest);
	return ok || why_prefix(why, "%s", text);
}
