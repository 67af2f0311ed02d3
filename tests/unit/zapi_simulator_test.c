/*
 * The Z-API simulator keeps the promises that zapi.md says the real one keeps, and our adapter and the
 * simulator, written apart from the same facts, understand each other.
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/text.h"
#include "channels/channel.h"
#include "channels/sandbox/zapi.h"
#include "channels/zapi.h"

#define NOW      INT64_C(1795185125000)
#define CUSTOMER "5520999990101"
#define HOOK     "http://127.0.0.1:8080/webhooks/zapi/s3cret"

/* --- helpers ---------------------------------------------------------------------------------- */

static struct zapi_books *
books_of(void **state)
{
	return *state;
}

static int
open_books(void **state)
{
	*state = zapi_books_new(8421, HOOK);
	return 0;
}

static int
close_books(void **state)
{
	zapi_books_free(*state);
	return 0;
}

/* A call with the good credentials; `body` is taken and may be NULL. */
static struct simulated
call(struct zapi_books *books, enum http_method method, const char *what, json_t *body,
     int64_t now_ms)
{
	struct http_request request;
	struct simulated answer;
	http_request_init(&request);
	simulated_init(&answer);
	request.method = method;
	buffer_add_format(&request.url, "/instances/%s/token/%s/%s", zapi_instance_id(books),
	                  zapi_token(books), what);
	http_header_add(&request.headers, "Client-Token", zapi_client_token(books));
	if (body != NULL) {
		char *text = json_text(body);
		http_header_add(&request.headers, "Content-Type", "application/json");
		buffer_add_text(&request.body, text);
		free(text);
		json_decref(body);
	}
	zapi_simulate(books, &request, now_ms, &answer);
	http_request_free(&request);
	return answer;
}

static struct simulated
send_text(struct zapi_books *books, const char *phone, const char *text, int64_t now_ms)
{
	return call(books, HTTP_POST, "send-text",
	            json_pack("{s:s, s:s}", "phone", phone, "message", text), now_ms);
}

/* The parsed body of an answer, which is freed. */
static json_t *
body_of(struct simulated *answer)
{
	json_t *body = json_parse(buffer_text(&answer->response.body), answer->response.body.length,
	                          1 << 20, NULL);
	simulated_free(answer);
	return body;
}

/* Sends and gives the message's id. */
static void
send_for_id(struct zapi_books *books, const char *text, int64_t now_ms, char id[MESSAGE_ID_SIZE])
{
	struct simulated answer = send_text(books, CUSTOMER, text, now_ms);
	assert_int_equal(answer.response.status, 200);
	json_t *body = body_of(&answer);
	assert_true(json_maybe_text(body, "messageId", id, MESSAGE_ID_SIZE));
	assert_true(id[0] != '\0');
	json_decref(body);
}

/* The next webhook's body; NULL when none is due. */
static json_t *
next_body(struct zapi_books *books, int64_t now_ms)
{
	struct http_request request;
	json_t *body = NULL;
	http_request_init(&request);
	if (zapi_callback(books, now_ms, &request))
		body = json_parse(buffer_text(&request.body), request.body.length, 1 << 20, NULL);
	http_request_free(&request);
	return body;
}

/* What posts until `now_ms` say, as "Delivery,Received,SENT"; the caller frees. */
static char *
posts_until(struct zapi_books *books, int64_t now_ms)
{
	struct buffer words;
	json_t *body;
	buffer_init(&words, 65536);
	while ((body = next_body(books, now_ms)) != NULL) {
		const char *type = json_string_value(json_object_get(body, "type"));
		bool is_status = text_equal(type, "MessageStatusCallback");
		const char *word =
			is_status ? json_string_value(json_object_get(body, "status")) : type;
		size_t length = is_status ? strlen(word) : strlen(word) - strlen("Callback");
		buffer_add_format(&words, "%s%.*s", words.length > 0 ? "," : "", (int)length, word);
		json_decref(body);
	}
	buffer_add_text(&words, "");
	return buffer_take(&words);
}

static void
assert_posts(struct zapi_books *books, int64_t now_ms, const char *wanted)
{
	char *posts = posts_until(books, now_ms);
	assert_string_equal(posts, wanted);
	free(posts);
}

