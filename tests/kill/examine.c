/*
 * The books of the bank, the tax authority, the channel and the shop, held against each other.
 *
 * The store of a killed shop is looked at as a copy of its two files: a connection to the original would
 * do the recovery that the next life must do.  What was promised so far (messages answered 200, "done"
 * told, heads of the log) is noted in files and looked up in every copy, and at the end in the original.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/folder.h"
#include "tests/kill/kill.h"
#include "tests/stories/program.h"

enum { QUERY_MS_MAX = 120 * 1000, ROWS_BYTES_MAX = 16 * 1024 * 1024 };

#define NOT_AT_REST "state NOT IN ('CLOSED', 'DECLINED', 'REFUSED', 'EXPIRED', 'HELD')"
#define NEWEST      "NOT EXISTS (SELECT 1 FROM receipts n WHERE n.supersedes = r.id)"

enum { NOTE_COUNT = 3 };

static const char *const note_names[NOTE_COUNT] = { "accepted", "done", "bank" };

/* --- notes ----------------------------------------------------------------------------------------------- */

static void
note(const struct run *run, const char *name, const char *line)
{
	char path[KILL_PATH_SIZE];
	run_path(run, name, path);
	FILE *file = fopen(path, "ae");
	ensure(file != NULL && fprintf(file, "%s\n", line) > 0 && fclose(file) == 0);
}

void
examine_begin(struct run *run)
{
	for (size_t i = 0; i < NOTE_COUNT; i++) {
		char path[KILL_PATH_SIZE];
		run_path(run, note_names[i], path);
		FILE *file = fopen(path, "we");
		ensure(file != NULL && fclose(file) == 0);
	}
}

void
examine_note_accepted(struct run *run, const char *message_id)
{
	count(run, CHECK_MESSAGES, 1);
	note(run, "accepted", message_id);
}

/* --- "done" ---------------------------------------------------------------------------------------------- */

static int64_t
refunds_settled(const struct world *world, const struct shop_order *order, int64_t now_ms)
{
	int64_t cents = 0;
	for (int64_t i = 0; i < world->pix.refund_count; i++) {
		const struct pix_refund *refund = &world->pix.refunds[i];
		if (text_equal(refund->e2eid, order->e2eid) && refund->final == REFUND_RETURNED &&
		    refund->final_ms <= now_ms)
			cents += refund->amount_cents;
	}
	return cents;
}

/* "Estorno feito: ... do pedido #20007 ... Recibo rcp_rf20007." */
void
examine_note_done(struct run *run, const char *text, int64_t now_ms)
{
	static const char receipt_begins[] = "rcp_";
	char receipt[64] = "", number[32] = "", line[160];
	const char *at = strstr(text, receipt_begins), *hash = strchr(text, '#');
	if (at == NULL && !text_starts_with(text, "Estorno feito"))
		return;
	if (at != NULL)
		text_format(receipt, sizeof(receipt), "%.*s",
		            (int)strspn(at, "abcdefghijklmnopqrstuvwxyz_-0123456789"), at);
	if (hash != NULL)
		text_format(number, sizeof(number), "%.*s", (int)strspn(hash + 1, "0123456789"),
		            hash + 1);
	const struct shop_order *order = world_order(run->sandbox.world, number);
	count(run, CHECK_DONE, 1);
	if (order == NULL ||
	    refunds_settled(run->sandbox.world, order, now_ms) != order->facts.total_cents)
		wrong(run, CHECK_DONE, "the bank has not settled it: %s", text);
	ensure(text_format(line, sizeof(line), "%s|%s|%" PRId64, receipt, number, now_ms));
	note(run, "done", line);
}

/* --- asking the store -------------------------------------------------------------------------------------- */

/* The rows of a statement, the caller's; NULL when the store could not be asked.  `accepted`, `done` and
 * `bank` are tables beside the store's own. */
static json_t *
ask(const struct run *run, const char *store, const char *statement)
{
	static const char tables[] =
		"CREATE TEMP TABLE accepted (id TEXT); "
		"CREATE TEMP TABLE done (receipt TEXT, number TEXT, at_ms INTEGER); "
		"CREATE TEMP TABLE bank (id TEXT, cents INTEGER, settled INTEGER);";
	char output[KILL_PATH_SIZE], errors[KILL_PATH_SIZE], path[KILL_PATH_SIZE];
	char imports[NOTE_COUNT][KILL_PATH_SIZE + 32];
	struct why why = { "" };
	run_path(run, "rows", output);
	run_path(run, "errors", errors);
	for (size_t i = 0; i < NOTE_COUNT; i++) {
		run_path(run, note_names[i], path);
		ensure(text_format(imports[i], sizeof(imports[i]), ".import '%s' %s", path,
		                   note_names[i]));
	}
	const char *const words[] = { "sqlite3",  "-readonly",      "-bail",   "-json",
		                      store,      ".timeout 10000", tables,    imports[0],
		                      imports[1], imports[2],       statement, NULL };
	if (program_end(program_start(words, output, errors), QUERY_MS_MAX) != 0)
		return NULL;
	char *text = file_read(output, ROWS_BYTES_MAX, NULL, &why);
	json_t *rows = text == NULL || text[0] == '\0'
	                       ? json_array()
	                       : json_parse(text, strlen(text), ROWS_BYTES_MAX, &why);
	free(text);
	return rows;
}

