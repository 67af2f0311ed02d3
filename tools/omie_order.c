/*
 * Reading an order: three answers of Omie become the facts of one.
 *
 * What to know about Omie's answers:
 *
 *   - Empty texts and zeros are left out (seen in public integrations), so a missing amount of a line
 *     is zero.  Whether the order was billed or cancelled is always said, and must be.
 *   - `etapa`, `encerrado` and `bloqueado` belong to the shop's board and prove nothing about money
 *     or goods: not read.
 *   - A number may belong to several orders when one was split (`sequencial`), and ConsultarPedido
 *     answers one of them.  The bank's amount is what tells a part from the whole.
 *   - dadosBancarios.cChavePix is the buyer's key as somebody typed it.  It is never read: money
 *     goes back along the payment it came by, and the safest copy of a key is none.
 */
#include "tools/omie_order.h"

#include <inttypes.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/money.h"
#include "base/text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { CODE_SIZE = 128 /* of a means of payment, or of an nsu with a txid and some words */ };

const json_t *
omie_given_at(const json_t *from, const char *path)
{
	const json_t *value = json_at(from, path);
	return json_is_null(value) ? NULL : value;
}

/* --- reading: texts and amounts -------------------------------------------------------------- */

enum text_form {
	AS_WRITTEN,
	DIGITS,             /* "5.102" -> "5102" */
	LETTERS_AND_DIGITS, /* "123.456.789-09" -> "12345678909"; a CNPJ may hold letters */
	FIRST_OF_LIST,      /* "a@x.example, b@x.example" -> "a@x.example" */
	WITHOUT_STATE       /* "SAO PAULO (SP)" -> "SAO PAULO" */
};

struct text_field {
	const char *path;
	size_t offset, size;
	enum text_form form;
};

#define TEXT(record, member, path, form)                                                          \
	{                                                                                         \
		path, offsetof(struct record, member), sizeof(((struct record *)0)->member), form \
	}

static const struct text_field item_texts[] = {
	TEXT(order_item, code, "codigo", AS_WRITTEN),
	TEXT(order_item, description, "descricao", AS_WRITTEN),
	TEXT(order_item, ncm, "ncm", DIGITS),
	TEXT(order_item, cfop, "cfop", DIGITS),
	TEXT(order_item, unit, "unidade", AS_WRITTEN),
};

static const struct text_field buyer_texts[] = {
	TEXT(buyer, name, "razao_social", AS_WRITTEN),
	TEXT(buyer, document, "cnpj_cpf", LETTERS_AND_DIGITS),
	TEXT(buyer, email, "email", FIRST_OF_LIST),
	TEXT(buyer, street, "endereco", AS_WRITTEN),
	TEXT(buyer, street_number, "endereco_numero", AS_WRITTEN),
	TEXT(buyer, complement, "complemento", AS_WRITTEN),
	TEXT(buyer, district, "bairro", AS_WRITTEN),
	TEXT(buyer, city, "cidade", WITHOUT_STATE),
	TEXT(buyer, state, "estado", AS_WRITTEN),
	TEXT(buyer, postal_code, "cep", DIGITS),
};

static bool
put_text(char *to, size_t size, const char *text, enum text_form form)
{
	const char *state;
	switch (form) {
	case AS_WRITTEN:
		return text_copy(to, size, text);
	case DIGITS:
		return text_digits(to, size, text);
	case LETTERS_AND_DIGITS:
		return text_letters_and_digits(to, size, text);
	case FIRST_OF_LIST:
		text += strspn(text, " ");
		return text_format(to, size, "%.*s", (int)strcspn(text, ",; "), text);
	case WITHOUT_STATE:
		state = strstr(text, " (");
		return text_format(to, size, "%.*s",
		                   (int)(state != NULL ? (size_t)(state - text) : strlen(text)),
		                   text);
	}
	ensure(!"a text form outside the enum");
	return false;
}

/* Missing texts are empty ones. */
static bool
read_texts(const json_t *from, const struct text_field *fields, size_t count, void *to,
           struct why *why)
{
	char text[1024];
	for (size_t i = 0; i < count; i++) {
		const struct text_field *field = &fields[i];
		char *member = (char *)to + field->offset;
		if (!json_maybe_text_or_integer(from, field->path, text, sizeof(text)) ||
		    !put_text(member, field->size, text, field->form))
			return why_set(why, "field %s is longer than the %zu bytes it may have",
			               field->path, field->size - 1);
	}
	return true;
}

