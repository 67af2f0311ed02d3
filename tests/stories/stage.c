/*
 * Everything here gives up after STAGE_WAIT_MS, so a story ends whatever the shop does.
 */
#include "tests/stories/stage.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/folder.h"
#include "io/http_client.h"
#include "tests/stories/program.h"

enum { SAID_BYTES_MAX = 8 * 1024 * 1024 };

void
stage_path(const struct stage *stage, const char *name, char path[STAGE_PATH_SIZE])
{
	ensure(text_format(path, STAGE_PATH_SIZE, "%s/%s", stage->folder, name));
}

char *
stage_said(const struct stage *stage, const char *name)
{
	char path[STAGE_PATH_SIZE];
	struct why why = { "" };
	stage_path(stage, name, path);
	char *text = file_read(path, SAID_BYTES_MAX, NULL, &why);
	if (text == NULL)
		text = calloc(1, 1);
	ensure(text != NULL);
	return text;
}

json_t *
stage_said_json(const struct stage *stage, struct why *why)
{
	char *text = stage_said(stage, "out");
	json_t *json = text[0] == '\0' ? json_array()
	                               : json_parse(text, strlen(text), SAID_BYTES_MAX, why);
	free(text);
	return json;
}

/* --- its life ---------------------------------------------------------------------------------- */

void
stage_configure(const struct stage *stage, const char *line)
{
	char path[STAGE_PATH_SIZE];
	stage_path(stage, "data", path);
	mkdir(path, 0700);
	stage_path(stage, "data/estorno.conf", path);
	FILE *file = fopen(path, "ae");
	ensure(file != NULL && fprintf(file, "%s\n", line) > 0 && fclose(file) == 0);
}

/* "listening on http://127.0.0.1:39241" */
static bool
read_url(struct stage *stage)
{
	static const char words[] = "listening on ";
	char *text = stage_said(stage, "ready");
	const char *at = strstr(text, words);
	const char *end = at == NULL ? NULL : strchr(at, '\n');
	bool found = end != NULL;
	if (found) {
		at += strlen(words);
		ensure(text_format(stage->url, sizeof(stage->url), "%.*s", (int)(end - at), at));
	}
	free(text);
	return found;
}

static bool
wait_until_ready(struct stage *stage, struct why *why)
{
	int64_t until_us = clock_monotonic_us() + STAGE_WAIT_MS * INT64_C(1000);
	int status;
	while (!read_url(stage)) {
		if (program_is_over(stage->process, &status)) {
			stage->process = 0;
			return why_set(why, "the shop ended with %d before it listened", status);
		}
		if (clock_monotonic_us() >= until_us)
			return why_set(why, "the shop never said that it listens");
		pause_ms(10);
	}
	return true;
}

static bool
ask_for_webhook(struct stage *stage, struct why *why)
{
	int status;
	json_t *told = stage_ask(stage, "/sandbox/webhook", NULL, &status, why);
	bool ok = told != NULL &&
	          json_get_text(told, "path", stage->webhook_path, sizeof(stage->webhook_path),
	                        why) &&
	          json_get_text(told, "instance_id", stage->instance_id, sizeof(stage->instance_id),
	                        why);
	json_decref(told);
	return ok;
}

bool
stage_start(struct stage *stage, struct why *why)
{
	char data[STAGE_PATH_SIZE], ready[STAGE_PATH_SIZE], log[STAGE_PATH_SIZE];
	stage_path(stage, "data", data);
	stage_path(stage, "ready", ready);
	stage_path(stage, "log", log);
	const char *const words[] = { stage->binary, "sandbox", "--listen", "127.0.0.1:0",
		                      "--data",      data,      NULL };
	stage->process = program_start(words, ready, log);
	return wait_until_ready(stage, why) && ask_for_webhook(stage, why);
}

bool
stage_stop(struct stage *stage, struct why *why)
{
	kill(stage->process, SIGTERM);
	int status = program_end(stage->process, STAGE_WAIT_MS);
	stage->process = 0;
	if (status == PROGRAM_LATE)
		return why_set(why, "the shop was asked to stop and did not");
	return status == 0 || why_set(why, "the shop was asked to stop and ended with %d", status);
}

void
stage_kill(struct stage *stage)
{
	if (stage->process == 0)
		return;
	kill(stage->process, SIGKILL);
	program_end(stage->process, STAGE_WAIT_MS);
	stage->process = 0;
}

/* --- over HTTP ----------------------------------------------------------------------------------- */

