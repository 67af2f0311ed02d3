/*
 * What the word lists say of one word of a message.
 *
 * A group is a set of words that do the same work in a sentence ("quero", "gostaria", "exijo").
 * The language files name as many as they like; the ones below the code itself asks for.
 */
#ifndef REFUND_TAG_H
#define REFUND_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

#define GROUPS(X)                                                                                \
	X(NOT, "not")               /* turns the verb behind it round */                         \
	X(LIGHT, "light")           /* a "not" reaches its verb over these */                    \
	X(WANT, "want")             /* begins a wish */                                          \
	X(WALL, "wall")             /* a gap in a phrase never reaches over these */             \
	X(ORDER, "order")           /* the number behind is an order's */                        \
	X(ORDER_WEAK, "order_weak") /* ... probably */                                           \
	X(LINK, "link")             /* may stand between such a word and its number */           \
	X(IS, "is")                 /* "8421 é o meu pedido" */                                 \
	X(OF_THE, "of_the")         /* "o rastreio do 8421": the number is not the tracking's */ \
	X(NOT_ORDER, "not_order")   /* the number behind is something else's */                  \
	X(PRICE, "price")           /* ... is money */                                           \
	X(UNIT, "unit")             /* the number in front is a count */                         \
	X(AND, "and")               /* between number words: "oitenta e quatro" */               \
	X(MONTH, "month")                                                                        \
	X(CORRECTION, "correction") /* the number behind replaces the one in front */            \
	X(FINE, "fine")             /* nothing is wrong with the order spoken of */              \
	X(ONLY, "only")

enum group {
#define X(name, text) GROUP_##name,
	GROUPS(X)
#undef X
		GROUP_NUMBER, /* set by the code: anything with a digit */
	GROUP_ADDRESS,        /* set by the code: anything with an @ */
	GROUP_OWN             /* the first of a file's own groups */
};

struct group_set {
	uint64_t bits[LEXICON_GROUPS_MAX / 64];
};

enum { NO_WORD = 0, NO_VALUE = -1 };

struct tag {
	uint16_t meaning;  /* one number for a word and all its spellings; or NO_WORD */
	int16_t value;     /* of a number word; or NO_VALUE */
	const char *guess; /* the known word it was taken for by its sound; or NULL */
	struct group_set groups;
};

struct tags {
	struct tag list[MESSAGE_WORDS_MAX];
};

static inline bool
group_has(const struct group_set *set, size_t group)
{
	return set->bits[group / 64] >> (group % 64) & 1;
}

static inline void
group_add(struct group_set *set, size_t group)
{
	set->bits[group / 64] |= UINT64_C(1) << (group % 64);
}

static inline void
group_add_all(struct group_set *set, const struct group_set *more)
{
	for (size_t i = 0; i < LEXICON_GROUPS_MAX / 64; i++)
		set->bits[i] |= more->bits[i];
}

static inline bool
group_is_empty(const struct group_set *set)
{
	uint64_t any = 0;
	for (size_t i = 0; i < LEXICON_GROUPS_MAX / 64; i++)
		any |= set->bits[i];
	return any == 0;
}

#endif
