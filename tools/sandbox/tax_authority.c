/*
 * The tax authority's rules for a return note, as far as the sheet knows them
 * (fiscal.md sections 2 to 4).
 *
 * A rule names one fault and its code.  The rules are tried in the order of the table
 * at the end, and the first that is broken is the verdict.  Codes that the sheet marks
 * as doubtful are not used: a fault without a sure code is 999, as it is in the
 * authority's own list.
 */
#include "tools/sandbox/tax_authority.h"

#include "base/access_key.h"
#include "base/ensure.h"
#include "base/text.h"
#include "tools/sandbox/world.h"

/* A note before the authority. */
struct submission {
	const struct world *world;
	const json_t *request, *items;
};

/* --- what an item refers to ------------------------------------------------------------------- */

static const char *
referenced_key(const json_t *item)
{
	return focus_text(item, "chave_acesso_dfe_referenciado");
}

static int64_t
referenced_line(const json_t *item)
{
	return focus_number(item, "numero_item_dfe_referenciado", 0);
}

static bool
is_same_line(const json_t *a, const json_t *b)
{
	return text_equal(referenced_key(a), referenced_key(b)) &&
	       referenced_line(a) == referenced_line(b);
}

/* NULL when the shop never sold under this key. */
static const struct order_facts *
sale_of(const struct world *world, const json_t *item)
{
	for (int64_t i = 0; i < world->order_count; i++)
		if (text_equal(world->orders[i].facts.sale_note.access_key, referenced_key(item)))
			return &world->orders[i].facts;
	return NULL;
}

static bool
refers_to_nothing(const struct submission *note, const json_t *item)
{
	(void)note;
	return referenced_key(item)[0] == '\0';
}

static bool
refers_to_no_sale(const struct submission *note, const json_t *item)
{
	return !access_key_is_valid(referenced_key(item)) || sale_of(note->world, item) == NULL;
}

static bool
refers_to_another_issuer(const struct submission *note, const json_t *item)
{
	char issuer[ACCESS_KEY_ISSUER_SIZE];
	access_key_issuer(referenced_key(item), issuer);
	return !text_equal(issuer, focus_text(note->request, "cnpj_emitente"));
}

static bool
refers_like_another_item(const struct submission *note, const json_t *item)
{
	size_t index;
	json_t *other;
	json_array_foreach (note->items, index, other)
		if (other != item && is_same_line(other, item))
			return true;
	return false;
}

static bool
refers_in_its_header(const struct submission *note)
{
	return json_array_size(json_object_get(note->request, "notas_referenciadas")) > 0;
}

/* --- what the note says ----------------------------------------------------------------------- */

static bool
is_no_entry(const struct submission *note)
{
	return focus_number(note->request, "tipo_documento", 0) != 0;
}

/* A CFOP begins with 1, 2 or 3 for an entry from the state, from another state and from abroad, and
 * with 5, 6 or 7 for an exit. */
static int64_t
cfop_direction(const json_t *item)
{
	return focus_number(item, "cfop", 0) / 1000;
}

static bool
has_exit_cfop(const struct submission *note, const json_t *item)
{
	(void)note;
	return cfop_direction(item) < 1 || cfop_direction(item) > 3;
}

static bool
cfop_differs(const struct submission *note, const json_t *item, int64_t destination)
{
	return focus_number(note->request, "local_destino", 0) == destination &&
	       cfop_direction(item) != destination;
}

static bool
is_not_from_the_state(const struct submission *note, const json_t *item)
{
	return cfop_differs(note, item, 1);
}

static bool
is_not_from_another_state(const struct submission *note, const json_t *item)
{
	return cfop_differs(note, item, 2);
}

static bool
is_not_from_abroad(const struct submission *note, const json_t *item)
{
	return cfop_differs(note, item, 3);
}

static bool
is_paid(const struct submission *note)
{
	const json_t *ways = json_object_get(note->request, "formas_pagamento");
	size_t index;
	json_t *way;
	json_array_foreach (ways, index, way)
		if (focus_number(way, "forma_pagamento", 0) != 90 ||
		    focus_number(way, "valor_pagamento", 2) != 0)
			return true;
	return json_array_size(ways) == 0;
}

/* --- how much comes back ---------------------------------------------------------------------- */

