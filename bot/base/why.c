/*
 * A cause is cut at its end when it is too long: it is read by people, and its
 * beginning says what happened.
 */
#include "base/why.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

/* Long enough that only the cut below ever shortens a cause. */
enum { WORDS_SIZE = 4 * WHY_SIZE };

static void
write_words(char words[WORDS_SIZE], const char *format, va_list arguments)
{
	vsnprintf(words, WORDS_SIZE, format, arguments);
	text_make_printable(words);
}

bool
why_set(struct why *why, const char *format, ...)
{
	char words[WORDS_SIZE];
	va_list arguments;
	if (why == NULL || why->text[0] != '\0')
		return false;
	va_start(arguments, format);
	write_words(words, format, arguments);
	va_end(arguments);
	text_copy_beginning(why->text, sizeof(why->text), words);
	return false;
}

bool
why_prefix(struct why *why, const char *format, ...)
{
	char words[WORDS_SIZE], whole[2 * WORDS_SIZE];
	va_list arguments;
	if (why == NULL)
		return false;
	va_start(arguments, format);
	write_words(words, format, arguments);
	va_end(arguments);
	snprintf(whole, sizeof(whole), "%s: %s", words, why->text);
	text_copy_beginning(why->text, sizeof(why->text), whole);
	return false;
}
