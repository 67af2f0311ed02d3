/*
 * People: contacts, what they said, and what we say.
 *
 * The outbox is where P1 lives: a message that says a refund happened is a row that the
 * schema takes only beside its verified, sealed receipt.
 */
#include "io/store.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/query.h"

/* --- contacts --------------------------------------------------------------------------------------- */

int64_t
store_contact(struct store *store, const struct contact *contact, int64_t now_ms)
{
	struct query *q =
		query(store, "INSERT INTO contacts (channel, address, lid, name, first_heard_ms) "
	                     "VALUES (:channel, :address, :lid, :name, :now) "
	                     "ON CONFLICT (channel, address) DO UPDATE SET "
	                     "lid = CASE WHEN excluded.lid = '' THEN lid ELSE excluded.lid END, "
	                     "name = CASE WHEN excluded.name = '' THEN name ELSE excluded.name END "
	                     "RETURNING id");
	int64_t id = 0;
	query_text(q, ":channel", contact->channel);
	query_text(q, ":address", contact->address);
	query_text(q, ":lid", contact->lid);
	query_text(q, ":name", contact->name);
	query_integer(q, ":now", now_ms);
	while (query_next(q))
		id = query_get_integer(q, 0);
	return id;
}

bool
store_contact_load(struct store *store, int64_t id, struct contact *contact)
{
	struct query *q =
		query(store, "SELECT id, channel, address, lid, name FROM contacts WHERE id = :id");
	bool found = false;
	memset(contact, 0, sizeof(*contact));
	query_integer(q, ":id", id);
	while (query_next(q)) {
		found = true;
		contact->id = query_get_integer(q, 0);
		query_get_text(q, 1, contact->channel, sizeof(contact->channel));
		query_get_text(q, 2, contact->address, sizeof(contact->address));
		query_get_text(q, 3, contact->lid, sizeof(contact->lid));
		query_get_text(q, 4, contact->name, sizeof(contact->name));
	}
	return found;
}

/* --- what they said ----------------------------------------------------------------------------------- */

bool
store_hear(struct store *store, const char *channel, struct message *message)
{
	const struct heard *heard = message->heard;
	struct query *q =
		query(store, "INSERT INTO messages (contact_id, author, channel, provider_id, "
	                     "edit_id, waiting, heard_ms, said_ms, content, text, button_id, "
	                     "quoted_id, forwarded) VALUES (:contact, :author, :channel, "
	                     ":provider_id, :edit_id, :waiting, :heard, :said, :content, :text, "
	                     ":button, :quoted, :forwarded) "
	                     "ON CONFLICT (channel, provider_id, edit_id, waiting) DO NOTHING");
	query_integer(q, ":contact", message->contact);
	query_text(q, ":author", message->by_shop ? "shop" : "customer");
	query_text(q, ":channel", channel);
	query_text(q, ":provider_id", heard->message_id);
	query_text(q, ":edit_id", heard->edit_id);
	query_integer(q, ":waiting", heard->content == CONTENT_WAITING);
	query_integer(q, ":heard", message->heard_ms);
	query_integer(q, ":said", heard->at_ms);
	query_text(q, ":content", content_text(heard->content));
	query_text(q, ":text", heard->text);
	query_text(q, ":button", heard->button_id);
	query_text(q, ":quoted", heard->quoted_id);
	query_integer(q, ":forwarded", heard->forwarded);
	query_run(q);
	message->id = query_last_id(q);
	return query_changes(q) == 1;
}

bool
store_heard_lag_ms(struct store *store, const char *channel, int64_t *lag_ms)
{
	/* An hour is no lag any more: a phone without its date, a day without a network. */
	struct query *q = query(
		store,
		"SELECT min(lag) FROM (SELECT heard_ms - said_ms AS lag FROM messages "
		"WHERE channel = :channel AND author = 'customer' AND said_ms > 0 ORDER BY id DESC "
		"LIMIT 16) WHERE abs(lag) < 3600000 HAVING min(lag) IS NOT NULL");
	bool known = false;
	query_text(q, ":channel", channel);
	while (query_next(q)) {
		*lag_ms = query_get_integer(q, 0);
		known = true;
	}
	return known;
}

void
store_message_assign(struct store *store, int64_t id, const char *case_id)
{
	struct query *q = query(store, "UPDATE messages SET case_id = :case WHERE id = :id");
	query_text(q, ":case", case_id);
	query_integer(q, ":id", id);
	query_run(q);
}

bool
store_message_find(struct store *store, const char *channel, const char *provider_id,
                   int64_t *contact, char *case_id)
{
	struct query *q =
		query(store, "SELECT contact_id, case_id FROM messages WHERE channel = :channel "
	                     "AND provider_id = :id ORDER BY id LIMIT 1");
	bool found = false;
	query_text(q, ":channel", channel);
	query_text(q, ":id", provider_id);
	while (query_next(q)) {
		found = true;
		*contact = query_get_integer(q, 0);
		query_get_text(q, 1, case_id, ID_SIZE);
	}
	return found;
}

