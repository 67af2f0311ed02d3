/*
 * The flow: every state with every event, and every pair of events from every point of the main road.
 *
 * The main road is played once, from the complaint to the reply, and every case on it is kept.  Then each
 * of them meets every event there is: all that a customer, the systems, the clock and staff may do, in time,
 * too late, or when nobody waits for it.  What comes of it meets every event once more.  After each step
 * the promises that a case can keep alone are checked (step_keeps_its_promises).
 *
 * The host plays the engine: the mandate's answer follows at once upon the effect that asks for it, the
 * clock wakes a case when it wants to be woken, and a person is let through only where the engine lets one.
 */
#include "tests/test.h"

#include <signal.h>

#include "base/access_key.h"
#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "refund/case.h"
#include "serve/language.h"

#define START_MS INT64_C(1795184400000)
#define MARINA   "5520999990101"
#define E2EID    "E12345678202611191432Ab3dE5fG7h9"

/* --- the shop --------------------------------------------------------------------------------- */

static struct language_pack language;

static const struct policy policy = {
	.merchant = "loja",
	.agent = "support-bot",
	.consent_ms = 30 * MINUTE_MS,
	.order_wait_ms = DAY_MS,
	.slow_ms = 6 * SECOND_MS,
	.unknown_grace_ms = MINUTE_MS,
	.look_up_give_up_ms = 30 * MINUTE_MS,
	.refund_give_up_ms = 31 * MINUTE_MS,
	.note_give_up_ms = 32 * MINUTE_MS,
	.verify_give_up_ms = 10 * MINUTE_MS,
	.tell_give_up_ms = HOUR_MS,
	.told_wait_ms = 15 * SECOND_MS,
	.sandbox = true,
};

static const struct policy *rules = &policy;

/* A case in the hands of the engine. */
struct play {
	struct refund_case c;
	int64_t now_ms;
	struct effects effects; /* of the last step */
};

static bool money_paused; /* the store is an older one, and the bank was not asked yet */

static struct surroundings
around(const struct play *play)
{
	static uint8_t entropy[ENTROPY_BYTES];
	entropy[0]++;
	return (struct surroundings){
		.now_ms = play->now_ms,
		.entropy = entropy,
		.policy = rules,
		.lexicon = language.lexicon,
		.phrasebook = &language.phrasebook,
		.customer_address = MARINA,
		.mandate_digest = "sha256:mandate",
		.money_paused = money_paused,
	};
}

/* --- facts: what the systems may say ---------------------------------------------------------- */

static void
set(char *to, size_t size, const char *text)
{
	assert_true(text_copy(to, size, text));
}
#define SET(field, text) set(field, sizeof(field), text)

static void
write_order(struct facts *facts)
{
	struct order_facts *order = &facts->order;
	facts->kind = FACTS_ORDER;
	*order = (struct order_facts){ .exists = true,
		                       .total_cents = 18600,
		                       .paid_by_pix = true,
		                       .billed = true,
		                       .ordered_ms = START_MS - 2 * DAY_MS,
		                       .item_count = 1 };
	SET(order->number, "8421");
	SET(order->payment_reference, "tx8421");
	SET(order->buyer.phones[0], "(20) 99999-0101");
	SET(order->buyer.document, "12345678909");
	SET(order->sale_note.access_key, "35261112345678000195550010000003171123456780");
	order->sale_note.access_key[43] = access_key_check_digit(order->sale_note.access_key);
	order->items[0] =
		(struct order_item){ .number = 1, .quantity_e4 = 10000, .total_cents = 18600 };
}

static void
write_payment(struct facts *facts)
{
	facts->kind = FACTS_PAYMENT;
	facts->payment = (struct payment_facts){ .exists = true,
		                                 .amount_cents = 18600,
		                                 .paid_ms = START_MS - DAY_MS };
	SET(facts->payment.e2eid, E2EID);
	SET(facts->payment.txid, "tx8421");
}

static void
write_payment_with(struct facts *facts, const char *id, enum refund_status status)
{
	write_payment(facts);
	struct refund_facts *refund = &facts->payment.refunds[facts->payment.refund_count++];
	*refund = (struct refund_facts){ .exists = true, .amount_cents = 18600, .status = status };
	SET(refund->id, id);
	SET(refund->nature, "ORIGINAL");
	SET(refund->rtrid, "D12345678202611201415K1m2N3p4Q5r");
}

static void
write_refund(struct facts *facts, const char *id, enum refund_status status)
{
	facts->kind = FACTS_REFUND;
	facts->refund =
		(struct refund_facts){ .exists = true, .amount_cents = 18600, .status = status };
	SET(facts->refund.id, id);
}

static void
write_note(struct facts *facts, const struct refund_case *c, enum note_status status)
{
	struct note_facts *note = &facts->note;
	facts->kind = FACTS_NOTE;
	*note = (struct note_facts){ .exists = true,
		                     .status = status,
		                     .environment_known = true,
		                     .content_known = true,
		                     .purpose = 4,
		                     .is_entry = true,
		                     .total_cents = 18600,
		                     .item_count = 1 };
	SET(note->ref, c->note.ref);
	SET(note->authority_status, "100");
	SET(note->access_key, "35261112345678000195550010000000421123456780");
	note->access_key[43] = access_key_check_digit(note->access_key);
	SET(note->number, "42");
	SET(note->protocol, "135260000000042");
	SET(note->sale_access_key, c->order.sale_note.access_key);
}

/* --- events ----------------------------------------------------------------------------------- */

#define FACTS_OF_ANSWERS(X)                                                                        \
	X(ORDER, LEDGER_ORDER, write_order(f))                                                     \
	X(ORDER_MISSING, LEDGER_ORDER, f->kind = FACTS_ORDER)                                      \
	X(ORDER_OF_ANOTHER, LEDGER_ORDER, write_order(f); SET(f->order.buyer.phones[0], ""))       \
	X(ORDER_CHANGED, LEDGER_ORDER, write_order(f); f->order.total_cents = 18500)               \
	X(PAYMENT, PAY_PAYMENT, write_payment(f))                                                  \
	X(PAYMENT_RETURNED, PAY_PAYMENT, write_payment_with(f, c->refund.id, REFUND_RETURNED))     \
	X(PAYMENT_PROCESSING, PAY_PAYMENT, write_payment_with(f, c->refund.id, REFUND_PROCESSING)) \
	X(PAYMENT_NOT_DONE, PAY_PAYMENT, write_payment_with(f, c->refund.id, REFUND_NOT_DONE))     \
	X(PAYMENT_ELSEWHERE, PAY_PAYMENT, write_payment_with(f, "other", REFUND_RETURNED))         \
	X(PAYMENT_MISSING, PAY_PAYMENT, f->kind = FACTS_PAYMENT)                                   \
	X(REFUND_ACCEPTED, PAY_REFUND, write_refund(f, c->refund.id, REFUND_PROCESSING))           \
	X(REFUND_RETURNED, PAY_REFUND_STATUS, write_refund(f, c->refund.id, REFUND_RETURNED))      \
	X(REFUND_PROCESSING, PAY_REFUND_STATUS, write_refund(f, c->refund.id, REFUND_PROCESSING))  \
	X(REFUND_NOT_DONE, PAY_REFUND_STATUS, write_refund(f, c->refund.id, REFUND_NOT_DONE))      \
	X(REFUND_NEW_STATE, PAY_REFUND_STATUS, write_refund(f, c->refund.id, REFUND_UNRECOGNISED)) \
	X(REFUND_OF_LESS, PAY_REFUND_STATUS, write_refund(f, c->refund.id, REFUND_RETURNED);       \
	  f->refund.amount_cents--)                                                                \
	X(REFUND_MISSING, PAY_REFUND_STATUS, f->kind = FACTS_REFUND)                               \
	X(NOTE_TAKEN_IN, INVOICE_ISSUE, write_note(f, c, NOTE_PROCESSING))                         \
	X(NOTE_AUTHORISED, INVOICE_NOTE, write_note(f, c, NOTE_AUTHORISED))                        \
	X(NOTE_PROCESSING, INVOICE_NOTE, write_note(f, c, NOTE_PROCESSING))                        \
	X(NOTE_REJECTED, INVOICE_NOTE, write_note(f, c, NOTE_REJECTED))                            \
	X(NOTE_DENIED, INVOICE_NOTE, write_note(f, c, NOTE_DENIED))                                \
	X(NOTE_OF_LESS, INVOICE_NOTE, write_note(f, c, NOTE_AUTHORISED); f->note.total_cents--)    \
	X(NOTE_MISSING, INVOICE_NOTE, f->kind = FACTS_NOTE)

