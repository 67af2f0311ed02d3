/*
 * Z-API, translated (zapi.md).
 *
 * What it posts, by `type`, and what we hear in it:
 *
 *	ReceivedCallback         a customer's message, edit or deletion; a person of the shop who
 *	                         answers from the phone; or one of the many things ignored
 *	DeliveryCallback         our message was handed to WhatsApp, or could not be
 *	MessageStatusCallback    our message was sent, delivered, read
 *	ConnectedCallback        the shop's phone is linked
 *	DisconnectedCallback     it is not
 *	PresenceChatCallback,    ignored
 *	  ProxyCallback, others
 *
 * Rules:
 *
 *   1. Nothing Z-API posts is signed (section 5).  The secret in our URL is what lets a post in; a
 *      body that names another instance keeps it out.  A token header that contradicts is a doubt:
 *      the message is kept for a person, and nothing else is done with it.
 *      `connectedPhone` is not compared: nothing here knows the shop's number.
 *   2. Any key may be missing, null or new (section 7.1).  What we can live without never stops a
 *      message; a message without its id or its sender could be neither told apart nor answered,
 *      and is refused.
 *   3. Doubt never becomes consent.  Of two contents in one message the one that can't mean yes
 *      counts; a content we do not know is OTHER; a flag that is written in a way we do not know
 *      (forwarded, edited, the shop's own, a group's) is set.
 *   4. Accepted means queued, and there is no idempotency key.  So a send that may have been queued is
 *      UNKNOWN, and only what was turned away at the door is RETRY: how often either goes again is the
 *      engine's to decide (serve/engine_say.c).
 *   5. An error may echo the Client-Token (section 1), so no word of an error body is repeated: known
 *      sentences are recognised and said in our own words.
 */
#include "channels/zapi.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "channels/channel.h"

/* --- did it come from Z-API? ---------------------------------------------------------------- */

/*
 * No header is promised, so none is no reason for doubt.  One project found that z-api-token holds the
 * instance's token, and that it was called Client-Token before and changed without notice: their end
 * answered 401, Z-API gave up, and the shop was deaf for 43 hours (section 5).  So the answer is a
 * sentence for a person, never a quiet refusal.
 */
static const char *const token_headers[] = { "z-api-token", "client-token" };

static bool
contradicts(const struct http_header *header, const char *name, const char *token)
{
	return text_equal_ignoring_case(header->name, name) &&
	       !text_equal_secret(token, header->value);
}

static bool
zapi_authentic(const struct connection *connection, const struct http_request *request,
               struct why *why)
{
	const char *token = connection_secret(connection, "token");
	for (size_t i = 0; i < request->headers.count; i++)
		for (size_t t = 0; t < sizeof(token_headers) / sizeof(token_headers[0]); t++)
			if (contradicts(&request->headers.list[i], token_headers[t], token))
				return why_set(why,
				               "the webhook's %s header is not this instance's "
				               "token: compare the instance in the Z-API panel and "
				               "connect zapi again, or Z-API changed what it sends",
				               token_headers[t]);
	return true;
}

static bool
is_for_this_instance(const struct connection *connection, const json_t *body, struct why *why)
{
	const char *instance = json_string_value(json_object_get(body, "instanceId"));
	if (instance == NULL)
		return why_set(why, "the webhook names no instanceId: it is not a Z-API callback");
	if (!text_equal(instance, connection_secret(connection, "instance_id")))
		return why_set(why, "the webhook is of another instance: give each instance of the "
		                    "Z-API panel its own webhook URL");
	return true;
}

/* --- who, when, which message --------------------------------------------------------------- */

static bool
is_lid(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	return digits > 0 && digits + sizeof("@lid") <= ADDRESS_SIZE &&
	       text_equal(text + digits, "@lid");
}

/* `chatLid` is the chat's, `senderLid` (older) the sender's: ours, when the message is (7.1). */
static void
read_lid(const json_t *body, struct heard *heard)
{
	const char *const lids[] = {
		json_text_at(body, "chatLid"),
		json_maybe_flag(body, "fromMe") ? "" : json_text_at(body, "senderLid"),
		json_text_at(body, "phone"),
	};
	for (size_t i = 0; i < sizeof(lids) / sizeof(lids[0]) && heard->lid[0] == '\0'; i++)
		if (is_lid(lids[i]))
			text_copy(heard->lid, sizeof(heard->lid), lids[i]);
}

