/*
 * Ceilings of what providers answer, to the byte, and of the times that only a server or a
 * client gone quiet can use up.
 */
#include "tests/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "io/http_client.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "tests/raw_socket.h"

/* --- a server that answers what it is told to --------------------------------------------------- */

struct script {
	int listener, port;
	const char *head;
	const char *filler;  /* a piece of the head, */
	size_t filler_count; /* so many times */
	size_t body_length;
};

static void *
answer_once(void *context)
{
	const struct script *script = context;
	static struct raw_message request;
	int descriptor = accept(script->listener, NULL, NULL);
	char length[64];
	raw_limit(descriptor);
	raw_receive(descriptor, &request);
	raw_message_free(&request);
	raw_send(descriptor, script->head);
	for (size_t i = 0; i < script->filler_count; i++)
		raw_send(descriptor, script->filler);
	snprintf(length, sizeof(length), "Content-Length: %zu\r\n\r\n", script->body_length);
	raw_send(descriptor, length);
	char *body = calloc(1, script->body_length + 1);
	raw_send_bytes(descriptor, body, script->body_length);
	free(body);
	close(descriptor);
	return NULL;
}

/* True when the client took the answer whole. */
static bool
client_takes(struct script *script, struct http_response *response, struct http_end *end)
{
	const struct http_call call = { .changes_world = true };
	struct http_request request;
	pthread_t thread;
	script->listener = raw_listen(&script->port);
	http_request_init(&request);
	http_response_init(response);
	buffer_add_format(&request.url, "http://127.0.0.1:%d/", script->port);
	assert_int_equal(pthread_create(&thread, NULL, answer_once, script), 0);
	bool answered = http_client_once(&request, &call, NULL, response, end);
	pthread_join(thread, NULL);
	close(script->listener);
	http_request_free(&request);
	return answered;
}

static void
an_answer_may_be_so_large_and_no_larger(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		struct script script = { .head = "HTTP/1.1 200 OK\r\n",
			                 .body_length = ANSWER_BYTES_MAX + more };
		struct http_response response;
		struct http_end end;
		assert_int_equal(client_takes(&script, &response, &end), more == 0);
		if (more > 0) {
			assert_int_equal(end.outcome, OUTCOME_UNKNOWN);
			assert_non_null(strstr(end.why.text, "the answer is too large to read"));
		}
		http_response_free(&response);
	}
}

static void
an_answers_head_may_be_so_large_and_no_larger(void **state)
{
	static const char line[] =
		"X-Much: 3456789012345678901234567890123456789012345678901234567\r\n";
	enum { LINE = sizeof(line) - 1 };
	(void)state;
	for (int over = 0; over <= 1; over++) {
		struct script script = { .head = "HTTP/1.1 200 OK\r\n",
			                 .filler = line,
			                 .filler_count = ANSWER_HEADER_BYTES_MAX / LINE - 2 +
			                                 3 * (size_t)over };
		struct http_response response;
		struct http_end end;
		assert_int_equal(client_takes(&script, &response, &end), over == 0);
		if (over > 0)
			assert_int_equal(end.outcome, OUTCOME_UNKNOWN);
		http_response_free(&response);
	}
}

/* "Retry-After: 999..." of so many digits is kept whole or not at all. */
static void
a_headers_value_is_kept_whole_or_not_at_all(void **state)
{
	(void)state;
	for (int more = 0; more <= 1; more++) {
		char head[2 * ANSWER_HEADER_VALUE_MAX] = "HTTP/1.1 200 OK\r\nRetry-After: ";
		struct script script = { .head = head };
		struct http_response response;
		struct http_end end;
		size_t begin = strlen(head), length = (size_t)(ANSWER_HEADER_VALUE_MAX + more);
		memset(head + begin, '9', length);
		memcpy(head + begin + length, "\r\n", 3);
		assert_true(client_takes(&script, &response, &end));
		const char *kept = http_header(&response.headers, "Retry-After");
		assert_int_equal(kept != NULL, more == 0);
		if (kept != NULL)
			assert_int_equal(strlen(kept), ANSWER_HEADER_VALUE_MAX);
		http_response_free(&response);
	}
}

/* A listener whose queue is full lets nobody in: CONNECT_SECONDS_MAX ends it, here a shorter time. */
static void
a_connection_that_never_stands_was_never_sent(void **state)
{
	const struct http_call call = { .connect_ms = 200 };
	struct http_request request;
	struct http_response response;
	struct http_end end;
	int port, listener = raw_listen(&port), queued[4];
	(void)state;
	assert_true(call.connect_ms < CONNECT_SECONDS_MAX * 1000);
	assert_int_equal(listen(listener, 0), 0);
	for (int i = 0; i < 4; i++) {
		struct sockaddr_in address = raw_address(port);
		queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(queued[i], (struct sockaddr *)&address, sizeof(address));
	}
	http_request_init(&request);
	http_response_init(&response);
	buffer_add_format(&request.url, "http://127.0.0.1:%d/", port);
	assert_false(http_client_once(&request, &call, NULL, &response, &end));
	assert_int_equal(end.outcome, OUTCOME_RETRY);
	assert_non_null(strstr(end.why.text, "not sent"));
	for (int i = 0; i < 4; i++)
		close(queued[i]);
	close(listener);
	http_request_free(&request);
	http_response_free(&response);
}