enum answer_facts {
	SAYS_NOTHING,
#define X(name, operation, write) SAYS_##name,
	FACTS_OF_ANSWERS(X)
#undef X
};

static void
write_facts(struct facts *f, enum answer_facts which, const struct refund_case *c)
{
	memset(f, 0, sizeof(*f));
	switch (which) {
	case SAYS_NOTHING:
		break;
#define X(name, operation, write) \
	case SAYS_##name:         \
		write;            \
		break;
		FACTS_OF_ANSWERS(X)
#undef X
	}
}

struct happening {
	const char *name;
	enum event_kind kind;
	const char *text, *button; /* of a message; a button is ":yes" or ":no" of the open offer */
	enum said_how how;
	bool forwarded, cut, early, refused, told, late;
	enum operation_kind operation;
	enum outcome outcome;
	int64_t retry_after_ms;
	enum answer_facts facts;
	enum result sealed;
};

#define SAYS(words)                                                          \
	{                                                                    \
		.name = "says: " words, .kind = EVENT_MESSAGE, .text = words \
	}
#define FAILS(op, what)                                                                   \
	{                                                                                 \
		.name = #op " " #what, .kind = EVENT_ANSWER, .operation = OPERATION_##op, \
		.outcome = OUTCOME_##what                                                 \
	}
#define FAILS_ALL(op) \
	FAILS(op, REFUSED), FAILS(op, RETRY), FAILS(op, UNKNOWN), FAILS(op, CONTRADICTION)

