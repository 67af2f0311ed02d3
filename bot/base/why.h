/*
 * The reason something could not be done, in one sentence that says what, where,
 * and what to do about it.  By value, so it needs no freeing and can be stored.
 *
 *	bool order_read(..., struct why *why);
 *
 * A function that takes a `why` leaves it untouched on success.  The first cause
 * wins: a caller that adds words uses why_prefix(), it does not overwrite.
 * `why` may be NULL where the caller does not care.
 */
#ifndef BASE_WHY_H
#define BASE_WHY_H

#include <stdbool.h>

enum { WHY_SIZE = 320 };

struct why {
	char text[WHY_SIZE];
};

/* Records the first cause and returns false, so that `return why_set(why, ...)` reads well.
 * The text is one line of UTF-8 whatever was put in: it may carry bytes from outside. */
bool why_set(struct why *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "words: " in front of the cause recorded so far.  Returns false. */
bool why_prefix(struct why *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