bool
store_message_edit(struct store *store, const char *channel, const char *provider_id,
                   char text[MESSAGE_BYTES_MAX])
{
	struct query *q = query(store, "SELECT text FROM messages WHERE channel = :channel "
	                               "AND provider_id = :id AND edit_id <> '' "
	                               "ORDER BY id DESC LIMIT 1");
	bool found = false;
	query_text(q, ":channel", channel);
	query_text(q, ":id", provider_id);
	while (query_next(q)) {
		found = true;
		query_get_text(q, 0, text, MESSAGE_BYTES_MAX);
	}
	return found;
}

bool
store_message_delete(struct store *store, const char *channel, const char *provider_id,
                     int64_t now_ms)
{
	struct query *q =
		query(store, "UPDATE messages SET deleted_ms = :now WHERE channel = :channel "
	                     "AND provider_id = :id AND deleted_ms IS NULL");
	query_integer(q, ":now", now_ms);
	query_text(q, ":channel", channel);
	query_text(q, ":id", provider_id);
	query_run(q);
	return query_changes(q) > 0;
}

/* --- what we say ---------------------------------------------------------------------------------------- */

static const char *
saying_text(enum saying_state state)
{
	switch (state) {
#define X(name, text)       \
	case SAYING_##name: \
		return text;
		SAYINGS(X)
#undef X
	}
	ensure(!"a state outside the enum");
	return "";
}

static enum saying_state
saying_parse(const char *text)
{
#define X(name, word)               \
	if (text_equal(text, word)) \
		return SAYING_##name;
	SAYINGS(X)
#undef X
	ensure(!"a state that the schema does not allow");
	return SAYING_FAILED;
}

static const char *
kind_of(const char *template)
{
	if (text_equal(template, template_text(TEMPLATE_REFUND_DONE)))
		return "refund_done";
	return text_equal(template, "staff") ? "staff" : "say";
}

bool
store_say(struct store *store, const struct saying *saying, int64_t now_ms, struct why *why)
{
	struct query *q =
		query(store, "INSERT INTO outbox (contact_id, case_id, kind, template, text, "
	                     "receipt_id, commitment, state, attempts, due_ms, queued_ms, "
	                     "provider_id, queue_id, failure) VALUES (:contact, :case, :kind, "
	                     ":template, :text, :receipt, :commitment, 'queued', 0, :now, :now, "
	                     "'', '', '')");
	query_integer(q, ":contact", saying->contact);
	query_text_or_null(q, ":case", saying->case_id);
	query_text(q, ":kind", kind_of(saying->template));
	query_text(q, ":template", saying->template);
	query_text(q, ":text", saying->text);
	query_text_or_null(q, ":receipt", saying->receipt_id);
	query_text(q, ":commitment", saying->commitment);
	query_integer(q, ":now", now_ms);
	return query_try(q, why);
}

#define SAYING_COLUMNS \
	"id, contact_id, case_id, template, text, receipt_id, commitment, state, attempts"

static void
read_saying(struct query *q, struct saying *saying)
{
	char state[16];
	memset(saying, 0, sizeof(*saying));
	saying->id = query_get_integer(q, 0);
	saying->contact = query_get_integer(q, 1);
	query_get_text(q, 2, saying->case_id, sizeof(saying->case_id));
	query_get_text(q, 3, saying->template, sizeof(saying->template));
	query_get_text(q, 4, saying->text, sizeof(saying->text));
	query_get_text(q, 5, saying->receipt_id, sizeof(saying->receipt_id));
	query_get_text(q, 6, saying->commitment, sizeof(saying->commitment));
	query_get_text(q, 7, state, sizeof(state));
	saying->state = saying_parse(state);
	saying->attempts = query_get_integer(q, 8);
}

size_t
store_sayings_due(struct store *store, int64_t now_ms, struct saying *sayings, size_t room)
{
	struct query *q =
		query(store, "SELECT " SAYING_COLUMNS " FROM outbox o WHERE due_ms <= :now "
	                     "AND " SAYING_HAS_ITS_TURN " ORDER BY id LIMIT :room");
	size_t count = 0;
	query_integer(q, ":now", now_ms);
	query_integer(q, ":room", (int64_t)room);
	while (query_next(q))
		read_saying(q, &sayings[count++]);
	return count;
}

