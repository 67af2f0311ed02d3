/*
 * The log's head as a C2SP checkpoint in a signed note (receipts.md section 3), the form
 * that witnesses cosign and that Go's sumdb/note, litewitness and sigsum read.
 *
 *	estorno.example/log                 the log's name, "origin"
 *	3                                   its size
 *	SAJLBv1SMjXMxjkiKBTaCVHSF2Xl0NF9…   its root in base 64
 *	                                    an empty line ends what is signed
 *	— estorno.example/log jkbgOopc…     one line a signature: name, base64(key id, signature)
 *
 * A signature's key id is SHA-256(name | LF | 0x01 | public key)[0:4].  A verifier is told
 * name and key in one word, `<name>+<key id in hex>+base64(0x01 | public key)`.
 *
 * Lines of witnesses may stand below the log's; they are not judged here.
 */
#ifndef PROOF_CHECKPOINT_H
#define PROOF_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/why.h"
#include "proof/authenticity.h"
#include "proof/digest.h"
#include "proof/keys.h"

enum { CHECKPOINT_ORIGIN_SIZE = 128, CHECKPOINT_KEY_ID_BYTES = 4, CHECKPOINT_VERIFIER_SIZE = 256 };

struct checkpoint {
	char origin[CHECKPOINT_ORIGIN_SIZE];
	uint64_t size;
	struct digest root;
};

/* True for a name that a note can carry: printable ASCII, not empty, no space, no plus. */
bool checkpoint_origin_is_valid(const char *origin);

/* "estorno/NAME" for the log of the shop `name`, made of what a note can carry: any other byte becomes
 * '-'.  The same name always gives the same origin.  "estorno/NAME/EPOCH" after a restore (not 0): a log that
 * may have forgotten leaves is another log. */
void checkpoint_origin_of(const char *name, int64_t epoch, char origin[CHECKPOINT_ORIGIN_SIZE]);

/* The key id of `key` under the name `origin`. */
void checkpoint_key_id(const char *origin, const struct verifying_key *key,
                       uint8_t id[CHECKPOINT_KEY_ID_BYTES]);

/* The word that tells a verifier name and key. */
void checkpoint_verifier(const char *origin, const struct verifying_key *key,
                         char text[CHECKPOINT_VERIFIER_SIZE]);

/* Adds the three lines that are signed. */
void checkpoint_body(const struct checkpoint *checkpoint, struct buffer *body);

/* Adds the note with the log's signature, to which witnesses' lines may be appended (ceiling
 * CHECKPOINT_BYTES_MAX).  The key must be for the log. */
void checkpoint_sign(const struct checkpoint *checkpoint, const struct signing_key *key,
                     struct buffer *note);

/* Checks the line of `key` under the name `origin` and reads what it signed into `checkpoint`,
 * which is only to be believed when GENUINE.  CANNOT_TELL when that key did not sign. */
enum authenticity checkpoint_verify(const char *note, const char *origin,
                                    const struct verifying_key *key, struct checkpoint *checkpoint,
                                    struct why *why);

#endif