/* Zero when missing: Omie leaves zeros out. */
static bool
read_money(const json_t *from, const char *path, int64_t *cents, struct why *why)
{
	const json_t *value = omie_given_at(from, path);
	*cents = 0;
	if (value == NULL ||
	    (json_is_number(value) && money_from_number(json_number_value(value), cents)))
		return true;
	return why_set(why, "field %s is not a whole number of centavos", path);
}

static bool
read_scaled(const json_t *from, const char *path, unsigned decimals, int64_t *scaled,
            struct why *why)
{
	const json_t *value = omie_given_at(from, path);
	*scaled = 0;
	if (value == NULL || (json_is_number(value) &&
	                      money_scaled_from_number(json_number_value(value), decimals, scaled)))
		return true;
	return why_set(why, "field %s is not a number of at most %u decimals", path, decimals);
}

static bool
is_whole_number(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* "008421" and "8421" are one number; "8421-A" is only itself. */
static bool
same_number(const char *a, const char *b)
{
	if (text_equal(a, b))
		return true;
	return is_whole_number(a) && is_whole_number(b) &&
	       text_equal(a + strspn(a, "0"), b + strspn(b, "0"));
}

/* --- step 0: the order ----------------------------------------------------------------------- */

/* Whose answer this is, and the two ids that the next calls ask by. */
static bool
read_identity(struct tool_call *call, const json_t *order, struct why *why)
{
	struct order_facts *facts = &call->facts.order;
	const char *asked = call->operation->order.number;
	int64_t order_id, customer_id;
	json_maybe_text_or_integer(order, "cabecalho.numero_pedido", facts->number,
	                           sizeof(facts->number));
	if (!same_number(facts->number, asked))
		return why_set(why, "asked for order %s, answered about order \"%s\"", asked,
		               facts->number);
	if (!json_get_integer(order, "cabecalho.codigo_pedido", &order_id, why) ||
	    !json_get_integer(order, "cabecalho.codigo_cliente", &customer_id, why))
		return false;
	text_format(facts->ledger_id, sizeof(facts->ledger_id), "%" PRId64, order_id);
	json_object_set_new(call->notes, "codigo_pedido", json_integer(order_id));
	json_object_set_new(call->notes, "codigo_cliente_omie", json_integer(customer_id));
	return true;
}

/* S or N.  Only an optional one may be left out, and is N then. */
static bool
read_flag(const json_t *order, const char *path, bool optional, bool *flag, struct why *why)
{
	const json_t *value = omie_given_at(order, path);
	const char *text = value == NULL && optional ? "N" : json_string_value(value);
	*flag = text != NULL && text_equal(text, "S");
	if (text != NULL && (*flag || text_equal(text, "N")))
		return true;
	return why_set(why, "field %s says neither S nor N", path);
}

static bool
read_state(struct tool_call *call, const json_t *order, struct why *why)
{
	struct order_facts *facts = &call->facts.order;
	bool authorised;
	if (!read_flag(order, "infoCadastro.faturado", false, &facts->billed, why) ||
	    !read_flag(order, "infoCadastro.cancelado", false, &facts->cancelled, why) ||
	    !read_flag(order, "infoCadastro.devolvido", true, &facts->returned, why) ||
	    !read_flag(order, "infoCadastro.devolvido_parcial", true, &facts->partly_returned,
	               why) ||
	    !read_flag(order, "infoCadastro.autorizado", true, &authorised, why))
		return false;
	/* What is not said stays unsaid: then each note has to show its own protocol. */
	if (omie_given_at(order, "infoCadastro.autorizado") != NULL)
		json_object_set_new(call->notes, "autorizado", json_boolean(authorised));
	return true;
}

/* When it was entered, else when it was billed, else 0. */
static int64_t
ordered_at(const json_t *order)
{
	const json_t *record = json_object_get(order, "infoCadastro");
	int64_t at_ms = 0;
	if (!instant_parse_brazilian(json_text_at(record, "dInc"), json_text_at(record, "hInc"),
	                             &at_ms))
		instant_parse_brazilian(json_text_at(record, "dFat"), json_text_at(record, "hFat"),
		                        &at_ms);
	return at_ms;
}

static bool
read_total(struct order_facts *facts, const json_t *order, struct why *why)
{
	static const char path[] = "total_pedido.valor_total_pedido";
	if (!read_money(order, path, &facts->total_cents, why))
		return false;
	return facts->total_cents > 0 || why_set(why, "field %s is missing or zero", path);
}

/* --- step 0: how it was paid ----------------------------------------------------------------- */

/* A code, written as text or as a number; "" when it is missing or too long to be one. */
static void
read_code(const json_t *from, const char *key, char code[CODE_SIZE])
{
	json_maybe_text_or_integer(from, key, code, CODE_SIZE);
}

/* What every instalment says under `key`: its own value, else the order's default for all of them.
 * "" when they differ, when none says it and when there are no instalments.  One instalment may stand
 * alone, where a list would be (Omie's service is a translated SOAP one). */
static void
said_by_all_instalments(const json_t *order, const char *key, char common[CODE_SIZE])
{
	const json_t *given = json_at(order, "lista_parcelas.parcela");
	size_t count = json_is_object(given) ? 1 : json_array_size(given);
	char otherwise[CODE_SIZE], says[CODE_SIZE];
	read_code(json_object_get(order, "informacoes_adicionais"), key, otherwise);
	common[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		read_code(json_is_object(given) ? given : json_array_get(given, i), key, says);
		ensure(says[0] != '\0' || text_copy(says, CODE_SIZE, otherwise));
		if (i > 0 && !text_equal(common, says)) {
			common[0] = '\0';
			return;
		}
		ensure(text_copy(common, CODE_SIZE, says));
	}
}

/* The text in which this shop keeps the reference. */
static const char *
reference_text(const struct shop *shop, const json_t *order, const char *nsu)
{
	switch (shop->payment_reference) {
	case REFERENCE_IN_NSU:
		return nsu;
	case REFERENCE_IN_INTEGRATION_CODE:
		return json_text_at(order, "cabecalho.codigo_pedido_integracao");
	case REFERENCE_IN_OBSERVATION:
		return json_text_at(order, "observacoes.obs_venda");
	case REFERENCE_IN_CUSTOMER_ORDER_NUMBER:
		return json_text_at(order, "informacoes_adicionais.numero_pedido_cliente");
	}
	ensure(!"a place outside the enum");
	return "";
}

/* Takes the word at `text` when it has the form of a txid or an e2eid: a txid that a charge can be
 * asked by has 26 to 35 letters and digits, an e2eid 32 (pix.md sections 3 and 10).  Card numbers and
 * the shop's own codes are shorter. */
static bool
take_reference(const char *text, size_t length, char word[TXID_SIZE])
{
	return length >= 26 && text_format(word, TXID_SIZE, "%.*s", (int)length, text) &&
	       text_is_alphanumeric(word, TXID_SIZE - 1);
}

/* The one reference in `text`, standing as a word of its own; "" when there is none, or two.  Slashes
 * and dashes do not end a word: the tail of a link is no txid. */
static void
find_reference(const char *text, char reference[REFERENCE_SIZE])
{
	static const char between[] = " \t\r\n,;:.=|#()[]\"'";
	char word[TXID_SIZE];
	reference[0] = '\0';
	for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
		size_t length = strcspn(text, between);
		bool found = take_reference(text, length, word);
		text += length;
		if (!found || text_equal(word, reference))
			continue;
		if (reference[0] != '\0') {
			reference[0] = '\0';
			return;
		}
		text_copy(reference, REFERENCE_SIZE, word);
	}
}

