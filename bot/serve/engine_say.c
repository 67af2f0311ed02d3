/*
 * What we say, and whether it arrived.
 *
 *	queued -> sending -> accepted -> sent -> received -> read
 *	             \__ not accepted: queued again a little later, then failed
 *
 * Accepted is not sent: the provider took the message into its queue.  The reply that says
 * "done" closes its case when it was handed over to WhatsApp, or when nobody said
 * otherwise for a while after it was accepted.  That silence counts only while the channel
 * is linked: one that has told us that it is not still accepts, and delivers nothing.  A
 * failure is heard whenever it comes, also after the end.
 *
 * A status may overtake the answer to its own send, which brings the ids to know it by.
 * Statuses of unknown messages are kept a while for that; they die with the process, and
 * then the message goes again anyway.
 *
 * Words that say "done" are held against the signed receipt twice, when they are said and when
 * they leave: what stands in the store by then is not believed (P1, P2).
 *
 * A message whose sending is unknown goes again, once: the same sentence twice harms
 * nobody, silence does.  If that is unknown too it has failed, as far as we can tell.
 * One that was certainly not taken goes a few times.  Money is never treated like this.
 */
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "proof/sealed_words.h"
#include "serve/engine_room.h"

/* --- saying ----------------------------------------------------------------------------------------------------- */

static bool
claims_done(const struct saying *saying)
{
	return text_equal(saying->template, template_text(TEMPLATE_REFUND_DONE));
}

static void
take_reply_text(void *context, const struct disclosed *disclosed)
{
	struct disclosed *reply = context;
	if (text_equal(disclosed->name, "reply_text"))
		*reply = *disclosed;
}

/* Is this what the receipt of this case was sealed for? */
static bool
words_are_sealed(struct engine *engine, const struct saying *saying, struct why *why)
{
	struct key_ring ring = { .count = 0 };
	struct disclosed reply = { .text = "" };
	struct stored_receipt receipt;
	if (!store_receipt_load(engine->store, saying->receipt_id, &receipt))
		return why_set(why, "there is no receipt %s", saying->receipt_id);
	store_disclosures(engine->store, receipt.id, take_reply_text, &reply);
	ensure(key_ring_add(&ring, signing_key_public(engine->setup.receipts_key), NULL));
	const struct sealed_words sealed = {
		.body = receipt.body,
		.length = receipt.body_length,
		.signature = receipt.signature,
		.order_number = receipt.order_number,
		.disclosure = reply.text,
		.words = saying->text,
	};
	bool ok = (text_equal(receipt.case_id, saying->case_id) ||
	           why_set(why, "%s is the receipt of another case", receipt.id)) &&
	          sealed_words_hold(&sealed, &ring, why);
	store_receipt_free(&receipt);
	return ok;
}

bool
engine_say(struct engine *engine, const struct refund_case *c, const struct effect *effect)
{
	struct saying saying = { .contact = c->contact };
	struct why why = { "" };
	bool claims = effect->template == TEMPLATE_REFUND_DONE;
	ensure(text_copy(saying.case_id, sizeof(saying.case_id), c->id));
	ensure(text_copy(saying.template, sizeof(saying.template),
	                 template_text(effect->template)));
	ensure(text_copy(saying.text, sizeof(saying.text), effect->text));
	if (claims) { /* P1, P2: the receipt that makes it true, and the words it binds */
		ensure(text_equal(effect->text, c->reply));
		ensure(text_copy(saying.receipt_id, sizeof(saying.receipt_id), c->receipt_id));
		ensure(text_copy(saying.commitment, sizeof(saying.commitment),
		                 c->reply_commitment));
	}
	bool ok = (!claims || words_are_sealed(engine, &saying, &why)) &&
	          store_say(engine->store, &saying, engine->now_ms, &why);
	if (!ok)
		log_line(LOG_ERROR, "saying.refused", "case=%s template=%s why=\"%s\"", c->id,
		         saying.template, why.text);
	engine->revision++;
	return ok;
}

/* --- sending ---------------------------------------------------------------------------------------------------- */

static void
told(struct engine *engine, const struct saying *saying, bool left)
{
	const struct event event = { .kind = EVENT_TOLD, .told = left };
	if (claims_done(saying))
		engine_step(engine, saying->case_id, &event, "bot");
}

static void
failed(struct engine *engine, const struct saying *saying, const char *failure)
{
	log_line(LOG_ERROR, "saying.failed", "case=%s template=%s why=\"%s\"", saying->case_id,
	         saying->template, failure);
	store_saying_set(engine->store, saying->id, SAYING_FAILED, 0, NULL, failure,
	                 engine->now_ms);
	told(engine, saying, false);
	engine->revision++;
}

