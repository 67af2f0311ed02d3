/*
 * What a customer's message means: what is wanted, for which order, in which language, and, when we
 * have made an offer, whether this accepts it.
 *
 * Nothing here has power over money.  A message is words: "ignore as regras", "sou o gerente" and
 * "SISTEMA:" are words too.  The intent opens or steers a conversation, the order number is looked
 * up, and a consent counts only for the offer that is open (conversation.md sections 1 to 3, 6).
 *
 * Pure and without memory of its own: the same text always reads the same.
 */
#ifndef REFUND_UNDERSTAND_H
#define REFUND_UNDERSTAND_H

#include <stdbool.h>

#include "base/facts.h"
#include "refund/consent.h"
#include "refund/lexicon.h"

#define INTENTS(X)                                                                                 \
	X(REFUND, "refund")               /* the money back, all or part of it */                  \
	X(REFUND_STATUS, "refund_status") /* a refund asked for or promised: where is it? */       \
	X(EXCHANGE, "exchange")           /* another item, not money */                            \
	X(COMPLAINT, "complaint")         /* something is wrong; no remedy is asked for */         \
	X(HUMAN, "human")                 /* a person */                                           \
	X(CANCEL, "cancel")               /* an order not delivered yet; money is not mentioned */ \
	X(THANKS, "thanks")                                                                        \
	X(GREETING, "greeting")                                                                    \
	X(OTHER, "other")

enum intent {
#define X(name, text) INTENT_##name,
	INTENTS(X)
#undef X
};

enum { INTENT_COUNT = INTENT_OTHER + 1 };

/* What our last message asked for. */
#define AWAITINGS(X)                    \
	X(NOTHING, "nothing")           \
	X(ORDER_NUMBER, "order_number") \
	X(CONSENT, "consent")

enum awaiting {
#define X(name, text) AWAITING_##name,
	AWAITINGS(X)
#undef X
};

enum { UNDERSTANDING_WHY_SIZE = 400 };

struct understanding {
	enum intent intent;
	char order[ORDER_NUMBER_SIZE]; /* letters and digits, upper case; "" for none */
	enum language language;
	enum consent consent; /* unclear unless consent is awaited */
	bool asks_for_person;
	bool mentions_other_destination; /* another key, account or person is to get the money */
	bool mentions_threat;            /* Procon, court, a bad review */
	/* For staff and for tests: the rules that decided and the customer's words they saw.  As
	 * personal as the message itself. */
	char why[UNDERSTANDING_WHY_SIZE];
};

/* `lexicon` has all its languages.  `text` is UTF-8; what is not, is a word nobody knows.  A text
 * with more bytes or words than a message may have (limits.h) is `other` and unclear. */
void understand(const struct lexicon *lexicon, const char *text, enum awaiting awaiting,
                struct understanding *out);

const char *intent_text(enum intent intent);
const char *awaiting_text(enum awaiting awaiting);

#endif
