/*
 * Reading a request's head, RFC 9112 (syntax) and RFC 9110 (meaning).
 *
 *	GET /v1/receipts?order=8421 HTTP/1.1     the request line
 *	Host: estorno.example                    header lines: name ":" value
 *	Authorization: Bearer ...
 *	                                         the empty line
 *
 * Most headers are looked at for their form only and forgotten.  The few that somebody
 * here reads stand in the table `kept`: a new one is a new row.  Those that say where
 * the request ends, whether the connection lives on and whether a proxy sent it stand in
 * `framing`.
 *
 * An Upgrade header is forgotten like any other, so that an `Upgrade: h2c`, which Z-API's
 * posts may carry (receipts.md section 6), changes nothing.
 */
#include "io/http_wire.h"

#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"

static const char *const kept[] = {
	"access_token", "authorization",  "client-token",    "content-type", "cookie",
	"host",         "origin",         "idempotency-key", "x-csrf-token", "x-hub-signature-256",
	"z-api-token",  "sec-fetch-mode",
};

enum { KEPT_COUNT = sizeof(kept) / sizeof(kept[0]), NAME_SIZE = 32 };

_Static_assert((int)KEPT_COUNT <= (int)HTTP_HEADERS_MAX, "every kept header must find room");

/* What is known while the lines go by. */
struct reader {
	struct http_request *request;
	struct http_head *head;
	bool minor_1; /* HTTP/1.1, not 1.0 */
	bool has_length, is_chunked;
};

size_t
http_head_length(const char *bytes, size_t length)
{
	for (size_t i = 3; i < length; i++)
		if (bytes[i] == '\n' && memcmp(bytes + i - 3, "\r\n\r\n", 4) == 0)
			return i + 1;
	return 0;
}

/* --- characters ---------------------------------------------------------------------------- */

/* RFC 9110 section 5.6.2: letters, digits and these. */
static bool
is_token(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];
		bool plain =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!plain && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
			return false;
	}
	return length > 0;
}

/* Visible ASCII, as in a request target. */
static bool
is_visible(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] <= ' ' || bytes[i] > '~')
			return false;
	return length > 0;
}

/* A header's value: no control characters but the tab; bytes beyond ASCII are let through. */
static bool
is_value(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* --- the request line ---------------------------------------------------------------------- */

static int
read_version(struct reader *reader, const char *bytes, size_t length)
{
	if (length != 8 || memcmp(bytes, "HTTP/", 5) != 0)
		return 400;
	if (memcmp(bytes, "HTTP/1.", 7) != 0 || (bytes[7] != '0' && bytes[7] != '1'))
		return 505;
	reader->minor_1 = bytes[7] == '1';
	reader->head->keep_alive = reader->minor_1;
	return 0;
}

static int
read_method(struct reader *reader, const char *bytes, size_t length)
{
	char method[8];
	if (!is_token(bytes, length))
		return 400;
	if (length >= sizeof(method))
		return 405;
	memcpy(method, bytes, length);
	method[length] = '\0';
	return http_method_parse(method, &reader->request->method) ? 0 : 405;
}

static int
read_target(struct reader *reader, const char *bytes, size_t length)
{
	if (length > REQUEST_PATH_MAX)
		return 414;
	if (!is_visible(bytes, length) || bytes[0] != '/' || memchr(bytes, '#', length) != NULL)
		return 400;
	buffer_add(&reader->request->url, bytes, length);
	return 0;
}

static int
read_request_line(struct reader *reader, const char *line, size_t length)
{
	const char *target = memchr(line, ' ', length);
	if (target == NULL)
		return 400;
	size_t method_length = (size_t)(target - line);
	target++;
	const char *version = memchr(target, ' ', length - method_length - 1);
	if (version == NULL)
		return 400;
	size_t target_length = (size_t)(version - target);
	version++;
	int status = read_version(reader, version, length - method_length - target_length - 2);
	if (status == 0)
		status = read_method(reader, line, method_length);
	if (status == 0)
		status = read_target(reader, target, target_length);
	return status;
}

/* --- header lines -------------------------------------------------------------------------- */

static int
read_content_length(struct reader *reader, const char *value)
{
	size_t length = 0;
	size_t digits = strlen(value);
	if (reader->has_length || digits == 0 || digits > 12)
		return 400;
	for (size_t i = 0; i < digits; i++) {
		if (value[i] < '0' || value[i] > '9')
			return 400;
		length = length * 10 + (size_t)(value[i] - '0');
	}
	reader->has_length = true;
	reader->head->body_length = length;
	return 0;
}

static int
read_transfer_encoding(struct reader *reader, const char *value)
{
	(void)value;
	reader->is_chunked = true;
	return 0;
}

/* A list of words, of which only one matters. */
static int
read_connection(struct reader *reader, const char *value)
{
	while (*value != '\0') {
		value += strspn(value, " \t,");
		size_t length = strcspn(value, " \t,");
		char word[8] = "";
		if (length < sizeof(word))
			memcpy(word, value, length);
		if (text_equal_ignoring_case(word, "close"))
			reader->head->keep_alive = false;
		value += length;
	}
	return 0;
}

static int
read_expect(struct reader *reader, const char *value)
{
	reader->head->expects_continue = text_equal_ignoring_case(value, "100-continue");
	return 0;
}

/* Any number of them, and whatever they say: that one is there tells that the sender is not who he seems. */
static int
read_forwarded(struct reader *reader, const char *value)
{
	(void)value;
	reader->head->is_forwarded = true;
	return 0;
}

static const struct {
	const char *name;
	int (*read)(struct reader *reader, const char *value);
} framing[] = {
	{ "content-length", read_content_length }, { "transfer-encoding", read_transfer_encoding },
	{ "connection", read_connection },         { "expect", read_expect },
	{ "forwarded", read_forwarded },           { "via", read_forwarded },
	{ "x-forwarded-for", read_forwarded },     { "x-forwarded-host", read_forwarded },
	{ "x-forwarded-proto", read_forwarded },   { "x-real-ip", read_forwarded },
};

/* Given twice, nobody could say which one counts. */
static int
keep(struct reader *reader, const char *name, const char *value)
{
	if (http_header(&reader->request->headers, name) != NULL)
		return 400;
	http_header_add(&reader->request->headers, name, value);
	return 0;
}

static int
read_known(struct reader *reader, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
		if (text_equal_ignoring_case(name, framing[i].name))
			return framing[i].read(reader, value);
	for (size_t i = 0; i < KEPT_COUNT; i++)
		if (text_equal_ignoring_case(name, kept[i]))
			return keep(reader, kept[i], value);
	return 0;
}

static int
read_header_line(struct reader *reader, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length);
	if (colon == NULL || !is_token(line, (size_t)(colon - line)))
		return 400;
	const char *from = colon + 1;
	const char *to = line + length;
	while (from < to && is_blank(*from))
		from++;
	while (to > from && is_blank(to[-1]))
		to--;
	size_t name_length = (size_t)(colon - line);
	size_t value_length = (size_t)(to - from);
	if (!is_value(from, value_length))
		return 400;
	char name[NAME_SIZE], value[REQUEST_HEAD_BYTES_MAX];
	ensure(value_length < sizeof(value));
	if (name_length >= sizeof(name))
		return 0; /* longer than any we read */
	memcpy(name, line, name_length);
	name[name_length] = '\0';
	memcpy(value, from, value_length);
	value[value_length] = '\0';
	return read_known(reader, name, value);
}

