/*
 * SSHSIG: signatures that `ssh-keygen -Y verify` checks and `ssh-keygen -Y sign` makes
 * (receipts.md section 1, openssh PROTOCOL.sshsig), so that an auditor needs nothing of
 * ours and finance can sign with a tool it has.
 *
 *	ssh-keygen -Y verify -f allowed_signers -I PRINCIPAL -n NAMESPACE
 *	           -s receipt.json.sig < receipt.json
 *
 * The namespace says what a signature is for; it is signed, so that a signature made for
 * one purpose is worth nothing for another.
 */
#ifndef PROOF_SSHSIG_H
#define PROOF_SSHSIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"
#include "proof/authenticity.h"
#include "proof/keys.h"

enum {
	SSHSIG_NAMESPACE_SIZE = 64,
	SSHSIG_TEXT_SIZE = 512, /* armoured, with the longest namespace */
	ALLOWED_SIGNER_SIZE = 512
};

#define SSHSIG_BEGIN "-----BEGIN SSH SIGNATURE-----"
#define SSHSIG_END   "-----END SSH SIGNATURE-----"

/* Who signed and for what; whether it is true is for sshsig_verify(). */
struct sshsig {
	struct verifying_key signer;
	char namespace[SSHSIG_NAMESPACE_SIZE];
	uint8_t signature[SIGNATURE_BYTES];
};

/* Writes the armoured signature, ending in a line feed. */
void sshsig_sign(const struct signing_key *key, const char *namespace, const void *message,
                 size_t length, char text[SSHSIG_TEXT_SIZE]);

/* Reads an armoured signature, with white space anywhere around and in its base 64.  False with
 * `why` for anything but a well-formed one, version 1, by an Ed25519 key, over SHA-512 (what
 * ssh-keygen makes unless told otherwise). */
bool sshsig_parse(const char *text, struct sshsig *sshsig, struct why *why);

/* CANNOT_TELL when its signer is not in `ring`; NOT_GENUINE when its namespace is another or the
 * message was changed. */
enum authenticity sshsig_verify(const struct sshsig *sshsig, const struct key_ring *ring,
                                const char *namespace, const void *message, size_t length,
                                struct why *why);

/* A line for ssh-keygen's list of allowed signers, without a line feed.  False with `why` for a
 * principal that the list could misread: only letters, digits and `@._-` go in. */
bool sshsig_allowed_signer(const char *principal, const char *namespace,
                           const struct verifying_key *key, char line[ALLOWED_SIGNER_SIZE],
                           struct why *why);

#endif
