/*
 * One row, one question.  A row's function writes what was expected and what was found,
 * and says whether they agree; a row that has nothing to look at is skipped.
 *
 * From rows to a result (postcept.md section 4): a failed duplicate row makes it
 * duplicated, a failed match mismatched, a failed policy policy_failed; anything else
 * that failed, or a required row that was skipped, makes it incomplete.
 */
#include "proof/gate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "proof/canonical.h"

/* What a row may look at. */
struct look {
	const struct gate_claim *claim;
	const struct gate_evidence *evidence;
	const struct refund_facts *refund; /* ours, in the payment's list; NULL: not there */
	struct postcondition *row;
};

enum found { PASSED, FAILED, SKIPPED };

/* --- writing values ------------------------------------------------------------------------------ */

/* One printable line, whatever a system of record answered: what was found must be fit to be sealed
 * (canonical.h takes no DEL and nothing that is not UTF-8). */
static void
write_text(char *value, const char *text)
{
	if (!text_copy(value, POSTCONDITION_VALUE_SIZE, text))
		text_copy(value, POSTCONDITION_VALUE_SIZE, "(too long)");
	text_make_printable(value);
}

static void
write_amount(char *value, int64_t cents)
{
	snprintf(value, POSTCONDITION_VALUE_SIZE, "%" PRId64 " brl", cents);
}

static void
write_time(char *value, size_t size, const char *before, int64_t at_ms)
{
	char when[INSTANT_TEXT_SIZE];
	instant_print_utc(when, at_ms);
	size_t used = strlen(value);
	snprintf(value + used, size - used, "%s%s", before, when);
}

static enum found
compare_text(struct postcondition *row, const char *expected, const char *actual)
{
	write_text(row->expected, expected);
	write_text(row->actual, actual);
	return expected[0] != '\0' && text_equal(expected, actual) ? PASSED : FAILED;
}

static enum found
compare_amount(struct postcondition *row, int64_t expected, int64_t actual)
{
	write_amount(row->expected, expected);
	write_amount(row->actual, actual);
	return expected == actual ? PASSED : FAILED;
}

/* --- the order --------------------------------------------------------------------------------------- */

static enum found
order_exists(const struct look *l)
{
	char number[ORDER_NUMBER_SIZE] = "";
	if (l->evidence->order == NULL)
		return SKIPPED;
	if (l->evidence->order->exists)
		text_letters_and_digits(number, sizeof(number), l->evidence->order->number);
	return compare_text(l->row, l->claim->order_number, number);
}

static enum found
order_total(const struct look *l)
{
	if (l->evidence->order == NULL || !l->evidence->order->exists)
		return SKIPPED;
	return compare_amount(l->row, l->claim->amount_cents, l->evidence->order->total_cents);
}

static enum found
order_buyer(const struct look *l)
{
	if (l->claim->buyer_commitment[0] == '\0')
		return SKIPPED;
	return compare_text(l->row, l->claim->buyer_commitment, l->claim->customer_commitment);
}

static enum found
order_payment(const struct look *l)
{
	const struct order_facts *order = l->evidence->order;
	const struct payment_facts *payment = l->evidence->payment;
	if (order == NULL || payment == NULL || !payment->exists)
		return SKIPPED;
	bool by_e2eid = text_equal(order->payment_reference, payment->e2eid);
	return compare_text(l->row, order->payment_reference,
	                    by_e2eid ? payment->e2eid : payment->txid);
}

/* --- leave: the customer's and finance's ------------------------------------------------------------ */

static enum found
consent_given(const struct look *l)
{
	const struct gate_claim *c = l->claim;
	struct postcondition *row = l->row;
	snprintf(row->expected, sizeof(row->expected), "%s, %" PRId64 " brl", c->offer_id,
	         c->amount_cents);
	write_time(row->expected, sizeof(row->expected), ", from ", c->offered_ms);
	write_time(row->expected, sizeof(row->expected), " to ", c->expires_ms);
	if (c->consented_ms == 0)
		return FAILED;
	snprintf(row->actual, sizeof(row->actual), "%s, %" PRId64 " brl", c->offer_id,
	         c->offered_cents);
	write_time(row->actual, sizeof(row->actual), ", at ", c->consented_ms);
	bool in_time = c->consented_ms >= c->offered_ms && c->consented_ms <= c->expires_ms;
	return in_time && c->offered_cents == c->amount_cents ? PASSED : FAILED;
}

