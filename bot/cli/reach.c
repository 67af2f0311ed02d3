/*
 * The ways from a command to the data folder.
 *
 * What only reads opens the store read-only, beside a running `serve`.
 *
 * A change goes to the running `serve` over its control socket, and when none runs, is
 * performed here: the store's lock is taken, and an engine without a network does what
 * the running one would.  What it decides to ask of the world waits on disk for the next
 * `serve`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/clock.h"
#include "io/folder.h"
#include "io/http_client.h"
#include "serve/control.h"
#include "serve/host.h"
#include "serve/language.h"

/* --- through the running program ---------------------------------------------------------------------------------- */

/* The error's own sentence out of {"error":{"message"}}. */
static int
refused_by_server(int status, const json_t *answer, struct why *why)
{
	const char *message = json_string_value(json_at(answer, "error.message"));
	why_set(why, "%s", message == NULL ? "the running program refused" : message);
	return status == 422 ? EXIT_NO : EXIT_COULD_NOT;
}

static int
read_answer(const struct http_response *response, json_t **output, struct why *why)
{
	int code = EXIT_YES;
	if (response->status == 503) { /* has no body: it never reached an action */
		why_set(why, "the running program is busy: nothing was changed, try again");
		return EXIT_COULD_NOT;
	}
	json_t *answer = json_parse_object(buffer_text(&response->body), response->body.length,
	                                   REQUEST_BYTES_MAX, why);
	if (answer == NULL)
		code = EXIT_COULD_NOT;
	else if (response->status != 200)
		code = refused_by_server(response->status, answer, why);
	else if (output != NULL)
		*output = json_incref(answer);
	json_decref(answer);
	return code;
}

/* `reached` is false when nobody listens there: then nothing was asked. */
static int
ask_server(const char *socket_path, const char *action, const json_t *input, json_t **output,
           bool *reached, struct why *why)
{
	const struct http_call call = { .changes_world = true };
	struct http_request request;
	struct http_response response;
	struct http_end end;
	int code = EXIT_COULD_NOT;
	http_request_init(&request);
	http_response_init(&response);
	request.method = HTTP_POST;
	buffer_add_format(&request.url, "http://127.0.0.1/control/%s", action);
	char *text = json_text(input); /* may hold a provider's credentials */
	buffer_add_text(&request.body, text);
	explicit_bzero(text, strlen(text));
	free(text);
	*reached = http_client_once(&request, &call, socket_path, &response, &end) ||
	           end.outcome == OUTCOME_UNKNOWN;
	if (end.answered)
		code = read_answer(&response, output, why);
	else if (*reached)
		why_set(why,
		        "the running program did not answer: whether it took effect is unknown");
	explicit_bzero(request.body.bytes, request.body.length);
	http_request_free(&request);
	http_response_free(&response);
	return code;
}

bool
command_visit(const char *url, const char *path, json_t *body, struct http_response *response,
              struct why *why)
{
	const struct http_call call = { .changes_world = body != NULL,
		                        .timeout_ms = 10 * SECOND_MS };
	struct http_request request;
	struct http_end end;
	http_request_init(&request);
	request.method = body == NULL ? HTTP_GET : HTTP_POST;
	buffer_add_format(&request.url, "%s%s", url, path);
	if (body != NULL) {
		char *text = json_text(body);
		buffer_add_text(&request.body, text);
		free(text);
		json_decref(body);
	}
	bool ok = http_client_once(&request, &call, NULL, response, &end) ||
	          why_set(why, "%s", end.why.text);
	http_request_free(&request);
	return ok;
}

/* --- here ------------------------------------------------------------------------------------- */

static bool
no_network(void *context, const struct http_request *request, const struct engine_call *call,
           int64_t ticket, struct why *why)
{
	(void)context, (void)request, (void)call, (void)ticket;
	return why_set(why, "no `serve` is running; the next one asks");
}

struct told {
	bool told, ok;
	json_t *output;
	struct why why;
};

static void
take_result(void *context, bool ok, const json_t *output, const struct why *why)
{
	struct told *result = context;
	result->told = true;
	result->ok = ok;
	result->why = *why;
	result->output = json_deep_copy(output);
}

static struct engine *
engine_without_network(const struct folder *folder, const struct language_pack *language,
                       struct why *why)
{
	const struct engine_setup setup = {
		.store = folder->store,
		.vault = folder->vault,
		.settings = &folder->settings,
		.lexicon = language->lexicon,
		.phrasebook = &language->phrasebook,
		.receipts_key = folder->receipts_key,
		.log_key = folder->log_key,
		.sandbox = folder_is_sandbox(folder->path),
		.io = host_io(no_network, NULL),
	};
	return engine_new(&setup, why);
}

