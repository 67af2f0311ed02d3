/*
 * Focus NFe: it takes a note as JSON, signs it, and has it authorised by the tax
 * authority (fiscal.md sections 2 to 6).
 *
 *	INVOICE_ISSUE   POST /v2/nfe?ref=REF           the order for a return note
 *	INVOICE_NOTE    GET  /v2/nfe/REF?completa=1    what became of it, and what is in it
 *	probe           GET  /v2/nfe/(a ref that is never used)
 *
 * What is easy to get wrong here:
 *
 *   1. Accepted is not authorised.  DONE to the POST means that Focus took the order;
 *      only the read proves a note, and it proves it with the authority's protocol.
 *   2. `ref` is the idempotency key: one ref never gives two notes.  "Already
 *      authorised" and "in process" are 422s that mean "read it", so they are UNKNOWN.
 *   3. The note mirrors the sale.  We compute no tax; what we have no sure words for
 *      (a CFOP without a known inverse, a sale abroad, sums that do not match) or too
 *      little (a product without its NCM, a buyer without an address) is refused before
 *      anything leaves, because the refund that comes before the note can't be undone.
 *   4. Each item refers to its item of the sale, and the header refers to nothing:
 *      the authority rejects a return that does otherwise.
 *   5. Amounts are printed from integers.  19.90 must not leave as 19.899999999999999
 *      (receipts.md section 6).
 *   6. The environment is what the protocol says.  Focus' paths say "development"
 *      even in production.
 */
#include "tools/focus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/access_key.h"
#include "base/document.h"
#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/money.h"
#include "base/text.h"
#include "tools/tool.h"

enum {
	NCM_DIGITS = 8,
	POSTAL_DIGITS = 8,
	NUMBER_BYTES_MAX = 32, /* of a number that is written as text */
	AUTHORITY_STATUS_SIZE = sizeof(((struct note_facts *)0)->authority_status)
};

/* --- JSON with exact numbers ------------------------------------------------------------------ */

/* Starts the next entry of the object or list that is open: its comma and, in an object, a name. */
static void
entry(struct buffer *body, const char *name)
{
	const char *text = buffer_text(body);
	size_t length = body->length;
	if (length > 0 && text[length - 1] != '{' && text[length - 1] != '[')
		buffer_add_text(body, ",");
	if (name != NULL)
		buffer_add_format(body, "\"%s\":", name);
}

static void
begin(struct buffer *body, const char *name, const char *bracket)
{
	entry(body, name);
	buffer_add_text(body, bracket);
}

/* Nothing when `value` is empty: Focus takes an empty text for a wrong one. */
static void
add_text(struct buffer *body, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	json_auto_t *string = json_string(value);
	char *quoted = json_text(string);
	entry(body, name);
	buffer_add_text(body, quoted);
	free(quoted);
}

static void
add_integer(struct buffer *body, const char *name, int64_t value)
{
	entry(body, name);
	buffer_add_format(body, "%" PRId64, value);
}

/* 24952500 with 6 decimals is 24.9525; zeros at the end go, down to `least` decimals. */
static void
add_decimal(struct buffer *body, const char *name, int64_t scaled, int decimals, int least)
{
	int64_t one = 1;
	ensure(scaled >= 0);
	for (int i = 0; i < decimals; i++)
		one *= 10;
	for (; decimals > least && scaled % 10 == 0; decimals--) {
		scaled /= 10;
		one /= 10;
	}
	add_integer(body, name, scaled / one);
	if (decimals > 0)
		buffer_add_format(body, ".%0*" PRId64, decimals, scaled % one);
}

/* --- the note we ask for ---------------------------------------------------------------------- */

/* Under which CFOP goods come back that were sold under another (fiscal.md section 2). */
static const struct {
	const char *sold, *returned;
} return_cfops[] = {
	{ "5101", "1201" }, { "5102", "1202" }, { "5401", "1410" }, { "5403", "1411" },
	{ "5405", "1411" }, { "6101", "2201" }, { "6102", "2202" }, { "6107", "2201" },
	{ "6108", "2202" }, { "6401", "2410" }, { "6403", "2411" }, { "6404", "2411" },
};

/* NULL when there is no sure answer. */
static const char *
return_cfop(const char *sold)
{
	for (size_t i = 0; i < sizeof(return_cfops) / sizeof(return_cfops[0]); i++)
		if (text_equal(return_cfops[i].sold, sold))
			return return_cfops[i].returned;
	return NULL;
}