static enum found
consent_words(const struct look *l)
{
	write_text(l->row->actual, l->claim->consent_commitment);
	return l->claim->consent_commitment[0] != '\0' ? PASSED : SKIPPED;
}

/* Which mandate, to the byte: `sha256sum` over what finance signed gives the same. */
static void
write_mandate(char *value, const struct gate_claim *claim, const char *digest)
{
	snprintf(value, POSTCONDITION_VALUE_SIZE, "%s, %s", claim->mandate_key_id,
	         claim->mandate_id);
	write_time(value, POSTCONDITION_VALUE_SIZE, " of ", claim->mandate_signed_ms);
	size_t used = strlen(value);
	snprintf(value + used, POSTCONDITION_VALUE_SIZE - used, ", %s",
	         digest[0] != '\0' ? digest : "not as it was signed");
}

/* The mandate that the refund was paid under is there, whole, and signed by a trusted key. */
static enum found
mandate_signed(const struct look *l)
{
	const struct gate_claim *c = l->claim;
	const char *now = l->evidence->mandate_digest;
	if (c->mandate_id[0] == '\0' || c->mandate_key_id[0] == '\0' ||
	    c->mandate_digest[0] == '\0')
		return FAILED;
	write_mandate(l->row->expected, c, c->mandate_digest);
	write_mandate(l->row->actual, c, now);
	return text_equal(c->mandate_digest, now) ? PASSED : FAILED;
}

static enum found
mandate_allows(const struct look *l)
{
	if (l->claim->mandate_id[0] == '\0')
		return FAILED;
	snprintf(l->row->expected, sizeof(l->row->expected), "%s: at most %" PRId64 " brl",
	         l->claim->mandate_id, l->claim->mandate_per_refund_cents);
	write_amount(l->row->actual, l->claim->amount_cents);
	return l->claim->amount_cents <= l->claim->mandate_per_refund_cents ? PASSED : FAILED;
}

/* --- the refund ------------------------------------------------------------------------------------------ */

static enum found
refund_exists(const struct look *l)
{
	if (l->evidence->payment == NULL)
		return SKIPPED;
	return compare_text(l->row, l->claim->refund_id, l->refund != NULL ? l->refund->id : "");
}

static enum found
refund_amount(const struct look *l)
{
	if (l->refund == NULL)
		return SKIPPED;
	return compare_amount(l->row, l->claim->amount_cents, l->refund->amount_cents);
}

/* Pix moves reais and nothing else, so the currency is the rail's. */
static enum found
refund_currency(const struct look *l)
{
	if (l->refund == NULL)
		return SKIPPED;
	return compare_text(l->row, "brl", "brl");
}

static enum found
refund_on_original_payment(const struct look *l)
{
	if (l->evidence->payment == NULL || l->refund == NULL)
		return SKIPPED;
	return compare_text(l->row, l->claim->e2eid, l->evidence->payment->e2eid);
}

static enum found
refund_settled(const struct look *l)
{
	if (l->refund == NULL)
		return SKIPPED;
	return compare_text(l->row, refund_status_text(REFUND_RETURNED),
	                    refund_status_text(l->refund->status));
}

static enum found
refund_settlement_id(const struct look *l)
{
	if (l->refund == NULL || l->refund->rtrid[0] == '\0')
		return SKIPPED;
	write_text(l->row->actual, l->refund->rtrid);
	return text_is_alphanumeric(l->refund->rtrid, 32) && strlen(l->refund->rtrid) == 32
	               ? PASSED
	               : FAILED;
}

