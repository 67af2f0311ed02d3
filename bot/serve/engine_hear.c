/*
 * What channels hear.
 *
 * A message is kept once, whatever the provider sends twice, and finds its case: a live
 * one of the same person first, then one that is held or has just ended and wants it,
 * else it opens a new one.  A reaction or an unreadable message opens nothing.
 *
 * What comes under another token than the channel's is kept in the same way and changes
 * nothing by itself: its case is held for a person (channel_unverified).
 */
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/phone.h"
#include "base/text.h"
#include "serve/engine_room.h"

enum { CASES_LOOKED_AT = 8 };

static int64_t
keep_contact(struct engine *engine, const struct heard *heard)
{
	struct contact contact = { 0 };
	ensure(text_copy(contact.channel, sizeof(contact.channel), engine->channel->name));
	ensure(text_copy(contact.address, sizeof(contact.address), heard->address));
	ensure(text_copy(contact.lid, sizeof(contact.lid), heard->lid));
	ensure(text_copy(contact.name, sizeof(contact.name), heard->name));
	return store_contact(engine->store, &contact, engine->now_ms);
}

static enum said_how
how_of(enum content content)
{
	switch (content) {
	case CONTENT_TEXT:
		return SAID_WORDS;
	case CONTENT_BUTTON:
		return SAID_BUTTON;
	case CONTENT_REACTION:
		return SAID_REACTION;
	case CONTENT_IMAGE:
	case CONTENT_AUDIO:
	case CONTENT_VIDEO:
	case CONTENT_DOCUMENT:
	case CONTENT_STICKER:
	case CONTENT_LOCATION:
	case CONTENT_CONTACT:
	case CONTENT_PAYMENT:
	case CONTENT_WAITING:
	case CONTENT_OTHER: /* also words too long to keep whole */
		return SAID_MEDIA;
	}
	ensure(!"a content outside the enum");
	return SAID_MEDIA;
}

static struct said
said_of(const struct heard *heard, int64_t message)
{
	return (struct said){
		.message = message,
		.how = how_of(heard->content),
		.text = heard->text,
		.button_id = heard->button_id,
		.forwarded = heard->forwarded,
	};
}

/* The newest case of this person that takes the message; live ones before others.  Its id, or "". */
static void
find_case(struct engine *engine, int64_t contact, const struct said *said, char *case_id)
{
	char ids[CASES_LOOKED_AT][ID_SIZE];
	uint8_t entropy[ENTROPY_BYTES];
	struct contact person;
	size_t count = store_cases_of(engine->store, contact, ids, CASES_LOOKED_AT);
	case_id[0] = '\0';
	for (int live = 1; live >= 0; live--) {
		for (size_t i = 0; i < count && case_id[0] == '\0'; i++) {
			if (!store_case_load(engine->store, ids[i], engine->c))
				continue;
			struct surroundings around =
				engine_surroundings(engine, engine->c, entropy, &person);
			bool is_live =
				!case_has_ended(engine->c->state) && engine->c->state != CASE_HELD;
			if (is_live == (live == 1) && case_takes(engine->c, said, &around))
				ensure(text_copy(case_id, ID_SIZE, ids[i]));
		}
	}
}

/* Were these words written before the case's offer can have been read?  A provider that tells of a message late
 * tells when it was written, by its own clock.  What can't be told is not early: a yes that might be one is never
 * lost, an early one is only asked for again.  A button names its offer, a quotation is of it. */
static bool
is_early(struct engine *engine, const char *case_id, const struct heard *heard)
{
	const struct refund_case *c = engine->c;
	int64_t lag_ms;
	if (heard->content != CONTENT_TEXT || !store_case_load(engine->store, case_id, engine->c) ||
	    c->state != CASE_OFFERED)
		return false;
	struct offer_sight sight =
		store_offer_sight(engine->store, case_id, c->offer.made_ms, heard->quoted_id);
	if (sight.quoted || !sight.accepted)
		return !sight.quoted;
	bool dated = heard->at_ms > engine->now_ms - HOUR_MS &&
	             heard->at_ms < engine->now_ms + HOUR_MS &&
	             store_heard_lag_ms(engine->store, engine->channel->name, &lag_ms);
	return dated && heard->at_ms + lag_ms + SECOND_MS < c->offer.made_ms;
}

