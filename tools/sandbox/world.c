/*
 * The shop of the sandbox, and the orders that tell its stories.
 *
 * Everyone here is invented: the area code 20 does not exist in Brazil, so the
 * phone numbers belong to nobody, and the documents are made-up ones with valid
 * check digits.
 */
#include "tools/sandbox/world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"

/* --- chance -------------------------------------------------------------------------------- */

uint64_t
world_random(struct world *world)
{
	return simulated_random(&world->random);
}

void
world_random_text(struct world *world, char *text, size_t length)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	for (size_t i = 0; i < length; i++)
		text[i] = letters[world_random(world) % (sizeof(letters) - 1)];
	text[length] = '\0';
}

/* --- the stories ---------------------------------------------------------------------------- */

struct story_item {
	const char *code, *description, *ncm;
	int quantity;
	int64_t unit_cents;
};

/* What is special about an order; the rest is an ordinary one. */
enum story_turn { ORDINARY, PAID_BY_CARD, NOT_BILLED, CANCELLED_IN_ERP, NO_REFERENCE };

struct story {
	const char *number;
	const char *phone_in_erp; /* free text, as shops write it */
	const char *name, *document;
	int days_ago;
	enum story_turn turn;
	struct story_item items[3];
};

static const struct story stories[] = {
	{ "8421",
	  "(20) 99999-0101",
	  "Marina Duarte",
	  "12345678909",
	  1,
	  ORDINARY,
	  { { "CAF-IT6", "Cafeteira italiana 6 xícaras", "76151000", 1, 13900 },
	    { "CAF-500", "Café torrado em grãos 500 g", "09012100", 2, 2350 } } },
	{ "8422",
	  "20 99999-0505",
	  "Otávio Leme",
	  "98765432100",
	  2,
	  ORDINARY,
	  { { "CHA-01", "Chaleira com termômetro", "73239300", 1, 21990 } } },
	{ "9001",
	  "20999990202",
	  "Rafael Prado",
	  "11144477735",
	  3,
	  ORDINARY,
	  { { "MOE-PR", "Moedor de café profissional", "85094050", 1, 125000 } } },
	{ "7310",
	  "+55 20 99999-0303",
	  "Bianca Sales",
	  "52998224725",
	  4,
	  ORDINARY,
	  { { "COA-02", "Coador de pano com suporte", "63079090", 1, 7490 } } },
	{ "5150",
	  "(20)9999-90404",
	  "Caio Nunes",
	  "39053344705",
	  5,
	  PAID_BY_CARD,
	  { { "XIC-06", "Jogo de xícaras", "69120000", 1, 15900 } } },
	{ "6044",
	  "20 9 9999 0606",
	  "Lívia Ramos",
	  "86288366757",
	  100,
	  ORDINARY,
	  { { "BUL-01", "Bule esmaltado", "73239300", 1, 8900 } } },
	{ "6060",
	  "20 99999-0707",
	  "Heitor Melo",
	  "15350946056",
	  2,
	  NOT_BILLED,
	  { { "FIL-102", "Filtro de papel 102", "48232099", 3, 990 } } },
	{ "6077",
	  "20 99999-0808",
	  "Nina Teles",
	  "71428793860",
	  6,
	  CANCELLED_IN_ERP,
	  { { "GAR-01", "Garrafa térmica 1 L", "96170010", 1, 11990 } } },
	{ "6099",
	  "20 99999-0909",
	  "Davi Rocha",
	  "29537995593",
	  2,
	  NO_REFERENCE,
	  { { "BAL-01", "Balança de precisão", "84238190", 1, 18990 } } },
};

/* --- orders --------------------------------------------------------------------------------- */

