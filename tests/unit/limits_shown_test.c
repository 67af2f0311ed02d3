/*
 * Ceilings on what commands show, over a store that is fuller than any real one: what is left
 * out is said, and an export is whole or not begun.
 */
#include "tests/refunded.h"

#include "base/limits.h"

/* Runs SQL in which %d is a number, and `n` has the rows 1 ... that number. */
static void
fill(const char *sql, int count)
{
	static char whole[2048];
	assert_true(
		text_format(whole, sizeof(whole),
	                    "CREATE TEMP TABLE n AS WITH RECURSIVE m (i) AS (SELECT 1 UNION ALL "
	                    "SELECT i + 1 FROM m WHERE i < %d) SELECT i FROM m; %s",
	                    count, sql));
	tamper(whole);
}

/* --- rows --------------------------------------------------------------------------------------- */

/* Copies of the one case, each a little newer. */
static void
add_cases(const char *prefix, int count)
{
	char sql[512];
	assert_true(text_format(sql, sizeof(sql),
	                        "INSERT INTO cases SELECT '%s' || i, contact_id, state, reason, "
	                        "order_number, amount_cents, receipt_id, opened_ms + i, "
	                        "changed_ms + i, due_ms, document FROM cases, n "
	                        "WHERE id NOT GLOB 'c_copy*'",
	                        prefix));
	fill(sql, count);
}

static size_t
count_rows(void)
{
	json_t *rows = output_json();
	size_t count = json_array_size(rows);
	json_decref(rows);
	return count;
}

static void
a_table_has_so_many_rows_and_says_when_there_are_more(void **state)
{
	char said[64];
	(void)state;
	text_format(said, sizeof(said), "only the first %d are shown", ROWS_SHOWN_MAX);
	add_cases("c_copy", ROWS_SHOWN_MAX - 1);
	assert_int_equal(estorno("cases", "--json", NULL), YES);
	assert_lacks(errors, said);
	assert_int_equal(count_rows(), ROWS_SHOWN_MAX);
	add_cases("c_copy_more", 1);
	assert_int_equal(estorno("cases", "--json", NULL), YES);
	assert_complained(said);
	assert_int_equal(count_rows(), ROWS_SHOWN_MAX);
	assert_int_equal(estorno("cases", "offered", NULL), YES);
	assert_lacks(errors, said);
}

/* --- a story ------------------------------------------------------------------------------------ */

/* The entries of the case's story; what was left out is in `errors`. */
static size_t
entries_of(const char *id)
{
	assert_int_equal(estorno("case", id, "--json", NULL), YES);
	json_t *json = output_json();
	size_t count = json_array_size(json_object_get(json, "story"));
	json_decref(json);
	return count;
}

static void
add_messages(const char *prefix, size_t count)
{
	char sql[512];
	assert_true(text_format(
		sql, sizeof(sql),
		"INSERT INTO messages (contact_id, case_id, author, channel, provider_id, edit_id, "
		"waiting, heard_ms, said_ms, content, text, button_id, quoted_id, forwarded) "
		"SELECT contact_id, case_id, author, channel, '%s' || i, '', 0, heard_ms + i, "
		"said_ms, content, text, '', '', 0 FROM n, (SELECT * FROM messages ORDER BY id "
		"LIMIT 1)",
		prefix));
	fill(sql, (int)count);
}

static void
a_story_has_so_many_entries_and_says_how_many_more_there_are(void **state)
{
	char id[ID_SIZE];
	(void)state;
	case_of_story(id);
	add_messages("copy", STORY_ENTRIES_MAX - entries_of(id));
	assert_int_equal(entries_of(id), STORY_ENTRIES_MAX);
	assert_lacks(errors, "not shown");
	add_messages("more", 2);
	assert_int_equal(entries_of(id), STORY_ENTRIES_MAX);
	assert_complained("2 more entries are not shown");
}

/* --- receipts ----------------------------------------------------------------------------------- */