/* Every row that the statement finds is wrong; found again in a later look, it is the same one. */
static void
must_find_nothing(struct run *run, const char *store, enum check check, const char *statement)
{
	json_t *rows = ask(run, store, statement), *row;
	size_t index;
	if (rows == NULL)
		wrong(run, CHECK_STORES, "it can't be asked: %.60s...", statement);
	json_array_foreach (rows, index, row) {
		char *text = json_dumps(row, JSON_COMPACT);
		ensure(text != NULL);
		if (json_object_get(run->found, text) == NULL)
			wrong(run, check, "%s", text);
		json_object_set_new(run->found, text, json_true());
		free(text);
	}
	json_decref(rows);
}

/* --- one look ---------------------------------------------------------------------------------------------- */

/* A head that was there is there for good, with the same root. */
static void
compare_roots(struct run *run, json_t *rows)
{
	size_t index;
	json_t *row, *root;
	const char *size;
	json_t *roots = json_object();
	json_array_foreach (rows, index, row) {
		char key[24];
		ensure(text_format(key, sizeof(key), "%" PRId64,
		                   json_maybe_integer(row, "size", 0)));
		json_object_set(roots, key, json_object_get(row, "root"));
	}
	json_object_foreach (run->roots, size, root)
		if (!json_equal(root, json_object_get(roots, size)))
			wrong(run, CHECK_HEADS, "size %s", size);
	json_decref(run->roots);
	run->roots = roots;
}

