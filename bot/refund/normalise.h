/*
 * A customer's message as words that can be compared.
 *
 * People write "SIIIM", "Sim!", "sím" and "sim" and mean one word, so all of them become one: no
 * accents, lower case, one letter where a letter is repeated, no marks.  What punctuation says is
 * kept beside the words: how strongly a word is cut off from the one before it, and whether anything
 * is asked.
 *
 *	LETTERS   a word:         "estorno"  (don't: "dont", vale-troca: "vale" "troca")
 *	NUMBER    has a digit:    "8.421" "bf-88209" "220v" "30/04/2017", as typed, lower case
 *	SYMBOL    one of # $ % * +
 *	EMOJI     one picture:    "👍", without skin tone
 *	ADDRESS   has an @:       "joao@exemplo.com"
 *
 * Letters of other alphabets, look-alikes and broken UTF-8 become '~', which is in no word list:
 * such a word is one that nobody knows.
 */
#ifndef REFUND_NORMALISE_H
#define REFUND_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

enum { WORD_SIZE = 40 };

enum word_kind { WORD_LETTERS, WORD_NUMBER, WORD_SYMBOL, WORD_EMOJI, WORD_ADDRESS };

/* What stands between a word and the one before it, weakest first. */
enum pause {
	PAUSE_NONE, /* a space, or nothing */
	PAUSE_LINE, /* the next message of a burst */
	PAUSE_COMMA,
	PAUSE_STOP /* the end of a sentence */
};

struct word {
	char text[WORD_SIZE]; /* "" when it is longer than any word we know */
	enum word_kind kind;
	enum pause pause; /* before it */
};

struct words {
	size_t count;
	struct word list[MESSAGE_WORDS_MAX];
	bool asks;       /* a question mark anywhere, even one that stands alone */
	bool trails_off; /* the message ends in "..." */
	bool quotes;     /* marks of quoted or made-up text: "..." = < > { } [ ] */
	/* Letters and signs that only one language writes, as votes for it. */
	size_t portuguese; /* ã õ ç ê ô â à */
	size_t spanish;    /* ñ ¿ ¡ */
};

/* False when `text` has more bytes or more words than a message may (limits.h); `words` then holds
 * nothing that may be used. */
bool words_read(const char *text, struct words *words);

#endif
