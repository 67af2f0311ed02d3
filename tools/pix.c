/*
 * Pix: gives a received Pix back, and reads what became of it (pix.md).
 *
 *	operation          requests                              scopes
 *	pay.payment        GET /cob/{txid}, where there is       cob.read
 *	                   none GET /cobv/{txid} (with a due     cobv.read
 *	                   date), then GET /pix/{e2eid}          pix.read
 *	pay.refund         PUT /pix/{e2eid}/devolucao/{id}       pix.write
 *	pay.refund_status  GET /pix/{e2eid}/devolucao/{id}       pix.read
 *
 * The e2eid alone says where the money goes.  No key, account or name is an input of
 * this API (section 1), and none is known here.
 *
 * Four rules, because the institutions answer in many dialects:
 *
 *   1. Only a parsed Devolucao with our id and our amount makes a refund DONE.  No error
 *      code makes it REFUSED: the same id sent again is answered 200, 201, 400 or 409,
 *      so a 400 may also mean "made already" (section 5).  Everything else is UNKNOWN,
 *      and pay.refund_status finds out.
 *   2. A read says "no" only in the API's own voice: 404 with JSON or nothing in it, or
 *      Efí's 400 with a name for it.  A page of HTML, whatever its number, is a gateway
 *      and can't know; it is RETRY.
 *   3. A refund that can't be read makes its whole payment unreadable: a sum that leaves
 *      one out would give the money back twice.  But a text that we only quote (a foreign
 *      id, a reason) is cut at an ellipsis rather than stop the shop.  No id of ours is
 *      that long or holds an ellipsis, so a cut one is never taken for ours.
 *   4. Missing and null are the same, new words are not errors (sections 1 and 9).
 *
 * A token is asked for the role of its connection, so one client that serves both roles
 * still reads with a token for reading.  An institution that refuses a scope it does not
 * know, instead of granting less, is given the credential's own `scopes`.  A read token
 * that was granted any `.write` is refused (section 13); an institution that does not say
 * what it granted is believed.
 *
 * There is no probe: the token is the proof.  Every read of the API needs the name of
 * something or a list of payments, which some institutions don't serve (section 9).
 */
#include "tools/pix.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/money.h"
#include "base/text.h"
#include "tools/tool.h"

enum {
	WORDS_SIZE = 200,           /* what we quote of an error, within WHY_SIZE */
	SCOPE_QUOTE_SIZE = 120,     /* what we quote of a granted scope, the same */
	EXCERPT_SIZE_MIN = 8,       /* less room holds no word worth reading */
	TOKEN_SECONDS_USUAL = 3600, /* when expires_in is missing; Efí's, section 9 */
	TOKEN_SECONDS_MARGIN = 60   /* a token that ends on its way makes a refund UNKNOWN */
};

/* --- the bank's words ---------------------------------------------------------------------- */

/* Copies `from`; what does not fit is cut between characters and ends in an ellipsis. */
static void
excerpt(char *to, size_t size, const char *from)
{
	static const char mark[] = "…";
	ensure(size >= EXCERPT_SIZE_MIN);
	if (text_copy(to, size, from))
		return;
	size_t length = size - sizeof(mark);
	while (length > 0 && ((unsigned char)from[length] & 0xc0) == 0x80)
		length--;
	memcpy(to, from, length);
	memcpy(to + length, mark, sizeof(mark));
}

/* The text under `path`, "" when there is none. */
static void
excerpt_of(const json_t *object, const char *path, char *to, size_t size)
{
	const char *text = json_string_value(json_at(object, path));
	excerpt(to, size, text == NULL ? "" : text);
}

/* Where an error keeps its words, in each dialect.  The values that a violation quotes are left
 * where they are: they may be anything. */