/* A lid can't be turned into a phone (section 3), so it is the address only where there is no phone. */
static void
read_address(const json_t *body, struct heard *heard)
{
	read_lid(body, heard);
	if (!address_from_number(json_text_at(body, "phone"), heard->address))
		text_copy(heard->address, sizeof(heard->address), heard->lid);
}

/* `momment` is milliseconds or seconds, depending on the event, and nonsense in one sample
 * (section 8): its size tells. */
static int64_t
at_ms(const json_t *body)
{
	const int64_t year_2010_s = 1262304000, year_2100_s = 4102444800;
	int64_t moment = json_maybe_integer(body, "momment", 0);
	if (moment >= year_2010_s && moment < year_2100_s)
		return moment * 1000;
	if (moment >= year_2010_s * 1000 && moment < year_2100_s * 1000)
		return moment;
	return 0;
}

static bool
read_id(const json_t *body, const char *key, char id[MESSAGE_ID_SIZE], struct why *why)
{
	if (!json_maybe_text(body, key, id, MESSAGE_ID_SIZE))
		return why_set(why, "%s is longer than %d bytes", key, MESSAGE_ID_SIZE - 1);
	return true;
}

/* What is not between a customer and the shop. */
static const struct {
	const char *flag;
	const char *phone_ends;
	const char *word;
} elsewhere[] = {
	{ "isGroup", "-group", "group" },
	{ "isNewsletter", "@newsletter", "newsletter" },
	{ "isStatusReply", NULL, "status_reply" },
	{ "broadcast", "broadcast", "broadcast" }, /* "-broadcast", "status@broadcast" */
};

/* The word for why this is no conversation with a customer, NULL when it is one. */
static const char *
not_with_a_customer(const json_t *body)
{
	const char *phone = json_text_at(body, "phone");
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		const char *ending = elsewhere[i].phone_ends;
		if (json_maybe_flag(body, elsewhere[i].flag) ||
		    (ending != NULL && text_ends_with(phone, ending)))
			return elsewhere[i].word;
	}
	return NULL;
}

/* --- ReceivedCallback ----------------------------------------------------------------------- */

/*
 * What a message is made of: one member of the body (section 7.2).  The table is searched downwards,
 * and `text` stands last: where two are given, the one that is not a plain yes counts.
 */
struct form {
	const char *member;
	enum content content;
	const char *words;   /* in the member: what the customer wrote or chose */
	const char *button;  /* in the member: the id of what he chose */
	const char *ignored; /* of no use to a conversation: the word for it */
};

static const struct form forms[] = {
	{ .member = "event", .ignored = "event" },
	{ .member = "eventResponse", .ignored = "event_response" },
	{ .member = "pinMessage", .ignored = "pin" },
	{ .member = "pollVote", .ignored = "poll_vote" },
	{ .member = "newsletterAdminInvite", .ignored = "newsletter" },
	{ .member = "statusImage", .ignored = "status_reply" },
	{ .member = "statusVideo", .ignored = "status_reply" },
	{ .member = "statusAudio", .ignored = "status_reply" },
	/* WhatsApp Pay and its neighbours: never proof of a payment, whatever they say. */
	{ .member = "sendPayment", .content = CONTENT_PAYMENT },
	{ .member = "requestPayment", .content = CONTENT_PAYMENT },
	{ .member = "reviewAndPay", .content = CONTENT_PAYMENT },
	{ .member = "reviewOrder", .content = CONTENT_PAYMENT },
	{ .member = "pixKeyMessage", .content = CONTENT_PAYMENT },
	{ .member = "order", .content = CONTENT_PAYMENT, .words = "message" },
	{ .member = "image", .content = CONTENT_IMAGE, .words = "caption" },
	{ .member = "audio", .content = CONTENT_AUDIO },
	{ .member = "video", .content = CONTENT_VIDEO, .words = "caption" },
	{ .member = "document", .content = CONTENT_DOCUMENT, .words = "caption" },
	{ .member = "sticker", .content = CONTENT_STICKER },
	{ .member = "location", .content = CONTENT_LOCATION },
	{ .member = "contact", .content = CONTENT_CONTACT },
	{ .member = "reaction", .content = CONTENT_REACTION, .words = "value" },
	/* What businesses send; from a customer they are somebody else's words, passed on. */
	{ .member = "hydratedTemplate", .content = CONTENT_OTHER, .words = "message" },
	{ .member = "carouselMessage", .content = CONTENT_OTHER, .words = "text" },
	{ .member = "buttonsMessage", .content = CONTENT_OTHER, .words = "message" },
	{ .member = "product", .content = CONTENT_OTHER, .words = "title" },
	{ .member = "poll", .content = CONTENT_OTHER, .words = "question" },
	/* Answers to our buttons and lists.  A list's `message` is our question, `title` the row. */
	{ "buttonsResponseMessage", CONTENT_BUTTON, "message", "buttonId", NULL },
	{ "listResponseMessage", CONTENT_BUTTON, "title", "selectedRowId", NULL },
	{ .member = "text", .content = CONTENT_TEXT, .words = "message" },
};

