/*
 * The gate: is it true, and may it be said?
 *
 *	verdict = gate_judge(claim, evidence)
 *
 * Pure, and the only way to a verdict.  The claim is what we are about to say; the
 * evidence is what the systems of record answered to read-only credentials, just now.
 * Each thing that must hold is a row of the table in gate.c, with what was expected and
 * what was found; nothing is safe to claim unless every required row really ran and
 * passed, and the refund is final.  Skipped is never passed.
 */
#ifndef PROOF_GATE_H
#define PROOF_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/facts.h"
#include "proof/digest.h"
#include "proof/disclosure.h"
#include "proof/verdict.h"

/* What we would say happened, and by whose leave. */
struct gate_claim {
	const char *order_number; /* letters and digits only */
	int64_t amount_cents;
	const char *e2eid; /* the payment it went back along */
	const char *refund_id;
	bool was_settled; /* it was seen as final before: absent now means undone */
	bool sandbox;     /* test notes count, and the receipt is a test receipt */

	const char *offer_id; /* what the customer said yes to, */
	int64_t offered_cents;
	int64_t offered_ms, expires_ms; /* from and until when, */
	int64_t consented_ms;           /* and when; 0: no yes */
	const char *consent_commitment; /* to the words of the yes */

	const char *mandate_id;     /* under which mandate the refund was sent, "" for none */
	const char *mandate_key_id; /* whose signature was checked in the transaction that paid, */
	int64_t mandate_signed_ms;  /* when it was made, */
	const char *mandate_digest; /* and "sha256:..." of the bytes it was over */
	int64_t mandate_per_refund_cents;

	const char *buyer_commitment;    /* to the buyer's phone in the ERP, */
	const char *customer_commitment; /* and, with the same salt, to the phone that asked */
};

/* What was read.  NULL: could not be read, and everything that hangs on it is skipped. */
struct gate_evidence {
	const struct order_facts *order;
	const struct payment_facts *payment;
	const struct note_facts *note;
	/* With which credential each was read: "omie shared 1f0c..." */
	const char *order_reader, *payment_reader, *note_reader;
	/* "sha256:..." of that mandate's bytes as they stand now, the signature checked anew; "" when it is
	 * not there or does not hold */
	const char *mandate_digest;
};

void gate_judge(const struct gate_claim *claim, const struct gate_evidence *evidence,
                struct verdict *verdict);

/* Adds the last row: the exact words the customer will read, by their commitment (P2). */
void gate_bind_reply(struct verdict *verdict, const char *commitment);

/* What a passed row found; NULL when the row did not pass.  The reply is made of these alone. */
const char *gate_found(const struct verdict *verdict, const char *name);

/* "sha256:..." of the table of rows: which contract a receipt was judged by. */
enum { CONTRACT_DIGEST_SIZE = 7 + DIGEST_HEX_SIZE };
void gate_contract_digest(char digest[CONTRACT_DIGEST_SIZE]);

#endif