/* Means of payment 17 is Pix (omie.md section 2).  An order paid otherwise has no Pix reference,
 * though the same field may hold a card's. */
static void
read_payment(struct tool_call *call, const json_t *order)
{
	struct order_facts *facts = &call->facts.order;
	char means[CODE_SIZE], nsu[CODE_SIZE];
	said_by_all_instalments(order, "meio_pagamento", means);
	said_by_all_instalments(order, "nsu", nsu);
	facts->paid_by_pix = text_equal(means, "17");
	if (facts->paid_by_pix)
		find_reference(reference_text(call->shop, order, nsu), facts->payment_reference);
}

/* --- step 0: the lines ----------------------------------------------------------------------- */

static bool
read_item(struct order_item *item, const json_t *product, struct why *why)
{
	if (!read_texts(product, item_texts, COUNT(item_texts), item, why) ||
	    !read_scaled(product, "quantidade", 4, &item->quantity_e4, why) ||
	    !read_scaled(product, "valor_unitario", 6, &item->unit_price_e6, why) ||
	    !read_money(product, "valor_desconto", &item->discount_cents, why) ||
	    !read_money(product, "valor_total", &item->total_cents, why))
		return false;
	return item->quantity_e4 > 0 || why_set(why, "field quantidade is missing or zero");
}

