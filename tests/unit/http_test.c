/*
 * HTTP as data: what may go into a URL or a header, what comes out of a query, what a log may show.
 */
#include "tests/aborts.h"

#include "base/http.h"

static void
encodes_everything_but_plain_letters(void **state)
{
	struct buffer url;
	(void)state;
	buffer_init(&url, 1000);
	buffer_add_text(&url, "/pix/");
	http_url_add_encoded(&url, "aZ09-._~ /?#&=+%:@\u00e9\n");
	assert_string_equal(buffer_text(&url),
	                    "/pix/aZ09-._~%20%2F%3F%23%26%3D%2B%25%3A%40%C3%A9%0A");
	buffer_free(&url);
}

static void
decodes_what_it_encodes(void **state)
{
	char before[256], after[256];
	struct buffer url;
	(void)state;
	for (int c = 1; c < 256; c++)
		before[c - 1] = (char)c;
	before[255] = '\0';
	buffer_init(&url, 1000);
	http_url_add_encoded(&url, before);
	assert_true(http_decode(buffer_text(&url), url.length, true, after, sizeof(after)));
	assert_string_equal(after, before);
	buffer_free(&url);
}

static void
refuses_malformed_encodings(void **state)
{
	static const char *const bad[] = { "%",   "%4",    "a%4", "%zz", "%4g",
		                           "%00", "a%00b", "%-1", "%+1" };
	char to[16];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (http_decode(bad[i], strlen(bad[i]), false, to, sizeof(to)))
			fail_msg("%s was decoded", bad[i]);
}

/* The end of the bytes is the end: what lies behind belongs to somebody else. */
static void
never_reads_behind_what_it_was_given(void **state)
{
	char to[16];
	(void)state;
	assert_false(http_decode("%41", 2, false, to, sizeof(to)));
	assert_true(http_decode("ab%41", 2, false, to, sizeof(to)));
	assert_string_equal(to, "ab");
}

static void
a_decoded_text_fits_or_is_refused(void **state)
{
	char to[4];
	(void)state;
	assert_true(http_decode("%41%42c", 7, false, to, sizeof(to)));
	assert_string_equal(to, "ABc");
	assert_false(http_decode("%41%42cd", 8, false, to, sizeof(to)));
}

static void
a_plus_is_a_space_only_in_forms(void **state)
{
	char to[8];
	(void)state;
	assert_true(http_decode("a+b", 3, true, to, sizeof(to)));
	assert_string_equal(to, "a b");
	assert_true(http_decode("a+b", 3, false, to, sizeof(to)));
	assert_string_equal(to, "a+b");
}

static void
finds_a_key_of_the_query(void **state)
{
	static const char url[] =
		"/v1/receipts?reorder=1&order=84%2F21&empty=&order=2&flag#order=3";
	char to[16];
	(void)state;
	assert_true(http_query(url, "order", to, sizeof(to)));
	assert_string_equal(to, "84/21");
	assert_true(http_query(url, "empty", to, sizeof(to)));
	assert_string_equal(to, "");
	assert_false(http_query(url, "flag", to, sizeof(to)));
	assert_false(http_query(url, "rder", to, sizeof(to)));
	assert_false(http_query(url, "missing", to, sizeof(to)));
	assert_false(http_query("/v1/receipts", "order", to, sizeof(to)));
	assert_false(http_query("/v1/receipts?", "order", to, sizeof(to)));
	assert_false(http_query("/x?order=%zz", "order", to, sizeof(to)));
	assert_false(http_query("/x?order=0123456789abcdef", "order", to, sizeof(to)));
}

/* A path may hold a secret, and so may a user part. */
static void
shows_only_the_host_of_a_url(void **state)
{
	static const struct {
		const char *url, *host;
	} rows[] = {
		{ "https://api.z-api.io/instances/1/token/SECRET", "https://api.z-api.io" },
		{ "https://pix.example:8443/v2?key=SECRET", "https://pix.example:8443" },
		{ "https://pix.example?key=SECRET", "https://pix.example" },
		{ "https://pix.example#SECRET", "https://pix.example" },
		{ "https://user:SECRET@pix.example/v2", "" },
		{ "https://a-host-that-is-much-too-long-for-the-room.example/x", "" },
		{ "/webhooks/zapi/SECRET", "" },
	};
	char host[32];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		http_url_host(rows[i].url, host, sizeof(host));
		assert_string_equal(host, rows[i].host);
	}
}

static void
finds_a_header_in_any_letter_case(void **state)
{
	struct http_headers headers = { 0 };
	struct http_request request;
	(void)state;
	http_request_init(&request);
	http_header_add(&request.headers, "Client-Token", "first");
	http_header_add(&request.headers, "client-token", "second");
	assert_string_equal(http_header(&request.headers, "CLIENT-TOKEN"), "first");
	assert_null(http_header(&request.headers, "client"));
	assert_null(http_header(&headers, "client-token"));
	http_request_free(&request);
}

static void
writes_basic_credentials(void **state)
{
	static const struct {
		const char *user, *password, *value;
	} rows[] = {
		{ "Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" }, /* RFC 7617 */
		{ "test", "123\u00a3", "Basic dGVzdDoxMjPCow==" },
		{ "a", "b", "Basic YTpi" },
		{ "", "", "Basic Og==" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request request;
		http_request_init(&request);
		http_header_add_basic(&request.headers, rows[i].user, rows[i].password);
		assert_string_equal(http_header(&request.headers, "Authorization"), rows[i].value);
		http_request_free(&request);
	}
}

static void
break_a_value(void)
{
	struct http_headers headers = { 0 };
	http_header_add(&headers, "Client-Token", "x\r\nHost: elsewhere");
}

static void
break_a_name(void)
{
	struct http_headers headers = { 0 };
	http_header_add(&headers, "Host: elsewhere", "x");
}

static void
add_one_header_too_many(void)
{
	struct http_headers headers = { 0 };
	for (int i = 0; i <= HTTP_HEADERS_MAX; i++)
		http_header_add(&headers, "X", "x");
}

static void
a_broken_header_stops_the_program(void **state)
{
	(void)state;
	assert_aborts(break_a_value);
	assert_aborts(break_a_name);
	assert_aborts(add_one_header_too_many);
}

static void
knows_its_methods(void **state)
{
	enum http_method method = HTTP_GET;
	(void)state;
	assert_true(http_method_parse("PATCH", &method));
	assert_int_equal(method, HTTP_PATCH);
	assert_string_equal(http_method_text(method), "PATCH");
	assert_false(http_method_parse("patch", &method));
	assert_false(http_method_parse("TRACE", &method));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_everything_but_plain_letters),
		cmocka_unit_test(decodes_what_it_encodes),
		cmocka_unit_test(refuses_malformed_encodings),
		cmocka_unit_test(never_reads_behind_what_it_was_given),
		cmocka_unit_test(a_decoded_text_fits_or_is_refused),
		cmocka_unit_test(a_plus_is_a_space_only_in_forms),
		cmocka_unit_test(finds_a_key_of_the_query),
		cmocka_unit_test(shows_only_the_host_of_a_url),
		cmocka_unit_test(finds_a_header_in_any_letter_case),
		cmocka_unit_test(writes_basic_credentials),
		cmocka_unit_test(a_broken_header_stops_the_program),
		cmocka_unit_test(knows_its_methods),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
