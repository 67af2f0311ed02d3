/*
 * reconcile: after a restore, the bank is asked about everything that the older store may
 * have forgotten; when it has answered all of it, money may move again.
 *
 * The running `serve` asks, through its ordinary flow, and ends the pause itself.  This
 * command only keeps it going until nothing is open or nothing comes any more, and tells
 * what was asked and where each case stands then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"

enum {
	PAUSE_MS = 500,
	/* So often everything that is open is asked in vain before we say so. */
	FRUITLESS_MAX = 4,
	ROUNDS_MAX = 1200
};

struct round {
	bool paused;
	int64_t under_way;
	int64_t open;
	json_t *questions; /* of those that are open, the first to be asked */
};

struct reconciling {
	const struct command_line *line;
	json_t *rows; /* every question that was ever among them, in the order of asking */
	struct round latest;
};

/* --- asking ----------------------------------------------------------------------------------- */

static bool
same_question(const json_t *a, const json_t *b)
{
	static const char *const parts[] = { "case", "kind", "key" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!json_equal(json_object_get(a, parts[i]), json_object_get(b, parts[i])))
			return false;
	return true;
}

static bool
has_question(const json_t *list, const json_t *question)
{
	size_t index;
	json_t *one;
	json_array_foreach (list, index, one)
		if (same_question(one, question))
			return true;
	return false;
}

/* One round; an exit code.  `latest` is what the running program said. */
static int
ask(struct reconciling *r, struct why *why)
{
	json_t *input = json_object(), *output = NULL, *question;
	size_t index;
	int code = command_ask(r->line->data, "reconcile", input, &output, why);
	json_decref(input);
	if (code != EXIT_YES)
		return code;
	json_decref(r->latest.questions);
	r->latest = (struct round){
		.paused = json_is_true(json_object_get(output, "paused")),
		.under_way = json_integer_value(json_object_get(output, "under_way")),
		.open = json_integer_value(json_object_get(output, "open")),
		.questions = json_incref(json_object_get(output, "questions")),
	};
	json_array_foreach (r->latest.questions, index, question)
		if (!has_question(r->rows, question))
			json_array_append(r->rows, question);
	json_decref(output);
	return code;
}

static void
wait_a_little(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	nanosleep(&pause, NULL);
}

/* Until nothing is open, or nothing more is answered: unreachable is no answer, and asking goes on by
 * calling this command again. */
static int
ask_until_answered(struct reconciling *r, struct why *why)
{
	int64_t open = INT64_MAX;
	int fruitless = 0;
	for (int i = 0; i < ROUNDS_MAX && fruitless < FRUITLESS_MAX; i++) {
		if (i > 0)
			wait_a_little();
		int code = ask(r, why);
		if (code != EXIT_YES || !r->latest.paused)
			return code;
		bool better = r->latest.open < open;
		open = r->latest.open;
		if (better)
			fruitless = 0;
		else if (r->latest.under_way == 0) /* all of it was answered, with nothing */
			fruitless++;
	}
	return EXIT_YES;
}

/* --- telling ---------------------------------------------------------------------------------- */

/* The latest attempt of a question. */
struct last_attempt {
	const char *kind, *key;
	struct attempt_row row;
};

static void
keep_last(void *context, const struct attempt_row *row)
{
	struct last_attempt *last = context;
	if (text_equal(row->kind, last->kind) && text_equal(row->key, last->key))
		last->row = *row;
}

static const char *
text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

/* Adds to a row what came of it. */
static void
complete(struct reconciling *r, struct store *store, json_t *row)
{
	struct last_attempt last = { .kind = text_of(row, "kind"), .key = text_of(row, "key") };
	struct refund_case *c = calloc(1, sizeof(*c));
	bool open = has_question(r->latest.questions, row);
	ensure(c != NULL);
	store_attempts(store, text_of(row, "case"), keep_last, &last);
	text_make_printable(last.row.why);
	if (store_case_load(store, text_of(row, "case"), c)) {
		json_object_set_new(row, "order", json_string(c->order_number));
		json_object_set_new(row, "state", json_string(case_state_text(c->state)));
		json_object_set_new(row, "reason", json_string(hold_text(c->reason)));
	}
	json_object_set_new(row, "answered", json_boolean(!open));
	json_object_set_new(row, "went_back_cents",
	                    json_integer(store_payment_elsewhere(store, text_of(row, "e2eid"))));
	json_object_set_new(row, "why",
	                    text_is_utf8(last.row.why, strlen(last.row.why))
	                            ? json_string(open ? last.row.why : "")
	                            : json_string("?"));
	free(c);
}

static struct reconciling *telling; /* what command_look() can't hand on */

static int
tell(const struct command_line *line, struct folder *folder)
{
	static const struct column columns[] = {
		{ "case", "CASE", COLUMN_TEXT },
		{ "order", "ORDER", COLUMN_TEXT },
		{ "kind", "ASKED", COLUMN_TEXT },
		{ "answered", "ANSWERED", COLUMN_TEXT },
		{ "went_back_cents", "WENT BACK, UNKNOWN HERE", COLUMN_CENTS },
		{ "state", "STATE", COLUMN_TEXT },
		{ "reason", "REASON", COLUMN_TEXT },
		{ "why", "WHY", COLUMN_TEXT },
	};
	size_t index;
	json_t *row;
	json_array_foreach (telling->rows, index, row)
		complete(telling, folder->store, row);
	command_print_rows(line, json_incref(telling->rows), columns,
	                   sizeof(columns) / sizeof(columns[0]), "nothing had to be asked");
	return EXIT_YES;
}

static int
run(const struct command_line *line)
{
	struct reconciling r = { .line = line, .rows = json_array() };
	struct why why = { "" };
	int code = ask_until_answered(&r, &why);
	telling = &r;
	if (code != EXIT_YES)
		code = code == EXIT_NO ? command_refused(&why) : command_could_not(&why);
	else if ((code = command_look(line, tell)) == EXIT_YES && r.latest.paused)
		code = EXIT_NO;
	if (code == EXIT_YES)
		fputs("Money may move.  What people decided since the backup is forgotten as "
		      "well:\n"
		      "look at `estorno mandate show`.\n",
		      stderr);
	else if (code == EXIT_NO)
		fprintf(stderr,
		        "Money stays paused: %lld of these are not answered yet.  Ask again "
		        "later.\n",
		        (long long)r.latest.open);
	json_decref(r.latest.questions);
	json_decref(r.rows);
	return code;
}

const struct command command_reconcile = {
	.name = "reconcile",
	.arguments = "",
	.sentence =
		"after a restore: ask the bank what the older store forgot; then money may move",
	.help = "A store that is older than what has left (a backup that was put back) starts "
		"with\n"
		"money paused.  This asks the bank, through the running `serve`, about every "
		"payment\n"
		"that was offered to go back and every refund that is reserved or was sent.  Exit "
		"0\n"
		"when money may move, 1 when something is not answered yet: then ask again.",
	.options = "",
	.run = run,
};