static const struct words_place {
	const char *list; /* a list of objects; NULL for the answer itself */
	const char *field;
} words_places[] = {
	/* The standard: section 3, Problema. */
	{ NULL, "title" },
	{ NULL, "detail" },
	{ "violacoes", "razao" },
	/* Efí, Banco do Brasil, PagBank: section 9. */
	{ NULL, "nome" },
	{ NULL, "mensagem" },
	{ "erros", "codigo" },
	{ "erros", "mensagem" },
	{ "error_messages", "code" },
	{ "error_messages", "description" },
	/* OAuth2: RFC 6749, section 5.2. */
	{ NULL, "error" },
	{ NULL, "error_description" },
};

/* An error may repeat what it was sent. */
static bool
quotes_secret(const struct connection *connection, const char *text)
{
	const char *secret = connection_secret(connection, "client_secret");
	const char *token = connection->access_token;
	return (secret[0] != '\0' && strstr(text, secret) != NULL) ||
	       (token != NULL && token[0] != '\0' && strstr(text, token) != NULL);
}

/* Adds the words of one field after what is there. */
static void
words_add(const struct connection *connection, const json_t *object, const char *field, char *words)
{
	char number[24] = "";
	const json_t *value = json_object_get(object, field);
	const char *text = json_string_value(value);
	size_t used = strlen(words), separator = used > 0 ? strlen(" - ") : 0;
	if (json_is_integer(value)) {
		text_format(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		            json_integer_value(value));
		text = number;
	}
	if (text == NULL || text[0] == '\0' || quotes_secret(connection, text) ||
	    used + separator + EXCERPT_SIZE_MIN > WORDS_SIZE)
		return;
	memcpy(words + used, " - ", separator);
	excerpt(words + used + separator, WORDS_SIZE - used - separator, text);
}

static void
words_of(const struct connection *connection, const json_t *object, char *words)
{
	size_t i;
	json_t *entry;
	words[0] = '\0';
	for (size_t p = 0; p < sizeof(words_places) / sizeof(words_places[0]); p++) {
		const struct words_place *place = &words_places[p];
		if (place->list == NULL)
			words_add(connection, object, place->field, words);
		json_array_foreach (json_object_get(object, place->list), i, entry)
			words_add(connection, entry, place->field, words);
	}
}

/* Parses the answer and leaves in `said`, whatever it is, one line about it: "HTTP 400: Devolução
 * inválida. - id já utilizado".  NULL when it is not an object; the caller frees it. */
static json_t *
answer_object(const struct connection *connection, const struct http_response *response,
              struct why *said)
{
	char words[WORDS_SIZE];
	json_t *object = tool_object(response, said);
	if (object == NULL)
		return NULL;
	words_of(connection, object, words);
	why_set(said, "HTTP %d%s%s", response->status, words[0] == '\0' ? "" : ": ", words);
	return object;
}

/* --- the token ----------------------------------------------------------------------------- */

static const char *
scopes_asked(const struct connection *connection)
{
	const char *given = connection_secret(connection, "scopes");
	if (given[0] != '\0')
		return given;
	switch (connection->role) {
	case ROLE_READ:
		return "pix.read cob.read cobv.read";
	case ROLE_WRITE:
		return "pix.write";
	}
	ensure(!"a role outside the enum");
	return "";
}

/* As a form writes it: '+' is a space.  A scope is letters and points (section 1). */
static bool
add_scopes(struct buffer *body, const char *scopes)
{
	for (; *scopes != '\0'; scopes++) {
		bool letter =
			(*scopes >= 'a' && *scopes <= 'z') || (*scopes >= 'A' && *scopes <= 'Z');
		if (!letter && strchr(" ._-", *scopes) == NULL)
			return false;
		buffer_add(body, *scopes == ' ' ? "+" : scopes, 1);
	}
	return true;
}

