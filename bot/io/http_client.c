/*
 * The HTTP client: libcurl's easy handles in one multi handle, driven by the loop.
 *
 *	http_client_start --> line --> in flight --> ended --> done()
 *	                       (a place gets free)
 *
 * libcurl tells us which sockets it waits for (socket_changed) and when it wants to be
 * called at the latest (timer_changed); both only take notes in the loop.  The loop calls
 * back (socket_ready, timer_fired), and only there libcurl is driven.
 *
 * Rules:
 *
 *   1. libcurl is never called from inside one of its own callbacks.
 *   2. Sent or not?  libcurl's error code alone does not say: a time-out may strike before or
 *      after the request left, and of a TLS record that was written in part it counts
 *      nothing.  So the line is drawn by an event: libcurl calls `request_leaves` when the
 *      connection stands, TLS included, just before it writes the first byte.  A call that
 *      failed without having come by there certainly did nothing (RETRY); every other failure
 *      is UNKNOWN, also where its code seems to say more.
 *   3. libcurl 7.88 calls an answer complete whose connection ended in the middle of the
 *      head ("HTTP/1.1 200 OK" and then nothing; tried).  So we look for the empty line
 *      ourselves: half a head is no answer.
 *   4. A call that changes the world has a connection of its own (http_client.h says why).
 *   5. Names are resolved in threads of libcurl's.  When a call times out there, libcurl would
 *      wait for the thread, and the loop stand still for as long as a broken resolver takes
 *      (9.5 s, measured).  CURLOPT_QUICK_EXIT leaves the thread to end and tidy up by itself.
 */
#include "io/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/loop_watch.h"

/* The headers of an answer that somebody here reads; providers send dozens. */
static const char *const kept[] = {
	"Content-Type", "Retry-After", "Rate-Limit-Reset",    "Location",
	"Set-Cookie",   "Request-Id",  "Idempotent-Replayed",
};

enum { KEPT_COUNT = sizeof(kept) / sizeof(kept[0]), HOST_SIZE = 256 };

_Static_assert((int)KEPT_COUNT <= (int)HTTP_HEADERS_MAX, "every kept header must find room");

struct call {
	TAILQ_ENTRY(call) link;
	CURL *easy;
	struct curl_slist *headers;
	char host[HOST_SIZE]; /* "https://host:port": all of the URL that may be said */
	bool loopback_only;   /* plain http */
	bool not_loopback;    /* refused for that */
	bool left;            /* the request may have left */
	bool head_is_whole;   /* the answer's */
	bool too_large;
	size_t header_bytes;
	struct http_response *response; /* the one below, or the caller's of http_client_once */
	struct http_response own_response;
	int64_t started_us;
	http_client_done *done;
	void *context;
};

TAILQ_HEAD(calls, call);

struct http_client {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	struct calls in_flight, line;
	int64_t in_flight_count, line_count;
};

/* --- what libcurl calls --------------------------------------------------------------------- */

/* The connection stands; the first byte of the request is about to be written. */
static int
request_leaves(void *context, char *their_address, char *our_address, int their_port, int our_port)
{
	struct call *call = context;
	(void)their_address, (void)our_address, (void)their_port, (void)our_port;
	call->left = true;
	return CURL_PREREQFUNC_OK;
}

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_UNIX)
		return true;
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)address;
		return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
	}
	const struct sockaddr_in *four = (const void *)address;
	return address->sa_family == AF_INET &&
	       ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* Sees the address itself, after the name was resolved: a name can't lead plain http astray. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct call *call = context;
	(void)purpose;
	if (call->loopback_only && !is_loopback(&address->addr)) {
		call->not_loopback = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
body_came(char *bytes, size_t one, size_t length, void *context)
{
	struct call *call = context;
	(void)one;
	buffer_add(&call->response->body, bytes, length);
	if (!call->response->body.failed)
		return length;
	call->too_large = true;
	return 0; /* ends the call */
}

/* The kept name that a header line begins with, NULL for none. */
static const char *
kept_name(const char *line, size_t length)
{
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		size_t name_length = strlen(kept[i]);
		if (length > name_length && line[name_length] == ':' &&
		    strncasecmp(line, kept[i], name_length) == 0)
			return kept[i];
	}
	return NULL;
}

/* "Name: value\r\n" into the response, if it is one of those we keep and the first of its name.  A
 * value longer than anybody needs is left out. */