/* One field of the last message in the customer's chat. */
static void
assert_last(const struct zapi_books *books, const char *field, const char *wanted)
{
	json_t *chat = zapi_chat(books, CUSTOMER);
	assert_true(json_array_size(chat) > 0);
	json_t *last = json_array_get(chat, json_array_size(chat) - 1);
	assert_string_equal(json_string_value(json_object_get(last, field)), wanted);
	json_decref(chat);
}

static size_t
chat_length(const struct zapi_books *books, const char *phone)
{
	json_t *chat = zapi_chat(books, phone);
	size_t length = json_array_size(chat);
	json_decref(chat);
	return length;
}

static void
say(struct zapi_books *books, struct zapi_said said, int64_t now_ms, char id[MESSAGE_ID_SIZE])
{
	struct why why = { "" };
	char unwanted[MESSAGE_ID_SIZE];
	if (said.phone == NULL)
		said.phone = CUSTOMER;
	if (!zapi_say(books, &said, now_ms, id == NULL ? unwanted : id, MESSAGE_ID_SIZE, &why))
		fail_msg("could not say it: %s", why.text);
}

/* What our adapter would be configured with for these books. */
static struct connection *
connection_to(const struct zapi_books *books)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	assert_non_null(connection);
	connection->secrets =
		json_pack("{s:s, s:s, s:s}", "instance_id", zapi_instance_id(books), "token",
	                  zapi_token(books), "client_token", zapi_client_token(books));
	return connection;
}

/* What our adapter hears in the next webhook.  The caller frees. */
static struct heard_list *
hear_next(struct zapi_books *books, int64_t now_ms)
{
	struct connection *connection = connection_to(books);
	struct heard_list *heard = calloc(1, sizeof(*heard));
	struct http_request request;
	struct why why = { "" };
	http_request_init(&request);
	assert_non_null(heard);
	assert_true(zapi_callback(books, now_ms, &request));
	if (!channel_zapi.authentic(connection, &request, &why) ||
	    !channel_zapi.hear(connection, &request, heard, &why))
		fail_msg("not heard: %s", why.text);
	http_request_free(&request);
	connection_free(connection);
	return heard;
}

/* --- sends ------------------------------------------------------------------------------------ */

static void
a_message_goes_its_way(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	send_for_id(books, "Oi, Marina", NOW, id);
	assert_last(books, "status", "queued");
	assert_posts(books, NOW, "");
	assert_posts(books, NOW + 1000, "Delivery,Received,SENT,RECEIVED");
	assert_last(books, "status", "received");
	assert_last(books, "from", "shop");
	zapi_open(books, CUSTOMER, NOW + 2000);
	assert_posts(books, NOW + 2000, "READ");
	assert_last(books, "status", "read");
	assert_true(zapi_next_due_ms(books) == INT64_MAX);
}

static void
credentials_are_asked_for(void **state)
{
	struct zapi_books *books = books_of(state);
	const struct {
		const char *instance, *client_token;
		int status;
		const char *error;
	} tries[] = {
		{ zapi_instance_id(books), NULL, 400, "your client-token is not configured" },
		{ zapi_instance_id(books), "F123", 403, "Client-Token F123 not allowed" },
		{ "0000", zapi_client_token(books), 400, "Instance not found" },
	};
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct http_request request;
		struct simulated answer;
		http_request_init(&request);
		simulated_init(&answer);
		buffer_add_format(&request.url, "/instances/%s/token/%s/status", tries[i].instance,
		                  zapi_token(books));
		if (tries[i].client_token != NULL)
			http_header_add(&request.headers, "client-token", tries[i].client_token);
		zapi_simulate(books, &request, NOW, &answer);
		assert_int_equal(answer.response.status, tries[i].status);
		json_t *body = body_of(&answer);
		assert_string_equal(json_string_value(json_object_get(body, "error")),
		                    tries[i].error);
		json_decref(body);
		http_request_free(&request);
	}
}

