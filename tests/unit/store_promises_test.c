/*
 * The promises of the schema, attacked through SQL: by a hand with the sqlite3 shell, past all of our code.
 *
 * Each row is one attack on one trigger, and its twin: the same statement with the one thing right, which
 * must be taken.  So it is the rule that refuses, and not something beside it.  An attack must fail with
 * the very sentence of its trigger; a trigger without an attack fails the last test.
 *
 * The shop below: order 8421 of case c_1 was paid by E1, its refund r1 of 186.00 is executing
 * under the mandate cm, its receipt is sealed.  Everything runs in a savepoint and is taken back.
 */
#include "tests/command.h"

#include <sqlite3.h>

#include "io/store.h"

#define T0   "1795184400000" /* 2026-11-20T14:20:00Z, 11:20 in São Paulo */
#define DAY  "86400000"
#define SOON "1795184401000"

/* clang-format off */

/* --- pieces of SQL ---------------------------------------------------------------------------- */

/* A case c_<n> with a yes to an offer o_<n>. */
#define YES(n, order, e2eid, amount)                                                               \
	"INSERT INTO cases (id, contact_id, state, reason, order_number, amount_cents, receipt_id, "\
	"opened_ms, changed_ms, due_ms, document) VALUES ('c_" n "', 1, 'OFFERED', '', '" order "', "  \
	amount ", '', " T0 ", " T0 ", " T0 ", '{}'); "                                             \
	"INSERT INTO messages (id, contact_id, author, channel, provider_id, edit_id, waiting, "   \
	"heard_ms, said_ms, content, text, button_id, quoted_id, forwarded) VALUES (" n              \
	", 1, 'customer', 'zapi', 'm" n "', '', 0, " T0 ", 0, 'text', 'sim', '', '', 0); "         \
	"INSERT INTO offers VALUES ('o_" n "', 'c_" n "', '" order "', '" e2eid "', " amount ", " T0 \
	", " SOON ", " n ", " T0 "); "

#define RESERVE_AS(n, state, order, customer, e2eid, amount, at)                                   \
	"INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, "  \
	"customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms) VALUES ('c_" n \
	"', 'o_" n "', 'cm', 1, '" order "', '" customer "', '" e2eid "', 'r" n "', " amount ", " at    \
	", " at ", '" state "', " at "); "

#define RESERVE(n, order, customer, e2eid, amount)                                                 \
	RESERVE_AS(n, "reserved", order, customer, e2eid, amount, T0)

/* Both at once: what the limits weigh. */
#define SPEND(n, order, customer, e2eid, amount)                                                   \
	YES(n, order, e2eid, amount) RESERVE(n, order, customer, e2eid, amount)
#define SPEND_AT(n, order, customer, e2eid, amount, at)                                            \
	YES(n, order, e2eid, amount) RESERVE_AS(n, "reserved", order, customer, e2eid, amount, at)

#define EXECUTE(n) "UPDATE reservations SET state = 'executing', changed_ms = " T0 " WHERE case_id = 'c_" n "'; "
#define LEAVES(n, at) "UPDATE reservations SET executes_ms = " at " WHERE case_id = 'c_" n "'; "
#define PAUSE      "UPDATE mandates SET status = 'paused'; "

#define ORDER_TO_PAY(n, id, e2eid, amount)                                                         \
	"INSERT INTO operations (case_id, kind, role, key, input, created_ms) VALUES ('c_" n          \
	"', 'pay.refund', 'write', '" id "', '{\"amount_cents\":" amount ",\"e2eid\":\"" e2eid "\"}', " \
	T0 "); "

#define ATTEMPT(operation)                                                                         \
	"INSERT INTO attempts (operation_id, tool, credential, started_us) VALUES (" operation       \
	", 'pix', 'pix:write', " T0 "000); "

#define ATTEMPT_AT(operation, at)                                                                  \
	"INSERT INTO attempts (operation_id, tool, credential, started_us) VALUES (" operation       \
	", 'pix', 'pix:write', (" at ") * 1000); "

#define RECEIPT_ROW(verb, id, safe, result, supersedes, leaf)                                      \
	verb " INTO receipts (id, case_id, order_number, result, lifecycle, safe, amount_cents, "   \
	"body, details, reply_commitment, supersedes, leaf_index, test, prepared_ms) VALUES ('" id    \
	"', 'c_1', '8421', '" result "', 'finalized', " safe ", 18600, x'7b7d', '[]', 'sha256:reply', " \
	supersedes ", " leaf ", 1, " T0 "); "
#define RECEIPT(id, safe, result, leaf) RECEIPT_ROW("INSERT", id, safe, result, "NULL", leaf)

#define SEAL(id) "INSERT INTO seals VALUES ('" id "', 'sig', 'ssh', 'ed25519:r', 'hash', " T0 "); "

#define DONE(case_id, receipt, commitment)                                                         \
	"INSERT INTO outbox (contact_id, case_id, kind, template, text, receipt_id, commitment, "   \
	"state, attempts, due_ms, queued_ms, provider_id, queue_id, failure) VALUES (1, '" case_id    \
	"', 'refund_done', 'refund_done', 'Estorno feito', '" receipt "', '" commitment "', 'queued', " \
	"0, " T0 ", " T0 ", '', '', ''); "