/* What an item costs before its discount, and whether that and the total are one price.  The
 * authority allows the same centavo between a product's value and quantity times price. */
static bool
price_is_sound(const struct order_item *item, struct why *why)
{
	const int64_t one_cent = 100 * 1000 * 1000; /* in ten-thousandths of millionths of a real */
	int64_t quantity = item->quantity_e4, price = item->unit_price_e6;
	if (quantity <= 0 || price < 0 || (price > 0 && quantity > (INT64_MAX - one_cent) / price))
		return why_set(why, "no possible quantity or price");
	if (item->total_cents < 0 || item->total_cents > MONEY_CENTS_MAX)
		return why_set(why, "no possible total");
	int64_t gross_cents = (quantity * price + one_cent / 2) / one_cent;
	if (item->discount_cents < 0 || item->discount_cents > gross_cents)
		return why_set(why, "no possible discount");
	int64_t difference = gross_cents - item->discount_cents - item->total_cents;
	return (difference >= -1 && difference <= 1) ||
	       why_set(why,
	               "quantity times price is %" PRId64 " centavos, less a discount of %" PRId64
	               ", and the total %" PRId64 ": a person issues this note",
	               gross_cents, item->discount_cents, item->total_cents);
}

/* What the authority wants to know of every product. */
static bool
product_is_sound(const struct order_item *item, struct why *why)
{
	if (item->code[0] == '\0' || item->description[0] == '\0' || item->unit[0] == '\0')
		return why_set(why, "the product has no code, no description or no unit");
	if (strlen(item->ncm) != NCM_DIGITS || strspn(item->ncm, "0123456789") != NCM_DIGITS)
		return why_set(why, "the product's NCM \"%s\" does not have 8 digits", item->ncm);
	return true;
}

static bool
item_is_sound(const struct order_item *item, struct why *why)
{
	if (item->number < 1 || item->number > NOTE_ITEMS_MAX)
		return why_set(why, "a line of the sale note is 1 to %d", NOTE_ITEMS_MAX);
	if (item->cfop[0] == '7')
		return why_set(why, "sold abroad (CFOP %s): a person issues this note", item->cfop);
	if (return_cfop(item->cfop) == NULL)
		return why_set(why,
		               "sold under CFOP \"%s\", whose inverse is not known: "
		               "a person issues this note",
		               item->cfop);
	return product_is_sound(item, why) && price_is_sound(item, why);
}

/* Against the items before it: a note goes to one place, and a line of the sale comes back once. */
static bool
item_fits(const struct note_request *note, int64_t at, struct why *why)
{
	const struct order_item *item = &note->items[at];
	if (item->cfop[0] != note->items[0].cfop[0])
		return why_set(why,
		               "sold under CFOP %s, and the first item under %s: a person "
		               "issues this note",
		               item->cfop, note->items[0].cfop);
	for (int64_t i = 0; i < at; i++)
		if (note->items[i].number == item->number)
			return why_set(why, "returned twice in one note");
	return true;
}

static bool
items_are_sound(const struct note_request *note, struct why *why)
{
	int64_t sum = 0;
	for (int64_t i = 0; i < note->item_count; i++) {
		const struct order_item *item = &note->items[i];
		if (!item_is_sound(item, why) || !item_fits(note, i, why))
			return why_prefix(why, "item %" PRId64, item->number);
		sum += item->total_cents;
	}
	if (note->item_count == 0 || sum != note->total_cents)
		return why_set(why,
		               "the items add up to %" PRId64 " centavos, the note to %" PRId64,
		               sum, note->total_cents);
	return true;
}

/* The CPF of an issuer that is a person; NULL when it is none. */
static const char *
issuer_cpf(const char *issuer)
{
	const char *cpf = issuer + 3;
	return text_starts_with(issuer, "000") && document_is_cpf(cpf) ? cpf : NULL;
}