static void
wrong_calls_are_refused_as_documented(void **state)
{
	struct zapi_books *books = books_of(state);
	const struct {
		enum http_method method;
		const char *what;
		bool with_body;
		int status;
	} tries[] = {
		{ HTTP_GET, "send-text", false, 405 },
		{ HTTP_POST, "status", true, 405 },
		{ HTTP_POST, "send-text", false, 415 },
		{ HTTP_POST, "send-tex", true, 404 },
		{ HTTP_POST, "delete-message", true, 404 },
		{ HTTP_PUT, "update-webhook-x", true, 404 },
		{ HTTP_POST, "read-message", true, 204 },
	};
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct simulated answer = call(books, tries[i].method, tries[i].what,
		                               tries[i].with_body ? json_object() : NULL, NOW);
		if (answer.response.status != tries[i].status)
			fail_msg("%s was answered %d", tries[i].what, answer.response.status);
		simulated_free(&answer);
	}
	assert_int_equal(chat_length(books, CUSTOMER), 0);
}

/* Each fault: does an answer come, did the message go in. */
static void
faults_strike_where_they_say(void **state)
{
	static const struct {
		const char *kind;
		int64_t value;
		bool lost, sent;
		int status;
		int64_t delay_ms;
	} cases[] = {
		{ "lost_before", 0, true, false, 0, 0 },
		{ "lost_after", 0, true, true, 200, 0 },
		{ "status", 503, false, false, 503, 0 },
		{ "status_after", 502, false, true, 502, 0 },
		{ "html", 0, false, false, 500, 0 },
		{ "slow", 9000, false, true, 200, 9000 },
		{ "undelivered", 0, false, true, 200, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zapi_books *books = zapi_books_new(i, HOOK);
		assert_true(faults_arm(zapi_faults(books), "zapi.send", cases[i].kind,
		                       cases[i].value, 1, NULL));
		struct simulated answer = send_text(books, CUSTOMER, "Oi", NOW);
		assert_int_equal(answer.lost, cases[i].lost);
		assert_int_equal(chat_length(books, CUSTOMER), cases[i].sent);
		assert_int_equal(answer.response.status, cases[i].status);
		assert_int_equal(answer.delay_ms, cases[i].delay_ms);
		simulated_free(&answer);
		answer = send_text(books, CUSTOMER, "Oi", NOW);
		assert_int_equal(answer.response.status, 200);
		simulated_free(&answer);
		zapi_books_free(books);
	}
}

static void
an_undelivered_message_says_why(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	assert_true(faults_arm(zapi_faults(books), "zapi.send", "undelivered", 0, 1, NULL));
	send_for_id(books, "Oi", NOW, id);
	struct heard_list *heard = hear_next(books, NOW + 1000);
	assert_int_equal(heard->list[0].kind, HEARD_HANDED_OVER);
	assert_string_equal(heard->list[0].message_id, id);
	assert_string_equal(heard->list[0].failure,
	                    "The message was not sent due to a likely shadow ban (SHADOW_BAN)");
	free(heard);
	assert_posts(books, NOW + 1000, "");
	assert_last(books, "status", "failed");
}

static void
a_number_of_letters_is_accepted_and_fails_later(void **state)
{
	struct zapi_books *books = books_of(state);
	struct simulated answer = send_text(books, "marina", "Oi", NOW);
	assert_int_equal(answer.response.status, 200);
	simulated_free(&answer);
	json_t *body = next_body(books, NOW + 1000);
	assert_string_equal(json_string_value(json_object_get(body, "error")),
	                    "Message has not been sent because it got invalid phone number");
	json_decref(body);
}

/* --- the queue while the phone is unlinked ------------------------------------------------------ */

static void
an_unlinked_phone_still_takes_messages_and_sends_them_later(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	assert_true(
		faults_arm(zapi_faults(books), "zapi.disconnected", "pending", 3600000, 1, NULL));
	send_for_id(books, "Estorno feito", NOW, id);
	say(books, (struct zapi_said){ .text = "cadê?" }, NOW + 5000, NULL);
	assert_posts(books, NOW + 3599999, "Disconnected");
	assert_last(books, "from", "customer");
	struct simulated answer = call(books, HTTP_GET, "status", NULL, NOW + 6000);
	json_t *body = body_of(&answer);
	assert_true(json_is_false(json_object_get(body, "connected")));
	json_decref(body);
	assert_posts(books, NOW + 3600000, "Received,Connected");
	assert_posts(books, NOW + 3601000, "Delivery,Received,SENT,RECEIVED");
}

static void
the_queue_can_be_listed_and_purged(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	zapi_link(books, false, NOW);
	for (int i = 0; i < 25; i++)
		send_for_id(books, "Estorno feito", NOW, id);
	struct simulated answer = call(books, HTTP_POST, "queue", json_object(), NOW);
	json_t *body = body_of(&answer);
	assert_int_equal(json_array_size(json_object_get(body, "messages")), 20);
	assert_true(json_maybe_true(body, "hasMore"));
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(body, "messages"), 0), "Phone")),
	                    CUSTOMER);
	json_decref(body);
	answer = call(books, HTTP_POST, "queue", json_pack("{s:i}", "pageSize", 5), NOW);
	body = body_of(&answer);
	assert_int_equal(json_array_size(json_object_get(body, "messages")), 5);
	json_decref(body);
	answer = call(books, HTTP_DELETE, "queue", NULL, NOW);
	simulated_free(&answer);
	zapi_link(books, true, NOW + 1000);
	assert_posts(books, NOW + 60000, "Disconnected,Connected");
}

