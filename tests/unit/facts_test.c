/*
 * Facts and operations as the store keeps them: full to the brim they survive, and nothing is read as
 * something else.
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/operation.h"

/* Fills a text with letters, to its last byte. */
#define FILL(text)                                   \
	do {                                         \
		memset(text, 'x', sizeof(text) - 1); \
		(text)[sizeof(text) - 1] = '\0';     \
	} while (0)

static void
fill_item(struct order_item *item, int64_t number)
{
	item->number = number;
	FILL(item->code);
	FILL(item->description);
	FILL(item->ncm);
	FILL(item->cfop);
	FILL(item->unit);
	item->quantity_e4 = INT64_MAX;
	item->unit_price_e6 = INT64_MAX - number;
	item->discount_cents = 1;
	item->total_cents = 999999999999;
}

static void
fill_buyer(struct buyer *buyer)
{
	FILL(buyer->name);
	FILL(buyer->document);
	for (int i = 0; i < PHONES_MAX; i++)
		FILL(buyer->phones[i]);
	FILL(buyer->email);
	FILL(buyer->street);
	FILL(buyer->street_number);
	FILL(buyer->complement);
	FILL(buyer->district);
	FILL(buyer->city);
	FILL(buyer->state);
	FILL(buyer->postal_code);
}

static void
fill_refund(struct refund_facts *refund, enum refund_status status)
{
	refund->exists = true;
	FILL(refund->id);
	FILL(refund->rtrid);
	refund->amount_cents = 1;
	FILL(refund->nature);
	refund->status = status;
	refund->requested_ms = 2;
	refund->settled_ms = 3;
	FILL(refund->motive);
}

static void
fill_order(struct order_facts *order)
{
	order->exists = order->paid_by_pix = order->billed = true;
	order->cancelled = order->returned = order->partly_returned = true;
	FILL(order->number);
	FILL(order->ledger_id);
	FILL(order->payment_reference);
	order->total_cents = 18600;
	order->ordered_ms = 4;
	fill_buyer(&order->buyer);
	FILL(order->sale_note.access_key);
	FILL(order->sale_note.number);
	FILL(order->sale_note.series);
	order->sale_note.in_production = true;
	order->item_count = ORDER_ITEMS_MAX;
	for (int64_t i = 0; i < ORDER_ITEMS_MAX; i++)
		fill_item(&order->items[i], i);
}

static void
fill_payment(struct payment_facts *payment)
{
	payment->exists = true;
	FILL(payment->e2eid);
	FILL(payment->txid);
	payment->amount_cents = 5;
	payment->paid_ms = 6;
	payment->refund_count = PAYMENT_REFUNDS_MAX;
	for (int i = 0; i < PAYMENT_REFUNDS_MAX; i++)
		fill_refund(&payment->refunds[i],
		            (enum refund_status)(i % (REFUND_UNRECOGNISED + 1)));
}

static void
fill_note(struct note_facts *note)
{
	note->exists = note->environment_known = note->in_production = true;
	note->content_known = note->is_entry = true;
	FILL(note->ref);
	note->status = NOTE_DENIED;
	FILL(note->authority_status);
	FILL(note->authority_message);
	FILL(note->access_key);
	FILL(note->number);
	FILL(note->series);
	FILL(note->protocol);
	note->purpose = 4;
	note->total_cents = 7;
	note->item_count = 8;
	FILL(note->sale_access_key);
}

static void
fill_facts(struct facts *facts, enum facts_kind kind)
{
	memset(facts, 0, sizeof(*facts));
	facts->kind = kind;
	switch (kind) {
	case FACTS_NONE:
		break;
	case FACTS_ORDER:
		fill_order(&facts->order);
		break;
	case FACTS_PAYMENT:
		fill_payment(&facts->payment);
		break;
	case FACTS_REFUND:
		fill_refund(&facts->refund, REFUND_NOT_DONE);
		break;
	case FACTS_NOTE:
		fill_note(&facts->note);
		break;
	}
}

static void
facts_of_every_kind_survive_full_to_the_brim(void **state)
{
	static struct facts before, after;
	(void)state;
	for (enum facts_kind kind = FACTS_NONE; kind <= FACTS_NOTE; kind++) {
		struct why why = { "" };
		fill_facts(&before, kind);
		json_t *json = facts_to_json(&before);
		memset(&after, 'x', sizeof(after));
		if (!facts_from_json(json, &after, &why))
			fail_msg("kind %d: %s", kind, why.text);
		assert_memory_equal(&before, &after, sizeof(before));
		json_decref(json);
	}
}

static void
facts_of_no_known_kind_are_an_error(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{\"money\":{}}", "facts of no known kind" },
		{ "[]", "facts of no known kind" },
		{ "{\"order\":[]}", "order: an object was expected" },
		{ "{\"payment\":{\"refunds\":[{\"status\":\"DONE\"}]}}",
		  "payment: refunds[0]: field status does not know \"DONE\"" },
	};
	static struct facts facts;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		json_t *json = json_parse(rows[i].text, strlen(rows[i].text), 1000, NULL);
		assert_false(facts_from_json(json, &facts, &why));
		assert_string_equal(why.text, rows[i].why);
		json_decref(json);
	}
}

