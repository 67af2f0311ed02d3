/*
 * The languages the bot knows, loaded from the files inside the binary: the words people
 * use (locale/) and the words it says (templates/chat/).
 */
#ifndef SERVE_LANGUAGE_H
#define SERVE_LANGUAGE_H

#include <stdbool.h>

#include "base/why.h"
#include "refund/lexicon.h"
#include "refund/phrasebook.h"

struct language_pack {
	struct lexicon *lexicon;
	struct phrasebook phrasebook;
};

/* False with `why` naming file and line. */
bool language_load(struct language_pack *pack, struct why *why);
void language_free(struct language_pack *pack);

#endif