static void
a_queue_that_is_switched_off_refuses(void **state)
{
	struct zapi_books *books = books_of(state);
	struct simulated answer =
		call(books, HTTP_PUT, "update-queue-settings",
	             json_pack("{s:b}", "disableEnqueueWhenDisconnected", true), NOW);
	simulated_free(&answer);
	zapi_link(books, false, NOW);
	answer = send_text(books, CUSTOMER, "Oi", NOW);
	assert_int_equal(answer.response.status, 400);
	simulated_free(&answer);
	assert_int_equal(chat_length(books, CUSTOMER), 0);
}

static void
the_queue_ends_at_a_thousand(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	zapi_link(books, false, NOW);
	for (int i = 0; i < ZAPI_QUEUE_MAX; i++)
		send_for_id(books, "Oi", NOW, id);
	struct simulated answer = send_text(books, CUSTOMER, "Oi", NOW);
	assert_int_equal(answer.response.status, 400);
	simulated_free(&answer);
}

/* --- webhooks ----------------------------------------------------------------------------------- */

static void
a_webhook_looks_as_captured(void **state)
{
	struct zapi_books *books = books_of(state);
	struct http_request request;
	say(books, (struct zapi_said){ .text = "oi" }, NOW, NULL);
	http_request_init(&request);
	assert_true(zapi_callback(books, NOW, &request));
	assert_int_equal(request.method, HTTP_POST);
	assert_string_equal(buffer_text(&request.url), HOOK);
	assert_string_equal(http_header(&request.headers, "z-api-token"), zapi_token(books));
	assert_string_equal(http_header(&request.headers, "origin"), "https://api.z-api.io");
	assert_string_equal(http_header(&request.headers, "content-type"), "application/json");
	assert_int_equal(strlen(zapi_token(books)), 24);
	http_request_free(&request);
}

/* The case of a text is the fact sheet's own example: its keys, their order and their types. */
static void
a_text_has_the_documented_shape(void **state)
{
	struct zapi_books *books = books_of(state);
	size_t length;
	char *bytes = test_read_file("tests/cases/zapi/text/webhook.json", &length);
	json_t *wanted = json_parse_object(bytes, length, 1 << 20, NULL);
	say(books, (struct zapi_said){ .text = "oi", .name = "Marina" }, NOW, NULL);
	json_t *found = next_body(books, NOW);
	assert_non_null(wanted);
	assert_int_equal(json_object_size(wanted), json_object_size(found));
	void *a = json_object_iter(wanted), *b = json_object_iter(found);
	for (; a != NULL;
	     a = json_object_iter_next(wanted, a), b = json_object_iter_next(found, b)) {
		assert_string_equal(json_object_iter_key(a), json_object_iter_key(b));
		assert_int_equal(json_typeof(json_object_iter_value(a)),
		                 json_typeof(json_object_iter_value(b)));
	}
	json_decref(wanted);
	json_decref(found);
	free(bytes);
}