static const struct happening happenings[] = {
	SAYS("quero meu dinheiro de volta, pedido 8421"),
	SAYS("sim"),
	SAYS("sim, mas s\u00f3 metade"),
	SAYS("n\u00e3o"),
	SAYS("n\u00e3o, quero trocar"),
	SAYS("quero falar com um atendente"),
	SAYS("pode mandar para outra chave pix"),
	SAYS("pedido 9999"),
	SAYS("obrigada"),
	SAYS("cad\u00ea meu reembolso?"),
	SAYS("oi"),
	SAYS("asdf qwer"),
	{ .name = "says yes, forwarded", .kind = EVENT_MESSAGE, .text = "sim", .forwarded = true },
	{ .name = "says yes, cut", .kind = EVENT_MESSAGE, .text = "sim", .cut = true },
	{ .name = "says yes, too early", .kind = EVENT_MESSAGE, .text = "sim", .early = true },
	{ .name = "says yes, too late", .kind = EVENT_MESSAGE, .text = "sim", .late = true },
	{ .name = "presses yes",
	  .kind = EVENT_MESSAGE,
	  .text = "Sim",
	  .how = SAID_BUTTON,
	  .button = ":yes" },
	{ .name = "presses no",
	  .kind = EVENT_MESSAGE,
	  .text = "N\u00e3o",
	  .how = SAID_BUTTON,
	  .button = ":no" },
	{ .name = "presses a stranger's yes",
	  .kind = EVENT_MESSAGE,
	  .text = "Sim",
	  .how = SAID_BUTTON,
	  .button = "o_other:yes" },
	{ .name = "sends a photo", .kind = EVENT_MESSAGE, .text = "", .how = SAID_MEDIA },
	{ .name = "sends a photo that says yes",
	  .kind = EVENT_MESSAGE,
	  .text = "sim",
	  .how = SAID_MEDIA },
	{ .name = "reacts", .kind = EVENT_MESSAGE, .text = "\U0001f44d", .how = SAID_REACTION },
	{ .name = "edits to yes", .kind = EVENT_EDITED, .text = "sim" },
	{ .name = "edits to no", .kind = EVENT_EDITED, .text = "n\u00e3o" },
	{ .name = "edits the order", .kind = EVENT_EDITED, .text = "pedido 8421" },
	{ .name = "deletes", .kind = EVENT_DELETED, .text = "" },
	{ .name = "a person replies", .kind = EVENT_HUMAN_REPLIED },
	{ .name = "somebody says sim", .kind = EVENT_UNVERIFIED, .text = "sim" },
	FAILS_ALL(LEDGER_ORDER),
	FAILS_ALL(PAY_PAYMENT),
	FAILS_ALL(PAY_REFUND),
	FAILS_ALL(PAY_REFUND_STATUS),
	FAILS_ALL(INVOICE_ISSUE),
	FAILS_ALL(INVOICE_NOTE),
	{ .name = "ORDER too early",
	  .kind = EVENT_ANSWER,
	  .operation = OPERATION_LEDGER_ORDER,
	  .outcome = OUTCOME_RETRY,
	  .retry_after_ms = 57 * SECOND_MS },
	{ .name = "wait an hour",
	  .kind = EVENT_ANSWER,
	  .operation = OPERATION_PAY_REFUND_STATUS,
	  .outcome = OUTCOME_RETRY,
	  .retry_after_ms = HOUR_MS },
#define X(id, op, write)               \
	{ .name = #id,                 \
	  .kind = EVENT_ANSWER,        \
	  .operation = OPERATION_##op, \
	  .outcome = OUTCOME_DONE,     \
	  .facts = SAYS_##id },
	FACTS_OF_ANSWERS(X)
#undef X
		{ .name = "sealed verified", .kind = EVENT_SEALED, .sealed = RESULT_VERIFIED },
	{ .name = "sealed incomplete", .kind = EVENT_SEALED, .sealed = RESULT_INCOMPLETE },
	{ .name = "sealed duplicated", .kind = EVENT_SEALED, .sealed = RESULT_DUPLICATED },
	{ .name = "told", .kind = EVENT_TOLD, .told = true },
	{ .name = "not told", .kind = EVENT_TOLD },
	{ .name = "the clock strikes", .kind = EVENT_DEADLINE },
	{ .name = "the clock strikes late", .kind = EVENT_DEADLINE, .late = true },
	{ .name = "the clock strikes, finance refuses", .kind = EVENT_DEADLINE, .refused = true },
	{ .name = "yes, finance refuses", .kind = EVENT_MESSAGE, .text = "sim", .refused = true },
	{ .name = "PAYMENT, finance refuses",
	  .kind = EVENT_ANSWER,
	  .operation = OPERATION_PAY_PAYMENT,
	  .outcome = OUTCOME_DONE,
	  .facts = SAYS_PAYMENT,
	  .refused = true },
	{ .name = "released", .kind = EVENT_RELEASED },
	{ .name = "denied", .kind = EVENT_DENIED },
};

enum { HAPPENINGS = sizeof(happenings) / sizeof(happenings[0]) };

static const struct happening *
called(const char *name)
{
	for (size_t i = 0; i < HAPPENINGS; i++)
		if (text_equal(happenings[i].name, name))
			return &happenings[i];
	fail_msg("nothing is called %s", name);
	return NULL;
}

/* --- the promises of a step ------------------------------------------------------------------- */

static char trail[400]; /* what has happened, for whoever reads a failure */

static void
tell_trail(int signal_number)
{
	fprintf(stderr, "%s\n", trail);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

#define promise(condition)                                     \
	do {                                                   \
		if (!(condition))                              \
			fail_msg("%s: %s", trail, #condition); \
	} while (0)

static bool
order_has_left(const struct refund_case *c)
{
	return c->refund.sends > 0 && !c->refund.burnt;
}

/* Of none of them anything may still happen. */
static bool
certainly_did_not_happen(const struct refund_case *c)
{
	return c->refund.void_sends == c->refund.sends && !c->refund.acknowledged &&
	       !c->refund.settled;
}

/* An order to pay: only with a yes, only what was offered, back along the payment, under the derived id. */
static void
pays_what_was_offered(const struct refund_case *before, const struct happening *h,
                      const struct play *play, const struct refund_request *request)
{
	const struct refund_case *c = &play->c;
	promise(before->state == CASE_RESERVED || before->state == CASE_REFUNDING);
	promise(before->offer.consent_message != 0 && before->offer.consented_ms != 0);
	promise(before->offer.consented_ms <= before->offer.expires_ms);
	promise(!before->refund.settled && !before->refund.burnt);
	promise(!before->refund.acknowledged); /* what the bank has shown is never sent again */
	promise(before->refund.round_sends < REFUND_SENDS_MAX);
	/* An id that the bank has refused for good did not happen, and says so again. */
	promise(before->state != CASE_RESERVED || h->facts == SAYS_ORDER ||
	        h->facts == SAYS_PAYMENT || h->facts == SAYS_PAYMENT_NOT_DONE);
	/* Both have been read anew since the yes. */
	promise(c->order_reading.read_ms > before->offer.consented_ms);
	promise(c->payment_reading.read_ms > before->offer.consented_ms);
	/* Again only right after the payment was seen, with no refund by anybody. */
	promise(before->state != CASE_REFUNDING || h->facts == SAYS_PAYMENT);
	promise(before->state != CASE_REFUNDING || before->refund.send_again ||
	        play->now_ms - before->refund.sent_ms >= policy.unknown_grace_ms);
	promise(request->amount_cents == before->offer.amount_cents &&
	        request->amount_cents == 18600);
	promise(text_equal(request->id, before->refund.id) && request->id[0] != '\0');
	promise(text_equal(request->e2eid, E2EID));
	promise(text_equal(c->refund.id, before->refund.id));
}

/* What the bank has under our id was sent by a store that is forgotten: it is this refund, and is never sent. */
static void
adopts_what_was_offered(const struct refund_case *before, const struct happening *h,
                        const struct refund_request *request)
{
	promise(before->state == CASE_RESERVED && before->refund.sends == 0);
	promise(before->offer.consent_message != 0);
	/* Whatever the ERP says by now, or said before: the money has left. */
	promise(h->kind == EVENT_ANSWER);
	promise(text_equal(request->id, before->refund.id) && text_equal(request->e2eid, E2EID));
	promise(request->amount_cents == before->offer.amount_cents);
}

/* A yes: in words or by the button of this very offer, first hand, whole, and in time. */
static void
hears_a_plain_yes(const struct refund_case *before, const struct happening *h,
                  const struct play *play)
{
	promise(before->state == CASE_OFFERED && play->now_ms <= before->offer.expires_ms);
	promise(h->kind == EVENT_MESSAGE && !h->forwarded && !h->cut && !h->early);
	promise((h->how == SAID_WORDS && text_equal(h->text, "sim")) ||
	        (h->how == SAID_BUTTON && text_equal(h->button, ":yes")));
}

static void
effects_are_in_order(const struct refund_case *before, const struct happening *h,
                     const struct play *play)
{
	const struct refund_case *c = &play->c;
	size_t pays = 0, seals = 0, spent = 0, released = 0;
	for (size_t i = 0; i < play->effects.count; i++) {
		const struct effect *effect = &play->effects.list[i];
		switch (effect->kind) {
		case EFFECT_SAY: /* P1: only the receipt's own words say that it is done */
			promise(effect->text[0] != '\0');
			promise(effect->template != TEMPLATE_REFUND_DONE ||
			        (c->receipt_is_safe && text_equal(effect->text, c->reply)));
			break;
		case EFFECT_ASK:
			promise(effect->operation.kind != OPERATION_PAY_REFUND);
			promise(operation_key(&effect->operation)[0] != '\0');
			promise(effect->operation.kind != OPERATION_INVOICE_ISSUE ||
			        before->refund.settled || c->refund.settled);
			break;
		case EFFECT_PAY:
			pays++;
			pays_what_was_offered(before, h, play, &effect->operation.refund);
			break;
		case EFFECT_ADOPT:
			pays++;
			adopts_what_was_offered(before, h, &effect->operation.refund);
			break;
		case EFFECT_CONSENT:
		case EFFECT_RESERVE:
			hears_a_plain_yes(before, h, play);
			break;
		case EFFECT_SPENT:
			spent++;
			promise(c->refund.settled && !before->refund.settled);
			promise(h->facts == SAYS_REFUND_RETURNED); /* read back, whole */
			break;
		case EFFECT_RELEASE: /* never while it may still have happened */
			released++;
			promise(before->state == CASE_RESERVED ||
			        (c->refund.burnt && !before->refund.burnt));
			break;
		case EFFECT_SEAL:
			seals++;
			promise(play->effects.verdict.safe_to_claim_complete == c->receipt_is_safe);
			break;
		case EFFECT_OFFER:
		case EFFECT_WEIGH:
			promise(!order_has_left(before));
			break;
		}
	}
	promise(pays <= 1 && seals <= 1);
	promise(pays == 0 || !money_paused);
	/* P5: what was reserved is spent when it went back, and free again when it did not. */
	bool leaves = before->state == CASE_RESERVED && c->state != CASE_RESERVED;
	promise(spent == (c->refund.settled && !before->refund.settled));
	promise(released == ((leaves && c->state != CASE_REFUNDING) ||
	                     (c->refund.burnt && !before->refund.burnt)));
}

/* P3: while an order to pay may have happened there is no way back, and its id stays the same. */
static void
money_under_way_stays_in_hand(const struct refund_case *before, const struct refund_case *c)
{
	if (!order_has_left(before))
		return;
	bool is_denied = c->state == CASE_REFUSED && c->refund.burnt;
	promise(!is_denied || certainly_did_not_happen(before));
	promise(is_denied || c->state == CASE_REFUNDING || c->state == CASE_NOTING ||
	        c->state == CASE_VERIFYING || c->state == CASE_SEALED ||
	        c->state == CASE_NOTIFYING || c->state == CASE_CLOSED || c->state == CASE_HELD);
	promise(text_equal(c->refund.id, before->refund.id));
	promise(c->refund.sends >= before->refund.sends);
	promise(c->refund.settled || !before->refund.settled);
	promise(c->state != CASE_CLOSED || c->receipt_is_safe);
}

/* P11: what does not rest is woken, and what was woken does not want to be woken at once again. */
static void
every_case_ends(const struct refund_case *before, const struct happening *h,
                const struct play *play)
{
	const struct refund_case *c = &play->c;
	bool rests = case_has_ended(c->state) || c->state == CASE_HELD;
	promise(rests ? case_wake_ms(c) == 0 : case_wake_ms(c) != 0);
	promise(c->state != CASE_HELD || c->reason != HOLD_NONE);
	promise(h->kind != EVENT_DEADLINE || rests || case_wake_ms(c) > play->now_ms);
	/* What has ended stays so, but a reply that silence took for delivered. */
	bool undelivered = before->state == CASE_CLOSED && before->receipt_is_safe &&
	                   h->kind == EVENT_TOLD && !h->told &&
	                   c->reason == HOLD_REPLY_NOT_DELIVERED;
	promise(!case_has_ended(before->state) || c->state == before->state || undelivered);
}

static void
step_keeps_its_promises(const struct refund_case *before, const struct happening *h,
                        const struct play *play)
{
	effects_are_in_order(before, h, play);
	money_under_way_stays_in_hand(before, &play->c);
	every_case_ends(before, h, play);
}

/* --- the engine's part ------------------------------------------------------------------------ */

static bool
asks_finance(enum effect_kind kind, enum room_for *what)
{
	*what = kind == EFFECT_WEIGH     ? ROOM_TO_OFFER
	        : kind == EFFECT_RESERVE ? ROOM_TO_RESERVE
	                                 : ROOM_TO_PAY;
	return kind == EFFECT_WEIGH || kind == EFFECT_RESERVE || kind == EFFECT_PAY ||
	       kind == EFFECT_ADOPT;
}

/* The mandate's answers to what the last step asked, in the same turn. */
static void
follow(struct play *play, const struct happening *h)
{
	static struct refund_case before;
	for (size_t i = 0; i < play->effects.count; i++) {
		struct event event = { .kind = EVENT_ROOM };
		if (!asks_finance(play->effects.list[i].kind, &event.room.what))
			continue;
		event.room.sequence = 1;
		event.room.adopted = play->effects.list[i].kind == EFFECT_ADOPT;
		event.room.refused = h->refused ? HOLD_MANDATE_REVOKED : HOLD_NONE;
		SET(event.room.mandate.id, "cm_support");
		SET(event.room.mandate.key_id, "ed25519:finance");
		SET(event.room.mandate.digest, "sha256:mandate");
		event.room.mandate.per_refund_cents = 50000;
		before = play->c;
		const struct surroundings surroundings = around(play);
		case_step(&play->c, &event, &surroundings, &play->effects);
		step_keeps_its_promises(&before, h, play);
		/* P6: what finance takes back stops here. */
		promise(!h->refused || (play->c.state == CASE_HELD &&
		                        play->c.refund.sends == before.refund.sends));
		i = (size_t)-1; /* the effects are new */
	}
}

/* What the engine would say the answer is about: what the case asked last. */
static const char *
key_now(const struct refund_case *c, enum operation_kind kind)
{
	switch (kind) {
	case OPERATION_LEDGER_ORDER:
		return c->order_number;
	case OPERATION_PAY_PAYMENT:
		return c->state == CASE_LOOKING_UP ? c->order.payment_reference : c->refund.e2eid;
	case OPERATION_PAY_REFUND:
	case OPERATION_PAY_REFUND_STATUS:
		return c->refund.id;
	case OPERATION_INVOICE_ISSUE:
	case OPERATION_INVOICE_NOTE:
		return c->note.ref;
	}
	return "";
}

static void
write_event(const struct play *play, const struct happening *h, struct event *event,
            struct facts *facts, char button[64])
{
	static int64_t message;
	*event = (struct event){ .kind = h->kind };
	button[0] = '\0';
	if (h->button != NULL)
		snprintf(button, 64, "%s%s", h->button[0] == ':' ? play->c.offer.id : "",
		         h->button);
	switch (h->kind) {
	case EVENT_MESSAGE:
	case EVENT_EDITED:
	case EVENT_DELETED:
	case EVENT_UNVERIFIED:
		event->said = (struct said){ .message = ++message,
			                     .how = h->how,
			                     .text = h->text,
			                     .button_id = button,
			                     .forwarded = h->forwarded,
			                     .cut = h->cut,
			                     .early = h->early };
		break;
	case EVENT_ANSWER:
		write_facts(facts, h->facts, &play->c);
		event->answer =
			(struct answered){ .operation = h->operation,
			                   .outcome = h->outcome,
			                   .facts = h->outcome == OUTCOME_DONE ? facts : NULL,
			                   .credential = "pix read 0123456789abcdef",
			                   .retry_after_ms = h->retry_after_ms };
		assert_true(text_copy(event->answer.key, sizeof(event->answer.key),
		                      key_now(&play->c, h->operation)));
		break;
	case EVENT_SEALED:
		event->sealed = h->sealed;
		break;
	case EVENT_TOLD:
		event->told = h->told;
		break;
	case EVENT_DENIED:
		event->words = "fora da pol\u00edtica da loja";
		break;
	case EVENT_HUMAN_REPLIED:
	case EVENT_ROOM:
	case EVENT_DEADLINE:
	case EVENT_RELEASED:
		break;
	}
}

/* One event, and all that follows from it in the same turn.  False when the engine would not let it
 * through. */
static bool
happen(struct play *play, const struct happening *h)
{
	static struct refund_case before;
	static struct facts facts;
	char button[64];
	struct event event;
	int64_t wake_ms = case_wake_ms(&play->c);
	bool by_staff = h->kind == EVENT_RELEASED || h->kind == EVENT_DENIED;
	bool opens = h->kind == EVENT_MESSAGE || h->kind == EVENT_HUMAN_REPLIED ||
	             h->kind == EVENT_UNVERIFIED;
	if (play->c.state == CASE_OPENED && !opens)
		return false;
	if (by_staff && play->c.state != CASE_HELD)
		return false;
	if (h->kind == EVENT_DENIED && !case_may_be_denied(&play->c))
		return false;
	if (h->kind == EVENT_DEADLINE && wake_ms == 0)
		return false;
	play->now_ms += 100;
	if (h->kind == EVENT_DEADLINE && wake_ms > play->now_ms)
		play->now_ms = wake_ms;
	if (h->late)
		play->now_ms += 2 * DAY_MS;
	before = play->c;
	write_event(play, h, &event, &facts, button);
	const struct surroundings surroundings = around(play);
	case_step(&play->c, &event, &surroundings, &play->effects);
	step_keeps_its_promises(&before, h, play);
	follow(play, h);
	return true;
}

/* --- the main road ---------------------------------------------------------------------------- */

static const struct {
	const char *happening;
	enum case_state state; /* after it */
} road[] = {
	{ "says: oi", CASE_NEEDS_ORDER },
	{ "says: quero meu dinheiro de volta, pedido 8421", CASE_LOOKING_UP },
	{ "ORDER", CASE_LOOKING_UP },
	{ "PAYMENT", CASE_OFFERED },
	{ "says: sim", CASE_RESERVED },
	{ "ORDER", CASE_RESERVED },
	{ "PAYMENT", CASE_REFUNDING },
	{ "REFUND_ACCEPTED", CASE_REFUNDING },
	{ "REFUND_PROCESSING", CASE_REFUNDING },
	{ "REFUND_RETURNED", CASE_NOTING },
	{ "NOTE_TAKEN_IN", CASE_NOTING },
	{ "NOTE_AUTHORISED", CASE_VERIFYING },
	{ "ORDER", CASE_VERIFYING },
	{ "PAYMENT_RETURNED", CASE_VERIFYING },
	{ "NOTE_AUTHORISED", CASE_SEALED },
	{ "sealed verified", CASE_NOTIFYING },
	{ "told", CASE_CLOSED },
};

/* Turnings off it, from where they leave the road: what a main road of good answers never sees. */
static const struct {
	size_t after; /* steps of the road */
	const char *happenings[5];
} turnings[] = {
	{ 5, { "a person replies" } },
	{ 5, { "PAYMENT" } },          /* the bank answers before the ERP */
	{ 7, { "PAY_REFUND RETRY" } }, /* certainly not: may go again */
	/* it was to go again, finance refused, a person let it go on, and there it is */
	{ 7, { "PAY_REFUND RETRY", "PAYMENT, finance refuses", "released", "REFUND_PROCESSING" } },
	{ 7,
	  { "PAY_REFUND UNKNOWN", "the clock strikes", "REFUND_MISSING",
	    "the clock strikes late" } },
	/* certainly not, and finance takes the mandate back: may be denied */
	{ 7, { "PAY_REFUND RETRY", "PAYMENT, finance refuses" } },
	{ 7, { "the clock strikes late" } }, /* the bank says nothing for days */
	{ 8, { "REFUND_NOT_DONE" } },
	{ 8, { "REFUND_NOT_DONE", "ORDER", "PAYMENT_NOT_DONE", "sealed incomplete" } },
	{ 8, { "REFUND_NOT_DONE", "ORDER", "PAYMENT_NOT_DONE", "sealed incomplete", "released" } },
	{ 10, { "INVOICE_ISSUE RETRY" } },
	{ 10, { "INVOICE_ISSUE REFUSED", "ORDER", "PAYMENT_RETURNED", "NOTE_MISSING" } },
	{ 10,
	  { "INVOICE_ISSUE REFUSED", "ORDER", "PAYMENT_RETURNED", "NOTE_MISSING",
	    "sealed incomplete" } },
	{ 12, { "ORDER_CHANGED", "PAYMENT_RETURNED", "NOTE_AUTHORISED" } },
	{ 13, { "PAYMENT_ELSEWHERE", "NOTE_AUTHORISED", "sealed duplicated" } },
	{ 13, { "PAYMENT_MISSING", "NOTE_AUTHORISED" } },
	{ 16, { "not told" } },
	{ 17, { "not told" } },
	{ 17, { "not told", "released" } },
};

enum { ROAD = sizeof(road) / sizeof(road[0]), TURNINGS = sizeof(turnings) / sizeof(turnings[0]) };

static void
remember(const char *name)
{
	size_t used = strlen(trail);
	snprintf(trail + used, sizeof(trail) - used, " > %s", name);
}

static void
walk(struct play *play, size_t steps)
{
	memset(play, 0, sizeof(*play));
	play->now_ms = START_MS;
	case_open(&play->c, "c_test", 1, START_MS);
	trail[0] = '\0';
	for (size_t i = 0; i < steps; i++) {
		remember(road[i].happening);
		assert_true(happen(play, called(road[i].happening)));
		if (play->c.state != road[i].state)
			fail_msg("%s: %s", trail, case_state_text(play->c.state));
	}
}

/* Where the exploring begins: the points of the road, then those beside it. */
static void
walk_to(struct play *play, size_t point)
{
	if (point <= ROAD) {
		walk(play, point);
		return;
	}
	size_t turning = point - ROAD - 1;
	walk(play, turnings[turning].after);
	for (size_t i = 0; i < 5 && turnings[turning].happenings[i] != NULL; i++) {
		remember(turnings[turning].happenings[i]);
		assert_true(happen(play, called(turnings[turning].happenings[i])));
	}
}

enum { POINTS = ROAD + 1 + TURNINGS };

/* --- tests ------------------------------------------------------------------------------------ */

static void
the_main_road_leads_to_the_reply(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, ROAD);
	assert_int_equal(play.c.refund.sends, 1);
	assert_true(play.c.receipt_is_safe);
	assert_string_equal(play.c.receipt_id, "rcp_rf8421");
	assert_non_null(strstr(play.c.reply, "R$\u00a0186,00"));
	assert_non_null(strstr(play.c.reply, "NC-0042"));
}

static void
explore(size_t point)
{
	static struct play start, after, again;
	char so_far[sizeof(trail)];
	walk_to(&start, point);
	for (size_t i = 0; i < HAPPENINGS; i++) {
		char one_step[sizeof(trail)];
		after = start;
		memcpy(so_far, trail, sizeof(trail));
		remember(happenings[i].name);
		memcpy(one_step, trail, sizeof(trail));
		bool changed = happen(&after, &happenings[i]) &&
		               memcmp(&after.c, &start.c, sizeof(after.c)) != 0;
		for (size_t j = 0; changed && j < HAPPENINGS; j++) {
			again = after;
			remember(happenings[j].name);
			happen(&again, &happenings[j]);
			memcpy(trail, one_step, sizeof(trail));
		}
		memcpy(trail, so_far, sizeof(trail));
	}
}

static void
every_state_survives_every_two_events(void **state)
{
	(void)state;
	for (size_t point = 0; point < POINTS; point++)
		explore(point);
}

/* The same while money is paused: each point is reached before, and what it meets finds the pause. */
static void
every_state_survives_every_two_events_while_money_is_paused(void **state)
{
	static struct play start, after, again;
	(void)state;
	for (size_t point = 0; point < POINTS; point++) {
		walk_to(&start, point);
		money_paused = true;
		for (size_t i = 0; i < HAPPENINGS; i++) {
			after = start;
			bool changed = happen(&after, &happenings[i]);
			for (size_t j = 0; changed && j < HAPPENINGS; j++) {
				again = after;
				happen(&again, &happenings[j]);
			}
		}
		money_paused = false;
	}
}

/* The explored points are all the states there are; REFUSED and DECLINED and EXPIRED are met as ends. */
static void
every_state_is_met(void **state)
{
	static struct play play, after;
	bool met[CASE_STATE_COUNT] = { false };
	(void)state;
	for (size_t point = 0; point < POINTS; point++) {
		walk_to(&play, point);
		met[play.c.state] = true;
		for (size_t i = 0; i < HAPPENINGS; i++) {
			after = play;
			happen(&after, &happenings[i]);
			met[after.c.state] = true;
		}
	}
	for (int i = 0; i < CASE_STATE_COUNT; i++)
		if (!met[i])
			fail_msg("%s is never met", case_state_text((enum case_state)i));
}

/* Left alone with systems that do not answer, every case comes to rest by the clock alone. */
static void
the_clock_alone_brings_every_case_to_rest(void **state)
{
	static struct play play;
	(void)state;
	for (size_t point = 1; point < POINTS; point++) {
		walk_to(&play, point);
		int strikes = 0;
		while (happen(&play, called("the clock strikes")))
			if (++strikes > 200)
				fail_msg("%s: never rests in %s", trail,
				         case_state_text(play.c.state));
		assert_true(case_has_ended(play.c.state) || play.c.state == CASE_HELD);
	}
}

/* --- the safe refund protocol (pix.md section 5) ---------------------------------------------- */

/* Is this what the last step asked of the world, and nothing else? */
static bool
asked(const struct play *play, enum operation_kind kind)
{
	return play->effects.count == 1 && play->effects.list[0].kind == EFFECT_ASK &&
	       play->effects.list[0].operation.kind == kind;
}

enum { STRIKES_MAX = 30 };

static void
strike_until_asked(struct play *play, enum operation_kind kind)
{
	for (int strikes = 0; strikes < STRIKES_MAX; strikes++)
		if (happen(play, called("the clock strikes")) && asked(play, kind))
			return;
	fail_msg("%s: %s is never asked", trail, operation_text(kind));
}

static void
a_lost_answer_is_asked_about_before_anything_is_sent_again(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	int64_t sent_ms = play.now_ms;
	happen(&play, called("PAY_REFUND UNKNOWN"));
	assert_true(asked(&play, OPERATION_PAY_REFUND_STATUS));
	while (play.now_ms - sent_ms < policy.unknown_grace_ms) {
		happen(&play, called("REFUND_MISSING")); /* it may still appear */
		if (play.now_ms - sent_ms < policy.unknown_grace_ms)
			strike_until_asked(&play, OPERATION_PAY_REFUND_STATUS);
		assert_int_equal(play.c.refund.sends, 1);
	}
	happen(&play, called("REFUND_MISSING"));
	assert_true(asked(&play, OPERATION_PAY_PAYMENT)); /* does the payment's own list agree? */
	happen(&play, called("PAYMENT"));
	assert_int_equal(play.c.refund.sends, 2);
}

/* P12, P7: what the payment says is what counts, just before the same order goes again. */
static void
a_payment_is_looked_at_before_anything_is_sent_again(void **state)
{
	static const char *const roads[][2] = { { "PAY_REFUND UNKNOWN", "REFUND_MISSING" },
		                                { "PAY_REFUND RETRY", "the clock strikes" } };
	static struct play asking, play;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		walk(&asking, 7);
		happen(&asking, called(roads[i][0]));
		asking.now_ms += i == 0 ? policy.unknown_grace_ms : 0;
		happen(&asking, called(roads[i][1]));
		assert_true(asked(&asking, OPERATION_PAY_PAYMENT));
		play = asking;
		happen(&play, called("PAYMENT_MISSING")); /* that says nothing */
		assert_int_equal(play.c.state, CASE_REFUNDING);
		assert_int_equal(play.c.refund.sends, 1);
		assert_true(play.c.due_ms != 0);
		play = asking;
		happen(&play, called("PAYMENT_ELSEWHERE"));
		assert_int_equal(play.c.state, CASE_HELD);
		assert_int_equal(play.c.reason, HOLD_ALREADY_REFUNDED);
		play = asking;
		happen(&play, called("PAYMENT"));
		assert_int_equal(play.c.refund.sends, 2);
	}
}

static void
what_the_payment_lists_is_never_sent_again(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	happen(&play, called("PAY_REFUND UNKNOWN"));
	play.now_ms += HOUR_MS / 4;
	happen(&play, called("REFUND_MISSING"));
	happen(&play, called("PAYMENT_PROCESSING"));
	for (int i = 0; i < 5; i++) {
		strike_until_asked(&play, OPERATION_PAY_REFUND_STATUS);
		happen(&play, called("REFUND_MISSING")); /* it was shown: it does not vanish */
		assert_int_equal(play.c.refund.sends, 1);
	}
}

/* However long it was asked about in vain. */
static void
what_the_bank_shows_at_last_is_looked_at_soon(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	happen(&play, called("PAY_REFUND UNKNOWN"));
	for (int i = 0; i < 5; i++) {
		happen(&play, called("PAY_REFUND_STATUS UNKNOWN"));
		strike_until_asked(&play, OPERATION_PAY_REFUND_STATUS);
	}
	happen(&play, called("REFUND_PROCESSING"));
	assert_true(case_wake_ms(&play.c) <= play.now_ms + SECOND_MS);
}

/* The bank gives no token, or its line is full: nothing has left, whatever the number of tries. */
static void
what_never_left_is_tried_until_time_is_up(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	for (int sends = 1; sends < 3 * REFUND_SENDS_MAX; sends++) {
		assert_int_equal(play.c.refund.sends, sends);
		happen(&play, called("PAY_REFUND RETRY"));
		strike_until_asked(&play, OPERATION_PAY_PAYMENT);
		happen(&play, called("PAYMENT"));
		assert_int_equal(play.c.state, CASE_REFUNDING);
	}
	happen(&play, called("PAY_REFUND RETRY"));
	happen(&play, called("the clock strikes late"));
	assert_int_equal(play.c.state, CASE_HELD);
	assert_int_equal(play.c.reason, HOLD_REFUND_UNCONFIRMED);
	assert_true(case_may_be_denied(&play.c));
}

/* The answer is lost, and once the grace period is over neither refund nor payment show anything. */
static void
come_to_nothing(struct play *play)
{
	happen(play, called("PAY_REFUND UNKNOWN"));
	play->now_ms += policy.unknown_grace_ms;
	happen(play, called("REFUND_MISSING"));
	happen(play, called("PAYMENT"));
}

static void
what_certainly_did_not_happen_goes_again_a_few_times(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	for (int sends = 1; sends < REFUND_SENDS_MAX; sends++) {
		come_to_nothing(&play);
		assert_int_equal(play.c.refund.sends, sends + 1);
		assert_false(case_may_be_denied(&play.c));
	}
	come_to_nothing(&play);
	assert_int_equal(play.c.refund.sends, REFUND_SENDS_MAX);
	assert_int_equal(play.c.state, CASE_HELD);
	assert_int_equal(play.c.reason, HOLD_REFUND_UNCONFIRMED);
}

/* ... and as often again when a person lets it go on; or it is over when he says so. */
static void
a_person_may_try_again_or_end_what_did_not_happen(void **state)
{
	static struct play held, play;
	(void)state;
	walk(&held, 7);
	for (int sends = 1; sends <= REFUND_SENDS_MAX; sends++)
		come_to_nothing(&held);
	play = held;
	happen(&play, called("released"));
	happen(&play, called("REFUND_MISSING"));
	happen(&play, called("PAYMENT"));
	assert_int_equal(play.c.refund.sends, REFUND_SENDS_MAX + 1);
	for (int sends = 1; sends <= REFUND_SENDS_MAX; sends++)
		come_to_nothing(&play);
	assert_int_equal(play.c.refund.sends, 2 * REFUND_SENDS_MAX);
	assert_int_equal(play.c.state, CASE_HELD);
	play = held;
	assert_true(happen(&play, called("denied")));
	assert_int_equal(play.c.state, CASE_REFUSED);
	assert_true(play.c.refund.burnt); /* and the room is free: effects_are_in_order */
}

/* The bank shows nothing, then it does: nobody says no to money that is under way. */
static void
what_was_void_and_is_shown_cannot_be_denied(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	for (int sends = 1; sends <= REFUND_SENDS_MAX; sends++)
		come_to_nothing(&play);
	assert_true(case_may_be_denied(&play.c));
	happen(&play, called("released"));
	happen(&play, called("REFUND_OF_LESS"));
	assert_int_equal(play.c.state, CASE_HELD);
	assert_false(case_may_be_denied(&play.c));
}

/* The bank's list is silent about the payment for a moment: what it goes back along is not forgotten. */
static void
a_payment_that_is_not_shown_for_a_moment_is_asked_about_again(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 13);
	happen(&play, called("PAYMENT_MISSING"));
	happen(&play, called("NOTE_AUTHORISED"));
	assert_int_equal(play.c.state, CASE_VERIFYING);
	happen(&play, called("the clock strikes"));
	assert_int_equal(play.effects.list[0].operation.kind, OPERATION_LEDGER_ORDER);
	assert_string_equal(play.effects.list[1].operation.payment.reference, E2EID);
	happen(&play, called("ORDER"));
	happen(&play, called("PAYMENT_RETURNED"));
	happen(&play, called("NOTE_AUTHORISED"));
	happen(&play, called("sealed verified"));
	assert_int_equal(play.c.state, CASE_NOTIFYING);
}

