/*
 * The vault: secrets at rest.
 *
 * Credentials are sealed with XChaCha20-Poly1305 under the data key, a file of mode 0600
 * beside the store, and bound to their name and role: a row moved to another place does
 * not open.  The same key makes pseudonyms (keyed hashes), so that limits per customer
 * need no document in clear.
 */
#ifndef IO_VAULT_H
#define IO_VAULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "io/store.h"

struct vault;

enum { DATA_KEY_BYTES = 32, PSEUDONYM_SIZE = 33 };

/* Copies the key into guarded memory; the caller wipes its own. */
struct vault *vault_new(const uint8_t key[DATA_KEY_BYTES]);
void vault_free(struct vault *vault);

/* Seals `secrets` into `credential`, whose name and role are set; `nonce` is 24 fresh random bytes.
 * `credential->sealed` is the caller's to free. */
void vault_seal(const struct vault *vault, const json_t *secrets, const uint8_t nonce[24],
                struct stored_credential *credential);

/* The secrets, the caller's; NULL with `why` when the row was not sealed here under this name and role. */
json_t *vault_open(const struct vault *vault, const struct stored_credential *credential,
                   struct why *why);

/* 32 hex digits that stand for `text` and say nothing about it without the key. */
void vault_pseudonym(const struct vault *vault, const char *text, char pseudonym[PSEUDONYM_SIZE]);

#endif
