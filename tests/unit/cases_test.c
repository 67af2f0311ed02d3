/*
 * Plays every directory below tests/cases against the adapters.
 *
 * A case is one story of one provider, in files that need no C to read:
 *
 *	tests/cases/pix/refund_accepted/
 *	  operation.json    what is asked (base/operation.h), for a tool
 *	  connection.json   optional: role, base_url, secrets, access_token; over defaults
 *	  shop.json         optional: over defaults
 *	  1.request         the first request, to the byte
 *	  1.response        what the provider answers: "HTTP 201", headers, empty line, body
 *	  2.request ...     when one more request is needed
 *	  expect.json       {"outcome":"done","facts":{...},"why":"part of it","retry_after_ms":n}
 *
 *	tests/cases/zapi/text/
 *	  webhook.json      the body as received      (or 1.request form in `webhook`, with headers)
 *	  expect.json       {"heard":[...]} or {"refused":"part of the why"}; with
 *	                    "unverified":"part of the why" it is heard, but not believed
 *
 *	tests/cases/zapi/send_accepted/
 *	  utterance.json    {"address","text","typing_seconds"}
 *	  1.request, 1.response, expect.json {"outcome":"done","message_id":...,"queue_id":...}
 *
 * A case may also ask for a token (operation.json {"operation":"token"}) or a probe
 * ({"operation":"probe"}).  A case without a connection.json uses its provider's, when there
 * is one beside the cases (tests/cases/zapi/connection.json).
 *
 * Expected facts name only the fields the story is about: each must be there with that
 * value.  Requests are compared whole.
 */
#include "tests/test.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/text.h"
#include "channels/channel.h"
#include "tests/shop.h"
#include "tools/tool.h"

#define ROOT "tests/cases"

/* --- files ---------------------------------------------------------------------------------- */

static bool
case_path(char *path, size_t size, const char *directory, const char *name)
{
	struct stat status;
	assert_true(text_format(path, size, "%s/%s", directory, name));
	return stat(path, &status) == 0;
}

/* The parsed file, or an empty object when it is not there. */
static json_t *
case_json(const char *directory, const char *name)
{
	char path[512];
	struct why why = { "" };
	if (!case_path(path, sizeof(path), directory, name))
		return json_object();
	size_t length;
	char *bytes = test_read_file(path, &length);
	json_t *json = json_parse(bytes, length, 1 << 20, &why);
	if (json == NULL)
		fail_msg("%s: %s", path, why.text);
	free(bytes);
	return json;
}

/* "HTTP 201", headers, an empty line, the body. */
static void
case_response(const char *directory, int step, struct http_response *response)
{
	char name[32], path[512];
	text_format(name, sizeof(name), "%d.response", step);
	if (!case_path(path, sizeof(path), directory, name))
		fail_msg("%s is missing: the tool asked once more than the case tells", path);
	size_t length;
	char *bytes = test_read_file(path, &length);
	char *at = bytes, *end_of_line = strchr(at, '\n');
	assert_int_equal(sscanf(at, "HTTP %d", &response->status), 1);
	assert_non_null(end_of_line);
	at = end_of_line + 1;
	while (*at != '\n' && *at != '\0') {
		end_of_line = strchr(at, '\n');
		assert_non_null(end_of_line);
		*end_of_line = '\0';
		char *colon = strstr(at, ": ");
		assert_non_null(colon);
		*colon = '\0';
		http_header_add(&response->headers, at, colon + 2);
		at = end_of_line + 1;
	}
	if (*at == '\n')
		at++;
	size_t body_length = length - (size_t)(at - bytes);
	if (body_length > 0 && at[body_length - 1] == '\n')
		body_length--; /* the editor's, not the provider's */
	buffer_add(&response->body, at, body_length);
	free(bytes);
}

/* Compares a request with its file, whole. */
static void
check_request(const char *directory, int step, const struct http_request *request)
{
	char name[32], path[512];
	struct buffer text;
	buffer_init(&text, 1 << 20);
	buffer_add_format(&text, "%s %s\n", http_method_text(request->method),
	                  buffer_text(&request->url));
	for (size_t i = 0; i < request->headers.count; i++)
		buffer_add_format(&text, "%s: %s\n", request->headers.list[i].name,
		                  request->headers.list[i].value);
	buffer_add_format(&text, "\n%s", buffer_text(&request->body));
	if (request->body.length > 0)
		buffer_add_text(&text, "\n");
	text_format(name, sizeof(name), "%d.request", step);
	if (!case_path(path, sizeof(path), directory, name))
		fail_msg("%s is missing; the request was\n%s", path, buffer_text(&text));
	char *wanted = test_read_file(path, NULL);
	if (strcmp(wanted, buffer_text(&text)) != 0)
		fail_msg("%s: wanted\n%s\nbut the request was\n%s", path, wanted,
		         buffer_text(&text));
	free(wanted);
	buffer_free(&text);
}