static int
perform_with(struct engine *engine, const struct folder *folder, const char *action,
             const json_t *input, json_t **output, struct why *why)
{
	struct control control = { .engine = engine,
		                   .vault = folder->vault,
		                   .random = clock_random };
	struct told result = { .output = NULL };
	int code = EXIT_YES;
	control_perform(&control, action, input, take_result, &result);
	if (!engine_turn(engine, why)) {
		code = EXIT_COULD_NOT;
	} else if (!result.told || !result.ok) {
		why_set(why, "%s", result.told ? result.why.text : "it did not come to its turn");
		code = EXIT_NO;
	}
	if (code == EXIT_YES && output != NULL)
		*output = json_incref(result.output);
	json_decref(result.output);
	return code;
}

static int
perform_here(const char *data, const char *action, const json_t *input, json_t **output,
             struct why *why)
{
	struct folder folder;
	struct language_pack language;
	int code = EXIT_COULD_NOT;
	if (!folder_open(&folder, data, STORE_READ_WRITE, why))
		return code;
	if (language_load(&language, why)) {
		struct engine *engine = engine_without_network(&folder, &language, why);
		if (engine != NULL)
			code = perform_with(engine, &folder, action, input, output, why);
		engine_free(engine);
		language_free(&language);
	}
	folder_close(&folder);
	return code;
}

/* The running program, when there is one. */
static int
ask_running(const char *data, const char *action, const json_t *input, json_t **output,
            bool *reached, struct why *why)
{
	char socket_path[FOLDER_PATH_SIZE];
	*reached = false;
	if (text_format(socket_path, sizeof(socket_path), "%s/control.sock", data) &&
	    access(socket_path, F_OK) == 0)
		return ask_server(socket_path, action, input, output, reached, why);
	return EXIT_COULD_NOT;
}

int
command_ask(const char *data, const char *action, const json_t *input, json_t **output,
            struct why *why)
{
	bool reached;
	int code = ask_running(data, action, input, output, &reached, why);
	if (!reached)
		why_set(why, "nothing serves %s: start `estorno serve` first", data);
	return code;
}

int
command_change(const char *data, const char *action, json_t *input, json_t **output)
{
	bool reached;
	struct why why = { "" };
	int code = ask_running(data, action, input, output, &reached, &why);
	if (!reached)
		code = perform_here(data, action, input, output, &why);
	json_decref(input);
	if (code == EXIT_NO)
		return command_refused(&why);
	return code == EXIT_YES ? code : command_could_not(&why);
}

/* --- reading ---------------------------------------------------------------------------------- */

int
command_look(const struct command_line *line,
             int (*look)(const struct command_line *line, struct folder *folder))
{
	struct folder folder;
	struct why why = { "" };
	if (!folder_open(&folder, line->data, STORE_READ_ONLY, &why))
		return command_could_not(&why);
	store_begin(folder.store);
	int code = look(line, &folder);
	bool ok = store_commit(folder.store, &why);
	folder_close(&folder);
	return ok ? code : command_could_not(&why);
}

bool
command_settings(const char *data, struct settings *settings, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	if (!text_format(path, sizeof(path), "%s/estorno.conf", data))
		return why_set(why, "the path of the data folder is too long");
	return settings_load(path, settings, why);
}

/* --- where `serve` is ------------------------------------------------------------------------- */

#define URL_FILE "serve.url"

bool
command_url_note(const char *data, const char *url, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	folder_path(data, URL_FILE, path);
	unlink(path); /* left by a `serve` that was killed */
	return file_write_public(path, url, strlen(url), why);
}

void
command_url_forget(const char *data)
{
	char path[FOLDER_PATH_SIZE];
	folder_path(data, URL_FILE, path);
	unlink(path);
}

void
command_url(const char *data, const struct settings *settings, char url[FOLDER_PATH_SIZE])
{
	char path[FOLDER_PATH_SIZE];
	folder_path(data, URL_FILE, path);
	char *noted = file_read(path, FOLDER_PATH_SIZE - 1, NULL, NULL);
	if (settings->public_url[0] != '\0')
		ensure(text_copy(url, FOLDER_PATH_SIZE, settings->public_url));
	else if (noted != NULL)
		ensure(text_copy(url, FOLDER_PATH_SIZE, noted));
	else
		ensure(text_format(url, FOLDER_PATH_SIZE, "http://%s", settings->listen));
	if (text_ends_with(url, "/"))
		url[strlen(url) - 1] = '\0';
	free(noted);
}
