/*
 * A cause is cut at its end when it is too long: it is read by people, and its
 * beginning says what happened.
 */
#include "base/why.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

bool
why_set(struct why *why, const char *format, ...)
{
	if (why == NULL || why->text[0] != '\0')
		return false;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why->text, sizeof(why->text), format, arguments);
	va_end(arguments);
	text_make_printable(why->text);
	return false;
}

bool
why_prefix(struct why *why, const char *format, ...)
{
	if (why == NULL)
		return false;
	struct why cause = *why;
	char words[WHY_SIZE / 2];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	text_make_printable(words);
	int written = snprintf(why->text, sizeof(why->text), "%s: ", words);
	size_t used = written > 0 ? (size_t)written : 0;
	snprintf(why->text + used, sizeof(why->text) - used, "%.*s",
	         (int)(sizeof(why->text) - used - 1), cause.text);
	return false;
}