/* Silence closes; a failure that comes later is not lost, and neither is a success after that. */
static void
a_failure_after_the_end_brings_the_case_back(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, ROAD);
	happen(&play, called("not told"));
	assert_int_equal(play.c.state, CASE_HELD);
	assert_int_equal(play.c.reason, HOLD_REPLY_NOT_DELIVERED);
	happen(&play, called("told"));
	assert_int_equal(play.c.state, CASE_CLOSED);
	happen(&play, called("not told"));
	happen(&play, called("released"));
	assert_int_equal(play.c.state, CASE_NOTIFYING);
	assert_int_equal(play.effects.list[0].template, TEMPLATE_REFUND_DONE);
	happen(&play, called("told"));
	assert_int_equal(play.c.state, CASE_CLOSED);
}

/* The order as it stands now lets money go, and makes the receipt; not the order of the offer. */
static void
nothing_is_paid_on_an_earlier_order(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 5);
	assert_int_equal(play.effects.count, 2);
	assert_int_equal(play.effects.list[0].operation.kind, OPERATION_LEDGER_ORDER);
	assert_int_equal(play.effects.list[1].operation.kind, OPERATION_PAY_PAYMENT);
	happen(&play, called("PAYMENT"));
	happen(&play, called("LEDGER_ORDER RETRY"));
	assert_int_equal(play.c.state, CASE_RESERVED);
	while (play.c.state == CASE_RESERVED)
		assert_true(happen(&play, called("the clock strikes")));
	assert_int_equal(play.c.refund.sends, 0);
	assert_int_equal(play.c.reason, HOLD_SYSTEM_UNREACHABLE);
	walk(&play, 5);
	happen(&play, called("ORDER_CHANGED"));
	assert_int_equal(play.c.state, CASE_HELD);
	assert_int_equal(play.c.refund.sends, 0);
}