static void
a_webhook_may_come_twice_late_or_never(void **state)
{
	struct zapi_books *books = books_of(state);
	say(books, (struct zapi_said){ .text = "oi", .copies = 3 }, NOW, NULL);
	json_t *first = next_body(books, NOW), *second = next_body(books, NOW);
	assert_true(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	assert_posts(books, NOW, "Received");
	assert_true(faults_arm(zapi_faults(books), "zapi.webhook", "lost_before", 0, 1, NULL));
	say(books, (struct zapi_said){ .text = "oi" }, NOW, NULL);
	assert_posts(books, NOW + 60000, "");
	assert_true(faults_arm(zapi_faults(books), "zapi.webhook", "slow", 5000, 1, NULL));
	say(books, (struct zapi_said){ .text = "oi" }, NOW, NULL);
	assert_posts(books, NOW + 4999, "");
	assert_posts(books, NOW + 5000, "Received");
}

static void
webhooks_go_where_they_were_told_to(void **state)
{
	struct zapi_books *books = books_of(state);
	struct http_request request;
	char id[MESSAGE_ID_SIZE];
	struct simulated answer = call(books, HTTP_PUT, "update-webhook-delivery",
	                               json_pack("{s:s}", "value", "https://loja.example/d"), NOW);
	simulated_free(&answer);
	answer = call(books, HTTP_PUT, "update-webhook-message-status",
	              json_pack("{s:s}", "value", "http://loja.example/plain"), NOW);
	json_t *body = body_of(&answer);
	assert_true(json_is_false(json_object_get(body, "value")));
	json_decref(body);
	answer = call(books, HTTP_GET, "me", NULL, NOW);
	body = body_of(&answer);
	assert_string_equal(json_string_value(json_object_get(body, "deliveryCallbackUrl")),
	                    "https://loja.example/d");
	assert_string_equal(json_string_value(json_object_get(body, "messageStatusCallbackUrl")),
	                    HOOK);
	json_decref(body);
	send_for_id(books, "Oi", NOW, id);
	http_request_init(&request);
	assert_true(zapi_callback(books, NOW + 1000, &request));
	assert_string_equal(buffer_text(&request.url), "https://loja.example/d");
	http_request_free(&request);
}

static void
who_is_not_told_of_own_messages_gets_no_echo(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	struct simulated answer = call(books, HTTP_PUT, "update-notify-sent-by-me",
	                               json_pack("{s:b}", "notifySentByMe", false), NOW);
	simulated_free(&answer);
	send_for_id(books, "Oi", NOW, id);
	say(books, (struct zapi_said){ .kind = "human", .text = "Oi" }, NOW, NULL);
	assert_posts(books, NOW + 1000, "Delivery,SENT,RECEIVED");
}

/* --- customers ------------------------------------------------------------------------------------ */

/* Every kind a customer can do, and what our adapter hears. */
static void
everything_said_is_heard_for_what_it_is(void **state)
{
	static const struct {
		const char *kind;
		enum heard_kind heard;
		enum content content;
	} kinds[] = {
		{ "text", HEARD_MESSAGE, CONTENT_TEXT },
		{ "forwarded", HEARD_MESSAGE, CONTENT_TEXT },
		{ "waiting", HEARD_MESSAGE, CONTENT_WAITING },
		{ "button", HEARD_MESSAGE, CONTENT_BUTTON },
		{ "list", HEARD_MESSAGE, CONTENT_BUTTON },
		{ "reaction", HEARD_MESSAGE, CONTENT_REACTION },
		{ "image", HEARD_MESSAGE, CONTENT_IMAGE },
		{ "video", HEARD_MESSAGE, CONTENT_VIDEO },
		{ "document", HEARD_MESSAGE, CONTENT_DOCUMENT },
		{ "audio", HEARD_MESSAGE, CONTENT_AUDIO },
		{ "sticker", HEARD_MESSAGE, CONTENT_STICKER },
		{ "location", HEARD_MESSAGE, CONTENT_LOCATION },
		{ "contact", HEARD_MESSAGE, CONTENT_CONTACT },
		{ "payment", HEARD_MESSAGE, CONTENT_PAYMENT },
		{ "call", HEARD_IGNORED, CONTENT_TEXT },
		{ "human", HEARD_HUMAN_REPLIED, CONTENT_TEXT },
	};
	struct zapi_books *books = books_of(state);
	char offer[MESSAGE_ID_SIZE], id[MESSAGE_ID_SIZE];
	send_for_id(books, "Devolvo R$ 186,00, ok?", NOW, offer);
	assert_posts(books, NOW + 1000, "Delivery,Received,SENT,RECEIVED");
	zapi_open(books, CUSTOMER, NOW + 1000);
	assert_posts(books, NOW + 1000, "READ");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int64_t now_ms = NOW + (int64_t)(i + 1) * 10000;
		say(books,
		    (struct zapi_said){ .kind = kinds[i].kind,
		                        .text = "sim",
		                        .name = "Marina",
		                        .button_id = "rf:1:yes",
		                        .about = offer },
		    now_ms, id);
		struct heard_list *list = hear_next(books, now_ms);
		struct heard *heard = &list->list[0];
		if (list->count != 1 || heard->kind != kinds[i].heard ||
		    heard->content != kinds[i].content)
			fail_msg("%s was heard as %s, %s", kinds[i].kind,
			         heard_kind_text(heard->kind), content_text(heard->content));
		if (heard->kind != HEARD_IGNORED) {
			assert_string_equal(heard->message_id, id);
			assert_string_equal(heard->address, CUSTOMER);
			assert_string_equal(heard->quoted_id, offer);
			assert_int_equal(heard->at_ms, now_ms);
			assert_int_equal(heard->forwarded, text_equal(kinds[i].kind, "forwarded"));
		}
		free(list);
		char *rest = posts_until(books, now_ms + 5000); /* the content of "waiting" */
		free(rest);
	}
}