/* What must be true of the store at any moment. */
static void
look(struct run *run, const char *store)
{
	count(run, CHECK_STORES, 1);
	must_find_nothing(run, store, CHECK_STORES,
	                  "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
	must_find_nothing(run, store, CHECK_STORES, "SELECT * FROM pragma_foreign_key_check");
	must_find_nothing(run, store, CHECK_MESSAGES,
	                  "SELECT id FROM accepted WHERE id NOT IN "
	                  "(SELECT provider_id FROM messages WHERE author = 'customer')");
	must_find_nothing(run, store, CHECK_DONE,
	                  "SELECT * FROM done d WHERE NOT EXISTS (SELECT 1 FROM receipts r "
	                  "JOIN seals s ON s.receipt_id = r.id WHERE r.id = d.receipt "
	                  "AND r.order_number = d.number AND r.result = 'verified' AND r.safe = 1 "
	                  "AND s.sealed_ms <= CAST(d.at_ms AS INTEGER))");
	json_t *heads = ask(run, store, "SELECT size, root FROM tree_heads ORDER BY size");
	if (heads != NULL)
		compare_roots(run, heads);
	json_decref(heads);
}

static void
copy(const struct run *run, const char *name, const char *to_name)
{
	char from[KILL_PATH_SIZE], to[KILL_PATH_SIZE];
	run_path(run, name, from);
	run_path(run, to_name, to);
	const char *const words[] = { "cp", "--", from, to, NULL };
	ensure(program_end(program_start(words, "/dev/null", "/dev/null"), QUERY_MS_MAX) == 0);
}

static void
remove_file(const struct run *run, const char *name)
{
	char path[KILL_PATH_SIZE];
	run_path(run, name, path);
	unlink(path);
}

void
examine_dead(struct run *run)
{
	char store[KILL_PATH_SIZE], log[KILL_PATH_SIZE];
	run_path(run, "copy.db", store);
	run_path(run, "data/estorno.db-wal", log);
	remove_file(run, "copy.db-shm");
	remove_file(run, "copy.db-wal");
	copy(run, "data/estorno.db", "copy.db");
	if (access(log, F_OK) == 0)
		copy(run, "data/estorno.db-wal", "copy.db-wal");
	look(run, store);
}

int64_t
examine_restless(struct run *run)
{
	char store[KILL_PATH_SIZE];
	run_path(run, "data/estorno.db", store);
	json_t *rows = ask(run, store, "SELECT count(*) AS n FROM cases WHERE " NOT_AT_REST);
	int64_t restless = json_maybe_integer(json_array_get(rows, 0), "n", -1);
	json_decref(rows);
	return restless;
}

/* --- the end ------------------------------------------------------------------------------------------------- */

/* Money that left or may still leave, by payment; and the bank's refunds as a table. */
static void
check_bank(struct run *run)
{
	const struct world *world = run->sandbox.world;
	for (int64_t i = 0; i < world->order_count; i++) {
		const struct shop_order *order = &world->orders[i];
		int64_t executed = 0;
		for (int64_t j = 0; j < world->pix.refund_count; j++) {
			const struct pix_refund *refund = &world->pix.refunds[j];
			executed += text_equal(refund->e2eid, order->e2eid) &&
			            refund->final == REFUND_RETURNED;
		}
		count(run, CHECK_REFUNDS, executed > 0);
		if (executed > 1)
			wrong(run, CHECK_REFUNDS, "order %s: %" PRId64 " times",
			      order->facts.number, executed);
	}
	for (int64_t j = 0; j < world->pix.refund_count; j++) {
		const struct pix_refund *refund = &world->pix.refunds[j];
		char line[128];
		ensure(text_format(line, sizeof(line), "%s|%" PRId64 "|%d", refund->id,
		                   refund->amount_cents, refund->final == REFUND_RETURNED));
		note(run, "bank", line);
	}
}

/* A second note for a sale is wrong even where the tax authority rejects it: here nobody but us issues any. */
static void
check_notes(struct run *run)
{
	const struct focus_books *books = &run->sandbox.world->focus;
	for (int64_t i = 0; i < books->note_count; i++) {
		const struct focus_note *one = &books->notes[i];
		count(run, CHECK_NOTES, one->final == NOTE_AUTHORISED);
		for (int64_t j = 0; j < i; j++)
			if (text_equal(one->sale_access_key, books->notes[j].sale_access_key))
				wrong(run, CHECK_NOTES, "order %s", one->order);
	}
}

static void
count_rows(struct run *run, const char *store, enum check check, const char *statement)
{
	json_t *rows = ask(run, store, statement);
	count(run, check, json_maybe_integer(json_array_get(rows, 0), "n", 0));
	json_decref(rows);
}

static void
count_ends(struct run *run, const char *store)
{
	json_t *rows = ask(run, store,
	                   "SELECT trim(state || ' ' || reason) AS name, count(*) AS n FROM cases "
	                   "GROUP BY 1"),
	       *row;
	size_t index;
	json_array_foreach (rows, index, row) {
		const char *name = json_string_value(json_object_get(row, "name"));
		int64_t before = json_integer_value(json_object_get(run->ends, name));
		json_object_set_new(run->ends, name,
		                    json_integer(before + json_maybe_integer(row, "n", 0)));
	}
	json_decref(rows);
}

static void
check_log(struct run *run)
{
	char data[KILL_PATH_SIZE], output[KILL_PATH_SIZE], errors[KILL_PATH_SIZE];
	run_path(run, "data", data);
	run_path(run, "out", output);
	run_path(run, "errors", errors);
	const char *const words[] = { run->binary, "log", "check", "--data", data, NULL };
	int status = program_end(program_start(words, output, errors), QUERY_MS_MAX);
	count(run, CHECK_HEADS, (int64_t)json_object_size(run->roots));
	if (status != 0)
		wrong(run, CHECK_HEADS, "`estorno log check` ended with %d", status);
}

/* For every refund that the bank took in, one newest receipt: verified if and only if it is settled, unless
 * the case is held; none only while a person has yet to find out what became of it.  And no receipt without
 * its refund. */
static void
check_receipts(struct run *run, const char *store)
{
	count_rows(run, store, CHECK_RECEIPTS, "SELECT count(*) AS n FROM receipts");
	must_find_nothing(
		run, store, CHECK_RECEIPTS,
		"SELECT b.id, b.cents, b.settled, c.order_number, c.state, c.reason FROM bank b "
		"LEFT JOIN reservations v ON v.refund_id = b.id LEFT JOIN cases c ON c.id = "
	        "v.case_id "
		"WHERE c.id IS NULL OR 1 <> (SELECT count(*) FROM receipts r "
		"JOIN seals s ON s.receipt_id = r.id WHERE r.case_id = c.id AND " NEWEST
		" AND r.amount_cents = CAST(b.cents AS INTEGER) AND CASE WHEN r.result = "
	        "'verified' "
		"AND r.safe = 1 THEN CAST(b.settled AS INTEGER) ELSE c.state = 'HELD' END) "
		"AND NOT (c.state = 'HELD' AND c.reason = 'refund_unconfirmed' "
		"AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.case_id = c.id))");
	must_find_nothing(run, store, CHECK_RECEIPTS,
	                  "SELECT r.id FROM receipts r WHERE " NEWEST
	                  " AND NOT EXISTS (SELECT 1 FROM reservations v JOIN bank b "
	                  "ON b.id = v.refund_id WHERE v.case_id = r.case_id)");
}

void
examine_end(struct run *run)
{
	char store[KILL_PATH_SIZE];
	run_path(run, "data/estorno.db", store);
	check_bank(run);
	check_notes(run);
	look(run, store);
	check_log(run);
	count_ends(run, store);
	count_rows(run, store, CHECK_CASES, "SELECT count(*) AS n FROM cases");
	must_find_nothing(run, store, CHECK_CASES,
	                  "SELECT id, state, reason, order_number FROM cases WHERE " NOT_AT_REST
	                  " OR (state = 'HELD' AND reason = '')");
	check_receipts(run, store);
	count_rows(run, store, CHECK_UNTOLD,
	           "SELECT count(*) AS n FROM cases WHERE state = 'CLOSED' AND receipt_id <> ''");
	must_find_nothing(run, store, CHECK_UNTOLD,
	                  "SELECT id, receipt_id FROM cases WHERE state = 'CLOSED' AND "
	                  "receipt_id <> '' AND receipt_id NOT IN (SELECT receipt FROM done)");
}