static void
nothing_is_verified_on_an_earlier_order(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 12);
	happen(&play, called("PAYMENT_RETURNED"));
	happen(&play, called("NOTE_AUTHORISED"));
	happen(&play, called("LEDGER_ORDER UNKNOWN"));
	while (play.c.state == CASE_VERIFYING)
		assert_true(happen(&play, called("the clock strikes")));
	assert_int_equal(play.c.state, CASE_HELD);
	assert_string_equal(play.c.receipt_id, "");
	walk(&play, 12);
	happen(&play, called("ORDER_CHANGED"));
	happen(&play, called("PAYMENT_RETURNED"));
	happen(&play, called("NOTE_AUTHORISED"));
	assert_int_equal(play.effects.verdict.result, RESULT_MISMATCHED);
}

/* The money is back, the note was refused, and meanwhile the order became another one: a person asks for the
 * note again, and hears no more than that it can't be made. */
static void
no_note_is_asked_for_an_order_that_changed(void **state)
{
	static const char *const steps[] = { "INVOICE_ISSUE REFUSED", "ORDER_CHANGED",
		                             "PAYMENT_RETURNED", "NOTE_MISSING",
		                             "sealed incomplete" };
	static struct play play;
	(void)state;
	walk(&play, 10);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		happen(&play, called(steps[i]));
	assert_int_equal(play.c.state, CASE_HELD);
	happen(&play, called("released"));
	assert_int_equal(play.c.state, CASE_VERIFYING);
	for (size_t i = 0; i < play.effects.count; i++)
		assert_int_not_equal(play.effects.list[i].operation.kind, OPERATION_INVOICE_ISSUE);
}

