/*
 * Phrases, and finding them in a message.
 *
 *	<want> .. dinheiro de? volta
 *
 *	dinheiro   the word, in any of its spellings
 *	<want>     any word of the group
 *	..         up to GAP_WORDS other words, but no comma, and none of the group `wall`
 *	?          the word may be missing
 *	^ $        the beginning and the end of a part of a sentence
 *
 * Every phrase belongs to a list, and what is found is a list and a place.
 */
#ifndef REFUND_PHRASE_H
#define REFUND_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/why.h"
#include "refund/normalise.h"
#include "refund/tag.h"

enum { GAP_WORDS = 4 };

enum element_kind { ELEMENT_WORD, ELEMENT_GROUP, ELEMENT_GAP, ELEMENT_BEGINNING, ELEMENT_END };

struct element {
	enum element_kind kind;
	bool optional;
	uint16_t what; /* a word's meaning, or a group */
};

struct phrase {
	uint16_t list;
	uint16_t first_element, element_count;
	uint16_t next; /* in its chain; 0 ends it */
};

/* Zeroed, it is an empty book. */
struct phrase_index {
	size_t phrase_count, element_count;
	struct phrase phrases[LEXICON_PHRASES_MAX + 1]; /* [0] is nobody's */
	struct element elements[LEXICON_ELEMENTS_MAX];
	uint16_t by_word[LEXICON_WORDS_MAX]; /* chains of phrases, by what they begin with */
	uint16_t by_group[LEXICON_GROUPS_MAX];
};

struct match {
	unsigned list;
	size_t first, end; /* words [first, end) */
};

typedef void phrase_found(void *context, const struct match *match);

/* False with `why` when it does not begin with a word, or a ceiling is reached. */
bool phrase_add(struct phrase_index *book, unsigned list, const struct element *elements,
                size_t count, struct why *why);

/* Calls `found` for every phrase that stands at word `first`.  Allocates nothing; the time depends
 * on the phrases that begin there, not on the length of the message. */
void phrase_match(const struct phrase_index *book, const struct words *words,
                  const struct tags *tags, size_t first, phrase_found *found, void *context);

#endif
