/*
 * Is a file, or everything in an exported folder, genuine?
 *
 *	ID.postcept.json   a Receipt object, from whoever issued it
 *	ID.json            signed bytes, with an SSHSIG beside them in ID.json.sig
 *	ID.proof.json      an inclusion proof, with the receipt beside it
 *	ID.disclosures.json  what opens the receipt's salted values, with the receipt beside it
 *	checkpoint         the log's signed head, also as GET /v1/transparency/sth has it
 *
 * What a file is, is told by its content; the names only lead to what stands beside it.  Disclosures
 * alone have no mark of their own and go by their name.
 */
#ifndef CLI_VERIFY_FILE_H
#define CLI_VERIFY_FILE_H

#include <jansson.h>

#include "proof/authenticity.h"
#include "proof/keys.h"

/* Whom to believe, and for what. */
struct verify_keys {
	struct key_ring receipts, log;
};

/* Judges the file or folder and adds a row for each file: {"file","authenticity","words"}. */
void verify_path(const char *path, const struct verify_keys *keys, json_t *rows);

#endif