/* Omie answers the same question once a minute: what it said within that minute is its latest word.  What
 * it is asked too early all the same, it is asked again as soon as it allows. */
static void
an_order_read_within_the_minute_is_not_asked_for_again(void **state)
{
	static struct play play;
	static struct policy patient;
	(void)state;
	patient = policy;
	patient.order_fresh_ms = MINUTE_MS;
	rules = &patient;
	walk(&play, 4);
	happen(&play, called("says: sim"));
	assert_true(asked(&play, OPERATION_PAY_PAYMENT));
	walk(&play, 4);
	play.now_ms += MINUTE_MS;
	happen(&play, called("says: sim"));
	assert_int_equal(play.effects.count, 2);
	happen(&play, called("ORDER too early"));
	assert_int_equal(play.c.due_ms, play.now_ms + 57 * SECOND_MS);
	rules = &policy;
}

/* --- after a restore -------------------------------------------------------------------------- */

static bool
adopts(const struct play *play)
{
	return play->effects.count == 1 && play->effects.list[0].kind == EFFECT_ASK &&
	       play->effects.list[0].operation.kind == OPERATION_PAY_REFUND_STATUS &&
	       play->c.state == CASE_REFUNDING && play->c.refund.sends == 1;
}

static void
a_refund_that_the_bank_has_under_our_id_is_adopted(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 5); /* the yes */
	happen(&play, called("ORDER"));
	happen(&play, called("PAYMENT_RETURNED"));
	assert_true(adopts(&play));
	happen(&play, called("REFUND_RETURNED"));
	assert_int_equal(play.c.state, CASE_NOTING);
}

