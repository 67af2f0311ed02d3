/*
 * The bank's answers: token, charge, payment, refund and its status (provider.h has the form).
 */
#include "tools/pix.h"

#include "tests/fuzz/provider.h"

/* pix.md section 5: no answer to a refund says that it was not made.  Never again by itself, never
 * given up: what is not a well-formed success is asked about. */
static void
judge_refund(const struct fuzz_dialogue *dialogue)
{
	const struct tool_call *call = dialogue->call;
	const struct refund_request *asked = &call->operation->refund;
	const struct refund_facts *refund = &call->facts.refund;
	int status = dialogue->response->status;
	ensure(call->outcome != OUTCOME_REFUSED && call->outcome != OUTCOME_RETRY);
	if (call->outcome != OUTCOME_DONE)
		return;
	ensure(status == 200 || status == 201 || status == 202);
	ensure(refund->exists && text_equal(refund->id, asked->id));
	ensure(refund->amount_cents == asked->amount_cents && refund->amount_cents > 0);
}

/* A read says that there is none only with 404, or Efí's 400. */
static void
judge_read(const struct fuzz_dialogue *dialogue)
{
	const struct tool_call *call = dialogue->call;
	int status = dialogue->response->status;
	if (call->outcome != OUTCOME_DONE)
		return;
	if (call->facts.kind == FACTS_REFUND && call->facts.refund.exists)
		ensure(status == 200 &&
		       text_equal(call->facts.refund.id, call->operation->refund_status.id));
	if (call->facts.kind == FACTS_REFUND && !call->facts.refund.exists)
		ensure(status == 404 || status == 400);
	if (call->facts.kind == FACTS_PAYMENT && call->facts.payment.exists)
		ensure(status == 200 && strlen(call->facts.payment.e2eid) == E2EID_SIZE - 1);
	ensure(call->retry_after_ms == 0);
}

static void
judge(const struct fuzz_dialogue *dialogue)
{
	if (dialogue->call->operation->kind == OPERATION_PAY_REFUND)
		judge_refund(dialogue);
	else
		judge_read(dialogue);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_play(&tool_pix, data, size, judge);
	return 0;
}