/* Does it say anything that a new case could begin with? */
static bool
may_open(const struct heard *heard)
{
	return heard->content != CONTENT_REACTION && heard->content != CONTENT_WAITING;
}

static void
take_message(struct engine *engine, const struct heard *heard)
{
	struct message message = { .heard = heard, .heard_ms = engine->now_ms };
	char case_id[ID_SIZE], became[MESSAGE_BYTES_MAX];
	message.contact = keep_contact(engine, heard);
	if (!store_hear(engine->store, engine->channel->name, &message)) {
		engine->counts.duplicates++;
		return;
	}
	engine->counts.messages++;
	struct event event = { .kind = EVENT_MESSAGE, .said = said_of(heard, message.id) };
	if (heard->content == CONTENT_WAITING)
		return; /* the words follow under the same id */
	/* Its edit came first: a "sim" that is "não" by now was never said. */
	event.said.edited =
		store_message_edit(engine->store, engine->channel->name, heard->message_id, became);
	if (event.said.edited)
		event.said.text = became;
	find_case(engine, message.contact, &event.said, case_id);
	if (case_id[0] != '\0') {
		store_message_assign(engine->store, message.id, case_id);
		event.said.early = is_early(engine, case_id, heard);
		engine_step(engine, case_id, &event, "customer");
	} else if (may_open(heard)) {
		engine_open_case(engine, message.contact, &event);
	}
}

static void
take_edit(struct engine *engine, const struct heard *heard)
{
	struct message message = { .heard = heard, .heard_ms = engine->now_ms };
	char case_id[ID_SIZE];
	int64_t contact;
	bool known = store_message_find(engine->store, engine->channel->name, heard->message_id,
	                                &contact, case_id);
	message.contact = known ? contact : keep_contact(engine, heard);
	if (!store_hear(engine->store, engine->channel->name, &message) || !known ||
	    case_id[0] == '\0')
		return;
	struct event event = { .kind = EVENT_EDITED, .said = said_of(heard, message.id) };
	store_message_assign(engine->store, message.id, case_id);
	engine_step(engine, case_id, &event, "customer");
}

/* A deletion that comes before its message leaves the message's place taken: when it comes, it is one that
 * was heard already. */
static void
take_deletion(struct engine *engine, const struct heard *heard)
{
	struct message place = { .heard = heard, .heard_ms = engine->now_ms };
	char case_id[ID_SIZE];
	int64_t contact;
	const struct event event = { .kind = EVENT_DELETED,
		                     .said = { .text = "", .button_id = "" } };
	const char *channel = engine->channel->name;
	if (!store_message_find(engine->store, channel, heard->message_id, &contact, case_id)) {
		place.contact = keep_contact(engine, heard);
		store_hear(engine->store, channel, &place);
	}
	if (store_message_delete(engine->store, channel, heard->message_id, engine->now_ms) &&
	    store_message_find(engine->store, channel, heard->message_id, &contact, case_id) &&
	    case_id[0] != '\0')
		engine_step(engine, case_id, &event, "customer");
}

/* Somebody answered from the shop's own phone, unless it is an echo of what we sent. */
static void
take_human_reply(struct engine *engine, const struct heard *heard)
{
	struct message message = { .heard = heard, .heard_ms = engine->now_ms, .by_shop = true };
	struct said said = { .text = "", .button_id = "", .how = SAID_WORDS };
	struct saying ours;
	char case_id[ID_SIZE];
	if (store_saying_find(engine->store, heard->message_id, "", &ours))
		return;
	message.contact = keep_contact(engine, heard);
	if (!store_hear(engine->store, engine->channel->name, &message))
		return;
	find_case(engine, message.contact, &said, case_id);
	if (case_id[0] == '\0')
		return;
	const struct event event = { .kind = EVENT_HUMAN_REPLIED };
	store_message_assign(engine->store, message.id, case_id);
	engine_step(engine, case_id, &event, "shop");
}

