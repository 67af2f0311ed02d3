/*
 * What the store reads back: facts, operations and cases.  A row may have been written by an older
 * program, or by somebody's hand.
 */
#include "base/facts.h"
#include "base/json.h"
#include "base/operation.h"
#include "refund/case.h"
#include "tests/fuzz/fuzz.h"

enum { CEILING = 1024 * 1024 };

static void
check_facts(const json_t *json)
{
	static struct facts facts, again;
	struct why why = { "" };
	bool ok = facts_from_json(json, &facts, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	json_t *written = facts_to_json(&facts);
	ensure(facts_from_json(written, &again, &why));
	json_t *rewritten = facts_to_json(&again);
	ensure(facts.kind == again.kind && json_equal(written, rewritten));
	if (facts.kind == FACTS_PAYMENT)
		ensure(facts.payment.refund_count <= PAYMENT_REFUNDS_MAX);
	if (facts.kind == FACTS_ORDER)
		ensure(facts.order.item_count <= ORDER_ITEMS_MAX);
	json_decref(written);
	json_decref(rewritten);
}

static void
check_operation(const json_t *json)
{
	static struct operation operation, again;
	struct why why = { "" };
	bool ok = operation_from_json(json, &operation, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	json_t *written = operation_to_json(&operation);
	ensure(operation_from_json(written, &again, &why));
	json_t *rewritten = operation_to_json(&again);
	ensure(json_equal(written, rewritten));
	ensure(text_equal(operation_key(&operation), operation_key(&again)));
	json_decref(written);
	json_decref(rewritten);
}

static void
check_case(const json_t *json)
{
	static struct refund_case c, again;
	struct why why = { "" };
	bool ok = case_from_json(json, &c, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	json_t *written = case_to_json(&c);
	ensure(case_from_json(written, &again, &why));
	json_t *rewritten = case_to_json(&again);
	ensure(json_equal(written, rewritten));
	ensure((int)c.state < CASE_STATE_COUNT && case_wake_ms(&c) == case_wake_ms(&again));
	json_decref(written);
	json_decref(rewritten);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	json_t *json = json_parse_object(text, size, CEILING, NULL);
	if (json != NULL) {
		check_facts(json);
		check_operation(json);
		check_case(json);
	}
	json_decref(json);
	free(text);
	return 0;
}
