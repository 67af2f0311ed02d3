/*
 * The house: the shop's people at the command line, its cases and receipts as they see
 * them, and a hand in its store.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/stories/verbs.h"

bool
house_sets(struct story *story, const char *words, struct buffer *found)
{
	(void)found;
	stage_configure(&story->stage, words);
	return true;
}

/* What a command that prints JSON printed, the caller's.  It may say yes, or no when its table is empty. */
static json_t *
ask_command(struct story *story, const char *const words[])
{
	struct why why = { "" };
	int status = stage_run(&story->stage, words);
	json_t *json = status <= 1 ? stage_said_json(&story->stage, &why) : NULL;
	if (status > 1)
		story_fail(story, words[0], stage_said(&story->stage, "err"));
	story_must(story, json != NULL, words[0], &why);
	return json;
}

/* --- cases --------------------------------------------------------------------------------------- */

static json_t *
ask_cases(struct story *story)
{
	static const char *const words[] = { "cases", "--json", NULL };
	return ask_command(story, words);
}

/* "none" stands for a case without an order. */
static bool
is_of_order(const json_t *row, const char *order)
{
	return text_equal(member_text(row, "order"), text_equal(order, "none") ? "" : order);
}

/* The newest case of an order, borrowed; NULL when there is none. */
static const json_t *
newest_case(const json_t *cases, const char *order)
{
	size_t index;
	json_t *row;
	json_array_foreach (cases, index, row)
		if (is_of_order(row, order))
			return row;
	return NULL;
}

/* "8421 HELD bank_declined" */
bool
house_case(struct story *story, const char *words, struct buffer *found)
{
	char order[32];
	json_t *cases = ask_cases(story);
	words_take(words, order, sizeof(order));
	const json_t *row = newest_case(cases, order);
	const char *reason = member_text(row, "reason");
	buffer_add_format(found, "%s %s%s%s", order,
	                  row == NULL ? "no case" : member_text(row, "state"),
	                  reason[0] == '\0' ? "" : " ", reason);
	json_decref(cases);
	return text_equal(buffer_text(found), words);
}

/* "8421 1" */
bool
house_cases(struct story *story, const char *words, struct buffer *found)
{
	char order[32];
	size_t index, count = 0;
	json_t *cases = ask_cases(story), *row;
	words_take(words, order, sizeof(order));
	json_array_foreach (cases, index, row)
		count += text_equal(order, "all") || is_of_order(row, order);
	buffer_add_format(found, "%s %zu", order, count);
	json_decref(cases);
	return text_equal(buffer_text(found), words);
}

/* The id of the order's newest case; fails when there is none. */
static void
case_id_of(struct story *story, const char *order, char *id, size_t size)
{
	json_t *cases = ask_cases(story);
	const json_t *row = newest_case(cases, order);
	if (row == NULL)
		story_fail(story, "a case of this order", "none");
	ensure(text_copy(id, size, member_text(row, "id")));
	json_decref(cases);
}

/* --- commands --------------------------------------------------------------------------------------- */

/* Runs it and writes "exit 1: what it said".  True when it exits as wanted and says `saying` (NULL: any). */
static bool
command_says(struct story *story, const char *const words[], int wanted, const char *saying,
             struct buffer *found)
{
	int status = stage_run(&story->stage, words);
	char *output = stage_said(&story->stage, "out"), *errors = stage_said(&story->stage, "err");
	buffer_add_format(found, "exit %d: %s%s", status, output, errors);
	free(output);
	free(errors);
	return status == wanted && (saying == NULL || strstr(buffer_text(found), saying) != NULL);
}

/* WORDS... [=> WHAT IT SAYS] */
static bool
exits(struct story *story, const char *words, int wanted, struct buffer *found)
{
	const char *split[STAGE_WORDS_MAX + 1], *saying;
	char *command = words_before_arrow(words, &saying);
	char *copy = words_split(command, split);
	bool ok = command_says(story, split, wanted, saying, found);
	free(copy);
	free(command);
	return ok;
}

bool
house_command(struct story *story, const char *words, struct buffer *found)
{
	return exits(story, words, 0, found);
}

bool
house_command_refused(struct story *story, const char *words, struct buffer *found)
{
	return exits(story, words, 1, found);
}

bool
house_releases(struct story *story, const char *words, struct buffer *found)
{
	char id[STORY_ID_SIZE];
	case_id_of(story, words, id, sizeof(id));
	const char *const command[] = { "release", id, NULL };
	return command_says(story, command, 0, NULL, found);
}

/* ORDER WHY... */
static bool
deny(struct story *story, const char *words, int wanted, const char *saying, struct buffer *found)
{
	char id[STORY_ID_SIZE], order[32];
	const char *reason = words_take(words, order, sizeof(order));
	case_id_of(story, order, id, sizeof(id));
	const char *const command[] = { "deny", id, reason, NULL };
	return command_says(story, command, wanted, saying, found);
}

bool
house_denies(struct story *story, const char *words, struct buffer *found)
{
	return deny(story, words, 0, NULL, found);
}

/* ORDER WHY => WHAT IT SAYS */
bool
house_may_not_deny(struct story *story, const char *words, struct buffer *found)
{
	const char *saying;
	char *order_and_why = words_before_arrow(words, &saying);
	bool ok = deny(story, order_and_why, 1, saying, found);
	free(order_and_why);
	return ok;
}

/* --- finance ------------------------------------------------------------------------------------------- */

/* Runs a command, written as one line; it must say yes. */
static void __attribute__((format(printf, 2, 3)))
must_run(struct story *story, const char *format, ...)
{
	const char *split[STAGE_WORDS_MAX + 1];
	char line[1024];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	ensure(length > 0 && (size_t)length < sizeof(line));
	char *copy = words_split(line, split);
	if (stage_run(&story->stage, split) != 0)
		story_fail(story, line, stage_said(&story->stage, "err"));
	free(copy);
}