/* No content that we know: it could not be decrypted yet and may follow under the same id, or it is
 * of a kind that did not exist when this was written. */
static const struct form waiting = { .content = CONTENT_WAITING };
static const struct form unknown = { .content = CONTENT_OTHER };

static const struct form *
form_of(const json_t *body)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (json_is_object(json_object_get(body, forms[i].member)))
			return &forms[i];
	return json_maybe_flag(body, "waitingMessage") ? &waiting : &unknown;
}

/* Our buttons have short ids.  One without an id, or with one that does not fit, is not ours, and its
 * label must not pass for an answer to us. */
static void
read_button(const json_t *member, const struct form *form, struct heard *heard)
{
	if (form->button == NULL)
		return;
	json_maybe_text(member, form->button, heard->button_id, sizeof(heard->button_id));
	if (heard->button_id[0] == '\0')
		heard->content = CONTENT_OTHER;
}

static bool
read_content(const json_t *body, const struct form *form, struct heard *heard, struct why *why)
{
	const json_t *member = form->member == NULL ? NULL : json_object_get(body, form->member);
	bool is_reaction = form->content == CONTENT_REACTION;
	heard->content = form->content;
	heard->forwarded = json_maybe_flag(body, "forwarded");
	read_button(member, form, heard);
	if (form->words != NULL)
		heard_words(heard, json_text_at(member, form->words));
	return read_id(body,
	               is_reaction ? "reaction.referencedMessage.messageId" : "referenceMessageId",
	               heard->quoted_id, why);
}

/* Which message, who and when. */
static bool
read_envelope(const json_t *body, struct heard *heard, struct why *why)
{
	heard->at_ms = at_ms(body);
	read_address(body, heard);
	if (!read_id(body, "messageId", heard->message_id, why) ||
	    !read_id(body, "editMessageId", heard->edit_id, why))
		return false;
	if (heard->message_id[0] == '\0')
		return why_set(why, "a ReceivedCallback without messageId");
	if (heard->address[0] == '\0')
		return why_set(why, "a ReceivedCallback whose phone is neither a number nor a lid");
	return true;
}

/* A customer deleted a message.  Which one stands in `referenceMessageId`, or else the notice goes by
 * the message's own id (section 7.3). */
static bool
hear_deletion(const json_t *body, struct heard_list *list, struct why *why)
{
	if (json_maybe_flag(body, "fromMe"))
		return heard_ignored(list, "own_deletion");
	struct heard *heard = heard_add(list, HEARD_DELETED);
	char deleted_id[MESSAGE_ID_SIZE];
	if (!read_envelope(body, heard, why) ||
	    !read_id(body, "referenceMessageId", deleted_id, why))
		return false;
	if (deleted_id[0] != '\0')
		text_copy(heard->message_id, sizeof(heard->message_id), deleted_id);
	return true;
}

static bool
hear_notification(const json_t *body, const char *name, struct heard_list *list, struct why *why)
{
	if (text_equal(name, "REVOKE"))
		return hear_deletion(body, list, why);
	if (text_starts_with(name, "CALL_"))
		return heard_ignored(list, "call");
	return heard_ignored_constant(list, name, "notification");
}

/* A reaction taken back says nothing, and one of the shop's own is no answer that would make the bot
 * step aside. */