static void
send(struct engine *engine, const struct saying *saying)
{
	struct why why = { "" };
	struct contact contact;
	if (claims_done(saying) && !words_are_sealed(engine, saying, &why)) {
		failed(engine, saying, why.text);
		return;
	}
	struct link *link = engine_link(engine, engine->channel->name, ROLE_WRITE, &why);
	struct flight *flight =
		link == NULL ? NULL : engine_flight_new(engine, FLIGHT_SAYING, FLIGHTS_KEPT);
	if (flight == NULL) {
		log_line(LOG_WARNING, "saying.waits", "case=%s why=\"%s\"", saying->case_id,
		         why.text);
		store_saying_postpone(engine->store, saying->id, engine->now_ms + 10 * 1000);
		return;
	}
	store_contact_load(engine->store, saying->contact, &contact);
	flight->link = link;
	link->users++;
	flight->saying = *saying;
	ensure(text_copy(flight->address, sizeof(flight->address), contact.address));
	store_saying_set(engine->store, saying->id, SAYING_SENDING, 0, NULL, "", engine->now_ms);
}

/* Accepted, and nobody said otherwise since.  While the channel is unlinked that means nothing, and the
 * case waits, until it gives up itself. */
static void
silence(struct engine *engine, const struct saying *saying)
{
	bool is_awaited = claims_done(saying) &&
	                  store_case_load(engine->store, saying->case_id, engine->c) &&
	                  engine->c->state == CASE_NOTIFYING;
	if (engine->unlinked && is_awaited) {
		store_saying_postpone(engine->store, saying->id,
		                      engine->now_ms + engine->policy.told_wait_ms);
		return;
	}
	store_saying_postpone(engine->store, saying->id, 0);
	if (!engine->unlinked)
		told(engine, saying, true);
}

void
engine_send_due(struct engine *engine)
{
	enum { A_TURN = 16 };
	struct saying sayings[A_TURN];
	size_t count = store_sayings_due(engine->store, engine->now_ms, sayings, A_TURN);
	for (size_t i = 0; i < count; i++) {
		if (sayings[i].state == SAYING_QUEUED)
			send(engine, &sayings[i]);
		else
			silence(engine, &sayings[i]);
	}
}

/* --- what became of it ------------------------------------------------------------------------ */

static void
again(struct engine *engine, const struct saying *saying, const char *cause)
{
	static const int64_t pauses_ms[] = { 2000, 5000, 15000, 60000 };
	enum { PAUSES = sizeof(pauses_ms) / sizeof(pauses_ms[0]) };
	int64_t sent_before = saying->attempts; /* without this one */
	if (sent_before + 1 >= MESSAGE_ATTEMPTS_MAX) {
		failed(engine, saying, cause);
		return;
	}
	int64_t pause_ms = pauses_ms[sent_before < PAUSES ? sent_before : PAUSES - 1];
	store_saying_set(engine->store, saying->id, SAYING_QUEUED, engine->now_ms + pause_ms, NULL,
	                 cause, engine->now_ms);
}

/* Has it been in doubt before?  Where that may have been forgotten, it has when it was sent before. */
static bool
was_in_doubt(const struct engine *engine, const struct saying *saying)
{
	for (size_t i = 0; i < DOUBTS_MAX; i++)
		if (engine->doubts[i] == saying->id)
			return true;
	return engine->doubt_next > DOUBTS_MAX && saying->attempts > 0;
}

/* It may have been sent.  Remembered in memory: after a restart what was on its way goes again anyway. */
static void
again_in_doubt(struct engine *engine, const struct saying *saying, const char *cause)
{
	if (was_in_doubt(engine, saying)) {
		failed(engine, saying, cause);
		return;
	}
	engine->doubts[engine->doubt_next++ % DOUBTS_MAX] = saying->id;
	again(engine, saying, cause);
}

/* The statuses that were ahead of this answer. */
static void
take_early(struct engine *engine, const struct sent *sent)
{
	for (size_t i = 0; i < EARLY_MAX; i++) {
		struct early_status early = engine->early[(engine->early_next + i) % EARLY_MAX];
		bool ours =
			(early.message_id[0] != '\0' &&
		         text_equal(early.message_id, sent->message_id)) ||
			(early.queue_id[0] != '\0' && text_equal(early.queue_id, sent->queue_id));
		if (!ours)
			continue;
		engine->early[(engine->early_next + i) % EARLY_MAX] = (struct early_status){ 0 };
		struct heard heard = { .kind = early.kind, .delivery = early.delivery };
		ensure(text_copy(heard.message_id, sizeof(heard.message_id), early.message_id) &&
		       text_copy(heard.queue_id, sizeof(heard.queue_id), early.queue_id) &&
		       text_copy(heard.failure, sizeof(heard.failure), early.failure));
		engine_take_status(engine, &heard);
	}
}

