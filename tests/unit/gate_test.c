/*
 * The gate: one good refund that may be claimed, and every single way in which it is a little less than
 * good.  None of them is ever safe to claim.
 */
#include "tests/aborts.h"

#include "base/access_key.h"
#include "base/instant.h"
#include "base/text.h"
#include "proof/canonical.h"
#include "proof/gate.h"

#define NOW_MS INT64_C(1795184400000)
#define E2EID  "E12345678202611181432Ab3dE5fG7h9"
#define RTRID  "D12345678202611201415K1m2N3p4Q5r"
#define OURS   "ours8421"

/* The good refund, to be degraded. */
struct good {
	struct order_facts order;
	struct payment_facts payment;
	struct note_facts note;
	struct gate_claim claim;
	struct gate_evidence evidence;
};

static void
set(char *to, size_t size, const char *text)
{
	assert_true(text_copy(to, size, text));
}
#define SET(field, text) set(field, sizeof(field), text)

static void
access_key(char key[ACCESS_KEY_SIZE], const char *first_43)
{
	set(key, ACCESS_KEY_SIZE, first_43);
	key[43] = access_key_check_digit(key);
	key[44] = '\0';
	assert_true(access_key_is_valid(key));
}

static void
good_facts(struct good *g)
{
	memset(g, 0, sizeof(*g));
	g->order = (struct order_facts){ .exists = true, .total_cents = 18600 };
	SET(g->order.number, "8421");
	SET(g->order.payment_reference, "tx8421");
	access_key(g->order.sale_note.access_key, "3526111234567800019555001000000317112345678");
	g->payment =
		(struct payment_facts){ .exists = true, .amount_cents = 18600, .refund_count = 2 };
	SET(g->payment.e2eid, E2EID);
	SET(g->payment.txid, "tx8421");
	g->payment.refunds[0] = (struct refund_facts){ .exists = true,
		                                       .amount_cents = 18600,
		                                       .status = REFUND_NOT_DONE };
	SET(g->payment.refunds[0].id, "refusedbefore");
	g->payment.refunds[1] = (struct refund_facts){ .exists = true,
		                                       .amount_cents = 18600,
		                                       .status = REFUND_RETURNED };
	SET(g->payment.refunds[1].id, OURS);
	SET(g->payment.refunds[1].rtrid, RTRID);
	g->note = (struct note_facts){ .exists = true,
		                       .status = NOTE_AUTHORISED,
		                       .environment_known = true,
		                       .in_production = true,
		                       .content_known = true,
		                       .purpose = 4,
		                       .is_entry = true,
		                       .total_cents = 18600,
		                       .item_count = 1 };
	access_key(g->note.access_key, "3526111234567800019555001000000042112345678");
	SET(g->note.number, "42");
	SET(g->note.protocol, "135260000000042");
	SET(g->note.authority_status, "100");
	SET(g->note.sale_access_key, g->order.sale_note.access_key);
}

static void
good_case(struct good *g)
{
	good_facts(g);
	g->claim = (struct gate_claim){
		.order_number = "8421",
		.amount_cents = 18600,
		.e2eid = E2EID,
		.refund_id = OURS,
		.was_settled = true,
		.offer_id = "o_1",
		.offered_cents = 18600,
		.offered_ms = NOW_MS - 2 * MINUTE_MS,
		.expires_ms = NOW_MS + 28 * MINUTE_MS,
		.consented_ms = NOW_MS - MINUTE_MS,
		.consent_commitment = "sha256:words",
		.mandate_id = "cm_support",
		.mandate_key_id = "ed25519:finance",
		.mandate_signed_ms = NOW_MS - DAY_MS,
		.mandate_digest = "sha256:mandate",
		.mandate_per_refund_cents = 50000,
		.buyer_commitment = "sha256:phone",
		.customer_commitment = "sha256:phone",
	};
	g->evidence = (struct gate_evidence){
		.order = &g->order,
		.payment = &g->payment,
		.note = &g->note,
		.order_reader = "omie:read",
		.payment_reader = "pix:read",
		.note_reader = "focus:read",
		.mandate_digest = "sha256:mandate",
	};
}

