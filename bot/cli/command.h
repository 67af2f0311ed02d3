/*
 * A command of the command line: one file each, its usage beside it.
 *
 *	exit 0   yes, done
 *	exit 1   no: refused, not genuine, not found
 *	exit 2   could not: bad usage, no data folder, no connection
 *
 * Results go to standard output, everything else to standard error.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

#include "base/why.h"

enum { EXIT_YES = 0, EXIT_NO = 1, EXIT_COULD_NOT = 2 };

/* What every command is given: its own words, options taken out. */
struct command_line {
	const char *data;      /* the data folder: --data, $ESTORNO_DATA or ./estorno-data */
	bool json;             /* --json */
	int count;             /* words after the command's name, options taken out */
	char **words;
	const struct command_option *options; /* as given; see command_option() */
	int option_count;
};

struct command_option {
	const char *name;      /* "--listen" */
	const char *value;     /* NULL for a switch */
};

struct command {
	const char *name;      /* "receipts", or two words: "mandate sign" */
	const char *arguments; /* "ORDER" */
	const char *sentence;  /* what it does, one line */
	const char *help;      /* the options and whatever else is worth knowing; may be NULL */
	const char *options;   /* "--listen= --force": those that take a value end in '=' */
	int least, most;       /* words it takes */
	int (*run)(const struct command_line *line);
};

/* The value of an option ("" for a switch), NULL when it was not given. */
const char *command_option(const struct command_line *line, const char *name);

/* Prints "estorno NAME: why" to standard error and returns EXIT_NO or EXIT_COULD_NOT. */
int command_refused(const struct why *why);
int command_could_not(const struct why *why);

/* --- the ways to the data folder ------------------------------------------------------------- */

/* Performs an action of serve/control.h: by the running `serve` when there is one, else here.  `input` is
 * taken.  `output` (may be NULL) gets the caller's object.  False with `why`: refused. */
bool command_control(const char *data, const char *action, json_t *input, json_t **output,
                     struct why *why);

/* --- printing -------------------------------------------------------------------------------- */

/* Colours and bold only on a terminal that shows them (and NO_COLOR is not set); else "". */
bool command_is_terminal(void);
const char *command_style(const char *style); /* "bold" "dim" "green" "amber" "red" "plain" */

/* Prints and frees. */
void command_print_json(json_t *json);

/* "R$ 186,00" and "20/11 11:20:03" in São Paulo; static buffers, a few at a time. */
const char *command_amount(int64_t cents);
const char *command_time(int64_t at_ms);

#endif
