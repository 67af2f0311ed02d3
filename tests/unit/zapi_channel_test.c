/*
 * What the cases below tests/cases/zapi can't say: sizes and limits, every prefix and every null of a
 * webhook, all notifications, and that no secret gets into a reason.
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/text.h"
#include "channels/channel.h"
#include "channels/zapi.h"

#define INSTANCE     "3F0A1B2C4D5E6F708192A3B4C5D6E7F8"
#define TOKEN        "A1B2C3D4E5F60718293A4B5C"
#define CLIENT_TOKEN "F0a1b2c3d4e5f60718293a4b5c6d7e8fS"

/* --- helpers ---------------------------------------------------------------------------------- */

static struct {
	struct connection connection;
	struct heard_list heard; /* of the last webhook */
	struct why why;
} world;

static int
open_world(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	text_copy(world.connection.base_url, sizeof(world.connection.base_url),
	          "https://z.example");
	world.connection.secrets = json_pack("{s:s, s:s, s:s}", "instance_id", INSTANCE, "token",
	                                     TOKEN, "client_token", CLIENT_TOKEN);
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	json_decref(world.connection.secrets);
	return 0;
}

static bool
hear_bytes(const char *bytes, size_t length)
{
	struct http_request request;
	http_request_init(&request);
	memset(&world.heard, 0xA5, sizeof(world.heard)); /* what an earlier webhook left */
	world.why = (struct why){ "" };
	buffer_add(&request.body, bytes, length);
	bool heard = channel_zapi.hear(&world.connection, &request, &world.heard, &world.why);
	http_request_free(&request);
	if (!heard && (world.heard.count != 0 || world.why.text[0] == '\0'))
		fail_msg("refused, with %zu things heard and why \"%s\"", world.heard.count,
		         world.why.text);
	return heard;
}

/* `body` is taken. */
static bool
hear(json_t *body)
{
	char *text = json_text(body);
	bool heard = hear_bytes(text, strlen(text));
	free(text);
	json_decref(body);
	return heard;
}

/* The fact sheet's complete text message. */
static json_t *
complete_message(void)
{
	size_t length;
	char *bytes = test_read_file("tests/cases/zapi/text/webhook.json", &length);
	json_t *body = json_parse_object(bytes, length, 1 << 20, NULL);
	free(bytes);
	assert_non_null(body);
	return body;
}

static json_t *
message_with(const char *key, json_t *value)
{
	json_t *body = complete_message();
	json_object_del(body, "text");
	json_object_set_new(body, key, value);
	return body;
}

/* "ééé...": `count` characters of two bytes, with `first` before them. */
static char *
long_text(const char *first, size_t count)
{
	struct buffer text;
	buffer_init(&text, 1 << 20);
	buffer_add_text(&text, first);
	for (size_t i = 0; i < count; i++)
		buffer_add_text(&text, "é");
	return buffer_take(&text);
}

static const struct heard *
the_one(void)
{
	assert_int_equal(world.heard.count, 1);
	return &world.heard.list[0];
}

/* --- long messages ------------------------------------------------------------------------------ */

static void
a_message_that_just_fits_is_whole(void **state)
{
	(void)state;
	char *text = long_text("x", (MESSAGE_BYTES_MAX - 2) / 2);
	assert_int_equal(strlen(text), MESSAGE_BYTES_MAX - 1);
	assert_true(hear(message_with("text", json_pack("{s:s}", "message", text))));
	assert_int_equal(the_one()->content, CONTENT_TEXT);
	assert_string_equal(the_one()->text, text);
	free(text);
}

/* Of whatever length: kept, cut between two characters, marked, and never a yes. */
static void
a_longer_message_is_kept_in_part_and_is_no_text(void **state)
{
	(void)state;
	for (size_t more = 0; more < 4; more++) {
		char *text = long_text(more % 2 == 0 ? "" : "s", MESSAGE_BYTES_MAX / 2 + more);
		assert_true(hear(message_with("text", json_pack("{s:s}", "message", text))));
		const char *kept = the_one()->text;
		size_t length = strlen(kept) - strlen(TEXT_CUT_MARK);
		assert_int_equal(the_one()->kind, HEARD_MESSAGE);
		assert_int_equal(the_one()->content, CONTENT_OTHER);
		assert_true(text_ends_with(kept, TEXT_CUT_MARK));
		assert_true(text_is_utf8(kept, strlen(kept)));
		assert_int_equal(strncmp(kept, text, length), 0);
		assert_true(strlen(kept) > MESSAGE_BYTES_MAX - 8);
		free(text);
	}
}

