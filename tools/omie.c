/*
 * Omie ERP, the ledger: what was ordered, by whom, how it was paid and which note sold it.
 *
 * One look-up is three calls (omie.md sections 1, 2 and 4), all of them POST, all of them reads:
 *
 *	step  service          call              asked by             gives
 *	0     produtos/pedido  ConsultarPedido   numero_pedido        the order, its lines
 *	1     geral/clientes   ConsultarCliente  codigo_cliente_omie  the buyer
 *	2     produtos/pedido  StatusPedido      codigo_pedido        the total again, the notes that
 *	                                                              sold and returned it
 *
 * An answer is judged in this order, because Omie sends faults with HTTP 500 and with 200 alike:
 *
 *   1. A fault decides first, by the table of faults; then the HTTP status; then cCodStatus.
 *   2. Only "Pedido não cadastrado" means that there is no such order.  A fault that is not in the
 *      table, HTML, half an answer or one without the order in it is RETRY: unknown, never "no".
 *   3. A whole answer that is about something else, or holds what can't be (a fraction of a centavo,
 *      a false access key, two totals), is a CONTRADICTION: asking again would answer the same.
 *
 * One call at a time (at_once): the same method called twice at once is a fault, ten faults in a row
 * block the shop's key for half an hour, and every integration of the shop shares that key.
 */
#include "tools/omie.h"

#include <inttypes.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "tools/omie_order.h"
#include "tools/tool.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* One request of the dialogue. */
struct exchange {
	const char *path;
	const char *call;
	const char *key; /* the parameter; also the note that keeps its value for a later step */
	const char *subject; /* what Omie calls the thing asked for, when it has none */
	const char *proof;   /* without this the answer is not one to this call */
	bool about_a_person; /* a fault may name the buyer, so it is not quoted */
	bool (*read)(struct tool_call *call, const json_t *answer, struct why *why);
};

/* --- faults ---------------------------------------------------------------------------------- */

enum verdict {
	VERDICT_ANSWERED,       /* what was asked for */
	VERDICT_NOT_REGISTERED, /* Omie has no such order or customer */
	VERDICT_LATER,          /* nothing was learnt; ask again */
	VERDICT_REFUSED         /* asking again as we do will not help */
};

struct reply {
	enum verdict verdict;
	json_t *json;    /* with VERDICT_ANSWERED: the caller's to free */
	int64_t wait_ms; /* with VERDICT_LATER: 0 when Omie named no time */
};

static const char check_the_key[] = "it does not accept the key: check app_key and app_secret, and "
				    "that the application is active";

/*
 * omie.md section 8, first fit; "not registered" is says_missing().  The block and the refused key
 * come under more than one code, so their sentence decides alone.  The sentences that the sheet does
 * not have were seen in public integrations.  101, 102 and 5113 can't be about a look-up and are left
 * unknown.
 */
static const struct fault {
	const char *code;   /* NULL where the sentence decides alone */
	const char *phrase; /* in the sentence, as Omie writes it */
	enum verdict verdict;
	int64_t wait_ms; /* when the sentence names no seconds */
	const char *meaning;
} faults[] = {
	{ "SOAP-ENV:Client-6", "Consumo redundante", VERDICT_LATER, 60 * SECOND_MS,
	  "the same call came a moment ago" },
	{ "SOAP-ENV:Client-1880", "Já existe uma requisição desse método", VERDICT_LATER,
	  10 * SECOND_MS, "the same call is still running" },
	{ NULL, "consumo indevido", VERDICT_LATER, 30 * MINUTE_MS,
	  "this key is blocked for too many calls or errors" },
	{ NULL, "aplicativo está suspenso", VERDICT_REFUSED, 0, check_the_key },
	{ NULL, "app_", VERDICT_REFUSED, 0, check_the_key }, /* app_key, app_secret */
	{ "SOAP-ENV:Client-5001", "estrutura do tipo complexo", VERDICT_REFUSED, 0,
	  "it knows no such parameter: this program and Omie's API do not fit" },
	{ "SOAP-ENV:Client-104", NULL, VERDICT_REFUSED, 0, "a parameter of ours is malformed" },
	{ "SOAP-ENV:Client-1070", NULL, VERDICT_REFUSED, 0, "a parameter of ours is malformed" },
};

/* Without a fault that says more: 425 is the block, 429 a limit a minute (omie.md section 9). */
static int64_t
status_wait_ms(int status)
{
	if (status == 425)
		return 30 * MINUTE_MS;
	return status == 429 ? MINUTE_MS : 0;
}

/* "Tente novamente em 1678 segundos." -> 1678000.  0 when no seconds are named; more than five
 * digits (a day) are not believed. */
static int64_t
named_wait_ms(const char *sentence)
{
	const char *end = strstr(sentence, " segundo");
	int64_t wait_ms = 0, unit_ms = SECOND_MS;
	if (end == NULL)
		return 0;
	for (const char *at = end; at > sentence && at[-1] >= '0' && at[-1] <= '9'; at--) {
		if (end - at == 5)
			return 0;
		wait_ms += (at[-1] - '0') * unit_ms;
		unit_ms *= 10;
	}
	return wait_ms;
}