/* ConsultarPedido has no nItem.  A line's place is taken for it, which is right as long as the note was
 * made line by line; the sale note's XML is the source that would prove it. */
static bool
read_items(struct order_facts *facts, const json_t *order, struct why *why)
{
	const json_t *lines = json_object_get(order, "det");
	size_t count = json_array_size(lines);
	if (count < 1 || count > ORDER_ITEMS_MAX)
		return why_set(why, "an order of %zu lines, and 1 to %d can be handled", count,
		               ORDER_ITEMS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct order_item *item = &facts->items[i];
		item->number = (int64_t)i + 1;
		if (!read_item(item, json_at(json_array_get(lines, i), "produto"), why))
			return why_prefix(why, "line %zu", i + 1);
	}
	facts->item_count = (int64_t)count;
	return true;
}

bool
omie_read_order(struct tool_call *call, const json_t *answer, struct why *why)
{
	const json_t *order = json_at(answer, "pedido_venda_produto");
	struct order_facts *facts = &call->facts.order;
	memset(&call->facts, 0, sizeof(call->facts));
	call->facts.kind = FACTS_ORDER;
	if (!read_identity(call, order, why) || !read_state(call, order, why) ||
	    !read_total(facts, order, why) || !read_items(facts, order, why))
		return false;
	facts->ordered_ms = ordered_at(order);
	read_payment(call, order);
	facts->exists = true;
	return true;
}

/* --- step 1: the buyer ----------------------------------------------------------------------- */

/* Area code and number are free text.  What does not fit can't be a number: it is left out, and the
 * buyer has the document to prove it by. */
static void
read_phone(const json_t *customer, const char *area_path, const char *number_path,
           char phone[PHONE_TEXT_SIZE])
{
	char area[PHONE_TEXT_SIZE], digits[PHONE_TEXT_SIZE], number[PHONE_TEXT_SIZE];
	json_maybe_text_or_integer(customer, area_path, area, sizeof(area));
	json_maybe_text_or_integer(customer, number_path, number, sizeof(number));
	text_digits(digits, sizeof(digits), area);
	if (digits[0] == '\0' || number[0] == '\0')
		text_copy(phone, PHONE_TEXT_SIZE, number);
	else
		text_format(phone, PHONE_TEXT_SIZE, "(%s) %s", digits, number);
}

bool
omie_read_customer(struct tool_call *call, const json_t *answer, struct why *why)
{
	struct buyer *buyer = &call->facts.order.buyer;
	int64_t asked = json_maybe_integer(call->notes, "codigo_cliente_omie", 0);
	if (json_maybe_integer(answer, "codigo_cliente_omie", asked) != asked)
		return why_set(why, "asked for one customer, answered about another");
	read_phone(answer, "telefone1_ddd", "telefone1_numero", buyer->phones[0]);
	read_phone(answer, "telefone2_ddd", "telefone2_numero", buyer->phones[1]);
	return read_texts(answer, buyer_texts, COUNT(buyer_texts), buyer, why);
}

/* --- step 2: the total again, and the sale note ---------------------------------------------- */

/* Parts of the statuses of a note that is not, or no longer, good: Omie's words as capital letters
 * without accents, and the authority's cStat (fiscal.md section 4). */
static const char *const dead_statuses[] = { "CANCEL", "DENEG", "REJEIT", "INUTIL", "101", "151",
	                                     "135",    "155",   "110",    "301",    "302", "303" };