/* A bank's new word must not be taken for one that we know. */
static void
a_new_status_is_unrecognised_and_never_final(void **state)
{
	(void)state;
	assert_int_equal(refund_status_parse("DEVOLVIDO"), REFUND_RETURNED);
	assert_int_equal(refund_status_parse("devolvido"), REFUND_UNRECOGNISED);
	assert_int_equal(refund_status_parse("DEVOLVIDO "), REFUND_UNRECOGNISED);
	assert_int_equal(refund_status_parse(""), REFUND_UNRECOGNISED);
	assert_int_equal(note_status_parse("autorizado"), NOTE_AUTHORISED);
	assert_int_equal(note_status_parse("autorizado_parcial"), NOTE_UNRECOGNISED);
}

/* --- operations ------------------------------------------------------------------------------- */

static void
fill_operation(struct operation *operation, enum operation_kind kind)
{
	memset(operation, 0, sizeof(*operation));
	operation->kind = kind;
	switch (kind) {
	case OPERATION_LEDGER_ORDER:
		FILL(operation->order.number);
		break;
	case OPERATION_PAY_PAYMENT:
		FILL(operation->payment.reference);
		break;
	case OPERATION_PAY_REFUND:
		FILL(operation->refund.e2eid);
		FILL(operation->refund.id);
		operation->refund.amount_cents = 18600;
		FILL(operation->refund.description);
		break;
	case OPERATION_PAY_REFUND_STATUS:
		FILL(operation->refund_status.e2eid);
		FILL(operation->refund_status.id);
		break;
	case OPERATION_INVOICE_ISSUE:
		FILL(operation->note.ref);
		FILL(operation->note.sale_access_key);
		operation->note.issued_ms = 9;
		operation->note.total_cents = 18600;
		fill_buyer(&operation->note.buyer);
		operation->note.item_count = ORDER_ITEMS_MAX;
		for (int64_t i = 0; i < ORDER_ITEMS_MAX; i++)
			fill_item(&operation->note.items[i], i);
		break;
	case OPERATION_INVOICE_NOTE:
		FILL(operation->note_status.ref);
		break;
	}
}

/* Every resend is made from what was stored, so what was stored must be all of it. */
static void
operations_of_every_kind_survive_full_to_the_brim(void **state)
{
	static struct operation before, after;
	(void)state;
	for (enum operation_kind kind = OPERATION_LEDGER_ORDER; kind <= OPERATION_INVOICE_NOTE;
	     kind++) {
		struct why why = { "" };
		fill_operation(&before, kind);
		json_t *json = operation_to_json(&before);
		if (!operation_from_json(json, &after, &why))
			fail_msg("%s: %s", operation_text(kind), why.text);
		assert_memory_equal(&before, &after, sizeof(before));
		assert_true(operation_key(&after)[0] == 'x');
		json_decref(json);
	}
}

static void
an_operation_has_a_known_name_and_only_its_own_fields(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{}", "field operation names no known operation" },
		{ "{\"operation\":\"pay.everything\"}",
		  "field operation names no known operation" },
		{ "{\"operation\":7}", "field operation names no known operation" },
		{ "{\"operation\":\"pay.refund\",\"pix_key\":\"marina@example.com\"}",
		  "pay.refund: field pix_key is not known here" },
		{ "{\"operation\":\"pay.refund\",\"amount_cents\":186.5}",
		  "pay.refund: field amount_cents has the wrong type" },
	};
	static struct operation operation;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		json_t *json = json_parse(rows[i].text, strlen(rows[i].text), 1000, NULL);
		assert_false(operation_from_json(json, &operation, &why));
		assert_string_equal(why.text, rows[i].why);
		json_decref(json);
	}
}

static void
only_two_operations_change_the_world(void **state)
{
	(void)state;
	for (enum operation_kind kind = OPERATION_LEDGER_ORDER; kind <= OPERATION_INVOICE_NOTE;
	     kind++) {
		bool writes = kind == OPERATION_PAY_REFUND || kind == OPERATION_INVOICE_ISSUE;
		enum operation_kind again;
		assert_int_equal(operation_role(kind), writes ? ROLE_WRITE : ROLE_READ);
		assert_true(operation_parse(operation_text(kind), &again) && again == kind);
		assert_int_equal(strncmp(operation_text(kind), duty_text(operation_duty(kind)),
		                         strlen(duty_text(operation_duty(kind)))),
		                 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_every_kind_survive_full_to_the_brim),
		cmocka_unit_test(facts_of_no_known_kind_are_an_error),
		cmocka_unit_test(a_new_status_is_unrecognised_and_never_final),
		cmocka_unit_test(operations_of_every_kind_survive_full_to_the_brim),
		cmocka_unit_test(an_operation_has_a_known_name_and_only_its_own_fields),
		cmocka_unit_test(only_two_operations_change_the_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