static void
a_long_label_is_no_button_and_a_long_caption_still_an_image(void **state)
{
	(void)state;
	char *text = long_text("", MESSAGE_BYTES_MAX);
	assert_true(hear(
		message_with("buttonsResponseMessage",
	                     json_pack("{s:s, s:s}", "buttonId", "rf:1:yes", "message", text))));
	assert_int_equal(the_one()->content, CONTENT_OTHER);
	assert_true(hear(message_with("image", json_pack("{s:s}", "caption", text))));
	assert_int_equal(the_one()->content, CONTENT_IMAGE);
	free(text);
}

static void
an_error_of_any_length_is_a_failure(void **state)
{
	(void)state;
	char *text = long_text("", 500);
	json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "type", "DeliveryCallback", "instanceId",
	                         INSTANCE, "messageId", "3EB0", "error", text);
	assert_true(hear(body));
	assert_true(text_ends_with(the_one()->failure, TEXT_CUT_MARK));
	free(text);
}

static void
a_body_over_the_ceiling_is_refused(void **state)
{
	(void)state;
	char *text = long_text("", WEBHOOK_BYTES_MAX / 2);
	assert_false(hear(message_with("text", json_pack("{s:s}", "message", text))));
	assert_non_null(strstr(world.why.text, "more than"));
	free(text);
}

static void
an_id_that_does_not_fit_is_refused(void **state)
{
	static const char *const keys[] = { "messageId", "editMessageId", "referenceMessageId" };
	(void)state;
	char *text = long_text("", MESSAGE_ID_SIZE);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *body = complete_message();
		json_object_set_new(body, keys[i], json_string(text));
		assert_false(hear(body));
		assert_non_null(strstr(world.why.text, keys[i]));
	}
	free(text);
}

/* --- damaged and strange bodies ----------------------------------------------------------------- */

static void
no_part_of_a_webhook_is_a_webhook(void **state)
{
	(void)state;
	json_t *body = complete_message();
	char *text = json_text(body);
	size_t length = strlen(text);
	for (size_t i = 0; i < length; i++)
		if (hear_bytes(text, i))
			fail_msg("the first %zu bytes were heard", i);
	assert_true(hear_bytes(text, length));
	free(text);
	json_decref(body);
}

/* Any key may be null (zapi.md section 7.1); only what a message can't be without stops it. */
static void
any_key_may_be_null_but_three(void **state)
{
	static const char *const needed[] = { "type", "instanceId", "messageId" };
	(void)state;
	json_t *whole = complete_message(), *value;
	const char *key;
	json_object_foreach (whole, key, value) {
		json_t *body = json_copy(whole);
		bool is_needed = false;
		json_object_set_new(body, key, json_null());
		for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
			is_needed = is_needed || text_equal(key, needed[i]);
		if (hear(body) == is_needed)
			fail_msg("%s: null was %s", key, is_needed ? "heard" : "refused");
		if (!is_needed)
			assert_int_equal(the_one()->kind, HEARD_MESSAGE);
	}
	json_decref(whole);
}

/* A value of the wrong type is refused or heard as something, but never makes a text out of nothing. */
static void
wrong_types_never_make_a_text(void **state)
{
	(void)state;
	json_t *whole = complete_message(), *value;
	const char *key;
	json_t *wrong = json_pack("[i, f, [s], {s:{s:s}}, s, b]", 7, 1.5, "sim", "message",
	                          "message", "sim", "sim", 1);
	json_object_foreach (whole, key, value) {
		size_t i;
		json_t *other;
		json_array_foreach (wrong, i, other) {
			json_t *body = json_copy(whole);
			json_object_set(body, key, other);
			if (!hear(body))
				continue;
			if (text_equal(key, "text"))
				assert_string_equal(the_one()->text, "");
			assert_true(world.heard.count == 1);
		}
	}
	json_decref(wrong);
	json_decref(whole);
}