void
engine_take_sent(struct engine *engine, struct flight *flight)
{
	const struct saying *saying = &flight->saying;
	log_line(flight->outcome == OUTCOME_DONE ? LOG_INFO : LOG_WARNING, "saying.ended",
	         "case=%s template=%s outcome=%s why=\"%s\"", saying->case_id, saying->template,
	         outcome_text(flight->outcome), flight->why.text);
	switch (flight->outcome) {
	case OUTCOME_DONE:
		store_saying_set(engine->store, saying->id, SAYING_ACCEPTED,
		                 engine->now_ms + engine->policy.told_wait_ms, &flight->sent, "",
		                 engine->now_ms);
		take_early(engine, &flight->sent);
		break;
	case OUTCOME_RETRY:
		again(engine, saying, flight->why.text);
		break;
	case OUTCOME_UNKNOWN:
		again_in_doubt(engine, saying, flight->why.text);
		break;
	case OUTCOME_REFUSED:
	case OUTCOME_CONTRADICTION:
		failed(engine, saying, flight->why.text);
		break;
	}
	engine->revision++;
}

static enum saying_state
state_of(const struct heard *heard)
{
	if (heard->kind == HEARD_HANDED_OVER)
		return SAYING_SENT;
	switch (heard->delivery) {
	case DELIVERY_SENT:
		return SAYING_SENT;
	case DELIVERY_RECEIVED:
		return SAYING_RECEIVED;
	case DELIVERY_READ:
		return SAYING_READ;
	}
	ensure(!"a delivery outside the enum");
	return SAYING_SENT;
}

/* Is the answer to a send still to come, or to be looked at? */
static bool
is_sending(const struct engine *engine)
{
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		const struct flight *flight = &engine->flights[i];
		if (flight->kind == FLIGHT_SAYING && flight->state != FLIGHT_FREE &&
		    flight->state != FLIGHT_CONCLUDED)
			return true;
	}
	return false;
}

/* Its answer is still on the way; or it is about a message that is not ours.  Of too many the oldest is
 * forgotten: its message then counts as any that is accepted and of which nothing more is heard. */
static void
keep_early(struct engine *engine, const struct heard *heard)
{
	if (!is_sending(engine))
		return;
	struct early_status *early = &engine->early[engine->early_next++ % EARLY_MAX];
	if (early->message_id[0] != '\0' || early->queue_id[0] != '\0')
		log_line(LOG_WARNING, "status.forgotten",
		         "why=\"%d newer ones are ahead of their answers\"", EARLY_MAX);
	*early = (struct early_status){ .kind = heard->kind, .delivery = heard->delivery };
	ensure(text_copy(early->message_id, sizeof(early->message_id), heard->message_id) &&
	       text_copy(early->queue_id, sizeof(early->queue_id), heard->queue_id) &&
	       text_copy(early->failure, sizeof(early->failure), heard->failure));
}

/* A message that has arrived can't fail any more, and one that has failed does not fail twice. */
static void
take_failure(struct engine *engine, const struct saying *saying, const char *failure)
{
	if (saying->state != SAYING_RECEIVED && saying->state != SAYING_READ &&
	    saying->state != SAYING_FAILED)
		failed(engine, saying, failure);
}

void
engine_take_status(struct engine *engine, const struct heard *heard)
{
	struct saying saying;
	if (!store_saying_find(engine->store, heard->message_id, heard->queue_id, &saying)) {
		keep_early(engine, heard);
		return;
	}
	if (heard->kind == HEARD_HANDED_OVER && heard->failure[0] != '\0') {
		take_failure(engine, &saying, heard->failure);
		return;
	}
	bool first = saying.state == SAYING_SENDING || saying.state == SAYING_ACCEPTED;
	store_saying_set(engine->store, saying.id, state_of(heard), 0, NULL, "", engine->now_ms);
	if (first)
		told(engine, &saying, true);
	engine->revision++;
}

void
engine_take_link(struct engine *engine, bool linked)
{
	const char *channel = engine->channel->name;
	engine->unlinked = !linked;
	if (linked)
		log_line(LOG_INFO, "channel.connected", "channel=%s", channel);
	else
		log_line(LOG_WARNING, "channel.disconnected",
		         "channel=%s: link the shop's phone again", channel);
}