static bool
echoes(const struct connection *connection, const char *key, const char *sentence)
{
	const char *secret = connection_secret(connection, key);
	return secret[0] != '\0' && strstr(sentence, secret) != NULL;
}

/* A fault outside the table is nobody's "no": it is said and tried again. */
static struct reply
fault_unknown(const struct exchange *exchange, const struct connection *connection,
              const char *code, const char *sentence, int status, struct why *why)
{
	if (echoes(connection, "app_key", code) || echoes(connection, "app_secret", code))
		code = "(not quoted)";
	if (exchange->about_a_person || echoes(connection, "app_key", sentence) ||
	    echoes(connection, "app_secret", sentence))
		sentence = "(not quoted)";
	why_set(why, "%s: HTTP %d, fault %s that this program does not know: %s", exchange->call,
	        status, code, sentence);
	return (struct reply){ .verdict = VERDICT_LATER, .wait_ms = status_wait_ms(status) };
}

static const struct fault *
fault_find(const char *code, const char *sentence)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		const struct fault *fault = &faults[i];
		if (fault->code != NULL && text_equal(fault->code, code))
			return fault;
		if (fault->phrase != NULL && strstr(sentence, fault->phrase) != NULL)
			return fault;
	}
	return NULL;
}

static struct reply
fault_known(const struct exchange *exchange, const struct fault *fault, const char *sentence,
            struct why *why)
{
	int64_t named_ms = named_wait_ms(sentence);
	struct reply reply = { .verdict = fault->verdict,
		               .wait_ms = named_ms > 0 ? named_ms : fault->wait_ms };
	if (fault->verdict == VERDICT_LATER)
		why_set(why, "%s: Omie says that %s, and to wait %" PRId64 " s", exchange->call,
		        fault->meaning, reply.wait_ms / SECOND_MS);
	if (fault->verdict == VERDICT_REFUSED)
		why_set(why, "%s: Omie says that %s", exchange->call, fault->meaning);
	return reply;
}

/* "Pedido não cadastrado para o Código [1] !".  Decided by the sentence: Omie's code for it, 105, is
 * also that of a wrong choice.  The thing asked for must be the thing missed: that a customer is not
 * registered says nothing about an order. */
static bool
says_missing(const struct exchange *exchange, const char *sentence)
{
	const char *subject = strstr(sentence, exchange->subject);
	if (subject == NULL)
		return false;
	subject += strlen(exchange->subject);
	return text_starts_with(subject, " não cadastrado") ||
	       text_starts_with(subject, " não encontrado");
}

static struct reply
fault_judge(const struct exchange *exchange, const struct connection *connection,
            const json_t *answer, int status, struct why *why)
{
	const char *sentence = json_text_at(answer, "faultstring");
	const char *code = json_text_at(answer, "faultcode");
	const struct fault *fault = fault_find(code, sentence);
	if (says_missing(exchange, sentence))
		return (struct reply){ .verdict = VERDICT_NOT_REGISTERED };
	if (fault != NULL)
		return fault_known(exchange, fault, sentence, why);
	return fault_unknown(exchange, connection, code, sentence, status, why);
}

/* --- judging an answer ----------------------------------------------------------------------- */

static bool
is_fault(const json_t *answer)
{
	return omie_given_at(answer, "faultstring") != NULL ||
	       omie_given_at(answer, "faultcode") != NULL;
}

/* An error may stand in an answer of HTTP 200 as a status that is not "0". */
static bool
is_error(const json_t *answer, const char *key)
{
	char status[16];
	bool fits = json_maybe_text_or_integer(answer, key, status, sizeof(status));
	return !fits || (status[0] != '\0' && !text_equal(status, "0"));
}

/* Sets `why` for everything but an answer and "not registered". */
static struct reply
reply_read(const struct exchange *exchange, const struct connection *connection,
           const struct http_response *response, struct why *why)
{
	struct reply later = { .verdict = VERDICT_LATER,
		               .wait_ms = status_wait_ms(response->status) };
	struct why cause = { "" };
	json_auto_t *answer = tool_object(response, &cause);
	if (answer == NULL)
		why_set(why, "%s: %s", exchange->call, cause.text);
	else if (is_fault(answer))
		return fault_judge(exchange, connection, answer, response->status, why);
	else if (response->status / 100 != 2)
		why_set(why, "%s: HTTP %d and no fault", exchange->call, response->status);
	else if (is_error(answer, "cCodStatus") || is_error(answer, "codigo_status"))
		why_set(why, "%s: an answer whose status is an error", exchange->call);
	else if (omie_given_at(answer, exchange->proof) == NULL)
		why_set(why, "%s: an answer without %s", exchange->call, exchange->proof);
	else
		return (struct reply){ .verdict = VERDICT_ANSWERED, .json = json_incref(answer) };
	return later;
}

/* --- the dialogue ---------------------------------------------------------------------------- */

