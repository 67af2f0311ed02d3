/*
 * The Z-API simulator (zapi.md): a WhatsApp gateway with customers' phones behind it.
 *
 * Two sides.  Towards us it is Z-API: `zapi_simulate` answers our calls, and
 * `zapi_callback` hands out the webhooks it would post, when they are due.  Towards
 * the sandbox it is the customers: `zapi_say` is one of them writing.
 */
#ifndef CHANNELS_SANDBOX_ZAPI_H
#define CHANNELS_SANDBOX_ZAPI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/sandbox/simulator.h"

struct zapi_books; /* messages of every phone, callbacks not yet posted */

/* What a customer does with the phone. */
struct zapi_said {
	const char *phone;      /* "5520999990101", or "200100300400501@lid" */
	const char *name;       /* shown in the chat; NULL for none */
	const char *text;       /* the words, the caption or the button's label */
	const char *kind;       /* "text" (default when NULL), "image", "audio", "sticker", "button",
	                           "reaction", "edit", "delete", "forwarded" */
	const char *button_id;  /* with "button" */
	const char *about;      /* message id that is quoted, reacted to, edited or deleted; NULL for none */
	int64_t copies;         /* how often the webhook is posted; 1 normally */
};

/* `webhook_url` is where callbacks are posted. */
struct zapi_books *zapi_books_new(uint64_t seed, const char *webhook_url);
void zapi_books_free(struct zapi_books *books);

struct faults *zapi_faults(struct zapi_books *books);

const char *zapi_instance_id(const struct zapi_books *books);
const char *zapi_token(const struct zapi_books *books);
const char *zapi_client_token(const struct zapi_books *books);

/* Our calls.  `request->url`: "/instances/ID/token/TOKEN/send-text". */
void zapi_simulate(struct zapi_books *books, const struct http_request *request, int64_t now_ms,
                   struct simulated *answer);

/* A customer writes; the webhook is due at once.  Gives the message's id; false with `why` when the
 * words make no sense or the world is full. */
bool zapi_say(struct zapi_books *books, const struct zapi_said *said, int64_t now_ms,
              char *message_id, size_t message_id_size, struct why *why);

/* The next webhook due by `now_ms`, as a POST to make; false when there is none. */
bool zapi_callback(struct zapi_books *books, int64_t now_ms, struct http_request *request);

/* When the next one is due; INT64_MAX when there is none. */
int64_t zapi_next_due_ms(const struct zapi_books *books);

/* The conversation of one phone as the phone shows it, oldest first:
 * [{"from":"customer"|"shop","text","at","id","status":"queued|sent|received|read","kind"}] */
json_t *zapi_chat(const struct zapi_books *books, const char *phone);

/* {"messages":[...]}: everything the shop sent, to whom and when. */
json_t *zapi_books_json(const struct zapi_books *books);

#endif