/* --- our server, and clients that take their time ------------------------------------------------ */

struct host {
	pthread_t thread;
	struct loop *loop;
	struct http_server *server;
	int port;
	atomic_int connections;
	atomic_bool ready;
};

/* /big is two megabytes, /count counts connections, /stop ends it. */
static void
serve(void *context, struct http_exchange *exchange)
{
	struct host *host = context;
	const char *url = buffer_text(&http_exchange_request(exchange)->url);
	struct http_response response;
	http_response_init(&response);
	response.status = 200;
	if (strcmp(url, "/big") == 0) {
		char *bytes = calloc(1, ANSWER_BYTES_MAX);
		assert_non_null(bytes);
		buffer_add(&response.body, bytes, ANSWER_BYTES_MAX);
		free(bytes);
	}
	atomic_store(&host->connections, (int)http_server_connections(host->server));
	if (strcmp(url, "/stop") == 0)
		loop_stop(host->loop);
	http_answer(exchange, &response);
	http_response_free(&response);
}

static void *
host_run(void *context)
{
	struct host *host = context;
	struct http_site site = { .host = "127.0.0.1",
		                  .body_bytes_max = REQUEST_BYTES_MAX,
		                  .answer_ms_max = 300,
		                  .linger_ms_max = 300,
		                  .handler = serve,
		                  .context = host };
	struct why why = { "" };
	host->loop = loop_new(&why);
	host->server = http_server_new(host->loop);
	assert_true(http_server_listen(host->server, &site, &host->port, &why));
	atomic_store(&host->ready, true);
	loop_run(host->loop);
	http_server_free(host->server);
	loop_free(host->loop);
	return NULL;
}

static void
host_start(struct host *host)
{
	memset(host, 0, sizeof(*host));
	assert_int_equal(pthread_create(&host->thread, NULL, host_run, host), 0);
	while (!atomic_load(&host->ready))
		usleep(1000);
}

static void
ask(const struct host *host, const char *path)
{
	static struct raw_message answer;
	char request[128];
	int descriptor = raw_connect(host->port);
	assert_true(descriptor >= 0);
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
	assert_true(raw_send(descriptor, request));
	assert_true(raw_receive(descriptor, &answer));
	raw_message_free(&answer);
	close(descriptor);
}

static void
host_stop(struct host *host)
{
	ask(host, "/stop");
	pthread_join(host->thread, NULL);
}

/* Asks for more than the kernel keeps for anybody, reads nothing, and is cut in the middle. */
static void
who_does_not_take_his_answer_is_cut(void **state)
{
	enum { ASKED = 16 };
	struct host host;
	char bytes[64 * 1024];
	size_t came = 0;
	ssize_t got;
	(void)state;
	assert_true(ANSWER_SECONDS_MAX > 0);
	host_start(&host);
	int descriptor = raw_connect(host.port);
	for (int i = 0; i < ASKED; i++)
		assert_true(raw_send(descriptor, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n"));
	for (int i = 0; i < 200; i++) { /* until it is gone: only the two of us are left */
		ask(&host, "/count");
		if (atomic_load(&host.connections) == 1)
			break;
		usleep(50000);
	}
	assert_int_equal(atomic_load(&host.connections), 1);
	while ((got = recv(descriptor, bytes, sizeof(bytes), 0)) > 0)
		came += (size_t)got;
	assert_true(came < (size_t)ASKED * ANSWER_BYTES_MAX);
	close(descriptor);
	host_stop(&host);
}

/* An answer was the last one, and the other side never hangs up. */
static void
who_never_hangs_up_is_hung_up_on(void **state)
{
	struct host host;
	static struct raw_message answer;
	(void)state;
	assert_true(LINGER_SECONDS_MAX > 0);
	host_start(&host);
	int descriptor = raw_connect(host.port);
	assert_true(raw_send(descriptor, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
	assert_true(raw_receive(descriptor, &answer));
	raw_message_free(&answer);
	for (int i = 0; i < 200; i++) {
		ask(&host, "/count");
		if (atomic_load(&host.connections) == 1)
			break;
		usleep(50000);
	}
	assert_int_equal(atomic_load(&host.connections), 1);
	close(descriptor);
	host_stop(&host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_may_be_so_large_and_no_larger),
		cmocka_unit_test(an_answers_head_may_be_so_large_and_no_larger),
		cmocka_unit_test(a_headers_value_is_kept_whole_or_not_at_all),
		cmocka_unit_test(a_connection_that_never_stands_was_never_sent),
		cmocka_unit_test(who_does_not_take_his_answer_is_cut),
		cmocka_unit_test(who_never_hangs_up_is_hung_up_on),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
