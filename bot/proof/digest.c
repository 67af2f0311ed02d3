/*
 * libsodium's SHA-256 behind our own types, so that no other header needs sodium.h.
 */
#include "proof/digest.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/ensure.h"
#include "base/id.h"

static_assert(DIGEST_BYTES == crypto_hash_sha256_BYTES, "SHA-256 has 32 bytes");
static_assert(sizeof(struct digest_state) >= sizeof(crypto_hash_sha256_state),
              "the state of a running hash must fit");

void
digest_ready(void)
{
	ensure(sodium_init() >= 0);
}

struct digest
digest_of(const void *bytes, size_t length)
{
	struct digest digest;
	crypto_hash_sha256(digest.bytes, bytes, length);
	return digest;
}

static crypto_hash_sha256_state *
running(struct digest_state *state)
{
	return (crypto_hash_sha256_state *)(void *)state->opaque;
}

void
digest_begin(struct digest_state *state)
{
	crypto_hash_sha256_init(running(state));
}

void
digest_add(struct digest_state *state, const void *bytes, size_t length)
{
	crypto_hash_sha256_update(running(state), bytes, length);
}

struct digest
digest_end(struct digest_state *state)
{
	struct digest digest;
	crypto_hash_sha256_final(running(state), digest.bytes);
	return digest;
}

bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return sodium_memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

void
digest_print(const struct digest *digest, char hex[DIGEST_HEX_SIZE])
{
	id_hex(hex, DIGEST_HEX_SIZE, digest->bytes, DIGEST_BYTES);
}

bool
digest_parse(const char *hex, struct digest *digest)
{
	if (strlen(hex) != DIGEST_HEX_SIZE - 1 || strspn(hex, "0123456789abcdef") != strlen(hex))
		return false;
	return sodium_hex2bin(digest->bytes, DIGEST_BYTES, hex, strlen(hex), NULL, NULL, NULL) == 0;
}
