/*
 * The HTTP server, from outside: a server in a thread of its own, and plain sockets
 * that send what well-behaved clients never would.
 *
 * The server has several sites, so that a handler can be told from the other:
 *
 *	the first    /echo what came, /later after a moment, /hold until /release, /drop,
 *	             /big an answer of 2 MB, /page one of 48 kB, /status how many wait, /close, /stop
 *	the second   answers "second" to everything; a unix socket, quick to lose patience
 */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "raw_socket.h"

enum {
	BODY_MAX = 256 * 1024,
	PATIENCE_MS = 150,
	HELD_MAX = 128,
	BIG = 2 * 1024 * 1024,
	PAGE = 48 * 1024
};

struct fixture {
	pthread_t thread;
	sem_t ready;
	int port;
	int big_port;   /* a site with large bodies */
	int picky_port; /* one that reads ten bytes of a body for /echo, and none for other paths */
	char directory[64];
	char unix_path[80], slow_unix_path[80]; /* the second has all the patience there is */
	atomic_int handled;                     /* requests that reached a handler */
	struct loop *loop;
	struct http_server *server;
	struct http_exchange *held[HELD_MAX];
	int held_count;
};

/* --- the server ----------------------------------------------------------------------------- */

static void
answer_echo(struct http_exchange *exchange)
{
	const struct http_request *request = http_exchange_request(exchange);
	struct http_response response;
	http_response_init(&response);
	response.status = 200;
	buffer_add_format(&response.body, "%s %s from %s\n", http_method_text(request->method),
	                  buffer_text(&request->url), http_exchange_peer(exchange));
	for (size_t i = 0; i < request->headers.count; i++)
		buffer_add_format(&response.body, "%s=%s\n", request->headers.list[i].name,
		                  request->headers.list[i].value);
	buffer_add(&response.body, request->body.bytes, request->body.length);
	http_answer(exchange, &response);
	http_response_free(&response);
}

static void
answer_now(void *context)
{
	http_answer_text(context, 200, "text/plain", "later");
}

static void
answer_letters(struct http_exchange *exchange, int count)
{
	char *text = malloc((size_t)count + 1);
	assert_non_null(text);
	for (int i = 0; i < count; i++)
		text[i] = (char)('a' + i % 26);
	text[count] = '\0';
	http_answer_text(exchange, 200, "text/plain", text);
	free(text);
}

static void
answer_status(struct fixture *fixture, struct http_exchange *exchange)
{
	char text[64];
	snprintf(text, sizeof(text), "waiting %d connections %d",
	         (int)http_server_waiting(fixture->server),
	         (int)http_server_connections(fixture->server));
	http_answer_text(exchange, 200, "text/plain", text);
}

static void
release(struct fixture *fixture)
{
	for (int i = 0; i < fixture->held_count; i++)
		http_answer_text(fixture->held[i], 200, "text/plain", "released");
	fixture->held_count = 0;
}

static void
first_site(void *context, struct http_exchange *exchange)
{
	struct fixture *fixture = context;
	const char *url = buffer_text(&http_exchange_request(exchange)->url);
	atomic_fetch_add(&fixture->handled, 1);
	if (strcmp(url, "/later") == 0) {
		assert_true(loop_after(fixture->loop, 30, answer_now, exchange));
	} else if (strcmp(url, "/hold") == 0 && fixture->held_count < HELD_MAX) {
		fixture->held[fixture->held_count++] = exchange;
	} else if (strcmp(url, "/release") == 0) {
		release(fixture);
		http_answer_text(exchange, 200, "text/plain", "done");
	} else if (strcmp(url, "/drop") == 0) {
		http_drop(exchange);
	} else if (strcmp(url, "/big") == 0) {
		answer_letters(exchange, BIG);
	} else if (strcmp(url, "/page") == 0) {
		answer_letters(exchange, PAGE);
	} else if (strcmp(url, "/status") == 0) {
		answer_status(fixture, exchange);
	} else if (strcmp(url, "/close") == 0) {
		http_server_close(fixture->server);
		http_answer_text(exchange, 200, "text/plain", "closed");
	} else if (strcmp(url, "/stop") == 0) {
		http_answer_text(exchange, 200, "text/plain", "stopping");
		loop_stop(fixture->loop);
	} else {
		answer_echo(exchange);
	}
}

static void
second_site(void *context, struct http_exchange *exchange)
{
	struct fixture *fixture = context;
	atomic_fetch_add(&fixture->handled, 1);
	http_answer_error(exchange, 409, "second", http_exchange_peer(exchange));
}

static size_t
judge_body(void *context, const struct http_request *request)
{
	(void)context;
	return strcmp(buffer_text(&request->url), "/echo") == 0 ? 10 : 0;
}