#define MANDATE_OF(verb, id, version, status, per_refund, per_order) \
	verb " INTO mandates (id, version, body, signature, key_id, per_refund_cents, "             \
	"per_order_cents, per_customer_day_cents, per_day_cents, per_month_cents, count_per_day, "  \
	"max_order_age_days, not_before_ms, expires_ms, status, installed_ms, changed_ms) VALUES ('" id \
	"', " version ", 'body', 'sig', 'ed25519:f', " per_refund ", " per_order ", 30000, 50000, 60000, 4, 90, "  \
	T0 " - 30 * " DAY ", " T0 " + 30 * " DAY ", '" status "', " T0 ", " T0 "); "

/* The file was found to be an older one; what it then may have sent is c_1's. */
#define RESTORED(id, epoch, reconciled)                                                            \
	"INSERT OR REPLACE INTO restores VALUES (" id ", " epoch ", " T0 ", 1, 1, " reconciled "); "
#define READ_SINCE(n, kind, key)                                                                   \
	"INSERT INTO operations VALUES (" n ", 'c_1', '" kind "', 'read', '" key "', '{}', " T0 "); " \
	"INSERT INTO attempts VALUES (" n ", " n ", 'pix', 'pix:read', 0, 1, 'done', ''); "
#define RECONCILED "UPDATE restores SET reconciled_ms = " SOON "; "

#define MANDATE(verb, id, version, status) MANDATE_OF(verb, id, version, status, "20000", "35000")

/* Finance installs another one, and an order to pay leaves under it. */
#define ANOTHER(per_refund, per_order)                                                             \
	"UPDATE mandates SET status = 'superseded'; "                                              \
	MANDATE_OF("INSERT", "cm", "2", "active", per_refund, per_order)
#define MOVES(n, at)                                                                               \
	"UPDATE reservations SET mandate_version = 2, state = 'executing', executes_ms = " at       \
	", changed_ms = " at " WHERE case_id = 'c_" n "'; "

static const char shop[] =
        "INSERT INTO contacts VALUES (1, 'zapi', '5520999990101', '', 'Marina', " T0 ");"
        "INSERT INTO mandate_keys VALUES ('ed25519:f', 'public', " T0 ");"
        MANDATE("INSERT", "cm", "1", "active")
        "INSERT INTO payments VALUES ('E1', 18600, 0, " T0 "), ('E2', 99999999, 0, " T0 "), "
        "('E3', 15000, 4000, " T0 ");"
        SPEND("1", "8421", "marina", "E1", "18600") EXECUTE("1") ORDER_TO_PAY("1", "r1", "E1", "18600")
        ATTEMPT("1")
        "UPDATE attempts SET ended_us = " T0 "001, outcome = 'unknown';"
        "INSERT INTO transitions VALUES (1, 'c_1', " T0 ", '', 'OPENED', '', 'customer');"
        "INSERT INTO operations VALUES (2, 'c_1', 'ledger.order', 'read', '8421', '{}', " T0 ");"
        RECEIPT("rcp_1", "1", "verified", "0") SEAL("rcp_1")
        "INSERT INTO tree_nodes VALUES (0, 0, 'hash');"
        "INSERT INTO tree_heads VALUES (1, 'root', " T0 ", 'sig', 'ed25519:l', 'note');"
        DONE("c_1", "rcp_1", "sha256:reply")
        "INSERT INTO audit VALUES (1, " T0 ", 'control', 'mandate.install', 'cm', '');";

/* --- the attacks ------------------------------------------------------------------------------ */

struct attack {
	const char *trigger;
	const char *before;  /* taken; "" for nothing */
	const char *attack;  /* refused */
	const char *twin;    /* taken in its place; "" where nothing of the kind is allowed */
};

#define NOTHING ""

