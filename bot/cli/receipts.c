/*
 * receipts, receipt: what auditors ask for by order number.
 */
#include <stdio.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/receipt_text.h"
#include "serve/shown_receipt.h"

/* --- receipts --------------------------------------------------------------------------------- */

static void
add_row(void *context, const struct stored_receipt *r)
{
	json_array_append_new(context,
	                      json_pack("{s:s,s:s,s:s,s:s,s:b,s:I,s:b,s:o,s:s,s:s,s:s}", "id",
	                                r->id, "order", r->order_number, "result", r->result,
	                                "lifecycle", r->lifecycle, "safe", r->safe, "amount_cents",
	                                (json_int_t)r->amount_cents, "test", r->test, "sealed_at",
	                                command_instant(r->sealed_ms), "supersedes", r->supersedes,
	                                "superseded_by", r->superseded_by, "case", r->case_id));
}

static int
list(const struct command_line *line, struct folder *folder)
{
	static const struct column columns[] = {
		{ "id", "RECEIPT", COLUMN_TEXT },
		{ "result", "RESULT", COLUMN_TEXT },
		{ "safe", "SAFE", COLUMN_TEXT },
		{ "amount_cents", "AMOUNT", COLUMN_CENTS },
		{ "sealed_at", "SEALED", COLUMN_INSTANT },
		{ "supersedes", "SUPERSEDES", COLUMN_TEXT },
	};
	char order[ORDER_NUMBER_SIZE];
	json_t *rows = json_array();
	if (text_letters_and_digits(order, sizeof(order), line->words[0]) && order[0] != '\0')
		store_receipts(folder->store, order, ROWS_SHOWN_MAX + 1, add_row, rows);
	bool found = json_array_size(rows) > 0;
	command_print_rows(line, rows, columns, sizeof(columns) / sizeof(columns[0]),
	                   "no receipt for that order");
	return found ? EXIT_YES : EXIT_NO;
}

static int
run_receipts(const struct command_line *line)
{
	return command_look(line, list);
}

const struct command command_receipts = {
	.name = "receipts",
	.arguments = "ORDER",
	.sentence = "every sealed receipt of an order, newest first",
	.help = "Exit 1 when there is none.",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_receipts,
};

/* --- receipt ---------------------------------------------------------------------------------- */

static bool
print_receipt(const struct command_line *line, struct store *store,
              const struct stored_receipt *receipt, struct why *why)
{
	if (!receipt->sealed)
		return why_set(why, "%s is not sealed yet", receipt->id);
	if (command_option(line, "--text") != NULL)
		return receipt_text(stdout, store, receipt, why);
	json_t *json = shown_receipt(receipt, why);
	if (json != NULL)
		command_print_json(json);
	return json != NULL;
}

static int
show(const struct command_line *line, struct folder *folder)
{
	struct stored_receipt receipt;
	struct why why = { "" };
	if (!store_receipt_load(folder->store, line->words[0], &receipt)) {
		why_set(&why, "there is no receipt %s", line->words[0]);
		return command_refused(&why);
	}
	bool ok = print_receipt(line, folder->store, &receipt, &why);
	store_receipt_free(&receipt);
	return ok ? EXIT_YES : command_refused(&why);
}

static int
run_receipt(const struct command_line *line)
{
	return command_look(line, show);
}

const struct command command_receipt = {
	.name = "receipt",
	.arguments = "ID",
	.sentence = "one receipt, as the Postcept Receipt object that `verify` reads",
	.help = "  --text   for people: the card, what was expected and what was found",
	.options = "--text",
	.least = 1,
	.most = 1,
	.run = run_receipt,
};