static const struct postcondition *
row_of(const struct verdict *verdict, const char *name)
{
	for (size_t i = 0; i < verdict->count; i++)
		if (text_equal(verdict->postconditions[i].name, name))
			return &verdict->postconditions[i];
	fail_msg("there is no row %s", name);
	return NULL;
}

/* --- the good one ----------------------------------------------------------------------------- */

static void
a_good_refund_may_be_claimed(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	gate_judge(&g.claim, &g.evidence, &verdict);
	for (size_t i = 0; i < verdict.count; i++)
		if (verdict.postconditions[i].status != POSTCONDITION_PASSED)
			fail_msg("%s did not pass", verdict.postconditions[i].name);
	assert_true(verdict.safe_to_claim_complete);
	assert_int_equal(verdict.result, RESULT_VERIFIED);
	assert_int_equal(verdict.lifecycle, LIFECYCLE_FINALIZED);
	assert_int_equal(verdict.decision, DECISION_VERIFIED);
	assert_int_equal(verdict.correlation_strength, CORRELATION_DETERMINISTIC);
	assert_string_equal(verdict.claim_reason, "verified");
	assert_string_equal(verdict.recommended_recovery, "none");
}

/* --- every single degradation ----------------------------------------------------------------- */

/*	name, what is changed,
 *	row that sees it, its status,  result, lifecycle, decision */
