/*
 * OpenSSH's way of putting fields into bytes (RFC 4251 section 5): a `string` is its
 * length in four bytes, most significant first, then its bytes.
 */
#ifndef PROOF_SSH_WIRE_H
#define PROOF_SSH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proof/keys.h"

#define SSH_KEY_TYPE "ssh-ed25519"

/* An Ed25519 public key as a blob: string "ssh-ed25519", string of the 32 bytes. */
enum { SSH_KEY_BLOB_BYTES = 4 + sizeof(SSH_KEY_TYPE) - 1 + 4 + KEY_BYTES };

void ssh_wire_add_number(struct buffer *to, uint32_t number);
void ssh_wire_add_string(struct buffer *to, const void *bytes, size_t length);
void ssh_wire_add_key(struct buffer *to, const struct verifying_key *key);

/* What is left to read; every reader moves past what it took. */
struct ssh_wire {
	const uint8_t *at;
	size_t left;
};

bool ssh_wire_number(struct ssh_wire *wire, uint32_t *number);

/* The string's bytes, as something to read in turn. */
bool ssh_wire_string(struct ssh_wire *wire, struct ssh_wire *string);

/* Takes `length` bytes, or a string, that must be exactly these. */
bool ssh_wire_expect(struct ssh_wire *wire, const void *bytes, size_t length);
bool ssh_wire_expect_string(struct ssh_wire *wire, const char *text);

/* Takes a string of exactly `length` bytes. */
bool ssh_wire_bytes(struct ssh_wire *wire, uint8_t *bytes, size_t length);

/* Takes the blob of an Ed25519 key, which must be all there is. */
bool ssh_wire_key(struct ssh_wire *wire, struct verifying_key *key);

#endif