/* Refunds of the payment that count: everything the bank has not refused. */
static enum found
refund_not_duplicated(const struct look *l)
{
	const struct payment_facts *payment = l->evidence->payment;
	int64_t others = 0;
	if (payment == NULL || !payment->exists)
		return SKIPPED;
	for (int64_t i = 0; i < payment->refund_count; i++)
		if (payment->refunds[i].status != REFUND_NOT_DONE &&
		    !text_equal(payment->refunds[i].id, l->claim->refund_id))
			others++;
	write_text(l->row->expected, "0 others");
	snprintf(l->row->actual, sizeof(l->row->actual), "%" PRId64 " others", others);
	return others == 0 ? PASSED : FAILED;
}

static enum found
refunds_within_payment(const struct look *l)
{
	const struct payment_facts *payment = l->evidence->payment;
	int64_t sum_cents = 0;
	if (payment == NULL || !payment->exists)
		return SKIPPED;
	for (int64_t i = 0; i < payment->refund_count; i++)
		if (payment->refunds[i].status != REFUND_NOT_DONE)
			sum_cents += payment->refunds[i].amount_cents;
	snprintf(l->row->expected, sizeof(l->row->expected), "at most %" PRId64 " brl",
	         payment->amount_cents);
	write_amount(l->row->actual, sum_cents);
	return sum_cents <= payment->amount_cents ? PASSED : FAILED;
}

/* --- the credit note -------------------------------------------------------------------------------------- */

static bool
note_is_there(const struct look *l)
{
	return l->evidence->note != NULL && l->evidence->note->exists;
}

static enum found
note_exists(const struct look *l)
{
	if (l->evidence->note == NULL)
		return SKIPPED;
	write_text(l->row->actual, l->evidence->note->access_key);
	return note_is_there(l) && access_key_is_valid(l->evidence->note->access_key) ? PASSED
	                                                                              : FAILED;
}

static enum found
note_number(const struct look *l)
{
	char from_key[ACCESS_KEY_NUMBER_SIZE];
	if (!note_is_there(l) || !access_key_is_valid(l->evidence->note->access_key))
		return SKIPPED;
	access_key_number(l->evidence->note->access_key, from_key);
	return compare_text(l->row, from_key, l->evidence->note->number);
}

/* The tax authority's own code: 100, or 150 when it came late (fiscal.md section 4).  A correction letter
 * shows 135 beside "autorizado" and changes nothing of this.  The issuer's word alone is not the
 * authority's.  The authority's words, like the bank's for a refund not done, stay in the case's facts, which
 * can be erased: they may name a person, and a receipt is for ever (P14). */
static enum found
note_authorised(const struct look *l)
{
	const struct note_facts *note = l->evidence->note;
	if (!note_is_there(l))
		return SKIPPED;
	if (note->authority_status[strspn(note->authority_status, "0123456789")] == '\0')
		text_copy_beginning(l->row->detail, sizeof(l->row->detail), note->authority_status);
	enum found found = compare_text(l->row, note_status_text(NOTE_AUTHORISED),
	                                note_status_text(note->status));
	bool by_protocol = text_equal(note->authority_status, "100") ||
	                   text_equal(note->authority_status, "150");
	return by_protocol ? found : FAILED;
}

static enum found
note_protocol(const struct look *l)
{
	if (!note_is_there(l) || l->evidence->note->protocol[0] == '\0')
		return SKIPPED;
	write_text(l->row->actual, l->evidence->note->protocol);
	return PASSED;
}

static enum found
note_in_production(const struct look *l)
{
	if (!note_is_there(l) || !l->evidence->note->environment_known)
		return SKIPPED;
	bool production = l->evidence->note->in_production;
	write_text(l->row->expected, l->claim->sandbox ? "production or test" : "production");
	write_text(l->row->actual, production ? "production" : "test");
	return production || l->claim->sandbox ? PASSED : FAILED;
}

static enum found
note_is_return(const struct look *l)
{
	const struct note_facts *note = l->evidence->note;
	if (!note_is_there(l) || !note->content_known)
		return SKIPPED;
	write_text(l->row->expected, "finNFe 4, entry");
	snprintf(l->row->actual, sizeof(l->row->actual), "finNFe %" PRId64 ", %s", note->purpose,
	         note->is_entry ? "entry" : "exit");
	return note->purpose == 4 && note->is_entry ? PASSED : FAILED;
}