/* So many receipts supersede the real one, each the one before: rcp_c1, rcp_c2, ... */
static void
add_receipts(int count)
{
	fill("INSERT INTO receipts SELECT 'rcp_c' || i, case_id, order_number, result, lifecycle, "
	     "safe, amount_cents, body, details, reply_commitment, "
	     "iif(i = 1, id, 'rcp_c' || (i - 1)), i, test, prepared_ms FROM receipts, n "
	     "WHERE id = 'rcp_rf8421' ORDER BY i; "
	     "INSERT INTO seals SELECT 'rcp_c' || i, signature, sshsig, signing_key_id, leaf_hash, "
	     "sealed_ms FROM seals, n WHERE receipt_id = 'rcp_rf8421'",
	     count);
}

static void
print_card_of(int number)
{
	char id[RECEIPT_ID_SIZE];
	assert_true(text_format(id, sizeof(id), "rcp_c%d", number));
	assert_int_equal(estorno("receipt", id, "--text", NULL), YES);
}

static void
a_chain_of_receipts_is_cut_and_says_so(void **state)
{
	char said[64];
	(void)state;
	text_format(said, sizeof(said), "the chain is cut here after %d", RECEIPT_CHAIN_MAX);
	add_receipts(RECEIPT_CHAIN_MAX + 1);
	print_card_of(RECEIPT_CHAIN_MAX); /* the real one is the last of those before it */
	assert_said("supersedes     rcp_rf8421 ");
	assert_lacks(buffer_text(&output), said);
	print_card_of(RECEIPT_CHAIN_MAX + 1);
	assert_lacks(buffer_text(&output), "supersedes     rcp_rf8421 ");
	assert_said("supersedes     rcp_c1 ");
	assert_said(said);
	assert_int_equal(estorno("receipt", "rcp_rf8421", "--text", NULL), YES);
	assert_said("superseded by  and more: the chain is cut");
}

/* --- exports ------------------------------------------------------------------------------------ */

static void
an_export_of_more_receipts_than_it_may_hold_is_not_begun(void **state)
{
	char said[64];
	(void)state;
	text_format(said, sizeof(said), "has %d receipts, and an export holds %d at most",
	            EXPORT_RECEIPTS_MAX + 1, EXPORT_RECEIPTS_MAX);
	add_receipts(EXPORT_RECEIPTS_MAX);
	assert_int_equal(estorno("export", "8421", NULL), COULD_NOT);
	assert_complained(said);
	assert_int_equal(output.length, 0);
	assert_int_equal(access("estorno-8421", F_OK), -1);
}

static void
so_many_folders_of_one_order_are_tried_and_no_more(void **state)
{
	char name[64];
	(void)state;
	assert_int_equal(mkdir("estorno-8421", 0700), 0);
	for (int i = 2; i < EXPORT_FOLDERS_MAX; i++) {
		text_format(name, sizeof(name), "estorno-8421-%d", i);
		assert_int_equal(mkdir(name, 0700), 0);
	}
	text_format(name, sizeof(name), "estorno-8421-%d\n", EXPORT_FOLDERS_MAX);
	assert_int_equal(estorno("export", "8421", NULL), YES);
	assert_string_equal(buffer_text(&output), name);
	assert_int_equal(estorno("export", "8421", NULL), COULD_NOT);
	assert_complained("exist already");
	assert_int_equal(output.length, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF_A_STORY(a_table_has_so_many_rows_and_says_when_there_are_more),
		OF_A_STORY(a_story_has_so_many_entries_and_says_how_many_more_there_are),
		OF_A_STORY(a_chain_of_receipts_is_cut_and_says_so),
		OF_A_STORY(an_export_of_more_receipts_than_it_may_hold_is_not_begun),
		OF_A_STORY(so_many_folders_of_one_order_are_tried_and_no_more),
	};
	find_program();
	unsetenv("ESTORNO_DATA");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