static bool
token_ask(const struct connection *connection, struct http_request *request, struct why *why)
{
	static const char *const needed[] = { "token_url", "client_id", "client_secret" };
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		size_t length = strlen(connection_secret(connection, needed[i]));
		if (length == 0 || length > SECRET_BYTES_MAX)
			return why_set(why, "the credential's %s is missing or over %d bytes",
			               needed[i], SECRET_BYTES_MAX);
	}
	request->method = HTTP_POST;
	buffer_add_text(&request->url, connection_secret(connection, "token_url"));
	http_header_add_basic(&request->headers, connection_secret(connection, "client_id"),
	                      connection_secret(connection, "client_secret"));
	http_header_add(&request->headers, "Content-Type", "application/x-www-form-urlencoded");
	buffer_add_text(&request->body, "grant_type=client_credentials&scope=");
	return add_scopes(&request->body, scopes_asked(connection)) ||
	       why_set(why, "the credential's scopes are words like pix.read, and spaces");
}

/* Section 13.  Looked for as a piece of text, so that no separator can hide it. */
static enum outcome
scope_judge(enum role role, const char *scope, struct why *why)
{
	char granted[SCOPE_QUOTE_SIZE];
	excerpt(granted, sizeof(granted), scope);
	switch (role) {
	case ROLE_READ:
		if (strstr(scope, ".write") == NULL)
			return OUTCOME_DONE;
		why_set(why,
		        "the read credential may also write: it was granted %s; give one "
		        "whose application has pix.read, cob.read and cobv.read only",
		        granted);
		return OUTCOME_REFUSED;
	case ROLE_WRITE:
		if (scope[0] == '\0' || strstr(scope, "pix.write") != NULL)
			return OUTCOME_DONE;
		why_set(why,
		        "the write credential may not refund: it was granted %s; add "
		        "pix.write to its application",
		        granted);
		return OUTCOME_REFUSED;
	}
	ensure(!"a role outside the enum");
	return OUTCOME_REFUSED;
}