static void
every_notification_is_ignored_under_its_name(void **state)
{
	static const char *const names[][2] = {
		/* zapi.md section 7.3 */
		{ "CALL_VOICE", "call" },
		{ "CALL_MISSED_VOICE", "call" },
		{ "CALL_MISSED_VIDEO", "call" },
		{ "CALL_RECEIVED", "call" },
		{ "CALL_ACCEPTED", "call" },
		{ "CALL_STARTED", "call" },
		{ "CALL_ENDED", "call" },
		{ "CALL_MISSED", "call" },
		{ "E2E_ENCRYPTED", "e2e_encrypted" },
		{ "CIPHERTEXT", "ciphertext" },
		{ "BLUE_MSG_SELF_PREMISE_UNVERIFIED", "blue_msg_self_premise_unverified" },
		{ "BIZ_MOVE_TO_CONSUMER_APP", "biz_move_to_consumer_app" },
		{ "GROUP_CREATE", "group_create" },
		{ "MEMBERSHIP_APPROVAL_REQUEST", "membership_approval_request" },
		{ "REVOKED_MEMBERSHIP_REQUESTS", "revoked_membership_requests" },
		{ "NEWSLETTER_ADMIN_PROMOTE", "newsletter_admin_promote" },
		{ "NEWSLETTER_ADMIN_DEMOTE", "newsletter_admin_demote" },
		{ "PROFILE_NAME_UPDATED", "profile_name_updated" },
		{ "PROFILE_PICTURE_UPDATED", "profile_picture_updated" },
		{ "CHAT_LABEL_ASSOCIATION", "chat_label_association" },
		{ "PAYMENT_ACTION_REQUEST_DECLINED", "payment_action_request_declined" },
		{ "GROUP_MEMBER_LINK_PROPERTY_UPDATE", "group_member_link_property_update" },
		{ "WA_OLD_REGISTRATION", "wa_old_registration" },
		{ "A_NAME_THAT_IS_LONGER_THAN_ANY_WORD_WE_KEEP", "notification" },
		{ "", "notification" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(hear(message_with("notification", json_string(names[i][0]))));
		assert_int_equal(the_one()->kind, HEARD_IGNORED);
		assert_string_equal(the_one()->ignored_because, names[i][1]);
	}
}

static json_t *
status_with(size_t ids)
{
	json_t *list = json_array();
	for (size_t i = 0; i < ids; i++)
		json_array_append_new(list, json_sprintf("3EB0%zu", i));
	return json_pack("{s:s, s:s, s:s, s:o}", "type", "MessageStatusCallback", "instanceId",
	                 INSTANCE, "status", "READ", "ids", list);
}

static void
a_status_of_more_messages_than_fit_is_refused(void **state)
{
	(void)state;
	assert_true(hear(status_with(HEARD_MAX)));
	assert_int_equal(world.heard.count, HEARD_MAX);
	assert_string_equal(world.heard.list[HEARD_MAX - 1].message_id, "3EB031");
	assert_false(hear(status_with(HEARD_MAX + 1)));
	assert_non_null(strstr(world.why.text, "at most 32"));
}

/* --- is it ours? ---------------------------------------------------------------------------------- */

static void
a_second_token_header_is_compared_too(void **state)
{
	struct http_request request;
	(void)state;
	http_request_init(&request);
	http_header_add(&request.headers, "z-api-token", TOKEN);
	assert_true(channel_zapi.authentic(&world.connection, &request, &world.why));
	http_header_add(&request.headers, "Z-Api-Token", "wrong-and-secret");
	assert_false(channel_zapi.authentic(&world.connection, &request, &world.why));
	assert_null(strstr(world.why.text, "wrong-and-secret"));
	assert_null(strstr(world.why.text, TOKEN));
	http_request_free(&request);
}

static void
a_beginning_of_the_token_is_not_the_token(void **state)
{
	static const char *const wrong[] = { "",        "A",         "A1B2C3D4E5F60718293A4B5",
		                             TOKEN "0", TOKEN TOKEN, CLIENT_TOKEN };
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct http_request request;
		http_request_init(&request);
		http_header_add(&request.headers, "z-api-token", wrong[i]);
		if (channel_zapi.authentic(&world.connection, &request, NULL))
			fail_msg("\"%s\" passed for the token", wrong[i]);
		http_request_free(&request);
	}
}

/* --- calls and answers ---------------------------------------------------------------------------- */