static void
an_edit_and_a_deletion_are_about_their_message(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE], again[MESSAGE_ID_SIZE];
	say(books, (struct zapi_said){ .text = "pedido 8412" }, NOW, id);
	assert_posts(books, NOW, "Received");
	say(books, (struct zapi_said){ .kind = "edit", .text = "pedido 8421", .about = id },
	    NOW + 1000, again);
	assert_string_equal(id, again);
	struct heard_list *heard = hear_next(books, NOW + 1000);
	assert_int_equal(heard->list[0].kind, HEARD_EDITED);
	assert_string_equal(heard->list[0].message_id, id);
	assert_string_equal(heard->list[0].text, "pedido 8421");
	assert_true(heard->list[0].edit_id[0] != '\0');
	assert_string_not_equal(heard->list[0].edit_id, id);
	free(heard);
	assert_last(books, "text", "pedido 8421");
	say(books, (struct zapi_said){ .kind = "delete", .about = id }, NOW + 2000, again);
	assert_string_not_equal(id, again);
	heard = hear_next(books, NOW + 2000);
	assert_int_equal(heard->list[0].kind, HEARD_DELETED);
	assert_string_equal(heard->list[0].message_id, id);
	free(heard);
	assert_last(books, "kind", "deleted");
	assert_last(books, "text", "");
	assert_int_equal(chat_length(books, CUSTOMER), 1);
}

static void
what_waits_comes_under_the_same_id(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	say(books, (struct zapi_said){ .kind = "waiting", .text = "sim" }, NOW, id);
	struct heard_list *heard = hear_next(books, NOW);
	assert_int_equal(heard->list[0].content, CONTENT_WAITING);
	assert_string_equal(heard->list[0].message_id, id);
	free(heard);
	assert_posts(books, NOW + 1999, "");
	heard = hear_next(books, NOW + 2000);
	assert_int_equal(heard->list[0].content, CONTENT_TEXT);
	assert_string_equal(heard->list[0].message_id, id);
	assert_string_equal(heard->list[0].text, "sim");
	free(heard);
}

