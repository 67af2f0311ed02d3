/*
 * How a word sounds to a Brazilian ear, so that "reenbolço", "kero" and "cansela" are found where
 * "reembolso", "quero" and "cancela" stand.
 *
 * Good enough for Spanish, where the same letters are mixed up; harmless for English.
 */
#ifndef REFUND_SOUND_H
#define REFUND_SOUND_H

#include <stdbool.h>

#include "refund/normalise.h"

/* `word` is normalised (letters only).  The sound is never longer than the word. */
void sound_of(const char *word, char sound[WORD_SIZE]);

/* True when one letter added, dropped, changed, or swapped with its neighbour makes `a` of `b`; also
 * when they are equal. */
bool sound_is_near(const char *a, const char *b);

#endif
