/*
 * Focus NFe: it takes a note as JSON, signs it, and has it authorised by the tax
 * authority (fiscal.md sections 2 to 6).
 *
 *	INVOICE_ISSUE   POST /v2/nfe?ref=REF           the order for a return note (focus_note.c)
 *	INVOICE_NOTE    GET  /v2/nfe/REF?completa=1    what became of it, and what is in it
 *	probe           GET  /v2/nfe/(a ref that is never used)
 *
 * What is easy to get wrong here:
 *
 *   1. Accepted is not authorised.  DONE to the POST means that Focus took the order;
 *      only the read proves a note, and it proves it with the authority's protocol.
 *   2. `ref` is the idempotency key: one ref never gives two notes.  "Already
 *      authorised" and "in process" are 422s that mean "read it", so they are UNKNOWN.
 *   3. The environment is what the protocol says.  Focus' paths say "development"
 *      even in production.
 */
#include "tools/focus.h"

#include <string.h>

#include "base/access_key.h"
#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/money.h"
#include "base/text.h"
#include "tools/focus_note.h"
#include "tools/tool.h"

enum {
	NUMBER_BYTES_MAX = 32, /* of a number that is written as text */
	AUTHORITY_STATUS_SIZE = sizeof(((struct note_facts *)0)->authority_status)
};

/* --- asking for a note ------------------------------------------------------------------------- */

static void
add_credential(struct http_request *request, const struct connection *connection)
{
	http_header_add_basic(&request->headers, connection_secret(connection, "token"), "");
}

static bool
issue_ask(const struct tool_call *call, struct http_request *request, struct why *why)
{
	const struct note_request *note = &call->operation->note;
	if (!focus_note_is_sound(note, call->shop, why))
		return false;
	tool_begin(request, call->connection, HTTP_POST, "/v2", "/nfe?ref=");
	http_url_add_encoded(&request->url, note->ref);
	add_credential(request, call->connection);
	http_header_add(&request->headers, "Content-Type", "application/json");
	buffer_reset(&request->body);
	focus_note_write(&request->body, note, call->shop);
	return true;
}

/* --- errors ----------------------------------------------------------------------------------- */

/* What an answer that is no note means (fiscal.md section 6.3).  Without a `code` the HTTP status
 * says it alone. */
struct error_row {
	int status;
	const char *code;
	enum outcome outcome;
	const char *words;
};

static const struct error_row issue_errors[] = {
	{ 400, "requisicao_invalida", OUTCOME_REFUSED, "the note is not as the issuer wants it" },
	{ 400, "empresa_nao_habilitada", OUTCOME_REFUSED, "the shop is not enabled at the issuer" },
	{ 400, "certificado_vencido", OUTCOME_REFUSED, "the shop's certificate has expired" },
	{ 401, NULL, OUTCOME_REFUSED, "the token is not accepted" }, /* with an HTML page */
	{ 403, "permissao_negada", OUTCOME_REFUSED, "the token is for another issuing CNPJ" },
	{ 404, "nao_encontrado", OUTCOME_REFUSED, "there is no issuer behind this base_url" },
	{ 415, NULL, OUTCOME_REFUSED, "the note was not read as JSON" },
	{ 422, "erro_validacao_schema", OUTCOME_REFUSED, "the note is not as its schema wants it" },
	{ 422, "nfe_autorizada", OUTCOME_UNKNOWN, "there is an authorised note under this ref" },
	{ 422, "em_processamento", OUTCOME_UNKNOWN, "there is a note in process under this ref" },
	{ 429, NULL, OUTCOME_RETRY, "too many calls in this minute" }, /* turned away unread */
	{ 0, NULL, OUTCOME_UNKNOWN, "an answer that says neither yes nor no" },
};

static const struct error_row read_errors[] = {
	{ 401, NULL, OUTCOME_REFUSED, "the token is not accepted" },
	{ 403, NULL, OUTCOME_REFUSED, "the token may not read this note" },
	{ 429, NULL, OUTCOME_RETRY, "too many calls in this minute" },
	{ 0, NULL, OUTCOME_RETRY, "the issuer can't be read now" },
};

/* The row of an answer; the last row, of status 0, is every other answer's. */
static const struct error_row *
error_row(const struct error_row *row, int status, const char *code)
{
	for (; row->status != 0; row++)
		if (row->status == status && (row->code == NULL || text_equal(row->code, code)))
			return row;
	return row;
}