/* clang-format off */
#define DEGRADATIONS(X)											\
	/* what could not be read */									\
	X(order_unread, g->evidence.order = NULL,							\
	  order_exists, SKIPPED, INCOMPLETE, FINALIZED, PENDING)					\
	X(payment_unread, g->evidence.payment = NULL,							\
	  refund_exists, SKIPPED, INCOMPLETE, UNREACHABLE, UNAVAILABLE)					\
	X(note_unread, g->evidence.note = NULL,								\
	  note_exists, SKIPPED, INCOMPLETE, FINALIZED, PENDING)						\
	/* the order */											\
	X(order_gone, g->order.exists = false,								\
	  order_exists, FAILED, INCOMPLETE, FINALIZED, PENDING)						\
	X(order_of_another_number, SET(g->order.number, "8422"),					\
	  order_exists, FAILED, INCOMPLETE, FINALIZED, PENDING)						\
	X(order_claimed_without_number, g->claim.order_number = "",					\
	  order_exists, FAILED, INCOMPLETE, FINALIZED, PENDING)						\
	X(order_total_changed, g->order.total_cents--,							\
	  order_total, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(buyer_without_phone, g->claim.buyer_commitment = "",						\
	  order_buyer, SKIPPED, INCOMPLETE, FINALIZED, PENDING)						\
	X(another_phone_asked, g->claim.customer_commitment = "sha256:other",				\
	  order_buyer, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(nobodys_phone_asked, g->claim.customer_commitment = "",					\
	  order_buyer, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(order_paid_by_another_pix, SET(g->order.payment_reference, "tx8422"),				\
	  order_payment, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(order_without_reference, SET(g->order.payment_reference, ""),					\
	  order_payment, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	/* consent */											\
	X(no_yes, g->claim.consented_ms = 0,								\
	  consent_given, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(yes_before_the_offer, g->claim.consented_ms = g->claim.offered_ms - 1,			\
	  consent_given, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(yes_after_the_end, g->claim.consented_ms = g->claim.expires_ms + 1,				\
	  consent_given, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(yes_to_another_amount, g->claim.offered_cents = 18599,					\
	  consent_given, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	/* the mandate */										\
	X(no_mandate, g->claim.mandate_id = "",								\
	  mandate_signed, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(mandate_of_no_key, g->claim.mandate_key_id = "",						\
	  mandate_signed, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(mandate_of_no_bytes, g->claim.mandate_digest = ""; g->evidence.mandate_digest = "",		\
	  mandate_signed, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(mandate_gone_or_changed, g->evidence.mandate_digest = "",					\
	  mandate_signed, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(mandate_of_other_bytes, g->evidence.mandate_digest = "sha256:other",				\
	  mandate_signed, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	X(order_read_by_nobody, g->evidence.order_reader = "",						\
	  read_with, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)					\
	X(payment_read_by_nobody, g->evidence.payment_reader = "",					\
	  read_with, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)					\
	X(above_the_mandate, g->claim.mandate_per_refund_cents = 18599,					\
	  mandate_allows, FAILED, POLICY_FAILED, FINALIZED, POLICY_FAILED)				\
	/* the refund */										\
	X(refund_vanished, g->payment.refund_count = 1,							\
	  refund_exists, FAILED, INCOMPLETE, REVERSED, REVERSED)					\
	X(refund_never_seen, g->payment.refund_count = 1; g->claim.was_settled = false,			\
	  refund_exists, FAILED, INCOMPLETE, UNOBSERVED, NOT_OBSERVED)					\
	X(payment_vanished, g->payment = (struct payment_facts){ 0 },					\
	  refund_exists, FAILED, INCOMPLETE, REVERSED, REVERSED)					\
	X(refund_claimed_without_id, g->claim.refund_id = "";						\
	  SET(g->payment.refunds[1].id, ""); g->claim.was_settled = false,				\
	  refund_exists, FAILED, INCOMPLETE, UNOBSERVED, NOT_OBSERVED)					\
	X(refund_of_less, g->payment.refunds[1].amount_cents--,						\
	  refund_amount, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(refund_of_more_than_was_paid, g->payment.refunds[1].amount_cents++,				\
	  refunds_within_payment, FAILED, MISMATCHED, FINALIZED, MISMATCHED)				\
	X(refund_along_another_payment, SET(g->payment.e2eid, "E99999999202611181432Ab3dE5fG7h9"),	\
	  refund_on_original_payment, FAILED, MISMATCHED, FINALIZED, MISMATCHED)			\
	X(refund_under_way, g->payment.refunds[1].status = REFUND_PROCESSING,				\
	  refund_settled, FAILED, INCOMPLETE, PENDING_FINALITY, PENDING)				\
	X(refund_refused, g->payment.refunds[1].status = REFUND_NOT_DONE;				\
	  g->claim.was_settled = false,									\
	  refund_settled, FAILED, INCOMPLETE, FINALIZED, FAILED)					\
	X(refund_undone, g->payment.refunds[1].status = REFUND_NOT_DONE,				\
	  refund_settled, FAILED, INCOMPLETE, REVERSED, REVERSED)					\
	X(refund_in_a_new_state, g->payment.refunds[1].status = REFUND_UNRECOGNISED,			\
	  refund_settled, FAILED, INCOMPLETE, INDETERMINATE, INDETERMINATE)				\
	X(second_refund, g->payment.refunds[0].status = REFUND_RETURNED,				\
	  refund_not_duplicated, FAILED, DUPLICATED, FINALIZED, DUPLICATED)				\
	X(second_refund_under_way, g->payment.refunds[0].status = REFUND_PROCESSING,			\
	  refund_not_duplicated, FAILED, DUPLICATED, FINALIZED, DUPLICATED)				\
	X(second_refund_in_a_new_state, g->payment.refunds[0].status = REFUND_UNRECOGNISED,		\
	  refund_not_duplicated, FAILED, DUPLICATED, FINALIZED, DUPLICATED)				\
	X(payment_smaller_than_claimed, g->payment.amount_cents--,					\
	  refunds_within_payment, FAILED, MISMATCHED, FINALIZED, MISMATCHED)				\
	/* the credit note */										\
	X(note_not_there, g->note.exists = false,							\
	  note_exists, FAILED, INCOMPLETE, FINALIZED, PENDING)						\
	X(note_without_a_key, SET(g->note.access_key, ""),						\
	  note_exists, FAILED, INCOMPLETE, FINALIZED, PENDING)						\
	X(note_key_misread, g->note.access_key[43] ^= 1,						\
	  note_exists, FAILED, INCOMPLETE, FINALIZED, PENDING)						\
	X(note_of_another_number, SET(g->note.number, "43"),						\
	  note_number, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(note_in_process, g->note.status = NOTE_PROCESSING,						\
	  note_authorised, FAILED, INCOMPLETE, FINALIZED, PENDING)					\
	X(note_rejected, g->note.status = NOTE_REJECTED,						\
	  note_authorised, FAILED, INCOMPLETE, FINALIZED, PENDING)					\
	X(note_denied, g->note.status = NOTE_DENIED,							\
	  note_authorised, FAILED, INCOMPLETE, FINALIZED, PENDING)					\
	X(note_cancelled, g->note.status = NOTE_CANCELLED,						\
	  note_authorised, FAILED, INCOMPLETE, FINALIZED, PENDING)					\
	X(note_in_a_new_state, g->note.status = NOTE_UNRECOGNISED,					\
	  note_authorised, FAILED, INCOMPLETE, FINALIZED, PENDING)					\
	X(note_in_the_test_environment, g->note.in_production = false,					\
	  note_in_production, FAILED, INCOMPLETE, FINALIZED, PENDING)					\
	X(note_in_no_known_environment, g->note.environment_known = false,				\
	  note_in_production, SKIPPED, INCOMPLETE, FINALIZED, PENDING)					\
	X(note_content_not_read_back, g->note.content_known = false,					\
	  note_total, SKIPPED, INCOMPLETE, FINALIZED, PENDING)						\
	X(note_that_is_a_sale, g->note.purpose = 1,							\
	  note_is_return, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(note_that_leaves, g->note.is_entry = false,							\
	  note_is_return, FAILED, MISMATCHED, FINALIZED, MISMATCHED)					\
	X(note_of_another_sale, g->note.sale_access_key[10] ^= 1,					\
	  note_references_sale, FAILED, MISMATCHED, FINALIZED, MISMATCHED)				\
	X(note_of_no_sale, SET(g->note.sale_access_key, "");						\
	  SET(g->order.sale_note.access_key, ""),							\
	  note_references_sale, FAILED, MISMATCHED, FINALIZED, MISMATCHED)				\
	X(note_of_another_total, g->note.total_cents++,							\
	  note_total, FAILED, MISMATCHED, FINALIZED, MISMATCHED)
/* clang-format on */

#define X(name, change, ...)                       \
	static void degrade_##name(struct good *g) \
	{                                          \
		change;                            \
	}
DEGRADATIONS(X)
#undef X

static const struct degradation {
	const char *name;
	void (*degrade)(struct good *g);
	const char *row;
	enum postcondition_status status;
	enum result result;
	enum lifecycle lifecycle;
	enum decision decision;
} degradations[] = {
#define X(name, change, row, status, result, lifecycle, decision) \
	{ #name,                                                  \
	  degrade_##name,                                         \
	  #row,                                                   \
	  POSTCONDITION_##status,                                 \
	  RESULT_##result,                                        \
	  LIFECYCLE_##lifecycle,                                  \
	  DECISION_##decision },
	DEGRADATIONS(X)
#undef X
};

enum { DEGRADATION_COUNT = sizeof(degradations) / sizeof(degradations[0]) };

static void
judge(const struct degradation *d, struct verdict *verdict)
{
	struct good g;
	good_case(&g);
	d->degrade(&g);
	gate_judge(&g.claim, &g.evidence, verdict);
}

static void
nothing_less_than_good_may_be_claimed(void **state)
{
	(void)state;
	for (size_t i = 0; i < DEGRADATION_COUNT; i++) {
		struct verdict verdict;
		judge(&degradations[i], &verdict);
		if (verdict.safe_to_claim_complete)
			fail_msg("%s is safe to claim", degradations[i].name);
		assert_string_not_equal(verdict.claim_reason, "verified");
		assert_string_not_equal(verdict.recommended_recovery, "none");
	}
}

static void
each_is_seen_by_its_row_and_called_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < DEGRADATION_COUNT; i++) {
		const struct degradation *d = &degradations[i];
		struct verdict verdict;
		judge(d, &verdict);
		const struct postcondition *row = row_of(&verdict, d->row);
		if (row->status != d->status)
			fail_msg("%s: %s is %s", d->name, d->row,
			         postcondition_status_text(row->status));
		if (verdict.result != d->result)
			fail_msg("%s is %s", d->name, result_text(verdict.result));
		if (verdict.lifecycle != d->lifecycle)
			fail_msg("%s is %s", d->name, lifecycle_text(verdict.lifecycle));
		if (verdict.decision != d->decision)
			fail_msg("%s is decided as %d", d->name, (int)verdict.decision);
	}
}

/* The reply is made of what passed; a row that did not pass has nothing to say. */
static void
nothing_is_found_in_a_row_that_did_not_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < DEGRADATION_COUNT; i++) {
		struct verdict verdict;
		judge(&degradations[i], &verdict);
		assert_null(gate_found(&verdict, degradations[i].row));
	}
}

/* A row that no degradation can fail would be a row that proves nothing.  The currency is the rail's: it
 * can only be skipped.  What is not required may be missing. */
static void
every_required_row_can_stop_the_claim(void **state)
{
	struct verdict good, verdict;
	struct good g;
	(void)state;
	good_case(&g);
	gate_judge(&g.claim, &g.evidence, &good);
	for (size_t r = 0; r < good.count; r++) {
		bool stopped = !good.postconditions[r].required;
		for (size_t i = 0; !stopped && i < DEGRADATION_COUNT; i++) {
			judge(&degradations[i], &verdict);
			stopped = verdict.postconditions[r].status != POSTCONDITION_PASSED;
		}
		if (!stopped)
			fail_msg("nothing stops at %s", good.postconditions[r].name);
	}
}

/* --- the rule behind it ----------------------------------------------------------------------- */

static void
a_skipped_row_is_never_a_pass(void **state)
{
	static const enum postcondition_status bad[] = { POSTCONDITION_SKIPPED,
		                                         POSTCONDITION_FAILED };
	struct verdict good;
	struct good g;
	(void)state;
	good_case(&g);
	gate_judge(&g.claim, &g.evidence, &good);
	for (size_t i = 0; i < good.count; i++) {
		for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++) {
			struct verdict verdict = good;
			verdict.postconditions[i].status = bad[b];
			assert_int_equal(verdict_may_be_safe(&verdict),
			                 !good.postconditions[i].required);
		}
	}
}

static void
only_verified_and_final_may_be_safe(void **state)
{
	struct verdict good;
	struct good g;
	(void)state;
	good_case(&g);
	gate_judge(&g.claim, &g.evidence, &good);
	for (enum result result = RESULT_VERIFIED; result <= RESULT_POLICY_FAILED; result++) {
		for (enum lifecycle life = LIFECYCLE_UNOBSERVED; life <= LIFECYCLE_UNREACHABLE;
		     life++) {
			struct verdict verdict = good;
			verdict.result = result;
			verdict.lifecycle = life;
			assert_int_equal(verdict_may_be_safe(&verdict),
			                 result == RESULT_VERIFIED && life == LIFECYCLE_FINALIZED);
		}
	}
}

/* --- what may be missing, and the sandbox ----------------------------------------------------- */

static void
what_is_not_required_may_be_missing(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	g.payment.refunds[1].rtrid[0] = '\0';
	g.claim.consent_commitment = "";
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_int_equal(row_of(&verdict, "refund_settlement_id")->status, POSTCONDITION_SKIPPED);
	assert_int_equal(row_of(&verdict, "consent_words")->status, POSTCONDITION_SKIPPED);
	assert_true(verdict.safe_to_claim_complete);
}

/* "autorizado" is the issuer's word; the proof is the authority's own code and protocol. */
static void
the_issuers_word_is_no_authorisation(void **state)
{
	static const struct {
		const char *authority_status;
		bool proved;
	} codes[] = {
		{ "100", true }, { "150", true }, { "", false }, { "135", false }, { "302", false }
	};
	struct good g;
	struct verdict verdict;
	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		good_case(&g);
		SET(g.note.authority_status, codes[i].authority_status);
		gate_judge(&g.claim, &g.evidence, &verdict);
		assert_int_equal(verdict.safe_to_claim_complete, codes[i].proved);
		assert_int_equal(verdict.result,
		                 codes[i].proved ? RESULT_VERIFIED : RESULT_INCOMPLETE);
	}
	good_case(&g);
	g.note.protocol[0] = '\0';
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_int_equal(verdict.result, RESULT_INCOMPLETE);
	assert_false(verdict.safe_to_claim_complete);
}

static void
test_notes_count_only_in_the_sandbox(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	g.claim.sandbox = true;
	g.note.in_production = false;
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_true(verdict.safe_to_claim_complete);
	g.note.environment_known = false;
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_false(verdict.safe_to_claim_complete);
}

static void
the_worst_name_wins(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	g.payment.refunds[0].status = REFUND_RETURNED; /* duplicated, */
	g.order.total_cents = 1;                       /* mismatched, */
	g.claim.mandate_id = "";                       /* not allowed */
	g.note.exists = false;                         /* and incomplete */
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_int_equal(verdict.result, RESULT_DUPLICATED);
	g.payment.refunds[0].status = REFUND_NOT_DONE;
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_int_equal(verdict.result, RESULT_MISMATCHED);
	g.order.total_cents = 18600;
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_int_equal(verdict.result, RESULT_POLICY_FAILED);
	assert_string_equal(verdict.claim_reason, "mandate_signed");
}

/* Nothing was read: nothing is known, and that is all that is said. */
static void
without_evidence_nothing_is_known(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	g.evidence = (struct gate_evidence){ .mandate_digest = "sha256:mandate" };
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_int_equal(row_of(&verdict, "read_with")->status, POSTCONDITION_SKIPPED);
	assert_int_equal(verdict.result, RESULT_INCOMPLETE);
	assert_int_equal(verdict.decision, DECISION_UNAVAILABLE);
	assert_int_equal(verdict.correlation_strength, CORRELATION_UNCORRELATABLE);
	assert_string_equal(verdict.recommended_recovery, "read_again_later");
}

/* --- what is written down --------------------------------------------------------------------- */

static void
values_say_what_was_expected_and_found(void **state)
{
	static const struct {
		const char *row, *expected, *actual;
	} rows[] = {
		{ "order_exists", "8421", "8421" },
		{ "refund_amount", "18600 brl", "18600 brl" },
		{ "refund_exists", OURS, OURS },
		{ "refund_settled", "DEVOLVIDO", "DEVOLVIDO" },
		{ "refund_not_duplicated", "0 others", "0 others" },
		{ "refunds_within_payment", "at most 18600 brl", "18600 brl" },
		{ "mandate_allows", "cm_support: at most 50000 brl", "18600 brl" },
		{ "consent_given",
		  "o_1, 18600 brl, from 2026-11-20T14:18:00Z to 2026-11-20T14:48:00Z",
		  "o_1, 18600 brl, at 2026-11-20T14:19:00Z" },
		{ "note_number", "42", "42" },
		{ "note_is_return", "finNFe 4, entry", "finNFe 4, entry" },
		{ "mandate_signed",
		  "ed25519:finance, cm_support of 2026-11-19T14:20:00Z, sha256:mandate",
		  "ed25519:finance, cm_support of 2026-11-19T14:20:00Z, sha256:mandate" },
		{ "read_with", "", "omie:read; pix:read; focus:read" },
	};
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	gate_judge(&g.claim, &g.evidence, &verdict);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(row_of(&verdict, rows[i].row)->expected, rows[i].expected);
		assert_string_equal(row_of(&verdict, rows[i].row)->actual, rows[i].actual);
	}
	assert_string_equal(gate_found(&verdict, "refund_amount"), "18600 brl");
}

/* What bank and authority say in words may name a person; a receipt is for ever (P14). */
static void
words_of_others_stay_out_of_the_receipt(void **state)
{
	static const char words[] = "Rejeicao: CPF 12345678909 de Maria da Silva";
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	g.note.status = NOTE_REJECTED;
	g.payment.refunds[1].status = REFUND_NOT_DONE;
	SET(g.note.authority_status, "539");
	SET(g.note.authority_message, words);
	SET(g.payment.refunds[1].motive, words);
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_string_equal(row_of(&verdict, "note_authorised")->detail, "539");
	for (size_t i = 0; i < verdict.count; i++) {
		const struct postcondition *row = &verdict.postconditions[i];
		assert_null(strstr(row->detail, "Maria"));
		assert_null(strstr(row->detail, "12345678909"));
		assert_null(strstr(row->actual, "Maria"));
	}
	SET(g.note.authority_status, "Maria");
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_string_equal(row_of(&verdict, "note_authorised")->detail, "");
}

/* A system of record may answer anything; a verdict about it must still be fit to be sealed. */
static void
whatever_was_answered_can_be_sealed(void **state)
{
	static const char odd[] = "4\x7f"
				  "2\n\x01"
				  "\u00e7";
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	SET(g.order.number, odd);
	SET(g.order.payment_reference, odd);
	SET(g.payment.e2eid, odd);
	SET(g.payment.refunds[1].rtrid, odd);
	SET(g.payment.refunds[1].motive, odd);
	SET(g.note.number, odd);
	SET(g.note.protocol, odd);
	SET(g.note.authority_message, odd);
	SET(g.note.sale_access_key, odd);
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_string_equal(row_of(&verdict, "note_number")->actual, "4 2  \u00e7");
	for (size_t i = 0; i < verdict.count; i++) {
		struct why why = { "" };
		struct buffer bytes;
		json_t *json = postcondition_to_json(&verdict.postconditions[i]);
		buffer_init(&bytes, 4096);
		if (json == NULL || !canonical_write(json, &bytes, &why))
			fail_msg("%s: %s", verdict.postconditions[i].name, why.text);
		json_decref(json);
		buffer_free(&bytes);
	}
}

/* --- the reply -------------------------------------------------------------------------------- */

static void
the_reply_is_the_last_required_row(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	gate_judge(&g.claim, &g.evidence, &verdict);
	gate_bind_reply(&verdict, "sha256:reply");
	const struct postcondition *last = &verdict.postconditions[verdict.count - 1];
	assert_string_equal(last->name, "reply_text");
	assert_true(last->required);
	assert_string_equal(gate_found(&verdict, "reply_text"), "sha256:reply");
	assert_true(verdict_may_be_safe(&verdict));
}

static void
bind_an_empty_reply(void)
{
	struct verdict verdict = { .count = 1 };
	gate_bind_reply(&verdict, "");
}

static void
an_empty_reply_is_bound_by_nobody(void **state)
{
	(void)state;
	assert_aborts(bind_an_empty_reply);
}

/* Receipts name the contract they were judged by: it changes only when a row does. */
static void
the_contract_has_a_digest(void **state)
{
	char digest[CONTRACT_DIGEST_SIZE], again[CONTRACT_DIGEST_SIZE];
	(void)state;
	gate_contract_digest(digest);
	gate_contract_digest(again);
	assert_string_equal(digest, again);
	assert_true(text_starts_with(digest, "sha256:"));
	assert_int_equal(strlen(digest), CONTRACT_DIGEST_SIZE - 1);
}

/* Ids of providers are ours to seal only as far as a row is wide; never cut into another id. */
static void
a_value_wider_than_its_row_is_said_to_be_so(void **state)
{
	struct good g;
	struct verdict verdict;
	char wide[POSTCONDITION_VALUE_SIZE + 1];
	bool said = false;
	(void)state;
	good_case(&g);
	memset(wide, 'm', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	g.claim.order_number = wide;
	gate_judge(&g.claim, &g.evidence, &verdict);
	for (size_t i = 0; i < verdict.count; i++)
		said = said || text_equal(verdict.postconditions[i].expected, "(too long)") ||
		       text_equal(verdict.postconditions[i].actual, "(too long)");
	assert_true(said);
}

static void
a_settlement_id_has_its_full_length(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	g.payment.refunds[1].rtrid[31] = '\0';
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_int_equal(row_of(&verdict, "refund_settlement_id")->status, POSTCONDITION_FAILED);
	assert_null(gate_found(&verdict, "refund_settlement_id"));
}

static void
a_row_that_nobody_wrote_is_not_found(void **state)
{
	struct good g;
	struct verdict verdict;
	(void)state;
	good_case(&g);
	gate_judge(&g.claim, &g.evidence, &verdict);
	assert_non_null(gate_found(&verdict, "order_exists"));
	assert_null(gate_found(&verdict, "order_existed"));
}

/* They stand in receipts that other people's programs read: postcept.md. */
static void
the_words_of_a_verdict_are_the_standards(void **state)
{
	(void)state;
#define WORD(text, word) assert_string_equal(text, word)
	WORD(result_text(RESULT_VERIFIED), "verified");
	WORD(result_text(RESULT_INCOMPLETE), "incomplete");
	WORD(result_text(RESULT_MISMATCHED), "mismatched");
	WORD(result_text(RESULT_DUPLICATED), "duplicated");
	WORD(result_text(RESULT_POLICY_FAILED), "policy_failed");
	WORD(lifecycle_text(LIFECYCLE_UNOBSERVED), "unobserved");
	WORD(lifecycle_text(LIFECYCLE_OBSERVED), "observed");
	WORD(lifecycle_text(LIFECYCLE_PENDING_FINALITY), "pending_finality");
	WORD(lifecycle_text(LIFECYCLE_FINALIZED), "finalized");
	WORD(lifecycle_text(LIFECYCLE_REVERSED), "reversed");
	WORD(lifecycle_text(LIFECYCLE_INDETERMINATE), "indeterminate");
	WORD(lifecycle_text(LIFECYCLE_UNREACHABLE), "unreachable");
	WORD(correlation_strength_text(CORRELATION_UNCORRELATABLE), "uncorrelatable");
	WORD(correlation_strength_text(CORRELATION_HEURISTIC), "heuristic");
	WORD(correlation_strength_text(CORRELATION_DETERMINISTIC), "deterministic");
#undef WORD
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_refund_may_be_claimed),
		cmocka_unit_test(nothing_less_than_good_may_be_claimed),
		cmocka_unit_test(each_is_seen_by_its_row_and_called_by_its_name),
		cmocka_unit_test(nothing_is_found_in_a_row_that_did_not_pass),
		cmocka_unit_test(every_required_row_can_stop_the_claim),
		cmocka_unit_test(a_skipped_row_is_never_a_pass),
		cmocka_unit_test(only_verified_and_final_may_be_safe),
		cmocka_unit_test(what_is_not_required_may_be_missing),
		cmocka_unit_test(the_issuers_word_is_no_authorisation),
		cmocka_unit_test(test_notes_count_only_in_the_sandbox),
		cmocka_unit_test(the_worst_name_wins),
		cmocka_unit_test(without_evidence_nothing_is_known),
		cmocka_unit_test(values_say_what_was_expected_and_found),
		cmocka_unit_test(words_of_others_stay_out_of_the_receipt),
		cmocka_unit_test(whatever_was_answered_can_be_sealed),
		cmocka_unit_test(the_reply_is_the_last_required_row),
		cmocka_unit_test(an_empty_reply_is_bound_by_nobody),
		cmocka_unit_test(the_contract_has_a_digest),
		cmocka_unit_test(a_value_wider_than_its_row_is_said_to_be_so),
		cmocka_unit_test(a_settlement_id_has_its_full_length),
		cmocka_unit_test(a_row_that_nobody_wrote_is_not_found),
		cmocka_unit_test(the_words_of_a_verdict_are_the_standards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
