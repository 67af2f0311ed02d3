/*
 * The shop's policy, and what it makes of an order and its payment.
 *
 * policy_review() is the one place that decides whether money could go back at all; it
 * is asked before the offer and again, with order and payment read anew, before paying.  The mandate
 * is weighed elsewhere (mandate.h), because it is finance's word and not the shop's.
 */
#ifndef REFUND_POLICY_H
#define REFUND_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/facts.h"
#include "refund/hold.h"

/* Filled from the settings. */
struct policy {
	char merchant[64];
	char agent[64];
	int64_t consent_ms;         /* how long an offer stands */
	int64_t order_wait_ms;      /* how long we wait for an order number */
	int64_t slow_ms;            /* after this the customer hears that it takes longer */
	int64_t unknown_grace_ms;   /* how long a refund the bank does not show may still appear */
	int64_t look_up_give_up_ms; /* reading the ERP and the bank before the offer */
	int64_t refund_give_up_ms;  /* waiting for the bank's yes or no */
	int64_t note_give_up_ms;    /* waiting for the tax authority */
	int64_t verify_give_up_ms;  /* reading everything back */
	int64_t order_fresh_ms;     /* an order read so lately need not be read again */
	int64_t tell_give_up_ms;    /* getting the reply to the customer */
	int64_t told_wait_ms;       /* after the channel accepted the reply, for its delivery */
	bool sandbox;               /* receipts are test receipts; test notes count */
};

/* Does the phone that talks to us belong to the buyer (with and without the ninth digit)? */
bool policy_is_buyer(const struct order_facts *order, const char *customer_address);

/* May the order's payment go back, all of it?  HOLD_NONE, or the first thing in the way.  Looks at the
 * order alone when `payment` is NULL. */
enum hold_reason policy_review(const struct order_facts *order, const struct payment_facts *payment,
                               const char *customer_address, int64_t now_ms);

/* Can a credit note be issued for the whole order?  Checked before money moves, because a Pix refund
 * can't be undone (DESIGN: a case). */
enum hold_reason policy_review_note(const struct order_facts *order);

/* The refunds of a payment that are not `our_id`'s and were not refused by the bank, in centavos. */
int64_t policy_refunded_elsewhere(const struct payment_facts *payment, const char *our_id);

#endif