/* The status of the answer, whose body is in `response`; 0 with `why`.  `request` is freed. */
static int
call(const struct stage *stage, const char *path, struct http_request *request,
     struct http_response *response, struct why *why)
{
	const struct http_call how = { .changes_world = true, .timeout_ms = STAGE_WAIT_MS };
	struct http_end end;
	buffer_add_format(&request->url, "%s%s", stage->url, path);
	bool answered = http_client_once(request, &how, NULL, response, &end);
	http_request_free(request);
	if (!answered)
		why_set(why, "no answer to %.60s: %s", path, end.why.text);
	return answered ? response->status : 0;
}

json_t *
stage_ask(const struct stage *stage, const char *path, const json_t *body, int *status,
          struct why *why)
{
	struct http_request request;
	struct http_response response;
	json_t *answer = NULL;
	http_request_init(&request);
	http_response_init(&response);
	request.method = body == NULL ? HTTP_GET : HTTP_POST;
	if (body != NULL) {
		char *text = json_text(body);
		buffer_add_text(&request.body, text);
		free(text);
	}
	*status = call(stage, path, &request, &response, why);
	if (*status != 0)
		answer = json_parse(buffer_text(&response.body), response.body.length,
		                    SAID_BYTES_MAX, why);
	http_response_free(&response);
	return answer;
}

int
stage_post_webhook(const struct stage *stage, const struct http_headers *headers, const char *body,
                   struct why *why)
{
	struct http_request request;
	struct http_response response;
	http_request_init(&request);
	http_response_init(&response);
	request.method = HTTP_POST;
	buffer_add_text(&request.body, body);
	http_header_add(&request.headers, "Content-Type", "application/json");
	for (size_t i = 0; headers != NULL && i < headers->count; i++)
		http_header_add(&request.headers, headers->list[i].name, headers->list[i].value);
	int status = call(stage, stage->webhook_path, &request, &response, why);
	http_response_free(&response);
	return status;
}

/* A connection whose every step gives up in time; -1 when it is refused. */
static int
connect_to(const struct stage *stage)
{
	const struct timeval limit = { .tv_sec = STAGE_WAIT_MS / 1000 };
	const char *port = strrchr(stage->url, ':') + 1;
	struct sockaddr_in address = { .sin_family = AF_INET,
		                       .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ensure(descriptor >= 0);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	close(descriptor);
	return -1;
}

/* "HTTP/1.1 411 ..." -> 411; 0 when that is not what came. */
static int
read_status(int descriptor)
{
	static const char version[] = "HTTP/1.1 ";
	char head[sizeof(version) + 3] = "";
	size_t used = 0;
	while (used < sizeof(head) - 1) {
		ssize_t got = recv(descriptor, head + used, sizeof(head) - 1 - used, 0);
		if (got <= 0)
			return 0;
		used += (size_t)got;
	}
	return text_starts_with(head, version) ? (int)strtol(head + strlen(version), NULL, 10) : 0;
}

int
stage_send_bytes(const struct stage *stage, const char *bytes, size_t length, struct why *why)
{
	int descriptor = connect_to(stage);
	if (descriptor < 0)
		return why_set(why, "the shop takes no connection"), 0;
	size_t sent = 0;
	while (sent < length) {
		ssize_t more = send(descriptor, bytes + sent, length - sent, MSG_NOSIGNAL);
		if (more <= 0)
			break; /* it may answer and hang up before it has heard everything */
		sent += (size_t)more;
	}
	int status = read_status(descriptor);
	close(descriptor);
	if (status == 0)
		why_set(why, "the shop hung up without an answer");
	return status;
}

/* --- commands --------------------------------------------------------------------------------------- */

static int
run(const struct stage *stage, const char *const words[])
{
	char output[STAGE_PATH_SIZE], errors[STAGE_PATH_SIZE];
	stage_path(stage, "out", output);
	stage_path(stage, "err", errors);
	return program_end(program_start(words, output, errors), STAGE_WAIT_MS);
}

int
stage_run(const struct stage *stage, const char *const words[])
{
	const char *all[STAGE_WORDS_MAX + 4] = { stage->binary };
	char data[STAGE_PATH_SIZE];
	size_t count = 1;
	for (; words[count - 1] != NULL; count++) {
		ensure(count <= STAGE_WORDS_MAX);
		all[count] = words[count - 1];
	}
	stage_path(stage, "data", data);
	all[count++] = "--data";
	all[count] = data;
	return run(stage, all);
}

int
stage_sql(const struct stage *stage, const char *statement, bool as_json)
{
	char store[STAGE_PATH_SIZE];
	stage_path(stage, "data/estorno.db", store);
	const char *const words[] = {
		"sqlite3", "-bail", as_json ? "-json" : "-list", "-cmd", ".timeout 10000", store,
		statement, NULL
	};
	return run(stage, words);
}