static void
listen_all(struct fixture *fixture)
{
	struct why why = { 0 };
	struct http_site first = { .host = "127.0.0.1",
		                   .body_bytes_max = BODY_MAX,
		                   .handler = first_site,
		                   .context = fixture };
	struct http_site big = first;
	big.body_bytes_max = REQUEST_BYTES_MAX;
	struct http_site picky = first;
	picky.body_max = judge_body;
	struct http_site second = { .unix_path = fixture->unix_path,
		                    .body_bytes_max = BODY_MAX,
		                    .request_ms_max = PATIENCE_MS,
		                    .idle_ms_max = 2 * PATIENCE_MS,
		                    .handler = second_site,
		                    .context = fixture };
	assert_true(http_server_listen(fixture->server, &first, &fixture->port, &why));
	assert_true(http_server_listen(fixture->server, &big, &fixture->big_port, &why));
	assert_true(http_server_listen(fixture->server, &picky, &fixture->picky_port, &why));
	assert_true(http_server_listen(fixture->server, &second, NULL, &why));
	second.unix_path = fixture->slow_unix_path;
	second.request_ms_max = second.idle_ms_max = 0;
	assert_true(http_server_listen(fixture->server, &second, NULL, &why));
	assert_string_equal(why.text, "");
}

static void *
serve(void *context)
{
	struct fixture *fixture = context;
	fixture->loop = loop_new(NULL);
	fixture->server = http_server_new(fixture->loop);
	listen_all(fixture);
	sem_post(&fixture->ready);
	loop_run(fixture->loop);
	http_server_free(fixture->server);
	loop_free(fixture->loop);
	return NULL;
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/estorno-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->unix_path, sizeof(fixture->unix_path), "%s/s", fixture->directory);
	snprintf(fixture->slow_unix_path, sizeof(fixture->slow_unix_path), "%s/slow",
	         fixture->directory);
	assert_int_equal(sem_init(&fixture->ready, 0, 0), 0);
	assert_int_equal(pthread_create(&fixture->thread, NULL, serve, fixture), 0);
	sem_wait(&fixture->ready);
	*state = fixture;
	return 0;
}

/* --- the other side ------------------------------------------------------------------------- */

#define GET(path) "GET " path " HTTP/1.1\r\nHost: estorno\r\n\r\n"

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	struct stat left;
	struct raw_message answer = { 0 };
	int descriptor = raw_connect(fixture->port);
	if (descriptor >= 0) {
		raw_send(descriptor, GET("/stop"));
		raw_receive(descriptor, &answer);
		raw_message_free(&answer);
		close(descriptor);
	}
	pthread_join(fixture->thread, NULL);
	/* The socket's file goes with the server. */
	int gone = lstat(fixture->unix_path, &left);
	rmdir(fixture->directory);
	free(fixture);
	return gone == 0 ? -1 : 0;
}

static int
unix_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
	raw_limit(descriptor);
	assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	return descriptor;
}

/* The answer to `bytes` on an open connection: its status, and its body where one is wanted. */
static int
ask_on(int descriptor, const char *bytes, char *body, size_t size)
{
	struct raw_message answer;
	if (bytes != NULL)
		assert_true(raw_send(descriptor, bytes));
	assert_true(raw_receive(descriptor, &answer));
	if (body != NULL)
		snprintf(body, size, "%s", answer.body);
	int status = answer.status;
	raw_message_free(&answer);
	return status;
}

static int
ask(int port, const char *bytes, char *body, size_t size)
{
	int descriptor = raw_connect(port);
	assert_true(descriptor >= 0);
	int status = ask_on(descriptor, bytes, body, size);
	close(descriptor);
	return status;
}

/* Sends bytes that must be refused with `status`, not handed over, and followed by a hang-up. */
static void
assert_refused(struct fixture *fixture, const char *bytes, int status)
{
	int handled = atomic_load(&fixture->handled);
	int descriptor = raw_connect(fixture->port);
	assert_true(descriptor >= 0);
	int got = ask_on(descriptor, bytes, NULL, 0);
	if (got != status)
		fail_msg("%d instead of %d for: %.60s", got, status, bytes);
	assert_true(raw_is_closed(descriptor));
	assert_int_equal(atomic_load(&fixture->handled), handled);
	close(descriptor);
}

/* --- whole requests ------------------------------------------------------------------------- */