/* --- expectations ----------------------------------------------------------------------------- */

/* Everything in `wanted` must be in `found`. */
static void
check_contains(const char *where, const json_t *wanted, const json_t *found)
{
	const char *key;
	json_t *value;
	size_t index;
	char deeper[512];
	if (found == NULL)
		fail_msg("%s is missing", where);
	if (json_is_object(wanted)) {
		json_object_foreach ((json_t *)(uintptr_t)wanted, key, value) {
			text_format(deeper, sizeof(deeper), "%s.%s", where, key);
			check_contains(deeper, value, json_object_get(found, key));
		}
		return;
	}
	if (json_is_array(wanted)) {
		if (json_array_size(wanted) != json_array_size(found))
			fail_msg("%s has %zu entries, %zu were wanted", where,
			         json_array_size(found), json_array_size(wanted));
		json_array_foreach (wanted, index, value) {
			text_format(deeper, sizeof(deeper), "%s[%zu]", where, index);
			check_contains(deeper, value, json_array_get(found, index));
		}
		return;
	}
	if (!json_equal(wanted, found)) {
		char *a = json_text(wanted), *b = json_text(found);
		fail_msg("%s is %s, %s was wanted", where, b, a);
	}
}

static void
check_why(const json_t *expect, const struct why *why)
{
	const char *wanted = json_string_value(json_object_get(expect, "why"));
	if (wanted != NULL && strstr(why->text, wanted) == NULL)
		fail_msg("why is \"%s\", which does not say \"%s\"", why->text, wanted);
}

static void
check_outcome(const json_t *expect, enum outcome outcome, const struct why *why)
{
	const char *wanted = json_string_value(json_object_get(expect, "outcome"));
	assert_non_null(wanted);
	if (!text_equal(wanted, outcome_text(outcome)))
		fail_msg("outcome is %s (%s), %s was wanted", outcome_text(outcome), why->text,
		         wanted);
	check_why(expect, why);
}

/* --- connections ------------------------------------------------------------------------------ */

static json_t *
connection_json(const char *directory, const char *provider)
{
	char path[512];
	if (case_path(path, sizeof(path), directory, "connection.json"))
		return case_json(directory, "connection.json");
	assert_true(text_format(path, sizeof(path), ROOT "/%s", provider));
	return case_json(path, "connection.json");
}

static struct connection *
case_connection(const char *directory, const char *name, const char *base_url)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	assert_non_null(connection);
	json_t *json = connection_json(directory, name);
	const char *role = json_string_value(json_object_get(json, "role"));
	const char *url = json_string_value(json_object_get(json, "base_url"));
	const char *token = json_string_value(json_object_get(json, "access_token"));
	assert_true(text_copy(connection->name, sizeof(connection->name), name));
	assert_true(role == NULL || role_parse(role, &connection->role));
	if (url == NULL)
		url = base_url != NULL ? base_url : "https://host.example/v2";
	assert_true(text_copy(connection->base_url, sizeof(connection->base_url), url));
	connection->access_token = strdup(token != NULL ? token : "token-1");
	json_t *secrets = json_object_get(json, "secrets");
	connection->secrets = secrets != NULL ? json_incref(secrets) : json_object();
	json_decref(json);
	return connection;
}

/* --- tools ------------------------------------------------------------------------------------ */

static struct shop
case_shop(const char *directory)
{
	json_t *json = case_json(directory, "shop.json");
	struct shop shop = shop_with_reference_in(
		json_string_value(json_object_get(json, "payment_reference")));
	json_decref(json);
	return shop;
}

static void
play_operation(const char *directory, const struct tool *tool, const json_t *asked,
               const json_t *expect)
{
	struct operation operation;
	struct why why = { "" };
	if (!operation_from_json(asked, &operation, &why))
		fail_msg("operation.json: %s", why.text);
	const struct tool_operation *road = tool_operation(tool, operation.kind);
	assert_non_null(road);
	struct shop shop = case_shop(directory);
	struct connection *connection = case_connection(directory, tool->name, tool->base_url);
	struct tool_call call = {
		.operation = &operation,
		.connection = connection,
		.shop = &shop,
		.now_ms = INT64_C(1795184400000), /* 2026-11-20T13:00:00Z */
		.notes = json_object(),
	};
	bool concluded = false;
	for (int step = 1; !concluded; step++) {
		struct http_request request;
		struct http_response response;
		http_request_init(&request);
		http_response_init(&response);
		assert_true(step <= OPERATION_STEPS_MAX);
		if (!road->ask(&call, &request, &why)) {
			call.outcome = OUTCOME_REFUSED;
			concluded = true;
		} else {
			check_request(directory, step, &request);
			case_response(directory, step, &response);
			concluded = road->answer(&call, &response, &why) == TOOL_CONCLUDED;
			call.step++;
		}
		http_request_free(&request);
		http_response_free(&response);
	}
	check_outcome(expect, call.outcome, &why);
	json_t *facts = facts_to_json(&call.facts);
	json_t *wanted = json_object_get(expect, "facts");
	if (wanted != NULL)
		check_contains("facts", wanted, facts);
	json_t *after = json_object_get(expect, "retry_after_ms");
	if (after != NULL)
		assert_int_equal(json_integer_value(after), call.retry_after_ms);
	json_decref(facts);
	json_decref(call.notes);
	connection_free(connection);
}

