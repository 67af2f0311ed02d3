/*
 * One language's words and phrases, compiled for looking up.
 *
 *	word     "estornem"; may be another spelling of a word ("qro" of "quero"), a number
 *	         ("sete"), and a member of groups
 *	stem     "danific*" stands for every word that begins so, "*aram" for those that end so
 *	group    tag.h
 *	phrase   phrase.h
 *
 * Built once, then only read: what takes it const allocates nothing and takes time in proportion to
 * the message.
 */
#ifndef REFUND_VOCABULARY_H
#define REFUND_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"
#include "refund/normalise.h"
#include "refund/phrase.h"
#include "refund/tag.h"

struct vocabulary;

/* NULL when out of memory. */
struct vocabulary *vocabulary_new(void);
void vocabulary_free(struct vocabulary *vocabulary);

/* Building.  Each is false with `why` when a text is not of the form or a ceiling is reached. */
bool vocabulary_add_spelling(struct vocabulary *vocabulary, const char *word, const char *spelling,
                             struct why *why);
bool vocabulary_add_value(struct vocabulary *vocabulary, const char *word, int value,
                          struct why *why);
bool vocabulary_add_typical(struct vocabulary *vocabulary, const char *word, struct why *why);
bool vocabulary_add_to_group(struct vocabulary *vocabulary, const char *group, const char *word,
                             struct why *why);
/* `gaps`: whether the phrase may have gaps. */
bool vocabulary_add_phrase(struct vocabulary *vocabulary, unsigned list, bool gaps,
                           const char *phrase, struct why *why);
/* After the last addition: every group that is named must have words. */
bool vocabulary_finish(struct vocabulary *vocabulary, struct why *why);

/* How much the words speak for this language. */
size_t vocabulary_votes(const struct vocabulary *vocabulary, const struct words *words);

/* Looks every word up; unknown ones are guessed by their sound. */
void vocabulary_tag(const struct vocabulary *vocabulary, const struct words *words,
                    struct tags *tags);

/* True when `text`, in the form of normalise.h, is a word of the group. */
bool vocabulary_is_in_group(const struct vocabulary *vocabulary, const char *text,
                            enum group group);

const struct phrase_index *vocabulary_phrases(const struct vocabulary *vocabulary);

#endif
