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

#include "base/http.h"
#include "base/why.h"
#include "io/folder.h"

enum { EXIT_YES = 0, EXIT_NO = 1, EXIT_COULD_NOT = 2 };

/* What every command is given: its own words, options taken out. */
struct command_line {
	const char *data; /* the data folder: --data, $ESTORNO_DATA or ./estorno-data */
	bool json;        /* --json */
	int count;        /* words after the command's name, options taken out */
	char **words;
	const struct command_option *options; /* as given; see command_option() */
	int option_count;
};

struct command_option {
	const char *name;  /* "--listen" */
	const char *value; /* NULL for a switch */
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

/* Words from `first` on as one text; the caller frees. */
char *command_words(const struct command_line *line, int first);

/* The whole of a file, or of standard input when `path` is NULL; at most `ceiling` bytes, the caller frees.
 * NULL with `why`. */
char *command_input(const char *path, size_t ceiling, size_t *length, struct why *why);

/* --- the ways to the data folder ------------------------------------------------------------- */

/* Lets `look` read the data folder in one transaction: one picture of it, whatever `serve` does meanwhile.
 * Returns what `look` does, or EXIT_COULD_NOT after saying why. */
int command_look(const struct command_line *line,
                 int (*look)(const struct command_line *line, struct folder *folder));

/* Performs an action of serve/control.h: by the running `serve` when there is one, else here.  `input` is
 * taken.  `output` (may be NULL) gets the caller's object.  EXIT_NO when it was refused, EXIT_COULD_NOT
 * when nobody could be asked or what became of it is unknown; the reason was said. */
int command_change(const char *data, const char *action, json_t *input, json_t **output);

/* The same, but only by a running `serve`: what needs the network.  Says nothing by itself: `why` has it. */
int command_ask(const char *data, const char *action, const json_t *input, json_t **output,
                struct why *why);

/* One request to a running program's pages; `body` (taken) makes it a POST.  `response` is the caller's.  False
 * with `why`: no answer. */
bool command_visit(const char *url, const char *path, json_t *body, struct http_response *response,
                   struct why *why);

/* The settings of a folder, without opening its store.  False with `why`. */
bool command_settings(const char *data, struct settings *settings, struct why *why);

/* Where people reach this shop's pages: public_url, else where `serve` said that it listens, else where the
 * settings say it will. */
void command_url(const char *data, const struct settings *settings, char url[FOLDER_PATH_SIZE]);

/* `serve` leaves its address in the folder while it runs. */
bool command_url_note(const char *data, const char *url, struct why *why);
void command_url_forget(const char *data);

/* --- printing -------------------------------------------------------------------------------- */

/* Colours and bold only on a terminal that shows them (and NO_COLOR is not set); else "". */
bool command_is_terminal(void);
const char *command_style(const char *style); /* "bold" "dim" "green" "amber" "red" "plain" */

/* Prints and frees. */
void command_print_json(json_t *json);

/* "R$ 186,00" and "20/11 11:20:03" in São Paulo; static buffers, a few at a time. */
const char *command_amount(int64_t cents);
const char *command_time(int64_t at_ms);

/* "2026-11-20T14:20:03Z"; null for 0. */
json_t *command_instant(int64_t at_ms);

/* Rows (an array of objects, taken) as JSON with --json, else as a table of these columns; `nothing` is said
 * on standard error when there is no row. */
enum column_kind { COLUMN_TEXT, COLUMN_CENTS, COLUMN_INSTANT };

struct column {
	const char *key, *title;
	enum column_kind kind;
};

void command_print_rows(const struct command_line *line, json_t *rows, const struct column *columns,
                        size_t column_count, const char *nothing);

#endif
