/*
 * Identifiers made from random bytes that the caller brings: the pure rooms have
 * no randomness of their own.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stddef.h>
#include <stdint.h>

enum {
	ID_SIZE = 16,      /* "c_" and 12 letters, with the NUL */
	ENTROPY_BYTES = 64 /* what the engine brings to every step */
};

/* Writes `prefix` (at most 3 characters) and 12 letters of base 32 (60 bits of the 8 bytes).  The
 * alphabet has no i, l, o or u, so an id can be read out on the phone.  Needs ID_SIZE. */
void id_make(char *id, const char *prefix, const uint8_t random[8]);

/* Lower-case base 32 of `count` bytes, 5 bits a letter, no padding.  `size` must hold it. */
void id_base32(char *text, size_t size, const uint8_t *bytes, size_t count);

/* Lower-case hex; `size` must be 2 * count + 1 at least. */
void id_hex(char *text, size_t size, const uint8_t *bytes, size_t count);

#endif
