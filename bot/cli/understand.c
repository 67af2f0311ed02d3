/*
 * understand: what the bot makes of a message.  Nothing is looked up and nothing happens;
 * the same words always read the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "refund/understand.h"
#include "serve/language.h"

/* Words on the command line. */
struct reader {
	struct language_pack language;
	enum awaiting awaiting;
	bool tells_why;
};

/* What was asked for before this message came. */
static bool
parse_awaiting(const char *text, enum awaiting *awaiting, struct why *why)
{
	static const struct {
		const char *text;
		enum awaiting awaiting;
	} words[] = {
		{ "nothing", AWAITING_NOTHING },
		{ "order", AWAITING_ORDER_NUMBER },
		{ "consent", AWAITING_CONSENT },
	};
	*awaiting = AWAITING_NOTHING;
	if (text == NULL)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		*awaiting = words[i].awaiting;
		if (text_equal(words[i].text, text))
			return true;
	}
	return why_set(why, "--awaiting is consent or order");
}

static json_t *
read_message(const struct reader *reader, const char *text)
{
	struct understanding understood;
	understand(reader->language.lexicon, text, reader->awaiting, &understood);
	const char *order = understood.order[0] == '\0' ? NULL : understood.order;
	json_t *json = json_pack("{s:s,s:s?,s:s}", "intent", intent_text(understood.intent),
	                         "order", order, "lang", language_text(understood.language));
	if (reader->awaiting == AWAITING_CONSENT)
		json_object_set_new(json, "consent", json_string(consent_text(understood.consent)));
	if (reader->tells_why)
		json_object_set_new(json, "why", json_string(understood.why));
	return json;
}

static void
print_line(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER);
	ensure(text != NULL);
	puts(text);
	free(text);
	json_decref(json);
}

/* --- many messages ---------------------------------------------------------------------------- */

/* A line is {"text":"..."}, whatever else is in it, or a JSON string. */
static bool
read_line(const struct reader *reader, const char *line, size_t length, struct why *why)
{
	json_t *json = json_parse(line, length, UNDERSTAND_BYTES_MAX, why);
	const char *text =
		json_string_value(json_is_object(json) ? json_object_get(json, "text") : json);
	bool ok =
		text != NULL || why_set(why, "a JSON string or an object with a text is expected");
	if (ok)
		print_line(read_message(reader, text));
	json_decref(json);
	return ok;
}

static int
read_lines(const struct reader *reader)
{
	struct why why = { "" };
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	bool ok = true;
	for (long number = 1; ok && (length = getline(&line, &size, stdin)) >= 0; number++) {
		if (line[strspn(line, " \t\r\n")] == '\0')
			continue;
		ok = read_line(reader, line, (size_t)length, &why);
		if (!ok)
			why_prefix(&why, "line %ld", number);
	}
	free(line);
	return ok ? EXIT_YES : command_could_not(&why);
}

/* --- one message ------------------------------------------------------------------------------ */

/* Standard input is one message; the line feed that ends a file is not part of it. */
static char *
read_input(struct why *why)
{
	size_t length;
	char *text = command_input(NULL, UNDERSTAND_BYTES_MAX, &length, why);
	if (text != NULL && length > 0 && text[length - 1] == '\n')
		text[length - 1] = '\0';
	return text;
}

static int
read_one(const struct command_line *line, const struct reader *reader)
{
	struct why why = { "" };
	char *text = line->count > 0 ? command_words(line, 0) : read_input(&why);
	if (text == NULL)
		return command_could_not(&why);
	print_line(read_message(reader, text));
	free(text);
	return EXIT_YES;
}

static int
run(const struct command_line *line)
{
	struct reader reader = { .tells_why = command_option(line, "--why") != NULL };
	struct why why = { "" };
	bool many = command_option(line, "--jsonl") != NULL;
	if (many && line->count > 0)
		why_set(&why, "with --jsonl messages come from standard input");
	if (why.text[0] != '\0' ||
	    !parse_awaiting(command_option(line, "--awaiting"), &reader.awaiting, &why) ||
	    !language_load(&reader.language, &why))
		return command_could_not(&why);
	int code = many ? read_lines(&reader) : read_one(line, &reader);
	language_free(&reader.language);
	return code;
}

const struct command command_understand = {
	.name = "understand",
	.arguments = "[TEXT]",
	.sentence = "what the bot makes of a message, as JSON: intent, order, lang",
	.help = "  --awaiting consent|order   what our last message asked for; with consent the "
		"answer\n"
		"                             also says yes, no or unclear\n"
		"  --jsonl                    many messages: {\"text\":\"...\"} or a JSON string a "
		"line, one\n"
		"                             line of answer for each\n"
		"  --why                      also what decided\n\n"
		"Without TEXT the message comes from standard input.",
	.options = "--awaiting= --jsonl --why",
	.most = UNDERSTAND_WORDS_MAX,
	.run = run,
};
