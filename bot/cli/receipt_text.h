/*
 * A receipt for people to read: on the terminal and in an export.
 */
#ifndef CLI_RECEIPT_TEXT_H
#define CLI_RECEIPT_TEXT_H

#include <stdio.h>

#include "io/store.h"

/* Writes the card, every postcondition and the chain of receipts around it.  False with `why` when the
 * stored bytes can't be read. */
bool receipt_text(FILE *out, struct store *store, const struct stored_receipt *receipt,
                  struct why *why);

#endif
