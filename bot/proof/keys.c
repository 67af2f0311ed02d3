/*
 * libsodium's Ed25519.  Its verification is strict: a signature's S below the group's
 * order (so it can't be respelt) and no keys of small order.
 */
#include "proof/keys.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "proof/digest.h"

static_assert(KEY_BYTES == crypto_sign_SEEDBYTES && KEY_BYTES == crypto_sign_PUBLICKEYBYTES,
              "Ed25519 seeds and public keys have 32 bytes");
static_assert(SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519 signatures have 64 bytes");

struct signing_key {
	enum key_use use;
	struct verifying_key verifying;
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
};

const char *
key_use_text(enum key_use use)
{
	switch (use) {
#define X(name, text)        \
	case KEY_USE_##name: \
		return text;
		KEY_USES(X)
#undef X
	}
	ensure(!"a key use outside the enum");
	return "";
}

/* --- public keys ------------------------------------------------------------------------------ */

bool
verifying_key_set(struct verifying_key *key, const uint8_t bytes[KEY_BYTES])
{
	char text[KEY_TEXT_SIZE];
	digest_ready();
	if (crypto_core_ed25519_is_valid_point(bytes) != 1)
		return false;
	memcpy(key->bytes, bytes, KEY_BYTES);
	base64_url_encode(text, sizeof(text), bytes, KEY_BYTES);
	return text_format(key->id, sizeof(key->id), "ed25519:%.16s", text);
}

bool
verifying_key_equal(const struct verifying_key *a, const struct verifying_key *b)
{
	return sodium_memcmp(a->bytes, b->bytes, KEY_BYTES) == 0;
}

bool
verifying_key_verify(const struct verifying_key *key, const void *bytes, size_t length,
                     const uint8_t signature[SIGNATURE_BYTES])
{
	return crypto_sign_verify_detached(signature, bytes, length, key->bytes) == 0;
}

bool
verifying_key_verify_text(const struct verifying_key *key, const void *bytes, size_t length,
                          const char *signature)
{
	uint8_t raw[SIGNATURE_BYTES];
	return base64_decode_exactly(signature, strlen(signature), raw, sizeof(raw)) &&
	       verifying_key_verify(key, bytes, length, raw);
}

bool
key_ring_add(struct key_ring *ring, const struct verifying_key *key, struct why *why)
{
	for (size_t i = 0; i < ring->count; i++)
		if (verifying_key_equal(&ring->keys[i], key))
			return true;
	if (ring->count == TRUSTED_KEYS_MAX)
		return why_set(why, "more than %d keys can't be trusted at once", TRUSTED_KEYS_MAX);
	ring->keys[ring->count++] = *key;
	return true;
}

const struct verifying_key *
key_ring_find(const struct key_ring *ring, const char *id)
{
	for (size_t i = 0; i < ring->count; i++)
		if (text_equal(ring->keys[i].id, id))
			return &ring->keys[i];
	return NULL;
}

/* --- keys that sign --------------------------------------------------------------------------- */

/* The whole struct is libsodium's guarded memory; sodium_free wipes it. */
struct signing_key *
signing_key_new(enum key_use use, const uint8_t seed[KEY_BYTES])
{
	uint8_t public[KEY_BYTES];
	digest_ready();
	struct signing_key *key = sodium_malloc(sizeof(*key));
	ensure(key != NULL);
	key->use = use;
	crypto_sign_seed_keypair(public, key->secret, seed);
	ensure(verifying_key_set(&key->verifying, public));
	ensure(sodium_mprotect_readonly(key) == 0);
	return key;
}

void
signing_key_free(struct signing_key *key)
{
	sodium_free(key);
}

enum key_use
signing_key_use(const struct signing_key *key)
{
	return key->use;
}

const struct verifying_key *
signing_key_public(const struct signing_key *key)
{
	return &key->verifying;
}

void
signing_key_seed(const struct signing_key *key, uint8_t seed[KEY_BYTES])
{
	crypto_sign_ed25519_sk_to_seed(seed, key->secret);
}

static_assert(KEY_BYTES == crypto_kdf_KEYBYTES && KEY_BYTES <= crypto_kdf_BYTES_MAX,
              "a seed is a key to derive from, and one that is derived");

struct signing_key *
signing_key_of_epoch(const struct signing_key *key, uint64_t epoch)
{
	static const char context[crypto_kdf_CONTEXTBYTES] = { 'e', 's', 't', 'e',
		                                               'p', 'o', 'c', 'h' };
	uint8_t seed[KEY_BYTES], derived[KEY_BYTES];
	ensure(epoch != 0);
	signing_key_seed(key, seed);
	ensure(crypto_kdf_derive_from_key(derived, sizeof(derived), epoch, context, seed) == 0);
	struct signing_key *other = signing_key_new(key->use, derived);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(derived, sizeof(derived));
	return other;
}

void
signing_key_sign(const struct signing_key *key, const void *bytes, size_t length,
                 uint8_t signature[SIGNATURE_BYTES])
{
	ensure(crypto_sign_detached(signature, NULL, bytes, length, key->secret) == 0);
}

void
signing_key_sign_text(const struct signing_key *key, const void *bytes, size_t length,
                      char signature[SIGNATURE_TEXT_SIZE])
{
	uint8_t raw[SIGNATURE_BYTES];
	signing_key_sign(key, bytes, length, raw);
	base64_encode(signature, SIGNATURE_TEXT_SIZE, raw, sizeof(raw));
}
