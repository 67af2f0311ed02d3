/*
 * The few lines that every tool would otherwise write again.
 */
#include "tools/tool.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"

const struct tool_operation *
tool_operation(const struct tool *tool, enum operation_kind kind)
{
	for (size_t i = 0; i < tool->operation_count; i++)
		if (tool->operations[i].kind == kind)
			return &tool->operations[i];
	return NULL;
}

const struct tool *
tool_by_name(const char *name)
{
	for (size_t i = 0; i < tool_count; i++)
		if (text_equal(tools[i]->name, name))
			return tools[i];
	return NULL;
}

void
tool_begin(struct http_request *request, const struct connection *connection,
           enum http_method method, const char *version, const char *path)
{
	bool has_version = text_ends_with(connection->base_url, version);
	request->method = method;
	buffer_reset(&request->url);
	buffer_add_format(&request->url, "%s%s%s", connection->base_url, has_version ? "" : version,
	                  path);
}

void
tool_body(struct http_request *request, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	buffer_reset(&request->body);
	if (text != NULL)
		buffer_add_text(&request->body, text);
	else
		request->body.failed = true;
	free(text);
	http_header_add(&request->headers, "Content-Type", "application/json");
}

json_t *
tool_object(const struct http_response *response, struct why *why)
{
	struct why cause = { "" };
	json_t *object = json_parse_provider(buffer_text(&response->body), response->body.length,
	                                     ANSWER_BYTES_MAX, &cause);
	if (object == NULL)
		why_set(why, "HTTP %d with an answer that is %s", response->status, cause.text);
	return object;
}

enum tool_says
tool_concludes(struct tool_call *call, enum outcome outcome)
{
	call->outcome = outcome;
	return TOOL_CONCLUDED;
}
