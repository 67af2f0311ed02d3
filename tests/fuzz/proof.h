/*
 * The keys and the signed bytes of tests/vectors.  Nobody can invent a signature, so whatever a target
 * finds GENUINE under these keys must be one of the bytes that were signed with them.
 */
#ifndef TESTS_FUZZ_PROOF_H
#define TESTS_FUZZ_PROOF_H

#include "proof/keys.h"
#include "tests/fuzz/fuzz.h"

enum { FUZZ_ISSUER = 0x11, FUZZ_RELAY = 0x22, FUZZ_FINANCE = 0x33 };

static inline struct signing_key *
fuzz_key(enum key_use use, uint8_t seed_byte)
{
	uint8_t seed[KEY_BYTES];
	memset(seed, seed_byte, sizeof(seed));
	return signing_key_new(use, seed);
}

/* Issuer and relay. */
static inline const struct key_ring *
fuzz_ring(void)
{
	static struct key_ring ring;
	static const uint8_t seeds[] = { FUZZ_ISSUER, FUZZ_RELAY };
	for (size_t i = ring.count; i < sizeof(seeds); i++) {
		struct signing_key *key = fuzz_key(KEY_USE_RECEIPTS, seeds[i]);
		ensure(key_ring_add(&ring, signing_key_public(key), NULL));
		signing_key_free(key);
	}
	return &ring;
}

/* A file of tests/vectors without the line feed at its end; kept. */
static inline const char *
fuzz_vector(const char *name)
{
	char path[128];
	ensure(text_format(path, sizeof(path), "tests/vectors/%s", name));
	char *text = fuzz_file(path);
	size_t length = strlen(text);
	ensure(text[length - 1] == '\n');
	text[length - 1] = '\0';
	return text;
}

/* True when these bytes are the signed ones of a receipt. */
static inline bool
fuzz_is_signed_receipt(const char *bytes, size_t length)
{
	static const char *const names[] = { "receipt_v1.body", "receipt_v2.body",
		                             "receipt_v3.body" };
	static const char *known[sizeof(names) / sizeof(names[0])];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (known[i] == NULL)
			known[i] = fuzz_vector(names[i]);
		if (strlen(known[i]) == length && memcmp(known[i], bytes, length) == 0)
			return true;
	}
	return false;
}

#endif