static const char *
no_message(const json_t *body, const struct form *form)
{
	if (form->ignored != NULL)
		return form->ignored;
	if (form->content != CONTENT_REACTION)
		return NULL;
	if (json_maybe_flag(body, "fromMe"))
		return "own_reaction";
	return json_text_at(body, "reaction.value")[0] == '\0' ? "reaction_removed" : NULL;
}

static enum heard_kind
kind_of(const json_t *body)
{
	bool edited =
		json_maybe_flag(body, "isEdit") || json_text_at(body, "editMessageId")[0] != '\0';
	if (json_maybe_flag(body, "fromMe"))
		return HEARD_HUMAN_REPLIED;
	return edited ? HEARD_EDITED : HEARD_MESSAGE;
}

static bool
hear_message(const json_t *body, struct heard_list *list, struct why *why)
{
	const struct form *form = form_of(body);
	const char *because = no_message(body, form);
	if (because != NULL)
		return heard_ignored(list, because);
	struct heard *heard = heard_add(list, kind_of(body));
	/* A name that does not fit is left out: it is shown, and nothing depends on it.  On the shop's
	 * own messages it would be the shop's. */
	if (heard->kind != HEARD_HUMAN_REPLIED)
		json_maybe_text(body, "senderName", heard->name, sizeof(heard->name));
	return read_envelope(body, heard, why) && read_content(body, form, heard, why);
}

static bool
hear_received(const json_t *body, struct heard_list *list, struct why *why)
{
	const char *elsewhere_word = not_with_a_customer(body);
	const char *notification = json_string_value(json_object_get(body, "notification"));
	if (elsewhere_word != NULL)
		return heard_ignored(list, elsewhere_word);
	if (json_maybe_flag(body, "fromMe") && json_maybe_flag(body, "fromApi"))
		return heard_ignored(list, "own_echo");
	if (notification != NULL)
		return hear_notification(body, notification, list, why);
	return hear_message(body, list, why);
}

/* --- the other callbacks (section 8) ---------------------------------------------------------- */

/* Success is the absence of an error.  `errorCode` is SHADOW_BAN or not there. */
static void
read_failure(const json_t *body, struct heard *heard)
{
	const json_t *error = json_object_get(body, "error");
	const char *text = json_text_at(body, "error"), *code = json_text_at(body, "errorCode");
	if (text[0] == '\0' && error != NULL && !json_is_null(error))
		text = "failed, and Z-API gives no reason";
	if (text[0] == '\0' || code[0] == '\0' ||
	    !text_format(heard->failure, sizeof(heard->failure), "%s (%s)", text, code))
		text_copy_beginning(heard->failure, sizeof(heard->failure),
		                    text[0] != '\0' ? text : code);
}

static bool
hear_delivery(const json_t *body, struct heard_list *list, struct why *why)
{
	const char *elsewhere_word = not_with_a_customer(body);
	if (elsewhere_word != NULL)
		return heard_ignored(list, elsewhere_word);
	struct heard *heard = heard_add(list, HEARD_HANDED_OVER);
	heard->at_ms = at_ms(body);
	read_address(body, heard);
	read_failure(body, heard);
	if (!read_id(body, "messageId", heard->message_id, why) ||
	    !read_id(body, "zaapId", heard->queue_id, why))
		return false;
	if (heard->message_id[0] == '\0' && heard->queue_id[0] == '\0')
		return why_set(why, "a DeliveryCallback with neither messageId nor zaapId");
	return true;
}

static const struct {
	const char *status;
	enum delivery delivery;
} deliveries[] = {
	{ "SENT", DELIVERY_SENT },
	{ "RECEIVED", DELIVERY_RECEIVED },
	{ "READ", DELIVERY_READ },
	{ "PLAYED", DELIVERY_READ },
};

static bool
delivery_parse(const char *status, enum delivery *delivery)
{
	for (size_t i = 0; i < sizeof(deliveries) / sizeof(deliveries[0]); i++) {
		if (!text_equal(deliveries[i].status, status))
			continue;
		*delivery = deliveries[i].delivery;
		return true;
	}
	return false;
}

static bool
add_status(const json_t *body, const json_t *id, enum delivery delivery, struct heard_list *list,
           struct why *why)
{
	struct heard *heard = heard_add(list, HEARD_STATUS);
	heard->delivery = delivery;
	heard->at_ms = at_ms(body);
	read_address(body, heard);
	if (!json_is_string(id) || json_string_length(id) == 0 ||
	    !text_copy(heard->message_id, sizeof(heard->message_id), json_string_value(id)))
		return why_set(why, "a MessageStatusCallback with an id that is no message id");
	return true;
}

