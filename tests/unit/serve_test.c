/*
 * The running program, from outside: who is heard, what is answered, and what a command
 * changes while it runs.
 */
#include "tests/program.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/instant.h"
#include "io/http_client.h"
#include "tests/raw_socket.h"

struct running {
	pid_t pid;
	int output;
	char line[256]; /* the first it printed */
};

static void
start(struct running *running, const char *command, const char *data)
{
	const char *const words[] = { program,  command, "--listen", "127.0.0.1:0",
		                      "--data", data,    NULL };
	struct why why = { "" };
	size_t used = 0;
	if (!process_start(words, "log", &running->pid, &running->output, &why))
		fail_msg("%s", why.text);
	while (used + 1 < sizeof(running->line) &&
	       read(running->output, running->line + used, 1) == 1 && running->line[used] != '\n')
		used++;
	running->line[used] = '\0';
}

static void
stop(struct running *running)
{
	assert_int_equal(process_stop(running->pid), 0);
	close(running->output);
}

/* The port of a running program. */
static int
port_of(const struct running *running)
{
	return (int)strtol(strrchr(running->line, ':') + 1, NULL, 10);
}

/* One request to a running program; the caller frees the answer.  False when it hangs up without one, or
 * says nothing for long. */
static bool
ask_program(const struct running *running, const char *request, struct raw_message *answer)
{
	int descriptor = raw_connect(port_of(running));
	assert_true(descriptor >= 0);
	bool answered = raw_send(descriptor, request) && raw_receive(descriptor, answer);
	close(descriptor);
	return answered;
}

static int
status_of(const struct running *running, const char *request)
{
	struct raw_message answer;
	int status = ask_program(running, request, &answer) ? answer.status : 0;
	raw_message_free(&answer);
	return status;
}

/* The path after `before` in the last output, up to the end of its line. */
static void
said_path(const char *before, char path[COMMAND_PATH_SIZE])
{
	const char *at = strstr(buffer_text(&output), before);
	assert_non_null(at);
	assert_true(text_format(path, COMMAND_PATH_SIZE, "%.*s", (int)strcspn(at, "\x1b\n"), at));
}

/* A webhook at `path` of a length, with a body or without. */
static int
post_webhook(const struct running *running, const char *path, size_t length, const char *body)
{
	char request[1024];
	assert_true(text_format(request, sizeof(request),
	                        "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s",
	                        path, length, body));
	return status_of(running, request);
}

/* `method` is "GET /inbox/" or the like, `cookie` a whole header line or "". */
static int
visit(const struct running *running, const char *method, const char *cookie,
      struct raw_message *answer)
{
	char request[1024];
	assert_true(text_format(request, sizeof(request),
	                        "%s HTTP/1.1\r\nHost: a\r\n%sContent-Length: 0\r\n\r\n", method,
	                        cookie));
	return ask_program(running, request, answer) ? answer->status : 0;
}

static int
visit_status(const struct running *running, const char *method, const char *cookie)
{
	struct raw_message answer;
	int status = visit(running, method, cookie, &answer);
	raw_message_free(&answer);
	return status;
}

/* The cookie that an answer sets, as a whole header line of requests. */
static void
take_cookie(const struct raw_message *answer, char *cookie, size_t size)
{
	const char *set = strstr(answer->head, "\r\nSet-Cookie: ");
	assert_non_null(set);
	set += strlen("\r\nSet-Cookie: ");
	assert_true(text_format(cookie, size, "Cookie: %.*s\r\n", (int)strcspn(set, ";"), set));
}

/* --- the tests ---------------------------------------------------------------------------------- */

/* Whatever its starter allows. */
static void
the_program_leaves_no_core(void **state)
{
	char path[COMMAND_PATH_SIZE];
	struct running serve;
	struct rlimit limit;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(estorno("init", NULL), YES);
	start(&serve, "serve", "estorno-data");
	assert_true(text_format(path, sizeof(path), "/proc/%d/limits", (int)serve.pid));
	assert_int_equal(run_words((const char *const[]){ "cat", path, NULL }, NULL), 0);
	const char *core = strstr(buffer_text(&output), "Max core file size");
	assert_non_null(core);
	core += strlen("Max core file size");
	core += strspn(core, " ");
	assert_true(text_starts_with(core, "0 "));
	core += 1 + strspn(core + 1, " ");
	assert_true(text_starts_with(core, "0 "));
	stop(&serve);
}