/* What the last command printed becomes a file of its own. */
static void
keep_output(const struct story *story, const char *name, char path[STAGE_PATH_SIZE])
{
	char *text = stage_said(&story->stage, "out");
	stage_path(&story->stage, name, path);
	FILE *file = fopen(path, "we");
	ensure(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
	free(text);
}

/* Finance makes a key, has it trusted, signs a mandate with these limits, and the shop installs it. */
bool
house_signs_mandate(struct story *story, const char *words, struct buffer *found)
{
	const char *folder = story->stage.folder;
	char mandate[STAGE_PATH_SIZE];
	(void)found;
	must_run(story, "mandate keygen %s/finance", folder);
	must_run(story, "mandate trust %s/finance.pub", folder);
	must_run(story, "mandate sign --key %s/finance --id cm_support %s", folder, words);
	keep_output(story, "mandate.json", mandate);
	must_run(story, "mandate install %s", mandate);
	return true;
}

/* --- receipts -------------------------------------------------------------------------------------------- */

/* "8421 rcp_rf8421 verified safe", the oldest first; "8421 none" */
bool
house_receipts(struct story *story, const char *words, struct buffer *found)
{
	char order[32];
	words_take(words, order, sizeof(order));
	const char *const command[] = { "receipts", order, "--json", NULL };
	json_t *receipts = ask_command(story, command);
	buffer_add_text(found, order);
	for (size_t i = json_array_size(receipts); i > 0; i--) {
		const json_t *receipt = json_array_get(receipts, i - 1);
		bool safe = json_is_true(json_object_get(receipt, "safe"));
		buffer_add_format(found, " %s %s %s", member_text(receipt, "id"),
		                  member_text(receipt, "result"), safe ? "safe" : "unsafe");
	}
	if (json_array_size(receipts) == 0)
		buffer_add_text(found, " none");
	json_decref(receipts);
	return text_equal(buffer_text(found), words);
}

/* The receipt as the auditor gets it, checked with nothing but itself and the published key. */
bool
house_verifies(struct story *story, const char *words, struct buffer *found)
{
	char file[STAGE_PATH_SIZE], key[STAGE_PATH_SIZE];
	const char *const receipt[] = { "receipt", words, "--json", NULL };
	if (!command_says(story, receipt, 0, NULL, found))
		return false;
	buffer_reset(found);
	keep_output(story, "receipt.json", file);
	stage_path(&story->stage, "data/keys/receipts.pub", key);
	const char *const verify[] = { "verify", file, "--key", key, NULL };
	return command_says(story, verify, 0, NULL, found);
}

/* --- an older store ------------------------------------------------------------------------------------------ */

bool
house_backs_up(struct story *story, const char *words, struct buffer *found)
{
	char copy[STAGE_PATH_SIZE];
	stage_path(&story->stage, words, copy);
	const char *const backup[] = { "backup", copy, NULL };
	return command_says(story, backup, 0, NULL, found);
}

static void
remove_file(const struct story *story, const char *name)
{
	char path[STAGE_PATH_SIZE];
	stage_path(&story->stage, name, path);
	unlink(path);
}

/* As the help of `estorno backup` says it.  The simulated providers begin anew, so every chat is empty. */
bool
house_puts_back(struct story *story, const char *words, struct buffer *found)
{
	char older[STAGE_PATH_SIZE], store[STAGE_PATH_SIZE];
	struct why why = { "" };
	(void)found;
	story_must(story, stage_stop(&story->stage, &why), "the shop stops in order", &why);
	stage_path(&story->stage, words, older);
	stage_path(&story->stage, "data/estorno.db", store);
	ensure(rename(older, store) == 0);
	remove_file(story, "data/estorno.db-wal");
	remove_file(story, "data/estorno.db-shm");
	remove_file(story, "ready"); /* where the shop was, not where it will be */
	story_must(story, stage_start(&story->stage, &why), "the shop starts again", &why);
	for (size_t i = 0; i < story->person_count; i++)
		story->people[i].mark = 0;
	return true;
}

/* --- a hand in the store ------------------------------------------------------------------------------------ */

/* "messages 0" */
bool
house_rows(struct story *story, const char *words, struct buffer *found)
{
	char table[32], statement[128];
	words_take(words, table, sizeof(table));
	ensure(text_format(statement, sizeof(statement), "SELECT count(*) AS n FROM %s", table));
	json_t *rows = story_query(story, statement);
	buffer_add_format(found, "%s %lld", table,
	                  (long long)json_maybe_integer(json_array_get(rows, 0), "n", -1));
	json_decref(rows);
	return text_equal(buffer_text(found), words);
}

/* STATEMENT => WORD: the store refuses it and says the word. */
bool
house_store_refuses(struct story *story, const char *words, struct buffer *found)
{
	const char *saying;
	char *statement = words_before_arrow(words, &saying);
	if (saying == NULL)
		story_fail(story, "STATEMENT => WORD", words);
	int status = stage_sql(&story->stage, statement, false);
	char *errors = stage_said(&story->stage, "err");
	buffer_add_text(found, status == 0 ? "it was taken" : errors);
	bool refused = status != 0 && strstr(errors, saying) != NULL;
	free(errors);
	free(statement);
	return refused;
}

/* A hand that takes the triggers away first: what the schema can't refuse. */
bool
house_store_takes(struct story *story, const char *words, struct buffer *found)
{
	int status = stage_sql(&story->stage, words, false);
	char *errors = stage_said(&story->stage, "err");
	buffer_add_text(found, errors);
	free(errors);
	return status == 0;
}