static void
what_can_not_be_sent_is_refused_before_it_leaves(void **state)
{
	static const struct utterance wrong[] = {
		{ "", "oi", 0 },
		{ "marina", "oi", 0 },
		{ "+55 20 99999-0101", "oi", 0 },
		{ "120300000000000001-group", "oi", 0 },
		{ "@lid", "oi", 0 },
		{ "5520999990101", "", 0 },
		{ "5520999990101", "\xc3", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct http_request request;
		struct why why = { "" };
		http_request_init(&request);
		if (channel_zapi.speak(&world.connection, &wrong[i], &request, &why))
			fail_msg("utterance %zu was put into a request", i);
		assert_true(why.text[0] != '\0');
		http_request_free(&request);
	}
}

static void
a_client_token_with_a_line_break_is_said_not_sent(void **state)
{
	const struct utterance utterance = { "5520999990101", "oi", 0 };
	struct http_request request;
	(void)state;
	http_request_init(&request);
	json_object_set_new(world.connection.secrets, "client_token", json_string("abc\n"));
	assert_false(channel_zapi.speak(&world.connection, &utterance, &request, &world.why));
	assert_non_null(strstr(world.why.text, "line break"));
	assert_false(channel_zapi.probe_ask(&world.connection, &request, NULL));
	http_request_free(&request);
}

static enum outcome
judge(int status, const char *body, struct sent *sent, struct why *why)
{
	struct http_response response;
	http_response_init(&response);
	response.status = status;
	buffer_add_text(&response.body, body);
	enum outcome outcome = channel_zapi.sent(&response, sent, why);
	http_response_free(&response);
	return outcome;
}

/* Whatever the status: done is only a 2xx with an id, and what may have been queued is never sent
 * again. */
static void
every_status_is_judged_on_the_safe_side(void **state)
{
	(void)state;
	for (int status = 100; status < 600; status++) {
		struct sent sent = { "", "" };
		bool success = status / 100 == 2, refusal = status / 100 == 4 && status != 408;
		enum outcome with_id = judge(status, "{\"messageId\":\"3EB0\"}", &sent, NULL);
		enum outcome without = judge(status, "{}", &sent, NULL);
		if ((with_id == OUTCOME_DONE) != success || without == OUTCOME_DONE)
			fail_msg("HTTP %d was taken for a success", status);
		if ((without == OUTCOME_UNKNOWN) == refusal)
			fail_msg("HTTP %d was judged %s", status, outcome_text(without));
		assert_true(without != OUTCOME_RETRY || status == 429);
	}
}

static void
an_id_that_can_not_be_kept_leaves_the_send_unknown(void **state)
{
	struct sent sent = { "old", "old" };
	struct buffer body;
	(void)state;
	buffer_init(&body, 4096);
	buffer_add_format(&body, "{\"zaapId\":\"019D\",\"messageId\":\"%0*d\"}", MESSAGE_ID_SIZE,
	                  7);
	assert_int_equal(judge(200, buffer_text(&body), &sent, &world.why), OUTCOME_UNKNOWN);
	assert_string_equal(sent.message_id, "");
	assert_string_equal(sent.queue_id, "");
	buffer_free(&body);
}

/* Z-API echoes the Client-Token in its errors (section 1); a reason goes to logs and pages. */
static void
no_answer_puts_a_secret_into_a_reason(void **state)
{
	static const char *const bodies[] = {
		"{\"error\":\"Client-Token " CLIENT_TOKEN " not allowed\"}",
		"{\"error\":\"" CLIENT_TOKEN "\",\"message\":\"" TOKEN "\"}",
		"{\"connected\":false,\"error\":\"" CLIENT_TOKEN "\"}",
		"{\"messageId\":\"\",\"error\":\"" TOKEN "\"}",
		"<html>/instances/" INSTANCE "/token/" TOKEN "/send-text</html>",
		"" CLIENT_TOKEN,
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		for (int status = 200; status < 600; status++) {
			struct http_response response;
			struct sent sent = { "", "" };
			struct why sent_why = { "" }, probe_why = { "" };
			http_response_init(&response);
			response.status = status;
			buffer_add_text(&response.body, bodies[i]);
			channel_zapi.sent(&response, &sent, &sent_why);
			channel_zapi.probe_answer(&world.connection, &response, &probe_why);
			http_response_free(&response);
			assert_true(sent_why.text[0] != '\0' && probe_why.text[0] != '\0');
			assert_null(strstr(sent_why.text, CLIENT_TOKEN));
			assert_null(strstr(sent_why.text, TOKEN));
			assert_null(strstr(probe_why.text, CLIENT_TOKEN));
			assert_null(strstr(probe_why.text, TOKEN));
		}
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
	const struct CMUnitTest tests[] = {
		TEST(a_message_that_just_fits_is_whole),
		TEST(a_longer_message_is_kept_in_part_and_is_no_text),
		TEST(a_long_label_is_no_button_and_a_long_caption_still_an_image),
		TEST(an_error_of_any_length_is_a_failure),
		TEST(a_body_over_the_ceiling_is_refused),
		TEST(an_id_that_does_not_fit_is_refused),
		TEST(no_part_of_a_webhook_is_a_webhook),
		TEST(any_key_may_be_null_but_three),
		TEST(wrong_types_never_make_a_text),
		TEST(every_notification_is_ignored_under_its_name),
		TEST(a_status_of_more_messages_than_fit_is_refused),
		TEST(a_second_token_header_is_compared_too),
		TEST(a_beginning_of_the_token_is_not_the_token),
		TEST(what_can_not_be_sent_is_refused_before_it_leaves),
		TEST(a_client_token_with_a_line_break_is_said_not_sent),
		TEST(every_status_is_judged_on_the_safe_side),
		TEST(an_id_that_can_not_be_kept_leaves_the_send_unknown),
		TEST(no_answer_puts_a_secret_into_a_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