/* READ_BY_ME (the shop read the customer's) and what may come later are ignored by name. */
static bool
hear_status(const json_t *body, struct heard_list *list, struct why *why)
{
	const json_t *ids = json_object_get(body, "ids");
	const char *elsewhere_word = not_with_a_customer(body);
	enum delivery delivery;
	if (elsewhere_word != NULL)
		return heard_ignored(list, elsewhere_word);
	if (!delivery_parse(json_text_at(body, "status"), &delivery))
		return heard_ignored_constant(list, json_text_at(body, "status"), "unknown_status");
	if (json_array_size(ids) == 0)
		return why_set(why, "a MessageStatusCallback without ids");
	if (json_array_size(ids) > HEARD_MAX)
		return why_set(why, "a MessageStatusCallback with %zu ids, at most %d fit",
		               json_array_size(ids), HEARD_MAX);
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (!add_status(body, json_array_get(ids, i), delivery, list, why))
			return false;
	return true;
}

static bool
hear_connected(const json_t *body, struct heard_list *list, struct why *why)
{
	(void)why;
	struct heard *heard = heard_add(list, HEARD_CONNECTED);
	heard->at_ms = at_ms(body);
	read_address(body, heard);
	return true;
}

static bool
hear_disconnected(const json_t *body, struct heard_list *list, struct why *why)
{
	(void)why;
	struct heard *heard = heard_add(list, HEARD_DISCONNECTED);
	heard->at_ms = at_ms(body);
	read_failure(body, heard);
	return true;
}

static bool
hear_presence(const json_t *body, struct heard_list *list, struct why *why)
{
	(void)body;
	(void)why;
	return heard_ignored(list, "presence");
}

static bool
hear_proxy(const json_t *body, struct heard_list *list, struct why *why)
{
	(void)body;
	(void)why;
	return heard_ignored(list, "proxy");
}

/* --- one webhook ------------------------------------------------------------------------------ */

static const struct {
	const char *type; /* the documents spell it in two ways: letter case does not count */
	bool (*hear)(const json_t *body, struct heard_list *list, struct why *why);
} callbacks[] = {
	{ "ReceivedCallback", hear_received },    { "DeliveryCallback", hear_delivery },
	{ "MessageStatusCallback", hear_status }, { "PresenceChatCallback", hear_presence },
	{ "ConnectedCallback", hear_connected },  { "DisconnectedCallback", hear_disconnected },
	{ "ProxyCallback", hear_proxy },
};

/* A type that is new is ignored, not refused: refusals may make Z-API stop posting at all. */
static bool
hear_callback(const json_t *body, struct heard_list *list, struct why *why)
{
	const char *type = json_string_value(json_object_get(body, "type"));
	if (type == NULL)
		return why_set(why, "the webhook has no type: it is not a Z-API callback");
	for (size_t i = 0; i < sizeof(callbacks) / sizeof(callbacks[0]); i++)
		if (text_equal_ignoring_case(callbacks[i].type, type))
			return callbacks[i].hear(body, list, why);
	return heard_ignored(list, "unknown_callback");
}

static bool
zapi_hear(const struct connection *connection, const struct http_request *request,
          struct heard_list *heard, struct why *why)
{
	heard->count = 0;
	json_auto_t *body = json_parse_provider(buffer_text(&request->body), request->body.length,
	                                        WEBHOOK_BYTES_MAX, why);
	if (body == NULL || !is_for_this_instance(connection, body, why))
		return false;
	if (!hear_callback(body, heard, why)) {
		heard->count = 0; /* all of a webhook or nothing of it */
		return false;
	}
	return true;
}

/* --- calls ------------------------------------------------------------------------------------ */

