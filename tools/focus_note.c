/*
 * The note we ask for.
 *
 *   1. It mirrors the sale.  We compute no tax; what we have no sure words for (a CFOP without
 *      a known inverse, a sale abroad, sums that do not match) or too little (a product without
 *      its NCM, a buyer without an address) is refused before anything leaves, because the
 *      refund that comes before the note can't be undone.
 *   2. Each item refers to its item of the sale, and the header refers to nothing: the
 *      authority rejects a return that does otherwise.
 *   3. Amounts are printed from integers.  19.90 must not leave as 19.899999999999999
 *      (receipts.md section 6).
 */
#include "tools/focus_note.h"

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

enum { NCM_DIGITS = 8, POSTAL_DIGITS = 8 };

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

/* --- is it sound? ------------------------------------------------------------------------------ */

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

const char *
focus_issuer_cpf(const char *issuer)
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
	bool person = focus_issuer_cpf(issuer) != NULL;
	return company != person ||
	       why_set(why, "the sale note's access key does not tell whether a company or a "
	                    "person sold: a person issues this note");
}

bool
focus_note_is_sound(const struct note_request *note, const struct shop *shop, struct why *why)
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

/* --- as JSON ------------------------------------------------------------------------------------ */

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
	const char *cpf = focus_issuer_cpf(issuer);
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

void
focus_note_write(struct buffer *body, const struct note_request *note, const struct shop *shop)
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
