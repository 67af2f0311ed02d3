/*
 * The small world of the sandbox: one shop with its orders, and the books that each
 * simulated provider keeps about it.
 *
 * The orders are the ground truth that the ERP and the bank were told about; what
 * happened since (refunds, notes) stands only in the books of the provider that did
 * it.  The same seed and the same calls give the same world.
 */
#ifndef TOOLS_SANDBOX_WORLD_H
#define TOOLS_SANDBOX_WORLD_H

#include <stdint.h>

#include "base/facts.h"
#include "tools/sandbox/focus.h"
#include "tools/sandbox/omie.h"
#include "tools/sandbox/pix.h"
#include "tools/sandbox/simulator.h"

enum { SHOP_ORDERS_MAX = 4096 };

/* Everything true about one order: the facts, and the Pix that paid it. */
struct shop_order {
	struct order_facts facts; /* payment_reference is the txid */
	int64_t customer_id;      /* the ERP's id of the buyer */
	char e2eid[E2EID_SIZE];   /* of the Pix that paid it; "" when paid otherwise */
	int64_t paid_ms;
	bool due_charge; /* it was charged with a due date: /cobv and not /cob */
};

/* What the shop was given by each provider. */
struct world_credentials {
	char omie_key[32], omie_secret[40];
	char pix_reader_id[32], pix_reader_secret[40];
	char pix_writer_id[32], pix_writer_secret[40];
	char focus_token[40];
	char shop_cnpj[DOCUMENT_SIZE];
};

struct world {
	uint64_t random; /* state of world_random */
	struct world_credentials credentials;
	int64_t order_count, order_room;
	struct shop_order *orders;
	struct faults faults;
	struct omie_books omie;
	struct pix_books pix;
	struct focus_books focus;
};

/* A new world with the shop's orders dated around `now_ms`.  The caller frees it with world_free. */
struct world *world_new(uint64_t seed, int64_t now_ms);
void world_free(struct world *world);

/* Adds an order of one item, paid by Pix the day before `now_ms`; for loads and tests.  False when the
 * number is taken or the world is full. */
bool world_add_order(struct world *world, const char *number, const char *phone,
                     int64_t total_cents, int64_t now_ms);

uint64_t world_random(struct world *world);

/* Fills `text` with `length` random letters and digits and a NUL. */
void world_random_text(struct world *world, char *text, size_t length);

struct shop_order *world_order(struct world *world, const char *number);
struct shop_order *world_order_by_txid(struct world *world, const char *txid);
struct shop_order *world_order_by_e2eid(struct world *world, const char *e2eid);
struct shop_order *world_order_by_sale_key(struct world *world, const char *access_key);

/* What every book says, for /sandbox/books and the tests. */
json_t *world_books(const struct world *world, int64_t now_ms);

#endif