/* Without the values, which are the customer's. */
static bool
buyer_is_sound(const struct buyer *buyer, struct why *why)
{
	const struct {
		const char *value, *word;
	} needed[] = { { buyer->name, "name" },
		       { buyer->street, "street" },
		       { buyer->street_number, "number" },
		       { buyer->district, "district" },
		       { buyer->city, "city" } };
	if (!document_is_cpf(buyer->document) && !document_is_cnpj(buyer->document))
		return why_set(why,
		               "the order names no CPF or CNPJ of the buyer, or a wrong one: a "
		               "person decides to whom the note is addressed");
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (needed[i].value[0] == '\0')
			return why_set(why, "the buyer's address has no %s", needed[i].word);
	if (strlen(buyer->state) != 2 || strspn(buyer->state, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
		return why_set(why, "the buyer's address has no state of two capital letters");
	if (buyer->postal_code[0] != '\0' &&
	    (strlen(buyer->postal_code) != POSTAL_DIGITS ||
	     strspn(buyer->postal_code, "0123456789") != POSTAL_DIGITS))
		return why_set(why, "the buyer's postal code does not have 8 digits");
	return true;
}

/* Who sold, by the sale's key: a company, or a person behind three zeros (fiscal.md section 5).  What
 * fits both, or neither, is nobody's. */
static bool
issuer_is_sound(const char *issuer, struct why *why)
{
	bool company = document_is_cnpj(issuer);
	bool person = issuer_cpf(issuer) != NULL;
	return company != person ||
	       why_set(why, "the sale note's access key does not tell whether a company or a "
	                    "person sold: a person issues this note");
}

static bool
note_is_sound(const struct note_request *note, const struct shop *shop, struct why *why)
{
	char issuer[ACCESS_KEY_ISSUER_SIZE];
	if (!access_key_is_valid(note->sale_access_key))
		return why_set(why, "the sale note's access key \"%s\" is not a valid one",
		               note->sale_access_key);
	access_key_issuer(note->sale_access_key, issuer);
	if (strlen(shop->icms_origin) != 1 || strchr("01234567", shop->icms_origin[0]) == NULL)
		return why_set(why, "the ICMS origin \"%s\" in the settings is not 0 to 7",
		               shop->icms_origin);
	return issuer_is_sound(issuer, why) && buyer_is_sound(&note->buyer, why) &&
	       items_are_sound(note, why);
}

/* fiscal.md section 3: an entry (0) that is a return (4), to a final consumer (1) who was not
 * present (9), with no freight (9). */
static void
write_head(struct buffer *body, const struct note_request *note, const struct shop *shop)
{
	char issued[INSTANT_TEXT_SIZE], issuer[ACCESS_KEY_ISSUER_SIZE];
	instant_print_sao_paulo(issued, note->issued_ms);
	access_key_issuer(note->sale_access_key, issuer);
	add_text(body, "natureza_operacao", shop->note_nature);
	add_text(body, "data_emissao", issued);
	add_integer(body, "tipo_documento", 0);
	add_integer(body, "finalidade_emissao", 4);
	add_integer(body, "local_destino", note->items[0].cfop[0] == '5' ? 1 : 2);
	add_integer(body, "consumidor_final", 1);
	add_integer(body, "presenca_comprador", 9);
	add_integer(body, "modalidade_frete", 9);
	const char *cpf = issuer_cpf(issuer);
	add_text(body, cpf != NULL ? "cpf_emitente" : "cnpj_emitente", cpf != NULL ? cpf : issuer);
	add_integer(body, "regime_tributario_emitente", shop->tax_regime);
}

/* The e-mail stays out: Focus would write to the customer before anything is verified. */
static void
write_buyer(struct buffer *body, const struct buyer *buyer)
{
	bool person = strlen(buyer->document) == 11;
	add_text(body, person ? "cpf_destinatario" : "cnpj_destinatario", buyer->document);
	add_text(body, "nome_destinatario", buyer->name);
	add_integer(body, "indicador_inscricao_estadual_destinatario", 9); /* not a taxpayer */
	add_text(body, "logradouro_destinatario", buyer->street);
	add_text(body, "numero_destinatario", buyer->street_number);
	add_text(body, "complemento_destinatario", buyer->complement);
	add_text(body, "bairro_destinatario", buyer->district);
	add_text(body, "municipio_destinatario", buyer->city);
	add_text(body, "uf_destinatario", buyer->state);
	add_text(body, "cep_destinatario", buyer->postal_code);
}

static void
write_item(struct buffer *body, const struct note_request *note, const struct shop *shop,
           int64_t at)
{
	const struct order_item *item = &note->items[at];
	char number[24];
	text_format(number, sizeof(number), "%" PRId64, item->number);
	begin(body, NULL, "{");
	add_integer(body, "numero_item", at + 1);
	add_text(body, "codigo_produto", item->code);
	add_text(body, "descricao", item->description);
	add_text(body, "cfop", return_cfop(item->cfop));
	add_text(body, "codigo_ncm", item->ncm);
	add_text(body, "unidade_comercial", item->unit);
	add_decimal(body, "quantidade_comercial", item->quantity_e4, 4, 0);
	add_decimal(body, "valor_unitario_comercial", item->unit_price_e6, 6, 2);
	add_decimal(body, "valor_bruto", item->total_cents + item->discount_cents, 2, 2);
	if (item->discount_cents > 0)
		add_decimal(body, "valor_desconto", item->discount_cents, 2, 2);
	add_integer(body, "inclui_no_total", 1);
	add_integer(body, "icms_origem", shop->icms_origin[0] - '0');
	add_text(body, "icms_situacao_tributaria", shop->icms_situation);
	add_text(body, "pis_situacao_tributaria", shop->pis_situation);
	add_text(body, "cofins_situacao_tributaria", shop->cofins_situation);
	add_text(body, "chave_acesso_dfe_referenciado", note->sale_access_key);
	add_text(body, "numero_item_dfe_referenciado", number);
	buffer_add_text(body, "}");
}

static void
write_note(struct buffer *body, const struct note_request *note, const struct shop *shop)
{
	begin(body, NULL, "{");
	write_head(body, note, shop);
	write_buyer(body, &note->buyer);
	begin(body, "items", "[");
	for (int64_t i = 0; i < note->item_count; i++)
		write_item(body, note, shop, i);
	buffer_add_text(body, "]");
	begin(body, "formas_pagamento", "[{"); /* a return is not paid: rejection 871 otherwise */
	add_text(body, "forma_pagamento", "90");
	add_integer(body, "valor_pagamento", 0);
	buffer_add_text(body, "}]}");
	ensure(!body->failed); /* ORDER_ITEMS_MAX items fit many times over */
}

static void
add_credential(struct http_request *request, const struct connection *connection)
{
	http_header_add_basic(&request->headers, connection_secret(connection, "token"), "");
}

static bool
issue_ask(const struct tool_call *call, struct http_request *request, struct why *why)
{
	const struct note_request *note = &call->operation->note;
	if (!note_is_sound(note, call->shop, why))
		return false;
	tool_begin(request, call->connection, HTTP_POST, "/v2", "/nfe?ref=");
	http_url_add_encoded(&request->url, note->ref);
	add_credential(request, call->connection);
	http_header_add(&request->headers, "Content-Type", "application/json");
	buffer_reset(&request->body);
	write_note(&request->body, note, call->shop);
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

static const char *
text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text == NULL ? "" : text;
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
	const struct error_row *row = error_row(rows, response->status, text_at(object, "codigo"));
	const json_t *first = json_array_get(json_object_get(object, "erros"), 0);
	if (object != NULL)
		why_set(&said, "HTTP %d %s, %s%s%s %s", response->status, text_at(object, "codigo"),
		        text_at(object, "mensagem"), first == NULL ? "" : "; ",
		        text_at(first, "campo"), text_at(first, "mensagem"));
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
	const char *text = text_at(object, name);
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
	        ref, note->ref, text_at(object, "chave_nfe"));
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
	const char *told = text_at(object, "cnpj_emitente");
	bool padded = issuer_cpf(issuer) != NULL && text_equal(told, issuer_cpf(issuer));
	if (told[0] != '\0' && !padded && !text_equal(told, issuer)) {
		why_set(why, "the note was taken for the issuer %s, the sale is of %s", told,
		        issuer);
		return OUTCOME_CONTRADICTION;
	}
	if (note->status == NOTE_UNRECOGNISED) {
		why_set(why, "the note was taken with the status \"%s\", which is not known here",
		        text_at(object, "status"));
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
		               text_at(protocol, "chave_nfe"), note->access_key);
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
	return response->status == 404 && text_equal(text_at(object, "codigo"), "nao_encontrado");
}

/* When the authority was down, Focus may have sent the note a second time, under another number,
 * and cancels the first as soon as it hears of it.  Until then there may be two notes, and which of
 * them stays is not said (fiscal.md section 6.4). */
static bool
earlier_attempt_is_open(const json_t *object, struct why *why)
{
	static const char *const unsettled[] = { "autorizado", "processando_autorizacao", NULL };
	const char *status = text_at(json_object_get(object, "tentativa_anterior"), "status");
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