static void
a_request_is_handed_over_with_the_headers_that_are_read(void **state)
{
	struct fixture *fixture = *state;
	char body[1024];
	assert_int_equal(ask(fixture->port,
	                     "PUT /echo/a%2Fb?c=%26 HTTP/1.1\r\nHost: estorno\r\n"
	                     "Authorization: Bearer k\r\nCookie: s=1\r\nContent-Type: text/x\r\n"
	                     "Idempotency-Key: i\r\nOrigin: http://o\r\nX-CSRF-Token: t\r\n"
	                     "X-Hub-Signature-256: sha256=0\r\nClient-Token: c\r\n"
	                     "access_token: a\r\nZ-API-Token: z\r\nUser-Agent: nobody\r\n"
	                     "Content-Length: 5\r\n\r\nhello",
	                     body, sizeof(body)),
	                 200);
	assert_string_equal(body, "PUT /echo/a%2Fb?c=%26 from 127.0.0.1\n"
	                          "host=estorno\nauthorization=Bearer k\ncookie=s=1\n"
	                          "content-type=text/x\nidempotency-key=i\norigin=http://o\n"
	                          "x-csrf-token=t\nx-hub-signature-256=sha256=0\nclient-token=c\n"
	                          "access_token=a\nz-api-token=z\nhello");
}

static void
every_method_of_ours_is_served(void **state)
{
	struct fixture *fixture = *state;
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		char bytes[128], body[128], wanted[128];
		snprintf(bytes, sizeof(bytes),
		         "%s /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", methods[i]);
		snprintf(wanted, sizeof(wanted), "%s /echo from 127.0.0.1\nhost=a\n", methods[i]);
		assert_int_equal(ask(fixture->port, bytes, body, sizeof(body)), 200);
		assert_string_equal(body, wanted);
	}
}

static void
a_body_that_comes_in_pieces_is_handed_over_whole(void **state)
{
	struct fixture *fixture = *state;
	struct raw_message answer;
	int descriptor = raw_connect(fixture->big_port);
	char *piece = malloc(REQUEST_BYTES_MAX);
	assert_non_null(piece);
	for (int i = 0; i < REQUEST_BYTES_MAX; i++)
		piece[i] = (char)('0' + i % 10);
	assert_true(raw_send(descriptor, "POST /echo HTTP/1.1\r\nHo"));
	assert_true(raw_send(descriptor, "st: a\r\nContent-Length: 1048576\r\n\r"));
	assert_true(raw_send(descriptor, "\n"));
	assert_true(raw_send_bytes(descriptor, piece, 7));
	assert_true(raw_send_bytes(descriptor, piece + 7, REQUEST_BYTES_MAX - 7));
	assert_true(raw_receive(descriptor, &answer));
	assert_int_equal(answer.status, 200);
	size_t before = strlen("POST /echo from 127.0.0.1\nhost=a\n");
	assert_int_equal(answer.body_length, before + REQUEST_BYTES_MAX);
	assert_memory_equal(answer.body + before, piece, REQUEST_BYTES_MAX);
	raw_message_free(&answer);
	free(piece);
	close(descriptor);
}

static void
a_sender_that_waits_for_100_continue_is_told_to_go_on(void **state)
{
	struct fixture *fixture = *state;
	struct raw_message answer;
	char body[128];
	int descriptor = raw_connect(fixture->port);
	assert_true(raw_send(descriptor, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
	                                 "Expect: 100-continue\r\n\r\n"));
	assert_true(raw_receive(descriptor, &answer));
	assert_int_equal(answer.status, 100);
	raw_message_free(&answer);
	assert_int_equal(ask_on(descriptor, "ok", body, sizeof(body)), 200);
	assert_string_equal(body, "POST /echo from 127.0.0.1\nhost=a\nok");
	close(descriptor);
}

/* --- connections ---------------------------------------------------------------------------- */

static void
two_hundred_requests_go_over_one_connection(void **state)
{
	struct fixture *fixture = *state;
	int descriptor = raw_connect(fixture->port);
	for (int i = 0; i < 200; i++) {
		char bytes[128], body[128], wanted[128];
		snprintf(bytes, sizeof(bytes),
		         "POST /echo/%d HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", i);
		snprintf(wanted, sizeof(wanted), "POST /echo/%d from 127.0.0.1\nhost=a\nx", i);
		assert_int_equal(ask_on(descriptor, bytes, body, sizeof(body)), 200);
		assert_string_equal(body, wanted);
	}
	close(descriptor);
}

