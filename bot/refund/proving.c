/*
 * The credit note, the read-back, the receipt, and the reply.
 *
 *	NOTING      the return note is issued under a ref of ours and read until authorised
 *	VERIFYING   order, payment and note are read once more with read-only credentials, and the
 *	            gate judges; a good verdict renders the reply and binds its exact words
 *	SEALED      the receipt is on disk and being signed
 *	NOTIFYING   only now is the customer told
 *
 * After the money step every end is sealed: a refund that the bank declined and a note
 * that was rejected get receipts too, which say so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/phone.h"
#include "base/text.h"
#include "proof/disclosure.h"
#include "proof/gate.h"
#include "refund/derive.h"
#include "refund/flow.h"

/* --- NOTING ---------------------------------------------------------------------------------------- */

void
note_write(const struct step *s, struct operation *operation)
{
	const struct refund_case *c = s->c;
	struct note_request *request = &operation->note;
	operation->kind = OPERATION_INVOICE_ISSUE;
	derive_note_ref(c->refund.id, request->ref);
	ensure(text_copy(request->sale_access_key, sizeof(request->sale_access_key),
	                 c->order.sale_note.access_key));
	request->issued_ms = s->around->now_ms;
	request->total_cents = c->order.total_cents;
	request->buyer = c->order.buyer;
	request->item_count = c->order.item_count;
	memcpy(request->items, c->order.items, sizeof(request->items));
}

/* There will be no note without a person: the receipt says why. */
static void
note_failed(struct step *s, enum hold_reason reason)
{
	s->c->reason = reason;
	verify(s);
}

static void
send_note(struct step *s)
{
	struct refund_case *c = s->c;
	/* The read-back may have brought an order that is no longer the one that was refunded. */
	if (c->offer.amount_cents != c->order.total_cents ||
	    policy_review_note(&c->order) != HOLD_NONE) {
		note_failed(s, HOLD_NOTE_UNCONFIRMED);
		return;
	}
	note_write(s, step_ask(s, OPERATION_INVOICE_ISSUE));
	c->note.send_again = false;
	c->note.sends++;
	c->note.sent_ms = s->around->now_ms;
}

void
note_issue(struct step *s)
{
	derive_note_ref(s->c->refund.id, s->c->note.ref);
	step_enter(s, CASE_NOTING);
	send_note(s);
}

static void
ask_note(struct step *s)
{
	struct note_query *query = &step_ask(s, OPERATION_INVOICE_NOTE)->note_status;
	ensure(text_copy(query->ref, sizeof(query->ref), s->c->note.ref));
}

static void
note_again(struct step *s)
{
	if (s->c->note.sends >= NOTE_SENDS_MAX) {
		note_failed(s, HOLD_NOTE_UNCONFIRMED);
		return;
	}
	s->c->note.send_again = true;
	step_pace(s);
}

void
noting_again(struct step *s)
{
	if (s->c->note.send_again)
		send_note(s);
	else
		ask_note(s);
}

static void
issue_answered(struct step *s)
{
	switch (s->event->answer.outcome) {
	case OUTCOME_DONE: /* taken in; the read says whether it was authorised */
	case OUTCOME_UNKNOWN:
		s->c->note.sent_ms = s->around->now_ms;
		ask_note(s);
		break;
	case OUTCOME_RETRY:
		note_again(s);
		break;
	case OUTCOME_REFUSED:
	case OUTCOME_CONTRADICTION:
		note_failed(s, HOLD_NOTE_REJECTED);
		break;
	}
}

static void
note_absent(struct step *s)
{
	bool may_still_appear =
		s->around->now_ms - s->c->note.sent_ms < s->around->policy->unknown_grace_ms;
	if (may_still_appear)
		step_pace(s);
	else
		note_again(s); /* the same ref: the issuer makes one note of it */
}

