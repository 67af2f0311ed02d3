/*
 * A verdict: what the gate concludes about one refund, in the words of postcept.md
 * section 4.
 *
 *	result      what the evidence says about the claim
 *	lifecycle   how final the provider's record is
 *	decision    both in one word, for people and for code that wants one word
 *
 * "Still pending" and "never happened" are both result incomplete; the lifecycle tells
 * them apart.  Nobody may say "done" on a result alone: safe_to_claim_complete is the
 * one field that allows it.
 */
#ifndef PROOF_VERDICT_H
#define PROOF_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "proof/postcondition.h"

#define RESULTS(X)                  \
	X(VERIFIED, "verified")     \
	X(INCOMPLETE, "incomplete") \
	X(DUPLICATED, "duplicated") \
	X(MISMATCHED, "mismatched") \
	X(POLICY_FAILED, "policy_failed")

enum result {
#define X(name, text) RESULT_##name,
	RESULTS(X)
#undef X
};

#define LIFECYCLES(X)                                                                    \
	X(UNOBSERVED, "unobserved")             /* no record seen */                     \
	X(OBSERVED, "observed")                 /* seen, its state says nothing final */ \
	X(PENDING_FINALITY, "pending_finality") /* seen, still settling */               \
	X(FINALIZED, "finalized")               /* seen, final */                        \
	X(REVERSED, "reversed")                 /* was final, and was undone */          \
	X(INDETERMINATE, "indeterminate")       /* seen, in a state nobody knows */      \
	X(UNREACHABLE, "unreachable")           /* the source can't be read */

enum lifecycle {
#define X(name, text) LIFECYCLE_##name,
	LIFECYCLES(X)
#undef X
};

#define DECISIONS(X)                      \
	X(VERIFIED, "verified")           \
	X(PENDING, "pending")             \
	X(NOT_OBSERVED, "not_observed")   \
	X(FAILED, "failed")               \
	X(MISMATCHED, "mismatched")       \
	X(DUPLICATED, "duplicated")       \
	X(REVERSED, "reversed")           \
	X(POLICY_FAILED, "policy_failed") \
	X(INDETERMINATE, "indeterminate") \
	X(UNAVAILABLE, "unavailable")

enum decision {
#define X(name, text) DECISION_##name,
	DECISIONS(X)
#undef X
};

/* What ties the record to the claim. */
#define CORRELATION_STRENGTHS(X)                                                        \
	X(UNCORRELATABLE, "uncorrelatable") /* nothing; the zero, as in the standard */ \
	X(HEURISTIC, "heuristic")           /* something that could be a coincidence */ \
	X(DETERMINISTIC, "deterministic")   /* the provider's own id */

enum correlation_strength {
#define X(name, text) CORRELATION_##name,
	CORRELATION_STRENGTHS(X)
#undef X
};

const char *result_text(enum result result);
const char *lifecycle_text(enum lifecycle lifecycle);
const char *correlation_strength_text(enum correlation_strength strength);

enum { CLAIM_REASON_SIZE = 64, RECOVERY_SIZE = 64 };

struct verdict {
	enum result result;
	enum lifecycle lifecycle;
	bool safe_to_claim_complete;
	enum decision decision;
	char claim_reason[CLAIM_REASON_SIZE]; /* one word: why it is safe, or why not */
	enum correlation_strength correlation_strength;
	char recommended_recovery[RECOVERY_SIZE]; /* one word: what to do next, "none" */
	bool reversal_possible;
	size_t count;
	struct postcondition postconditions[POSTCONDITIONS_MAX];
};

/* The rule behind safe_to_claim_complete: verified, final, and every required postcondition really
 * ran and passed.  A verdict for which this is false must not claim to be safe. */
bool verdict_may_be_safe(const struct verdict *verdict);

#endif