/* It becomes part of a header: RFC 6750 has visible ASCII only. */
static bool
token_is_visible(const char *token)
{
	for (const char *at = token; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	return token[0] != '\0';
}

/* Whole seconds, as a number or as a text that holds one; the usual time when it is not said.  What
 * can't be read is 0: a token of unknown life is not kept for an hour. */
static int64_t
token_seconds(const json_t *object)
{
	const json_t *value = json_object_get(object, "expires_in");
	const char *text = json_string_value(value);
	double number = json_number_value(value);
	if (value == NULL || json_is_null(value))
		return TOKEN_SECONDS_USUAL;
	if (text != NULL) {
		size_t digits = strspn(text, "0123456789");
		number = digits > 0 && digits < 10 && text[digits] == '\0' ? strtod(text, NULL) : 0;
	}
	return number >= 1 && number < TOKEN_SECONDS_MAX ? (int64_t)number
	       : number >= 1                             ? TOKEN_SECONDS_MAX
	                                                 : 0;
}

static enum outcome
token_read(const struct connection *connection, const json_t *object, struct access_token *token,
           struct why *why)
{
	int64_t seconds = token_seconds(object);
	const json_t *scope = json_object_get(object, "scope");
	if (!json_get_text(object, "access_token", token->text, sizeof(token->text), why))
		return OUTCOME_RETRY;
	if (!token_is_visible(token->text) || seconds < 1) {
		why_set(why, "the access token is malformed or has expired already");
		return OUTCOME_RETRY;
	}
	token->scope[0] = '\0';
	if (scope != NULL && !json_is_null(scope) &&
	    !json_get_text(object, "scope", token->scope, sizeof(token->scope), why))
		return OUTCOME_RETRY; /* it may hold a `.write` that we can't see */
	int64_t margin = seconds / 2 < TOKEN_SECONDS_MARGIN ? seconds / 2 : TOKEN_SECONDS_MARGIN;
	token->lasts_ms = (seconds - margin) * SECOND_MS;
	return scope_judge(connection->role, token->scope, why);
}

/* 400 and 403 need the server's own voice; a 401 means the credential whoever says it. */
static enum outcome
token_failed(const struct connection *connection, const struct http_response *response,
             const json_t *object, struct why *why)
{
	char words[WORDS_SIZE];
	int status = response->status;
	words_of(connection, object, words);
	if (status == 401 || (object != NULL && (status == 400 || status == 403))) {
		why_set(why,
		        "no token: HTTP %d%s%s; check client_id, client_secret, the "
		        "certificate and that the application has the scopes %s, or give those "
		        "it has as scopes",
		        status, words[0] == '\0' ? "" : ": ", words, scopes_asked(connection));
		return OUTCOME_REFUSED;
	}
	why_set(why, "no token: HTTP %d%s%s%s; check token_url if this stays", status,
	        words[0] == '\0' ? "" : ": ", words, object == NULL ? " without JSON" : "");
	return OUTCOME_RETRY;
}

/* What makes the answer unreadable is not told, unlike elsewhere: the parser would quote it, and it
 * may be a piece of the token. */
static enum outcome
token_answer(const struct connection *connection, const struct http_response *response,
             struct access_token *token, struct why *why)
{
	json_t *object = tool_object(response, NULL);
	bool granted = object != NULL && response->status / 100 == 2;
	enum outcome outcome = granted ? token_read(connection, object, token, why)
	                               : token_failed(connection, response, object, why);
	json_decref(object);
	return outcome;
}

/* --- requests ------------------------------------------------------------------------------ */

static void
begin(const struct tool_call *call, struct http_request *request, enum http_method method,
      const char *path)
{
	struct buffer bearer;
	ensure(call->connection->access_token != NULL);
	tool_begin(request, call->connection, method, "", path);
	buffer_init(&bearer, sizeof("Bearer ") + sizeof(((struct access_token *)0)->text));
	buffer_add_format(&bearer, "Bearer %s", call->connection->access_token);
	ensure(!bearer.failed);
	http_header_add(&request->headers, "Authorization", buffer_text(&bearer));
	buffer_free(&bearer);
}

static bool
is_e2eid(const char *text)
{
	return strlen(text) == E2EID_SIZE - 1 && text_is_alphanumeric(text, E2EID_SIZE - 1);
}

/* PUT or GET /pix/{e2eid}/devolucao/{id}. */
static bool
begin_refund(const struct tool_call *call, struct http_request *request, enum http_method method,
             const char *e2eid, const char *id, struct why *why)
{
	char path[128];
	if (!is_e2eid(e2eid))
		return why_set(why, "the payment's e2eid does not have 32 letters and digits");
	if (!text_is_alphanumeric(id, REFUND_ID_SIZE - 1))
		return why_set(why, "the refund's id does not have 1 to 35 letters and digits");
	ensure(text_format(path, sizeof(path), "/pix/%s/devolucao/%s", e2eid, id));
	begin(call, request, method, path);
	return true;
}

/* --- reads --------------------------------------------------------------------------------- */

/* Seconds in Retry-After, up to a day or so; 0 when it is missing or a date. */
static int64_t
retry_after_ms(const struct http_response *response)
{
	const char *text = http_header(&response->headers, "Retry-After");
	int64_t seconds = 0;
	if (text == NULL || strlen(text) > 5)
		return 0;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		seconds = seconds * 10 + (*text - '0');
	}
	return seconds * SECOND_MS;
}

/* Rule 2.  Efí says 400 where the standard says 404 (section 9). */
static bool
says_not_found(const struct http_response *response, const json_t *object)
{
	char name[40];
	if (response->status == 404)
		return object != NULL || response->body.length == 0;
	json_maybe_text(object, "nome", name, sizeof(name));
	return response->status == 400 && (text_equal(name, "pix_nao_encontrado") ||
	                                   text_equal(name, "devolucao_nao_encontrada"));
}

/* A read that was not answered with the thing, nor with "there is none". */
static enum outcome
read_failed(struct tool_call *call, const struct http_response *response, const json_t *object,
            const struct why *said, struct why *why)
{
	int status = response->status;
	bool will_stay = object != NULL && status / 100 == 4 && status != 401 && status != 408 &&
	                 status != 429;
	const char *advice = "";
	if (status == 401)
		advice = "; the token is not accepted, a new one is needed";
	if (status == 403 && will_stay)
		advice = "; the read credential needs the scopes pix.read, cob.read and cobv.read";
	why_set(why, "%s%s", said->text, advice);
	if (will_stay)
		return OUTCOME_REFUSED;
	call->retry_after_ms = retry_after_ms(response);
	return OUTCOME_RETRY;
}