static void
what_wants_to_be_paid_waits_while_money_is_paused(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 5);
	money_paused = true;
	happen(&play, called("ORDER"));
	happen(&play, called("PAYMENT"));
	happen(&play, called("the clock strikes late")); /* not for half an hour only */
	happen(&play, called("ORDER"));
	happen(&play, called("PAYMENT_RETURNED"));
	assert_int_equal(play.c.state, CASE_RESERVED);
	money_paused = false;
	while (play.effects.count == 0)
		assert_true(happen(&play, called("the clock strikes")));
	happen(&play, called("ORDER"));
	happen(&play, called("PAYMENT"));
	assert_int_equal(play.c.state, CASE_REFUNDING);
	assert_int_equal(play.c.refund.sends, 1);
}

static void
an_order_that_may_go_again_waits_as_well(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	happen(&play, called("PAY_REFUND RETRY"));
	money_paused = true;
	strike_until_asked(&play, OPERATION_PAY_REFUND_STATUS);
	assert_int_equal(play.c.refund.sends, 1);
	money_paused = false;
}

/* Nobody is told that an offer has expired which may have been paid. */
static void
an_offer_does_not_expire_while_money_is_paused(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 4);
	money_paused = true;
	happen(&play, called("the clock strikes late"));
	assert_int_equal(play.c.state, CASE_OFFERED);
	assert_int_equal(play.effects.count, 0);
	money_paused = false;
	happen(&play, called("the clock strikes"));
	assert_int_equal(play.c.state, CASE_EXPIRED);
}