static int64_t
sold_e4(const struct submission *note, const json_t *item)
{
	const struct order_facts *sale = sale_of(note->world, item);
	for (int64_t i = 0; sale != NULL && i < sale->item_count; i++)
		if (sale->items[i].number == referenced_line(item))
			return sale->items[i].quantity_e4;
	return 0;
}

/* By the notes that stand.  The one that is judged is not among them: its ref would be taken. */
static int64_t
returned_elsewhere_e4(const struct submission *note, const json_t *item)
{
	const struct focus_books *books = &note->world->focus;
	int64_t sum = 0;
	for (int64_t i = 0; i < books->note_count; i++) {
		const struct focus_note *other = &books->notes[i];
		size_t index;
		json_t *line;
		if (other->final != NOTE_AUTHORISED || other->cancelled_ms != 0)
			continue;
		json_array_foreach (json_object_get(other->request, "items"), index, line)
			if (is_same_line(item, line))
				sum += focus_number(line, "quantidade_comercial", 4);
	}
	return sum;
}

static bool
returns_too_much(const struct submission *note, const json_t *item)
{
	return focus_number(item, "quantidade_comercial", 4) + returned_elsewhere_e4(note, item) >
	       sold_e4(note, item);
}

/* --- the rules -------------------------------------------------------------------------------- */

/* Each asks about the whole note or about one item.  A later rule relies on the earlier ones. */
static const struct rule {
	const char *code, *message;
	bool (*breaks)(const struct submission *note);
	bool (*item_breaks)(const struct submission *note, const json_t *item);
} rules[] = {
	{ "321",
	  "NF-e de devolucao de mercadoria nao possui documento fiscal referenciado por item", NULL,
	  refers_to_nothing },
	{ "1010", "Documento fiscal referenciado na NF-e e no item", refers_in_its_header, NULL },
	{ "547", "Chave de acesso referenciada invalida", NULL, refers_to_no_sale },
	{ "1193", "Documento referenciado de outro emitente", NULL, refers_to_another_issuer },
	{ "1072", "Item referenciado em duplicidade", NULL, refers_like_another_item },
	{ "518", "CFOP de entrada para NF-e de saida", is_no_entry, NULL },
	{ "519", "CFOP de saida para NF-e de entrada", NULL, has_exit_cfop },
	{ "731", "CFOP de operacao com o exterior e idDest diferente", NULL, is_not_from_abroad },
	{ "732", "CFOP de operacao interestadual e idDest diferente", NULL,
	  is_not_from_another_state },
	{ "733", "CFOP de operacao interna e idDest diferente", NULL, is_not_from_the_state },
	{ "871", "O campo Forma de Pagamento deve ser Sem Pagamento", is_paid, NULL },
	{ "999", "Rejeicao nao catalogada: quantidade acima da vendida", NULL, returns_too_much },
};

/* The number of the item that breaks the rule, 0 for the note as a whole, -1 when nothing does. */
static int
breaking_item(const struct rule *rule, const struct submission *note)
{
	size_t index;
	json_t *item;
	if (rule->breaks != NULL && rule->breaks(note))
		return 0;
	json_array_foreach (note->items, index, item)
		if (rule->item_breaks != NULL && rule->item_breaks(note, item))
			return (int)index + 1;
	return -1;
}

static void
reject(struct tax_verdict *verdict, const struct rule *rule, int item)
{
	bool fits = text_copy(verdict->code, sizeof(verdict->code), rule->code);
	if (item == 0)
		fits &= text_copy(verdict->message, sizeof(verdict->message), rule->message);
	else
		fits &= text_format(verdict->message, sizeof(verdict->message), "%s [nItem: %d]",
		                    rule->message, item);
	ensure(fits);
	verdict->status = NOTE_REJECTED;
}

struct tax_verdict
tax_authority_judge(const struct world *world, const json_t *request)
{
	struct tax_verdict verdict = { NOTE_AUTHORISED, "100", "Autorizado o uso da NF-e" };
	struct submission note = { world, request, json_object_get(request, "items") };
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		int item = breaking_item(&rules[i], &note);
		if (item < 0)
			continue;
		reject(&verdict, &rules[i], item);
		break;
	}
	return verdict;
}