/* DONE: `found` is what the bank has under that name, the caller's to free; NULL when it says that
 * there is none.  Otherwise the outcome, with `why`. */
static enum outcome
read_judge(struct tool_call *call, const struct http_response *response, json_t **found,
           struct why *why)
{
	struct why said = { "" };
	json_t *object = answer_object(call->connection, response, &said);
	*found = NULL;
	if (response->status == 200 && object != NULL) {
		*found = object;
		return OUTCOME_DONE;
	}
	enum outcome outcome = OUTCOME_DONE;
	if (!says_not_found(response, object))
		outcome = read_failed(call, response, object, &said, why);
	json_decref(object);
	return outcome;
}

static bool
read_amount(const json_t *object, int64_t *cents, struct why *why)
{
	char text[MONEY_TEXT_SIZE];
	if (!json_get_text(object, "valor", text, sizeof(text), why))
		return false;
	return money_parse(text, cents) || why_set(why, "field valor is not like 99.90");
}

/* 0 when it is missing or no instant: the case decides what it can do without. */
static int64_t
read_instant(const json_t *object, const char *path)
{
	char text[64];
	int64_t at_ms = 0;
	json_maybe_text(object, path, text, sizeof(text));
	return instant_parse(text, &at_ms) ? at_ms : 0;
}

/* One Devolucao (section 3).  Only id and valor must be there; see rule 3 for what is cut. */
static bool
read_refund(const json_t *object, struct refund_facts *refund, struct why *why)
{
	char status[32];
	*refund = (struct refund_facts){ .exists = true };
	excerpt_of(object, "id", refund->id, sizeof(refund->id));
	if (refund->id[0] == '\0')
		return why_set(why, "field id is missing");
	if (!read_amount(object, &refund->amount_cents, why))
		return false;
	json_maybe_text(object, "status", status, sizeof(status));
	refund->status = refund_status_parse(status);
	excerpt_of(object, "rtrId", refund->rtrid, sizeof(refund->rtrid));
	excerpt_of(object, "natureza", refund->nature, sizeof(refund->nature));
	excerpt_of(object, "motivo", refund->motive, sizeof(refund->motive));
	refund->requested_ms = read_instant(object, "horario.solicitacao");
	refund->settled_ms = read_instant(object, "horario.liquidacao");
	return true;
}

/* --- pay.payment --------------------------------------------------------------------------- */

/*
 * A txid may also have 32 letters and digits and begin with E.  An e2eid is known by the minute in
 * its middle: `E`, 8 letters or digits of the bank, yyyyMMddHHmm in UTC, 11 more (section 3).  A
 * random txid in capitals has that once in a hundred million; it would be looked for as an e2eid,
 * not be found, and land with a person.  It can't lead to another payment.
 */
static bool
looks_like_e2eid(const char *reference, int64_t now_ms)
{
	char minute[INSTANT_TEXT_SIZE];
	int64_t at_ms;
	const char *at = reference + 9;
	if (!is_e2eid(reference) || reference[0] != 'E')
		return false;
	ensure(text_format(minute, sizeof(minute), "%.4s-%.2s-%.2sT%.2s:%.2s:00Z", at, at + 4,
	                   at + 6, at + 8, at + 10));
	return instant_parse(minute, &at_ms) && at_ms <= now_ms + DAY_MS;
}

/* The e2eid to be read now; "" while the charge has to be asked for it. */
static const char *
e2eid_wanted(const struct tool_call *call)
{
	const char *reference = call->operation->payment.reference;
	if (call->step > 0)
		return call->facts.payment.e2eid;
	return looks_like_e2eid(reference, call->now_ms) ? reference : "";
}

/* A charge with a due date has a txid like any other and stands under another name (section 2). */
static const char due_note[] = "due_charge";

