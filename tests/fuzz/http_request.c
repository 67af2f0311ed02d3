/*
 * A request as it arrives: head, then body.  Whoever stands between us and the sender must see the
 * same requests in the same bytes, so a head that is taken has one reading: written again in plain
 * form, it reads the same.
 */
#include "base/json.h"
#include "base/limits.h"
#include "io/http_wire.h"
#include "tests/fuzz/fuzz.h"

static bool
is_refusal(int status)
{
	static const int statuses[] = { 400, 405, 411, 414, 431, 505 };
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i] == status)
			return true;
	return false;
}

/* Lines that begin with `name` and a colon. */
static size_t
lines_of(const char *head, const char *name)
{
	size_t found = 0;
	for (const char *at = head; (at = strcasestr(at, name)) != NULL; at += strlen(name))
		found += at > head && at[-1] == '\n';
	return found;
}

static bool
same_headers(const struct http_headers *a, const struct http_headers *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const char *other = http_header(b, a->list[i].name);
		if (other == NULL || !text_equal(a->list[i].value, other))
			return false;
	}
	return a->count == b->count;
}

static void
check_written_again(const struct http_request *request, const struct http_head *head)
{
	struct http_request again;
	struct http_head other;
	struct buffer text;
	http_request_init(&again);
	buffer_init(&text, REQUEST_HEAD_BYTES_MAX);
	buffer_add_format(&text, "%s %s HTTP/1.1\r\n", http_method_text(request->method),
	                  buffer_text(&request->url));
	for (size_t i = 0; i < request->headers.count; i++)
		buffer_add_format(&text, "%s: %s\r\n", request->headers.list[i].name,
		                  request->headers.list[i].value);
	if (http_header(&request->headers, "host") == NULL)
		buffer_add_text(&text, "Host: shop.example\r\n");
	buffer_add_format(&text, "Content-Length: %zu\r\nConnection: %s\r\n\r\n", head->body_length,
	                  head->keep_alive ? "keep-alive" : "close");
	if (!text.failed) {
		ensure(http_head_length(text.bytes, text.length) == text.length);
		ensure(http_head_parse(text.bytes, text.length, &again, &other) == 0);
		ensure(again.method == request->method);
		ensure(text_equal(buffer_text(&again.url), buffer_text(&request->url)));
		ensure(other.body_length == head->body_length);
		ensure(other.keep_alive == head->keep_alive);
		ensure(http_header(&request->headers, "host") == NULL ||
		       same_headers(&request->headers, &again.headers));
	}
	buffer_free(&text);
	http_request_free(&again);
}

static void
check_taken(const char *bytes, size_t length, const struct http_request *request,
            const struct http_head *head)
{
	const char *url = buffer_text(&request->url);
	char value[64];
	char *text = fuzz_text(bytes, length);
	ensure(url[0] == '/' && strlen(url) <= REQUEST_PATH_MAX);
	ensure(strpbrk(url, " \r\n#") == NULL);
	ensure(lines_of(text, "Transfer-Encoding:") == 0);
	ensure(lines_of(text, "Content-Length:") <= 1);
	ensure(lines_of(text, "Content-Length:") == 1 || head->body_length == 0);
	ensure(lines_of(text, "Host:") <= 1 && lines_of(text, "Cookie:") <= 1);
	free(text);
	check_written_again(request, head);
	if (http_query(url, "order", value, sizeof(value)))
		ensure(strchr(url, '?') != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_text(data, size);
	size_t length = http_head_length(bytes, size);
	ensure(length <= size);
	ensure((length == 0) == (memmem(bytes, size, "\r\n\r\n", 4) == NULL));
	if (length > 0 && length <= REQUEST_HEAD_BYTES_MAX) {
		struct http_request request;
		struct http_head head;
		http_request_init(&request);
		int status = http_head_parse(bytes, length, &request, &head);
		ensure(status == 0 || is_refusal(status));
		if (status == 0)
			check_taken(bytes, length, &request, &head);
		http_request_free(&request);
		json_decref(
			json_parse_object(bytes + length, size - length, REQUEST_BYTES_MAX, NULL));
	}
	free(bytes);
	return 0;
}