static void
note_shown(struct step *s)
{
	if (!s->c->note_seen.exists) {
		note_absent(s);
		return;
	}
	switch (s->c->note_seen.status) {
	case NOTE_PROCESSING:
	case NOTE_UNRECOGNISED:
		step_pace(s);
		break;
	case NOTE_AUTHORISED:
		verify(s);
		break;
	case NOTE_REJECTED:
	case NOTE_DENIED:
	case NOTE_CANCELLED:
		note_failed(s, HOLD_NOTE_REJECTED);
		break;
	}
}

void
noting_learns(struct step *s)
{
	const struct answered *answer = &s->event->answer;
	if (answer->operation == OPERATION_INVOICE_ISSUE) {
		issue_answered(s);
		return;
	}
	ensure(answer->operation == OPERATION_INVOICE_NOTE); /* flow.c: it waits for nothing else */
	if (answer->outcome == OUTCOME_DONE) {
		step_learn(s);
		note_shown(s);
	} else if (answer->outcome == OUTCOME_CONTRADICTION) {
		note_failed(s, HOLD_NOTE_REJECTED);
	} else {
		step_pace(s);
	}
}

void
noting_gives_up(struct step *s)
{
	note_failed(s, HOLD_NOTE_UNCONFIRMED);
}

/* --- VERIFYING ----------------------------------------------------------------------------------------- */

static void
read_back(struct step *s)
{
	if (s->c->order_reading.read_ms == 0)
		step_ask_order(s);
	if (s->c->payment_reading.read_ms == 0)
		step_ask_payment(s, s->c->refund.e2eid);
	if (s->c->note.ref[0] != '\0' && s->c->note_reading.read_ms == 0)
		ask_note(s);
}

static bool
everything_was_read(const struct refund_case *c)
{
	bool note_is_due = c->note.ref[0] != '\0';
	return c->order_reading.read_ms != 0 && c->payment_reading.read_ms != 0 &&
	       (!note_is_due || c->note_reading.read_ms != 0);
}

/* A verdict is about what the systems of record say now. */
static void
forget_readings(struct step *s)
{
	step_forget_order(s);
	s->c->payment_reading = (struct reading){ 0 };
	s->c->note_reading = (struct reading){ 0 };
}

void
verify(struct step *s)
{
	step_enter(s, CASE_VERIFYING);
	forget_readings(s);
	read_back(s);
}

/* What is still missing; or, when all of it was read and found incomplete, everything anew. */
void
verifying_again(struct step *s)
{
	if (everything_was_read(s->c))
		forget_readings(s);
	read_back(s);
}

/* Keeps the opening of a salted value with the receipt, and gives what the receipt shows of it. */
static void
disclose(struct step *s, const char *name, const char *opening, char commitment[COMMITMENT_SIZE])
{
	struct effects *effects = s->effects;
	ensure(effects->disclosure_count < DISCLOSURES_MAX);
	struct disclosed *disclosed = &effects->disclosures[effects->disclosure_count++];
	ensure(text_copy(disclosed->name, sizeof(disclosed->name), name));
	ensure(text_copy(disclosed->text, sizeof(disclosed->text), opening));
	disclosure_commitment(opening, commitment);
}

/* The form of a number that its two spellings share; "" for what is not a Brazilian phone. */
static void
canonical_phone(const char *text, char canonical[PHONE_SIZE])
{
	char phone[PHONE_SIZE];
	canonical[0] = '\0';
	if (phone_normalise(text, phone))
		phone_canonical(phone, canonical);
}

/* The buyer's phone and the phone that asked, under one salt: equal when the phones are.  Of the buyer's
 * numbers the one that asked is taken, else the first. */
static void
commit_phones(struct step *s, char buyer[COMMITMENT_SIZE], char customer[COMMITMENT_SIZE])
{
	char asked[PHONE_SIZE], ours[PHONE_SIZE], opening[DISCLOSED_SIZE];
	canonical_phone(s->around->customer_address, asked);
	canonical_phone(s->c->order.buyer.phones[0], ours);
	for (int i = 1; i < PHONES_MAX && !text_equal(ours, asked); i++)
		canonical_phone(s->c->order.buyer.phones[i], ours);
	buyer[0] = '\0';
	customer[0] = '\0';
	if (asked[0] == '\0' || ours[0] == '\0')
		return;
	step_opening(s, 1, "phone", asked, opening);
	disclosure_commitment(opening, customer);
	step_opening(s, 1, "phone", ours, opening);
	disclose(s, "buyer_phone", opening, buyer);
}