static const struct exchange exchanges[] = {
	{
		.path = "/produtos/pedido/",
		.call = "ConsultarPedido",
		.key = "numero_pedido",
		.subject = "Pedido",
		.proof = "pedido_venda_produto.cabecalho",
		.read = omie_read_order,
	},
	{
		.path = "/geral/clientes/",
		.call = "ConsultarCliente",
		.key = "codigo_cliente_omie",
		.subject = "Cliente",
		.proof = "razao_social",
		.about_a_person = true,
		.read = omie_read_customer,
	},
	{
		.path = "/produtos/pedido/",
		.call = "StatusPedido",
		.key = "codigo_pedido",
		.subject = "Pedido",
		.proof = "codigo_pedido",
		.read = omie_read_status,
	},
};

/* `value` is taken. */
static void
exchange_ask(const struct exchange *exchange, const struct connection *connection, json_t *value,
             struct http_request *request)
{
	ensure(value != NULL);
	tool_begin(request, connection, HTTP_POST, "/api/v1", exchange->path);
	tool_body(request, json_pack("{s:s, s:s, s:s, s:[{s:o}]}", "call", exchange->call,
	                             "app_key", connection_secret(connection, "app_key"),
	                             "app_secret", connection_secret(connection, "app_secret"),
	                             "param", exchange->key, value));
}

static bool
order_ask(const struct tool_call *call, struct http_request *request, struct why *why)
{
	(void)why;
	ensure(call->step >= 0 && call->step < (int)COUNT(exchanges));
	const struct exchange *exchange = &exchanges[call->step];
	json_t *value = call->step == 0 ? json_string(call->operation->order.number)
	                                : json_incref(json_object_get(call->notes, exchange->key));
	exchange_ask(exchange, call->connection, value, request);
	return true;
}

static enum tool_says
order_take(struct tool_call *call, const struct exchange *exchange, json_t *answer, struct why *why)
{
	bool ok = exchange->read(call, answer, why);
	json_decref(answer);
	if (!ok) {
		why_prefix(why, "%s", exchange->call);
		return tool_concludes(call, OUTCOME_CONTRADICTION);
	}
	if (call->step + 1 < (int)COUNT(exchanges))
		return TOOL_NEXT;
	return tool_concludes(call, OUTCOME_DONE);
}

/* No such order is an answer.  But what the order itself named must be there. */
static enum tool_says
order_missing(struct tool_call *call, const struct exchange *exchange, struct why *why)
{
	if (call->step == 0) {
		call->facts.kind = FACTS_ORDER;
		return tool_concludes(call, OUTCOME_DONE);
	}
	why_set(why, "%s: Omie no longer knows the %s that ConsultarPedido named", exchange->call,
	        exchange->key);
	return tool_concludes(call, OUTCOME_CONTRADICTION);
}

static enum tool_says
order_answer(struct tool_call *call, const struct http_response *response, struct why *why)
{
	const struct exchange *exchange = &exchanges[call->step];
	struct reply reply = reply_read(exchange, call->connection, response, why);
	switch (reply.verdict) {
	case VERDICT_ANSWERED:
		return order_take(call, exchange, reply.json, why);
	case VERDICT_NOT_REGISTERED:
		return order_missing(call, exchange, why);
	case VERDICT_LATER:
		call->retry_after_ms = reply.wait_ms;
		return tool_concludes(call, OUTCOME_RETRY);
	case VERDICT_REFUSED:
		return tool_concludes(call, OUTCOME_REFUSED);
	}
	ensure(!"a verdict outside the enum");
	return tool_concludes(call, OUTCOME_UNKNOWN);
}

/* --- the probe ------------------------------------------------------------------------------- */

/* Asks for an order that does not exist: that Omie says so proves that it took the key. */
static bool
omie_probe_ask(const struct connection *connection, struct http_request *request, struct why *why)
{
	(void)why;
	exchange_ask(&exchanges[0], connection, json_string("0"), request);
	return true;
}

static enum outcome
omie_probe_answer(const struct connection *connection, const struct http_response *response,
                  struct why *why)
{
	struct reply reply = reply_read(&exchanges[0], connection, response, why);
	json_decref(reply.json);
	switch (reply.verdict) {
	case VERDICT_ANSWERED:
	case VERDICT_NOT_REGISTERED:
		return OUTCOME_DONE;
	case VERDICT_LATER:
		return OUTCOME_RETRY;
	case VERDICT_REFUSED:
		return OUTCOME_REFUSED;
	}
	ensure(!"a verdict outside the enum");
	return OUTCOME_UNKNOWN;
}

static const struct tool_operation omie_operations[] = {
	{ OPERATION_LEDGER_ORDER, order_ask, order_answer },
};

static const struct secret_key omie_secrets[] = { { "app_key", true }, { "app_secret", true } };

const struct tool tool_omie = {
	.name = "omie",
	.duty = DUTY_LEDGER,
	.base_url = "https://app.omie.com.br",
	.operations = omie_operations,
	.operation_count = COUNT(omie_operations),
	.secrets = omie_secrets,
	.secret_count = COUNT(omie_secrets),
	.tells_roles_apart = false,
	.at_once = 1, /* some methods allow no more, and ten errors block the key (section 9) */
	.probe_ask = omie_probe_ask,
	.probe_answer = omie_probe_answer,
};
