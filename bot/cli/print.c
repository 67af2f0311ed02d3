/*
 * What commands print: colours only for people, amounts and times as Brazilians write them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/text.h"
#include "cli/command.h"
#include "refund/phrasebook.h"

bool
command_is_terminal(void)
{
	const char *no_colour = getenv("NO_COLOR");
	return isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == '\0');
}

const char *
command_style(const char *style)
{
	static const struct {
		const char *name, *sequence;
	} styles[] = {
		{ "bold", "\033[1m" },   { "dim", "\033[2m" },  { "green", "\033[32m" },
		{ "amber", "\033[33m" }, { "red", "\033[31m" }, { "plain", "\033[0m" },
	};
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (command_is_terminal() && text_equal(styles[i].name, style))
			return styles[i].sequence;
	return "";
}

void
command_print_json(json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
	puts(text == NULL ? "null" : text);
	free(text);
	json_decref(json);
}

enum { AT_A_TIME = 8, TEXT_SIZE = 40 };

const char *
command_amount(int64_t cents)
{
	static char texts[AT_A_TIME][TEXT_SIZE];
	static unsigned next;
	char *text = texts[next++ % AT_A_TIME];
	phrase_amount(LANGUAGE_PT_BR, cents, text, TEXT_SIZE);
	return text;
}

const char *
command_time(int64_t at_ms)
{
	static char texts[AT_A_TIME][TEXT_SIZE];
	static unsigned next;
	char *text = texts[next++ % AT_A_TIME];
	struct calendar at = instant_sao_paulo(at_ms);
	text_format(text, TEXT_SIZE, "%02d/%02d %02d:%02d:%02d", at.day, at.month, at.hour,
	            at.minute, at.second);
	return text;
}

json_t *
command_instant(int64_t at_ms)
{
	char text[INSTANT_TEXT_SIZE];
	if (at_ms == 0)
		return json_null();
	instant_print_utc(text, at_ms);
	return json_string(text);
}