static void
keep_header(struct call *call, const char *line, size_t length)
{
	struct http_headers *headers = &call->response->headers;
	const char *name = kept_name(line, length);
	if (name == NULL || http_header(headers, name) != NULL)
		return;
	const char *from = line + strlen(name) + 1;
	const char *to = line + length;
	while (from < to && strchr(" \t", *from) != NULL)
		from++;
	while (to > from && strchr(" \t\r\n", to[-1]) != NULL)
		to--;
	char value[ANSWER_HEADER_VALUE_MAX + 1];
	if ((size_t)(to - from) >= sizeof(value))
		return;
	memcpy(value, from, (size_t)(to - from));
	value[to - from] = '\0';
	text_make_printable(value);
	http_header_add(headers, name, value);
}

static size_t
header_came(char *line, size_t one, size_t length, void *context)
{
	struct call *call = context;
	(void)one;
	call->header_bytes += length;
	if (call->header_bytes > ANSWER_HEADER_BYTES_MAX) {
		call->too_large = true;
		return 0;
	}
	if (length >= 5 && memcmp(line, "HTTP/", 5) == 0)
		call->head_is_whole = false; /* the interim answers before it don't count */
	else if (line[0] == '\r' || line[0] == '\n')
		call->head_is_whole = true;
	keep_header(call, line, length);
	return length;
}

/* --- a call --------------------------------------------------------------------------------- */

static void
call_free(struct call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	http_response_free(&call->own_response);
	free(call);
}

/* What holds for every call.  False when libcurl refuses an option or is out of memory. */
static bool
set_rules(struct call *call)
{
	static const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_PATH_AS_IS, 1 }, /* what the adapter wrote is what is asked for */
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_QUICK_EXIT, 1 }, /* rule 5 */
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	};
	static const struct {
		CURLoption option;
		const char *text;
	} texts[] = {
		{ CURLOPT_PROXY, "" }, /* also none from the environment */
		{ CURLOPT_USERAGENT, "estorno" },
	};
	bool set = true;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		set &= curl_easy_setopt(call->easy, numbers[i].option, numbers[i].value) ==
		       CURLE_OK;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		set &= curl_easy_setopt(call->easy, texts[i].option, texts[i].text) == CURLE_OK;
	set &= curl_easy_setopt(call->easy, CURLOPT_PROTOCOLS_STR,
	                        call->loopback_only ? "http" : "https") == CURLE_OK;
	return set;
}

static bool
set_callbacks(struct call *call)
{
	CURL *easy = call->easy;
	return curl_easy_setopt(easy, CURLOPT_PRIVATE, call) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, request_leaves) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PREREQDATA, call) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_came) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERDATA, call) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_came) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, call) == CURLE_OK;
}

/* What was asked for, but never more than the ceiling. */
static int64_t
within(int64_t asked_ms, int64_t seconds_max)
{
	return asked_ms <= 0 || asked_ms > seconds_max * 1000 ? seconds_max * 1000 : asked_ms;
}

static bool
set_call(struct call *call, const struct http_call *options)
{
	CURL *easy = call->easy;
	int64_t timeout_ms = within(options->timeout_ms, CALL_SECONDS_MAX);
	int64_t connect_ms = within(options->connect_ms, CONNECT_SECONDS_MAX);
	long alone = options->changes_world ? 1 : 0;
	bool set =
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, alone) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, alone) == CURLE_OK;
	if (options->certificate_file != NULL)
		set &= curl_easy_setopt(easy, CURLOPT_SSLCERT, options->certificate_file) ==
		       CURLE_OK;
	if (options->key_file != NULL)
		set &= curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key_file) == CURLE_OK;
	return set;
}

static bool
add_header(struct call *call, const char *name, const char *separator, const char *value)
{
	struct buffer line;
	buffer_init(&line, REQUEST_HEAD_BYTES_MAX);
	buffer_add_format(&line, "%s%s%s", name, separator, value);
	struct curl_slist *longer = NULL;
	if (!line.failed)
		longer = curl_slist_append(call->headers, buffer_text(&line));
	buffer_free(&line);
	if (longer == NULL)
		return false;
	call->headers = longer;
	return true;
}

/* "Name:" alone takes one of libcurl's own headers away, "Name;" sends an empty one. */
static bool
set_headers(struct call *call, const struct http_headers *headers)
{
	bool set = add_header(call, "Expect", ":", "");
	if (http_header(headers, "Content-Type") == NULL)
		set &= add_header(call, "Content-Type", ":", "");
	for (size_t i = 0; i < headers->count; i++) {
		const char *value = headers->list[i].value;
		set &= add_header(call, headers->list[i].name, *value != '\0' ? ": " : ";", value);
	}
	return set && curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers) == CURLE_OK;
}