static void
judge(struct step *s)
{
	const struct refund_case *c = s->c;
	char buyer[COMMITMENT_SIZE], customer[COMMITMENT_SIZE], consent[COMMITMENT_SIZE] = "";
	ensure(c->order_reading.read_ms != 0 && c->payment_reading.read_ms != 0);
	commit_phones(s, buyer, customer);
	if (c->consent_disclosure[0] != '\0')
		disclose(s, "consent_words", c->consent_disclosure, consent);
	struct gate_claim claim = {
		.order_number = c->order_number,
		.amount_cents = c->offer.amount_cents,
		.e2eid = c->refund.e2eid,
		.refund_id = c->refund.id,
		.was_settled = c->refund.settled,
		.sandbox = s->around->policy->sandbox,
		.offer_id = c->offer.id,
		.offered_cents = c->offer.amount_cents,
		.offered_ms = c->offer.made_ms,
		.expires_ms = c->offer.expires_ms,
		.consented_ms = c->offer.consented_ms,
		.consent_commitment = consent,
		.mandate_id = c->mandate.id,
		.mandate_key_id = c->mandate.key_id,
		.mandate_signed_ms = c->mandate.version,
		.mandate_digest = c->mandate.digest,
		.mandate_per_refund_cents = c->mandate.per_refund_cents,
		.buyer_commitment = buyer,
		.customer_commitment = customer,
	};
	struct gate_evidence evidence = {
		.order = &c->order,
		.payment = &c->payment,
		.note = c->note_reading.read_ms != 0 ? &c->note_seen : NULL,
		.order_reader = c->order_reading.credential,
		.payment_reader = c->payment_reading.credential,
		.note_reader = c->note_reading.credential,
		.mandate_digest = s->around->mandate_digest,
	};
	gate_judge(&claim, &evidence, &s->effects->verdict);
}

/* --- the reply: rendered from what the verdict found, and from nothing else ----------------------------- */

static void
render_reply(struct step *s)
{
	const struct verdict *verdict = &s->effects->verdict;
	struct refund_case *c = s->c;
	const char *order = gate_found(verdict, "order_exists");
	const char *cents = gate_found(verdict, "refund_amount"); /* "18600 brl" */
	const char *number = gate_found(verdict, "note_number");
	char amount[32], note[32], opening[DISCLOSED_SIZE];
	struct buffer words;
	ensure(order != NULL && cents != NULL && number != NULL);
	phrase_amount(c->language, strtoll(cents, NULL, 10), amount, sizeof(amount));
	snprintf(note, sizeof(note), "NC-%04lld", strtoll(number, NULL, 10));
	struct phrase_values values = {
		.order = order, .amount = amount, .note = note, .receipt = c->receipt_id
	};
	buffer_init(&words, REPLY_BYTES_MAX - 1);
	phrasebook_say(s->around->phrasebook, c->language, TEMPLATE_REFUND_DONE, &values, &words);
	ensure(!words.failed && text_copy(c->reply, sizeof(c->reply), buffer_text(&words)));
	buffer_free(&words);
	step_opening(s, 2, "reply_text", c->reply, opening);
	disclose(s, "reply_text", opening, c->reply_commitment);
	gate_bind_reply(&s->effects->verdict, c->reply_commitment);
}

/* rcp_rf8421, then rcp_rf8421-2.  After a restore rcp_rf8421-r3141592653, then rcp_rf8421-r3141592653-2:
 * this store may have forgotten a receipt, and one id is one receipt for ever. */
