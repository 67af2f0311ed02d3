/*
 * A provider's answers, driven as the engine drives them: an operation, then one response after the
 * other until the tool concludes.
 *
 *	{"ask": {"operation":"pay.refund",...}, "role": "write"}      or "ask": "token", "probe"
 *	---
 *	HTTP 201                                       as in tests/cases
 *	Content-Type: application/json
 *
 *	{"id":"..."}
 *	---
 *	HTTP 200 ...
 *
 * What must hold of every tool's answer is checked here; what only one provider promises, by the
 * function that its target brings.
 */
#ifndef TESTS_FUZZ_PROVIDER_H
#define TESTS_FUZZ_PROVIDER_H

#include "base/json.h"
#include "base/limits.h"
#include "base/money.h"
#include "tests/fuzz/fuzz.h"
#include "tests/shop.h"
#include "tools/tool.h"

/* Never to be quoted, whatever an answer repeats. */
#define FUZZ_SECRET       "s3cr3t-0f-th3-sh0p"
#define FUZZ_ACCESS_TOKEN "t0k3n-0f-th3-sh0p"

/* What was asked, and the last answer to it. */
struct fuzz_dialogue {
	const struct tool *tool;
	const struct tool_call *call;
	const struct http_response *response;
	bool was_asked; /* a request left */
};

typedef void fuzz_judge(const struct fuzz_dialogue *dialogue);

/* Line by line, as much as is well-formed; what follows the empty line is the body. */
static inline void
fuzz_read_response(const char *text, size_t length, struct http_response *response)
{
	const char *at = text, *end = text + length;
	response->status = text_starts_with(text, "HTTP ") ? (int)strtol(text + 5, NULL, 10) : 200;
	while (at < end && response->headers.count < HTTP_HEADERS_MAX) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t line = line_end == NULL ? (size_t)(end - at) : (size_t)(line_end - at);
		char *header = fuzz_text(at, line);
		char *colon = strstr(header, ": ");
		at += line + (line_end != NULL);
		if (colon != NULL && strchr(header, ':') == colon && strchr(header, '\r') == NULL) {
			*colon = '\0';
			http_header_add(&response->headers, header, colon + 2);
		}
		free(header);
		if (line == 0)
			break;
	}
	buffer_add(&response->body, at, (size_t)(end - at));
}

/* Well-known credentials of every kind; a token, when the provider has them. */
static inline struct connection *
fuzz_connection(const char *name, const char *role, const char *own_url, bool has_tokens)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	ensure(connection != NULL && text_copy(connection->name, sizeof(connection->name), name));
	connection->role = role != NULL && text_equal(role, "read") ? ROLE_READ : ROLE_WRITE;
	connection->access_token = has_tokens ? strdup(FUZZ_ACCESS_TOKEN) : NULL;
	connection->secrets =
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "token", FUZZ_SECRET, "app_key",
	                  "1560731700", "app_secret", FUZZ_SECRET, "client_id", "estorno",
	                  "client_secret", FUZZ_SECRET, "token_url", "https://host.example/token",
	                  "base_url", own_url != NULL ? own_url : "https://host.example/v2");
	ensure(connection->secrets != NULL && connection_set_url(connection, NULL));
	return connection;
}

/* A reason never quotes a secret once it is masked, as whoever keeps or shows it does, and is there unless all
 * went well. */
static inline void
fuzz_check_outcome(enum outcome outcome, const struct connection *connection,
                   const struct why *unmasked)
{
	struct why masked = *unmasked, *why = &masked;
	connection_mask(connection, why->text);
	ensure((int)outcome >= OUTCOME_DONE && outcome <= OUTCOME_CONTRADICTION);
	fuzz_check_why(outcome == OUTCOME_DONE, why);
	ensure(strstr(why->text, FUZZ_SECRET) == NULL);
	if (connection->access_token != NULL)
		ensure(strstr(why->text, connection->access_token) == NULL);
}

/* Facts can be stored and read again, and what they hold of money is money. */
static inline void
fuzz_check_facts(const struct facts *facts)
{
	static struct facts again;
	struct why why = { "" };
	json_t *written = facts_to_json(facts);
	ensure(facts_from_json(written, &again, &why));
	json_t *rewritten = facts_to_json(&again);
	ensure(json_equal(written, rewritten));
	json_decref(written);
	json_decref(rewritten);
	if (facts->kind == FACTS_ORDER && facts->order.exists) {
		ensure(facts->order.total_cents > 0 && facts->order.total_cents <= MONEY_CENTS_MAX);
		ensure(facts->order.item_count >= 1 && facts->order.item_count <= ORDER_ITEMS_MAX);
		for (int64_t i = 0; i < facts->order.item_count; i++)
			ensure(facts->order.items[i].quantity_e4 > 0);
	}
	if (facts->kind == FACTS_PAYMENT && facts->payment.exists) {
		const struct payment_facts *payment = &facts->payment;
		ensure(payment->amount_cents >= 0 && payment->amount_cents <= MONEY_CENTS_MAX);
		ensure(payment->refund_count >= 0 && payment->refund_count <= PAYMENT_REFUNDS_MAX);
		for (int64_t i = 0; i < payment->refund_count; i++) {
			ensure(payment->refunds[i].exists && payment->refunds[i].id[0] != '\0');
			ensure(payment->refunds[i].amount_cents >= 0);
			ensure(payment->refunds[i].amount_cents <= MONEY_CENTS_MAX);
		}
	}
}