static const char *
charge_path(const struct tool_call *call)
{
	return json_maybe_true(call->notes, due_note) ? "/cobv/" : "/cob/";
}

/* There is no such charge among the immediate ones: the others are asked too. */
static enum tool_says
charge_absent(struct tool_call *call)
{
	if (json_maybe_true(call->notes, due_note)) {
		call->facts = (struct facts){ .kind = FACTS_PAYMENT };
		return tool_concludes(call, OUTCOME_DONE);
	}
	json_object_set_new(call->notes, due_note, json_true());
	return TOOL_NEXT;
}

static bool
payment_ask(const struct tool_call *call, struct http_request *request, struct why *why)
{
	char path[64];
	const char *reference = call->operation->payment.reference;
	const char *e2eid = e2eid_wanted(call);
	if (!text_is_alphanumeric(reference, TXID_SIZE - 1))
		return why_set(why, "the order's payment reference is neither a txid nor an "
		                    "e2eid: those have at most 35 letters and digits");
	bool by_txid = e2eid[0] == '\0';
	ensure(text_format(path, sizeof(path), "%s%s", by_txid ? charge_path(call) : "/pix/",
	                   by_txid ? reference : e2eid));
	begin(call, request, HTTP_GET, path);
	return true;
}

static enum tool_says
payment_absent(struct tool_call *call)
{
	call->facts = (struct facts){ .kind = FACTS_PAYMENT };
	return tool_concludes(call, OUTCOME_DONE);
}

/* A charge that names no Pix: unpaid, or an answer that can't be. */
static enum tool_says
charge_unpaid(struct tool_call *call, const json_t *charge, struct why *why)
{
	char status[40];
	json_maybe_text(charge, "status", status, sizeof(status));
	if (text_equal(status, "ATIVA") || text_starts_with(status, "REMOVIDA_"))
		return payment_absent(call);
	if (text_equal(status, "CONCLUIDA")) {
		why_set(why, "the charge is CONCLUIDA but names no Pix that paid it");
		return tool_concludes(call, OUTCOME_CONTRADICTION);
	}
	why_set(why, "HTTP 200 with neither a Pix nor a known charge status");
	return tool_concludes(call, OUTCOME_RETRY);
}

static enum tool_says
charge_read(struct tool_call *call, const json_t *charge, struct why *why)
{
	const char *txid = json_string_value(json_object_get(charge, "txid"));
	const json_t *list = json_object_get(charge, "pix");
	char *e2eid = call->facts.payment.e2eid;
	if (txid != NULL && !text_equal(txid, call->operation->payment.reference)) {
		why_set(why, "the bank answered with another charge than the one asked for");
		return tool_concludes(call, OUTCOME_CONTRADICTION);
	}
	if (json_array_size(list) == 0)
		return charge_unpaid(call, charge, why);
	if (json_array_size(list) > 1) {
		why_set(why,
		        "the charge was paid by %zu Pix: which one to give back is for a "
		        "person",
		        json_array_size(list));
		return tool_concludes(call, OUTCOME_CONTRADICTION);
	}
	call->facts = (struct facts){ .kind = FACTS_PAYMENT };
	json_maybe_text(json_array_get(list, 0), "endToEndId", e2eid, E2EID_SIZE);
	if (!is_e2eid(e2eid)) {
		why_set(why, "HTTP 200 with a charge whose endToEndId is missing or malformed");
		return tool_concludes(call, OUTCOME_RETRY);
	}
	return TOOL_NEXT;
}

/* A list; missing or null when there is none; one refund alone in an example of the standard
 * (section 11). */
static bool
read_refunds(const json_t *list, struct payment_facts *payment, struct why *why)
{
	size_t count = json_is_array(list) ? json_array_size(list) : 1;
	if (list == NULL || json_is_null(list))
		return true;
	for (size_t i = 0; i < count; i++) {
		const json_t *entry = json_is_array(list) ? json_array_get(list, i) : list;
		if (!read_refund(entry, &payment->refunds[i], why))
			return why_prefix(why, "devolucoes[%zu]", i);
	}
	payment->refund_count = (int64_t)count;
	return true;
}

