/*
 * Keys as text.  Printing and parsing only: files are read elsewhere.
 *
 * A private key, one per line, nothing else:
 *
 *	estorno private key v1
 *	use receipts
 *	seed ERERERERERERERERERERERERERERERERERERERERERE=
 *
 * A public key, in any of the forms in which people meet it:
 *
 *	ssh-ed25519 AAAAC3Nz... comment                           OpenSSH's line
 *	{"algorithm":"ed25519","key_id":"...","public_key":"..."} GET /v1/signing-key
 *	0EqyMnQrtKs6E2i9RhXk5tAiSrcaAWuvhSCjMsl3hzc=              the 32 bytes in base 64
 */
#ifndef PROOF_KEY_TEXT_H
#define PROOF_KEY_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"
#include "proof/keys.h"

enum {
	PRIVATE_KEY_TEXT_SIZE = 128,
	PUBLIC_KEY_LINE_SIZE = 256 /* with a comment of up to 160 bytes */
};

/* The private key's text; the caller wipes it. */
void signing_key_print(const struct signing_key *key, char text[PRIVATE_KEY_TEXT_SIZE]);

/* NULL with `why` when the text is not a private key, or is one for another use than `use`.  The
 * text stays the caller's to wipe. */
struct signing_key *signing_key_parse(const char *text, enum key_use use, struct why *why);

/* OpenSSH's line, without a line feed.  False when the comment does not fit or holds control
 * characters. */
bool verifying_key_print(const struct verifying_key *key, const char *comment,
                         char line[PUBLIC_KEY_LINE_SIZE]);

/* {"algorithm","key_id","public_key"}; the caller's. */
json_t *verifying_key_to_json(const struct verifying_key *key);

/* Any of the three forms, with white space around it. */
bool verifying_key_parse(const char *text, struct verifying_key *key, struct why *why);

/* What a public key's text says it is for: "use" in JSON, or an ssh line's comment when it is such a word,
 * as our own files have it.  SAYS_NOTHING for every other text; SAYS_NONSENSE for a "use" that is none. */
enum key_says { SAYS_NOTHING, SAYS_USE, SAYS_NONSENSE };
enum key_says verifying_key_says_use(const char *text, enum key_use *use);

#endif
