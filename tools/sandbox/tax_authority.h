/*
 * The tax authority behind the issuer simulator: what it makes of a return note.
 */
#ifndef TOOLS_SANDBOX_TAX_AUTHORITY_H
#define TOOLS_SANDBOX_TAX_AUTHORITY_H

#include <jansson.h>

#include "base/facts.h"

struct world;

struct tax_verdict {
	enum note_status status; /* AUTHORISED, REJECTED or DENIED */
	char code[8];            /* cStat */
	char message[NOTE_MESSAGE_SIZE];
};

/* Judges a note in Focus' words whose shape is in order and that is not in the books yet; what the
 * notes there give back counts as returned already. */
struct tax_verdict tax_authority_judge(const struct world *world, const json_t *request);

#endif
