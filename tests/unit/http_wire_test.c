/*
 * Heads of requests, one line a case: what comes in and what it is refused with.  The
 * same bytes must never be two different requests to us and to a proxy before us.
 */
#include "test.h"

#include "base/limits.h"
#include "io/http_wire.h"

#define REST "Host: estorno\r\n\r\n"

/* The status that a head is refused with, 0 when it is taken. */
static int
status_of(const char *bytes, struct http_request *request, struct http_head *head)
{
	size_t length = http_head_length(bytes, strlen(bytes));
	assert_int_equal(length, strlen(bytes));
	return http_head_parse(bytes, length, request, head);
}

static void
assert_refused(const char *bytes, int status)
{
	struct http_request request;
	struct http_head head;
	http_request_init(&request);
	int got = status_of(bytes, &request, &head);
	if (got != status)
		fail_msg("%d instead of %d for: %.60s", got, status, bytes);
	http_request_free(&request);
}

static void
a_request_is_read_as_sent(void **state)
{
	(void)state;
	struct http_request request;
	struct http_head head;
	http_request_init(&request);
	assert_int_equal(status_of("PATCH /a/%2e%2E/b%20c//d?x=%26&y=1;z=+ HTTP/1.1\r\n"
	                           "HOST: \t estorno:8080 \t\r\n"
	                           "z-api-TOKEN:one\r\n"
	                           "Cookie: a=b; c=d\r\n"
	                           "access_token: two\r\n"
	                           "X-Empty:\r\n"
	                           "Content-Type:\r\n"
	                           "X-Latin: caf\xe9\r\n"
	                           "Content-Length: 12\r\n\r\n",
	                           &request, &head),
	                 0);
	assert_int_equal(request.method, HTTP_PATCH);
	assert_string_equal(buffer_text(&request.url), "/a/%2e%2E/b%20c//d?x=%26&y=1;z=+");
	assert_string_equal(http_header(&request.headers, "host"), "estorno:8080");
	assert_string_equal(http_header(&request.headers, "z-api-token"), "one");
	assert_string_equal(http_header(&request.headers, "cookie"), "a=b; c=d");
	assert_string_equal(http_header(&request.headers, "access_token"), "two");
	assert_string_equal(http_header(&request.headers, "content-type"), "");
	assert_int_equal(request.headers.count, 5);
	assert_int_equal(head.body_length, 12);
	assert_true(head.keep_alive);
	assert_false(head.expects_continue);
	http_request_free(&request);
}

static void
whether_the_connection_lives_on_is_read_from_version_and_words(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		bool keep_alive;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n" REST, true },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\nConnection: close\r\n" REST, false },
		{ "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings , CLOSE\r\n" REST, false },
		{ "GET / HTTP/1.1\r\nConnection: closet\r\n" REST, true },
		{ "GET / HTTP/1.1\r\nConnection: close\r\nConnection: keep-alive\r\n" REST, false },
		{ "GET / HTTP/1.1\r\nConnection: ,,\r\n" REST, true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request request;
		struct http_head head;
		http_request_init(&request);
		assert_int_equal(status_of(cases[i].bytes, &request, &head), 0);
		assert_int_equal(head.keep_alive, cases[i].keep_alive);
		http_request_free(&request);
	}
}

