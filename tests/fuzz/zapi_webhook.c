/*
 * What Z-API posts to us: customers' messages, edits, deliveries, statuses, (dis)connections.
 *
 *	z-api-token: A1B2...        optional: headers, and "---"
 *	---
 *	{"type":"ReceivedCallback",...}
 */
#include "channels/zapi.h"

#include "channels/channel.h"
#include "tests/fuzz/fuzz.h"

static struct connection *
connection_of_the_cases(void)
{
	static struct connection connection;
	if (connection.secrets != NULL)
		return &connection;
	char *text = fuzz_file("tests/cases/zapi/connection.json");
	json_t *json = json_loads(text, 0, NULL);
	connection.secrets = json_incref(json_object_get(json, "secrets"));
	ensure(connection.secrets != NULL);
	ensure(connection_set_url(&connection, channel_zapi.base_url));
	json_decref(json);
	free(text);
	return &connection;
}

static void
check_message(const struct heard *heard)
{
	bool says = heard->content == CONTENT_TEXT || heard->content == CONTENT_BUTTON;
	ensure(heard->message_id[0] != '\0' && heard->address[0] != '\0');
	/* A button that is not named, and words that were cut, can't answer an offer. */
	ensure(heard->content != CONTENT_BUTTON || heard->button_id[0] != '\0');
	ensure(!says || !text_ends_with(heard->text, TEXT_CUT_MARK) ||
	       strlen(heard->text) < MESSAGE_BYTES_MAX - 8);
}

static void
check_heard(const struct heard *heard)
{
	ensure((int)heard->kind >= HEARD_MESSAGE && heard->kind <= HEARD_IGNORED);
	ensure((int)heard->content >= CONTENT_TEXT && heard->content <= CONTENT_OTHER);
	ensure((heard->kind == HEARD_IGNORED) == (heard->ignored_because[0] != '\0'));
	ensure(heard->at_ms >= 0);
	fuzz_check_text(heard->message_id, sizeof(heard->message_id));
	fuzz_check_text(heard->queue_id, sizeof(heard->queue_id));
	fuzz_check_text(heard->edit_id, sizeof(heard->edit_id));
	fuzz_check_text(heard->address, sizeof(heard->address));
	fuzz_check_text(heard->lid, sizeof(heard->lid));
	fuzz_check_text(heard->name, sizeof(heard->name));
	fuzz_check_text(heard->text, sizeof(heard->text));
	fuzz_check_text(heard->button_id, sizeof(heard->button_id));
	fuzz_check_text(heard->quoted_id, sizeof(heard->quoted_id));
	fuzz_check_text(heard->failure, sizeof(heard->failure));
	for (const char *at = heard->ignored_because; *at != '\0'; at++)
		ensure((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '_');
	if (heard->kind == HEARD_MESSAGE || heard->kind == HEARD_EDITED)
		check_message(heard);
	if (heard->kind == HEARD_STATUS)
		ensure(heard->message_id[0] != '\0');
}

static void
hear(const struct connection *connection, const struct http_request *request)
{
	static struct heard_list list, again;
	struct why why = { "" };
	memset(&list, 0, sizeof(list));
	memset(&again, 0, sizeof(again));
	bool authentic = channel_zapi.authentic(connection, request, &why);
	fuzz_check_why(authentic, &why);
	if (!authentic)
		return;
	bool ok = channel_zapi.hear(connection, request, &list, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	ensure(list.count >= 1 && list.count <= HEARD_MAX);
	for (size_t i = 0; i < list.count; i++)
		check_heard(&list.list[i]);
	ensure(channel_zapi.hear(connection, request, &again, NULL));
	ensure(memcmp(&list, &again, sizeof(list)) == 0);
}

static void
add_headers(char *text, struct http_headers *headers)
{
	char *rest = text, *line;
	while ((line = strsep(&rest, "\r\n")) != NULL && headers->count < HTTP_HEADERS_MAX) {
		char *colon = strstr(line, ": ");
		if (colon == NULL || strchr(line, ':') != colon)
			continue;
		*colon = '\0';
		http_header_add(headers, line, colon + 2);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = (const char *)data;
	size_t left = size, length = 0;
	struct http_request request;
	char *first = fuzz_part(&rest, &left, &length);
	http_request_init(&request);
	request.method = HTTP_POST;
	if (rest != NULL) {
		add_headers(first, &request.headers);
		buffer_add(&request.body, rest, left);
	} else {
		buffer_add(&request.body, first, length);
	}
	hear(connection_of_the_cases(), &request);
	http_request_free(&request);
	free(first);
	return 0;
}