static const struct attack attacks[] = {
	{ "clock_never_goes_back", NOTHING, "UPDATE meta SET clock_ms = clock_ms - 1",
	  "UPDATE meta SET clock_ms = clock_ms + 1" },
	{ "meta_stays", NOTHING, "DELETE FROM meta", NOTHING },
	{ "meta_is_made_once", NOTHING, "INSERT OR REPLACE INTO meta VALUES (1, 0, 0, 0)", NOTHING },

	/* an older file */
	{ "restores_begin_paused", NOTHING, RESTORED("1", "7", T0), RESTORED("1", "7", "NULL") },
	{ "restores_are_answered_first", RESTORED("1", "7", "NULL") READ_SINCE("10", "pay.payment", "E1"), RECONCILED,
	  READ_SINCE("11", "pay.refund_status", "r1") RECONCILED },
	{ "restores_are_answered_first", RESTORED("1", "7", "NULL") READ_SINCE("11", "pay.refund_status", "r1"),
	  RECONCILED, READ_SINCE("10", "pay.payment", "E1") RECONCILED },
	{ "restores_are_answered_first", RESTORED("1", "7", "NULL") READ_SINCE("10", "pay.payment", "E1")
	  READ_SINCE("11", "pay.refund_status", "r1") RECONCILED, /* answers from before the next one are none */
	  "INSERT INTO restores VALUES (2, 8, " T0 ", 11, 1, NULL); UPDATE restores SET reconciled_ms = 1 WHERE id = 2",
	  RESTORED("2", "8", "NULL") "UPDATE restores SET reconciled_ms = 1 WHERE id = 2" },
	{ "restores_keep_their_terms", RESTORED("1", "7", "NULL"), "UPDATE restores SET epoch = 8", NOTHING },
	{ "restores_keep_their_terms", RESTORED("1", "7", "NULL"), "UPDATE restores SET last_attempt = 0", NOTHING },
	{ "restores_keep_their_terms", RESTORED("1", "7", "NULL") READ_SINCE("10", "pay.payment", "E1")
	  READ_SINCE("11", "pay.refund_status", "r1") RECONCILED, "UPDATE restores SET reconciled_ms = NULL", NOTHING },
	{ "restores_stay", RESTORED("1", "7", "NULL"), "DELETE FROM restores", NOTHING },
	{ "restores_are_not_replaced", RESTORED("1", "7", "NULL"), RESTORED("1", "8", "NULL"),
	  RESTORED("2", "8", "NULL") },
	{ "restores_are_not_replaced", RESTORED("1", "7", "NULL"), RESTORED("2", "7", "NULL"), NOTHING },
	{ "reservations_wait_after_a_restore", SPEND("2", "8422", "ana", "E2", "1"),
	  RESTORED("1", "7", "NULL") EXECUTE("2"), EXECUTE("2") },
	{ "refunds_wait_after_a_restore", NOTHING, RESTORED("1", "7", "NULL") ATTEMPT("1"), ATTEMPT("1") },

	/* history */
	{ "transitions_are_kept", NOTHING, "UPDATE transitions SET actor = 'bot'", NOTHING },
	{ "transitions_stay", NOTHING, "DELETE FROM transitions", NOTHING },
	{ "transitions_are_not_replaced", NOTHING,
	  "INSERT OR REPLACE INTO transitions VALUES (1, 'c_1', 0, '', 'CLOSED', '', 'bot')",
	  "INSERT INTO transitions VALUES (2, 'c_1', 0, '', 'CLOSED', '', 'bot')" },
	{ "audit_is_kept", NOTHING, "UPDATE audit SET actor = 'bot'", NOTHING },
	{ "audit_stays", NOTHING, "DELETE FROM audit", NOTHING },
	{ "audit_is_not_replaced", NOTHING, "INSERT OR REPLACE INTO audit VALUES (1, 0, '', '', '', '')",
	  "INSERT INTO audit VALUES (2, 0, '', '', '', '')" },

	/* the offer and the yes */
	{ "offers_keep_their_terms", NOTHING, "UPDATE offers SET amount_cents = 18601",
	  "UPDATE offers SET amount_cents = 18600" },
	{ "offers_keep_their_terms", NOTHING, "UPDATE offers SET e2eid = 'E2'", NOTHING },
	{ "offers_keep_their_terms", NOTHING, "UPDATE offers SET expires_ms = expires_ms + 1", NOTHING },
	{ "offers_keep_their_terms", YES("2", "8422", "E2", "100"),
	  "UPDATE offers SET consent_message_id = NULL, consented_ms = NULL WHERE id = 'o_2'", NOTHING },
	{ "offers_keep_their_terms", NOTHING, "UPDATE offers SET consented_ms = made_ms + 1", NOTHING },

	/* what was asked */
	{ "operations_keep_their_terms", NOTHING, "UPDATE operations SET input = '{}' WHERE id = 1",
	  "UPDATE operations SET input = '' WHERE id = 2" },
	{ "operations_keep_their_terms", NOTHING, "UPDATE operations SET key = 'r2' WHERE id = 1", NOTHING },
	{ "operations_keep_their_terms", NOTHING, "UPDATE OR REPLACE operations SET id = 1 WHERE id = 2",
	  NOTHING },
	{ "operations_stay", NOTHING, "DELETE FROM operations WHERE id = 2", NOTHING },
	{ "operations_are_not_replaced", NOTHING,
	  "INSERT OR REPLACE INTO operations VALUES (3, 'c_1', 'ledger.order', 'read', '8421', 'x', 0)",
	  "INSERT OR REPLACE INTO operations VALUES (3, 'c_1', 'ledger.order', 'read', '8422', 'x', 0)" },
	{ "operations_are_not_replaced",
	  "INSERT INTO operations VALUES (3, 'c_1', 'invoice.issue', 'write', 'n1', '{}', 0);"
	  YES("2", "8422", "E2", "100"),
	  "INSERT OR REPLACE INTO operations VALUES (4, 'c_2', 'invoice.issue', 'write', 'n1', '{}', 0)",
	  "INSERT OR REPLACE INTO operations VALUES (4, 'c_2', 'invoice.issue', 'write', 'n2', '{}', 0)" },
	{ "attempts_end_once", NOTHING, "UPDATE attempts SET outcome = 'retry' WHERE id = 1", NOTHING },
	{ "attempts_end_once", ATTEMPT("2") "UPDATE attempts SET ended_us = 1, outcome = 'done' WHERE id = 2",
	  "UPDATE attempts SET ended_us = NULL, outcome = NULL WHERE id = 2", NOTHING },
	{ "attempts_keep_their_terms", ATTEMPT("2"), "UPDATE attempts SET operation_id = 1 WHERE id = 2",
	  "UPDATE attempts SET ended_us = 1, outcome = 'done' WHERE id = 2" },
	{ "attempts_keep_their_terms", ATTEMPT("2"), "UPDATE OR REPLACE attempts SET id = 1 WHERE id = 2",
	  NOTHING },
	{ "attempts_stay", NOTHING, "DELETE FROM attempts", NOTHING },
	{ "attempts_are_not_replaced", ATTEMPT("2"), ATTEMPT("2"), ATTEMPT("1") },
	{ "attempts_are_not_replaced", ATTEMPT("2"), "INSERT OR REPLACE INTO attempts (operation_id, tool, "
	  "credential, started_us) VALUES (2, 'pix', '', 0)", NOTHING },

	/* the mandate */
	{ "mandates_keep_their_terms", NOTHING, "UPDATE mandates SET per_refund_cents = 20001",
	  "UPDATE mandates SET status = 'revoked'" },
	{ "mandates_keep_their_terms", NOTHING, "UPDATE mandates SET per_day_cents = NULL", NOTHING },
	{ "mandates_keep_their_terms", NOTHING, "UPDATE mandates SET expires_ms = expires_ms + 1", NOTHING },
	{ "mandates_keep_their_terms", NOTHING, "UPDATE mandates SET body = 'other'", NOTHING },
	{ "mandates_revoked_is_final", "UPDATE mandates SET status = 'revoked'",
	  "UPDATE mandates SET status = 'active'", NOTHING },
	{ "mandates_revoked_is_final", "UPDATE mandates SET status = 'superseded'",
	  "UPDATE mandates SET status = 'active'", NOTHING },
	{ "mandates_stay", NOTHING, "DELETE FROM mandates", NOTHING },
	{ "mandates_are_not_replaced", NOTHING, MANDATE("INSERT OR REPLACE", "cm", "1", "active"), NOTHING },
	{ "mandates_are_not_replaced", NOTHING, MANDATE("INSERT OR REPLACE", "cm", "2", "active"),
	  "UPDATE mandates SET status = 'superseded'; " MANDATE("INSERT", "cm", "2", "active") },

	/* a reservation: what it needs */
	{ "reservations_begin_reserved", YES("2", "8422", "E2", "100"),
	  RESERVE_AS("2", "executing", "8422", "ana", "E2", "100", T0),
	  RESERVE_AS("2", "reserved", "8422", "ana", "E2", "100", T0) },
	{ "reservations_begin_reserved", YES("2", "8422", "E2", "100"),
	  "INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, "
	  "e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms) VALUES ('c_2', 'o_2', "
	  "'cm', 1, '8422', 'ana', 'E2', 'r2', 100, " T0 ", " T0 " - " DAY ", 'reserved', " T0 ")", NOTHING },
	{ "reservations_need_a_mandate", YES("2", "8422", "E2", "100"),
	  PAUSE RESERVE("2", "8422", "ana", "E2", "100"), RESERVE("2", "8422", "ana", "E2", "100") },
	{ "reservations_need_a_mandate", YES("2", "8422", "E2", "100"),
	  RESERVE_AS("2", "reserved", "8422", "ana", "E2", "100", T0 " + 30 * " DAY),
	  RESERVE_AS("2", "reserved", "8422", "ana", "E2", "100", T0 " + 30 * " DAY " - 1") },
	{ "reservations_need_a_mandate", YES("2", "8422", "E2", "100"),
	  RESERVE_AS("2", "reserved", "8422", "ana", "E2", "100", T0 " - 30 * " DAY " - 1"),
	  RESERVE_AS("2", "reserved", "8422", "ana", "E2", "100", T0 " - 30 * " DAY) },
	{ "reservations_need_a_yes", YES("2", "8422", "E2", "100"), RESERVE("2", "8422", "ana", "E2", "101"),
	  RESERVE("2", "8422", "ana", "E2", "100") },
	{ "reservations_need_a_yes", YES("2", "8422", "E2", "100"), RESERVE("2", "8423", "ana", "E2", "100"),
	  NOTHING },
	{ "reservations_need_a_yes", YES("2", "8422", "E2", "100"), RESERVE("2", "8422", "ana", "E3", "100"),
	  NOTHING },
	{ "reservations_need_a_yes",
	  YES("2", "8422", "E2", "100") "INSERT INTO offers VALUES ('o_9', 'c_2', '8422', 'E2', 100, " T0 ", " SOON
	  ", NULL, NULL);",
	  "INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, "
	  "e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms) VALUES ('c_2', 'o_9', "
	  "'cm', 1, '8422', 'ana', 'E2', 'r9', 100, " T0 ", " T0 ", 'reserved', " T0 ")",
	  NOTHING },

	/* its limits: the last centavo, and the next */
	{ "reservations_within_refund", NOTHING, SPEND("2", "8422", "ana", "E2", "20001"),
	  SPEND("2", "8422", "ana", "E2", "20000") },
	{ "reservations_within_order", NOTHING, SPEND("2", "8421", "ana", "E2", "16401"),
	  SPEND("2", "8421", "ana", "E2", "16400") },
	{ "reservations_within_customer_day", NOTHING, SPEND("2", "8422", "marina", "E2", "11401"),
	  SPEND("2", "8422", "marina", "E2", "11400") },
	{ "reservations_within_day", SPEND("2", "8422", "ana", "E2", "15000"),
	  SPEND("3", "8423", "bia", "E2", "16401"), SPEND("3", "8423", "bia", "E2", "16400") },
	{ "reservations_within_month",
	  SPEND_AT("2", "8422", "ana", "E2", "20000", T0 " - " DAY)
	  SPEND_AT("3", "8423", "bia", "E2", "5000", T0 " - 2 * " DAY),
	  SPEND("4", "8424", "eva", "E2", "16401"), SPEND("4", "8424", "eva", "E2", "16400") },
	{ "reservations_within_count", SPEND("2", "8422", "ana", "E2", "1") SPEND("3", "8423", "ana", "E2", "1"),
	  SPEND("4", "8424", "ana", "E2", "1") SPEND("5", "8425", "ana", "E2", "1"),
	  SPEND("4", "8424", "ana", "E2", "1") },
	{ "reservations_within_payment", NOTHING, SPEND("2", "8422", "ana", "E3", "11001"),
	  SPEND("2", "8422", "ana", "E3", "11000") },

	/* days and months are those of São Paulo: an hour before midnight UTC-03:00 is the same day, */
	{ "reservations_within_customer_day", NOTHING,
	  SPEND_AT("2", "8422", "marina", "E2", "11401", "1795229999999"), /* 2026-11-20T23:59:59.999-03:00 */
	  SPEND_AT("2", "8422", "marina", "E2", "11401", "1795230000000") }, /* and the next is not */
	{ "reservations_within_month",
	  SPEND_AT("2", "8422", "ana", "E2", "20000", "1793502000000") /* 2026-11-01T00:00:00-03:00 */
	  SPEND_AT("3", "8423", "bia", "E2", "20000", "1793501999999"), /* a millisecond before: October */
	  SPEND("4", "8424", "eva", "E2", "20000") SPEND("5", "8425", "lia", "E2", "1401"),
	  SPEND("4", "8424", "eva", "E2", "20000") SPEND("5", "8425", "lia", "E2", "1400") },

	/* an order to pay counts on the day on which it leaves */
	{ "reservations_move_within_customer_day",
	  SPEND_AT("2", "8422", "marina", "E2", "11401", T0 " - " DAY), LEAVES("2", T0),
	  LEAVES("2", T0 " - " DAY " + 1") },
	{ "reservations_move_within_customer_day",
	  SPEND_AT("2", "8422", "marina", "E2", "11401", T0 " - " DAY), LEAVES("2", "1795229999999"),
	  LEAVES("2", "1795230000000") },
	{ "reservations_move_within_day",
	  SPEND("2", "8422", "ana", "E2", "15000") SPEND_AT("3", "8423", "bia", "E2", "16401", T0 " - " DAY),
	  LEAVES("3", T0), LEAVES("3", T0 " + " DAY) },
	{ "reservations_move_within_month",
	  SPEND_AT("2", "8422", "ana", "E2", "1401", "1793501999998")
	  SPEND_AT("3", "8423", "bia", "E2", "20000", T0 " - 2 * " DAY)
	  SPEND_AT("4", "8424", "eva", "E2", "20000", T0 " - " DAY),
	  LEAVES("2", "1793502000000"), LEAVES("2", "1793501999999") },
	{ "reservations_move_within_count",
	  SPEND("2", "8422", "ana", "E2", "1") SPEND("3", "8423", "ana", "E2", "1") SPEND("4", "8424", "ana", "E2", "1")
	  SPEND_AT("5", "8425", "ana", "E2", "1", T0 " - " DAY), LEAVES("5", T0), LEAVES("5", T0 " + " DAY) },

	/* and under the mandate that rules then */
	{ "reservations_move_within_refund", SPEND("2", "8422", "ana", "E2", "18599") ANOTHER("18599", "35000"),
	  MOVES("1", T0 " + 1"), MOVES("2", T0 " + 1") },
	{ "reservations_move_within_order", SPEND("2", "8422", "ana", "E2", "18599") ANOTHER("20000", "18599"),
	  MOVES("1", T0 " + 1"), MOVES("2", T0 " + 1") },
	{ "reservations_move_to_the_mandate_that_rules", ANOTHER("20000", "35000"), MOVES("1", T0),
	  MOVES("1", T0 " + 1") },
	{ "reservations_move_to_the_mandate_that_rules", ANOTHER("20000", "35000"),
	  "UPDATE reservations SET mandate_version = 2", NOTHING },
	{ "reservations_move_to_the_mandate_that_rules",
	  ANOTHER("20000", "35000") "UPDATE mandates SET status = 'paused' WHERE version = 2;",
	  MOVES("1", T0 " + 1"), NOTHING },
	{ "reservations_move_to_the_mandate_that_rules",
	  ANOTHER("20000", "35000") "UPDATE reservations SET state = 'spent';",
	  "UPDATE reservations SET mandate_version = 2", NOTHING },

	/* what it may become */
	{ "reservations_keep_their_terms", NOTHING, LEAVES("1", T0 " - 1"), LEAVES("1", T0 " + 1") },
	{ "reservations_keep_their_terms", "UPDATE reservations SET state = 'spent';", LEAVES("1", T0 " + 1"),
	  NOTHING },
	{ "reservations_keep_their_terms", NOTHING, "UPDATE reservations SET amount_cents = 1",
	  "UPDATE reservations SET changed_ms = changed_ms + 1" },
	{ "reservations_keep_their_terms", NOTHING, "UPDATE reservations SET customer = 'nobody'", NOTHING },
	{ "reservations_keep_their_terms", NOTHING, "UPDATE reservations SET reserved_ms = 0", NOTHING },
	{ "reservations_keep_their_terms", SPEND("2", "8422", "ana", "E2", "1"),
	  "UPDATE OR REPLACE reservations SET id = 1 WHERE case_id = 'c_2'", NOTHING },
	{ "reservations_move_forward", SPEND("2", "8422", "ana", "E2", "1"),
	  "UPDATE reservations SET state = 'spent' WHERE case_id = 'c_2'",
	  "UPDATE reservations SET state = 'released' WHERE case_id = 'c_2'" },
	{ "reservations_move_forward", "UPDATE reservations SET state = 'released'",
	  "UPDATE reservations SET state = 'reserved'", NOTHING },
	{ "reservations_move_forward", "UPDATE reservations SET state = 'spent'",
	  "UPDATE reservations SET state = 'released'", NOTHING },
	{ "reservations_move_forward", NOTHING, "UPDATE reservations SET state = 'reserved'", NOTHING },
	{ "reservations_execute_under_mandate", SPEND("2", "8422", "ana", "E2", "1"), PAUSE EXECUTE("2"),
	  EXECUTE("2") },
	{ "reservations_execute_under_mandate", SPEND("2", "8422", "ana", "E2", "1"),
	  "UPDATE reservations SET state = 'executing', changed_ms = " T0 " + 30 * " DAY " WHERE case_id = 'c_2'",
	  NOTHING },
	{ "reservations_stay", NOTHING, "DELETE FROM reservations", NOTHING },
	{ "reservations_are_not_replaced", SPEND("2", "8422", "ana", "E2", "1"),
	  "INSERT OR REPLACE INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, "
	  "customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms) VALUES "
	  "('c_2', 'o_2', 'cm', 1, '8422', 'ana', 'E2', 'r2', 1, " T0 ", " T0 ", 'reserved', " T0 ")",
	  NOTHING },

	/* money leaves only under it */
	{ "refunds_need_a_reservation", SPEND("2", "8422", "ana", "E2", "100") EXECUTE("2"),
	  ORDER_TO_PAY("2", "r2", "E2", "101"), ORDER_TO_PAY("2", "r2", "E2", "100") },
	{ "refunds_need_a_reservation", SPEND("2", "8422", "ana", "E2", "100") EXECUTE("2"),
	  ORDER_TO_PAY("2", "r3", "E2", "100"), NOTHING },
	{ "refunds_need_a_reservation", SPEND("2", "8422", "ana", "E2", "100") EXECUTE("2"),
	  ORDER_TO_PAY("2", "r2", "E3", "100"), NOTHING },
	{ "refunds_need_a_reservation", SPEND("2", "8422", "ana", "E2", "100"),
	  ORDER_TO_PAY("2", "r2", "E2", "100"), NOTHING },
	{ "refunds_count_when_they_leave", LEAVES("1", T0 " + 1"), ATTEMPT_AT("1", T0 " + 60002"),
	  ATTEMPT_AT("1", T0 " + 60001") },
	{ "refunds_are_sent_under_mandate", NOTHING, PAUSE ATTEMPT("1"), ATTEMPT("1") },
	{ "refunds_are_sent_under_mandate", "UPDATE reservations SET state = 'spent'", ATTEMPT("1"), NOTHING },
	{ "refunds_are_sent_under_mandate", LEAVES("1", T0 " + 30 * " DAY " - 1"),
	  ATTEMPT_AT("1", T0 " + 30 * " DAY), ATTEMPT_AT("1", T0 " + 30 * " DAY " - 1") },

	/* receipts and the log */
	{ "receipts_are_kept", NOTHING, "UPDATE receipts SET body = x'00'", NOTHING },
	{ "receipts_stay", NOTHING, "DELETE FROM receipts", NOTHING },
	{ "receipts_are_not_replaced", NOTHING,
	  RECEIPT_ROW("INSERT OR REPLACE", "rcp_1", "1", "verified", "NULL", "1"),
	  RECEIPT_ROW("INSERT OR REPLACE", "rcp_2", "1", "verified", "NULL", "1") },
	{ "receipts_are_not_replaced", RECEIPT_ROW("INSERT", "rcp_2", "1", "verified", "'rcp_1'", "1"),
	  RECEIPT_ROW("INSERT OR REPLACE", "rcp_3", "1", "verified", "'rcp_1'", "2"),
	  RECEIPT_ROW("INSERT OR REPLACE", "rcp_3", "1", "verified", "'rcp_2'", "2") },
	{ "receipts_follow_on", NOTHING, RECEIPT("rcp_2", "1", "verified", "2"),
	  RECEIPT("rcp_2", "1", "verified", "1") },
	{ "seals_are_kept", NOTHING, "UPDATE seals SET signature = 'other'", NOTHING },
	{ "seals_stay", NOTHING, "DELETE FROM seals", NOTHING },
	{ "seals_are_not_replaced", NOTHING,
	  "INSERT OR REPLACE INTO seals VALUES ('rcp_1', 'other', 'ssh', 'ed25519:r', 'hash', 0)", NOTHING },
	{ "tree_nodes_are_kept", NOTHING, "UPDATE tree_nodes SET hash = 'other'", NOTHING },
	{ "tree_nodes_stay", NOTHING, "DELETE FROM tree_nodes", NOTHING },
	{ "tree_nodes_are_not_replaced", NOTHING, "INSERT OR REPLACE INTO tree_nodes VALUES (0, 0, 'other')",
	  "INSERT OR REPLACE INTO tree_nodes VALUES (0, 1, 'other')" },
	{ "tree_heads_are_kept", NOTHING, "UPDATE tree_heads SET root = 'other'", NOTHING },
	{ "tree_heads_stay", NOTHING, "DELETE FROM tree_heads", NOTHING },
	{ "tree_heads_grow", NOTHING, "INSERT OR REPLACE INTO tree_heads VALUES (1, 'x', 0, 's', 'k', 'c')",
	  NOTHING },
	{ "tree_heads_grow", RECEIPT("rcp_2", "1", "verified", "1"),
	  "INSERT INTO tree_heads VALUES (2, 'x', 0, 's', 'k', 'c')",
	  SEAL("rcp_2") "INSERT INTO tree_heads VALUES (2, 'x', 0, 's', 'k', 'c')" },

	/* nobody is told before it is true */
	{ "outbox_says_done_only_when_it_is", NOTHING, DONE("c_1", "rcp_1", "sha256:other"),
	  DONE("c_1", "rcp_1", "sha256:reply") },
	{ "outbox_says_done_only_when_it_is", YES("2", "8422", "E2", "1"), DONE("c_2", "rcp_1", "sha256:reply"),
	  NOTHING },
	{ "outbox_says_done_only_when_it_is", RECEIPT("rcp_2", "1", "verified", "1"),
	  DONE("c_1", "rcp_2", "sha256:reply"), SEAL("rcp_2") DONE("c_1", "rcp_2", "sha256:reply") },
	{ "outbox_says_done_only_when_it_is", RECEIPT("rcp_2", "0", "verified", "1") SEAL("rcp_2"),
	  DONE("c_1", "rcp_2", "sha256:reply"), NOTHING },
	{ "outbox_says_done_only_when_it_is", RECEIPT("rcp_2", "0", "incomplete", "1") SEAL("rcp_2"),
	  DONE("c_1", "rcp_2", "sha256:reply"), NOTHING },
	{ "outbox_keeps_its_words", NOTHING, "UPDATE outbox SET text = 'outra coisa'",
	  "UPDATE outbox SET text = '', state = 'sent'" },
	{ "outbox_keeps_its_words", NOTHING, "UPDATE outbox SET commitment = ''", NOTHING },
	{ "outbox_keeps_its_words", NOTHING, "UPDATE outbox SET kind = 'say', template = 'held', receipt_id = NULL",
	  NOTHING },
};

