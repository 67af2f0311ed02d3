/*
 * Every language needs every text; a file that is wrong stops the start, not a customer.
 */
#include "serve/language.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/assets.h"

static bool
load_lexicon(struct lexicon *lexicon, enum language language, struct why *why)
{
	char path[64];
	ensure(text_format(path, sizeof(path), "locale/%s.ini", language_text(language)));
	const struct asset *asset = asset_find(path);
	ensure(asset != NULL);
	return lexicon_read(lexicon, language, path, asset->bytes, why);
}

static bool
load_phrases(struct phrasebook *phrasebook, enum language language, struct why *why)
{
	for (int t = 0; t < TEMPLATE_COUNT; t++) {
		char path[96];
		enum template template = (enum template)t;
		ensure(text_format(path, sizeof(path), "templates/chat/%s/%s.txt",
		                   language_text(language), template_text(template)));
		const struct asset *asset = asset_find(path);
		ensure(asset != NULL);
		if (!phrasebook_add(phrasebook, language, template, asset->bytes,
		                    asset_length(asset), why))
			return false;
	}
	return true;
}

bool
language_load(struct language_pack *pack, struct why *why)
{
	memset(pack, 0, sizeof(*pack));
	pack->lexicon = lexicon_new();
	ensure(pack->lexicon != NULL);
	bool ok = true;
	for (int language = 0; ok && language < LANGUAGE_COUNT; language++)
		ok = load_lexicon(pack->lexicon, (enum language)language, why) &&
		     load_phrases(&pack->phrasebook, (enum language)language, why);
	ok = ok && phrasebook_is_complete(&pack->phrasebook, why);
	if (!ok)
		language_free(pack);
	return ok;
}

void
language_free(struct language_pack *pack)
{
	lexicon_free(pack->lexicon);
	phrasebook_free(&pack->phrasebook);
	pack->lexicon = NULL;
}
