/*
 * The project's own language files, for programs that test what is made of them.
 */
#ifndef TESTS_LOCALE_H
#define TESTS_LOCALE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "refund/lexicon.h"

enum { LOCALE_FILE_BYTES_MAX = 1024 * 1024 };

/* Reads locale/<language>.ini, below the folder the program is started in. */
static inline bool
locale_read(struct lexicon *lexicon, enum language language)
{
	char path[64];
	struct why why = { "" };
	text_format(path, sizeof(path), "locale/%s.ini", language_text(language));
	char *text = calloc(1, LOCALE_FILE_BYTES_MAX);
	FILE *file = fopen(path, "r");
	bool ok = text != NULL && file != NULL &&
	          fread(text, 1, LOCALE_FILE_BYTES_MAX - 1, file) > 0 &&
	          lexicon_read(lexicon, language, path, text, &why);
	if (!ok)
		fprintf(stderr, "%s: %s\n", path, why.text);
	if (file != NULL)
		fclose(file);
	free(text);
	return ok;
}

/* All languages; the caller frees.  NULL, with the reason on stderr, when one can't be read. */
static inline struct lexicon *
lexicon_of_locale(void)
{
	struct lexicon *lexicon = lexicon_new();
	for (int i = 0; lexicon != NULL && i < LANGUAGE_COUNT; i++) {
		if (!locale_read(lexicon, (enum language)i)) {
			lexicon_free(lexicon);
			lexicon = NULL;
		}
	}
	return lexicon;
}

/* For tests that have them as their state. */
static inline int
locale_load(void **state)
{
	*state = lexicon_of_locale();
	return *state == NULL ? -1 : 0;
}

static inline int
locale_unload(void **state)
{
	lexicon_free(*state);
	return 0;
}

#endif
