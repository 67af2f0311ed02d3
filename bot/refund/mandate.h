/*
 * The mandate: what finance allows the bot to give back, signed with a key that the bot
 * never holds.
 *
 * A mandate is one JSON file that people can read:
 *
 *	{
 *	  "mandate": {"type":"estorno-mandate","format":1,"id":"cm_support","currency":"BRL",
 *	              "signed_at":"...","not_before":"...","expires_at":"...",
 *	              "per_refund_cents":50000, ...},
 *	  "key_id": "ed25519:...",
 *	  "signature": "base64"
 *	}
 *
 * Signed are the canonical JSON bytes of "mandate" (proof/canonical.h): every limit is
 * inside, nothing is joined by hand, and those same bytes are what is stored and checked
 * before every refund.  Amounts are centavos; a limit that is absent does not apply.
 *
 * One key of finance may sign for several shops, and for play.  "merchant" and "test" say
 * for which; a mandate that does not say rules wherever its key is trusted.
 */
#ifndef REFUND_MANDATE_H
#define REFUND_MANDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/why.h"
#include "proof/authenticity.h"
#include "proof/keys.h"
#include "refund/hold.h"

enum { MANDATE_ID_SIZE = 64, MANDATE_MERCHANT_SIZE = 64 };

/* Where it rules: "test" absent, false or true. */
enum mandate_place { MANDATE_ANYWHERE, MANDATE_LIVE, MANDATE_TEST };

/* 0: no such limit. */
struct mandate {
	char id[MANDATE_ID_SIZE];
	char merchant[MANDATE_MERCHANT_SIZE]; /* "": any shop that trusts the key */
	enum mandate_place place;
	int64_t signed_ms; /* also its version: a later signature replaces an earlier */
	int64_t not_before_ms, expires_ms;
	int64_t per_refund_cents; /* always there */
	int64_t per_order_cents;
	int64_t per_customer_day_cents;
	int64_t per_day_cents;
	int64_t per_month_cents;
	int64_t count_per_day;
	int64_t max_order_age_days;
};

/* A mandate with its signature, as in the file and in the store. */
struct signed_mandate {
	struct mandate mandate;
	char body[MANDATE_BYTES_MAX]; /* the signed bytes */
	char key_id[KEY_ID_SIZE];
	char signature[SIGNATURE_TEXT_SIZE];
};

/* Checks that the limits make sense together: false with `why`. */
bool mandate_is_sound(const struct mandate *mandate, struct why *why);

/* Signs; the key must be for mandates. */
void mandate_sign(const struct mandate *mandate, const struct signing_key *key,
                  struct signed_mandate *signed_mandate);

/* The file's text, of what mandate_sign() made. */
void mandate_print(const struct signed_mandate *signed_mandate, struct buffer *file);

/* Reads a file.  Unknown, repeated and missing fields are errors.  Does not verify. */
bool mandate_read(const char *file, size_t length, struct signed_mandate *signed_mandate,
                  struct why *why);

/* Reads the stored bytes again: the limits inside what was signed. */
bool mandate_read_body(const char *body, struct mandate *mandate, struct why *why);

/* Is the signature that of `key` over the body? */
bool mandate_is_genuine(const struct signed_mandate *signed_mandate,
                        const struct verifying_key *key);

/* Name and limits; not for which shop, which stands in the signed bytes alone. */
bool mandate_equal(const struct mandate *a, const struct mandate *b);

/* Does it rule in this shop?  False with `why`. */
bool mandate_is_for(const struct mandate *mandate, const char *merchant, bool sandbox,
                    struct why *why);

/* What counts against it now: reserved, executing and spent, São Paulo's day and month. */
struct mandate_use {
	int64_t order_cents;
	int64_t customer_day_cents;
	int64_t day_cents;
	int64_t month_cents;
	int64_t day_count;
};

/* Would `amount_cents` for an order of `ordered_ms` be within the limits?  HOLD_NONE or the first that is
 * not.  `use` does not contain the amount itself.  An unknown order date (0) is refused when the mandate
 * limits the age. */
enum hold_reason mandate_allows(const struct mandate *mandate, const struct mandate_use *use,
                                int64_t amount_cents, int64_t ordered_ms, int64_t now_ms);

#endif