/* All in one packet, the first of them answered last by itself. */
static void
pipelined_requests_are_answered_one_after_the_other_in_order(void **state)
{
	struct fixture *fixture = *state;
	char bytes[64 * 128] = GET("/later");
	char body[128], wanted[128];
	for (int i = 0; i < 50; i++) {
		size_t used = strlen(bytes);
		snprintf(bytes + used, sizeof(bytes) - used,
		         "\r\nPOST /echo/%d HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		         i);
	}
	int descriptor = raw_connect(fixture->port);
	assert_int_equal(ask_on(descriptor, bytes, body, sizeof(body)), 200);
	assert_string_equal(body, "later");
	for (int i = 0; i < 50; i++) {
		snprintf(wanted, sizeof(wanted), "POST /echo/%d from 127.0.0.1\nhost=a\nabc", i);
		assert_int_equal(ask_on(descriptor, NULL, body, sizeof(body)), 200);
		assert_string_equal(body, wanted);
	}
	close(descriptor);
}

static void
a_connection_is_closed_after_the_answer_when_asked_to(void **state)
{
	struct fixture *fixture = *state;
	static const char *const requests[] = {
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET /later HTTP/1.0\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct raw_message answer;
		int descriptor = raw_connect(fixture->port);
		assert_true(raw_send(descriptor, requests[i]));
		assert_true(raw_receive(descriptor, &answer));
		assert_int_equal(answer.status, 200);
		assert_non_null(strstr(answer.head, "\r\nConnection: close\r\n"));
		assert_true(raw_is_closed(descriptor));
		raw_message_free(&answer);
		close(descriptor);
	}
}

/* As `nc` does: it sends, shuts its half and waits. */
static void
a_client_that_has_nothing_more_to_say_is_still_answered(void **state)
{
	struct fixture *fixture = *state;
	char body[64];
	int descriptor = raw_connect(fixture->port);
	assert_true(raw_send(descriptor, GET("/later")));
	shutdown(descriptor, SHUT_WR);
	assert_int_equal(ask_on(descriptor, NULL, body, sizeof(body)), 200);
	assert_string_equal(body, "later");
	assert_true(raw_is_closed(descriptor));
	close(descriptor);
}

static void
wait_for_status(struct fixture *fixture, const char *wanted)
{
	char body[64] = "";
	for (int i = 0; i < 500 && strstr(body, wanted) == NULL; i++) {
		assert_int_equal(ask(fixture->port, GET("/status"), body, sizeof(body)), 200);
		usleep(2000);
	}
	assert_non_null(strstr(body, wanted));
}

static void
an_answer_goes_nowhere_when_the_other_side_has_hung_up(void **state)
{
	struct fixture *fixture = *state;
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	char body[64];
	for (int i = 0; i < 4; i++) {
		int descriptor = raw_connect(fixture->port);
		assert_true(raw_send(descriptor, GET("/hold")));
		wait_for_status(fixture, i == 0 ? "waiting 2" : "waiting");
		if (i % 2 == 1) /* half of them with a reset */
			setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(descriptor);
	}
	wait_for_status(fixture, "waiting 5");
	assert_int_equal(ask(fixture->port, GET("/release"), body, sizeof(body)), 200);
	assert_string_equal(body, "done");
	wait_for_status(fixture, "waiting 1");
}

static void
a_dropped_exchange_closes_without_a_byte(void **state)
{
	struct fixture *fixture = *state;
	int descriptor = raw_connect(fixture->port);
	assert_true(raw_send(descriptor, GET("/drop")));
	assert_true(raw_is_closed(descriptor));
	assert_int_equal(atomic_load(&fixture->handled), 1);
	close(descriptor);
}

/* More than the kernel takes at once, and nobody reads for now. */
static void
answers_of_two_megabytes_arrive_whole_when_they_are_read_at_last(void **state)
{
	struct fixture *fixture = *state;
	int descriptor = raw_connect(fixture->port);
	assert_true(raw_send(descriptor, GET("/big") GET("/big") GET("/big") GET("/echo")));
	for (int i = 0; i < 20; i++) /* meanwhile others are served */
		assert_int_equal(ask(fixture->port, GET("/echo"), NULL, 0), 200);
	assert_true(atomic_load(&fixture->handled) < 4 + 20); /* one answer at a time */
	for (int answers = 0; answers < 3; answers++) {
		struct raw_message answer;
		assert_true(raw_receive(descriptor, &answer));
		assert_int_equal(answer.body_length, BIG);
		for (int i = 0; i < BIG; i++)
			if (answer.body[i] != 'a' + i % 26)
				fail_msg("byte %d is wrong", i);
		raw_message_free(&answer);
	}
	assert_int_equal(ask_on(descriptor, NULL, NULL, 0), 200);
	close(descriptor);
}

/* --- upgrades ------------------------------------------------------------------------------- */

static void
an_upgrade_of_any_kind_is_answered_as_plain_http(void **state)
{
	struct fixture *fixture = *state;
	static const char *const kinds[] = { "h2c", "websocket", "TLS/1.0, HTTP/1.1", "\xff" };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char bytes[512], body[256];
		snprintf(bytes, sizeof(bytes),
		         "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
		         "Upgrade: %s\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
		         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		         "Sec-WebSocket-Version: 13\r\nContent-Length: 4\r\n\r\nbody",
		         kinds[i]);
		int descriptor = raw_connect(fixture->port);
		assert_int_equal(ask_on(descriptor, bytes, body, sizeof(body)), 200);
		assert_string_equal(body, "POST /echo from 127.0.0.1\nhost=a\nbody");
		/* And the connection goes on. */
		assert_int_equal(ask_on(descriptor, GET("/echo"), NULL, 0), 200);
		close(descriptor);
	}
}

