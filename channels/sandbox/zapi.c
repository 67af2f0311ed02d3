/*
 * The Z-API simulator: what it answers to our calls.  Written from zapi.md and not from our adapter.
 *
 *	our calls ----> zapi_simulate --+                     +--> what phones show (zapi_chat)
 *	customers ----> zapi_say -------+--> messages, events |
 *	the clock ----> zapi_callback --+                     +--> webhooks to post
 *
 * Where the facts are silent it does something plain, and the comment there says so: nobody should
 * learn about Z-API from those lines.
 */
#include "channels/sandbox/zapi.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "channels/sandbox/zapi_books.h"

enum { HAND_OVER_MS = 40 }; /* from the acceptance to WhatsApp */

/* Error texts to the letter (section 8), by the value of the fault. */
static const struct zapi_send_error send_errors[] = {
	{ "The message was not sent due to a likely shadow ban", "SHADOW_BAN" },
	{ "Phone number does not exist", NULL },
	{ "Timeout on send message", NULL },
};
static const struct zapi_send_error invalid_number = {
	"Message has not been sent because it got invalid phone number", NULL
};

/* Each hook's name in "update-webhook-NAME", and its field in /me (sections 3 and 4). */
static const struct {
	const char *name, *field;
} hooks[HOOKS] = {
	[HOOK_RECEIVED] = { "received", "receivedCallbackUrl" },
	[HOOK_DELIVERY] = { "delivery", "deliveryCallbackUrl" },
	[HOOK_STATUS] = { "message-status", "messageStatusCallbackUrl" },
	[HOOK_PRESENCE] = { "chat-presence", "presenceChatCallbackUrl" },
	[HOOK_CONNECTED] = { "connected", "connectedCallbackUrl" },
	[HOOK_DISCONNECTED] = { "disconnected", "disconnectedCallbackUrl" },
};

/* --- our calls -------------------------------------------------------------------------------- */

/* One call, after its credentials were found good. */
struct call {
	const char *rest; /* of the path, after the name of the call */
	json_t *body;     /* an object; NULL without one */
	struct fault fault;
	int64_t now_ms;
	struct simulated *answer;
};

static void
answer_error(struct simulated *answer, int status, const char *error)
{
	simulated_json(answer, status, json_pack("{s:s}", "error", error));
}

static void
answer_value(struct simulated *answer, bool value)
{
	simulated_json(answer, 200, json_pack("{s:b}", "value", value));
}

static int64_t
queue_length(const struct zapi_books *books)
{
	int64_t length = 0;
	for (int64_t i = 0; i < books->message_count; i++)
		length += books->messages[i].from_api && books->messages[i].state == STATE_QUEUED;
	return length;
}

/* A shop's phone that loses its link just now, for `value` ms. */
static void
maybe_unlink(struct zapi_books *books, int64_t now_ms)
{
	struct fault fault = faults_strike(&books->faults, "zapi.disconnected");
	if (fault.kind != FAULT_PENDING)
		return;
	zapi_link(books, false, now_ms);
	zapi_link_later(books, now_ms + fault.value);
}

/* Takes the message into the queue and says so. */
static void
enqueue(struct zapi_books *books, const struct call *call, const char *phone, const char *text)
{
	const size_t error_count = sizeof(send_errors) / sizeof(send_errors[0]);
	struct zapi_chat *chat = zapi_chat_with(books, phone);
	int64_t index =
		chat == NULL ? -1 : zapi_message_add(books, chat, "text", text, call->now_ms);
	if (index < 0) {
		answer_error(call->answer, 500, "the sandbox is full");
		return;
	}
	struct zapi_message *message = &books->messages[index];
	message->from_shop = message->from_api = true;
	text_copy(message->queue_id, sizeof(message->queue_id), "019D");
	zapi_random_hex(books, message->queue_id + 4, 28);
	if (!zapi_is_number(phone) && !zapi_is_lid(phone))
		message->error = &invalid_number;
	else if (call->fault.kind == FAULT_UNDELIVERED)
		message->error = &send_errors[(size_t)call->fault.value % error_count];
	zapi_hand_over_later(books, index, call->now_ms + HAND_OVER_MS);
	simulated_json(call->answer, 200,
	               json_pack("{s:s, s:s, s:s}", "zaapId", message->queue_id, "messageId",
	                         message->id, "id", message->id));
}