static void
a_reaction_taken_back_says_nothing(void **state)
{
	struct zapi_books *books = books_of(state);
	char offer[MESSAGE_ID_SIZE];
	send_for_id(books, "ok?", NOW, offer);
	free(posts_until(books, NOW + 1000));
	say(books, (struct zapi_said){ .kind = "reaction", .text = "", .about = offer }, NOW + 5000,
	    NULL);
	assert_posts(books, NOW + 4999, "");
	json_t *read = next_body(books, NOW + 5000); /* he has seen the message */
	json_decref(read);
	struct heard_list *heard = hear_next(books, NOW + 5000);
	assert_string_equal(heard->list[0].ignored_because, "reaction_removed");
	free(heard);
}

/* The same person: by number, by number without the ninth digit, and by lid alone. */
static void
one_person_has_one_chat(void **state)
{
	struct zapi_books *books = books_of(state);
	say(books, (struct zapi_said){ .text = "oi" }, NOW, NULL);
	struct heard_list *heard = hear_next(books, NOW);
	char lid[ADDRESS_SIZE];
	assert_true(text_copy(lid, sizeof(lid), heard->list[0].lid));
	assert_true(text_ends_with(lid, "@lid"));
	free(heard);
	say(books, (struct zapi_said){ .phone = lid, .text = "oi de novo" }, NOW, NULL);
	heard = hear_next(books, NOW);
	assert_string_equal(heard->list[0].address, lid);
	free(heard);
	say(books, (struct zapi_said){ .phone = "552099990101", .text = "oi!" }, NOW, NULL);
	struct simulated answer = send_text(books, lid, "Olá", NOW);
	simulated_free(&answer);
	assert_int_equal(chat_length(books, CUSTOMER), 4);
	assert_int_equal(chat_length(books, lid), 4);
	assert_int_equal(chat_length(books, "5520999990202"), 0);
}

static void
a_stranger_with_a_lid_has_no_number(void **state)
{
	struct zapi_books *books = books_of(state);
	say(books, (struct zapi_said){ .phone = "200100300400777@lid", .text = "oi" }, NOW, NULL);
	json_t *body = next_body(books, NOW);
	assert_string_equal(json_string_value(json_object_get(body, "phone")),
	                    "200100300400777@lid");
	assert_string_equal(json_string_value(json_object_get(body, "chatLid")),
	                    "200100300400777@lid");
	json_decref(body);
}

static void
nonsense_is_not_said(void **state)
{
	struct zapi_books *books = books_of(state);
	char ours[MESSAGE_ID_SIZE], id[MESSAGE_ID_SIZE];
	send_for_id(books, "ok?", NOW, ours);
	const struct zapi_said nonsense[] = {
		{ .phone = CUSTOMER, .text = "" },
		{ .phone = "20 99999-0101", .text = "oi" },
		{ .phone = NULL, .text = "oi" },
		{ .phone = CUSTOMER, .text = "oi", .kind = "telegram" },
		{ .phone = CUSTOMER, .text = "\xff\xfe" },
		{ .phone = CUSTOMER, .text = "Sim", .kind = "button", .about = ours },
		{ .phone = CUSTOMER, .text = "Sim", .kind = "button", .button_id = "1" },
		{ .phone = CUSTOMER, .text = "x", .kind = "edit", .about = ours },
		{ .phone = CUSTOMER, .kind = "delete", .about = ours },
		{ .phone = CUSTOMER, .kind = "delete", .about = "3EB0NOTHERE" },
		{ .phone = CUSTOMER, .text = "oi", .about = "3EB0NOTHERE" },
	};
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		struct why why = { "" };
		if (zapi_say(books, &nonsense[i], NOW, id, sizeof(id), &why))
			fail_msg("nonsense %zu was said", i);
		assert_true(why.text[0] != '\0');
	}
	assert_int_equal(chat_length(books, CUSTOMER), 1);
	assert_last(books, "text", "ok?");
}

/* A long absence is read in several callbacks, each of which our adapter has room for. */
static void
many_messages_are_read_at_once(void **state)
{
	struct zapi_books *books = books_of(state);
	char id[MESSAGE_ID_SIZE];
	size_t read = 0;
	for (int i = 0; i < 45; i++)
		send_for_id(books, "Oi", NOW, id);
	free(posts_until(books, NOW + 1000));
	zapi_open(books, CUSTOMER, NOW + 2000);
	while (zapi_next_due_ms(books) != INT64_MAX) {
		struct heard_list *heard = hear_next(books, NOW + 2000);
		assert_int_equal(heard->list[0].kind, HEARD_STATUS);
		assert_int_equal(heard->list[0].delivery, DELIVERY_READ);
		read += heard->count;
		free(heard);
	}
	assert_int_equal(read, 45);
}