/* --- what is refused ------------------------------------------------------------------------ */

static void
what_can_not_be_read_is_refused_and_the_connection_closed(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture, "POST /echo HTTP/1.1\r\nHost: a\r\n\r\nbody", 411);
	assert_refused(fixture,
	               "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	               "4\r\nbody\r\n0\r\n\r\n",
	               411);
	assert_refused(fixture,
	               "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
	               "Content-Length: 5\r\n\r\nbody!",
	               400);
	assert_refused(fixture, "BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n", 405);
	assert_refused(fixture, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
	assert_refused(fixture, "nonsense\r\n\r\n", 400);
	/* The second of two is refused after the first was answered. */
	int descriptor = raw_connect(fixture->port);
	assert_int_equal(ask_on(descriptor, GET("/echo") "GET\r\n\r\n", NULL, 0), 200);
	assert_int_equal(ask_on(descriptor, NULL, NULL, 0), 400);
	assert_true(raw_is_closed(descriptor));
	close(descriptor);
}

static void
a_refusal_says_which_methods_there_are(void **state)
{
	struct fixture *fixture = *state;
	struct raw_message answer;
	int descriptor = raw_connect(fixture->port);
	assert_true(raw_send(descriptor, "HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_true(raw_receive(descriptor, &answer));
	assert_int_equal(answer.status, 405);
	assert_non_null(strstr(answer.head, "\r\nAllow: GET, POST, PUT, PATCH, DELETE\r\n"));
	raw_message_free(&answer);
	close(descriptor);
}

static void
say_post(int descriptor, size_t length)
{
	char bytes[128];
	snprintf(bytes, sizeof(bytes),
	         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", length);
	assert_true(raw_send(descriptor, bytes));
}

/* Nobody here reads the body; yet its sender can finish, and then finds out. */
static void
a_body_over_the_limit_is_refused_and_its_sender_not_cut_off(void **state)
{
	enum { PIECES = 64 };
	struct fixture *fixture = *state;
	char *piece = calloc(1, BODY_MAX + 1);
	assert_non_null(piece);
	memset(piece, 'x', BODY_MAX);

	int before = raw_connect(fixture->port);
	say_post(before, BODY_MAX + 1);
	assert_int_equal(ask_on(before, NULL, NULL, 0), 413);
	assert_true(raw_is_closed(before));
	close(before);

	int meanwhile = raw_connect(fixture->port);
	say_post(meanwhile, (size_t)BODY_MAX * PIECES);
	for (int i = 0; i < PIECES; i++)
		assert_true(raw_send(meanwhile, piece));
	assert_int_equal(ask_on(meanwhile, NULL, NULL, 0), 413);
	close(meanwhile);
	assert_int_equal(atomic_load(&fixture->handled), 0);

	int within = raw_connect(fixture->port);
	say_post(within, BODY_MAX);
	assert_int_equal(ask_on(within, piece, NULL, 0), 200);
	close(within);
	free(piece);
}

static void
a_head_without_end_is_refused_at_its_ceiling(void **state)
{
	struct fixture *fixture = *state;
	char *bytes = calloc(1, REQUEST_HEAD_BYTES_MAX + 1);
	assert_non_null(bytes);
	memset(bytes, 'a', REQUEST_HEAD_BYTES_MAX);
	memcpy(bytes, "GET /", 5);
	assert_refused(fixture, bytes, 414);
	memcpy(bytes, "GET / HTTP/1.1\r\nX-Flood: ", 25);
	assert_refused(fixture, bytes, 431);
	memset(bytes, '\n', REQUEST_HEAD_BYTES_MAX);
	for (int i = 0; i < REQUEST_HEAD_BYTES_MAX; i += 2)
		bytes[i] = '\r';
	int descriptor =
		raw_connect(fixture->port); /* empty lines are skipped, whatever their number */
	assert_true(raw_send(descriptor, bytes));
	assert_int_equal(ask_on(descriptor, GET("/echo"), NULL, 0), 200);
	close(descriptor);
	free(bytes);
}

/* --- patience ------------------------------------------------------------------------------- */

/* Sends a byte now and then, as it never ends. */
static bool
is_cut_while_dripping(int descriptor)
{
	for (int i = 0; i < 2000; i++) {
		char byte;
		if (!raw_send(descriptor, "x"))
			return true;
		ssize_t got = recv(descriptor, &byte, 1, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			return true;
		usleep(5000);
	}
	return false;
}

static void
slow_senders_are_cut_however_steadily_they_drip(void **state)
{
	struct fixture *fixture = *state;
	static const char *const beginnings[] = {
		"GET /echo HTTP/1.1\r\nX: ",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		int descriptor = unix_connect(fixture->unix_path);
		assert_true(raw_send(descriptor, beginnings[i]));
		assert_true(is_cut_while_dripping(descriptor));
		close(descriptor);
	}
	assert_int_equal(atomic_load(&fixture->handled), 0);
}

static void
idle_connections_are_closed(void **state)
{
	struct fixture *fixture = *state;
	int silent = unix_connect(fixture->unix_path);
	int answered = unix_connect(fixture->unix_path);
	assert_int_equal(ask_on(answered, GET("/"), NULL, 0), 409);
	assert_true(raw_is_closed(silent));
	assert_true(raw_is_closed(answered));
	close(silent);
	close(answered);
}

/* --- places --------------------------------------------------------------------------------- */

/* In a process of its own: more connections than there are places, all of them idle.  Exits 0 when a
 * late comer is answered all the same; `family` come over a unix socket and need no places. */
static void
crowd(int port, int family)
{
	enum { CROWD = CONNECTIONS_MAX + 200 };
	static int descriptors[CROWD];
	struct rlimit limit = { CROWD + 64, CROWD + 64 };
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(3);
	for (int i = 0; i < CROWD; i++) {
		descriptors[i] = raw_connect(port);
		if (descriptors[i] < 0)
			_exit(4);
	}
	struct raw_message answer = { 0 };
	bool answered = raw_send(descriptors[CROWD - 1], GET("/status")) &&
	                raw_receive(descriptors[CROWD - 1], &answer) && answer.status == 200;
	long open = strtol(strstr(answer.body, "connections ") + strlen("connections "), NULL, 10);
	_exit(answered && open <= CONNECTIONS_MAX + family && raw_is_closed(descriptors[0]) ? 0
	                                                                                    : 1);
}

static void
a_crowd_of_idle_connections_keeps_nobody_out(void **state)
{
	struct fixture *fixture = *state;
	int result = -1;
	/* One that waits for its answer is not sent away for them. */
	int waiting = raw_connect(fixture->port);
	assert_true(raw_send(waiting, GET("/hold")));
	wait_for_status(fixture, "waiting 2");
	pid_t child = fork();
	if (child == 0)
		crowd(fixture->port, 0);
	assert_int_equal(waitpid(child, &result, 0), child);
	assert_int_equal(result, 0);
	assert_int_equal(ask(fixture->port, GET("/release"), NULL, 0), 200);
	assert_int_equal(ask_on(waiting, NULL, NULL, 0), 200);
	close(waiting);
}

/* Asks for more pages than a kernel would hold, sees that the first one begins, and takes no more. */
static int
connect_and_never_read(int port)
{
	enum { PAGES = 100 };
	const int room = 2048;
	struct sockaddr_in address = raw_address(port);
	char byte;
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);
	raw_limit(descriptor);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0)
		return -1;
	for (int i = 0; i < PAGES; i++)
		if (!raw_send(descriptor, GET("/page")))
			return -1;
	return recv(descriptor, &byte, 1, MSG_PEEK) == 1 ? descriptor : -1;
}

/* In a process of its own: more connections than there are places, none of which reads its answer. */
static void
stuffed_crowd(int port, const char *unix_path)
{
	enum { CROWD = CONNECTIONS_MAX + 600 };
	struct rlimit limit = { CROWD + 64, CROWD + 64 };
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(3);
	for (int i = 0; i < CROWD; i++)
		if (connect_and_never_read(port) < 0)
			_exit(4);
	if (ask(port, GET("/echo"), NULL, 0) != 200)
		_exit(5);
	int family = unix_connect(unix_path);
	_exit(ask_on(family, GET("/echo"), NULL, 0) == 409 ? 0 : 6);
}

static void
a_crowd_that_never_reads_its_answers_keeps_nobody_out(void **state)
{
	struct fixture *fixture = *state;
	int result = -1;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		stuffed_crowd(fixture->port, fixture->unix_path);
	assert_int_equal(waitpid(child, &result, 0), child);
	assert_int_equal(result, 0);
}

/* Strangers come and go; who listens on the unix socket is still there. */
static void
a_crowd_pushes_nobody_off_a_unix_socket(void **state)
{
	struct fixture *fixture = *state;
	int result = -1;
	int family = unix_connect(fixture->slow_unix_path);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		crowd(fixture->port, 1);
	assert_int_equal(waitpid(child, &result, 0), child);
	assert_int_equal(result, 0);
	assert_int_equal(ask_on(family, GET("/echo"), NULL, 0), 409);
	close(family);
}

/* Bodies that wait for their answers are held in memory, up to a ceiling over all connections. */
static void
bodies_under_way_have_a_ceiling_in_all(void **state)
{
	enum { FILL = EXCHANGE_BYTES_MAX / REQUEST_BYTES_MAX };
	struct fixture *fixture = *state;
	int descriptors[FILL];
	char head[128];
	char *body = malloc(REQUEST_BYTES_MAX);
	assert_non_null(body);
	memset(body, 'x', REQUEST_BYTES_MAX);
	snprintf(head, sizeof(head), "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
	         REQUEST_BYTES_MAX);
	for (int i = 0; i < FILL; i++) {
		descriptors[i] = raw_connect(fixture->big_port);
		assert_true(raw_send(descriptors[i], head));
		assert_true(raw_send_bytes(descriptors[i], body, REQUEST_BYTES_MAX));
	}
	for (int i = 0; i < 2500 && atomic_load(&fixture->handled) < FILL; i++)
		usleep(2000);
	assert_int_equal(atomic_load(&fixture->handled), FILL);
	assert_int_equal(ask(fixture->port,
	                     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", NULL,
	                     0),
	                 503);
	/* The budget is for strangers. */
	int family = unix_connect(fixture->unix_path);
	assert_int_equal(
		ask_on(family, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", NULL, 0),
		409);
	close(family);
	for (int i = 0; i < FILL; i++)
		close(descriptors[i]);
	free(body);
}

static void
bodies_that_never_end_keep_nobody_out(void **state)
{
	enum { FILL = EXCHANGE_BYTES_MAX / REQUEST_BYTES_MAX + 8 };
	struct fixture *fixture = *state;
	int descriptors[FILL];
	char *body = malloc(REQUEST_BYTES_MAX);
	assert_non_null(body);
	memset(body, 'x', REQUEST_BYTES_MAX);
	for (int i = 0; i < FILL; i++) {
		descriptors[i] = raw_connect(fixture->big_port);
		say_post(descriptors[i], REQUEST_BYTES_MAX);
		assert_true(raw_send_bytes(descriptors[i], body, REQUEST_BYTES_MAX - 1));
		for (int turns = 0; turns < 20; turns++) /* until it has been read */
			assert_int_equal(ask(fixture->port, GET("/echo"), NULL, 0), 200);
	}
	assert_int_equal(ask_on(descriptors[FILL - 1], "x", NULL, 0), 200); /* it ends after all */
	assert_true(raw_is_closed(descriptors[0]));                         /* the oldest of them */
	assert_int_equal(
		ask(fixture->port,
	            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
	            "0123456789012345678901234567890123456789012345678901234567890123456789"
	            "012345678901234567890123456789",
	            NULL, 0),
		200);
	for (int i = 0; i < FILL; i++)
		close(descriptors[i]);
	free(body);
}

/* Judged by the head: it is answered although the body never comes, and what comes is no request. */
static void
a_body_that_nobody_wants_is_not_waited_for(void **state)
{
	struct fixture *fixture = *state;
	struct raw_message answer;
	int descriptor = raw_connect(fixture->picky_port);
	assert_true(raw_send(descriptor,
	                     "POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n"
	                     "Expect: 100-continue\r\n\r\n" GET("/echo")));
	assert_true(raw_receive(descriptor, &answer));
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "POST /other from 127.0.0.1\nhost=a\n");
	assert_non_null(strstr(answer.head, "\r\nConnection: close\r\n"));
	assert_true(raw_is_closed(descriptor));
	assert_int_equal(atomic_load(&fixture->handled), 1);
	raw_message_free(&answer);
	close(descriptor);
	assert_int_equal(ask(fixture->picky_port,
	                     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", NULL,
	                     0),
	                 413);
	assert_int_equal(ask(fixture->picky_port,
	                     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
	                     "0123456789",
	                     NULL, 0),
	                 200);
}

/* --- sites ---------------------------------------------------------------------------------- */

static void
sites_have_their_own_handlers_and_a_unix_socket_is_ours_alone(void **state)
{
	struct fixture *fixture = *state;
	struct stat file;
	char body[128];
	assert_int_equal(lstat(fixture->unix_path, &file), 0);
	assert_true(S_ISSOCK(file.st_mode));
	assert_int_equal(file.st_mode & 0777, 0600);
	int descriptor = unix_connect(fixture->unix_path);
	assert_int_equal(ask_on(descriptor, GET("/echo"), body, sizeof(body)), 409);
	assert_string_equal(body, "{\"error\":{\"code\":\"second\",\"message\":\"unix\"}}");
	close(descriptor);
	assert_int_equal(ask(fixture->port, GET("/echo"), body, sizeof(body)), 200);
}

static void
a_closed_server_takes_nobody_and_still_answers(void **state)
{
	struct fixture *fixture = *state;
	char body[64];
	int waiting = raw_connect(fixture->port);
	int idle = raw_connect(fixture->port);
	assert_true(raw_send(waiting, GET("/later")));
	int closing = raw_connect(fixture->port);
	assert_int_equal(ask_on(closing, GET("/close"), body, sizeof(body)), 200);
	assert_string_equal(body, "closed");
	assert_true(raw_is_closed(closing));
	assert_true(raw_is_closed(idle));
	assert_int_equal(raw_connect(fixture->port), -1);
	assert_int_equal(ask_on(waiting, NULL, body, sizeof(body)), 200);
	assert_string_equal(body, "later");
	assert_true(raw_is_closed(waiting));
	close(waiting);
	close(idle);
	close(closing);
	pthread_kill(fixture->thread, SIGTERM); /* nothing else reaches it any more */
}

/* --- listening ------------------------------------------------------------------------------ */

static void
assert_not_listening(struct http_server *server, const struct http_site *site, const char *because)
{
	struct why why = { 0 };
	assert_false(http_server_listen(server, site, NULL, &why));
	if (strstr(why.text, because) == NULL)
		fail_msg("'%s' does not say '%s'", why.text, because);
}

static void
what_can_not_be_listened_on_is_said(void **state)
{
	struct fixture *fixture = *state;
	struct loop *loop = loop_new(NULL);
	struct http_server *server = http_server_new(loop);
	char path[200];
	struct http_site site = { .host = "127.0.0.1",
		                  .port = fixture->port,
		                  .body_bytes_max = 1,
		                  .handler = first_site };
	assert_not_listening(server, &site, "Address already in use");
	site.port = 70000;
	assert_not_listening(server, &site, "port 70000");
	site.port = 0;
	site.host = "localhost";
	assert_not_listening(server, &site, "not a numeric address");
	site.host = "192.0.2.1";
	assert_not_listening(server, &site, "192.0.2.1");

	site.unix_path = fixture->unix_path; /* a living server's */
	assert_not_listening(server, &site, "another process does");
	snprintf(path, sizeof(path), "%s/plain", fixture->directory);
	site.unix_path = path;
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_not_listening(server, &site, "not a socket");
	assert_int_equal(unlink(path), 0);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_not_listening(server, &site, "at most");
	http_server_free(server);
	loop_free(loop);
}

/* As a killed process leaves it. */
static void
a_dead_socket_file_is_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct loop *loop = loop_new(NULL);
	struct http_server *server = http_server_new(loop);
	struct why why = { 0 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/dead", fixture->directory);
	int dead = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof(address)), 0);
	close(dead);
	struct http_site site = { .unix_path = address.sun_path,
		                  .body_bytes_max = 1,
		                  .handler = second_site,
		                  .context = fixture };
	assert_true(http_server_listen(server, &site, NULL, &why));
	close(unix_connect(address.sun_path));
	http_server_free(server);
	loop_free(loop);
	assert_int_equal(access(address.sun_path, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	alarm(120);
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_handed_over_with_the_headers_that_are_read),
		TEST(every_method_of_ours_is_served),
		TEST(a_body_that_comes_in_pieces_is_handed_over_whole),
		TEST(a_sender_that_waits_for_100_continue_is_told_to_go_on),
		TEST(two_hundred_requests_go_over_one_connection),
		TEST(pipelined_requests_are_answered_one_after_the_other_in_order),
		TEST(a_connection_is_closed_after_the_answer_when_asked_to),
		TEST(a_client_that_has_nothing_more_to_say_is_still_answered),
		TEST(an_answer_goes_nowhere_when_the_other_side_has_hung_up),
		TEST(a_dropped_exchange_closes_without_a_byte),
		TEST(answers_of_two_megabytes_arrive_whole_when_they_are_read_at_last),
		TEST(an_upgrade_of_any_kind_is_answered_as_plain_http),
		TEST(what_can_not_be_read_is_refused_and_the_connection_closed),
		TEST(a_refusal_says_which_methods_there_are),
		TEST(a_body_over_the_limit_is_refused_and_its_sender_not_cut_off),
		TEST(a_head_without_end_is_refused_at_its_ceiling),
		TEST(slow_senders_are_cut_however_steadily_they_drip),
		TEST(idle_connections_are_closed),
		TEST(a_crowd_of_idle_connections_keeps_nobody_out),
		TEST(a_crowd_that_never_reads_its_answers_keeps_nobody_out),
		TEST(a_crowd_pushes_nobody_off_a_unix_socket),
		TEST(bodies_under_way_have_a_ceiling_in_all),
		TEST(bodies_that_never_end_keep_nobody_out),
		TEST(a_body_that_nobody_wants_is_not_waited_for),
		TEST(sites_have_their_own_handlers_and_a_unix_socket_is_ours_alone),
		TEST(a_closed_server_takes_nobody_and_still_answers),
		TEST(what_can_not_be_listened_on_is_said),
		TEST(a_dead_socket_file_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