static bool
set_request(struct call *call, const struct http_request *request)
{
	CURL *easy = call->easy;
	bool has_body = request->body.length > 0 || request->method == HTTP_POST ||
	                request->method == HTTP_PUT || request->method == HTTP_PATCH;
	bool set = curl_easy_setopt(easy, CURLOPT_URL, buffer_text(&request->url)) == CURLE_OK;
	if (has_body) {
		set &= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		                        (curl_off_t)request->body.length) == CURLE_OK;
		set &= curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
		                        buffer_text(&request->body)) == CURLE_OK;
	}
	set &= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, http_method_text(request->method)) ==
	       CURLE_OK;
	return set && set_headers(call, &request->headers);
}

/* What libcurl must never see. */
static bool
check_request(struct call *call, const struct http_request *request, struct why *why)
{
	const char *url = buffer_text(&request->url);
	if (request->url.failed || request->body.failed)
		return why_set(why, "the request is too large");
	http_url_host(url, call->host, sizeof(call->host));
	call->loopback_only = text_starts_with(url, "http://");
	if (call->host[0] == '\0' || (!call->loopback_only && !text_starts_with(url, "https://")))
		return why_set(why, "the address to call must begin with https:// and a host");
	return true;
}

/* OpenSSL writes to sockets in a way that raises SIGPIPE, and CURLOPT_NOSIGNAL leaves that to us. */
static void
library_start(void)
{
	static bool started;
	if (started)
		return;
	signal(SIGPIPE, SIG_IGN);
	ensure(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	started = true;
}

static struct call *
call_new(const struct http_request *request, const struct http_call *options, struct why *why)
{
	library_start();
	struct call *call = calloc(1, sizeof(*call));
	ensure(call != NULL);
	http_response_init(&call->own_response);
	call->response = &call->own_response;
	if (check_request(call, request, why)) {
		call->easy = curl_easy_init();
		if (call->easy != NULL && set_rules(call) && set_callbacks(call) &&
		    set_call(call, options) && set_request(call, request))
			return call;
		why_set(why, "%s: the call can't be prepared: out of memory", call->host);
	}
	call_free(call);
	return NULL;
}

static bool
say_why(const struct call *call, CURLcode result, struct why *why)
{
	if (call->not_loopback)
		return why_set(why, "%s: http is for this machine only, use https", call->host);
	if (call->too_large)
		return why_set(why, "%s: sent, but the answer is too large to read", call->host);
	return why_set(why, "%s: %s: %s", call->host,
	               call->left ? "sent, but no whole answer" : "not sent",
	               curl_easy_strerror(result));
}

static void
call_conclude(struct call *call, CURLcode result, struct http_end *end)
{
	*end = (struct http_end){ .duration_us = clock_monotonic_us() - call->started_us };
	if (result == CURLE_OK && !call->head_is_whole)
		result = CURLE_PARTIAL_FILE; /* rule 3 */
	if (result != CURLE_OK) {
		end->outcome = call->left ? OUTCOME_UNKNOWN : OUTCOME_RETRY;
		say_why(call, result, &end->why);
		return;
	}
	long status = 0;
	ensure(curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
	call->response->status = (int)status;
	end->answered = true;
	end->response = call->response;
}

/* --- in the loop ---------------------------------------------------------------------------- */

/* Fills the free places from the line. */
static void
line_move(struct http_client *client)
{
	while (client->in_flight_count < CALLS_IN_FLIGHT_MAX && !TAILQ_EMPTY(&client->line)) {
		struct call *call = TAILQ_FIRST(&client->line);
		TAILQ_REMOVE(&client->line, call, link);
		client->line_count--;
		TAILQ_INSERT_TAIL(&client->in_flight, call, link);
		client->in_flight_count++;
		call->started_us = clock_monotonic_us();
		ensure(curl_multi_add_handle(client->multi, call->easy) == CURLM_OK);
	}
}

static void
call_end(struct http_client *client, struct call *call, CURLcode result)
{
	struct http_end end;
	call_conclude(call, result, &end);
	ensure(curl_multi_remove_handle(client->multi, call->easy) == CURLM_OK);
	TAILQ_REMOVE(&client->in_flight, call, link);
	client->in_flight_count--;
	line_move(client);
	call->done(call->context, &end);
	call_free(call);
}

/* Lets libcurl work, and ends the calls that it is through with. */
static void
drive(struct http_client *client, curl_socket_t descriptor, int events)
{
	int running;
	int left;
	ensure(curl_multi_socket_action(client->multi, descriptor, events, &running) == CURLM_OK);
	const CURLMsg *message;
	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		struct call *call = NULL;
		ensure(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call) ==
		       CURLE_OK);
		call_end(client, call, message->data.result);
	}
}