static bool
read_payment(const json_t *pix, struct payment_facts *payment, struct why *why)
{
	*payment = (struct payment_facts){ .exists = true };
	excerpt_of(pix, "txid", payment->txid, sizeof(payment->txid));
	payment->paid_ms = read_instant(pix, "horario");
	return json_get_text(pix, "endToEndId", payment->e2eid, sizeof(payment->e2eid), why) &&
	       read_amount(pix, &payment->amount_cents, why) &&
	       read_refunds(json_object_get(pix, "devolucoes"), payment, why);
}

static enum tool_says
payment_read(struct tool_call *call, const json_t *pix, struct why *why)
{
	struct payment_facts payment;
	size_t refunds = json_array_size(json_object_get(pix, "devolucoes"));
	if (refunds > PAYMENT_REFUNDS_MAX) {
		why_set(why, "the payment has %zu refunds, more than %d: a person has to look",
		        refunds, PAYMENT_REFUNDS_MAX);
		return tool_concludes(call, OUTCOME_CONTRADICTION);
	}
	if (!read_payment(pix, &payment, why)) {
		why_prefix(why, "HTTP 200 with a Pix that can't be read");
		return tool_concludes(call, OUTCOME_RETRY);
	}
	bool other_e2eid = !text_equal(payment.e2eid, e2eid_wanted(call));
	bool other_txid = call->step > 0 && payment.txid[0] != '\0' &&
	                  !text_equal(payment.txid, call->operation->payment.reference);
	if (other_e2eid || other_txid) {
		why_set(why, "the bank answered with a Pix of another %s than the one asked for",
		        other_e2eid ? "endToEndId" : "txid");
		return tool_concludes(call, OUTCOME_CONTRADICTION);
	}
	call->facts = (struct facts){ .kind = FACTS_PAYMENT, .payment = payment };
	return tool_concludes(call, OUTCOME_DONE);
}

static enum tool_says
payment_answer(struct tool_call *call, const struct http_response *response, struct why *why)
{
	json_t *found;
	enum outcome outcome = read_judge(call, response, &found, why);
	if (outcome != OUTCOME_DONE)
		return tool_concludes(call, outcome);
	bool by_txid = e2eid_wanted(call)[0] == '\0';
	if (found == NULL && by_txid)
		return charge_absent(call);
	if (found == NULL && call->step > 0) { /* its own charge has just named it */
		why_set(why, "HTTP %d: the Pix that the charge names is not found yet",
		        response->status);
		return tool_concludes(call, OUTCOME_RETRY);
	}
	if (found == NULL)
		return payment_absent(call);
	enum tool_says says =
		by_txid ? charge_read(call, found, why) : payment_read(call, found, why);
	json_decref(found);
	return says;
}

/* --- pay.refund ---------------------------------------------------------------------------- */

static bool
refund_ask(const struct tool_call *call, struct http_request *request, struct why *why)
{
	const struct refund_request *refund = &call->operation->refund;
	char amount[MONEY_TEXT_SIZE];
	if (refund->amount_cents < 1 || refund->amount_cents > MONEY_CENTS_MAX)
		return why_set(why, "a refund needs an amount from 0.01 to 9999999999.99");
	if (!text_is_utf8(refund->description, strlen(refund->description)))
		return why_set(why, "the refund's description is not UTF-8");
	if (!begin_refund(call, request, HTTP_PUT, refund->e2eid, refund->id, why))
		return false;
	money_print(amount, refund->amount_cents);
	tool_body(request, json_pack("{s:s, s:s, s:s}", "valor", amount, "natureza", "ORIGINAL",
	                             "descricao", refund->description));
	return true;
}