static void
play_token(const char *directory, const struct tool *tool, const json_t *expect)
{
	struct connection *connection = case_connection(directory, tool->name, tool->base_url);
	struct access_token token = { .text = "" };
	struct http_request request;
	struct http_response response;
	struct why why = { "" };
	http_request_init(&request);
	http_response_init(&response);
	assert_true(tool->token_ask(connection, &request, &why));
	check_request(directory, 1, &request);
	case_response(directory, 1, &response);
	check_outcome(expect, tool->token_answer(connection, &response, &token, &why), &why);
	const char *wanted = json_string_value(json_object_get(expect, "token"));
	if (wanted != NULL)
		assert_string_equal(token.text, wanted);
	json_t *lasts = json_object_get(expect, "lasts_ms");
	if (lasts != NULL)
		assert_int_equal(json_integer_value(lasts), token.lasts_ms);
	http_request_free(&request);
	http_response_free(&response);
	connection_free(connection);
}

typedef bool probe_ask(const struct connection *, struct http_request *, struct why *);
typedef enum outcome probe_answer(const struct connection *, const struct http_response *,
                                  struct why *);

static void
play_probe(const char *directory, const char *name, const char *base_url, probe_ask *ask,
           probe_answer *answer, const json_t *expect)
{
	struct connection *connection = case_connection(directory, name, base_url);
	struct http_request request;
	struct http_response response;
	struct why why = { "" };
	http_request_init(&request);
	http_response_init(&response);
	assert_true(ask(connection, &request, &why));
	check_request(directory, 1, &request);
	case_response(directory, 1, &response);
	check_outcome(expect, answer(connection, &response, &why), &why);
	http_request_free(&request);
	http_response_free(&response);
	connection_free(connection);
}

static void
play_tool(const char *directory, const struct tool *tool)
{
	json_t *asked = case_json(directory, "operation.json");
	json_t *expect = case_json(directory, "expect.json");
	const char *operation = json_string_value(json_object_get(asked, "operation"));
	assert_non_null(operation);
	if (text_equal(operation, "token"))
		play_token(directory, tool, expect);
	else if (text_equal(operation, "probe"))
		play_probe(directory, tool->name, tool->base_url, tool->probe_ask,
		           tool->probe_answer, expect);
	else
		play_operation(directory, tool, asked, expect);
	json_decref(asked);
	json_decref(expect);
}

/* --- channels --------------------------------------------------------------------------------- */

static json_t *
heard_to_json(const struct heard *heard)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s}",
	                 "kind", heard_kind_text(heard->kind), "message_id", heard->message_id,
	                 "queue_id", heard->queue_id, "edit_id", heard->edit_id, "address",
	                 heard->address, "lid", heard->lid, "name", heard->name, "at_ms",
	                 (json_int_t)heard->at_ms, "content", content_text(heard->content), "text",
	                 heard->text, "button_id", heard->button_id, "quoted_id", heard->quoted_id,
	                 "forwarded", heard->forwarded, "delivery", delivery_text(heard->delivery),
	                 "failure", heard->failure, "ignored_because", heard->ignored_because);
}