/* A log-in link of ana's, and the program that it is for. */
static void
start_with_a_link(struct running *serve, char path[COMMAND_PATH_SIZE])
{
	assert_int_equal(estorno("init", NULL), YES);
	start(serve, "serve", "estorno-data");
	assert_int_equal(estorno("staff", "add", "ana", NULL), YES);
	said_path("/login/", path);
}

/* Chats and mail filters open every link that they see. */
static void
a_log_in_link_is_used_by_its_button_and_not_by_being_opened(void **state)
{
	static const char *const seen_by[] = { "Sec-Fetch-Mode: navigate\r\n",
		                               "X-Forwarded-For: 203.0.113.7\r\n" };
	char path[COMMAND_PATH_SIZE], get[COMMAND_PATH_SIZE + 8], post[COMMAND_PATH_SIZE + 8];
	char cookie[256];
	struct running serve;
	struct raw_message answer;
	(void)state;
	start_with_a_link(&serve, path);
	text_format(get, sizeof(get), "GET %s", path);
	text_format(post, sizeof(post), "POST %s", path);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(visit(&serve, get, seen_by[i], &answer), 200);
		assert_null(strstr(answer.head, "Set-Cookie"));
		assert_contains(answer.body, "<form method=\"post\">");
		raw_message_free(&answer);
	}
	assert_int_equal(visit(&serve, post, "", &answer), 303);
	assert_contains(answer.head, "\r\nLocation: /inbox/\r\n");
	take_cookie(&answer, cookie, sizeof(cookie));
	raw_message_free(&answer);
	assert_int_equal(visit_status(&serve, "GET /inbox/", cookie), 200);
	assert_int_equal(visit(&serve, post, "", &answer), 403);
	assert_contains(answer.body, "Este link já foi usado ou venceu.");
	raw_message_free(&answer);
	assert_int_equal(visit(&serve, "GET /receipts/?order=8421", "", &answer), 401);
	assert_contains(answer.body, "Sua sessão terminou ou ainda não começou");
	raw_message_free(&answer);
	stop(&serve);
}

/* curl, or a script, on this machine: there is nobody who could press a button. */
static void
a_program_on_this_machine_needs_no_button(void **state)
{
	char path[COMMAND_PATH_SIZE], get[COMMAND_PATH_SIZE + 8];
	struct running serve;
	(void)state;
	start_with_a_link(&serve, path);
	text_format(get, sizeof(get), "GET %s", path);
	assert_int_equal(visit_status(&serve, get, ""), 303);
	assert_int_equal(visit_status(&serve, get, ""), 403);
	stop(&serve);
}

/* What the control socket of `data` answers to a request, by its status. */
static int
control_status(const char *data, const char *request)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct raw_message answer = { 0 };
	assert_true(
		text_format(address.sun_path, sizeof(address.sun_path), "%s/control.sock", data));
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
	raw_limit(descriptor);
	assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_true(raw_send(descriptor, request) && raw_receive(descriptor, &answer));
	close(descriptor);
	raw_message_free(&answer);
	return answer.status;
}

