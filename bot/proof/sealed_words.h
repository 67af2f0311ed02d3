/*
 * May these words be said on the strength of this receipt?  (DESIGN: P1 and P2)
 *
 * Asked of the bytes that were signed, never of a column beside them: a hand in the
 * store can change every column, and can't sign.
 */
#ifndef PROOF_SEALED_WORDS_H
#define PROOF_SEALED_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"
#include "proof/keys.h"

struct sealed_words {
	const char *body; /* the receipt's signed bytes */
	size_t length;
	const char *signature;
	const char *order_number; /* the receipt must be about this refund */
	const char *disclosure;   /* opens its row reply_text; "" when there is none any more */
	const char *words;        /* what would be said */
};

/* True when a key of the ring signed the receipt, it is verified and safe to claim, and its row reply_text
 * commits to exactly these words.  False with `why`. */
bool sealed_words_hold(const struct sealed_words *sealed, const struct key_ring *ring,
                       struct why *why);

#endif