/* The issuer's words may quote the value that it did not like: a name, a document, a postal code.
 * What stands in quotes and runs of five digits or more are starred. */
static void
hide_values(char *text)
{
	char quote = '\0';
	for (char *at = text; *at != '\0'; at++) {
		size_t digits = strspn(at, "0123456789");
		if (*at == quote) {
			quote = '\0';
		} else if (quote != '\0') {
			*at = '*';
		} else if (*at == '\'' || *at == '"') {
			quote = *at;
		} else if (digits > 0) {
			if (digits >= 5)
				memset(at, '*', digits);
			at += digits - 1;
		}
	}
}

/* An answer may repeat what it was sent, and `why` is logged. */
static void
hide_token(const struct connection *connection, const struct http_response *response,
           struct why *why)
{
	const char *token = connection_secret(connection, "token");
	bool repeated = token[0] != '\0' && (strstr(why->text, token) != NULL ||
	                                     strstr(buffer_text(&response->body), token) != NULL);
	if (!repeated || why->text[0] == '\0')
		return;
	why->text[0] = '\0';
	why_set(why, "HTTP %d with an answer that repeats the token and is not quoted",
	        response->status);
}

/* Says "the token is not accepted: HTTP 401 ..." and gives the outcome. */
static enum outcome
judge_error(const struct error_row *rows, const struct connection *connection,
            const struct http_response *response, struct why *why)
{
	struct why said = { "" };
	json_auto_t *object = tool_object(response, &said);
	const struct error_row *row =
		error_row(rows, response->status, json_text_at(object, "codigo"));
	const json_t *first = json_array_get(json_object_get(object, "erros"), 0);
	if (object != NULL)
		why_set(&said, "HTTP %d %s, %s%s%s %s", response->status,
		        json_text_at(object, "codigo"), json_text_at(object, "mensagem"),
		        first == NULL ? "" : "; ", json_text_at(first, "campo"),
		        json_text_at(first, "mensagem"));
	hide_token(connection, response, &said);
	hide_values(said.text);
	why_set(why, "%s: %s", row->words, said.text);
	return row->outcome;
}

/* Rate-Limit-Reset: seconds until the minute's credits come back (fiscal.md section 6.1). */
static int64_t
reset_ms(const struct http_response *response)
{
	const char *at = http_header(&response->headers, "Rate-Limit-Reset");
	int64_t seconds = 0;
	for (; at != NULL && *at >= '0' && *at <= '9' && seconds < 3600; at++)
		seconds = seconds * 10 + (*at - '0');
	return (seconds < 3600 ? seconds : 3600) * SECOND_MS;
}

static enum tool_says
concludes_error(struct tool_call *call, const struct error_row *rows,
                const struct http_response *response, struct why *why)
{
	enum outcome outcome = judge_error(rows, call->connection, response, why);
	if (response->status == 429)
		call->retry_after_ms = reset_ms(response);
	return tool_concludes(call, outcome);
}

/* --- what the issuer says of a note ----------------------------------------------------------- */

/* "NFe" and the key, or the key alone; `key` is empty when there is none.  False when what is there
 * is no access key. */
static bool
read_key(const json_t *object, const char *name, char *key)
{
	const char *text = json_text_at(object, name);
	key[0] = '\0';
	if (text_starts_with(text, "NFe"))
		text += 3;
	return text[0] == '\0' ||
	       (access_key_is_valid(text) && text_copy(key, ACCESS_KEY_SIZE, text));
}

/* UNKNOWN when this does not speak of a note at all.  A message that is too long for us is left
 * out: its code says the same. */
static enum outcome
read_note(const json_t *object, const char *ref, struct note_facts *note, struct why *why)
{
	char status[32];
	if (!json_get_text(object, "ref", note->ref, sizeof(note->ref), why) ||
	    !json_get_text(object, "status", status, sizeof(status), why))
		return OUTCOME_UNKNOWN;
	note->exists = true;
	note->status = note_status_parse(status);
	json_maybe_text_or_integer(object, "status_sefaz", note->authority_status,
	                           sizeof(note->authority_status));
	json_maybe_text(object, "mensagem_sefaz", note->authority_message,
	                sizeof(note->authority_message));
	json_maybe_text_or_integer(object, "numero", note->number, sizeof(note->number));
	json_maybe_text_or_integer(object, "serie", note->series, sizeof(note->series));
	if (text_equal(note->ref, ref) && read_key(object, "chave_nfe", note->access_key))
		return OUTCOME_DONE;
	why_set(why,
	        "the note %s was asked about; the answer is about %s with the access key \"%s\"",
	        ref, note->ref, json_text_at(object, "chave_nfe"));
	return OUTCOME_CONTRADICTION;
}