static inline enum facts_kind
fuzz_facts_of(enum operation_kind kind)
{
	switch (kind) {
	case OPERATION_LEDGER_ORDER:
		return FACTS_ORDER;
	case OPERATION_PAY_PAYMENT:
		return FACTS_PAYMENT;
	case OPERATION_PAY_REFUND:
	case OPERATION_PAY_REFUND_STATUS:
		return FACTS_REFUND;
	case OPERATION_INVOICE_ISSUE:
	case OPERATION_INVOICE_NOTE:
		return FACTS_NOTE;
	}
	ensure(!"an operation outside the enum");
	return FACTS_NONE;
}

/* What a write concludes must be said by its answer: a write that was answered, and not refused in
 * the provider's documented words, may have happened. */
static inline void
fuzz_check_concluded(const struct fuzz_dialogue *dialogue, const struct why *why)
{
	const struct tool_call *call = dialogue->call;
	fuzz_check_outcome(call->outcome, call->connection, why);
	ensure(call->retry_after_ms >= 0 && call->retry_after_ms <= INT64_C(100000000));
	if (call->outcome != OUTCOME_DONE)
		return;
	ensure(call->facts.kind == fuzz_facts_of(call->operation->kind));
	fuzz_check_facts(&call->facts);
}

static inline void
fuzz_operation(const struct tool *tool, struct tool_call *call, const char *rest, size_t left,
               fuzz_judge *judge)
{
	const struct tool_operation *road = tool_operation(tool, call->operation->kind);
	struct fuzz_dialogue dialogue = { .tool = tool, .call = call };
	struct why why = { "" };
	bool concluded = road == NULL;
	while (!concluded) {
		struct http_request request;
		struct http_response response;
		size_t length = 0;
		http_request_init(&request);
		http_response_init(&response);
		bool asked = road->ask(call, &request, &why);
		char *text = asked ? fuzz_part(&rest, &left, &length) : NULL;
		ensure(asked || why.text[0] != '\0');
		concluded = text == NULL;
		if (text != NULL) {
			ensure(call->step < OPERATION_STEPS_MAX);
			ensure(text_starts_with(buffer_text(&request.url),
			                        call->connection->base_url));
			fuzz_read_response(text, length, &response);
			concluded = road->answer(call, &response, &why) == TOOL_CONCLUDED;
			call->step++;
		}
		if (text != NULL && concluded) {
			dialogue.response = &response;
			dialogue.was_asked = true;
			fuzz_check_concluded(&dialogue, &why);
			judge(&dialogue);
		}
		free(text);
		http_request_free(&request);
		http_response_free(&response);
	}
}

static inline void
fuzz_token(const struct tool *tool, const struct connection *connection, const char *rest,
           size_t left)
{
	static struct access_token token;
	struct http_response response;
	struct why why = { "" };
	size_t length;
	char *text = fuzz_part(&rest, &left, &length);
	if (text == NULL || tool->token_answer == NULL) {
		free(text);
		return;
	}
	http_response_init(&response);
	fuzz_read_response(text, length, &response);
	enum outcome outcome = tool->token_answer(connection, &response, &token, &why);
	fuzz_check_outcome(outcome, connection, &why);
	ensure(outcome != OUTCOME_UNKNOWN); /* asking for a token changes nothing */
	if (outcome == OUTCOME_DONE) {
		ensure(response.status / 100 == 2 && token.lasts_ms > 0);
		ensure(token.text[0] != '\0');
		for (const char *at = token.text; *at != '\0'; at++)
			ensure(*at > ' ' && *at <= '~'); /* it becomes a header */
		ensure(connection->role == ROLE_WRITE || strstr(token.scope, ".write") == NULL);
	}
	http_response_free(&response);
	free(text);
}

static inline void
fuzz_probe(const struct tool *tool, const struct connection *connection, const char *rest,
           size_t left)
{
	struct http_response response;
	struct why why = { "" };
	size_t length;
	char *text = fuzz_part(&rest, &left, &length);
	if (text == NULL || tool->probe_answer == NULL) {
		free(text);
		return;
	}
	http_response_init(&response);
	fuzz_read_response(text, length, &response);
	fuzz_check_outcome(tool->probe_answer(connection, &response, &why), connection, &why);
	http_response_free(&response);
	free(text);
}

/* One input, played to its end. */
static inline void
fuzz_play(const struct tool *tool, const uint8_t *data, size_t size, fuzz_judge *judge)
{
	static struct operation operation;
	static struct tool_call call;
	const char *rest = (const char *)data;
	size_t left = size, length;
	char *text = fuzz_part(&rest, &left, &length);
	json_t *head = text == NULL ? NULL : json_parse_object(text, length, 1 << 20, NULL);
	const json_t *ask = json_object_get(head, "ask");
	struct shop shop = shop_with_reference_in(
		json_string_value(json_object_get(head, "payment_reference")));
	struct connection *connection =
		fuzz_connection(tool->name, json_string_value(json_object_get(head, "role")),
	                        tool->base_url, tool->token_ask != NULL);
	if (json_is_object(ask) && operation_from_json(ask, &operation, NULL)) {
		call = (struct tool_call){
			.operation = &operation,
			.connection = connection,
			.shop = &shop,
			.now_ms = INT64_C(1795184400000), /* 2026-11-20T13:00:00Z */
			.notes = json_object(),
		};
		fuzz_operation(tool, &call, rest, left, judge);
		json_decref(call.notes);
	} else if (json_is_string(ask) && text_equal(json_string_value(ask), "token")) {
		fuzz_token(tool, connection, rest, left);
	} else if (json_is_string(ask) && text_equal(json_string_value(ask), "probe")) {
		fuzz_probe(tool, connection, rest, left);
	}
	connection_free(connection);
	json_decref(head);
	free(text);
}

#endif
