/*
 * May the bot act under a stored mandate now?  One answer for the engine that pays and for
 * people who ask.
 */
#ifndef SERVE_STANDING_H
#define SERVE_STANDING_H

#include <stdint.h>

#include "io/store.h"
#include "proof/receipt.h"
#include "refund/hold.h"
#include "refund/policy.h"

/* HOLD_NONE when `stored` may be used at `now_ms` in the shop that the policy is of, whatever the amount; else
 * why not: a mandate for another shop is none. */
enum hold_reason standing_of(struct store *store, const struct stored_mandate *stored,
                             const struct policy *policy, int64_t now_ms);

/* "sha256:..." of the signed bytes of the mandate `id` of `signed_ms`, whatever its status: a mandate that was
 * taken back since did rule.  "" when it is not there, or its signature or its columns do not hold. */
void standing_digest(struct store *store, const char *id, int64_t signed_ms,
                     char digest[RECEIPT_DIGEST_SIZE]);

/* The same of bytes that are known to hold. */
void mandate_body_digest(const char *body, char digest[RECEIPT_DIGEST_SIZE]);

#endif