static enum outcome
judge_accepted(const json_t *object, const struct note_request *asked, struct note_facts *note,
               struct why *why)
{
	char issuer[ACCESS_KEY_ISSUER_SIZE];
	enum outcome outcome = read_note(object, asked->ref, note, why);
	if (outcome != OUTCOME_DONE)
		return outcome;
	access_key_issuer(asked->sale_access_key, issuer);
	const char *told = json_text_at(object, "cnpj_emitente");
	bool padded =
		focus_issuer_cpf(issuer) != NULL && text_equal(told, focus_issuer_cpf(issuer));
	if (told[0] != '\0' && !padded && !text_equal(told, issuer)) {
		why_set(why, "the note was taken for the issuer %s, the sale is of %s", told,
		        issuer);
		return OUTCOME_CONTRADICTION;
	}
	if (note->status == NOTE_UNRECOGNISED) {
		why_set(why, "the note was taken with the status \"%s\", which is not known here",
		        json_text_at(object, "status"));
		return OUTCOME_UNKNOWN;
	}
	return OUTCOME_DONE;
}

/* Every 2xx means that Focus took the order (fiscal.md section 6.1); its status is told on. */
static enum tool_says
issue_answer(struct tool_call *call, const struct http_response *response, struct why *why)
{
	struct note_facts note = { 0 };
	if (response->status < 200 || response->status > 299)
		return concludes_error(call, issue_errors, response, why);
	json_auto_t *object = tool_object(response, why);
	if (object == NULL)
		return tool_concludes(call, OUTCOME_UNKNOWN);
	enum outcome outcome = judge_accepted(object, &call->operation->note, &note, why);
	hide_token(call->connection, response, why);
	if (outcome == OUTCOME_DONE)
		call->facts = (struct facts){ .kind = FACTS_NOTE, .note = note };
	return tool_concludes(call, outcome);
}

/* --- the authority's protocol ----------------------------------------------------------------- */

static bool
is_one_of(const char *text, const char *const *list)
{
	for (; *list != NULL; list++)
		if (text_equal(*list, text))
			return true;
	return false;
}

/* fiscal.md section 4 */
static const char *const authorising[] = { "100", "150", NULL };
static const char *const cancelling[] = { "101", "151", "135", "155", NULL };

/* A protocol's cStat, as text or as a number; "" when there is none that can be read. */
static const char *
authority_status(const json_t *protocol, char status[AUTHORITY_STATUS_SIZE])
{
	json_maybe_text_or_integer(protocol, "status", status, AUTHORITY_STATUS_SIZE);
	return status;
}

static void
take_authority_words(const json_t *protocol, struct note_facts *note)
{
	authority_status(protocol, note->authority_status);
	json_maybe_text(protocol, "motivo", note->authority_message,
	                sizeof(note->authority_message));
}

/* A note that is called authorised must have a protocol that authorises it, and none that cancels
 * it.  Its code is the protocol's: the one beside `status` becomes 135 with a mere correction
 * letter, which authorises and cancels nothing (fiscal.md section 6.4).  Without a protocol that can
 * be read the note has no code at all: the gate then takes it for not yet proved. */
static bool
check_authorised(const json_t *object, struct note_facts *note, struct why *why)
{
	const json_t *protocol = json_object_get(object, "protocolo_nota_fiscal");
	const json_t *cancelled = json_object_get(object, "protocolo_cancelamento");
	char status[AUTHORITY_STATUS_SIZE];
	bool cancel_is_told = cancelled != NULL && !json_is_null(cancelled);
	if (is_one_of(authority_status(cancelled, status), cancelling)) {
		note->status = NOTE_CANCELLED;
		take_authority_words(cancelled, note);
		return true;
	}
	if (cancel_is_told && status[0] == '\0')
		protocol = NULL;
	take_authority_words(protocol, note);
	authority_status(protocol, status);
	return status[0] == '\0' || is_one_of(status, authorising) ||
	       why_set(why, "the note is called autorizado, but its protocol says %s", status);
}

