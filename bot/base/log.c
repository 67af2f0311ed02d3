/*
 * A line is put together in memory and written with one call, so that lines of
 * several processes do not mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"

static enum log_level lowest_level = LOG_INFO;
static int64_t (*clock_ms)(void);

void
log_set_level(enum log_level level)
{
	lowest_level = level;
}

void
log_set_clock(int64_t (*now_ms)(void))
{
	clock_ms = now_ms;
}

void
log_line(enum log_level level, const char *event, const char *format, ...)
{
	static const char *const names[] = { "debug", "info", "warning", "error" };
	if (level < lowest_level)
		return;
	char when[INSTANT_TEXT_SIZE] = "-";
	if (clock_ms != NULL)
		instant_print_utc(when, clock_ms());
	char words[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	text_make_printable(words);
	fprintf(stderr, "%s %s %s %s\n", when, names[level], event, words);
}