/* Statuses come in any order and more than once; they only move a message forward. */
static bool
moves_forward(struct store *store, int64_t id, enum saying_state state)
{
	struct query *q = query(store, "SELECT state FROM outbox WHERE id = :id");
	char now[16] = "";
	query_integer(q, ":id", id);
	while (query_next(q))
		query_get_text(q, 0, now, sizeof(now));
	if (now[0] == '\0')
		return false;
	enum saying_state present = saying_parse(now);
	bool sent_again = present == SAYING_SENDING && state == SAYING_QUEUED;
	bool arrived = present == SAYING_RECEIVED || present == SAYING_READ;
	if (state == SAYING_FAILED)
		return !arrived && present != SAYING_FAILED;
	return sent_again || (int)state > (int)present;
}

void
store_saying_set(struct store *store, int64_t id, enum saying_state state, int64_t due_ms,
                 const struct sent *sent, const char *failure, int64_t now_ms)
{
	if (!moves_forward(store, id, state))
		return;
	struct query *q = query(
		store,
		"UPDATE outbox SET state = :state, due_ms = :due, failure = :failure, "
		"attempts = attempts + (:state = 'sending'), "
		"sent_ms = CASE WHEN sent_ms IS NULL AND :state IN ('sent', 'received', 'read') "
		"THEN :now ELSE sent_ms END, "
		"provider_id = CASE WHEN :provider_id = '' THEN provider_id ELSE :provider_id END, "
		"queue_id = CASE WHEN :queue_id = '' THEN queue_id ELSE :queue_id END WHERE id = "
		":id");
	query_text(q, ":state", saying_text(state));
	query_integer_or_null(q, ":due", due_ms);
	query_text(q, ":failure", failure);
	query_integer(q, ":now", now_ms);
	query_text(q, ":provider_id", sent == NULL ? "" : sent->message_id);
	query_text(q, ":queue_id", sent == NULL ? "" : sent->queue_id);
	query_integer(q, ":id", id);
	query_run(q);
}

void
store_saying_postpone(struct store *store, int64_t id, int64_t due_ms)
{
	struct query *q = query(store, "UPDATE outbox SET due_ms = :due WHERE id = :id");
	query_integer_or_null(q, ":due", due_ms);
	query_integer(q, ":id", id);
	query_run(q);
}

bool
store_saying_find(struct store *store, const char *provider_id, const char *queue_id,
                  struct saying *saying)
{
	struct query *q =
		query(store, "SELECT " SAYING_COLUMNS " FROM outbox WHERE "
	                     "(provider_id <> '' AND provider_id = :provider_id) OR "
	                     "(queue_id <> '' AND queue_id = :queue_id) ORDER BY id DESC LIMIT 1");
	bool found = false;
	query_text(q, ":provider_id", provider_id);
	query_text(q, ":queue_id", queue_id);
	while (query_next(q)) {
		read_saying(q, saying);
		found = true;
	}
	return found;
}

struct offer_sight
store_offer_sight(struct store *store, const char *case_id, int64_t made_ms, const char *quoted_id)
{
	struct query *q = query(store, "SELECT state IN ('accepted', 'sent', 'received', 'read'), "
	                               "provider_id <> '' AND provider_id = :quoted FROM outbox "
	                               "WHERE case_id = :case AND queued_ms >= :made "
	                               "AND template IN ('offer', 'offer_again')");
	struct offer_sight sight = { false, false };
	query_text(q, ":case", case_id);
	query_integer(q, ":made", made_ms);
	query_text(q, ":quoted", quoted_id);
	while (query_next(q)) {
		sight.accepted |= query_get_integer(q, 0) != 0;
		sight.quoted |= query_get_integer(q, 1) != 0;
	}
	return sight;
}

void
store_sayings_recover(struct store *store, int64_t now_ms)
{
	struct query *q = query(store, "UPDATE outbox SET state = 'queued', due_ms = :now "
	                               "WHERE state = 'sending'");
	query_integer(q, ":now", now_ms);
	query_run(q);
}

/* --- the conversation ------------------------------------------------------------------------------------- */

void
store_conversation(struct store *store, const char *case_id, store_line_visit *visit, void *context)
{
	struct query *q = query(
		store, "SELECT heard_ms AS at, 0 AS side, id, author, text, content, "
		       "CASE WHEN deleted_ms IS NOT NULL THEN 'deleted' WHEN edit_id <> '' THEN "
		       "'edited' ELSE '' END "
		       "FROM messages WHERE case_id = :case "
		       "UNION ALL SELECT queued_ms, 1, id, CASE kind WHEN 'staff' THEN 'shop' ELSE "
		       "'bot' END, text, "
		       "'text', state FROM outbox WHERE case_id = :case ORDER BY at, side, id");
	struct line line;
	query_text(q, ":case", case_id);
	while (query_next(q)) {
		line.at_ms = query_get_integer(q, 0);
		query_get_text(q, 3, line.author, sizeof(line.author));
		query_get_text(q, 4, line.text, sizeof(line.text));
		query_get_text(q, 5, line.content, sizeof(line.content));
		query_get_text(q, 6, line.state, sizeof(line.state));
		visit(context, &line);
	}
}