static enum found
note_references_sale(const struct look *l)
{
	if (!note_is_there(l) || !l->evidence->note->content_known || l->evidence->order == NULL)
		return SKIPPED;
	return compare_text(l->row, l->evidence->order->sale_note.access_key,
	                    l->evidence->note->sale_access_key);
}

static enum found
note_total(const struct look *l)
{
	if (!note_is_there(l) || !l->evidence->note->content_known)
		return SKIPPED;
	return compare_amount(l->row, l->claim->amount_cents, l->evidence->note->total_cents);
}

/* --- how it was read --------------------------------------------------------------------------------------- */

/* Whatever was read was read by somebody. */
static enum found
read_with(const struct look *l)
{
	const struct gate_evidence *e = l->evidence;
	const struct {
		bool was_read;
		const char *reader, *otherwise;
	} readings[] = {
		{ e->order != NULL, e->order_reader, "no order" },
		{ e->payment != NULL, e->payment_reader, "no payment" },
		{ e->note != NULL, e->note_reader, "no note" },
	};
	bool any = false, all_known = true;
	char readers[POSTCONDITION_VALUE_SIZE] = "";
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		bool known = readings[i].was_read && readings[i].reader[0] != '\0';
		size_t used = strlen(readers);
		snprintf(readers + used, sizeof(readers) - used, "%s%s", i > 0 ? "; " : "",
		         known                  ? readings[i].reader
		         : readings[i].was_read ? "unknown"
		                                : readings[i].otherwise);
		any = any || readings[i].was_read;
		all_known = all_known && (known || !readings[i].was_read);
	}
	write_text(l->row->actual, readers);
	if (!any)
		return SKIPPED;
	return all_known ? PASSED : FAILED;
}

/* --- the table ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum postcondition_category category;
	bool required;
	enum found (*look)(const struct look *l);
} rows[] = {
	{ "order_exists", POSTCONDITION_EXISTENCE, true, order_exists },
	{ "order_total", POSTCONDITION_MATCH, true, order_total },
	{ "order_buyer", POSTCONDITION_MATCH, true, order_buyer },
	{ "order_payment", POSTCONDITION_MATCH, true, order_payment },
	{ "consent_given", POSTCONDITION_POLICY, true, consent_given },
	{ "consent_words", POSTCONDITION_POLICY, false, consent_words },
	{ "mandate_signed", POSTCONDITION_POLICY, true, mandate_signed },
	{ "mandate_allows", POSTCONDITION_POLICY, true, mandate_allows },
	{ "refund_exists", POSTCONDITION_EXISTENCE, true, refund_exists },
	{ "refund_amount", POSTCONDITION_MATCH, true, refund_amount },
	{ "refund_currency", POSTCONDITION_MATCH, true, refund_currency },
	{ "refund_on_original_payment", POSTCONDITION_MATCH, true, refund_on_original_payment },
	{ "refund_settled", POSTCONDITION_STATE, true, refund_settled },
	{ "refund_settlement_id", POSTCONDITION_STATE, false, refund_settlement_id },
	{ "refund_not_duplicated", POSTCONDITION_DUPLICATE, true, refund_not_duplicated },
	{ "refunds_within_payment", POSTCONDITION_MATCH, true, refunds_within_payment },
	{ "note_exists", POSTCONDITION_EXISTENCE, true, note_exists },
	{ "note_number", POSTCONDITION_MATCH, true, note_number },
	{ "note_authorised", POSTCONDITION_STATE, true, note_authorised },
	{ "note_protocol", POSTCONDITION_STATE, true, note_protocol },
	{ "note_in_production", POSTCONDITION_STATE, true, note_in_production },
	{ "note_is_return", POSTCONDITION_MATCH, true, note_is_return },
	{ "note_references_sale", POSTCONDITION_MATCH, true, note_references_sale },
	{ "note_total", POSTCONDITION_MATCH, true, note_total },
	{ "read_with", POSTCONDITION_POLICY, true, read_with },
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };
_Static_assert((int)ROW_COUNT < (int)POSTCONDITIONS_MAX, "the reply needs a row too");

/* --- the verdict ----------------------------------------------------------------------------------------------- */

