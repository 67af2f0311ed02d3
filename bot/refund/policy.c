/*
 * Reviews read like a list because they are one: the first thing in the way is the
 * reason a person sees.  Whose order it is comes first, so that nothing else about an
 * order can be learnt by somebody it does not belong to (P13).
 */
#include "refund/policy.h"

#include "base/access_key.h"
#include "base/instant.h"
#include "base/phone.h"
#include "base/text.h"

/* Pix refunds are possible for 90 days from settlement (pix.md section 10).  A day less, so that a
 * consent at midnight does not run into it. */
#define REFUND_WINDOW_MS (89 * DAY_MS)

bool
policy_is_buyer(const struct order_facts *order, const char *customer_address)
{
	char theirs[PHONE_SIZE], ours[PHONE_SIZE];
	if (!phone_normalise(customer_address, theirs))
		return false; /* a lid proves no phone */
	for (int i = 0; i < PHONES_MAX; i++)
		if (phone_normalise(order->buyer.phones[i], ours) && phone_same(ours, theirs))
			return true;
	return false;
}

int64_t
policy_refunded_elsewhere(const struct payment_facts *payment, const char *our_id)
{
	int64_t cents = 0;
	for (int64_t i = 0; i < payment->refund_count; i++) {
		const struct refund_facts *refund = &payment->refunds[i];
		bool ours = our_id[0] != '\0' && text_equal(refund->id, our_id);
		if (!ours && refund->status != REFUND_NOT_DONE)
			cents += refund->amount_cents;
	}
	return cents;
}

static bool
has_dispute_refund(const struct payment_facts *payment)
{
	for (int64_t i = 0; i < payment->refund_count; i++)
		if (text_starts_with(payment->refunds[i].nature, "MED_"))
			return true;
	return false;
}

static enum hold_reason
review_order(const struct order_facts *order, const char *customer_address)
{
	if (!order->exists)
		return HOLD_ORDER_NOT_FOUND;
	if (!policy_is_buyer(order, customer_address))
		return HOLD_BUYER_MISMATCH;
	if (order->cancelled || order->returned || order->partly_returned)
		return HOLD_ORDER_CANCELLED;
	if (!order->paid_by_pix)
		return HOLD_NOT_PIX;
	if (order->payment_reference[0] == '\0')
		return HOLD_PAYMENT_NOT_FOUND;
	if (order->total_cents <= 0)
		return HOLD_MISMATCHED;
	return policy_review_note(order);
}

static enum hold_reason
review_payment(const struct order_facts *order, const struct payment_facts *payment, int64_t now_ms)
{
	if (!payment->exists)
		return HOLD_PAYMENT_NOT_FOUND;
	if (has_dispute_refund(payment))
		return HOLD_DISPUTE_OPEN;
	if (policy_refunded_elsewhere(payment, "") > 0)
		return HOLD_ALREADY_REFUNDED;
	if (payment->amount_cents != order->total_cents)
		return HOLD_MISMATCHED;
	if (payment->paid_ms <= 0) /* the bank did not say when, in a form that can be read */
		return HOLD_MISMATCHED;
	if (now_ms - payment->paid_ms > REFUND_WINDOW_MS)
		return HOLD_PAST_90_DAYS;
	return HOLD_NONE;
}

enum hold_reason
policy_review(const struct order_facts *order, const struct payment_facts *payment,
              const char *customer_address, int64_t now_ms)
{
	enum hold_reason reason = review_order(order, customer_address);
	if (reason == HOLD_NONE && payment != NULL)
		reason = review_payment(order, payment, now_ms);
	return reason;
}

enum hold_reason
policy_review_note(const struct order_facts *order)
{
	char model[3];
	int64_t items_cents = 0;
	if (!order->billed || !access_key_is_valid(order->sale_note.access_key))
		return HOLD_NOTE_INPUTS;
	access_key_model(order->sale_note.access_key, model);
	bool goods = text_equal(model, "55") || text_equal(model, "65"); /* NF-e or NFC-e */
	if (!goods || order->item_count < 1 || order->buyer.document[0] == '\0')
		return HOLD_NOTE_INPUTS;
	for (int64_t i = 0; i < order->item_count; i++) {
		if (order->items[i].quantity_e4 <= 0 || order->items[i].total_cents <= 0)
			return HOLD_NOTE_INPUTS;
		items_cents += order->items[i].total_cents;
	}
	return items_cents == order->total_cents ? HOLD_NONE : HOLD_NOTE_INPUTS;
}
