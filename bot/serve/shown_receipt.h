/*
 * Receipts and proofs as they are shown, out of what is stored: for the API, the pages and
 * the command line alike.
 */
#ifndef SERVE_SHOWN_RECEIPT_H
#define SERVE_SHOWN_RECEIPT_H

#include <jansson.h>
#include <stdbool.h>

#include "io/store.h"
#include "proof/log_proof.h"

/* The Postcept Receipt object of a sealed receipt; the caller's.  NULL with `why`. */
json_t *shown_receipt(const struct stored_receipt *receipt, struct why *why);

/* What columns repeat of the signed bytes, for whoever must not believe columns. */
struct signed_facts {
	char order_number[ORDER_NUMBER_SIZE];
	int64_t amount_cents;                   /* what was claimed to have gone back */
	char reply_commitment[COMMITMENT_SIZE]; /* "" when no words are bound */
};

/* Reads them out of the signed bytes as JSON, or out of shown_receipt()'s object.  False with `why` when it is
 * no receipt of a refund of ours. */
bool shown_signed_facts(const json_t *receipt, struct signed_facts *facts, struct why *why);

/* {"items","cut"}: the newest receipts of an order, at most so many, and whether there are more.  `order` as
 * a person writes it ("#8421"); "" for all orders; one without a letter or digit has none. */
json_t *shown_receipts(struct store *store, const char *order, size_t most);

void shown_head(const struct stored_head *stored, struct tree_head *head);

/* That the receipt is in the log of the latest head; that the log of `first` leaves is the beginning of the
 * log of `second`.  False with `why`. */
bool shown_inclusion(struct store *store, const char *receipt_id, struct inclusion_proof *proof,
                     struct why *why);
bool shown_consistency(struct store *store, int64_t first, int64_t second,
                       struct consistency_proof *proof, struct why *why);

/* The log's nodes, read from the store. */
struct merkle_nodes shown_nodes(struct store *store);

#endif