/* {base}/instances/{id}/token/{token}/{call}.  The token in the path is a secret (section 1). */
static bool
begin(struct http_request *request, const struct connection *connection, enum http_method method,
      const char *call, struct why *why)
{
	const char *client_token = connection_secret(connection, "client_token");
	if (strpbrk(client_token, "\r\n") != NULL)
		return why_set(
			why, "the client_token holds a line break: connect zapi again without it");
	request->method = method;
	buffer_reset(&request->url);
	buffer_add_format(&request->url, "%s/instances/", connection->base_url);
	http_url_add_encoded(&request->url, connection_secret(connection, "instance_id"));
	buffer_add_text(&request->url, "/token/");
	http_url_add_encoded(&request->url, connection_secret(connection, "token"));
	buffer_add_format(&request->url, "/%s", call);
	if (client_token[0] != '\0')
		http_header_add(&request->headers, "Client-Token", client_token);
	return true;
}

static json_t *
text_to_send(const struct utterance *utterance)
{
	const int64_t typing_seconds_most = 15; /* section 2 */
	int64_t typing = utterance->typing_seconds;
	json_t *json =
		json_pack("{s:s, s:s}", "phone", utterance->address, "message", utterance->text);
	if (json != NULL && typing > 0)
		json_object_set_new(
			json, "delayTyping",
			json_integer(typing < typing_seconds_most ? typing : typing_seconds_most));
	return json;
}

static bool
zapi_speak(const struct connection *connection, const struct utterance *utterance,
           struct http_request *request, struct why *why)
{
	char number[ADDRESS_SIZE];
	if (!is_lid(utterance->address) && !address_from_number(utterance->address, number))
		return why_set(why, "the address is neither a number with its country nor a lid");
	if (utterance->text[0] == '\0' || !text_is_utf8(utterance->text, strlen(utterance->text)))
		return why_set(why, "a message needs words, in UTF-8");
	if (!begin(request, connection, HTTP_POST, "send-text", why))
		return false;
	json_auto_t *body = text_to_send(utterance);
	char *text = json_text(body);
	buffer_reset(&request->body);
	buffer_add_text(&request->body, text);
	free(text);
	http_header_add(&request->headers, "Content-Type", "application/json");
	return true;
}

/* --- answers ---------------------------------------------------------------------------------- */

/*
 * What a 4xx means: it is said at the door, before anything is queued (section 1).  The first row that
 * fits counts.
 *
 * A missing Client-Token is also what an ended trial answers, and one user saw it come and go by
 * itself: the message may go again, and how often is the caller's to limit.  429 asks to come later.
 * Everything else stays as it is until a person changes something; that may be too strict for a full
 * queue, whose answer is not known.
 *
 * 408 is not among them, because a proxy also says it when it gave up waiting for Z-API, and neither
 * is 5xx, which tells nothing about the queue.
 */
static const struct refusal {
	int status;       /* 0: any */
	const char *said; /* a piece of `error`; "": anything */
	enum outcome outcome;
	const char *meaning;
} refusals[] = {
	{ 429, "", OUTCOME_RETRY, "too many calls" },
	{ 0, "client-token is not configured", OUTCOME_RETRY,
	  "it misses the account's Client-Token (Security in the Z-API panel), or the instance's "
	  "trial or subscription ended" },
	{ 0, "null not allowed", OUTCOME_RETRY,
	  "it misses the account's Client-Token (Security in the Z-API panel)" },
	{ 0, "Client-Token ", OUTCOME_REFUSED,
	  "the client_token is not the account's: copy it from Security in the Z-API panel" },
	{ 0, "not allowed", OUTCOME_REFUSED,
	  "this machine's address is not on the list of allowed IPs in the Z-API panel" },
	{ 405, "", OUTCOME_REFUSED, "not the method it wants: is base_url right?" },
	{ 415, "", OUTCOME_REFUSED, "not the Content-Type it wants: is base_url right?" },
	{ 0, "", OUTCOME_REFUSED,
	  "see instance_id, token and the instance's state in the Z-API panel" },
};

/* What was refused and why, NULL when the answer is no refusal. */
static const struct refusal *
refusal_of(const struct http_response *response)
{
	int status = response->status;
	if (status < 400 || status >= 500 || status == 408)
		return NULL;
	json_auto_t *body = json_parse_provider(buffer_text(&response->body), response->body.length,
	                                        ANSWER_BYTES_MAX, NULL);
	const struct refusal *row = refusals;
	while ((row->status != 0 && row->status != status) ||
	       strstr(json_text_at(body, "error"), row->said) == NULL)
		row++; /* the last row fits everything */
	return row;
}

