/*
 * A channel is how people reach us: a pure translation between conversations and
 * one provider's webhooks and calls.  Like a tool it opens no socket, reads no
 * clock and sees no database.
 *
 *	authentic   does nothing in it speak against our provider?  before any parsing
 *	hear        its body -> what was said, delivered, read      webhook in
 *	speak       a message of ours -> a request                  call out
 *	sent        the answer -> what became of it                 call out
 *
 * A webhook is a claim, not a fact: what it says may start a conversation or a
 * look-up, and never moves money by itself.
 */
#ifndef CHANNELS_CHANNEL_H
#define CHANNELS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/connection.h"
#include "base/http.h"
#include "base/limits.h"
#include "base/outcome.h"
#include "base/phone.h"
#include "base/why.h"

enum {
	ADDRESS_SIZE = 64,    /* a phone, or an opaque identity such as "200100300400501@lid" */
	MESSAGE_ID_SIZE = 80, /* the provider's; opaque */
	BUTTON_ID_SIZE = 64
};

/* What a webhook told us.  Everything a provider documents is one of these, or is ignored with a
 * word that says why. */
#define HEARD_KINDS(X)                                                                          \
	X(MESSAGE, "message") /* a customer wrote, pressed a button, sent a photo, ... */       \
	X(EDITED, "edited")   /* a customer changed a message */                                \
	X(DELETED, "deleted") /* a customer deleted a message */                                \
	X(HUMAN_REPLIED, "human_replied") /* somebody of the shop answered from the phone */    \
	X(HANDED_OVER,                                                                          \
	  "handed_over")          /* our message left for WhatsApp, or failed to (`failure`) */ \
	X(STATUS, "status")       /* our message was sent, delivered, read */                   \
	X(CONNECTED, "connected") /* the shop's phone is linked again */                        \
	X(DISCONNECTED, "disconnected") /* the shop's phone is not linked */                    \
	X(IGNORED, "ignored")           /* known and of no use here: groups, our own echoes, ... */

enum heard_kind {
#define X(name, text) HEARD_##name,
	HEARD_KINDS(X)
#undef X
};

const char *heard_kind_text(enum heard_kind kind);

/* What a customer's message was made of.  Only text and buttons can ever mean yes. */
#define CONTENTS(X)                                                                             \
	X(TEXT, "text")                                                                         \
	X(BUTTON, "button")                                                                     \
	X(IMAGE, "image")                                                                       \
	X(AUDIO, "audio")                                                                       \
	X(VIDEO, "video") X(DOCUMENT, "document") X(STICKER, "sticker") X(LOCATION, "location") \
		X(CONTACT, "contact") X(REACTION, "reaction") X(PAYMENT, "payment")             \
			X(WAITING, "waiting") X(OTHER, "other")

enum content {
#define X(name, text) CONTENT_##name,
	CONTENTS(X)
#undef X
};

const char *content_text(enum content content);
bool content_parse(const char *text, enum content *content);

#define DELIVERIES(X) X(SENT, "sent") X(RECEIVED, "received") X(READ, "read")

enum delivery {
#define X(name, text) DELIVERY_##name,
	DELIVERIES(X)
#undef X
};

const char *delivery_text(enum delivery delivery);

struct heard {
	enum heard_kind kind;
	char message_id[MESSAGE_ID_SIZE]; /* the message this is about */
	char queue_id[MESSAGE_ID_SIZE];   /* the provider's queue id of our message, "" if none */
	char edit_id[MESSAGE_ID_SIZE];    /* an edit's own id */
	char address[ADDRESS_SIZE]; /* who: the phone (digits with their country), else the lid;
	                                       with CONNECTED the shop's own */
	char lid[ADDRESS_SIZE];     /* the stable identity when the provider gives one */
	char name[128];             /* what the customer calls himself: untrusted */
	int64_t at_ms;              /* the provider's time, 0 when nonsense; never an order key */
	enum content content;
	char text[MESSAGE_BYTES_MAX];    /* words, caption, a button's label: UTF-8 (heard_words) */
	char button_id[BUTTON_ID_SIZE];  /* ours, when a button or list row was chosen */
	char quoted_id[MESSAGE_ID_SIZE]; /* the message it replies to or reacts to */
	bool forwarded;
	enum delivery delivery;   /* with STATUS */
	char failure[160];        /* with HANDED_OVER: "" when it left; why DISCONNECTED */
	char ignored_because[40]; /* with IGNORED: one stable word or two */
};

/* Many at once; the caller brings the room.  A webhook with more is an error, not a cut. */
struct heard_list {
	size_t count;
	struct heard list[HEARD_MAX];
};

struct utterance {
	const char *address;
	const char *text;
	int64_t typing_seconds; /* how long "typing..." is shown; 0 for none */
};

struct sent {
	char message_id[MESSAGE_ID_SIZE];
	char queue_id[MESSAGE_ID_SIZE];
};

struct channel {
	const char *name; /* stored in the database: never rename */
	const char *base_url;
	const struct secret_key *secrets;
	size_t secret_count;

	/* True when the request carries nothing that contradicts its being from our provider.  The secret
	 * in the path has been compared before.  False with `why`: it is heard all the same, but only for
	 * a person to look at. */
	bool (*authentic)(const struct connection *connection, const struct http_request *request,
	                  struct why *why);
	/* False with `why` when the body is not what the provider documents: answered 400, nothing
	 * changes. */
	bool (*hear)(const struct connection *connection, const struct http_request *request,
	             struct heard_list *heard, struct why *why);
	bool (*speak)(const struct connection *connection, const struct utterance *utterance,
	              struct http_request *request, struct why *why);
	enum outcome (*sent)(const struct http_response *response, struct sent *sent,
	                     struct why *why);

	bool (*probe_ask)(const struct connection *connection, struct http_request *request,
	                  struct why *why);
	enum outcome (*probe_answer)(const struct connection *connection,
	                             const struct http_response *response, struct why *why);
};

extern const struct channel *const channels[];
extern const size_t channel_count;
const struct channel *channel_by_name(const char *name);

/* --- helpers shared by channels ----------------------------------------------------------- */

/* The next entry of the list, zeroed.  More than HEARD_MAX is our own mistake: look before. */
struct heard *heard_add(struct heard_list *list, enum heard_kind kind);

/* An IGNORED entry.  Returns true, so that `return heard_ignored(...)` reads well. */
bool heard_ignored(struct heard_list *list, const char *because);

/* The same with a provider's constant ("CALL_MISSED") in lower case as the word; `otherwise` when it
 * is too long or has other letters than A-Z, 0-9 and _. */
bool heard_ignored_constant(struct heard_list *list, const char *constant, const char *otherwise);

/* Puts a customer's words under the content that is set already.  Words that do not fit are not lost:
 * their beginning is kept, with TEXT_CUT_MARK, and a text or a button becomes OTHER, because half
 * of what somebody wrote must never be read as a yes. */
void heard_words(struct heard *heard, const char *words);

/* A WhatsApp number with its country (digits only, as every gateway gives it) -> the address by which
 * we know this person.  Needs ADDRESS_SIZE.  False, with `address` empty, when it is no number. */
bool address_from_number(const char *number, char *address);

#endif
