/*
 * Canonical JSON, `postcept-canonical-json-v1` (postcept.md section 6): the one byte
 * string that stands for a JSON value, so that it can be signed.
 *
 *	objects   keys sorted, no spaces
 *	text      ASCII: \b \t \n \f \r \" \\, otherwise \uXXXX in lower-case hex with
 *	          surrogate pairs; `/` as it is
 *	numbers   whole ones only
 *
 * It equals Python's json.dumps(sort_keys=True, separators=(",", ":")).  What verifiers
 * in different languages spell differently is refused, because a signature over it would
 * be true for one and false for another.
 */
#ifndef PROOF_CANONICAL_H
#define PROOF_CANONICAL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/why.h"

#define CANONICAL_SCHEME "postcept-canonical-json-v1"

/* Adds the canonical bytes of `value` to `to`.  Refuses: numbers with a point or beyond 2^53,
 * text with DEL or bytes that are not UTF-8, keys that are not printable ASCII, nesting beyond
 * JSON_DEPTH_MAX, and more than fits `to`.  After a refusal `to` holds a part, of no use. */
bool canonical_write(const json_t *value, struct buffer *to, struct why *why);

#endif