static void
socket_ready(void *context, int descriptor, unsigned events)
{
	int wanted = 0;
	if (events & LOOP_READ)
		wanted |= CURL_CSELECT_IN;
	if (events & LOOP_WRITE)
		wanted |= CURL_CSELECT_OUT;
	if (events & LOOP_GONE)
		wanted |= CURL_CSELECT_ERR;
	drive(context, descriptor, wanted);
}

static void
timer_fired(void *context)
{
	drive(context, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl waits for something else on a socket than before. */
static int
socket_changed(CURL *easy, curl_socket_t descriptor, int what, void *context, void *assigned)
{
	struct http_client *client = context;
	struct loop_watch *watch = assigned;
	unsigned wants = 0;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL)
			loop_watch_remove(watch);
		ensure(curl_multi_assign(client->multi, descriptor, NULL) == CURLM_OK);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		wants |= LOOP_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		wants |= LOOP_WRITE;
	if (watch != NULL) {
		loop_watch_want(watch, wants);
		return 0;
	}
	watch = loop_watch_add(client->loop, descriptor, wants, socket_ready, client);
	ensure(watch != NULL);
	ensure(curl_multi_assign(client->multi, descriptor, watch) == CURLM_OK);
	return 0;
}

static int
timer_changed(CURLM *multi, long after_ms, void *context)
{
	struct http_client *client = context;
	(void)multi;
	if (after_ms < 0)
		loop_timer_clear(client->timer);
	else
		loop_timer_set(client->timer, (int64_t)after_ms * 1000);
	return 0;
}

struct http_client *
http_client_new(struct loop *loop, struct why *why)
{
	library_start();
	struct http_client *client = calloc(1, sizeof(*client));
	ensure(client != NULL);
	TAILQ_INIT(&client->in_flight);
	TAILQ_INIT(&client->line);
	client->loop = loop;
	client->timer = loop_timer_new(loop, timer_fired, client);
	client->multi = curl_multi_init();
	if (client->multi == NULL ||
	    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, socket_changed) != CURLM_OK ||
	    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client) != CURLM_OK ||
	    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, timer_changed) != CURLM_OK ||
	    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client) != CURLM_OK ||
	    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)CALLS_IN_FLIGHT_MAX) !=
	            CURLM_OK) {
		why_set(why, "the HTTP client can't be started: out of memory");
		http_client_free(client);
		return NULL;
	}
	return client;
}

static void
calls_free(struct http_client *client, struct calls *calls)
{
	while (!TAILQ_EMPTY(calls)) {
		struct call *call = TAILQ_FIRST(calls);
		TAILQ_REMOVE(calls, call, link);
		(void)curl_multi_remove_handle(client->multi, call->easy);
		call_free(call);
	}
}

void
http_client_free(struct http_client *client)
{
	if (client == NULL)
		return;
	calls_free(client, &client->line);
	calls_free(client, &client->in_flight);
	if (client->multi != NULL)
		ensure(curl_multi_cleanup(client->multi) == CURLM_OK);
	loop_timer_free(client->timer);
	free(client);
}

bool
http_client_start(struct http_client *client, const struct http_request *request,
                  const struct http_call *options, http_client_done *done, void *context,
                  struct why *why)
{
	if (client->line_count >= CALLS_WAITING_MAX)
		return why_set(why, "%d calls are waiting already; try again later",
		               CALLS_WAITING_MAX);
	struct call *call = call_new(request, options, why);
	if (call == NULL)
		return false;
	call->done = done;
	call->context = context;
	TAILQ_INSERT_TAIL(&client->line, call, link);
	client->line_count++;
	line_move(client);
	return true;
}

int64_t
http_client_in_flight(const struct http_client *client)
{
	return client->in_flight_count + client->line_count;
}

bool
http_client_once(const struct http_request *request, const struct http_call *options,
                 const char *unix_socket, struct http_response *response, struct http_end *end)
{
	*end = (struct http_end){ .outcome = OUTCOME_RETRY };
	struct call *call = call_new(request, options, &end->why);
	if (call == NULL)
		return false;
	call->response = response;
	call->started_us = clock_monotonic_us();
	CURLcode result = CURLE_OK;
	if (unix_socket != NULL)
		result = curl_easy_setopt(call->easy, CURLOPT_UNIX_SOCKET_PATH, unix_socket);
	if (result == CURLE_OK)
		result = curl_easy_perform(call->easy);
	call_conclude(call, result, end);
	call_free(call);
	return end->answered;
}