static void
what_a_proxy_forwards_is_not_from_this_machine(void **state)
{
	static const char *const said[] = {
		"Forwarded: for=203.0.113.7\r\n",
		"X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 198.51.100.2\r\n",
		"Via: 1.1 proxy\r\n",
	};
	struct running sandbox;
	(void)state;
	start(&sandbox, "sandbox", "play");
	assert_int_equal(visit_status(&sandbox, "GET /metrics", ""), 200);
	assert_int_equal(visit_status(&sandbox, "GET /sandbox/books", ""), 200);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		assert_int_equal(visit_status(&sandbox, "GET /metrics", said[i]), 404);
		assert_int_equal(visit_status(&sandbox, "GET /sandbox/books", said[i]), 404);
		assert_int_equal(visit_status(&sandbox, "GET /healthz", said[i]), 200);
	}
	assert_int_equal(control_status("play", "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
	assert_int_equal(control_status("play", "GET /inbox/ HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
	stop(&sandbox);
}

/* A customer of the sandbox writes. */
static void
say(const struct running *sandbox, const char *text)
{
	char body[256], request[512];
	assert_true(
		text_format(body, sizeof(body), "{\"from\":\"" MARINA "\",\"text\":\"%s\"}", text));
	assert_true(text_format(
		request, sizeof(request),
		"POST /sandbox/say HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s",
		strlen(body), body));
	assert_int_equal(status_of(sandbox, request) / 100, 2);
}

/* Plays until the order's case stands so; a refund takes a few seconds of real time. */
static void
wait_for_case(const char *state)
{
	for (int i = 0; i < 600; i++) {
		assert_int_equal(estorno("cases", state, "--data", "play", NULL), YES);
		if (strstr(buffer_text(&output), "8421") != NULL)
			return;
		usleep(50 * 1000);
	}
	fail_msg("the case of 8421 is not %s", state);
}

static void
start_sandbox_with_a_refund(struct running *sandbox)
{
	start(sandbox, "sandbox", "play");
	say(sandbox, "quero o estorno do pedido 8421, veio quebrado");
	wait_for_case("offered");
	say(sandbox, "pode sim");
	wait_for_case("closed");
}

/* Opens a log-in link and presses its button; `cookie` is a whole header line. */
static void
log_in(const struct running *running, const char *data, char *cookie, size_t size)
{
	char path[COMMAND_PATH_SIZE], post[COMMAND_PATH_SIZE + 8];
	struct raw_message answer;
	assert_int_equal(estorno("staff", "add", "ana", "--data", data, NULL), YES);
	said_path("/login/", path);
	text_format(post, sizeof(post), "POST %s", path);
	assert_int_equal(visit(running, post, "", &answer), 303);
	take_cookie(&answer, cookie, size);
	raw_message_free(&answer);
}

static void
whether_an_order_was_refunded_is_told_to_who_has_the_receipt(void **state)
{
	char cookie[256], with_leaf[COMMAND_PATH_SIZE], other[COMMAND_PATH_SIZE];
	struct running sandbox;
	(void)state;
	start_sandbox_with_a_refund(&sandbox);
	assert_int_equal(estorno("log", "prove", "rcp_rf8421", "--data", "play", NULL), YES);
	json_t *proof = output_json();
	text_format(with_leaf, sizeof(with_leaf), "GET /v1/transparency/proof/rcp_rf8421?leaf=%s",
	            json_text_at(proof, "leaf_hash"));
	text_format(other, sizeof(other), "GET /v1/transparency/proof/rcp_rf9001?leaf=%s",
	            json_text_at(proof, "leaf_hash"));
	json_decref(proof);
	assert_int_equal(visit_status(&sandbox, with_leaf, ""), 200);
	assert_int_equal(visit_status(&sandbox, other, ""), 404);
	static const char away[] = "X-Forwarded-For: 203.0.113.7\r\n";
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf8421", ""), 200);
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf8421", away),
	                 401);
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf9001", away),
	                 401);
	log_in(&sandbox, "play", cookie, sizeof(cookie));
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf8421", cookie),
	                 200);
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf9001", cookie),
	                 404);
	assert_int_equal(visit_status(&sandbox, "GET /v1/receipts?order=8421", cookie), 200);
	assert_int_equal(visit_status(&sandbox, "GET /v1/receipts?order=%zz", cookie), 400);
	stop(&sandbox);
}

static void
only_who_knows_the_way_is_listened_to(void **state)
{
	char path[COMMAND_PATH_SIZE];
	struct running serve;
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	said_path("/webhooks/zapi/", path);
	start(&serve, "serve", "estorno-data");
	/* None of these bodies ever comes, and the answer does not wait for them. */
	assert_int_equal(post_webhook(&serve, "/webhooks/zapi/guess", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, "/webhooks/whatsapp/guess", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, "/nowhere", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, "/healthz", 200000, ""), 405);
	assert_int_equal(post_webhook(&serve, "/logout", 200000, ""), 401);
	assert_int_equal(post_webhook(&serve, "/sandbox/say", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, path, 256 * 1024 + 1, ""), 413);
	/* Heard, but this shop has no connection to its channel yet: to come again. */
	assert_int_equal(post_webhook(&serve, path, 8, "{\"a\": 1}"), 503);
	stop(&serve);
}

