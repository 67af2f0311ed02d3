/*
 * Operations: everything we ever ask of the outside world about a refund.
 *
 * This list is short on purpose.  A new provider adds a row to a tool's table, not
 * a row here; a row here means the product can do something new.
 *
 *	kind              stored as              role    duty
 *	LEDGER_ORDER      ledger.order           read    the order, its buyer, its sale note
 *	PAY_PAYMENT       pay.payment            read    the payment and all its refunds
 *	PAY_REFUND        pay.refund             write   give the money back
 *	PAY_REFUND_STATUS pay.refund_status      read    what became of one refund
 *	INVOICE_ISSUE     invoice.issue          write   issue the return note
 *	INVOICE_NOTE      invoice.note           read    what became of the note, and what is in it
 */
#ifndef BASE_OPERATION_H
#define BASE_OPERATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/connection.h"
#include "base/facts.h"

#define DUTIES(X) X(LEDGER, "ledger") X(PAY, "pay") X(INVOICE, "invoice")

enum duty {
#define X(name, text) DUTY_##name,
	DUTIES(X)
#undef X
};

#define OPERATIONS(X)                                        \
	X(LEDGER_ORDER, "ledger.order", LEDGER, READ)        \
	X(PAY_PAYMENT, "pay.payment", PAY, READ)             \
	X(PAY_REFUND, "pay.refund", PAY, WRITE)              \
	X(PAY_REFUND_STATUS, "pay.refund_status", PAY, READ) \
	X(INVOICE_ISSUE, "invoice.issue", INVOICE, WRITE)    \
	X(INVOICE_NOTE, "invoice.note", INVOICE, READ)

enum operation_kind {
#define X(name, text, duty, role) OPERATION_##name,
	OPERATIONS(X)
#undef X
};

const char *operation_text(enum operation_kind kind);
bool operation_parse(const char *text, enum operation_kind *kind);
enum duty operation_duty(enum operation_kind kind);
enum role operation_role(enum operation_kind kind);
const char *duty_text(enum duty duty);

/* What an operation is asked with.  Stored before anything leaves, and every resend is made from
 * what was stored.  Note what is absent: no Pix key, no account, nothing from a chat message but the
 * order number. */

struct order_query {
	char number[ORDER_NUMBER_SIZE];
};

struct payment_query {
	char reference[REFERENCE_SIZE]; /* a txid or an e2eid */
};

struct refund_request {
	char e2eid[E2EID_SIZE];
	char id[REFUND_ID_SIZE]; /* derived from the operation, the same on every resend */
	int64_t amount_cents;
	char description[141]; /* reaches the payer's statement: the order and nothing personal */
};

struct refund_query {
	char e2eid[E2EID_SIZE];
	char id[REFUND_ID_SIZE];
};

struct note_request {
	char ref[NOTE_REF_SIZE]; /* the idempotency key at the issuer */
	char sale_access_key[ACCESS_KEY_SIZE];
	int64_t issued_ms;
	int64_t total_cents; /* what the items must add up to */
	struct buyer buyer;
	int64_t item_count;
	struct order_item items[ORDER_ITEMS_MAX];
};

struct note_query {
	char ref[NOTE_REF_SIZE];
};

struct operation {
	enum operation_kind kind;
	union {
		struct order_query order;          /* LEDGER_ORDER */
		struct payment_query payment;      /* PAY_PAYMENT */
		struct refund_request refund;      /* PAY_REFUND */
		struct refund_query refund_status; /* PAY_REFUND_STATUS */
		struct note_request note;          /* INVOICE_ISSUE */
		struct note_query note_status;     /* INVOICE_NOTE */
	};
};

/* What makes two operations the same one: the order's number, the e2eid or txid, the refund's id,
 * the note's ref.  Unique with the kind; borrowed from `operation`. */
const char *operation_key(const struct operation *operation);

json_t *operation_to_json(const struct operation *operation);
bool operation_from_json(const json_t *json, struct operation *operation, struct why *why);

#endif
