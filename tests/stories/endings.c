/*
 * What is true at the end of every story, whatever it was about.
 *
 *	1. every "done" that a customer read stands in the bank's and the tax authority's
 *	   own books, and on a sealed receipt that is safe to show          P1, P2
 *	2. no payment went back more than once over                         P7
 *	3. the shop stops in order when it is asked to
 *	4. the log of receipts proves itself                                P10
 *	5. nothing that a person said or is called stands outside the rows that can be
 *	   erased, and nothing of it, nor a secret, in a log line           P14, P15
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/stories/verbs.h"

/* --- 1. what was called done ---------------------------------------------------------------------- */

static bool
was_refunded_once(const json_t *books, const char *order)
{
	size_t index, at, settled = 0;
	json_t *payment, *refund;
	json_array_foreach (json_object_get(books, "payments"), index, payment)
		if (text_equal(member_text(payment, "order"), order))
			json_array_foreach (json_object_get(payment, "refunds"), at, refund)
				settled += text_equal(member_text(refund, "status"), "DEVOLVIDO");
	return settled == 1;
}

static bool
has_its_note(const json_t *books, const char *order)
{
	size_t index;
	json_t *note;
	json_array_foreach (json_object_get(books, "notes"), index, note)
		if (text_equal(member_text(note, "order"), order) &&
		    text_equal(member_text(note, "status"), "autorizado"))
			return true;
	return false;
}

static bool
has_a_safe_receipt(struct story *story, const char *order)
{
	char statement[256];
	ensure(text_format(statement, sizeof(statement),
	                   "SELECT id FROM receipts JOIN seals ON receipt_id = id WHERE "
	                   "order_number = '%s' AND result = 'verified' AND safe = 1",
	                   order));
	json_t *rows = story_query(story, statement);
	bool found = json_array_size(rows) > 0;
	json_decref(rows);
	return found;
}

/* Whatever the language: a message that says "done" names the receipt. */
static void
check_done_is_true(struct story *story, const json_t *books)
{
	static const char names_receipt[] = "rcp_rf";
	size_t index;
	json_t *message;
	json_array_foreach (json_object_get(books, "messages"), index, message) {
		const char *text = member_text(message, "text");
		const char *at = strstr(text, names_receipt);
		char order[32];
		if (at == NULL)
			continue;
		at += strlen(names_receipt);
		ensure(text_format(order, sizeof(order), "%.*s", (int)strspn(at, "0123456789"),
		                   at));
		if (!was_refunded_once(books, order))
			story_fail(story, "the bank's books agree with what was said", text);
		if (!has_its_note(books, order))
			story_fail(story, "the tax authority's books agree with what was said",
			           text);
		if (!has_a_safe_receipt(story, order))
			story_fail(story, "a sealed receipt makes true what was said", text);
	}
}

/* --- 2. payments --------------------------------------------------------------------------------------- */

static void
check_payments(struct story *story, const json_t *books)
{
	size_t index, at;
	json_t *payment, *refund;
	json_array_foreach (json_object_get(books, "payments"), index, payment) {
		int64_t cents = 0;
		json_array_foreach (json_object_get(payment, "refunds"), at, refund)
			if (!text_equal(member_text(refund, "status"), "NAO_REALIZADO"))
				cents += json_maybe_integer(refund, "amount_cents", 0);
		if (cents > json_maybe_integer(payment, "amount_cents", 0))
			story_fail(story, "no more goes back than was paid",
			           member_text(payment, "order"));
	}
}

/* --- 5. what may be known ---------------------------------------------------------------------------------- */

/* Everything that a person said, or is called, in the rows that can be erased.  Very short messages stand
 * for nobody. */
#define PRIVATE_WORDS                                                                          \
	"private(word) AS (SELECT address FROM contacts UNION SELECT substr(address, 3) FROM " \
	"contacts UNION SELECT lid FROM contacts UNION SELECT name FROM contacts "             \
	"UNION SELECT text FROM messages WHERE length(text) > 11 "                             \
	"UNION SELECT body ->> '$.order.buyer.name' FROM case_facts WHERE kind = 'order' "     \
	"UNION SELECT body ->> '$.order.buyer.document' FROM case_facts WHERE kind = 'order' " \
	"UNION SELECT body ->> '$.order.buyer.email' FROM case_facts WHERE kind = 'order')"

#define KEPT_TEXTS                                                                        \
	"kept(place, text) AS (SELECT 'receipts.body', CAST(body AS TEXT) FROM receipts " \
	"UNION ALL SELECT 'receipts.details', details FROM receipts "                     \
	"UNION ALL SELECT 'cases.document', document FROM cases "                         \
	"UNION ALL SELECT 'attempts.why', why FROM attempts "                             \
	"UNION ALL SELECT 'audit', target || detail FROM audit "                          \
	"UNION ALL SELECT 'outbox.failure', failure FROM outbox)"

static void
check_kept_rows(struct story *story)
{
	json_t *rows = story_query(story, "WITH " PRIVATE_WORDS ", " KEPT_TEXTS
	                                  " SELECT place, word FROM private, kept "
	                                  "WHERE word <> '' AND instr(text, word) > 0");
	if (json_array_size(rows) > 0)
		story_fail(story, "personal data only in rows that can be erased",
		           json_dumps(rows, JSON_COMPACT));
	json_decref(rows);
}

static void
check_log(struct story *story)
{
	char *log = stage_said(&story->stage, "log");
	json_t *rows = story_query(story, "WITH " PRIVATE_WORDS
	                                  " SELECT word FROM private WHERE word <> ''"),
	       *row;
	size_t index;
	json_array_foreach (rows, index, row)
		if (strstr(log, member_text(row, "word")) != NULL)
			story_fail(story, "no personal data in a log line",
			           member_text(row, "word"));
	if (strstr(log, strrchr(story->stage.webhook_path, '/') + 1) != NULL)
		story_fail(story, "no secret in a log line", "the webhook's");
	json_decref(rows);
	free(log);
}

/* --- the end --------------------------------------------------------------------------------------------------- */

void
story_end(struct story *story)
{
	struct why why = { "" };
	static const char *const log_check[] = { "log", "check", NULL };
	json_t *books = story_get(story, "/sandbox/books");
	check_done_is_true(story, books);
	check_payments(story, books);
	json_decref(books);
	story_must(story, stage_stop(&story->stage, &why), "the shop stops in order", &why);
	if (stage_run(&story->stage, log_check) != 0)
		story_fail(story, "the log of receipts proves itself",
		           stage_said(&story->stage, "err"));
	check_kept_rows(story);
	check_log(story);
}