/* The answer's refund against the one asked for: rule 1. */
static enum outcome
refund_compare(const struct refund_request *asked, const struct refund_facts *refund,
               struct why *why)
{
	char amount[MONEY_TEXT_SIZE], asked_amount[MONEY_TEXT_SIZE];
	if (!text_equal(refund->id, asked->id)) {
		why_set(why, "the bank accepted a refund under another id than ours");
		return OUTCOME_CONTRADICTION;
	}
	if (refund->amount_cents != asked->amount_cents) {
		money_print(amount, refund->amount_cents);
		money_print(asked_amount, asked->amount_cents);
		why_set(why, "the bank has the refund at %s, %s was asked", amount, asked_amount);
		return OUTCOME_CONTRADICTION;
	}
	return OUTCOME_DONE;
}

static enum tool_says
refund_answer(struct tool_call *call, const struct http_response *response, struct why *why)
{
	struct why said = { "" }, cause = { "" };
	struct refund_facts refund;
	int status = response->status;
	json_t *object = answer_object(call->connection, response, &said);
	bool accepted = object != NULL && (status == 200 || status == 201 || status == 202);
	bool readable = accepted && read_refund(object, &refund, &cause);
	json_decref(object);
	if (!readable) {
		why_set(why, "%s%s%s; whether the refund was made has to be asked", said.text,
		        accepted ? ": " : "", cause.text);
		return tool_concludes(call, OUTCOME_UNKNOWN);
	}
	enum outcome outcome = refund_compare(&call->operation->refund, &refund, why);
	if (outcome == OUTCOME_DONE)
		call->facts = (struct facts){ .kind = FACTS_REFUND, .refund = refund };
	return tool_concludes(call, outcome);
}

/* --- pay.refund_status --------------------------------------------------------------------- */

static bool
refund_status_ask(const struct tool_call *call, struct http_request *request, struct why *why)
{
	const struct refund_query *query = &call->operation->refund_status;
	return begin_refund(call, request, HTTP_GET, query->e2eid, query->id, why);
}

static enum tool_says
refund_status_answer(struct tool_call *call, const struct http_response *response, struct why *why)
{
	json_t *found;
	struct refund_facts refund = { .exists = false };
	enum outcome outcome = read_judge(call, response, &found, why);
	if (outcome != OUTCOME_DONE)
		return tool_concludes(call, outcome);
	bool readable = found == NULL || read_refund(found, &refund, why);
	json_decref(found);
	if (!readable) {
		why_prefix(why, "HTTP 200 with a refund that can't be read");
		return tool_concludes(call, OUTCOME_RETRY);
	}
	if (refund.exists && !text_equal(refund.id, call->operation->refund_status.id)) {
		why_set(why, "the bank answered with another refund than the one asked for");
		return tool_concludes(call, OUTCOME_CONTRADICTION);
	}
	call->facts = (struct facts){ .kind = FACTS_REFUND, .refund = refund };
	return tool_concludes(call, OUTCOME_DONE);
}

/* --- the row ------------------------------------------------------------------------------- */

static const struct tool_operation pix_operations[] = {
	{ OPERATION_PAY_PAYMENT, payment_ask, payment_answer },
	{ OPERATION_PAY_REFUND, refund_ask, refund_answer },
	{ OPERATION_PAY_REFUND_STATUS, refund_status_ask, refund_status_answer },
};

static const struct secret_key pix_secrets[] = {
	{ "psp", false }, /* which institution, where it differs from the standard */
	{ "token_url", true },  { "client_id", true }, { "client_secret", true },
	{ "cert_file", false },                      /* PEM, for mTLS */
	{ "key_file", false },  { "scopes", false }, /* to ask a token for, where the usual ones are refused */
};

const struct tool tool_pix = {
	.name = "pix",
	.duty = DUTY_PAY,
	.base_url = NULL,
	.operations = pix_operations,
	.operation_count = sizeof(pix_operations) / sizeof(pix_operations[0]),
	.secrets = pix_secrets,
	.secret_count = sizeof(pix_secrets) / sizeof(pix_secrets[0]),
	.tells_roles_apart = true,
	.token_ask = token_ask,
	.token_answer = token_answer,
	.probe_ask = NULL,
	.probe_answer = NULL,
};
