/*
 * The verbs of a step: what every part of the flow does in the same way.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "refund/flow.h"

struct effect *
step_effect(struct step *s, enum effect_kind kind)
{
	ensure(s->effects->count < EFFECTS_MAX);
	struct effect *effect = &s->effects->list[s->effects->count++];
	memset(effect, 0, sizeof(*effect));
	effect->kind = kind;
	return effect;
}

/* --- saying ------------------------------------------------------------------------------------ */

static const char *
paid_when(const struct step *s, struct buffer *words)
{
	phrase_day(s->around->phrasebook, s->c->language, s->c->payment.paid_ms, s->around->now_ms,
	           words);
	return buffer_text(words);
}

void
step_say(struct step *s, enum template template)
{
	const struct refund_case *c = s->c;
	ensure(template != TEMPLATE_REFUND_DONE); /* only a receipt says that: notify() */
	struct effect *effect = step_effect(s, EFFECT_SAY);
	struct buffer words, day;
	char amount[32];
	buffer_init(&words, REPLY_BYTES_MAX - 1);
	buffer_init(&day, 64);
	phrase_amount(c->language, c->offer.amount_cents, amount, sizeof(amount));
	struct phrase_values values = {
		.order = c->order_number,
		.amount = amount,
		.paid_when = template == TEMPLATE_OFFER ? paid_when(s, &day) : NULL,
		.why = s->event->kind == EVENT_DENIED ? s->event->words : NULL,
	};
	phrasebook_say(s->around->phrasebook, c->language, template, &values, &words);
	ensure(!words.failed);
	effect->template = template;
	ensure(text_copy(effect->text, sizeof(effect->text), buffer_text(&words)));
	buffer_free(&words);
	buffer_free(&day);
}

/* --- asking ------------------------------------------------------------------------------------ */

struct operation *
step_ask(struct step *s, enum operation_kind kind)
{
	ensure(kind != OPERATION_PAY_REFUND); /* only EFFECT_PAY sends money */
	struct effect *effect = step_effect(s, EFFECT_ASK);
	effect->operation.kind = kind;
	return &effect->operation;
}

void
step_ask_payment(struct step *s, const char *reference)
{
	struct payment_query *query = &step_ask(s, OPERATION_PAY_PAYMENT)->payment;
	ensure(text_copy(query->reference, sizeof(query->reference), reference));
}

void
step_ask_order(struct step *s)
{
	struct order_query *query = &step_ask(s, OPERATION_LEDGER_ORDER)->order;
	ensure(text_copy(query->number, sizeof(query->number), s->c->order_number));
}

void
step_pace(struct step *s)
{
	static const int64_t pauses_ms[] = { 1000, 2000, 4000, 8000, 15000, 30000, 60000 };
	enum { PAUSES = sizeof(pauses_ms) / sizeof(pauses_ms[0]) };
	int64_t tries = s->c->tries++;
	int64_t pause_ms = pauses_ms[tries < PAUSES ? tries : PAUSES - 1];
	ensure(s->event->kind == EVENT_ANSWER); /* only an answer leads to another try */
	if (s->event->answer.retry_after_ms > pause_ms)
		pause_ms = s->event->answer.retry_after_ms;
	s->c->due_ms = s->around->now_ms + pause_ms;
}

/* --- learning ---------------------------------------------------------------------------------- */

struct understanding
step_understand(const struct step *s, enum awaiting awaiting)
{
	struct understanding understanding;
	understand(s->around->lexicon, s->event->said.text, awaiting, &understanding);
	return understanding;
}

static void
note_reading(const struct step *s, struct reading *reading)
{
	reading->read_ms = s->around->now_ms;
	ensure(text_copy(reading->credential, sizeof(reading->credential),
	                 s->event->answer.credential));
}

void
step_learn(struct step *s)
{
	const struct facts *facts = s->event->answer.facts;
	struct refund_case *c = s->c;
	switch (facts->kind) {
	case FACTS_NONE:
		break;
	case FACTS_ORDER:
		c->order = facts->order;
		note_reading(s, &c->order_reading);
		break;
	case FACTS_PAYMENT:
		c->payment = facts->payment;
		note_reading(s, &c->payment_reading);
		break;
	case FACTS_REFUND:
		c->refund_seen = facts->refund;
		note_reading(s, &c->refund_reading);
		break;
	case FACTS_NOTE:
		c->note_seen = facts->note;
		note_reading(s, &c->note_reading);
		break;
	}
}

void
step_forget_order(struct step *s)
{
	int64_t age_ms = s->around->now_ms - s->c->order_reading.read_ms;
	if (age_ms < 0 || age_ms >= s->around->policy->order_fresh_ms)
		s->c->order_reading = (struct reading){ 0 };
}

/* --- chance ------------------------------------------------------------------------------------- */

void
step_new_id(const struct step *s, char *id, const char *prefix)
{
	id_make(id, prefix, s->around->entropy);
}

void
step_opening(const struct step *s, unsigned slot, const char *name, const char *value,
             char opening[DISCLOSED_SIZE])
{
	struct buffer text;
	ensure(slot >= 1 && (slot + 1) * DISCLOSURE_SALT_BYTES <= ENTROPY_BYTES);
	buffer_init(&text, DISCLOSED_SIZE - 1);
	ensure(disclosure_write(s->around->entropy + slot * DISCLOSURE_SALT_BYTES, name, value,
	                        &text, NULL));
	ensure(text_copy(opening, DISCLOSED_SIZE, buffer_text(&text)));
	buffer_free(&text);
}
