/*
 * A receipt: what was verified about one refund, sealed.  It is a Postcept Receipt
 * version 3 (postcept.md sections 5 and 6), so verifiers that exist today check it.
 *
 *	struct receipt  --receipt_body-->  the signed bytes, stored and never written again
 *	the bytes       --receipt_sign-->  the Postcept signature and an SSHSIG over the same
 *	both            --receipt_to_json->  the object that people and programs are given
 *
 * The order of sealing (receipts.md section 4): store the bytes, sign, store the
 * signatures.  Ed25519 is deterministic, so signing again after a crash gives the same.
 * Checking receipts, ours and others', is in proof/receipt_verify.h.
 */
#ifndef PROOF_RECEIPT_H
#define PROOF_RECEIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/why.h"
#include "proof/keys.h"
#include "proof/sshsig.h"
#include "proof/verdict.h"

/* The SSHSIG namespace of receipts. */
#define RECEIPT_NAMESPACE "estorno-receipt"

enum {
	RECEIPT_ID_SIZE = 64,
	RECEIPT_ORG_SIZE = 64,
	RECEIPT_OPERATION_SIZE = 201, /* postcept.md section 2: at most 200 */
	RECEIPT_AGENT_SIZE = 128,
	RECEIPT_CONNECTOR_SIZE = 128,
	RECEIPT_DIGEST_SIZE = 72 /* "sha256:" and 64 hex digits */
};

#define RECEIPT_ACTIONS(X)              \
	X(REFUND, "refund")             \
	X(CANCELLATION, "cancellation") \
	X(TICKET, "ticket")

enum receipt_action {
#define X(name, text) RECEIPT_##name,
	RECEIPT_ACTIONS(X)
#undef X
};

const char *receipt_action_text(enum receipt_action action);

/* A relay's own signature over what it observed; all "" when none did. */
struct receipt_observation {
	char relay_id[RECEIPT_ID_SIZE];
	char key_id[KEY_ID_SIZE];
	char digest[RECEIPT_DIGEST_SIZE]; /* of the relay's envelope */
	char signature[SIGNATURE_TEXT_SIZE];
};

/* Everything that is signed.  "" is null where null is allowed. */
struct receipt {
	char id[RECEIPT_ID_SIZE];
	char org_id[RECEIPT_ORG_SIZE]; /* may be null */
	char operation_id[RECEIPT_OPERATION_SIZE];
	char agent_id[RECEIPT_AGENT_SIZE];
	enum receipt_action action;
	size_t connector_count;
	char connectors_checked[CONNECTORS_CHECKED_MAX][RECEIPT_CONNECTOR_SIZE];
	bool test; /* made in the sandbox */
	int64_t issued_ms;
	int64_t valid_as_of_ms;                    /* when the evidence was read; 0 is null */
	char supersedes[RECEIPT_ID_SIZE];          /* may be null */
	char contract_digest[RECEIPT_DIGEST_SIZE]; /* may be null */
	struct receipt_observation observation;    /* may be null */
	struct verdict verdict; /* signed: result, lifecycle, safe_to_claim_complete,
	                         * correlation_strength and the postconditions */
};

/* Writes the bytes that `signer` is to sign into an empty `body` (ceiling RECEIPT_BYTES_MAX).  False
 * with `why` when a text can't be signed.  A verdict that claims to be safe and may not be
 * (verdict_may_be_safe) aborts: no such receipt is ever sealed. */
bool receipt_body(const struct receipt *receipt, const struct verifying_key *signer,
                  struct buffer *body, struct why *why);

/* The details of its postconditions, which are not signed and are kept beside the bytes: an array of
 * texts, the caller's.  Text that is not UTF-8 becomes "". */
json_t *receipt_details(const struct receipt *receipt);

struct receipt_seal {
	char signature[SIGNATURE_TEXT_SIZE]; /* base 64 of 64 bytes */
	char sshsig[SSHSIG_TEXT_SIZE];       /* armoured */
};

/* Signs stored bytes.  False with `why` when they name another key: then the key was changed between
 * storing and signing, and the receipt has to be written anew. */
bool receipt_sign(const char *body, size_t length, const struct signing_key *key,
                  struct receipt_seal *seal, struct why *why);

/* A receipt as the store has it. */
struct receipt_stored {
	const char *body; /* the signed bytes */
	size_t length;
	const char *signature;     /* base 64 */
	const json_t *details;     /* from receipt_details(); may be NULL */
	const char *superseded_by; /* the id of a later receipt; may be NULL */
};

/* The Postcept Receipt object, read from the bytes that were signed and not from anything else.  NULL
 * with `why` when they are no version 3 body; otherwise the caller's. */
json_t *receipt_to_json(const struct receipt_stored *stored, struct why *why);

#endif
