/*
 * Ids that are derived, never drawn: asked twice, they are the same, so a lost answer
 * or a lost commit can't turn one refund into two.
 */
#ifndef REFUND_DERIVE_H
#define REFUND_DERIVE_H

#include <stdint.h>

#include "base/facts.h"

/* 35 characters of [a-z0-9] (BACEN: `[a-zA-Z0-9]{1,35}`, unique for the payment; pix.md section 3), from
 * merchant, order, payment and sequence.  Needs REFUND_ID_SIZE. */
void derive_refund_id(const char *merchant, const char *order_number, const char *e2eid,
                      int64_t sequence, char *id);

/* 32 hex digits for the return note of one refund (fiscal.md section 6.2: alphanumeric, unique for the
 * token).  Needs NOTE_REF_SIZE. */
void derive_note_ref(const char *refund_id, char *ref);

#endif
