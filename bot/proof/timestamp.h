/*
 * The spelling of UTC in what was signed.
 *
 * Signers write `Z`, but some JSON writers turn it into `+00:00` on the way, and the
 * signature is over the text.  So a verifier tries each spelling, for all timestamps of
 * the signed bytes at once (postcept.md section 6):
 *
 *	0   as it stands
 *	1   Z becomes +00:00
 *	2   +00:00 becomes Z
 */
#ifndef PROOF_TIMESTAMP_H
#define PROOF_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>

enum { TIMESTAMP_SPELLINGS = 3, TIMESTAMP_SIZE = 48 };

/* Writes `text` in one of the spellings; one that does not apply leaves it as it stands.  False when
 * it is longer than any timestamp. */
bool timestamp_spell(const char *text, int spelling, char to[TIMESTAMP_SIZE]);

#endif
