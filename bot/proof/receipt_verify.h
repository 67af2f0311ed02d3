/*
 * Is a receipt genuine?  For any Postcept receipt of version 1, 2 or 3, ours or another
 * issuer's, in whatever state it arrives: no input makes this crash or guess.
 *
 *	GENUINE       the key it names signed what it says
 *	NOT_GENUINE   it was changed, is malformed, or a signed field is missing
 *	CANNOT_TELL   its key is not in the ring, or its version or algorithm is not known
 *
 * What is signed depends on the version (postcept.md section 6), and some of what a
 * receipt shows never is: `detail`, `superseded_by`, and in versions 1 and 2 also
 * lifecycle and safe_to_claim_complete.  So whoever shows a receipt should show the
 * signed bytes that are handed back here.
 */
#ifndef PROOF_RECEIPT_VERIFY_H
#define PROOF_RECEIPT_VERIFY_H

#include <jansson.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/why.h"
#include "proof/authenticity.h"
#include "proof/keys.h"

/* A receipt object.  When GENUINE, the bytes that were signed are added to `body`, which may be NULL
 * and should have the ceiling RECEIPT_BYTES_MAX. */
enum authenticity receipt_verify_json(const json_t *receipt, const struct key_ring *ring,
                                      struct buffer *body, struct why *why);

/* The signed bytes of a version 3 receipt, with either of their signatures: base 64, or an armoured
 * SSHSIG of the namespace RECEIPT_NAMESPACE.  The signer must be the key that the bytes name. */
enum authenticity receipt_verify_body(const char *body, size_t length, const char *signature,
                                      const struct key_ring *ring, struct why *why);

#endif
