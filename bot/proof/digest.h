/*
 * SHA-256: the one hash of receipts, of the log's tree and of commitments.
 */
#ifndef PROOF_DIGEST_H
#define PROOF_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX_SIZE = 2 * DIGEST_BYTES + 1 };

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

/* Readies libsodium.  Called by whatever makes a key; calling it again does nothing. */
void digest_ready(void);

struct digest digest_of(const void *bytes, size_t length);

/* The same over bytes that come in pieces: begin, add as often as needed, end once. */
struct digest_state {
	_Alignas(8) uint8_t opaque[112]; /* libsodium's, kept out of this header */
};
void digest_begin(struct digest_state *state);
void digest_add(struct digest_state *state, const void *bytes, size_t length);
struct digest digest_end(struct digest_state *state);

/* Takes the same time wherever they differ. */
bool digest_equal(const struct digest *a, const struct digest *b);

/* 64 lower-case hex digits. */
void digest_print(const struct digest *digest, char hex[DIGEST_HEX_SIZE]);

/* Exactly 64 lower-case hex digits: a hash has one spelling, so that texts can be compared. */
bool digest_parse(const char *hex, struct digest *digest);

#endif
