/*
 * The Z-API simulator (zapi.md): a WhatsApp gateway with customers' phones behind it.
 *
 * Two sides.  Towards us it is Z-API: `zapi_simulate` answers our calls, and
 * `zapi_callback` hands out the webhooks it would post, when they are due.  Towards
 * the sandbox it is the customers: `zapi_say` is one of them writing, `zapi_open` one
 * of them looking at the chat.
 *
 * Nothing happens by itself: what falls due happens when `zapi_callback` is asked for
 * it, so whoever holds the books calls it until it gives nothing more.
 */
#ifndef CHANNELS_SANDBOX_ZAPI_H
#define CHANNELS_SANDBOX_ZAPI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/sandbox/simulator.h"

enum {
	ZAPI_MESSAGES_MAX = 1000000, /* of all chats together */
	ZAPI_CHATS_MAX = 100000,
	ZAPI_EVENTS_MAX = 65536, /* webhooks and deliveries not yet due */
	ZAPI_QUEUE_MAX = 1000    /* sends accepted while the shop's phone is unlinked (section 3) */
};

struct zapi_books; /* messages of every phone, callbacks not yet posted */

/*
 * What a customer does with the phone.  The kinds, and what they need:
 *
 *	text forwarded waiting     text; `about` is quoted when given.  "waiting" posts the message
 *	                           without its content first, and whole two seconds later
 *	button list                text (the label), button_id, about (our message)
 *	reaction                   text (the emoji; "" takes it back), about
 *	edit                       text, about (his own message)
 *	delete                     about (his own message)
 *	image video document       text is the caption, or NULL
 *	audio sticker location contact payment call
 *	human                      text: not the customer, but a person of the shop answers him from
 *	                           the shop's phone
 */
struct zapi_said {
	const char *phone;     /* "5520999990101", or "200100300400501@lid" */
	const char *name;      /* shown in the chat; NULL for none */
	const char *text;      /* the words, the caption or the button's label */
	const char *kind;      /* see above; NULL is "text" */
	const char *button_id; /* with "button" and "list" */
	const char *about; /* id of the message quoted, reacted to, edited or deleted; or NULL */
	int64_t copies;    /* how often the webhook is posted; 1 normally */
};

/* Every callback is posted to `webhook_url` until a call of ours sets another; the instance is linked,
 * notifies of messages sent by itself, and its account's Client-Token is activated. */
struct zapi_books *zapi_books_new(uint64_t seed, const char *webhook_url);
void zapi_books_free(struct zapi_books *books);

/*
 * Faults (tools/sandbox/simulator.h) and where they wait:
 *
 *	zapi.send           the common ones, and "undelivered": accepted, then a DeliveryCallback with an
 *	                    error; `value` 0 is a shadow ban, 1 no such number, 2 a time-out
 *	zapi.status         the common ones
 *	zapi.webhook        "lost_before": not posted, ever; "slow": posted `value` ms later
 *	zapi.disconnected   "pending": at the next send the shop's phone is unlinked for `value` ms
 */
struct faults *zapi_faults(struct zapi_books *books);

const char *zapi_instance_id(const struct zapi_books *books);
const char *zapi_token(const struct zapi_books *books);
const char *zapi_client_token(const struct zapi_books *books);

/* Our calls.  `request->url`: "/instances/ID/token/TOKEN/send-text". */
void zapi_simulate(struct zapi_books *books, const struct http_request *request, int64_t now_ms,
                   struct simulated *answer);

/* A customer writes; the webhook is due at once.  Gives the id that the webhook carries as messageId
 * (of an edit: the edited message's).  False with `why` when the words make no sense or the world is
 * full. */
bool zapi_say(struct zapi_books *books, const struct zapi_said *said, int64_t now_ms,
              char *message_id, size_t message_id_size, struct why *why);

/* A customer looks at the chat: what has been delivered is read.  Writing does this too. */
void zapi_open(struct zapi_books *books, const char *phone, int64_t now_ms);

/* The shop's phone loses its link, or is linked again: then everything queued goes out. */
void zapi_link(struct zapi_books *books, bool linked, int64_t now_ms);

/* The next webhook due by `now_ms`, as a POST to make, in an initialised request; false when there is
 * none. */
bool zapi_callback(struct zapi_books *books, int64_t now_ms, struct http_request *request);

/* When the next thing is due; INT64_MAX when nothing is. */
int64_t zapi_next_due_ms(const struct zapi_books *books);

/* The conversation of one phone as the phone shows it, oldest first:
 * [{"from":"customer"|"shop","text","at" (ms since 1970),"id","kind","about" ("" for none),"edited",
 *   "status":"queued|failed|sent|received|read"}]
 * A deleted message has the kind "deleted" and no text. */
json_t *zapi_chat(const struct zapi_books *books, const char *phone);

/* {"messages":[{"to","text","at","id","queue_id","status"}]}: everything the shop sent through the API,
 * in the order in which it was accepted. */
json_t *zapi_books_json(const struct zapi_books *books);

#endif