static void
play_webhook(const char *directory, const struct channel *channel, const json_t *expect)
{
	char path[512];
	struct why why = { "" };
	struct http_request request;
	struct heard_list *heard = calloc(1, sizeof(*heard));
	assert_non_null(heard);
	struct connection *connection =
		case_connection(directory, channel->name, channel->base_url);
	json_t *headers = case_json(directory, "headers.json"), *value;
	const char *key;
	http_request_init(&request);
	request.method = HTTP_POST;
	json_object_foreach (headers, key, value)
		http_header_add(&request.headers, key, json_string_value(value));
	assert_true(case_path(path, sizeof(path), directory, "webhook.json"));
	size_t length;
	char *body = test_read_file(path, &length);
	buffer_add(&request.body, body, length);
	free(body);
	struct why doubt = { "" };
	const char *unverified = json_string_value(json_object_get(expect, "unverified"));
	assert_int_equal(channel->authentic(connection, &request, &doubt), unverified == NULL);
	if (unverified != NULL && strstr(doubt.text, unverified) == NULL)
		fail_msg("the doubt is \"%s\", which does not say \"%s\"", doubt.text, unverified);
	bool ok = channel->hear(connection, &request, heard, &why);
	const char *refused = json_string_value(json_object_get(expect, "refused"));
	if (refused != NULL) {
		assert_false(ok);
		if (strstr(why.text, refused) == NULL)
			fail_msg("why is \"%s\", which does not say \"%s\"", why.text, refused);
	} else {
		if (!ok)
			fail_msg("not heard: %s", why.text);
		json_t *list = json_array();
		for (size_t i = 0; i < heard->count; i++)
			json_array_append_new(list, heard_to_json(&heard->list[i]));
		check_contains("heard", json_object_get(expect, "heard"), list);
		json_decref(list);
	}
	json_decref(headers);
	http_request_free(&request);
	connection_free(connection);
	free(heard);
}

static void
play_utterance(const char *directory, const struct channel *channel, const json_t *expect)
{
	struct why why = { "" };
	struct http_request request;
	struct http_response response;
	struct sent sent = { "", "" };
	json_t *json = case_json(directory, "utterance.json");
	struct connection *connection =
		case_connection(directory, channel->name, channel->base_url);
	struct utterance utterance = {
		.address = json_string_value(json_object_get(json, "address")),
		.text = json_string_value(json_object_get(json, "text")),
		.typing_seconds = json_maybe_integer(json, "typing_seconds", 0),
	};
	http_request_init(&request);
	http_response_init(&response);
	assert_true(channel->speak(connection, &utterance, &request, &why));
	check_request(directory, 1, &request);
	case_response(directory, 1, &response);
	check_outcome(expect, channel->sent(&response, &sent, &why), &why);
	const char *wanted = json_string_value(json_object_get(expect, "message_id"));
	if (wanted != NULL)
		assert_string_equal(sent.message_id, wanted);
	wanted = json_string_value(json_object_get(expect, "queue_id"));
	if (wanted != NULL)
		assert_string_equal(sent.queue_id, wanted);
	json_decref(json);
	http_request_free(&request);
	http_response_free(&response);
	connection_free(connection);
}

static void
play_channel(const char *directory, const struct channel *channel)
{
	char path[512];
	json_t *expect = case_json(directory, "expect.json");
	if (case_path(path, sizeof(path), directory, "utterance.json"))
		play_utterance(directory, channel, expect);
	else if (case_path(path, sizeof(path), directory, "operation.json"))
		play_probe(directory, channel->name, channel->base_url, channel->probe_ask,
		           channel->probe_answer, expect);
	else
		play_webhook(directory, channel, expect);
	json_decref(expect);
}

/* --- the list --------------------------------------------------------------------------------- */

static void
play(void **state)
{
	const char *directory = *state;
	char provider[64];
	assert_int_equal(sscanf(directory, ROOT "/%63[^/]", provider), 1);
	const struct tool *tool = tool_by_name(provider);
	const struct channel *channel = channel_by_name(provider);
	if (tool != NULL)
		play_tool(directory, tool);
	else if (channel != NULL)
		play_channel(directory, channel);
	else
		fail_msg("no tool and no channel is called %s", provider);
}

/* Files between the cases have a dot in their names, cases have not. */
static int
is_case(const struct dirent *entry)
{
	return strchr(entry->d_name, '.') == NULL;
}

enum { CASES_MAX = 1024 };

static struct CMUnitTest cases[CASES_MAX];
static size_t case_count;

static void
add_cases(const char *provider)
{
	char path[512];
	struct dirent **names;
	text_format(path, sizeof(path), ROOT "/%s", provider);
	int count = scandir(path, &names, is_case, alphasort);
	for (int i = 0; i < count; i++) {
		text_format(path, sizeof(path), ROOT "/%s/%s", provider, names[i]->d_name);
		char *directory = strdup(path);
		if (directory == NULL || case_count == CASES_MAX)
			abort();
		cases[case_count++] = (struct CMUnitTest){
			.name = directory + strlen(ROOT) + 1,
			.test_func = play,
			.initial_state = directory,
		};
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

int
main(void)
{
	struct dirent **names;
	int count = scandir(ROOT, &names, is_case, alphasort);
	if (count <= 0) {
		fprintf(stderr, "no cases below " ROOT ": run this from the project's root\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		add_cases(names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return _cmocka_run_group_tests("cases", cases, case_count, NULL, NULL);
}