static enum outcome
refused(const struct http_response *response, const struct refusal *refusal, struct why *why)
{
	why_set(why, "Z-API answered HTTP %d: %s", response->status, refusal->meaning);
	return refusal->outcome;
}

/* The object of a 2xx answer; NULL with `why` for everything else. */
static json_t *
object_of(const struct http_response *response, struct why *why)
{
	if (response->status < 200 || response->status > 299) {
		why_set(why, "Z-API answered HTTP %d", response->status);
		return NULL;
	}
	json_t *object = json_parse_provider(buffer_text(&response->body), response->body.length,
	                                     ANSWER_BYTES_MAX, NULL);
	if (object == NULL)
		why_set(why, "Z-API answered HTTP %d with no JSON object: is base_url right?",
		        response->status);
	return object;
}

/*
 * Accepted is 2xx, an object, and a messageId (section 1).  Everything else with a 2xx stays
 * UNKNOWN: {"value":false} is said to be no success, but not that nothing was queued, and an answer
 * cut in the middle was very likely a success.  A DeliveryCallback may still tell.
 */
static enum outcome
zapi_sent(const struct http_response *response, struct sent *sent, struct why *why)
{
	const struct refusal *refusal = refusal_of(response);
	if (refusal != NULL)
		return refused(response, refusal, why);
	json_auto_t *answer = object_of(response, why);
	if (answer == NULL)
		return OUTCOME_UNKNOWN;
	if (!json_maybe_text(answer, "messageId", sent->message_id, sizeof(sent->message_id)) ||
	    !json_maybe_text(answer, "zaapId", sent->queue_id, sizeof(sent->queue_id)) ||
	    sent->message_id[0] == '\0') {
		*sent = (struct sent){ "", "" };
		why_set(why, "Z-API answered HTTP %d without a messageId", response->status);
		return OUTCOME_UNKNOWN;
	}
	return OUTCOME_DONE;
}

/* --- probe ------------------------------------------------------------------------------------ */

static bool
zapi_probe_ask(const struct connection *connection, struct http_request *request, struct why *why)
{
	return begin(request, connection, HTTP_GET, "status", why);
}

/* Nothing was changed by asking, so what could not be answered may be asked again.  Here a missing
 * Client-Token is for the person who connects to fix, now. */
static enum outcome
not_answered(const struct http_response *response, struct why *why)
{
	const struct refusal *refusal = refusal_of(response);
	if (refusal != NULL) {
		refused(response, refusal, why);
		return refusal->status == 429 ? OUTCOME_RETRY : OUTCOME_REFUSED;
	}
	why_set(why,
	        "Z-API answered HTTP %d: try again, and if it stays see instance_id and base_url",
	        response->status);
	return OUTCOME_RETRY;
}

/* `error` is not empty when all is well ("You are already connected"), so only `connected` counts.
 * `smartphoneConnected` does not: WhatsApp works while the phone is off. */
static enum outcome
zapi_probe_answer(const struct connection *connection, const struct http_response *response,
                  struct why *why)
{
	(void)connection;
	if (response->status < 200 || response->status > 299)
		return not_answered(response, why);
	json_auto_t *answer = object_of(response, why);
	if (json_maybe_true(answer, "connected"))
		return OUTCOME_DONE;
	if (!json_is_false(json_object_get(answer, "connected"))) {
		why_set(why,
		        "Z-API's answer does not say whether it is connected: is base_url right?");
		return OUTCOME_UNKNOWN;
	}
	bool restore = strstr(json_text_at(answer, "error"), "restore the session") != NULL;
	why_set(why, "the shop's WhatsApp is not linked to the instance: %s in the Z-API panel",
	        restore ? "restart the instance" : "scan the QR code");
	return OUTCOME_REFUSED;
}

static const struct secret_key zapi_secrets[] = {
	{ "instance_id", true },
	{ "token", true },
	{ "client_token", false },
};

const struct channel channel_zapi = {
	.name = "zapi",
	.base_url = "https://api.z-api.io",
	.secrets = zapi_secrets,
	.secret_count = sizeof(zapi_secrets) / sizeof(zapi_secrets[0]),
	.authentic = zapi_authentic,
	.hear = zapi_hear,
	.speak = zapi_speak,
	.sent = zapi_sent,
	.probe_ask = zapi_probe_ask,
	.probe_answer = zapi_probe_answer,
};
