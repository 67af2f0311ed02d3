/*
 * The ways from a command to the data folder.
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
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/clock.h"
#include "io/folder.h"
#include "io/http_client.h"
#include "serve/control.h"
#include "serve/language.h"

/* --- through the running program ---------------------------------------------------------------------------------- */

/* The error's own sentence out of {"error":{"message"}}. */
static bool
refused_by_server(const json_t *answer, struct why *why)
{
	const char *message = json_string_value(json_at(answer, "error.message"));
	return why_set(why, "%s", message == NULL ? "the running program refused" : message);
}

/* False with `reached` false when nobody listens there. */
static bool
ask_server(const char *socket_path, const char *action, const json_t *input, json_t **output,
           bool *reached, struct why *why)
{
	const struct http_call call = { .changes_world = true };
	struct http_request request;
	struct http_response response;
	struct http_end end;
	bool ok = false;
	http_request_init(&request);
	http_response_init(&response);
	request.method = HTTP_POST;
	buffer_add_format(&request.url, "http://127.0.0.1/control/%s", action);
	char *text = json_text(input);
	buffer_add_text(&request.body, text);
	free(text);
	*reached = http_client_once(&request, &call, socket_path, &response, &end) ||
	           end.outcome == OUTCOME_UNKNOWN;
	if (end.answered) {
		json_t *answer = json_parse_object(buffer_text(&response.body), response.body.length,
		                                   REQUEST_BYTES_MAX, why);
		ok = answer != NULL && (response.status == 200 || refused_by_server(answer, why));
		if (ok && output != NULL)
			*output = json_incref(answer);
		json_decref(answer);
	} else if (*reached) {
		why_set(why, "the running program did not answer: whether it took effect is unknown");
	}
	http_request_free(&request);
	http_response_free(&response);
	return ok;
}

/* --- here ------------------------------------------------------------------------------------------------------------ */

static int64_t
now_ms(void *context)
{
	(void)context;
	return clock_now_ms();
}

static int64_t
now_us(void *context)
{
	(void)context;
	return clock_now_us();
}

static void
random_bytes(void *context, void *bytes, size_t count)
{
	(void)context;
	clock_random(bytes, count);
}

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

static bool
perform_here(const char *data, const char *action, const json_t *input, json_t **output,
             struct why *why)
{
	struct folder folder;
	struct language_pack language;
	struct told result = { .output = NULL };
	if (!folder_open(&folder, data, STORE_READ_WRITE, why))
		return false;
	bool ok = language_load(&language, why);
	const struct engine_setup setup = {
		.store = folder.store,
		.vault = folder.vault,
		.settings = &folder.settings,
		.lexicon = language.lexicon,
		.phrasebook = &language.phrasebook,
		.receipts_key = folder.receipts_key,
		.log_key = folder.log_key,
		.io = { .now_ms = now_ms, .now_us = now_us, .random = random_bytes,
		        .start = no_network },
	};
	struct engine *engine = ok ? engine_new(&setup, why) : NULL;
	if (engine != NULL) {
		struct control control = { .engine = engine, .vault = folder.vault,
			                   .random = clock_random };
		control_perform(&control, action, input, take_result, &result);
		ok = engine_turn(engine, why) && result.told && result.ok;
		if (!ok)
			why_set(why, "%s", result.why.text);
	}
	if (ok && output != NULL)
		*output = json_incref(result.output);
	json_decref(result.output);
	engine_free(engine);
	language_free(&language);
	folder_close(&folder);
	return ok && engine != NULL;
}

bool
command_control(const char *data, const char *action, json_t *input, json_t **output,
                struct why *why)
{
	char socket_path[FOLDER_PATH_SIZE];
	bool reached = false, ok = false;
	struct why here = { "" };
	folder_path(data, "control.sock", socket_path);
	if (access(socket_path, F_OK) == 0)
		ok = ask_server(socket_path, action, input, output, &reached, why);
	if (!reached) {
		ok = perform_here(data, action, input, output, &here);
		if (!ok)
			why_set(why, "%s", here.text);
	}
	json_decref(input);
	return ok;
}
