/*
 * A postcondition: one thing that must be true after a refund, what was expected, what
 * the system of record said, and whether they agree (postcept.md section 4).
 *
 * Skipped means that it could not be looked at.  It is never a pass.
 */
#ifndef PROOF_POSTCONDITION_H
#define PROOF_POSTCONDITION_H

#include <jansson.h>
#include <stdbool.h>

#define POSTCONDITION_CATEGORIES(X)                                       \
	X(EXISTENCE, "existence") /* the record is there */               \
	X(MATCH, "match")         /* a field of it is what was claimed */ \
	X(STATE, "state")         /* it is in the state that counts */    \
	X(DUPLICATE, "duplicate") /* and there is no second one */        \
	X(POLICY, "policy")       /* and it was allowed */

enum postcondition_category {
#define X(name, text) POSTCONDITION_##name,
	POSTCONDITION_CATEGORIES(X)
#undef X
};

#define POSTCONDITION_STATUSES(X) \
	X(PASSED, "passed")       \
	X(FAILED, "failed")       \
	X(SKIPPED, "skipped")

enum postcondition_status {
#define X(name, text) POSTCONDITION_##name,
	POSTCONDITION_STATUSES(X)
#undef X
};

const char *postcondition_category_text(enum postcondition_category category);
const char *postcondition_status_text(enum postcondition_status status);

enum {
	POSTCONDITION_NAME_SIZE = 64,
	POSTCONDITION_VALUE_SIZE = 256, /* the longest ids of providers have 255 bytes */
	POSTCONDITION_DETAIL_SIZE = 256
};

/* All but `required` and `detail` is signed.  "" in expected or actual is null: not applicable, or
 * not observed.  No value is personal data in clear (receipts.md section 5). */
struct postcondition {
	char name[POSTCONDITION_NAME_SIZE]; /* snake_case, stable: verifiers look for it */
	enum postcondition_category category;
	enum postcondition_status status;
	bool required; /* decides safe_to_claim_complete; how it was decided is signed, this is not */
	char expected[POSTCONDITION_VALUE_SIZE];
	char actual[POSTCONDITION_VALUE_SIZE];
	char detail[POSTCONDITION_DETAIL_SIZE]; /* for people */
};

/* {"name","category","status","expected","actual"}: what is signed of it.  NULL when a text is not
 * UTF-8; otherwise the caller's. */
json_t *postcondition_to_json(const struct postcondition *postcondition);

#endif