static void
a_new_webhook_secret_takes_over_at_once(void **state)
{
	char first[COMMAND_PATH_SIZE], second[COMMAND_PATH_SIZE], third[COMMAND_PATH_SIZE];
	struct running serve;
	(void)state;
	assert_int_equal(estorno("webhook", "new", NULL), COULD_NOT);
	assert_int_equal(estorno("init", NULL), YES);
	said_path("/webhooks/zapi/", first);
	assert_int_equal(estorno("webhook", "new", NULL), YES);
	said_path("/webhooks/zapi/", second);
	start(&serve, "serve", "estorno-data");
	assert_int_equal(post_webhook(&serve, first, 8, "{\"a\": 1}"), 404);
	assert_int_equal(post_webhook(&serve, second, 8, "{\"a\": 1}"), 503);
	assert_int_equal(estorno("webhook", "new", NULL), YES);
	said_path("/webhooks/zapi/", third);
	assert_string_not_equal(second, third);
	assert_int_equal(post_webhook(&serve, second, 8, "{\"a\": 1}"), 404);
	assert_int_equal(post_webhook(&serve, third, 8, "{\"a\": 1}"), 503);
	stop(&serve);
	start(&serve, "serve", "estorno-data");
	assert_int_equal(post_webhook(&serve, third, 8, "{\"a\": 1}"), 503);
	stop(&serve);
}

static void
changes_go_to_the_running_program(void **state)
{
	struct running serve;
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	make_mandate("mandate.json", "500");
	start(&serve, "serve", "estorno-data");
	assert_true(text_starts_with(serve.line, "listening on http://127.0.0.1:"));
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), NO);
	assert_int_equal(estorno("mandate", "trust", "finance.key.pub", NULL), YES);
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), YES);
	assert_mandate("active", true);
	assert_int_equal(estorno("staff", "add", "ana", NULL), YES);
	assert_said(serve.line + strlen("listening on "));
	assert_int_equal(estorno("chat", "--url", serve.line + strlen("listening on "), NULL),
	                 COULD_NOT);
	assert_complained("no sandbox");
	assert_int_equal(estorno("serve", NULL), COULD_NOT); /* one writer */
	stop(&serve);
	assert_int_equal(access("estorno-data/serve.url", F_OK), -1);
	assert_mandate("active", true);
}

/* A page of the running program; the caller frees. */
static char *
page(const struct running *running, const char *path)
{
	const struct http_call call = { .timeout_ms = 10 * SECOND_MS };
	struct http_request request;
	struct http_response response;
	struct http_end end;
	http_request_init(&request);
	http_response_init(&response);
	buffer_add_format(&request.url, "%.*s%s",
	                  (int)strcspn(running->line + strlen("listening on "), "\n"),
	                  running->line + strlen("listening on "), path);
	if (!http_client_once(&request, &call, NULL, &response, &end))
		fail_msg("%s: %s", path, end.why.text);
	assert_int_equal(response.status, 200);
	char *text = strdup(buffer_text(&response.body));
	http_request_free(&request);
	http_response_free(&response);
	return text;
}

/* While money is paused: it is ready all the same, and says so; the log's first key is retired. */
static void
assert_pages_tell_the_pause(const struct running *serve)
{
	char *ready = page(serve, "/readyz"), *metrics = page(serve, "/metrics");
	char *keys = page(serve, "/v1/signing-keys");
	assert_contains(ready, "paused: estorno reconcile");
	assert_contains(metrics, "\nestorno_money_paused 1\n");
	json_t *json = json_parse(keys, strlen(keys), 64 * 1024, NULL);
	const json_t *list = json_object_get(json, "keys");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(json_text_at(json_array_get(list, 1), "status"), "retired");
	assert_string_equal(json_text_at(json_array_get(list, 2), "status"), "active");
	assert_string_equal(json_text_at(json_array_get(list, 2), "use"), "log");
	json_decref(json);
	free(ready);
	free(metrics);
	free(keys);
}

/* A store without the mark that lay beside it: another machine, or a file put back with its folder. */
static void
a_store_from_elsewhere_waits_until_the_bank_was_asked(void **state)
{
	struct running serve;
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("reconcile", NULL), COULD_NOT);
	assert_complained("start `estorno serve` first");
	assert_int_equal(unlink("estorno-data/estorno.db.lock"), 0);
	start(&serve, "serve", "estorno-data");
	assert_int_equal(estorno("cases", NULL), YES);
	assert_complained("Money is paused");
	assert_int_equal(estorno("check", NULL), NO);
	assert_said("estorno reconcile");
	assert_pages_tell_the_pause(&serve);
	assert_int_equal(estorno("reconcile", "--json", NULL), YES);
	json_t *rows = output_json();
	assert_int_equal(json_array_size(rows), 0); /* nothing had ever been offered */
	json_decref(rows);
	assert_complained("Money may move");
	assert_int_equal(estorno("cases", NULL), YES);
	assert_lacks(errors, "Money is paused");
	stop(&serve);
}

