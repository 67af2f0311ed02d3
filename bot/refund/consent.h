/*
 * Whether an answer to our offer is a yes, a no, or neither.
 *
 * A yes moves money, so it is never guessed.  The answer is cut into units of a closed grammar
 * (locale/, [consent]) and is a yes only when every word of it belongs to one, at least one of
 * them accepts, and none refuses or doubts.  One word that nobody accounted for, a question mark,
 * a number: and it is unclear, we ask again, and nobody is harmed.
 *
 *	answer   = unit { unit }
 *	unit     = a phrase of the lists yes, bare_yes, weak_yes, calm_yes, terms, courtesy,
 *	           thanks, hello, no, bare_no, instead or doubt
 */
#ifndef REFUND_CONSENT_H
#define REFUND_CONSENT_H

#include "refund/vocabulary.h"

#define CONSENTS(X)           \
	X(UNCLEAR, "unclear") \
	X(YES, "yes")         \
	X(NO, "no")

enum consent {
#define X(name, text) CONSENT_##name,
	CONSENTS(X)
#undef X
};

const char *consent_text(enum consent consent);

/* What decided, and the first word that no unit accounts for: NULL, or one of `words`. */
struct consent_reason {
	const char *rule;
	const char *word;
};

enum consent consent_read(const struct vocabulary *vocabulary, const struct words *words,
                          const struct tags *tags, struct consent_reason *reason);

#endif