/* --- the whole head ------------------------------------------------------------------------ */

/* What only the whole head can tell. */
static int
judge(const struct reader *reader)
{
	enum http_method method = reader->request->method;
	bool needs_length = method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH;
	if (reader->is_chunked)
		return reader->has_length ? 400 : 411;
	if (needs_length && !reader->has_length)
		return 411;
	if (reader->minor_1 && http_header(&reader->request->headers, "host") == NULL)
		return 400;
	return 0;
}

int
http_head_parse(const char *bytes, size_t length, struct http_request *request,
                struct http_head *head)
{
	ensure(length >= 4 && length <= REQUEST_HEAD_BYTES_MAX);
	struct reader reader = { .request = request, .head = head };
	*head = (struct http_head){ 0 };
	const char *end = bytes + length - 2; /* before the empty line */
	int lines = 0;
	for (const char *line = bytes; line < end; lines++) {
		const char *line_end = memchr(line, '\r', (size_t)(end - line));
		if (line_end == NULL || line_end[1] != '\n')
			return 400;
		if (lines > REQUEST_HEADER_LINES_MAX)
			return 431;
		size_t line_length = (size_t)(line_end - line);
		int status = lines == 0 ? read_request_line(&reader, line, line_length)
		                        : read_header_line(&reader, line, line_length);
		if (status != 0)
			return status;
		line = line_end + 2;
	}
	return lines == 0 ? 400 : judge(&reader);
}

/* --- responses ----------------------------------------------------------------------------- */

const char *
http_reason_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return ""; /* RFC 9112 section 4: may be empty */
}

static void
write_head(struct buffer *output, const struct http_response *response, bool closes)
{
	static const char *const usual[][2] = {
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cache-Control", "no-store" },
	};
	const struct http_headers *headers = &response->headers;
	buffer_add_format(output, "HTTP/1.1 %d %s\r\n", response->status,
	                  http_reason_phrase(response->status));
	for (size_t i = 0; i < headers->count; i++)
		buffer_add_format(output, "%s: %s\r\n", headers->list[i].name,
		                  headers->list[i].value);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (http_header(headers, usual[i][0]) == NULL)
			buffer_add_format(output, "%s: %s\r\n", usual[i][0], usual[i][1]);
	if (closes)
		buffer_add_text(output, "Connection: close\r\n");
}

void
http_response_write(struct buffer *output, const struct http_response *response, bool closes)
{
	ensure(response->status >= 200 && response->status <= 599);
	ensure(http_header(&response->headers, "Content-Length") == NULL);
	bool has_body = response->status != 204 && response->status != 304;
	write_head(output, response, closes);
	if (has_body)
		buffer_add_format(output, "Content-Length: %zu\r\n", response->body.length);
	buffer_add_text(output, "\r\n");
	if (has_body)
		buffer_add(output, response->body.bytes, response->body.length);
}