static void
an_offer_that_was_paid_on_a_forgotten_yes_is_held(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 4);
	happen(&play, called("PAYMENT_ELSEWHERE"));
	assert_int_equal(play.c.state, CASE_OFFERED);
	happen(&play, called("PAYMENT_RETURNED"));
	assert_int_equal(play.c.state, CASE_HELD);
	assert_int_equal(play.c.reason, HOLD_ALREADY_REFUNDED);
	walk(&play, 4);
	happen(&play, called("says: quero falar com um atendente"));
	happen(&play, called("PAYMENT_RETURNED"));
	assert_int_equal(play.c.reason, HOLD_ALREADY_REFUNDED);
}

/* Read for another's sake just after our order was sent: that it is not listed yet means nothing. */
static void
a_list_that_comes_too_early_sends_nothing_again(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 7);
	happen(&play, called("PAYMENT"));
	assert_false(play.c.refund.send_again);
}

/* --- strangers, silence, long stories --------------------------------------------------------- */

/* P13: an order that does not exist and one of somebody else get the same answer. */
static void
a_stranger_hears_the_same_words(void **state)
{
	static struct play missing, foreign;
	(void)state;
	walk(&missing, 2);
	foreign = missing;
	happen(&missing, called("ORDER_MISSING"));
	happen(&foreign, called("ORDER_OF_ANOTHER"));
	assert_int_equal(missing.effects.count, foreign.effects.count);
	assert_string_equal(missing.effects.list[0].text, foreign.effects.list[0].text);
	assert_int_equal(missing.effects.list[0].template, foreign.effects.list[0].template);
}

/* A yes to what had not been read yet is asked for again, and again; it is no unclear answer. */
static void
an_early_yes_is_asked_for_again(void **state)
{
	static struct play play;
	(void)state;
	walk(&play, 4);
	for (int i = 0; i < 2; i++) {
		happen(&play, called("says yes, too early"));
		assert_int_equal(play.c.state, CASE_OFFERED);
		assert_int_equal(play.effects.count, 1);
		assert_int_equal(play.effects.list[0].template, TEMPLATE_OFFER_AGAIN);
		assert_int_equal(play.c.offer.unclear_answers, 0);
	}
	happen(&play, called("says: sim"));
	assert_int_equal(play.c.state, CASE_RESERVED);
	walk(&play, 4);
	for (int i = 0; i < 4; i++)
		happen(&play, called("says yes, too early"));
	assert_int_equal(play.c.state, CASE_HELD); /* it must be something else */
	assert_int_equal(play.c.reason, HOLD_CONSENT_UNCLEAR);
}

/* P12: what can't be reached is neither yes nor no. */
static void
an_unreachable_system_decides_nothing(void **state)
{
	static const char *const silence[] = { "LEDGER_ORDER UNKNOWN", "LEDGER_ORDER RETRY" };
	static struct play play;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		walk(&play, 2);
		happen(&play, called(silence[i]));
		assert_int_equal(play.c.state, CASE_LOOKING_UP);
		assert_int_equal(play.effects.count, 0);
	}
}

/* A random customer, bank and clock: long stories instead of short ones. */
static void
long_stories_keep_the_promises(void **state)
{
	static struct play play;
	uint64_t random = 1;
	(void)state;
	for (int story = 0; story < 300; story++) {
		walk_to(&play, (size_t)story % POINTS);
		size_t begin = strlen(trail);
		for (int step = 0; step < 60; step++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			const struct happening *h = &happenings[(random >> 33) % HAPPENINGS];
			if (strlen(trail) > sizeof(trail) / 2)
				trail[begin] = '\0';
			remember(h->name);
			happen(&play, h);
		}
	}
}

static int
load(void **state)
{
	struct why why = { "" };
	(void)state;
	signal(SIGABRT, tell_trail);
	if (!language_load(&language, &why))
		fail_msg("%s", why.text);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	language_free(&language);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_main_road_leads_to_the_reply),
		cmocka_unit_test(every_state_survives_every_two_events),
		cmocka_unit_test(every_state_survives_every_two_events_while_money_is_paused),
		cmocka_unit_test(every_state_is_met),
		cmocka_unit_test(the_clock_alone_brings_every_case_to_rest),
		cmocka_unit_test(a_lost_answer_is_asked_about_before_anything_is_sent_again),
		cmocka_unit_test(a_payment_is_looked_at_before_anything_is_sent_again),
		cmocka_unit_test(what_the_payment_lists_is_never_sent_again),
		cmocka_unit_test(what_the_bank_shows_at_last_is_looked_at_soon),
		cmocka_unit_test(what_never_left_is_tried_until_time_is_up),
		cmocka_unit_test(what_certainly_did_not_happen_goes_again_a_few_times),
		cmocka_unit_test(a_person_may_try_again_or_end_what_did_not_happen),
		cmocka_unit_test(what_was_void_and_is_shown_cannot_be_denied),
		cmocka_unit_test(a_payment_that_is_not_shown_for_a_moment_is_asked_about_again),
		cmocka_unit_test(a_failure_after_the_end_brings_the_case_back),
		cmocka_unit_test(nothing_is_paid_on_an_earlier_order),
		cmocka_unit_test(nothing_is_verified_on_an_earlier_order),
		cmocka_unit_test(no_note_is_asked_for_an_order_that_changed),
		cmocka_unit_test(an_order_read_within_the_minute_is_not_asked_for_again),
		cmocka_unit_test(a_refund_that_the_bank_has_under_our_id_is_adopted),
		cmocka_unit_test(what_wants_to_be_paid_waits_while_money_is_paused),
		cmocka_unit_test(an_order_that_may_go_again_waits_as_well),
		cmocka_unit_test(an_offer_does_not_expire_while_money_is_paused),
		cmocka_unit_test(an_offer_that_was_paid_on_a_forgotten_yes_is_held),
		cmocka_unit_test(a_list_that_comes_too_early_sends_nothing_again),
		cmocka_unit_test(a_stranger_hears_the_same_words),
		cmocka_unit_test(an_early_yes_is_asked_for_again),
		cmocka_unit_test(an_unreachable_system_decides_nothing),
		cmocka_unit_test(long_stories_keep_the_promises),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
