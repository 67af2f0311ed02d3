/*
 * Why a case is held, or why a refund may not go on: one list, from which the enum,
 * the word in the database and the way back all come.
 *
 * HELD is a queue that people work through.  When a person releases a case, it goes
 * on from the point in the third column:
 *
 *	LOOK_UP   as if the order number had just been given: look up, offer, ask again.
 *	          Only where no money can have moved.
 *	ENQUIRE   ask the bank what became of the refund that was sent
 *	NOTE      send the credit note again, under the same ref
 *	VERIFY    read everything back again and seal a new receipt
 *	NOTIFY    say the sealed words again
 */
#ifndef REFUND_HOLD_H
#define REFUND_HOLD_H

#include <stdbool.h>

#define RESUMES(X) X(LOOK_UP) X(ENQUIRE) X(NOTE) X(VERIFY) X(NOTIFY)

enum resume {
#define X(name) RESUME_##name,
	RESUMES(X)
#undef X
};

#define HOLD_REASONS(X)                                                                            \
	/* the mandate */                                                                          \
	X(ABOVE_CAP, "above_cap", LOOK_UP) /* one refund, or one order, is too much */             \
	X(MANDATE_ROOM, "mandate_room",                                                            \
	  LOOK_UP) /* a day's, month's or customer's limit is used up */                           \
	X(MANDATE_ORDER_AGE, "mandate_order_age",                                                  \
	  LOOK_UP) /* the order is older than finance allows */                                    \
	X(MANDATE_MISSING, "mandate_missing", LOOK_UP)                                             \
	X(MANDATE_PAUSED, "mandate_paused", LOOK_UP)                                               \
	X(MANDATE_REVOKED, "mandate_revoked", LOOK_UP)                                             \
	X(MANDATE_EXPIRED, "mandate_expired", LOOK_UP)                                             \
	X(MANDATE_TAMPERED, "mandate_tampered",                                                    \
	  LOOK_UP) /* signature or stored limits do not hold */                                    \
	X(MANDATE_CHANGED, "mandate_changed",                                                      \
	  LOOK_UP) /* replaced while this refund was reserved */                                   \
	/* the order and its payment */                                                            \
	X(ORDER_NOT_FOUND, "order_not_found", LOOK_UP)                                             \
	X(BUYER_MISMATCH, "buyer_mismatch", LOOK_UP)                                               \
	X(ORDER_CANCELLED, "order_cancelled", LOOK_UP) /* cancelled or returned in the ERP */      \
	X(NOT_PIX, "not_pix", LOOK_UP)                                                             \
	X(PAYMENT_NOT_FOUND, "payment_not_found", LOOK_UP)                                         \
	X(PAST_90_DAYS, "past_90_days", LOOK_UP)                                                   \
	X(ALREADY_REFUNDED, "already_refunded", LOOK_UP)                                           \
	X(DISPUTE_OPEN, "dispute_open", LOOK_UP) /* a MED refund exists: fraud or bank error */    \
	X(REFUND_UNDER_WAY, "refund_under_way",                                                    \
	  LOOK_UP)                             /* another case is refunding this order */          \
	X(NOTE_INPUTS, "note_inputs", LOOK_UP) /* a credit note could not be issued for it */      \
	X(MISMATCHED, "mismatched", LOOK_UP)   /* bank, ERP and order disagree */                  \
	/* after the money step */                                                                 \
	X(REFUND_UNCONFIRMED, "refund_unconfirmed", ENQUIRE) /* the bank has not said yes or no */ \
	X(REFUND_MISMATCHED, "refund_mismatched", ENQUIRE) /* the bank speaks of another refund */ \
	X(BANK_DECLINED, "bank_declined", LOOK_UP) /* NAO_REALIZADO: a new yes, a new id */        \
	X(NOTE_REJECTED, "note_rejected", NOTE)                                                    \
	X(NOTE_UNCONFIRMED, "note_unconfirmed", NOTE)                                              \
	X(INCOMPLETE, "incomplete", VERIFY)       /* the gate: not everything is confirmed */      \
	X(CONTRADICTED, "contradicted", VERIFY)   /* the gate: mismatched */                       \
	X(DUPLICATED, "duplicated", VERIFY)       /* the gate: two refunds for one */              \
	X(POLICY_FAILED, "policy_failed", VERIFY) /* the gate: mandate or consent */               \
	X(REPLY_NOT_DELIVERED, "reply_not_delivered", NOTIFY)                                      \
	/* the systems */                                                                          \
	X(SYSTEM_UNREACHABLE, "system_unreachable", LOOK_UP)                                       \
	X(SYSTEM_REFUSED, "system_refused", LOOK_UP) /* a credential or a request was refused */   \
	/* people */                                                                               \
	X(CONSENT_UNCLEAR, "consent_unclear", LOOK_UP)                                             \
	X(ASKED_FOR_HUMAN, "asked_for_human", LOOK_UP)                                             \
	X(NOT_UNDERSTOOD, "not_understood", LOOK_UP)                                               \
	X(OTHER_DESTINATION, "other_destination",                                                  \
	  LOOK_UP) /* wanted on another key, account or person */                                  \
	X(OTHER_REQUEST, "other_request",                                                          \
	  LOOK_UP) /* exchange, cancel, a complaint without a wish */                              \
	X(CHANNEL_UNVERIFIED, "channel_unverified",                                                \
	  LOOK_UP) /* said in a webhook that contradicts our channel's token */                    \
	X(TAKEN_OVER, "taken_over", LOOK_UP) /* a person answered from the shop's phone */

enum hold_reason {
	HOLD_NONE,
#define X(name, text, resume) HOLD_##name,
	HOLD_REASONS(X)
#undef X
};

/* The word in the database, the log and `estorno cases`; "" for HOLD_NONE. */
const char *hold_text(enum hold_reason reason);
bool hold_parse(const char *text, enum hold_reason *reason);

/* Where a released case goes on. */
enum resume hold_resume(enum hold_reason reason);

#endif