static const struct refund_facts *
find_refund(const struct payment_facts *payment, const char *id)
{
	for (int64_t i = 0; payment != NULL && i < payment->refund_count; i++)
		if (id[0] != '\0' && text_equal(payment->refunds[i].id, id))
			return &payment->refunds[i];
	return NULL;
}

static enum lifecycle
lifecycle_of(const struct gate_claim *claim, const struct gate_evidence *evidence,
             const struct refund_facts *refund)
{
	if (evidence->payment == NULL)
		return LIFECYCLE_UNREACHABLE;
	if (refund == NULL)
		return claim->was_settled ? LIFECYCLE_REVERSED : LIFECYCLE_UNOBSERVED;
	switch (refund->status) {
	case REFUND_PROCESSING:
		return LIFECYCLE_PENDING_FINALITY;
	case REFUND_RETURNED:
		return LIFECYCLE_FINALIZED;
	case REFUND_NOT_DONE:
		return claim->was_settled ? LIFECYCLE_REVERSED : LIFECYCLE_FINALIZED;
	case REFUND_UNRECOGNISED:
		return LIFECYCLE_INDETERMINATE;
	}
	ensure(!"a refund status outside the enum");
	return LIFECYCLE_INDETERMINATE;
}

static bool
any_failed(const struct verdict *verdict, enum postcondition_category category)
{
	for (size_t i = 0; i < verdict->count; i++)
		if (verdict->postconditions[i].category == category &&
		    verdict->postconditions[i].status == POSTCONDITION_FAILED)
			return true;
	return false;
}

/* The first required row that did not pass; NULL when all did. */
static const struct postcondition *
first_in_the_way(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->count; i++)
		if (verdict->postconditions[i].required &&
		    verdict->postconditions[i].status != POSTCONDITION_PASSED)
			return &verdict->postconditions[i];
	return NULL;
}

static enum result
result_of(const struct verdict *verdict)
{
	if (any_failed(verdict, POSTCONDITION_DUPLICATE))
		return RESULT_DUPLICATED;
	if (any_failed(verdict, POSTCONDITION_MATCH))
		return RESULT_MISMATCHED;
	if (any_failed(verdict, POSTCONDITION_POLICY))
		return RESULT_POLICY_FAILED;
	return first_in_the_way(verdict) == NULL ? RESULT_VERIFIED : RESULT_INCOMPLETE;
}

static enum decision
incomplete_decision(const struct verdict *verdict, const struct refund_facts *refund)
{
	switch (verdict->lifecycle) {
	case LIFECYCLE_UNREACHABLE:
		return DECISION_UNAVAILABLE;
	case LIFECYCLE_UNOBSERVED:
		return DECISION_NOT_OBSERVED;
	case LIFECYCLE_REVERSED:
		return DECISION_REVERSED;
	case LIFECYCLE_INDETERMINATE:
		return DECISION_INDETERMINATE;
	case LIFECYCLE_OBSERVED:
	case LIFECYCLE_PENDING_FINALITY:
		return DECISION_PENDING;
	case LIFECYCLE_FINALIZED: /* final and refused; or final, and the note is not there yet */
		ensure(refund != NULL);
		return refund->status == REFUND_NOT_DONE ? DECISION_FAILED : DECISION_PENDING;
	}
	ensure(!"a lifecycle outside the enum");
	return DECISION_INDETERMINATE;
}

static enum decision
decision_of(const struct verdict *verdict, const struct refund_facts *refund)
{
	switch (verdict->result) {
	case RESULT_VERIFIED:
		return DECISION_VERIFIED;
	case RESULT_DUPLICATED:
		return DECISION_DUPLICATED;
	case RESULT_MISMATCHED:
		return DECISION_MISMATCHED;
	case RESULT_POLICY_FAILED:
		return DECISION_POLICY_FAILED;
	case RESULT_INCOMPLETE:
		return incomplete_decision(verdict, refund);
	}
	ensure(!"a result outside the enum");
	return DECISION_INDETERMINATE;
}