/* A valid access key of the shop's own sale note: series 1, the number and code from the order. */
static void
make_sale_key(struct world *world, struct shop_order *order)
{
	struct sale_note *note = &order->facts.sale_note;
	struct calendar when = instant_sao_paulo(order->paid_ms);
	int64_t number = 4800 + world->order_count;
	text_format(note->access_key, sizeof(note->access_key),
	            "35%02d%02d%s55001%09" PRId64 "1%08" PRId64 "0", when.year % 100, when.month,
	            world->credentials.shop_cnpj, number,
	            (int64_t)(world_random(world) % 100000000));
	note->access_key[43] = access_key_check_digit(note->access_key);
	ensure(access_key_is_valid(note->access_key));
	text_format(note->number, sizeof(note->number), "%" PRId64, number);
	text_copy(note->series, sizeof(note->series), "1");
	note->in_production = true;
}

/* The Pix that paid the order: `E`, an eight-digit bank, the minute in UTC, eleven characters. */
static void
make_payment(struct world *world, struct shop_order *order)
{
	char utc[INSTANT_TEXT_SIZE], minute[INSTANT_TEXT_SIZE], tail[12];
	instant_print_utc(utc, order->paid_ms);
	text_digits(minute, sizeof(minute), utc);
	world_random_text(world, tail, 11);
	text_format(order->e2eid, sizeof(order->e2eid), "E12345678%.12s%s", minute, tail);
	ensure(strlen(order->e2eid) == E2EID_SIZE - 1);
	for (int i = 0; i < 32; i++)
		order->facts.payment_reference[i] = "0123456789abcdef"[world_random(world) % 16];
	order->facts.payment_reference[32] = '\0';
}

static void
make_buyer(struct buyer *buyer, const char *name, const char *document, const char *phone)
{
	*buyer = (struct buyer){
		.street = "Rua das Flores",
		.street_number = "10",
		.district = "Centro",
		.city = "São Paulo",
		.state = "SP",
		.postal_code = "01001000",
	};
	ensure(text_copy(buyer->name, sizeof(buyer->name), name));
	ensure(text_copy(buyer->document, sizeof(buyer->document), document));
	ensure(text_copy(buyer->phones[0], sizeof(buyer->phones[0]), phone));
	text_format(buyer->email, sizeof(buyer->email), "cliente%s@loja.example", document + 7);
}

static void
add_item(struct order_facts *facts, const struct story_item *item)
{
	struct order_item *row = &facts->items[facts->item_count++];
	row->number = facts->item_count;
	ensure(text_copy(row->code, sizeof(row->code), item->code));
	ensure(text_copy(row->description, sizeof(row->description), item->description));
	ensure(text_copy(row->ncm, sizeof(row->ncm), item->ncm));
	ensure(text_copy(row->cfop, sizeof(row->cfop), "5102"));
	ensure(text_copy(row->unit, sizeof(row->unit), "UN"));
	row->quantity_e4 = item->quantity * INT64_C(10000);
	row->unit_price_e6 = item->unit_cents * 10000;
	row->total_cents = item->quantity * item->unit_cents;
	facts->total_cents += row->total_cents;
}

/* Room for one more, zeroed; NULL when the world is full. */
static struct shop_order *
new_order(struct world *world)
{
	if (world->order_count == SHOP_ORDERS_MAX)
		return NULL;
	if (world->order_count == world->order_room) {
		world->order_room = world->order_room == 0 ? 16 : world->order_room * 2;
		world->orders =
			realloc(world->orders, (size_t)world->order_room * sizeof(*world->orders));
		ensure(world->orders != NULL);
	}
	struct shop_order *order = &world->orders[world->order_count++];
	memset(order, 0, sizeof(*order));
	return order;
}

static void
turn(struct shop_order *order, enum story_turn turn)
{
	switch (turn) {
	case ORDINARY:
		break;
	case PAID_BY_CARD:
		order->facts.paid_by_pix = false;
		order->facts.payment_reference[0] = '\0';
		order->e2eid[0] = '\0';
		break;
	case NOT_BILLED:
		order->facts.billed = false;
		order->facts.sale_note = (struct sale_note){ 0 };
		break;
	case CANCELLED_IN_ERP:
		order->facts.cancelled = true;
		break;
	case NO_REFERENCE:
		order->facts.payment_reference[0] = '\0';
		break;
	}
}

