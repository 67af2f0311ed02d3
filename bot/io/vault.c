/*
 * libsodium's secret-box with associated data, and its keyed BLAKE2b for pseudonyms and
 * fingerprints.
 */
#include "io/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/id.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "proof/base64.h"
#include "proof/digest.h"

struct vault {
	uint8_t *key; /* sodium_malloc: guard pages, kept out of core dumps and swap */
};

struct vault *
vault_new(const uint8_t key[DATA_KEY_BYTES])
{
	digest_ready();
	struct vault *vault = calloc(1, sizeof(*vault));
	ensure(vault != NULL);
	vault->key = sodium_malloc(DATA_KEY_BYTES);
	ensure(vault->key != NULL);
	memcpy(vault->key, key, DATA_KEY_BYTES);
	sodium_mprotect_readonly(vault->key);
	return vault;
}

void
vault_free(struct vault *vault)
{
	if (vault == NULL)
		return;
	sodium_free(vault->key);
	free(vault);
}

/* What a sealed row is bound to. */
static void
binding(const struct stored_credential *credential, char text[64])
{
	ensure(text_format(text, 64, "estorno credential 1 %s %s", credential->name,
	                   role_text(credential->role)));
}

static void
keyed_hash(const struct vault *vault, const char *purpose, const char *text, uint8_t *hash,
           size_t size)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, vault->key, DATA_KEY_BYTES, size);
	crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&state, (const uint8_t *)text, strlen(text));
	crypto_generichash_final(&state, hash, size);
}

void
vault_pseudonym(const struct vault *vault, const char *text, char pseudonym[PSEUDONYM_SIZE])
{
	uint8_t hash[16];
	keyed_hash(vault, "pseudonym", text, hash, sizeof(hash));
	id_hex(pseudonym, PSEUDONYM_SIZE, hash, sizeof(hash));
}

void
vault_seal(const struct vault *vault, const json_t *secrets, const uint8_t nonce[24],
           struct stored_credential *credential)
{
	char bound_to[64], *text = json_text(secrets);
	unsigned long long sealed_length;
	size_t length = strlen(text);
	size_t size = length + crypto_aead_xchacha20poly1305_ietf_ABYTES;
	uint8_t *sealed = malloc(size), fingerprint[8];
	credential->sealed = malloc(BASE64_SIZE(size));
	ensure(sealed != NULL && credential->sealed != NULL);
	binding(credential, bound_to);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &sealed_length, (const uint8_t *)text,
	                                           length, (const uint8_t *)bound_to,
	                                           strlen(bound_to), NULL, nonce, vault->key);
	base64_encode(credential->sealed, BASE64_SIZE(size), sealed, (size_t)sealed_length);
	base64_encode(credential->nonce, sizeof(credential->nonce), nonce, 24);
	keyed_hash(vault, "fingerprint", text, fingerprint, sizeof(fingerprint));
	id_hex(credential->fingerprint, sizeof(credential->fingerprint), fingerprint,
	       sizeof(fingerprint));
	sodium_memzero(text, length);
	free(text);
	free(sealed);
}

/* The text inside; NULL when it does not open. */
static char *
unseal(const struct vault *vault, const struct stored_credential *credential, const uint8_t *sealed,
       size_t sealed_length, const uint8_t nonce[24], size_t *length)
{
	char bound_to[64], *text = malloc(sealed_length + 1);
	unsigned long long count = 0;
	ensure(text != NULL);
	binding(credential, bound_to);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)text, &count, NULL, sealed,
	                                               sealed_length, (const uint8_t *)bound_to,
	                                               strlen(bound_to), nonce, vault->key) != 0) {
		free(text);
		return NULL;
	}
	text[count] = '\0';
	*length = (size_t)count;
	return text;
}

json_t *
vault_open(const struct vault *vault, const struct stored_credential *credential, struct why *why)
{
	size_t sealed_length = 0, length = 0, size = strlen(credential->sealed);
	uint8_t nonce[24], *sealed = malloc(size + 1);
	json_t *secrets = NULL;
	char *text = NULL;
	ensure(sealed != NULL);
	if (base64_decode(credential->sealed, size, sealed, size, &sealed_length) &&
	    base64_decode_exactly(credential->nonce, strlen(credential->nonce), nonce, 24))
		text = unseal(vault, credential, sealed, sealed_length, nonce, &length);
	if (text != NULL) {
		secrets = json_parse_object(text, length, REQUEST_BYTES_MAX, why);
		sodium_memzero(text, length);
	} else {
		why_set(why,
		        "the credential %s/%s does not open with this data key; connect it again",
		        credential->name, role_text(credential->role));
	}
	free(text);
	free(sealed);
	return secrets;
}
