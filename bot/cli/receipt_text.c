/*
 * Everything but the case, the chain and the sentences beside the rows comes out of the
 * signed bytes.
 */
#include "cli/receipt_text.h"

#include <stdlib.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "serve/shown_receipt.h"

/* Colours are for the terminal, not for files. */
static const char *
style(FILE *out, const char *name)
{
	return out == stdout ? command_style(name) : "";
}

static void
print_pair(FILE *out, const char *name, const char *value)
{
	if (value[0] != '\0')
		fprintf(out, "  %-14s %s\n", name, value);
}

/* --- the card --------------------------------------------------------------------------------- */

static void
print_connectors(FILE *out, const json_t *list)
{
	size_t index;
	json_t *name;
	fprintf(out, "  %-14s", "asked");
	json_array_foreach (list, index, name)
		fprintf(out, " %s", json_string_value(name));
	fputc('\n', out);
}

static void
print_card(FILE *out, const struct stored_receipt *receipt, const json_t *json)
{
	bool safe = json_is_true(json_object_get(json, "safe_to_claim_complete"));
	struct signed_facts facts;
	bool is_refund = shown_signed_facts(json, &facts, NULL);
	fprintf(out, "%s%s%s  %s%s, %s%s%s\n", style(out, "bold"), json_text_at(json, "id"),
	        style(out, "plain"), style(out, safe ? "green" : "red"),
	        json_text_at(json, "result"),
	        safe ? "safe to claim complete" : "NOT safe to claim complete", style(out, "plain"),
	        json_is_true(json_object_get(json, "test")) ? "  (a test: made in a sandbox)" : "");
	print_pair(out, "order", is_refund ? facts.order_number : "?");
	print_pair(out, "amount", is_refund ? command_amount(facts.amount_cents) : "?");
	print_pair(out, "lifecycle", json_text_at(json, "lifecycle"));
	print_pair(out, "issued", json_text_at(json, "issued_at"));
	print_pair(out, "read", json_text_at(json, "valid_as_of"));
	print_pair(out, "issued by", json_text_at(json, "agent_id"));
	print_pair(out, "for", json_text_at(json, "org_id"));
	print_connectors(out, json_object_get(json, "connectors_checked"));
	print_pair(out, "signed with", json_text_at(json, "signing_key_id"));
	print_pair(out, "case", receipt->case_id);
}

/* --- the postconditions ----------------------------------------------------------------------- */

static const struct mark {
	const char *status, *mark, *style;
} marks[] = {
	{ "passed", "✓", "green" },
	{ "failed", "✗", "red" },
	{ "skipped", "–", "amber" },
};

/* A line below the row, under its value. */
static void
print_below(FILE *out, const char *words, const char *text)
{
	fprintf(out, "    %-26s %s%s%s%s\n", "", style(out, "dim"), words, text,
	        style(out, "plain"));
}

static void
print_postcondition(FILE *out, const json_t *row)
{
	const char *status = json_text_at(row, "status"), *detail = json_text_at(row, "detail");
	const char *expected = json_text_at(row, "expected"), *actual = json_text_at(row, "actual");
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (text_equal(marks[i].status, status))
			fprintf(out, "  %s%s%s ", style(out, marks[i].style), marks[i].mark,
			        style(out, "plain"));
	fprintf(out, "%-26s %s\n", json_text_at(row, "name"),
	        actual[0] == '\0' ? "not seen" : actual);
	if (expected[0] != '\0' && !text_equal(expected, actual))
		print_below(out, "expected ", expected);
	if (!text_equal(status, "passed") && detail[0] != '\0')
		print_below(out, "", detail);
}

/* --- the chain -------------------------------------------------------------------------------- */

static void
print_chain_link(FILE *out, const struct stored_receipt *receipt, const char *relation)
{
	fprintf(out, "  %-14s %s (%s, %s)\n", relation, receipt->id, receipt->result,
	        receipt->lifecycle);
}

/* Follows the chain to one of its ends. */
static void
print_chain(FILE *out, struct store *store, const char *first, bool backwards, const char *relation)
{
	struct stored_receipt receipt;
	char id[RECEIPT_ID_SIZE];
	ensure(text_copy(id, sizeof(id), first));
	for (int i = 0; i < RECEIPT_CHAIN_MAX && id[0] != '\0'; i++) {
		if (!store_receipt_load(store, id, &receipt))
			return;
		print_chain_link(out, &receipt, relation);
		ensure(text_copy(id, sizeof(id),
		                 backwards ? receipt.supersedes : receipt.superseded_by));
		store_receipt_free(&receipt);
	}
	if (id[0] != '\0')
		fprintf(out,
		        "  %-14s and more: the chain is cut here after %d, `estorno receipts` "
		        "lists them all\n",
		        relation, RECEIPT_CHAIN_MAX);
}

bool
receipt_text(FILE *out, struct store *store, const struct stored_receipt *receipt, struct why *why)
{
	json_t *json = shown_receipt(receipt, why), *row;
	size_t index;
	if (json == NULL)
		return false;
	print_card(out, receipt, json);
	print_chain(out, store, receipt->supersedes, true, "supersedes");
	print_chain(out, store, receipt->superseded_by, false, "superseded by");
	fputc('\n', out);
	json_array_foreach (json_object_get(json, "postconditions"), index, row)
		print_postcondition(out, row);
	json_decref(json);
	return true;
}