static bool
is_dead(const json_t *note)
{
	char raw[64], status[64];
	json_maybe_text_or_integer(note, "status_nfe", raw, sizeof(raw));
	text_letters_and_digits(status, sizeof(status), raw);
	for (size_t i = 0; i < COUNT(dead_statuses); i++)
		if (strstr(status, dead_statuses[i]) != NULL)
			return true;
	return false;
}

/*
 * An outgoing note that the authority has authorised.  The values of status_nfe are not public, so
 * none is waited for: the order says that its note is authorised, or the note shows a protocol, and
 * neither says otherwise.
 */
static bool
is_sale_note(const struct tool_call *call, const json_t *note)
{
	const json_t *said = json_object_get(call->notes, "autorizado");
	const json_t *shown = omie_given_at(note, "protocolo");
	char protocol[32];
	json_maybe_text_or_integer(note, "protocolo", protocol, sizeof(protocol));
	bool has_protocol = protocol[strspn(protocol, "0")] != '\0';
	bool denied = json_is_false(said) || (shown != NULL && !has_protocol) || is_dead(note);
	bool was_sent = has_protocol || json_text_at(note, "chave_nfe")[0] != '\0';
	return text_equal(json_text_at(note, "tipo"), "S") && was_sent && !denied &&
	       (json_is_true(said) || has_protocol);
}

/* An incoming note of the order gives goods back.  One that the authority has not answered yet counts
 * too: somebody is returning this order, whatever its flags say. */
static bool
is_return_note(const json_t *note)
{
	return text_equal(json_text_at(note, "tipo"), "E") && !is_dead(note);
}

/* A false key must not become a fact, and dropping it would say that there is no note: a person
 * looks.  So it is with two notes, of which one would have to be guessed. */
static bool
read_note(struct sale_note *to, const json_t *note, struct why *why)
{
	const char *key = json_text_at(note, "chave_nfe");
	char number[16];
	if (!access_key_is_valid(key))
		return why_set(why, "the sale note's access key has a false form or check digit");
	if (to->access_key[0] != '\0' && !text_equal(to->access_key, key))
		return why_set(why, "the order has two authorised sale notes");
	text_copy(to->access_key, sizeof(to->access_key), key);
	access_key_number(key, to->number);
	json_maybe_text_or_integer(note, "numero_nfe", number, sizeof(number));
	if (number[0] != '\0' && !same_number(number, to->number))
		return why_set(why, "sale note %s has the access key of note %s", number,
		               to->number);
	return json_maybe_text_or_integer(note, "serie_nfe", to->series, sizeof(to->series)) ||
	       why_set(why, "field serie_nfe is too long");
}

static bool
read_sale_note(struct tool_call *call, const json_t *answer, struct why *why)
{
	struct sale_note *to = &call->facts.order.sale_note;
	const json_t *notes = omie_given_at(answer, "ListaNfe");
	if (notes != NULL && !json_is_array(notes))
		return why_set(why, "field ListaNfe is not a list");
	for (size_t i = 0; i < json_array_size(notes); i++) {
		const json_t *note = json_array_get(notes, i);
		if (is_sale_note(call, note) && !read_note(to, note, why))
			return false;
		call->facts.order.returned |= is_return_note(note);
	}
	to->in_production =
		to->access_key[0] != '\0' && text_equal(json_text_at(answer, "ambiente"), "P");
	return true;
}

bool
omie_read_status(struct tool_call *call, const json_t *answer, struct why *why)
{
	struct order_facts *facts = &call->facts.order;
	int64_t asked = json_maybe_integer(call->notes, "codigo_pedido", 0);
	int64_t total_cents = facts->total_cents;
	bool cancelled, says_total = omie_given_at(answer, "valor_total_pedido") != NULL;
	if (json_maybe_integer(answer, "codigo_pedido", asked) != asked)
		return why_set(why, "asked for order %" PRId64 ", answered about another", asked);
	if ((says_total && !read_money(answer, "valor_total_pedido", &total_cents, why)) ||
	    !read_flag(answer, "cancelada", true, &cancelled, why))
		return false;
	if (total_cents != facts->total_cents)
		return why_set(why,
		               "the total is %" PRId64 " centavos here and %" PRId64
		               " in ConsultarPedido",
		               total_cents, facts->total_cents);
	facts->cancelled = facts->cancelled || cancelled; /* either saying so is enough */
	return read_sale_note(call, answer, why);
}