enum { ATTACKS = sizeof(attacks) / sizeof(attacks[0]) };

/* What tables refuse by themselves: part of SQLite's sentence. */
static const struct {
	const char *before, *attack, *sentence;
} walls[] = {
	{ NOTHING, "UPDATE cases SET due_ms = NULL", "CHECK constraint failed" }, /* P11 */
	{ NOTHING, "UPDATE cases SET state = 'HELD'", "CHECK constraint failed" },
	{ NOTHING, "UPDATE cases SET state = 'LOST'", "CHECK constraint failed" },
	{ NOTHING, "UPDATE cases SET amount_cents = 'many'", "cannot store TEXT value in INTEGER column" },
	{ NOTHING, "UPDATE cases SET amount_cents = -1", "CHECK constraint failed" },
	{ NOTHING, "INSERT INTO messages SELECT 9, contact_id, case_id, author, channel, provider_id, edit_id, "
	           "waiting, heard_ms, said_ms, content, text, button_id, quoted_id, forwarded, deleted_ms "
	           "FROM messages WHERE id = 1", "UNIQUE constraint failed: messages" }, /* P9 */
	{ YES("2", "8422", "E2", "1"), "INSERT INTO offers VALUES ('o_9', 'c_2', '8422', 'E2', 1, " T0 ", " SOON
	  ", 1, " T0 ")", "UNIQUE constraint failed: offers.consent_message_id" }, /* one yes, one refund */
	{ YES("2", "8422", "E2", "1"), "INSERT INTO offers VALUES ('o_9', 'c_2', '8422', 'E2', 1, " T0 ", " SOON
	  ", NULL, " T0 ")", "CHECK constraint failed" },
	{ "INSERT INTO messages SELECT 9, contact_id, case_id, author, channel, 'm9', edit_id, waiting, heard_ms, "
	  "said_ms, content, text, button_id, quoted_id, forwarded, deleted_ms FROM messages WHERE id = 1",
	  "INSERT INTO offers VALUES ('o_9', 'c_1', '8421', 'E1', 1, " T0 ", " SOON ", 9, " SOON " + 1)",
	  "CHECK constraint failed" }, /* a yes that came too late */
	{ NOTHING, "INSERT INTO operations VALUES (9, 'c_1', 'pay.refund', 'read', 'r9', '{}', 0)",
	  "P5: no reservation" },
	{ NOTHING, "INSERT INTO operations VALUES (9, 'c_1', 'pay.payment', 'write', 'E1', '{}', 0)",
	  "CHECK constraint failed" },
	{ NOTHING, "INSERT INTO operations VALUES (9, 'c_1', 'pay.anyone', 'read', 'E1', '{}', 0)",
	  "CHECK constraint failed" },
	{ ATTEMPT("2"), "UPDATE attempts SET ended_us = 1 WHERE id = 2", "CHECK constraint failed" },
	{ ATTEMPT("2"), "UPDATE attempts SET ended_us = 1, outcome = 'perhaps' WHERE id = 2",
	  "CHECK constraint failed" },
	{ NOTHING, "INSERT INTO payments VALUES ('E9', 0, 0, 0)", "CHECK constraint failed" },
	{ NOTHING, "UPDATE payments SET elsewhere_cents = -1", "CHECK constraint failed" },
	{ NOTHING, RECEIPT("rcp_2", "1", "incomplete", "1"), "CHECK constraint failed" }, /* safe but not true */
	{ NOTHING, "INSERT INTO receipts SELECT 'rcp_2', case_id, order_number, 'verified', 'pending_finality', 1, "
	           "amount_cents, body, details, reply_commitment, NULL, 1, test, 0 FROM receipts",
	  "CHECK constraint failed" }, /* safe but not final */
	{ NOTHING, "INSERT INTO seals VALUES ('rcp_9', 's', 's', 'k', 'h', 0)", "FOREIGN KEY constraint failed" },
	{ NOTHING, "INSERT INTO outbox SELECT 9, contact_id, case_id, 'say', template, text, receipt_id, "
	           "commitment, state, attempts, due_ms, queued_ms, sent_ms, provider_id, queue_id, failure "
	           "FROM outbox", "CHECK constraint failed" }, /* "done" as small talk */
	{ "UPDATE outbox SET state = 'sending';" DONE("c_1", "rcp_1", "sha256:reply"),
	  "UPDATE outbox SET state = 'sending'", "UNIQUE constraint failed" }, /* one at a time */
	{ NOTHING, "INSERT INTO staff VALUES (1, 'eva', 'owner', 0, NULL)", "CHECK constraint failed" },
};