static const char *
recovery_for(enum decision decision)
{
	switch (decision) {
	case DECISION_VERIFIED:
		return "none";
	case DECISION_PENDING:
	case DECISION_INDETERMINATE:
		return "wait_and_read_again";
	case DECISION_UNAVAILABLE:
		return "read_again_later";
	case DECISION_NOT_OBSERVED:
		return "send_again_same_id";
	case DECISION_FAILED:
		return "new_consent_new_id";
	case DECISION_MISMATCHED:
	case DECISION_DUPLICATED:
	case DECISION_REVERSED:
	case DECISION_POLICY_FAILED:
		return "human_review";
	}
	ensure(!"a decision outside the enum");
	return "";
}

void
gate_judge(const struct gate_claim *claim, const struct gate_evidence *evidence,
           struct verdict *verdict)
{
	static const enum postcondition_status statuses[] = {
		[PASSED] = POSTCONDITION_PASSED,
		[FAILED] = POSTCONDITION_FAILED,
		[SKIPPED] = POSTCONDITION_SKIPPED,
	};
	struct look look = {
		.claim = claim,
		.evidence = evidence,
		.refund = find_refund(evidence->payment, claim->refund_id),
	};
	memset(verdict, 0, sizeof(*verdict));
	for (size_t i = 0; i < ROW_COUNT; i++) {
		look.row = &verdict->postconditions[verdict->count++];
		write_text(look.row->name, rows[i].name);
		look.row->category = rows[i].category;
		look.row->required = rows[i].required;
		look.row->status = statuses[rows[i].look(&look)];
	}
	verdict->lifecycle = lifecycle_of(claim, evidence, look.refund);
	verdict->result = result_of(verdict);
	verdict->decision = decision_of(verdict, look.refund);
	verdict->correlation_strength =
		look.refund != NULL ? CORRELATION_DETERMINISTIC : CORRELATION_UNCORRELATABLE;
	verdict->reversal_possible =
		false; /* a devolução can't itself be returned (pix.md section 6) */
	verdict->safe_to_claim_complete = verdict_may_be_safe(verdict);
	const struct postcondition *way = first_in_the_way(verdict);
	snprintf(verdict->claim_reason, sizeof(verdict->claim_reason), "%s",
	         way == NULL ? "verified" : way->name);
	snprintf(verdict->recommended_recovery, sizeof(verdict->recommended_recovery), "%s",
	         recovery_for(verdict->decision));
}

void
gate_bind_reply(struct verdict *verdict, const char *commitment)
{
	ensure(verdict->count < POSTCONDITIONS_MAX && commitment[0] != '\0');
	struct postcondition *row = &verdict->postconditions[verdict->count++];
	*row = (struct postcondition){ .name = "reply_text",
		                       .category = POSTCONDITION_MATCH,
		                       .status = POSTCONDITION_PASSED,
		                       .required = true };
	write_text(row->expected, commitment);
	write_text(row->actual, commitment);
}

const char *
gate_found(const struct verdict *verdict, const char *name)
{
	for (size_t i = 0; i < verdict->count; i++)
		if (text_equal(verdict->postconditions[i].name, name))
			return verdict->postconditions[i].status == POSTCONDITION_PASSED
			               ? verdict->postconditions[i].actual
			               : NULL;
	return NULL;
}

void
gate_contract_digest(char digest[CONTRACT_DIGEST_SIZE])
{
	struct buffer bytes;
	json_t *table = json_array();
	buffer_init(&bytes, 64 * 1024);
	for (size_t i = 0; i < ROW_COUNT; i++)
		json_array_append_new(table,
		                      json_pack("{s:s,s:s,s:b}", "name", rows[i].name, "category",
		                                postcondition_category_text(rows[i].category),
		                                "required", rows[i].required));
	ensure(canonical_write(table, &bytes, NULL));
	struct digest hash = digest_of(bytes.bytes, bytes.length);
	memcpy(digest, "sha256:", 7);
	digest_print(&hash, digest + 7);
	json_decref(table);
	buffer_free(&bytes);
}