/* `delayTyping` and the pace of the queue cost no time here.  How a full queue is refused is not
 * known; neither is what a malformed number does: here it is accepted and fails later. */
static void
send_text(struct zapi_books *books, const struct call *call)
{
	const char *phone = json_string_value(json_object_get(call->body, "phone"));
	const char *text = json_string_value(json_object_get(call->body, "message"));
	if (phone == NULL || phone[0] == '\0' || strlen(phone) >= ZAPI_IDENTITY_SIZE) {
		answer_error(call->answer, 400, "phone is required");
		return;
	}
	if (text == NULL || text[0] == '\0') {
		answer_error(call->answer, 400, "message is required");
		return;
	}
	maybe_unlink(books, call->now_ms);
	bool queue_is_closed = !books->linked && (books->refuse_when_unlinked ||
	                                          queue_length(books) >= ZAPI_QUEUE_MAX);
	if (queue_is_closed || !zapi_has_room(books))
		answer_error(call->answer, 400, "the queue takes no more messages");
	else
		enqueue(books, call, phone, text);
}

static void
status(struct zapi_books *books, const struct call *call)
{
	simulated_json(
		call->answer, 200,
		json_pack("{s:b, s:s, s:b}", "connected", books->linked, "error",
	                  books->linked ? "You are already connected" : "You are not connected",
	                  "smartphoneConnected", books->linked));
}

static void
me(struct zapi_books *books, const struct call *call)
{
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:I, s:b, s:s, s:I, s:b, s:b, s:s, s:b, s:n, s:b}", "id",
		books->instance_id, "token", books->token, "name", "Sandbox", "due",
		(json_int_t)(call->now_ms / SECOND_MS + 30 * 86400), "connected", books->linked,
		"paymentStatus", "PAID", "created", (json_int_t)(call->now_ms / SECOND_MS),
		"receiveCallbackSentByMe", books->notify_sent_by_me, "callRejectAuto", false,
		"callRejectMessage", "", "autoReadMessage", false, "proxyUrl", "useProxy", false);
	ensure(json != NULL);
	for (int hook = 0; hook < HOOKS; hook++)
		zapi_put(json, hooks[hook].field, json_string(books->urls[hook]));
	simulated_json(call->answer, 200, json);
}

/* Always the documented array, and the spelling of the number that WhatsApp knows. */
static void
phone_exists(struct zapi_books *books, const struct call *call)
{
	char lid[ZAPI_IDENTITY_SIZE] = "";
	bool exists = zapi_is_number(call->rest);
	const struct zapi_chat *chat = exists ? zapi_chat_find(books, call->rest) : NULL;
	if (exists)
		zapi_lid_of_number(call->rest, lid);
	simulated_json(call->answer, 200,
	               json_pack("[{s:b, s:s, s:o}]", "exists", exists, "phone",
	                         chat != NULL ? chat->phone
	                         : exists     ? call->rest
	                                      : "",
	                         "lid", zapi_text_or_null(lid)));
}

/* HTTPS only (section 4); a loopback address passes, because the sandbox has no certificates. */
static bool
may_be_posted_to(const char *url)
{
	return url != NULL && strlen(url) < ZAPI_URL_SIZE &&
	       (text_starts_with(url, "https://") || text_starts_with(url, "http://127.0.0.1") ||
	        text_starts_with(url, "http://localhost"));
}

static const char *
url_in(const struct call *call)
{
	const char *url = json_string_value(json_object_get(call->body, "value"));
	return may_be_posted_to(url) ? url : NULL;
}

static void
set_notify(struct zapi_books *books, const struct call *call)
{
	const json_t *value = json_object_get(call->body, "notifySentByMe");
	if (json_is_boolean(value))
		books->notify_sent_by_me = json_is_true(value);
}

static void
update_notify(struct zapi_books *books, const struct call *call)
{
	set_notify(books, call);
	answer_value(call->answer, json_is_boolean(json_object_get(call->body, "notifySentByMe")));
}

