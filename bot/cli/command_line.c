/*
 * A command's name is one word or two ("mandate sign"); options may stand anywhere after
 * it, as `--name value` or `--name=value`; `--` ends them.  An option that the command
 * does not know is an error, never ignored.
 */
#include "cli/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "io/secrecy.h"

static const struct command *const commands[] = {
#define X(name) &command_##name,
	COMMANDS(X)
#undef X
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]), OPTIONS_MAX = 32 };

/* Options that every command has. */
#define COMMON_OPTIONS "--data= --json --help"

/* --- help ----------------------------------------------------------------------------------------------------- */

static void
print_overview(FILE *out)
{
	fprintf(out, "Estorno refunds in the chat and never says \"done\" before it is true.\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		char left[64];
		text_format(left, sizeof(left), "%s %s", commands[i]->name, commands[i]->arguments);
		fprintf(out, "  estorno %-34s %s\n", left, commands[i]->sentence);
	}
	fprintf(out, "\nEvery command has --help.  --data DIR picks the data folder (default "
	             "$ESTORNO_DATA or ./estorno-data).\n"
	             "Exit 0 yes, 1 no, 2 could not.\n");
}

static void
print_help(const struct command *command, FILE *out)
{
	fprintf(out, "usage: estorno %s%s%s\n\n%s\n", command->name,
	        command->arguments[0] == '\0' ? "" : " ", command->arguments, command->sentence);
	if (command->help != NULL)
		fprintf(out, "\n%s\n", command->help);
}

/* --- finding --------------------------------------------------------------------------------------------------- */

/* How many words of `name` stand at the beginning of `words`; 0 when it does not match. */
static int
match(const char *name, int count, char **words)
{
	const char *space = strchr(name, ' ');
	if (space == NULL)
		return count >= 1 && text_equal(name, words[0]) ? 1 : 0;
	size_t first = (size_t)(space - name);
	return count >= 2 && strlen(words[0]) == first && strncmp(name, words[0], first) == 0 &&
	                       text_equal(space + 1, words[1])
	               ? 2
	               : 0;
}

static const struct command *
find(int count, char **words, int *used)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		*used = match(commands[i]->name, count, words);
		if (*used > 0)
			return commands[i];
	}
	return NULL;
}

/* --- options ------------------------------------------------------------------------------------------------------ */

/* Is `name` in a list like "--listen= --force"?  `takes_value` tells by the '='. */
static bool
knows_option(const char *list, const char *name, size_t length, bool *takes_value)
{
	while (*list != '\0') {
		size_t word = strcspn(list, " ");
		*takes_value = list[word - 1] == '=';
		if (word - *takes_value == length && strncmp(list, name, length) == 0)
			return true;
		list += word;
		list += strspn(list, " ");
	}
	return false;
}

struct parse {
	const struct command *command;
	struct command_option options[OPTIONS_MAX];
	int option_count;
	char **words;
	int word_count;
	struct why why;
};

/* One word that begins with "--", and perhaps the next; returns how many were used, 0 for an error. */
static int
parse_option(struct parse *parse, int count, char **words)
{
	const char *equals = strchr(words[0], '=');
	size_t length = equals == NULL ? strlen(words[0]) : (size_t)(equals - words[0]);
	bool takes_value;
	if (!knows_option(COMMON_OPTIONS, words[0], length, &takes_value) &&
	    !knows_option(parse->command->options, words[0], length, &takes_value)) {
		why_set(&parse->why, "it has no option %.*s", (int)length, words[0]);
		return 0;
	}
	const char *value = equals != NULL             ? equals + 1
	                    : takes_value && count > 1 ? words[1]
	                                               : NULL;
	if (takes_value != (value != NULL)) {
		why_set(&parse->why, takes_value ? "%.*s needs a value" : "%.*s takes no value",
		        (int)length, words[0]);
		return 0;
	}
	if (parse->option_count == OPTIONS_MAX) {
		why_set(&parse->why, "too many options");
		return 0;
	}
	char *name = strndup(words[0], length);
	ensure(name != NULL);
	parse->options[parse->option_count++] =
		(struct command_option){ .name = name, .value = value == NULL ? "" : value };
	return takes_value && equals == NULL ? 2 : 1;
}

