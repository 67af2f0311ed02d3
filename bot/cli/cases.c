/*
 * cases: what the bot is busy with, what it has done, and what waits for a person.
 */
#include <stdio.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "refund/case.h"

static void
add_row(void *context, const struct case_row *row)
{
	json_array_append_new(
		context, json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:o,s:o}", "id", row->id, "order",
	                           row->order_number, "state", row->state, "reason", row->reason,
	                           "amount_cents", (json_int_t)row->amount_cents, "receipt",
	                           row->receipt_id, "opened_at", command_instant(row->opened_ms),
	                           "changed_at", command_instant(row->changed_ms)));
}

/* The state's own text, however it was typed; "" for all.  NULL when there is no such state. */
static const char *
find_state(const struct command_line *line)
{
	if (line->count == 0)
		return "";
	for (int i = 0; i < CASE_STATE_COUNT; i++)
		if (text_equal_ignoring_case(case_state_text((enum case_state)i), line->words[0]))
			return case_state_text((enum case_state)i);
	return NULL;
}

static int
list(const struct command_line *line, struct folder *folder)
{
	static const struct column columns[] = {
		{ "id", "CASE", COLUMN_TEXT },
		{ "order", "ORDER", COLUMN_TEXT },
		{ "state", "STATE", COLUMN_TEXT },
		{ "reason", "REASON", COLUMN_TEXT },
		{ "amount_cents", "AMOUNT", COLUMN_CENTS },
		{ "receipt", "RECEIPT", COLUMN_TEXT },
		{ "changed_at", "LAST STEP", COLUMN_INSTANT },
	};
	json_t *rows = json_array();
	if (store_money_is_paused(folder->store))
		fputs("Money is paused: the store is older than what has left.  estorno "
		      "reconcile\n",
		      stderr);
	store_cases(folder->store, find_state(line), ROWS_SHOWN_MAX + 1, add_row, rows);
	command_print_rows(line, rows, columns, sizeof(columns) / sizeof(columns[0]), "no cases");
	return EXIT_YES;
}

static int
run(const struct command_line *line)
{
	struct why why = { "" };
	if (find_state(line) != NULL)
		return command_look(line, list);
	why_set(&why, "no state is called %s; `estorno cases --help` lists them", line->words[0]);
	return command_could_not(&why);
}

const struct command command_cases = {
	.name = "cases",
	.arguments = "[STATE]",
	.sentence = "all cases, or those in a state, newest first; `held` waits for a person",
	.help = "States: opened, needs_order, looking_up, offered, reserved, refunding, noting,\n"
		"verifying, sealed, notifying, closed, declined, refused, expired, held.",
	.options = "",
	.most = 1,
	.run = run,
};