static void
tell(struct world *world, const struct story *story, int64_t now_ms)
{
	struct shop_order *order = new_order(world);
	ensure(order != NULL);
	struct order_facts *facts = &order->facts;
	facts->exists = true;
	facts->paid_by_pix = true;
	facts->billed = true;
	ensure(text_copy(facts->number, sizeof(facts->number), story->number));
	text_format(facts->ledger_id, sizeof(facts->ledger_id), "%" PRId64,
	            INT64_C(4501230000) + world->order_count);
	order->customer_id = INT64_C(3300110000) + world->order_count;
	order->paid_ms = now_ms - story->days_ago * DAY_MS;
	facts->ordered_ms = order->paid_ms - 10 * MINUTE_MS;
	make_buyer(&facts->buyer, story->name, story->document, story->phone_in_erp);
	for (size_t i = 0; i < 3 && story->items[i].code != NULL; i++)
		add_item(facts, &story->items[i]);
	make_sale_key(world, order);
	make_payment(world, order);
	turn(order, story->turn);
}

bool
world_add_order(struct world *world, const char *number, const char *phone, int64_t total_cents,
                int64_t now_ms)
{
	struct story story = {
		.number = number,
		.phone_in_erp = phone,
		.name = "Cliente de Teste",
		.document = "12345678909",
		.days_ago = 1,
		.items = { { "CAF-250", "Café torrado 250 g", "09012100", 1, total_cents } },
	};
	if (world_order(world, number) != NULL || world->order_count == SHOP_ORDERS_MAX)
		return false;
	tell(world, &story, now_ms);
	return true;
}

/* --- the world ------------------------------------------------------------------------------ */

static void
make_credentials(struct world *world)
{
	struct world_credentials *c = &world->credentials;
	ensure(text_copy(c->shop_cnpj, sizeof(c->shop_cnpj), "11222333000181"));
	world_random_text(world, c->omie_key, 13);
	world_random_text(world, c->omie_secret, 32);
	world_random_text(world, c->pix_reader_id, 24);
	world_random_text(world, c->pix_reader_secret, 32);
	world_random_text(world, c->pix_writer_id, 24);
	world_random_text(world, c->pix_writer_secret, 32);
	world_random_text(world, c->focus_token, 32);
}

struct world *
world_new(uint64_t seed, int64_t now_ms)
{
	struct world *world = calloc(1, sizeof(*world));
	ensure(world != NULL);
	world->random = seed;
	world->focus.next_number = 87;
	make_credentials(world);
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		tell(world, &stories[i], now_ms);
	return world;
}

void
world_free(struct world *world)
{
	if (world == NULL)
		return;
	focus_books_free(&world->focus);
	free(world->orders);
	free(world);
}

/* The first order for which `field` of it equals `wanted`. */
#define FIND(world, field, wanted)                                                       \
	for (int64_t i = 0; i < (world)->order_count; i++)                               \
		if ((wanted)[0] != '\0' && text_equal((world)->orders[i].field, wanted)) \
			return &(world)->orders[i];                                      \
	return NULL

struct shop_order *
world_order(struct world *world, const char *number)
{
	FIND(world, facts.number, number);
}

struct shop_order *
world_order_by_txid(struct world *world, const char *txid)
{
	FIND(world, facts.payment_reference, txid);
}

struct shop_order *
world_order_by_e2eid(struct world *world, const char *e2eid)
{
	FIND(world, e2eid, e2eid);
}

struct shop_order *
world_order_by_sale_key(struct world *world, const char *access_key)
{
	FIND(world, facts.sale_note.access_key, access_key);
}

json_t *
world_books(const struct world *world, int64_t now_ms)
{
	json_t *books = json_object();
	json_object_update_new(books, pix_books_json(world, now_ms));
	json_object_update_new(books, focus_books_json(world, now_ms));
	return books;
}