static void
update_every_webhook(struct zapi_books *books, const struct call *call)
{
	const char *url = url_in(call);
	for (int hook = 0; hook < HOOKS && url != NULL; hook++)
		ensure(text_copy(books->urls[hook], ZAPI_URL_SIZE, url));
	if (url != NULL)
		set_notify(books, call);
	answer_value(call->answer, url != NULL);
}

/* "received-delivery" is the received hook, with what the shop itself sends. */
static void
update_webhook(struct zapi_books *books, const struct call *call)
{
	const char *url = url_in(call);
	bool with_own = text_equal(call->rest, "received-delivery");
	const char *wanted = with_own ? "received" : call->rest;
	for (int hook = 0; hook < HOOKS; hook++) {
		if (!text_equal(hooks[hook].name, wanted))
			continue;
		if (url != NULL)
			ensure(text_copy(books->urls[hook], ZAPI_URL_SIZE, url));
		if (url != NULL && with_own)
			books->notify_sent_by_me = true;
		answer_value(call->answer, url != NULL);
		return;
	}
	answer_error(call->answer, 404, "NOT_FOUND");
}

static json_t *
queued_json(const struct zapi_books *books, const struct zapi_message *message)
{
	char date[INSTANT_TEXT_SIZE];
	instant_print_utc(date, message->at_ms);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:s, s:s, s:b, s:b}", "_id",
	                 message->queue_id, "ZaapId", message->queue_id, "MessageId", message->id,
	                 "Phone", message->chat->phone, "Message", message->text, "DelayMessage",
	                 -1, "DelayTyping", 0, "Created", (json_int_t)message->at_ms, "CreatedAt",
	                 date, "InstanceId", books->instance_id, "IsTrial", false, "Beta", false);
}

/* One page; what does not fit is said by hasMore, and a paging state is not simulated. */
static void
queue_list(struct zapi_books *books, const struct call *call)
{
	const int64_t asked = json_maybe_integer(call->body, "pageSize", 20);
	const size_t page_size = asked < 1 || asked > 30 ? 30 : (size_t)asked;
	json_t *list = json_array();
	bool has_more = false;
	for (int64_t i = 0; i < books->message_count && !has_more; i++) {
		const struct zapi_message *message = &books->messages[i];
		if (!message->from_api || message->state != STATE_QUEUED)
			continue;
		if (json_array_size(list) == page_size)
			has_more = true;
		else
			json_array_append_new(list, queued_json(books, message));
	}
	simulated_json(
		call->answer, 200,
		json_pack("{s:o, s:n, s:b}", "messages", list, "pagingState", "hasMore", has_more));
}

/* All of the queue, or one message of it.  What is answered is not documented. */
static void
queue_purge(struct zapi_books *books, const struct call *call)
{
	bool purged = false;
	for (int64_t i = 0; i < books->message_count; i++) {
		struct zapi_message *message = &books->messages[i];
		if (!message->from_api || message->state != STATE_QUEUED)
			continue;
		if (call->rest[0] != '\0' && !text_equal(call->rest, message->queue_id))
			continue;
		message->state = STATE_FAILED;
		purged = true;
	}
	answer_value(call->answer, purged || call->rest[0] == '\0');
}

static void
queue_settings(struct zapi_books *books, const struct call *call)
{
	books->refuse_when_unlinked = json_maybe_true(call->body, "disableEnqueueWhenDisconnected");
	simulated_json(call->answer, 200, json_pack("{s:b}", "success", true));
}

static void
read_message(struct zapi_books *books, const struct call *call)
{
	(void)books;
	simulated_text(call->answer, 204, "application/json", "");
}

static void
restart(struct zapi_books *books, const struct call *call)
{
	(void)books;
	answer_value(call->answer, true);
}

static void
disconnect(struct zapi_books *books, const struct call *call)
{
	zapi_link(books, false, call->now_ms);
	answer_value(call->answer, true);
}

