/*
 * Ed25519 keys: pairs that sign, public keys that verify, and rings of trusted ones.
 *
 * A signing key has one use and is never lent to another:
 *
 *	receipts    the shop's, on the bot's machine: seals receipts
 *	log         the shop's, on the bot's machine: signs tree heads and checkpoints
 *	mandates    finance's own, never on the bot's machine
 *
 * Its secret lives in memory of its own, between guard pages, kept out of core dumps and
 * out of swap where the system allows, read-only, and wiped when freed.  The texts in
 * which keys are kept and published are in proof/key_text.h.
 */
#ifndef PROOF_KEYS_H
#define PROOF_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/why.h"
#include "proof/base64.h"

enum {
	KEY_BYTES = 32, /* of a seed, and of a public key */
	KEY_TEXT_SIZE = BASE64_SIZE(KEY_BYTES),
	KEY_ID_SIZE = 25, /* "ed25519:", 16 characters, NUL */
	SIGNATURE_BYTES = 64,
	SIGNATURE_TEXT_SIZE = BASE64_SIZE(SIGNATURE_BYTES)
};

#define KEY_USES(X)             \
	X(RECEIPTS, "receipts") \
	X(LOG, "log")           \
	X(MANDATES, "mandates")

enum key_use {
#define X(name, text) KEY_USE_##name,
	KEY_USES(X)
#undef X
};

const char *key_use_text(enum key_use use);

/* --- public keys ------------------------------------------------------------------------------ */

struct verifying_key {
	uint8_t bytes[KEY_BYTES];
	char id[KEY_ID_SIZE]; /* postcept.md section 6: from the bytes */
};

/* False when the bytes are no point of the curve that could be somebody's key. */
bool verifying_key_set(struct verifying_key *key, const uint8_t bytes[KEY_BYTES]);

bool verifying_key_equal(const struct verifying_key *a, const struct verifying_key *b);

bool verifying_key_verify(const struct verifying_key *key, const void *bytes, size_t length,
                          const uint8_t signature[SIGNATURE_BYTES]);

/* The same for a signature in base 64; false for anything that is not 64 bytes of it. */
bool verifying_key_verify_text(const struct verifying_key *key, const void *bytes, size_t length,
                               const char *signature);

/* The keys somebody decided to trust for one purpose; zeroed, it is empty. */
struct key_ring {
	size_t count;
	struct verifying_key keys[TRUSTED_KEYS_MAX];
};

/* A key that is already there is not added again. */
bool key_ring_add(struct key_ring *ring, const struct verifying_key *key, struct why *why);

/* NULL when it is not there. */
const struct verifying_key *key_ring_find(const struct key_ring *ring, const char *id);

/* --- keys that sign --------------------------------------------------------------------------- */

struct signing_key;

/* Copies the seed; the caller wipes its own.  Aborts only when out of memory. */
struct signing_key *signing_key_new(enum key_use use, const uint8_t seed[KEY_BYTES]);
void signing_key_free(struct signing_key *key);

enum key_use signing_key_use(const struct signing_key *key);
const struct verifying_key *signing_key_public(const struct signing_key *key);

/* The seed, to be written to a file; the caller wipes it. */
void signing_key_seed(const struct signing_key *key, uint8_t seed[KEY_BYTES]);

/* A key of the same use that stands for this one from `epoch` on (not 0): always the same for the same two,
 * and telling nothing about this one.  So one private key is kept, and none signs two histories. */
struct signing_key *signing_key_of_epoch(const struct signing_key *key, uint64_t epoch);

/* Deterministic: the same bytes give the same signature. */
void signing_key_sign(const struct signing_key *key, const void *bytes, size_t length,
                      uint8_t signature[SIGNATURE_BYTES]);

/* The same in base 64. */
void signing_key_sign_text(const struct signing_key *key, const void *bytes, size_t length,
                           char signature[SIGNATURE_TEXT_SIZE]);

#endif