static void
play_and_live_folders_never_mix(void **state)
{
	struct running sandbox;
	(void)state;
	start(&sandbox, "sandbox", "play");
	assert_true(text_starts_with(sandbox.line, "listening on http://127.0.0.1:"));
	assert_int_equal(estorno("connections", "--data", "play", NULL), YES);
	assert_said("pix");
	stop(&sandbox);
	assert_int_equal(estorno("serve", "--data", "play", NULL), COULD_NOT);
	assert_complained("sandbox");
	assert_int_equal(estorno("init", "--data", "live", NULL), YES);
	assert_int_equal(estorno("sandbox", "--data", "live", NULL), COULD_NOT);
	assert_int_equal(estorno("staff", "list", "--json", "--data", "live", NULL), YES);
	assert_said("[]");
	start(&sandbox, "sandbox", "play");
	assert_true(text_starts_with(sandbox.line, "listening on"));
	stop(&sandbox);
}

/* Listens where `serve` would, and gives the answers that `next` writes, one after the other. */
static pid_t
start_program_of(const char *data, void (*next)(int i, struct buffer *answer))
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct raw_message request;
	struct buffer answer;
	assert_true(
		text_format(address.sun_path, sizeof(address.sun_path), "%s/control.sock", data));
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	for (int i = 0; child == 0; i++) {
		int peer = accept(listener, NULL, NULL);
		buffer_init(&answer, 64 * 1024);
		next(i, &answer);
		if (peer >= 0 && raw_receive(peer, &request))
			raw_send(peer, buffer_text(&answer));
		buffer_free(&answer);
		raw_message_free(&request);
		close(peer);
	}
	close(listener);
	return child;
}

static void
stop_program_of(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void
is_busy(int i, struct buffer *answer)
{
	(void)i;
	buffer_add_text(answer, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
	                        "Connection: close\r\nContent-Length: 0\r\n\r\n");
}

static void
a_busy_program_is_not_taken_for_one_that_refuses(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	pid_t busy = start_program_of("estorno-data", is_busy);
	int code = estorno("mandate", "revoke", "cm_support", NULL);
	stop_program_of(busy);
	assert_int_equal(code, COULD_NOT);
	assert_complained("busy: nothing was changed, try again");
}

/* A bank that answers at once, and more questions than one answer of the control socket tells: the list
 * stays as long as it was while they become fewer. */
static void
answers_some_each_time(int i, struct buffer *answer)
{
	enum { ROUNDS = 7 };
	char body[512];
	int open = (ROUNDS - i) * 32 + 256;
	assert_true(text_format(body, sizeof(body),
	                        "{\"paused\":%s,\"under_way\":0,\"open\":%d,\"questions\":[{"
	                        "\"case\":\"c_%d\",\"kind\":\"pay.payment\",\"e2eid\":\"E%d\","
	                        "\"key\":\"E%d\"}]}",
	                        i < ROUNDS ? "true" : "false", open, i, i, i));
	buffer_add_format(answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
	                  body);
}

static void
the_bank_is_asked_as_long_as_questions_become_fewer(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	pid_t serve = start_program_of("estorno-data", answers_some_each_time);
	int code = estorno("reconcile", NULL);
	stop_program_of(serve);
	assert_int_equal(code, YES);
	assert_complained("Money may move");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF_COMMANDS(the_program_leaves_no_core),
		OF_COMMANDS(a_log_in_link_is_used_by_its_button_and_not_by_being_opened),
		OF_COMMANDS(a_program_on_this_machine_needs_no_button),
		OF_COMMANDS(what_a_proxy_forwards_is_not_from_this_machine),
		OF_COMMANDS(whether_an_order_was_refunded_is_told_to_who_has_the_receipt),
		OF_COMMANDS(only_who_knows_the_way_is_listened_to),
		OF_COMMANDS(a_new_webhook_secret_takes_over_at_once),
		OF_COMMANDS(changes_go_to_the_running_program),
		OF_COMMANDS(a_store_from_elsewhere_waits_until_the_bank_was_asked),
		OF_COMMANDS(play_and_live_folders_never_mix),
		OF_COMMANDS(a_busy_program_is_not_taken_for_one_that_refuses),
		OF_COMMANDS(the_bank_is_asked_as_long_as_questions_become_fewer),
	};
	find_program();
	unsetenv("ESTORNO_DATA");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