/* A name that ends in '/' or '-' is a beginning. */
static const struct route {
	enum http_method method;
	const char *name;
	const char *place; /* where its faults wait; NULL for none */
	void (*execute)(struct zapi_books *books, const struct call *call);
} routes[] = {
	{ HTTP_POST, "send-text", "zapi.send", send_text },
	{ HTTP_GET, "status", "zapi.status", status },
	{ HTTP_GET, "me", NULL, me },
	{ HTTP_GET, "phone-exists/", NULL, phone_exists },
	{ HTTP_PUT, "update-every-webhooks", NULL, update_every_webhook },
	{ HTTP_PUT, "update-webhook-", NULL, update_webhook },
	{ HTTP_PUT, "update-notify-sent-by-me", NULL, update_notify },
	{ HTTP_POST, "queue", NULL, queue_list },
	{ HTTP_DELETE, "queue", NULL, queue_purge },
	{ HTTP_DELETE, "queue/", NULL, queue_purge },
	{ HTTP_PUT, "update-queue-settings", NULL, queue_settings },
	{ HTTP_POST, "read-message", NULL, read_message },
	{ HTTP_GET, "restart", NULL, restart },
	{ HTTP_GET, "disconnect", NULL, disconnect },
};

static bool
route_fits(const struct route *route, const char *path)
{
	bool is_beginning = strchr("/-", route->name[strlen(route->name) - 1]) != NULL;
	return is_beginning ? text_starts_with(path, route->name) : text_equal(path, route->name);
}

/* The route, or NULL with the answer: 405 for another verb, 404 for a call that does not exist. */
static const struct route *
route_of(const char *path, enum http_method method, struct simulated *answer)
{
	bool exists = false;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!route_fits(&routes[i], path))
			continue;
		if (routes[i].method == method)
			return &routes[i];
		exists = true;
	}
	answer_error(answer, exists ? 405 : 404, exists ? "METHOD_NOT_ALLOWED" : "NOT_FOUND");
	return NULL;
}

/* The errors of section 1.  The last one repeats what it was sent, as the real one does; what an
 * unknown instance is answered is not known. */
static bool
let_in(const struct zapi_books *books, const struct http_request *request, const char *instance,
       const char *token, struct simulated *answer)
{
	const char *client_token = http_header(&request->headers, "Client-Token");
	char echoed[160];
	if (!text_equal(instance, books->instance_id) || !text_equal(token, books->token)) {
		answer_error(answer, 400, "Instance not found");
		return false;
	}
	if (client_token == NULL) {
		answer_error(answer, 400, "your client-token is not configured");
		return false;
	}
	if (!text_equal(client_token, books->client_token)) {
		snprintf(echoed, sizeof(echoed), "Client-Token %s not allowed",
		         text_is_alphanumeric(client_token, 64) ? client_token : "");
		answer_error(answer, 403, echoed);
		return false;
	}
	return true;
}

/* The body of a POST or PUT; false with the answer when there should be one and is not. */
static bool
read_body(const struct http_request *request, json_t **body, struct simulated *answer)
{
	*body = NULL;
	if (request->method != HTTP_POST && request->method != HTTP_PUT)
		return true;
	const char *type = http_header(&request->headers, "Content-Type");
	if (type == NULL || !text_starts_with(type, "application/json")) {
		simulated_text(answer, 415, "text/plain", "");
		return false;
	}
	*body = json_parse_object(buffer_text(&request->body), request->body.length,
	                          REQUEST_BYTES_MAX, NULL);
	if (*body == NULL)
		answer_error(answer, 400, "invalid body");
	return *body != NULL;
}

static void
execute(struct zapi_books *books, const struct route *route, struct call *call)
{
	if (route->place != NULL)
		call->fault = faults_strike(&books->faults, route->place);
	if (fault_prevents(&call->fault, call->answer))
		return;
	route->execute(books, call);
	fault_spoils(&call->fault, call->answer);
}

void
zapi_simulate(struct zapi_books *books, const struct http_request *request, int64_t now_ms,
              struct simulated *answer)
{
	char instance[64], token[64], path[160];
	const char *url = buffer_text(&request->url);
	if (sscanf(url, "/instances/%63[^/]/token/%63[^/]/%159[^?]", instance, token, path) != 3) {
		answer_error(answer, 404, "NOT_FOUND");
		return;
	}
	if (!let_in(books, request, instance, token, answer))
		return;
	const struct route *route = route_of(path, request->method, answer);
	json_t *body;
	if (route == NULL || !read_body(request, &body, answer))
		return;
	struct call call = {
		.rest = path + strlen(route->name), .body = body, .now_ms = now_ms, .answer = answer
	};
	execute(books, route, &call);
	json_decref(body);
}
