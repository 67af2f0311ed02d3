/*
 * The books of the Z-API simulator, for its own files only (everyone else: zapi.h).
 *
 *	zapi_books.c     chats, messages, what is due, and what happens when it is
 *	zapi_phones.c    customers doing something with their phones
 *	zapi.c           our calls
 *
 * A message of the shop:
 *
 *	QUEUED ----> SENT ----> RECEIVED ----> READ        DeliveryCallback at the first arrow, then
 *	   |                                               MessageStatusCallbacks
 *	   +-------> FAILED                                DeliveryCallback with an error
 *
 * While the shop's phone is unlinked, sends are accepted and stay QUEUED, and when it is linked again
 * all of them go out (zapi.md section 3): the trap this simulator is there for.
 */
#ifndef CHANNELS_SANDBOX_ZAPI_BOOKS_H
#define CHANNELS_SANDBOX_ZAPI_BOOKS_H

#include "channels/sandbox/zapi.h"

enum { ZAPI_IDENTITY_SIZE = 64, ZAPI_ID_SIZE = 40, ZAPI_NAME_SIZE = 128, ZAPI_URL_SIZE = 1024 };

#define ZAPI_SHOP_PHONE "552033330001"

/* In the order in which a message passes them. */
#define ZAPI_STATES(X)          \
	X(QUEUED, "queued")     \
	X(FAILED, "failed")     \
	X(SENT, "sent")         \
	X(RECEIVED, "received") \
	X(READ, "read")

enum zapi_state {
#define X(name, text) STATE_##name,
	ZAPI_STATES(X)
#undef X
};

/* What a DeliveryCallback says when it failed; `code` may be NULL. */
struct zapi_send_error {
	const char *text, *code;
};

struct zapi_message {
	char id[ZAPI_ID_SIZE], queue_id[ZAPI_ID_SIZE];
	char about[ZAPI_ID_SIZE];
	struct zapi_chat *chat;
	int64_t next; /* in its chat; -1 ends */
	char *text;
	const char *kind;
	bool from_shop, from_api, edited;
	int64_t at_ms;
	enum zapi_state state;
	const struct zapi_send_error *error; /* what its delivery will end in */
};

struct zapi_chat {
	char key[ZAPI_IDENTITY_SIZE]; /* the phone without its ninth digit, or the lid of a lid-only chat */
	char phone[ZAPI_IDENTITY_SIZE]; /* as Z-API writes it in `phone` */
	char lid[ZAPI_IDENTITY_SIZE];
	char name[ZAPI_NAME_SIZE];
	int64_t first, last; /* messages; -1 for none */
};

/* The kinds of callback, each with a URL of its own (section 4). */
enum zapi_hook {
	HOOK_RECEIVED,
	HOOK_DELIVERY,
	HOOK_STATUS,
	HOOK_PRESENCE,
	HOOK_CONNECTED,
	HOOK_DISCONNECTED,
	HOOKS
};

/* Something that will happen. */
struct zapi_event {
	int64_t due_ms;
	enum event_kind {
		EVENT_POST,      /* `body` goes to `hook` */
		EVENT_HAND_OVER, /* `message` leaves the queue */
		EVENT_STATUS,    /* `message` reaches `state` */
		EVENT_LINK       /* the shop's phone is linked again */
	} kind;
	enum zapi_hook hook;
	char *body;
	int64_t message;
	enum zapi_state state;
};

struct zapi_books {
	uint64_t random;
	struct faults faults;
	char instance_id[33], token[25], client_token[35];
	char urls[HOOKS][ZAPI_URL_SIZE];
	bool linked, refuse_when_unlinked, notify_sent_by_me;
	int64_t message_count, message_room;
	struct zapi_message *messages;
	int64_t chat_count, chat_room;
	struct zapi_chat **chats; /* by key */
	int64_t event_count, event_room;
	struct zapi_event *events; /* the latest first, so that the next is at the end */
};

/* --- identities ----------------------------------------------------------------------------- */

bool zapi_is_lid(const char *identity);
bool zapi_is_number(const char *identity);

/* WhatsApp gives every number a lid, and nobody can turn it back. */
void zapi_lid_of_number(const char *number, char lid[ZAPI_IDENTITY_SIZE]);

/* `length` upper-case hex digits and a NUL. */
void zapi_random_hex(struct zapi_books *books, char *text, size_t length);

/* --- chats and messages --------------------------------------------------------------------- */

/* The chat of a number, with or without its ninth digit, or of a lid; NULL when there is none. */
struct zapi_chat *zapi_chat_find(const struct zapi_books *books, const char *identity);

/* The same, made when it is new; NULL when the world is full. */
struct zapi_chat *zapi_chat_with(struct zapi_books *books, const char *identity);

/* A new message at the end of a chat; its index, or -1 when the world is full.  `kind` is kept as it
 * is, `text` copied. */
int64_t zapi_message_add(struct zapi_books *books, struct zapi_chat *chat, const char *kind,
                         const char *text, int64_t now_ms);

/* Its index, -1 when the chat has none with this id. */
int64_t zapi_message_find(const struct zapi_books *books, const struct zapi_chat *chat,
                          const char *id);

void zapi_message_set_text(struct zapi_message *message, const char *text);

/* Everything delivered in the chat is read now. */
void zapi_read_all(struct zapi_books *books, const struct zapi_chat *chat, int64_t now_ms);

/* --- what is due ------------------------------------------------------------------------------ */

/* True while a call or a customer may still cause something: what is due may become three times as
 * much before it is over. */
bool zapi_has_room(const struct zapi_books *books);

/* A callback with this body (taken).  Due at INT64_MAX: when the shop's phone is linked again. */
void zapi_post_later(struct zapi_books *books, enum zapi_hook hook, json_t *body, int64_t due_ms);

void zapi_hand_over_later(struct zapi_books *books, int64_t message, int64_t due_ms);
void zapi_link_later(struct zapi_books *books, int64_t due_ms);

/* --- JSON --------------------------------------------------------------------------------------- */

/* The common keys of a ReceivedCallback, in the order of section 9. */
json_t *zapi_received_body(const struct zapi_books *books, const struct zapi_message *message);

/* "" and NULL are written as null. */
json_t *zapi_text_or_null(const char *text);

/* Sets a key; `value` is taken, and a NULL is our own mistake. */
void zapi_put(json_t *body, const char *key, json_t *value);

#endif