/* clang-format on */

/* --- the shop's file -------------------------------------------------------------------------- */

static char folder[COMMAND_PATH_SIZE];
static sqlite3 *db;

/* "" when it was taken, else the sentence that refused it. */
static const char *
run(const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? "" : sqlite3_errmsg(db);
}

static void
take(const char *sql)
{
	if (run(sql)[0] != '\0')
		fail_msg("%s\n%s", sqlite3_errmsg(db), sql);
}

static int
open_shop(void **state)
{
	struct why why = { "" };
	char path[COMMAND_PATH_SIZE];
	(void)state;
	command_folder(folder);
	assert_true(text_format(path, sizeof(path), "%s/estorno.db", folder));
	struct store *store = store_create(path, INT64_C(1795184400000), &why);
	if (store == NULL)
		fail_msg("%s", why.text);
	store_close(store);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	take("PRAGMA foreign_keys = ON");
	take(shop);
	return 0;
}

static int
close_shop(void **state)
{
	(void)state;
	sqlite3_close(db);
	command_folder_remove(folder);
	return 0;
}

/* The sentence of a trigger, from the schema itself. */
static void
sentence_of(const char *trigger, char sentence[200])
{
	sqlite3_stmt *statement;
	assert_int_equal(
		sqlite3_prepare_v2(
			db, "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", -1,
			&statement, NULL),
		SQLITE_OK);
	sqlite3_bind_text(statement, 1, trigger, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) != SQLITE_ROW)
		fail_msg("there is no trigger %s", trigger);
	const char *at = strstr((const char *)sqlite3_column_text(statement, 0), "RAISE(ABORT, '");
	assert_non_null(at);
	at += strlen("RAISE(ABORT, '");
	assert_true(text_format(sentence, 200, "%.*s", (int)strcspn(at, "'"), at));
	sqlite3_finalize(statement);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
