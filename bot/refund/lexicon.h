/*
 * What the program knows of people's language: one file a language below locale/, written and
 * corrected by people who do not program (locale/README.md).
 *
 *	[language]   words that only this language has
 *	[spellings]  other ways to write a word
 *	[numbers]    number words
 *	[groups]     words that do the same work; phrases name them <so>
 *	[signs]      phrases that show what a customer wants
 *	[consent]    phrases that may stand in an answer to an offer
 *
 * The files say which words; what follows from them is decided in understand.c and consent.c.
 */
#ifndef REFUND_LEXICON_H
#define REFUND_LEXICON_H

#include <stdbool.h>

#include "base/why.h"
#include "refund/vocabulary.h"

#define LANGUAGES(X)      \
	X(PT_BR, "pt-BR") \
	X(ES, "es")       \
	X(EN, "en")

enum language {
#define X(name, text) LANGUAGE_##name,
	LANGUAGES(X)
#undef X
};

enum { LANGUAGE_COUNT = LANGUAGE_EN + 1 };

/*
 * The keys of [signs], in three sorts.
 *
 * The first are requests: a "not" in front turns them round, and they do not count where they are
 * only part of a longer phrase of the second sort ("cancelar" in "cancelar o estorno").
 */
#define LEXICON_SIGNS(X)                                                                     \
	X(REFUND, "refund")       /* money back is spoken of */                              \
	X(DEMAND, "demand")       /* ... and demanded */                                     \
	X(GIVE_BACK, "give_back") /* goods are to go back */                                 \
	X(EXCHANGE, "exchange")   /* another item is wanted */                               \
	X(CANCEL, "cancel")       /* an order is to be cancelled */                          \
	X(PERSON, "person")       /* a person is wanted */                                   \
	X(WISH, "wish")           /* something is wanted or to be sent */                    \
                                                                                             \
	X(STATUS, "status")     /* where is a refund that was asked for or promised? */      \
	X(DECLINED, "declined") /* a request that is named only to be declined */            \
	X(UNDO, "undo")         /* a refund that was asked for is not wanted any more */     \
	X(REDRESS, "redress")   /* an answer, a repair, the delivery itself is wanted */     \
	X(POLICY, "policy")     /* how are things done here, in general? */                  \
	X(ACCOUNT, "account")   /* the site, an account, a coupon, an invoice, an address */ \
	X(TOPIC, "topic")       /* another matter: prices, delivery times, ... */            \
                                                                                             \
	X(WAITING, "waiting")     /* something asked for or promised has not come */         \
	X(RECEIVED, "received")   /* the money is there */                                   \
	X(CONDITION, "condition") /* "if it does not come" */                                \
	X(PROBLEM, "problem")     /* something is wrong with an order or a product */        \
	X(REPORT, "report")       /* tells of goods or an order, whatever it is */           \
	X(QUESTION, "question")   /* a question, with its mark or without */                 \
	X(THANKS, "thanks")                                                                  \
	X(GREETING, "greeting")                                                              \
	X(THREAT, "threat")           /* Procon, court, a bad review */                      \
	X(DESTINATION, "destination") /* another key, account or person is to get the money */

/* The keys of [consent]. */
#define LEXICON_UNITS(X)                                                                  \
	X(YES, "yes")           /* accepts */                                             \
	X(BARE_YES, "bare_yes") /* accepts when only courtesy follows in its sentence */  \
	X(WEAK_YES, "weak_yes") /* accepts, but with thanks alone it may be a good-bye */ \
	X(CALM_YES, "calm_yes") /* accepts, but with a greeting alone it may be one */    \
	X(TERMS, "terms")       /* repeats the offer's own terms */                       \
	X(COURTESY, "courtesy") /* changes nothing */                                     \
	X(THANKS, "thanks")     /* changes nothing */                                     \
	X(HELLO, "hello")       /* changes nothing */                                     \
	X(NO, "no")             /* refuses */                                             \
	X(BARE_NO, "bare_no")   /* refuses when nothing follows in its sentence */        \
	X(INSTEAD, "instead")   /* what is wanted instead: refuses */                     \
	X(DOUBT, "doubt")       /* neither yes nor no, whatever else is said */

enum phrase_list {
#define X(name, text) SIGN_##name,
	LEXICON_SIGNS(X)
#undef X
#define X(name, text) UNIT_##name,
		LEXICON_UNITS(X)
#undef X
			PHRASE_LIST_COUNT
};

struct lexicon;

/* NULL when out of memory. */
struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *lexicon);

/* Reads one language's file, given as text; `file` is its name, for `why`.  After a failure the
 * lexicon can only be freed. */
bool lexicon_read(struct lexicon *lexicon, enum language language, const char *file,
                  const char *text, struct why *why);

const struct vocabulary *lexicon_vocabulary(const struct lexicon *lexicon, enum language language);

/* "pt-BR" */
const char *language_text(enum language language);

/* The key of a list, as the files write it. */
const char *phrase_list_text(enum phrase_list list);

/* The language of a message; Brazilian Portuguese when nothing tells. */
enum language language_of(const struct lexicon *lexicon, const struct words *words);

#endif