/* --- the whole ------------------------------------------------------------------------------------ */

static void
our_adapter_is_understood(void **state)
{
	struct zapi_books *books = books_of(state);
	struct connection *connection = connection_to(books);
	struct utterance utterance = { CUSTOMER, "Devolução do pedido 8421 ✓\nok?", 3 };
	struct http_request request;
	struct simulated answer;
	struct sent sent;
	struct why why = { "" };
	http_request_init(&request);
	simulated_init(&answer);
	assert_true(channel_zapi.speak(connection, &utterance, &request, &why));
	zapi_simulate(books, &request, NOW, &answer);
	assert_int_equal(channel_zapi.sent(&answer.response, &sent, &why), OUTCOME_DONE);
	assert_last(books, "text", utterance.text);
	assert_last(books, "id", sent.message_id);
	struct heard_list *heard = hear_next(books, NOW + 1000);
	assert_int_equal(heard->list[0].kind, HEARD_HANDED_OVER);
	assert_string_equal(heard->list[0].message_id, sent.message_id);
	assert_string_equal(heard->list[0].queue_id, sent.queue_id);
	free(heard);
	heard = hear_next(books, NOW + 1000);
	assert_string_equal(heard->list[0].ignored_because, "own_echo");
	free(heard);
	http_request_free(&request);
	simulated_free(&answer);
	http_request_init(&request);
	simulated_init(&answer);
	assert_true(channel_zapi.probe_ask(connection, &request, &why));
	zapi_simulate(books, &request, NOW, &answer);
	assert_int_equal(channel_zapi.probe_answer(connection, &answer.response, &why),
	                 OUTCOME_DONE);
	http_request_free(&request);
	simulated_free(&answer);
	connection_free(connection);
}

static void
one_seed_is_one_world(void **state)
{
	struct zapi_books *other = zapi_books_new(8421, HOOK), *books = books_of(state);
	char id[MESSAGE_ID_SIZE], other_id[MESSAGE_ID_SIZE];
	send_for_id(books, "Oi", NOW, id);
	send_for_id(other, "Oi", NOW, other_id);
	assert_string_equal(id, other_id);
	for (int i = 0; i < 4; i++) {
		assert_true(zapi_next_due_ms(books) == zapi_next_due_ms(other));
		json_t *a = next_body(books, NOW + 1000), *b = next_body(other, NOW + 1000);
		assert_true(json_equal(a, b));
		json_decref(a);
		json_decref(b);
	}
	zapi_books_free(other);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_books, close_books)
	const struct CMUnitTest tests[] = {
		TEST(a_message_goes_its_way),
		TEST(credentials_are_asked_for),
		TEST(wrong_calls_are_refused_as_documented),
		TEST(faults_strike_where_they_say),
		TEST(an_undelivered_message_says_why),
		TEST(a_number_of_letters_is_accepted_and_fails_later),
		TEST(an_unlinked_phone_still_takes_messages_and_sends_them_later),
		TEST(the_queue_can_be_listed_and_purged),
		TEST(a_queue_that_is_switched_off_refuses),
		TEST(the_queue_ends_at_a_thousand),
		TEST(a_webhook_looks_as_captured),
		TEST(a_text_has_the_documented_shape),
		TEST(a_webhook_may_come_twice_late_or_never),
		TEST(webhooks_go_where_they_were_told_to),
		TEST(who_is_not_told_of_own_messages_gets_no_echo),
		TEST(everything_said_is_heard_for_what_it_is),
		TEST(an_edit_and_a_deletion_are_about_their_message),
		TEST(what_waits_comes_under_the_same_id),
		TEST(a_reaction_taken_back_says_nothing),
		TEST(one_person_has_one_chat),
		TEST(a_stranger_with_a_lid_has_no_number),
		TEST(nonsense_is_not_said),
		TEST(many_messages_are_read_at_once),
		TEST(our_adapter_is_understood),
		TEST(one_seed_is_one_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