void
engine_take_heard(struct engine *engine, const struct heard *heard)
{
	switch (heard->kind) {
	case HEARD_MESSAGE:
		take_message(engine, heard);
		break;
	case HEARD_EDITED:
		take_edit(engine, heard);
		break;
	case HEARD_DELETED:
		take_deletion(engine, heard);
		break;
	case HEARD_HUMAN_REPLIED:
		take_human_reply(engine, heard);
		break;
	case HEARD_HANDED_OVER:
	case HEARD_STATUS:
		engine_take_status(engine, heard);
		break;
	case HEARD_CONNECTED:
	case HEARD_DISCONNECTED:
		engine_take_link(engine, heard->kind == HEARD_CONNECTED);
		break;
	case HEARD_IGNORED:
		log_line(LOG_DEBUG, "channel.ignored", "channel=%s because=%s",
		         engine->channel->name, heard->ignored_because);
		break;
	}
}

/* --- what may not be from our provider ------------------------------------------------------------ */

/* The case that a person will find it in: a live or held one of this contact, else a new one. */
static void
hand_over(struct engine *engine, const struct message *message, const struct event *event)
{
	char case_id[ID_SIZE];
	find_case(engine, message->contact, &event->said, case_id);
	bool found = case_id[0] != '\0' && store_case_load(engine->store, case_id, engine->c) &&
	             !case_has_ended(engine->c->state);
	if (found) {
		store_message_assign(engine->store, message->id, case_id);
		engine_step(engine, case_id, event, "bot");
	} else {
		engine_open_case(engine, message->contact, event);
	}
}

/* A message or an edit is kept like any other, and not acted on. */
static void
keep_unverified(struct engine *engine, const struct heard *heard)
{
	struct message message = { .heard = heard, .heard_ms = engine->now_ms };
	message.contact = keep_contact(engine, heard);
	if (!store_hear(engine->store, engine->channel->name, &message)) {
		engine->counts.duplicates++;
		return;
	}
	const struct event event = { .kind = EVENT_UNVERIFIED, .said = said_of(heard, message.id) };
	if (may_open(heard))
		hand_over(engine, &message, &event);
}

/* Nothing of the message goes, but a yes that may have been taken back counts no more. */
static void
doubt_deletion(struct engine *engine, const struct heard *heard)
{
	char case_id[ID_SIZE];
	int64_t contact;
	const struct event event = { .kind = EVENT_UNVERIFIED,
		                     .said = { .text = "", .button_id = "" } };
	if (store_message_find(engine->store, engine->channel->name, heard->message_id, &contact,
	                       case_id) &&
	    case_id[0] != '\0')
		engine_step(engine, case_id, &event, "customer");
}

/* Of what a stranger might have posted, only that counts which makes the shop more careful. */
void
engine_take_unverified(struct engine *engine, const struct heard *heard)
{
	engine->counts.unverified++;
	switch (heard->kind) {
	case HEARD_MESSAGE:
	case HEARD_EDITED:
		keep_unverified(engine, heard);
		break;
	case HEARD_DELETED:
		doubt_deletion(engine, heard);
		break;
	case HEARD_HUMAN_REPLIED:
	case HEARD_DISCONNECTED:
		engine_take_heard(engine, heard);
		break;
	case HEARD_HANDED_OVER:
		if (heard->failure[0] != '\0')
			engine_take_status(engine, heard);
		break;
	case HEARD_STATUS:
	case HEARD_CONNECTED:
	case HEARD_IGNORED:
		break;
	}
}
