/*
 * Chats, messages and what is due (zapi_books.h).
 *
 * Chats stand sorted by their key, so that a world with many customers stays quick;
 * the messages of a chat are a list through the one array of all messages; events stand
 * with the latest first, so that the next one is taken from the end.
 */
#include "channels/sandbox/zapi_books.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/phone.h"
#include "base/text.h"

/* After an accepted send; the real ones are seconds (section 3), and nobody waits for a simulator. */
enum {
	JITTER_MS = 20,
	SENT_MS = 20,
	RECEIVED_MS = 60,
	QUEUE_PACE_MS = 50, /* between two queued messages after the phone is linked again */
	STATUS_IDS_MAX = 20 /* ids in one MessageStatusCallback; the facts give no number */
};

static const char *const state_texts[] = {
#define X(name, text) [STATE_##name] = text,
	ZAPI_STATES(X)
#undef X
};

/* --- books ---------------------------------------------------------------------------------- */

/* Room for one more of `size` bytes in an array that doubles. */
static void *
grow(void *array, int64_t count, int64_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 16 : *room * 2;
	array = realloc(array, (size_t)*room * size);
	ensure(array != NULL);
	return array;
}

void
zapi_random_hex(struct zapi_books *books, char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		text[i] = "0123456789ABCDEF"[simulated_random(&books->random) % 16];
	text[length] = '\0';
}

struct zapi_books *
zapi_books_new(uint64_t seed, const char *webhook_url)
{
	struct zapi_books *books = calloc(1, sizeof(*books));
	ensure(books != NULL);
	books->random = seed;
	books->linked = true;
	books->notify_sent_by_me = true;
	zapi_random_hex(books, books->instance_id, 32);
	zapi_random_hex(books, books->token, 24);
	zapi_random_hex(books, books->client_token, 34);
	for (int hook = 0; hook < HOOKS; hook++)
		ensure(text_copy(books->urls[hook], ZAPI_URL_SIZE, webhook_url));
	return books;
}

void
zapi_books_free(struct zapi_books *books)
{
	if (books == NULL)
		return;
	for (int64_t i = 0; i < books->message_count; i++)
		free(books->messages[i].text);
	for (int64_t i = 0; i < books->chat_count; i++)
		free(books->chats[i]);
	for (int64_t i = 0; i < books->event_count; i++)
		free(books->events[i].body);
	free(books->messages);
	free(books->chats);
	free(books->events);
	free(books);
}

struct faults *
zapi_faults(struct zapi_books *books)
{
	return &books->faults;
}

const char *
zapi_instance_id(const struct zapi_books *books)
{
	return books->instance_id;
}

const char *
zapi_token(const struct zapi_books *books)
{
	return books->token;
}

const char *
zapi_client_token(const struct zapi_books *books)
{
	return books->client_token;
}

/* --- chats ---------------------------------------------------------------------------------- */

bool
zapi_is_lid(const char *identity)
{
	size_t digits = strspn(identity, "0123456789");
	return digits > 0 && text_equal(identity + digits, "@lid");
}

bool
zapi_is_number(const char *identity)
{
	size_t length = strlen(identity);
	return length >= 8 && length < PHONE_SIZE && strspn(identity, "0123456789") == length;
}

