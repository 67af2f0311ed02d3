/*
 * Personal data in receipts, as salted commitments (RFC 9901, receipts.md section 5).
 *
 * A receipt carries only a commitment.  The disclosure that opens it is kept in a row of
 * its own that can be erased; without the salt nobody can find a CPF or a phone by trying
 * them all, and with the row gone the receipt verifies as before.
 *
 *	disclosure    base64url( JSON ["salt","name","value"] )
 *	commitment    base64url( SHA-256( disclosure ) )
 *
 * By hand:
 *	printf %s "$D" | sha256sum | xxd -r -p | base64 | tr '+/' '-_' | tr -d =
 */
#ifndef PROOF_DISCLOSURE_H
#define PROOF_DISCLOSURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/why.h"
#include "proof/base64.h"
#include "proof/digest.h"

enum {
	DISCLOSURE_SALT_BYTES = 16,
	DISCLOSURE_NAME_SIZE = 64,
	COMMITMENT_SIZE = BASE64_SIZE(DIGEST_BYTES) /* 43 characters are used */
};

/* Writes the disclosure into an empty `disclosure` (ceiling DISCLOSURE_BYTES_MAX).  The salt must be
 * fresh random bytes for every one.  False with `why` for text that is not UTF-8 or does not fit. */
bool disclosure_write(const uint8_t salt[DISCLOSURE_SALT_BYTES], const char *name,
                      const char *value, struct buffer *disclosure, struct why *why);

void disclosure_commitment(const char *disclosure, char commitment[COMMITMENT_SIZE]);

/* Whether `disclosure` is what was committed to; takes the same time wherever they differ. */
bool disclosure_matches(const char *disclosure, const char *commitment);

/* What the disclosure says.  `value` must be empty.  False with `why` when it can't be read. */
bool disclosure_read(const char *disclosure, char name[DISCLOSURE_NAME_SIZE], struct buffer *value,
                     struct why *why);

#endif
