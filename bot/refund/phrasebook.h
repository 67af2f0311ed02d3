/*
 * What the bot may say: the texts of templates/chat, by name and language.
 *
 * A text is words with places in braces; the list below says which places each text
 * may have, and loading fails when a text has another one, so an edited template
 * can't print a brace to a customer.  Only REFUND_DONE says that money went back, and
 * only a verified receipt can have it said (P1, P2).
 */
#ifndef REFUND_PHRASEBOOK_H
#define REFUND_PHRASEBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/why.h"
#include "refund/understand.h"

/*	name                file                 places it may have */
#define TEMPLATES(X)                                               \
	X(GREETING, "greeting", "")                                \
	X(ASK_ORDER, "ask_order", "")                              \
	X(ASK_ORDER_AGAIN, "ask_order_again", "")                  \
	X(LOOKING, "looking", "order")                             \
	X(NOT_LOCATED, "not_located", "order")                     \
	X(OFFER, "offer", "order amount paid_when")                \
	X(OFFER_AGAIN, "offer_again", "order amount")              \
	X(OFFER_EXPIRED, "offer_expired", "order")                 \
	X(FIXED_DESTINATION, "fixed_destination", "order amount")  \
	X(DECLINED, "declined", "order")                           \
	X(WORKING, "working", "order")                             \
	X(CONFIRMING, "confirming", "order")                       \
	X(REFUND_DONE, "refund_done", "order amount note receipt") \
	X(REFUND_FAILED, "refund_failed", "order")                 \
	X(HELD, "held", "")                                        \
	X(HELD_ABOVE_CAP, "held_above_cap", "order")               \
	X(HELD_FINISHING, "held_finishing", "order")               \
	X(HUMAN, "human", "")                                      \
	X(TYPE_PLEASE, "type_please", "")                          \
	X(THANKS, "thanks", "")                                    \
	X(DENIED, "denied", "order why")                           \
	X(DENIED_NO_ORDER, "denied_no_order", "why")               \
	X(PAID_TODAY, "paid_today", "")                            \
	X(PAID_YESTERDAY, "paid_yesterday", "")                    \
	X(PAID_ON, "paid_on", "date")

enum template {
#define X(name, file, places) TEMPLATE_##name,
	TEMPLATES(X)
#undef X
};

enum { TEMPLATE_COUNT = TEMPLATE_PAID_ON + 1 };

/* "offer": the file's name and the word in the outbox. */
const char *template_text(enum template template);
bool template_parse(const char *text, enum template *template);

struct phrasebook {
	char *texts[LANGUAGE_COUNT][TEMPLATE_COUNT];
};

/* Puts one text in its place (copied).  False with `why` when it has a place it may not have, is too
 * long, empty or not UTF-8. */
bool phrasebook_add(struct phrasebook *phrasebook, enum language language, enum template template,
                    const char *text, size_t length, struct why *why);

/* False with `why` naming the first text that is missing. */
bool phrasebook_is_complete(const struct phrasebook *phrasebook, struct why *why);

void phrasebook_free(struct phrasebook *phrasebook);

/* What stands in a place. */
struct phrase_values {
	const char *order, *amount, *paid_when, *date, *note, *receipt, *why;
};

/* The words, places filled.  A place without a value is our own mistake and aborts. */
void phrasebook_say(const struct phrasebook *phrasebook, enum language language,
                    enum template template, const struct phrase_values *values,
                    struct buffer *words);

/* "R$ 1.250,00" with a no-break space, or "R$ 1,250.00" in English.  Needs 32 bytes. */
void phrase_amount(enum language language, int64_t cents, char *text, size_t size);

/* "hoje", "ontem", "em 18/11": the day of `then_ms` as seen from `now_ms`, in São Paulo. */
void phrase_day(const struct phrasebook *phrasebook, enum language language, int64_t then_ms,
                int64_t now_ms, struct buffer *words);

#endif