static void
malformed_and_ambiguous_heads_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		int status;
	} cases[] = {
		/* the request line */
		{ "\r\n\r\n", 400 },
		{ "GET\r\n\r\n", 400 },
		{ "GET /\r\n\r\n", 400 },
		{ "GET  / HTTP/1.1\r\n" REST, 400 },
		{ "GET / HTTP/1.1 \r\n" REST, 400 },
		{ "GET\t/ HTTP/1.1\r\n" REST, 400 },
		{ " GET / HTTP/1.1\r\n" REST, 400 },
		{ "GET http://estorno/ HTTP/1.1\r\n" REST, 400 },
		{ "GET a HTTP/1.1\r\n" REST, 400 },
		{ "GET /a#b HTTP/1.1\r\n" REST, 400 },
		{ "GET /\x80 HTTP/1.1\r\n" REST, 400 },
		{ "GET /\x7f HTTP/1.1\r\n" REST, 400 },
		{ "GET / http/1.1\r\n" REST, 400 },
		{ "GET / HTTP/1.10\r\n" REST, 400 },
		{ "GET / HTTP/1.2\r\n" REST, 505 },
		{ "PRI * HTTP/2.0\r\n\r\n", 505 },
		{ "get / HTTP/1.1\r\n" REST, 405 },
		{ "HEAD / HTTP/1.1\r\n" REST, 405 },
		{ "OPTIONS * HTTP/1.1\r\n" REST, 405 },
		{ "CONNECT estorno:443 HTTP/1.1\r\n" REST, 405 },
		{ "PROPFIND-AND-MORE / HTTP/1.1\r\n" REST, 405 },
		{ "G@T / HTTP/1.1\r\n" REST, 400 },
		/* header lines */
		{ "GET / HTTP/1.1\r\nHost\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n: a\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\nA: b\r\n folded\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\nA: b\nB: c\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\nA: b\rB: c\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\nA: b\x01\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 }, /* no Host */
		{ "GET / HTTP/1.1\r\nHost: a\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\nAuthorization: a\r\nauthorization: b\r\n" REST, 400 },
		/* how long the body is */
		{ "POST / HTTP/1.1\r\n" REST, 411 },
		{ "PUT / HTTP/1.0\r\n" REST, 411 },
		{ "PATCH / HTTP/1.1\r\n" REST, 411 },
		{ "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST, 411 },
		{ "GET / HTTP/1.1\r\nTransfer-Encoding: identity\r\n" REST, 411 },
		{ "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" REST,
		  400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n" REST, 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n" REST, 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: -3\r\n" REST, 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: +3\r\n" REST, 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 0x3\r\n" REST, 400 },
		{ "POST / HTTP/1.1\r\nContent-Length:\r\n" REST, 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 18446744073709551619\r\n" REST, 400 },
		{ "GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n" REST, 400 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].bytes, cases[i].status);
}

static void
a_nul_ends_nothing(void **state)
{
	(void)state;
	static const char bytes[] = "GET / HTTP/1.1\r\nA: b\0c\r\n" REST;
	struct http_request request;
	struct http_head head;
	http_request_init(&request);
	size_t length = http_head_length(bytes, sizeof(bytes) - 1);
	assert_int_equal(length, sizeof(bytes) - 1);
	assert_int_equal(http_head_parse(bytes, length, &request, &head), 400);
	http_request_free(&request);
}

/* A parser that takes "Content-L" for the beginning of a name it knows may swallow the next line. */
static void
a_name_that_begins_another_hides_nothing(void **state)
{
	(void)state;
	struct http_request request;
	struct http_head head;
	http_request_init(&request);
	assert_int_equal(status_of("GET / HTTP/1.1\r\nContent-L: 1\r\nContent-Length: 5\r\n"
	                           "Hos: a\r\nHostess: b\r\n" REST,
	                           &request, &head),
	                 0);
	assert_int_equal(head.body_length, 5);
	assert_string_equal(http_header(&request.headers, "host"), "estorno");
	http_request_free(&request);
}

static void
ceilings_of_path_and_lines_hold_to_the_byte(void **state)
{
	(void)state;
	struct buffer bytes;
	buffer_init(&bytes, REQUEST_HEAD_BYTES_MAX);
	for (int over = 0; over <= 1; over++) {
		buffer_reset(&bytes);
		buffer_add_text(&bytes, "GET /");
		for (int i = 1; i < REQUEST_PATH_MAX + over; i++)
			buffer_add_text(&bytes, "a");
		buffer_add_text(&bytes, " HTTP/1.1\r\n" REST);
		assert_refused(buffer_text(&bytes), over ? 414 : 0);

		buffer_reset(&bytes);
		buffer_add_text(&bytes, "GET / HTTP/1.1\r\n");
		for (int i = 1; i < REQUEST_HEADER_LINES_MAX + over; i++)
			buffer_add_text(&bytes, "A: b\r\n");
		buffer_add_text(&bytes, REST);
		assert_refused(buffer_text(&bytes), over ? 431 : 0);
	}
	buffer_free(&bytes);
}

static void
a_head_is_not_there_before_its_empty_line(void **state)
{
	(void)state;
	static const char bytes[] = "GET / HTTP/1.1\r\n" REST "and more";
	size_t whole = sizeof(bytes) - 1 - strlen("and more");
	for (size_t i = 0; i < whole; i++)
		assert_int_equal(http_head_length(bytes, i), 0);
	assert_int_equal(http_head_length(bytes, sizeof(bytes) - 1), whole);
}

/* --- responses ------------------------------------------------------------------------------ */

static void
a_response_has_its_length_and_what_every_answer_has(void **state)
{
	(void)state;
	struct http_response response;
	struct buffer output;
	http_response_init(&response);
	buffer_init(&output, 4096);
	response.status = 409;
	http_header_add(&response.headers, "cache-control", "max-age=60");
	buffer_add_text(&response.body, "no");
	http_response_write(&output, &response, true);
	assert_string_equal(buffer_text(&output), "HTTP/1.1 409 Conflict\r\n"
	                                          "cache-control: max-age=60\r\n"
	                                          "X-Content-Type-Options: nosniff\r\n"
	                                          "Referrer-Policy: no-referrer\r\n"
	                                          "Connection: close\r\n"
	                                          "Content-Length: 2\r\n\r\nno");
	buffer_free(&output);
	http_response_free(&response);
}

/* RFC 9110 section 15.3.5: a client would take a body for the next answer. */
static void
an_answer_without_content_has_neither_body_nor_length(void **state)
{
	(void)state;
	struct http_response response;
	struct buffer output;
	http_response_init(&response);
	buffer_init(&output, 4096);
	response.status = 204;
	buffer_add_text(&response.body, "never sent");
	http_response_write(&output, &response, false);
	assert_null(strstr(buffer_text(&output), "Content-Length"));
	assert_null(strstr(buffer_text(&output), "never sent"));
	buffer_free(&output);
	http_response_free(&response);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_as_sent),
		cmocka_unit_test(whether_the_connection_lives_on_is_read_from_version_and_words),
		cmocka_unit_test(malformed_and_ambiguous_heads_are_refused),
		cmocka_unit_test(a_nul_ends_nothing),
		cmocka_unit_test(a_name_that_begins_another_hides_nothing),
		cmocka_unit_test(ceilings_of_path_and_lines_hold_to_the_byte),
		cmocka_unit_test(a_head_is_not_there_before_its_empty_line),
		cmocka_unit_test(a_response_has_its_length_and_what_every_answer_has),
		cmocka_unit_test(an_answer_without_content_has_neither_body_nor_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