static bool
parse_words(struct parse *parse, int count, char **words)
{
	for (int i = 0; i < count;) {
		if (text_equal(words[i], "--")) {
			for (i++; i < count; i++)
				parse->words[parse->word_count++] = words[i];
		} else if (text_starts_with(words[i], "--")) {
			int used = parse_option(parse, count - i, words + i);
			if (used == 0)
				return false;
			i += used;
		} else {
			parse->words[parse->word_count++] = words[i++];
		}
	}
	if (parse->command->most > 2 && parse->word_count > parse->command->most)
		return why_set(&parse->why, "more than %d words are too many at once",
		               parse->command->most);
	if (parse->word_count < parse->command->least || parse->word_count > parse->command->most)
		return why_set(&parse->why, "it takes: %s",
		               parse->command->arguments[0] == '\0' ? "nothing"
		                                                    : parse->command->arguments);
	return true;
}

const char *
command_option(const struct command_line *line, const char *name)
{
	for (int i = 0; i < line->option_count; i++)
		if (text_equal(line->options[i].name, name))
			return line->options[i].value;
	return NULL;
}

/* --- words and input -------------------------------------------------------------------------- */

char *
command_words(const struct command_line *line, int first)
{
	struct buffer text;
	buffer_init(&text, ARGUMENTS_BYTES_MAX);
	for (int i = first; i < line->count; i++)
		buffer_add_format(&text, "%s%s", i == first ? "" : " ", line->words[i]);
	char *words = buffer_take(&text);
	ensure(words != NULL);
	return words;
}

char *
command_input(const char *path, size_t ceiling, size_t *length, struct why *why)
{
	if (path != NULL)
		return file_read(path, ceiling, length, why);
	char *bytes = malloc(ceiling + 2);
	ensure(bytes != NULL);
	*length = fread(bytes, 1, ceiling + 1, stdin);
	if (!ferror(stdin) && *length <= ceiling) {
		bytes[*length] = '\0';
		return bytes;
	}
	if (ferror(stdin))
		why_set(why, "standard input can't be read");
	else
		why_set(why, "standard input is larger than %zu bytes", ceiling);
	explicit_bzero(bytes, *length);
	free(bytes);
	return NULL;
}

/* --- running ---------------------------------------------------------------------------------- */

static const char *running; /* the command's name, for messages */

static int
complain(int code, const struct why *why)
{
	fprintf(stderr, "estorno %s: %s\n", running, why->text);
	return code;
}

int
command_refused(const struct why *why)
{
	return complain(EXIT_NO, why);
}

int
command_could_not(const struct why *why)
{
	return complain(EXIT_COULD_NOT, why);
}

static const char *
data_folder(const struct command_line *line)
{
	const char *given = command_option(line, "--data");
	const char *from_environment = getenv("ESTORNO_DATA");
	if (given != NULL)
		return given;
	return from_environment != NULL && from_environment[0] != '\0' ? from_environment
	                                                               : "./estorno-data";
}

static int
run(const struct command *command, int count, char **words)
{
	struct parse parse = { .command = command };
	parse.words = calloc((size_t)count + 1, sizeof(*parse.words));
	ensure(parse.words != NULL);
	running = command->name;
	bool ok = parse_words(&parse, count, words);
	struct command_line line = { .count = parse.word_count,
		                     .words = parse.words,
		                     .options = parse.options,
		                     .option_count = parse.option_count };
	line.data = data_folder(&line);
	line.json = command_option(&line, "--json") != NULL;
	int code = EXIT_YES;
	if (command_option(&line, "--help") != NULL) {
		print_help(command, stdout);
	} else if (!ok) {
		print_help(command, stderr);
		code = command_could_not(&parse.why);
	} else {
		code = command->run(&line);
	}
	for (int i = 0; i < parse.option_count; i++)
		free((char *)(uintptr_t)parse.options[i].name);
	free(parse.words);
	return code;
}

int
command_line_run(int count, char **words)
{
	int used = 0;
	secrecy_keep();
	bool asks_help =
		count >= 2 && (text_equal(words[1], "help") || text_equal(words[1], "--help"));
	if (asks_help) {
		print_overview(stdout);
		return EXIT_YES;
	}
	const struct command *command = find(count - 1, words + 1, &used);
	if (command != NULL) {
		log_set_level(command->run == command_serve.run ||
		                              command->run == command_sandbox.run
		                      ? LOG_INFO
		                      : LOG_WARNING);
		return run(command, count - 1 - used, words + 1 + used);
	}
	print_overview(stderr);
	if (count >= 2)
		fprintf(stderr, "\nestorno: no command is called %s\n", words[1]);
	return EXIT_COULD_NOT;
}