static bool
read_protocol(const json_t *object, struct note_facts *note, struct why *why)
{
	const json_t *protocol = json_object_get(object, "protocolo_nota_fiscal");
	char key[ACCESS_KEY_SIZE], environment[8];
	json_maybe_text_or_integer(protocol, "numero_protocolo", note->protocol,
	                           sizeof(note->protocol));
	json_maybe_text_or_integer(protocol, "ambiente", environment, sizeof(environment));
	note->in_production = text_equal(environment, "1");
	note->environment_known = note->in_production || text_equal(environment, "2");
	if (!read_key(protocol, "chave_nfe", key) ||
	    (key[0] != '\0' && note->access_key[0] != '\0' && !text_equal(key, note->access_key)))
		return why_set(why, "the protocol is for the access key \"%s\", the note has %s",
		               json_text_at(protocol, "chave_nfe"), note->access_key);
	return note->status != NOTE_AUTHORISED || check_authorised(object, note, why);
}

/* --- the content that was authorised ---------------------------------------------------------- */

static bool
is_given(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	return value != NULL && !json_is_null(value);
}

/* A number, or a text that holds one: what we sent as 99.90 comes back as "99.90". */
static bool
number_at(const json_t *object, const char *name, double *number)
{
	const json_t *value = json_object_get(object, name);
	json_auto_t *inside = NULL;
	if (json_is_string(value))
		value = inside = json_parse(json_string_value(value), json_string_length(value),
		                            NUMBER_BYTES_MAX, NULL);
	*number = json_number_value(value);
	return json_is_number(value);
}

static bool
integer_at(const json_t *object, const char *name, int64_t *integer)
{
	double number;
	return number_at(object, name, &number) && money_scaled_from_number(number, 0, integer);
}

static bool
cents_at(const json_t *object, const char *name, int64_t *cents)
{
	double number;
	return number_at(object, name, &number) && money_from_number(number, cents);
}

/* What an item adds to the total of its note. */
static bool
item_cents(const json_t *item, int64_t *cents)
{
	static const struct {
		const char *name;
		int sign;
	} parts[] = { { "valor_desconto", -1 },
		      { "valor_frete", 1 },
		      { "valor_outras_despesas", 1 } };
	if (!cents_at(item, "valor_bruto", cents))
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int64_t part = 0;
		if (is_given(item, parts[i].name) && !cents_at(item, parts[i].name, &part))
			return false;
		*cents += parts[i].sign * part;
	}
	return true;
}

static bool
total_cents(const json_t *request, const json_t *items, int64_t *total)
{
	size_t index;
	json_t *item;
	if (is_given(request, "valor_total"))
		return cents_at(request, "valor_total", total);
	*total = 0;
	json_array_foreach (items, index, item) {
		int64_t cents;
		if (!item_cents(item, &cents))
			return false;
		*total += cents;
	}
	return true;
}

/* The one access key that every item refers to; "" when they differ, or one refers to none. */
static void
common_reference(const json_t *items, char *key)
{
	size_t index;
	json_t *item;
	char other[ACCESS_KEY_SIZE];
	read_key(json_array_get(items, 0), "chave_acesso_dfe_referenciado", key);
	json_array_foreach (items, index, item) {
		read_key(item, "chave_acesso_dfe_referenciado", other);
		if (!text_equal(key, other))
			key[0] = '\0';
	}
}

/* All of it or nothing: `content_known` says that every field after it was read.  What comes back
 * is told as it stands in the XML: values are text, and our `items` are `itens`. */
static void
read_content(const json_t *request, struct note_facts *note)
{
	int64_t type, purpose, total;
	const json_t *items = json_object_get(request, "itens");
	if (items == NULL)
		items = json_object_get(request, "items");
	size_t count = json_array_size(items);
	if (count == 0 || count > NOTE_ITEMS_MAX || !integer_at(request, "tipo_documento", &type) ||
	    !integer_at(request, "finalidade_emissao", &purpose) ||
	    !total_cents(request, items, &total))
		return;
	note->content_known = true;
	note->is_entry = type == 0;
	note->purpose = purpose;
	note->total_cents = total;
	note->item_count = (int64_t)count;
	common_reference(items, note->sale_access_key);
}