/* Where the chat with this key is, or belongs. */
static int64_t
chat_position(const struct zapi_books *books, const char *key)
{
	int64_t low = 0, high = books->chat_count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (strcmp(books->chats[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct zapi_chat *
chat_by_lid(const struct zapi_books *books, const char *lid)
{
	for (int64_t i = 0; i < books->chat_count; i++)
		if (text_equal(books->chats[i]->lid, lid))
			return books->chats[i];
	return NULL;
}

static void
chat_key(const char *identity, char key[ZAPI_IDENTITY_SIZE])
{
	if (zapi_is_number(identity))
		phone_canonical(identity, key);
	else
		ensure(text_copy(key, ZAPI_IDENTITY_SIZE, identity));
}

struct zapi_chat *
zapi_chat_find(const struct zapi_books *books, const char *identity)
{
	char key[ZAPI_IDENTITY_SIZE];
	if (strlen(identity) >= ZAPI_IDENTITY_SIZE)
		return NULL;
	if (zapi_is_lid(identity))
		return chat_by_lid(books, identity);
	chat_key(identity, key);
	int64_t position = chat_position(books, key);
	bool found = position < books->chat_count && text_equal(books->chats[position]->key, key);
	return found ? books->chats[position] : NULL;
}

/* A hash (FNV-1a) will do. */
void
zapi_lid_of_number(const char *number, char lid[ZAPI_IDENTITY_SIZE])
{
	char canonical[PHONE_SIZE];
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	phone_canonical(number, canonical);
	for (const char *at = canonical; *at != '\0'; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
	text_format(lid, ZAPI_IDENTITY_SIZE, "2001%011" PRIu64 "@lid",
	            hash % UINT64_C(100000000000));
}

struct zapi_chat *
zapi_chat_with(struct zapi_books *books, const char *identity)
{
	struct zapi_chat *chat = zapi_chat_find(books, identity);
	if (chat != NULL || books->chat_count == ZAPI_CHATS_MAX ||
	    strlen(identity) >= ZAPI_IDENTITY_SIZE)
		return chat;
	chat = calloc(1, sizeof(*chat));
	ensure(chat != NULL);
	chat->first = chat->last = -1;
	chat_key(identity, chat->key);
	ensure(text_copy(chat->phone, sizeof(chat->phone), identity));
	if (zapi_is_lid(identity))
		ensure(text_copy(chat->lid, sizeof(chat->lid), identity));
	else
		zapi_lid_of_number(identity, chat->lid);
	int64_t position = chat_position(books, chat->key);
	books->chats = grow(books->chats, books->chat_count, &books->chat_room,
	                    sizeof(struct zapi_chat *));
	memmove(books->chats + position + 1, books->chats + position,
	        (size_t)(books->chat_count - position) * sizeof(struct zapi_chat *));
	books->chats[position] = chat;
	books->chat_count++;
	return chat;
}

/* --- messages ------------------------------------------------------------------------------- */

int64_t
zapi_message_add(struct zapi_books *books, struct zapi_chat *chat, const char *kind,
                 const char *text, int64_t now_ms)
{
	if (books->message_count == ZAPI_MESSAGES_MAX)
		return -1;
	books->messages = grow(books->messages, books->message_count, &books->message_room,
	                       sizeof(struct zapi_message));
	int64_t index = books->message_count++;
	struct zapi_message *message = &books->messages[index];
	*message = (struct zapi_message){ .chat = chat, .next = -1, .kind = kind, .at_ms = now_ms };
	message->text = strdup(text);
	ensure(message->text != NULL);
	text_copy(message->id, sizeof(message->id), "3EB0");
	zapi_random_hex(books, message->id + 4, 18);
	if (chat->last >= 0)
		books->messages[chat->last].next = index;
	else
		chat->first = index;
	chat->last = index;
	return index;
}

int64_t
zapi_message_find(const struct zapi_books *books, const struct zapi_chat *chat, const char *id)
{
	int64_t i = chat->first;
	while (i >= 0 && !text_equal(books->messages[i].id, id))
		i = books->messages[i].next;
	return i;
}

void
zapi_message_set_text(struct zapi_message *message, const char *text)
{
	free(message->text);
	message->text = strdup(text);
	ensure(message->text != NULL);
}

/* --- what is due ---------------------------------------------------------------------------- */

/* Puts an event in its place; of two due at once, the older one stays the earlier. */
static void
schedule(struct zapi_books *books, struct zapi_event event)
{
	ensure(books->event_count < ZAPI_EVENTS_MAX);
	books->events = grow(books->events, books->event_count, &books->event_room,
	                     sizeof(struct zapi_event));
	int64_t position = books->event_count;
	while (position > 0 && books->events[position - 1].due_ms <= event.due_ms)
		position--;
	memmove(books->events + position + 1, books->events + position,
	        (size_t)(books->event_count - position) * sizeof(struct zapi_event));
	books->events[position] = event;
	books->event_count++;
}

bool
zapi_has_room(const struct zapi_books *books)
{
	return books->event_count < ZAPI_EVENTS_MAX / 4 && books->message_count < ZAPI_MESSAGES_MAX;
}

void
zapi_post_later(struct zapi_books *books, enum zapi_hook hook, json_t *body, int64_t due_ms)
{
	char *text = json_dumps(body, JSON_COMPACT);
	ensure(text != NULL);
	json_decref(body);
	schedule(books, (struct zapi_event){
				.due_ms = due_ms, .kind = EVENT_POST, .hook = hook, .body = text });
}

static int64_t
jitter(struct zapi_books *books)
{
	return (int64_t)(simulated_random(&books->random) % JITTER_MS);
}

void
zapi_hand_over_later(struct zapi_books *books, int64_t message, int64_t due_ms)
{
	schedule(books, (struct zapi_event){ .due_ms = due_ms + jitter(books),
	                                     .kind = EVENT_HAND_OVER,
	                                     .message = message });
}

void
zapi_link_later(struct zapi_books *books, int64_t due_ms)
{
	schedule(books, (struct zapi_event){ .due_ms = due_ms, .kind = EVENT_LINK });
}

static void
schedule_status(struct zapi_books *books, int64_t message, enum zapi_state state, int64_t due_ms)
{
	schedule(books, (struct zapi_event){ .due_ms = due_ms + jitter(books),
	                                     .kind = EVENT_STATUS,
	                                     .message = message,
	                                     .state = state });
}

/* --- bodies of callbacks ---------------------------------------------------------------------- */

void
zapi_put(json_t *body, const char *key, json_t *value)
{
	ensure(value != NULL);
	json_object_set_new(body, key, value);
}

json_t *
zapi_text_or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

json_t *
zapi_received_body(const struct zapi_books *books, const struct zapi_message *message)
{
	const struct zapi_chat *chat = message->chat;
	json_t *body = json_pack(
		"{s:b, s:s, s:s, s:b, s:b, s:b, s:b, s:s, s:s, s:s, s:b, s:I, s:s, s:o, s:n, s:o}",
		"isStatusReply", false, "chatLid", chat->lid, "connectedPhone", ZAPI_SHOP_PHONE,
		"waitingMessage", false, "isEdit", false, "isGroup", false, "isNewsletter", false,
		"instanceId", books->instance_id, "messageId", message->id, "phone", chat->phone,
		"fromMe", message->from_shop, "momment", (json_int_t)message->at_ms, "status",
		message->from_shop ? "SENT" : "RECEIVED", "chatName", zapi_text_or_null(chat->name),
		"senderPhoto", "senderName",
		zapi_text_or_null(message->from_shop ? "Loja" : chat->name));
	json_t *rest = json_pack("{s:n, s:b, s:n, s:n, s:o, s:i, s:n, s:b, s:s, s:b}", "photo",
	                         "broadcast", false, "participantPhone", "participantLid",
	                         "referenceMessageId", zapi_text_or_null(message->about),
	                         "messageExpirationSeconds", 0, "externalAdReply", "forwarded",
	                         false, "type", "ReceivedCallback", "fromApi", message->from_api);
	ensure(body != NULL && rest != NULL);
	json_object_update_new(body, rest);
	return body;
}

static json_t *
delivery_body(const struct zapi_books *books, const struct zapi_message *message, int64_t now_ms)
{
	json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:I}", "phone", message->chat->phone,
	                         "messageId", message->id, "zaapId", message->queue_id,
	                         "instanceId", books->instance_id, "momment", (json_int_t)now_ms);
	if (message->error != NULL)
		zapi_put(body, "error", json_string(message->error->text));
	if (message->error != NULL && message->error->code != NULL)
		zapi_put(body, "errorCode", json_string(message->error->code));
	zapi_put(body, "type", json_string("DeliveryCallback"));
	return body;
}

/* Takes `ids`. */
static json_t *
status_body(const struct zapi_books *books, const struct zapi_chat *chat, const char *status,
            json_t *ids, int64_t now_ms)
{
	return json_pack("{s:s, s:s, s:o, s:I, s:i, s:s, s:s, s:b}", "instanceId",
	                 books->instance_id, "status", status, "ids", ids, "momment",
	                 (json_int_t)now_ms, "phoneDevice", 0, "phone", chat->phone, "type",
	                 "MessageStatusCallback", "isGroup", false);
}

/* Here `momment` is in seconds, as in the example. */
static json_t *
connected_body(const struct zapi_books *books, int64_t now_ms)
{
	return json_pack("{s:s, s:b, s:I, s:s, s:s}", "type", "ConnectedCallback", "connected",
	                 true, "momment", (json_int_t)(now_ms / SECOND_MS), "instanceId",
	                 books->instance_id, "phone", ZAPI_SHOP_PHONE);
}

static json_t *
disconnected_body(const struct zapi_books *books, int64_t now_ms)
{
	return json_pack("{s:I, s:s, s:b, s:s, s:s}", "momment", (json_int_t)(now_ms / SECOND_MS),
	                 "error", "Device has been disconnected", "disconnected", true, "type",
	                 "DisconnectedCallback", "instanceId", books->instance_id);
}

/* --- what happens ------------------------------------------------------------------------------- */

/* What customers wrote while the phone was unlinked stands at the front, due at INT64_MAX. */
static void
release_held(struct zapi_books *books, int64_t now_ms)
{
	while (books->event_count > 0 && books->events[0].due_ms == INT64_MAX) {
		int64_t oldest = 0;
		while (oldest + 1 < books->event_count &&
		       books->events[oldest + 1].due_ms == INT64_MAX)
			oldest++;
		struct zapi_event event = books->events[oldest];
		memmove(books->events + oldest, books->events + oldest + 1,
		        (size_t)(books->event_count - oldest - 1) * sizeof(struct zapi_event));
		books->event_count--;
		event.due_ms = now_ms;
		schedule(books, event);
	}
}

static void
set_linked(struct zapi_books *books, int64_t now_ms)
{
	int64_t due_ms = now_ms;
	books->linked = true;
	release_held(books, now_ms);
	for (int64_t i = 0; i < books->message_count; i++) {
		if (!books->messages[i].from_api || books->messages[i].state != STATE_QUEUED)
			continue;
		due_ms += QUEUE_PACE_MS;
		zapi_hand_over_later(books, i, due_ms);
	}
}

void
zapi_link(struct zapi_books *books, bool linked, int64_t now_ms)
{
	if (linked == books->linked)
		return;
	if (linked) {
		set_linked(books, now_ms);
		zapi_post_later(books, HOOK_CONNECTED, connected_body(books, now_ms), now_ms);
	} else {
		books->linked = false;
		zapi_post_later(books, HOOK_DISCONNECTED, disconnected_body(books, now_ms), now_ms);
	}
}

/* The echo of our own message, for those who asked to be told (the loop hazard of section 7.1). */
static void
echo(struct zapi_books *books, const struct zapi_message *message, int64_t due_ms)
{
	if (!books->notify_sent_by_me)
		return;
	json_t *body = zapi_received_body(books, message);
	zapi_put(body, "text", json_pack("{s:s}", "message", message->text));
	zapi_post_later(books, HOOK_RECEIVED, body, due_ms);
}

/* A message leaves the queue, or fails.  NULL when it stays: no link, or purged, or gone already. */
static json_t *
hand_over(struct zapi_books *books, int64_t index, int64_t now_ms)
{
	struct zapi_message *message = &books->messages[index];
	if (!books->linked || message->state != STATE_QUEUED)
		return NULL;
	message->state = message->error != NULL ? STATE_FAILED : STATE_SENT;
	if (message->error == NULL) {
		echo(books, message, now_ms + jitter(books));
		schedule_status(books, index, STATE_SENT, now_ms + SENT_MS);
		schedule_status(books, index, STATE_RECEIVED, now_ms + SENT_MS + RECEIVED_MS);
	}
	return delivery_body(books, message, now_ms);
}

static json_t *
reach(struct zapi_books *books, int64_t index, enum zapi_state state, int64_t now_ms)
{
	struct zapi_message *message = &books->messages[index];
	if (message->state < state)
		message->state = state;
	return status_body(books, message->chat, state == STATE_SENT ? "SENT" : "RECEIVED",
	                   json_pack("[s]", message->id), now_ms);
}

/* Lets an event happen and gives what is posted about it, with `hook` set; NULL for nothing. */
static char *
happen(struct zapi_books *books, struct zapi_event *event)
{
	json_t *body = NULL;
	switch (event->kind) {
	case EVENT_POST:
		return event->body;
	case EVENT_HAND_OVER:
		event->hook = HOOK_DELIVERY;
		body = hand_over(books, event->message, event->due_ms);
		break;
	case EVENT_STATUS:
		event->hook = HOOK_STATUS;
		body = reach(books, event->message, event->state, event->due_ms);
		break;
	case EVENT_LINK:
		zapi_link(books, true, event->due_ms);
		break;
	}
	char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	json_decref(body);
	return text;
}

/* A webhook as section 5 captured it.  Takes `body`. */
static void
write_webhook(const struct zapi_books *books, enum zapi_hook hook, char *body,
              struct http_request *request)
{
	request->method = HTTP_POST;
	buffer_add_text(&request->url, books->urls[hook]);
	http_header_add(&request->headers, "content-type", "application/json");
	http_header_add(&request->headers, "origin", "https://api.z-api.io");
	http_header_add(&request->headers, "server", "Z-API");
	http_header_add(&request->headers, "user-agent", "Mozilla/5.0 (X11; Linux x86_64)");
	http_header_add(&request->headers, "z-api-token", books->token);
	buffer_add_text(&request->body, body);
	free(body);
}

/* True when a fault keeps this webhook from being posted now.  Takes `body` then. */
static bool
goes_astray(struct zapi_books *books, const struct zapi_event *event, char *body)
{
	struct fault fault = faults_strike(&books->faults, "zapi.webhook");
	if (fault.kind == FAULT_SLOW) {
		schedule(books, (struct zapi_event){ .due_ms = event->due_ms + fault.value,
		                                     .kind = EVENT_POST,
		                                     .hook = event->hook,
		                                     .body = body });
		return true;
	}
	if (fault.kind == FAULT_LOST_BEFORE)
		free(body);
	return fault.kind == FAULT_LOST_BEFORE;
}

bool
zapi_callback(struct zapi_books *books, int64_t now_ms, struct http_request *request)
{
	while (books->event_count > 0 && books->events[books->event_count - 1].due_ms <= now_ms) {
		struct zapi_event event = books->events[--books->event_count];
		char *body = happen(books, &event);
		if (body == NULL || goes_astray(books, &event, body))
			continue;
		write_webhook(books, event.hook, body, request);
		return true;
	}
	return false;
}

int64_t
zapi_next_due_ms(const struct zapi_books *books)
{
	return books->event_count == 0 ? INT64_MAX : books->events[books->event_count - 1].due_ms;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
post_read(struct zapi_books *books, const struct zapi_chat *chat, json_t *ids, int64_t now_ms)
{
	if (json_array_size(ids) > 0)
		zapi_post_later(books, HOOK_STATUS, status_body(books, chat, "READ", ids, now_ms),
		                now_ms);
	else
		json_decref(ids);
}

void
zapi_read_all(struct zapi_books *books, const struct zapi_chat *chat, int64_t now_ms)
{
	json_t *ids = json_array();
	for (int64_t i = chat->first; i >= 0; i = books->messages[i].next) {
		struct zapi_message *message = &books->messages[i];
		if (!message->from_shop || message->state != STATE_RECEIVED)
			continue;
		message->state = STATE_READ;
		json_array_append_new(ids, json_string(message->id));
		if (json_array_size(ids) < STATUS_IDS_MAX)
			continue;
		post_read(books, chat, ids, now_ms);
		ids = json_array();
	}
	post_read(books, chat, ids, now_ms);
}

void
zapi_open(struct zapi_books *books, const char *phone, int64_t now_ms)
{
	const struct zapi_chat *chat = zapi_chat_find(books, phone);
	if (chat != NULL && zapi_has_room(books))
		zapi_read_all(books, chat, now_ms);
}

/* --- what can be looked at ------------------------------------------------------------------------ */

json_t *
zapi_chat(const struct zapi_books *books, const char *phone)
{
	json_t *list = json_array();
	const struct zapi_chat *chat = zapi_chat_find(books, phone);
	for (int64_t i = chat == NULL ? -1 : chat->first; i >= 0; i = books->messages[i].next) {
		const struct zapi_message *message = &books->messages[i];
		json_array_append_new(list,
		                      json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:b, s:s}", "from",
		                                message->from_shop ? "shop" : "customer", "text",
		                                message->text, "at", (json_int_t)message->at_ms,
		                                "id", message->id, "kind", message->kind, "about",
		                                message->about, "edited", message->edited, "status",
		                                state_texts[message->state]));
	}
	return list;
}

json_t *
zapi_books_json(const struct zapi_books *books)
{
	json_t *list = json_array();
	for (int64_t i = 0; i < books->message_count; i++) {
		const struct zapi_message *message = &books->messages[i];
		if (!message->from_api)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "to",
		                                      message->chat->phone, "text", message->text,
		                                      "at", (json_int_t)message->at_ms, "id",
		                                      message->id, "queue_id", message->queue_id,
		                                      "status", state_texts[message->state]));
	}
	return json_pack("{s:o}", "messages", list);
}