static void
name_receipt(struct step *s)
{
	struct refund_case *c = s->c;
	char epoch[24] = "", number[24] = "";
	if (s->around->epoch != 0)
		ensure(text_format(epoch, sizeof(epoch), "-r%" PRId64, s->around->epoch));
	if (s->around->receipts_of_order > 0)
		ensure(text_format(number, sizeof(number), "-%" PRId64,
		                   s->around->receipts_of_order + 1));
	ensure(text_format(c->receipt_id, sizeof(c->receipt_id), "rcp_rf%s%s%s", c->order_number,
	                   epoch, number));
}

static void
seal(struct step *s)
{
	struct refund_case *c = s->c;
	name_receipt(s);
	c->receipt_is_safe = s->effects->verdict.safe_to_claim_complete;
	c->reply[0] = '\0';
	c->reply_commitment[0] = '\0';
	if (c->receipt_is_safe)
		render_reply(s);
	step_effect(s, EFFECT_SEAL);
	step_enter(s, CASE_SEALED);
}

/* A good verdict is sealed at once.  One that is merely incomplete may be a read that came too early, and
 * is read again until the state gives up; the readings stay until then, so that they can be sealed.
 * Anything worse, or a failure known before, is sealed. */
static void
conclude(struct step *s)
{
	struct refund_case *c = s->c;
	judge(s);
	bool early = s->effects->verdict.result == RESULT_INCOMPLETE && c->reason == HOLD_NONE;
	if (!early) {
		seal(s);
		return;
	}
	step_pace(s);
}

void
verifying_learns(struct step *s)
{
	if (s->event->answer.outcome != OUTCOME_DONE) {
		step_pace(s);
		return;
	}
	step_learn(s);
	if (everything_was_read(s->c))
		conclude(s);
}

/* What could be read is sealed as it is; what could not be read is nobody's verdict (P12). */
void
verifying_gives_up(struct step *s)
{
	if (!everything_was_read(s->c)) {
		step_hold(s, s->c->reason != HOLD_NONE ? s->c->reason : HOLD_INCOMPLETE);
		return;
	}
	judge(s);
	seal(s);
}

/* --- SEALED and NOTIFYING ---------------------------------------------------------------------------------- */

static enum hold_reason
reason_of(enum result result)
{
	switch (result) {
	case RESULT_VERIFIED: /* verified, but not safe: something required did not run */
	case RESULT_INCOMPLETE:
		return HOLD_INCOMPLETE;
	case RESULT_DUPLICATED:
		return HOLD_DUPLICATED;
	case RESULT_MISMATCHED:
		return HOLD_CONTRADICTED;
	case RESULT_POLICY_FAILED:
		return HOLD_POLICY_FAILED;
	}
	ensure(!"a result outside the enum");
	return HOLD_INCOMPLETE;
}

/* The words that the receipt binds, and no others. */
void
notify(struct step *s)
{
	ensure(s->c->receipt_is_safe && s->c->reply[0] != '\0');
	struct effect *effect = step_effect(s, EFFECT_SAY);
	effect->template = TEMPLATE_REFUND_DONE;
	ensure(text_copy(effect->text, sizeof(effect->text), s->c->reply));
}

void
sealed_sealed(struct step *s)
{
	struct refund_case *c = s->c;
	if (c->receipt_is_safe) {
		step_enter(s, CASE_NOTIFYING);
		notify(s);
	} else {
		step_hold(s, c->reason != HOLD_NONE ? c->reason : reason_of(s->event->sealed));
	}
}

void
sealed_gives_up(struct step *s)
{
	step_hold(s, s->c->reason != HOLD_NONE ? s->c->reason : HOLD_INCOMPLETE);
}

/* The good news was read before its delivery was confirmed. */
void
notifying_hears(struct step *s)
{
	if (step_understand(s, AWAITING_NOTHING).intent == INTENT_THANKS)
		step_say(s, TEMPLATE_THANKS);
}

void
notifying_told(struct step *s)
{
	if (s->event->told)
		step_enter(s, CASE_CLOSED);
	else
		step_hold(s, HOLD_REPLY_NOT_DELIVERED);
}

void
notifying_gives_up(struct step *s)
{
	step_hold(s, HOLD_REPLY_NOT_DELIVERED);
}