/* --- reading a note back ---------------------------------------------------------------------- */

static bool
note_ask(const struct tool_call *call, struct http_request *request, struct why *why)
{
	(void)why;
	tool_begin(request, call->connection, HTTP_GET, "/v2", "/nfe/");
	http_url_add_encoded(&request->url, call->operation->note_status.ref);
	buffer_add_text(&request->url, "?completa=1");
	add_credential(request, call->connection);
	return true;
}

static bool
is_not_found(const struct http_response *response)
{
	json_auto_t *object = tool_object(response, NULL);
	return response->status == 404 &&
	       text_equal(json_text_at(object, "codigo"), "nao_encontrado");
}

/* When the authority was down, Focus may have sent the note a second time, under another number,
 * and cancels the first as soon as it hears of it.  Until then there may be two notes, and which of
 * them stays is not said (fiscal.md section 6.4). */
static bool
earlier_attempt_is_open(const json_t *object, struct why *why)
{
	static const char *const unsettled[] = { "autorizado", "processando_autorizacao", NULL };
	const char *status = json_text_at(json_object_get(object, "tentativa_anterior"), "status");
	if (!is_one_of(status, unsettled))
		return false;
	why_set(why, "an earlier attempt at this note is still %s: which note stays is not settled",
	        status);
	return true;
}

static enum outcome
judge_note(const json_t *object, const char *ref, struct note_facts *note, struct why *why)
{
	enum outcome outcome = read_note(object, ref, note, why);
	if (outcome == OUTCOME_UNKNOWN ||
	    (outcome == OUTCOME_DONE && earlier_attempt_is_open(object, why)))
		return OUTCOME_RETRY;
	if (outcome != OUTCOME_DONE)
		return outcome;
	if (!read_protocol(object, note, why))
		return OUTCOME_CONTRADICTION;
	read_content(json_object_get(object, "requisicao_nota_fiscal"), note);
	return OUTCOME_DONE;
}

static enum tool_says
note_answer(struct tool_call *call, const struct http_response *response, struct why *why)
{
	const char *ref = call->operation->note_status.ref;
	struct note_facts note = { 0 };
	if (is_not_found(response)) {
		ensure(text_copy(note.ref, sizeof(note.ref), ref));
		call->facts = (struct facts){ .kind = FACTS_NOTE, .note = note };
		return tool_concludes(call, OUTCOME_DONE);
	}
	if (response->status != 200)
		return concludes_error(call, read_errors, response, why);
	json_auto_t *object = tool_object(response, why);
	if (object == NULL)
		return tool_concludes(call, OUTCOME_RETRY);
	enum outcome outcome = judge_note(object, ref, &note, why);
	hide_token(call->connection, response, why);
	if (outcome == OUTCOME_DONE)
		call->facts = (struct facts){ .kind = FACTS_NOTE, .note = note };
	return tool_concludes(call, outcome);
}

/* --- the probe -------------------------------------------------------------------------------- */

/* Our refs are hexadecimal, so this one belongs to no note of ours. */
static bool
focus_probe_ask(const struct connection *connection, struct http_request *request, struct why *why)
{
	(void)why;
	tool_begin(request, connection, HTTP_GET, "/v2", "/nfe/estornoprobe");
	add_credential(request, connection);
	return true;
}

static enum outcome
focus_probe_answer(const struct connection *connection, const struct http_response *response,
                   struct why *why)
{
	return is_not_found(response) ? OUTCOME_DONE
	                              : judge_error(read_errors, connection, response, why);
}

/* --- the tool --------------------------------------------------------------------------------- */

static const struct tool_operation focus_operations[] = {
	{ OPERATION_INVOICE_ISSUE, issue_ask, issue_answer },
	{ OPERATION_INVOICE_NOTE, note_ask, note_answer },
};

static const struct secret_key focus_secrets[] = { { "token", true } };

const struct tool tool_focus = {
	.name = "focus",
	.duty = DUTY_INVOICE,
	.base_url = "https://api.focusnfe.com.br",
	.operations = focus_operations,
	.operation_count = sizeof(focus_operations) / sizeof(focus_operations[0]),
	.secrets = focus_secrets,
	.secret_count = sizeof(focus_secrets) / sizeof(focus_secrets[0]),
	.tells_roles_apart = false,
	.probe_ask = focus_probe_ask,
	.probe_answer = focus_probe_answer,
};