every_attack_meets_its_trigger(void **state)
{
	(void)state;
	for (size_t i = 0; i < ATTACKS; i++) {
		char sentence[200];
		sentence_of(attacks[i].trigger, sentence);
		take("SAVEPOINT shop");
		take(attacks[i].before);
		const char *refused = run(attacks[i].attack);
		if (!text_equal(refused, sentence))
			fail_msg("%s\nmet \"%s\" instead of \"%s\"", attacks[i].attack, refused,
			         sentence);
		take("ROLLBACK TO shop; RELEASE shop");
	}
}

static void
every_twin_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ATTACKS; i++) {
		take("SAVEPOINT shop");
		take(attacks[i].before);
		take(attacks[i].twin);
		take("ROLLBACK TO shop; RELEASE shop");
	}
}

static void
tables_refuse_what_they_can_not_mean(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		take("SAVEPOINT shop");
		take(walls[i].before);
		const char *refused = run(walls[i].attack);
		if (strstr(refused, walls[i].sentence) == NULL)
			fail_msg("%s\nmet \"%s\"", walls[i].attack, refused);
		take("ROLLBACK TO shop; RELEASE shop");
	}
}

static void
no_trigger_is_without_an_attack(void **state)
{
	sqlite3_stmt *statement;
	(void)state;
	assert_int_equal(sqlite3_prepare_v2(db,
	                                    "SELECT name FROM sqlite_master WHERE type = 'trigger'",
	                                    -1, &statement, NULL),
	                 SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);
		bool attacked = false;
		for (size_t i = 0; i < ATTACKS; i++)
			attacked = attacked || text_equal(attacks[i].trigger, name);
		if (!attacked)
			fail_msg("nobody attacks %s", name);
	}
	sqlite3_finalize(statement);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attack_meets_its_trigger),
		cmocka_unit_test(every_twin_is_taken),
		cmocka_unit_test(tables_refuse_what_they_can_not_mean),
		cmocka_unit_test(no_trigger_is_without_an_attack),
	};
	return cmocka_run_group_tests(tests, open_shop, close_shop);
}
