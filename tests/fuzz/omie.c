/*
 * The ERP's answers: order, customer, status of the order (provider.h has the form).
 */
#include "tools/omie.h"

#include "tests/fuzz/provider.h"

/* A look-up only reads: it is never UNKNOWN.  An order that was found is the one that was asked for,
 * and what names its payment could be a txid or an e2eid. */
static void
judge(const struct fuzz_dialogue *dialogue)
{
	const struct tool_call *call = dialogue->call;
	const struct order_facts *order = &call->facts.order;
	ensure(call->outcome != OUTCOME_UNKNOWN);
	if (call->outcome != OUTCOME_DONE || !order->exists)
		return;
	ensure(call->step == 3); /* order, customer and status were all read */
	ensure(order->payment_reference[0] == '\0' ||
	       (strlen(order->payment_reference) >= 26 &&
	        text_is_alphanumeric(order->payment_reference, TXID_SIZE - 1)));
	ensure(order->paid_by_pix || order->payment_reference[0] == '\0');
	ensure(order->sale_note.access_key[0] == '\0' ||
	       access_key_is_valid(order->sale_note.access_key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_play(&tool_omie, data, size, judge);
	return 0;
}
