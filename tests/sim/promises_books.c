/*
 * The books: the store's, the bank's, the issuer's, the chats.  What was written down in a
 * turn, what a start still finds, and in the end whether all of them agree.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "io/store_file.h"
#include "proof/digest.h"
#include "tests/sim/promises_room.h"

/* --- after every turn ------------------------------------------------ */

static void
check_bank(struct sim *sim)
{
	struct world *world = sim->scene->sandbox.world;
	sim->counts.refunds = world->pix.refund_count;
	for (int64_t i = 0; i < world->order_count; i++) {
		const struct shop_order *order = &world->orders[i];
		int64_t sum = 0, ours = 0;
		for (int64_t j = 0; j < world->pix.refund_count; j++) {
			const struct pix_refund *refund = &world->pix.refunds[j];
			if (refund->final == REFUND_NOT_DONE ||
			    !text_equal(refund->e2eid, order->e2eid))
				continue;
			sum += refund->amount_cents;
			ours += refund->description[0] != '\0';
		}
		if (ours > 1)
			promise_broken(sim, "P3", "order %s was refunded %" PRId64 " times",
			               order->facts.number, ours);
		if (sum > order->facts.total_cents)
			promise_broken(sim, "P7", "more went back than order %s paid",
			               order->facts.number);
	}
}

/* P10: a head is told once and never another of its size under the same key. */
static void
check_heads(struct sim *sim)
{
	struct promises *promises = &sim->promises;
	struct query *q = query(sim->scene->store, "SELECT size, root, signing_key_id FROM "
	                                           "tree_heads ORDER BY size");
	sim->looking = true;
	while (query_next(q)) {
		struct released_head head = { .size = query_get_integer(q, 0) };
		query_get_text(q, 1, head.root, sizeof(head.root));
		query_get_text(q, 2, head.key, sizeof(head.key));
		bool known = false;
		for (size_t i = 0; i < promises->head_count; i++) {
			const struct released_head *other = &promises->heads[i];
			if (other->size != head.size || !text_equal(other->key, head.key))
				continue;
			known = true;
			if (!text_equal(other->root, head.root))
				promise_broken(sim, "P10", "two heads of size %" PRId64, head.size);
		}
		if (!known && promises->head_count < HEADS_MAX)
			promises->heads[promises->head_count++] = head;
	}
	sim->looking = false;
}

/* P14: receipts are kept for ever, so nobody can be in them. */
static void
check_receipt_body(struct sim *sim, const char *body)
{
	const struct world *world = sim->scene->sandbox.world;
	for (int64_t i = 0; i < world->order_count; i++) {
		const struct buyer *buyer = &world->orders[i].facts.buyer;
		if (strstr(body, buyer->document) != NULL || strstr(body, buyer->name) != NULL ||
		    strstr(body, buyer->email) != NULL)
			promise_broken(sim, "P14", "a receipt holds personal data of %s",
			               buyer->name);
	}
	for (int i = 0; i < sim->plot.customer_count; i++)
		if (strstr(body, sim->plot.customers[i].phone + 2) != NULL)
			promise_broken(sim, "P14", "a receipt holds a phone");
}

static void
check_receipts(struct sim *sim)
{
	struct promises *promises = &sim->promises;
	struct query *q =
		query(sim->scene->store, "SELECT leaf_index, body || details FROM receipts "
	                                 "WHERE leaf_index >= :seen ORDER BY leaf_index");
	query_integer(q, ":seen", promises->receipts);
	sim->looking = true;
	while (query_next(q)) {
		char *body = query_take_text(q, 1, NULL);
		promises->receipts = query_get_integer(q, 0) + 1;
		check_receipt_body(sim, body);
		free(body);
	}
	sim->looking = false;
	sim->counts.receipts = promises->receipts;
}

/* P12: "there is no such order" is said only when the ERP said so. */
static void
check_transitions(struct sim *sim)
{
	struct query *q = query(sim->scene->store,
	                        "SELECT t.id, t.reason, c.order_number, t.at_ms FROM transitions t "
	                        "JOIN cases c ON c.id = t.case_id WHERE t.id > :seen "
	                        "ORDER BY t.id");
	query_integer(q, ":seen", sim->promises.transitions);
	sim->looking = true;
	while (query_next(q)) {
		char reason[32], order[ORDER_NUMBER_SIZE];
		int64_t at_ms = query_get_integer(q, 3);
		if (at_ms < sim->promises.clock_ms)
			promise_broken(sim, "P5", "the bot's history goes back in time");
		sim->promises.clock_ms = at_ms;
		sim->promises.transitions = query_get_integer(q, 0);
		query_get_text(q, 1, reason, sizeof(reason));
		query_get_text(q, 2, order, sizeof(order));
		if (text_equal(reason, "order_not_found") &&
		    world_order(sim->scene->sandbox.world, order) != NULL)
			promise_broken(sim, "P12", "order %s is there, and was called not found",
			               order);
	}
	sim->looking = false;
}

void
promises_turn(struct sim *sim)
{
	check_bank(sim);
	check_transitions(sim);
	if (promises_number_of(sim, "SELECT coalesce(max(leaf_index), -1) + 1 FROM receipts") !=
	    sim->promises.receipts)
		check_receipts(sim);
	check_heads(sim);
}

/* --- accepted messages, starts ------------------------------------------------ */

void
promises_accepted(struct sim *sim, const struct http_request *request)
{
	struct promises *promises = &sim->promises;
	char kind[40] = "", id[MESSAGE_ID_SIZE] = "";
	json_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                 REQUEST_BYTES_MAX, NULL);
	json_maybe_text(body, "type", kind, sizeof(kind));
	json_maybe_text(body, "messageId", id, sizeof(id));
	bool deleted = json_object_get(body, "notification") != NULL;
	bool ours = json_is_true(json_object_get(body, "fromMe"));
	/* The bot may have heard what a message became before it hears the message. */
	bool edited = json_is_true(json_object_get(body, "isEdit"));
	json_decref(body);
	if (text_equal(kind, "ReceivedCallback") && !deleted && !ours && !edited &&
	    promises->accepted_count < ACCEPTED_MAX)
		text_copy(promises->accepted[promises->accepted_count++], MESSAGE_ID_SIZE, id);
}

static void
check_accepted(struct sim *sim)
{
	for (size_t i = 0; i < sim->promises.accepted_count; i++)
		if (promises_number_for(sim,
		                        "SELECT count(*) FROM messages WHERE provider_id = :id "
		                        "AND edit_id = '' AND waiting = 0",
		                        ":id", sim->promises.accepted[i]) != 1)
			promise_broken(sim, "P9", "message %s was accepted and is not there once",
			               sim->promises.accepted[i]);
}

void
promises_started(struct sim *sim)
{
	check_accepted(sim);
	/* What an older store tells again was looked at when it was new: orders may have changed since. */
	if (sim->promises.transitions == 0)
		sim->promises.transitions =
			promises_number_of(sim, "SELECT coalesce(max(id), 0) FROM transitions");
	if (promises_number_of(sim, "SELECT count(*) FROM receipts") < sim->promises.receipts)
		promise_broken(sim, "P10", "a receipt is gone");
	if (sim->promises.paused && promises_number_of(sim, "SELECT count(*) FROM restores") == 0)
		promise_broken(sim, "P3", "an older store was put back, and nobody noticed");
	check_heads(sim);
}

/* What an older copy of the store does not hold is known to be lost: the copy's owner lost it. */
void
promises_restored(struct sim *sim)
{
	struct promises *promises = &sim->promises;
	promises->accepted_count = 0;
	promises->receipts = promises->older_receipts;
	promises->transitions = 0;
	promises->clock_ms = 0;
	promises->paused = sim->counts.orders_to_pay > promises->older_orders;
	for (size_t i = 0; i < promises->tracked_count; i++)
		promises->tracked[i].left_ms = 0;
}

/* --- the end ------------------------------------------------ */

static void
check_rest(struct sim *sim)
{
	struct query *q =
		query(sim->scene->store, "SELECT id, state FROM cases WHERE state NOT IN "
	                                 "('CLOSED', 'DECLINED', 'REFUSED', 'EXPIRED', 'HELD')");
	char id[ID_SIZE] = "", state[16] = "";
	sim->looking = true;
	if (query_next(q)) {
		query_get_text(q, 0, id, sizeof(id));
		query_get_text(q, 1, state, sizeof(state));
		query_end(q);
	}
	sim->looking = false;
	if (id[0] != '\0')
		promise_broken(sim, "P11", "case %s is still %s", id, state);
	if (promises_number_of(
		    sim, "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')") != 0)
		promise_broken(sim, "P11", "a message of ours was never sent and never given up");
}

/* Our ledger against the bank's: each reservation that is spent is a refund there, each released one is none. */
static void
check_ledger(struct sim *sim)
{
	const struct pix_books *books = &sim->scene->sandbox.world->pix;
	for (int64_t i = 0; i < books->refund_count; i++) {
		const struct pix_refund *refund = &books->refunds[i];
		if (refund->description[0] == '\0')
			continue; /* by hand */
		bool returned = refund->final == REFUND_RETURNED;
		int64_t spent = promises_number_for(sim,
		                                    "SELECT count(*) FROM reservations "
		                                    "WHERE refund_id = :id AND state = 'spent'",
		                                    ":id", refund->id);
		int64_t doubted =
			promises_number_for(sim,
		                            "SELECT count(*) FROM reservations r JOIN cases c "
		                            "ON c.id = r.case_id WHERE r.refund_id = :id "
		                            "AND r.state = 'executing' AND c.state = 'HELD'",
		                            ":id", refund->id);
		if (returned && spent + doubted == 0 && sim->counts.restores == 0)
			promise_broken(sim, "P3", "refund %s is in no ledger of ours", refund->id);
		if (!returned && spent != 0)
			promise_broken(sim, "P3", "refund %s is spent here and not done there",
			               refund->id);
	}
	if (promises_number_of(sim, "SELECT count(*) FROM reservations WHERE state = 'reserved'") !=
	    0)
		promise_broken(sim, "P5", "room under the mandate is held by nobody");
}

/* Every refund of ours that the bank has returned has its receipt, or a person; every receipt that says so
 * has its refund. */
static void
check_one_to_one(struct sim *sim)
{
	struct world *world = sim->scene->sandbox.world;
	for (int64_t i = 0; i < world->pix.refund_count; i++) {
		const struct pix_refund *refund = &world->pix.refunds[i];
		if (refund->description[0] == '\0' || refund->final != REFUND_RETURNED)
			continue;
		const struct shop_order *order = world_order_by_e2eid(world, refund->e2eid);
		int64_t safe =
			promises_number_for(sim,
		                            "SELECT count(*) FROM receipts r JOIN seals s ON "
		                            "s.receipt_id = r.id WHERE r.order_number = :order "
		                            "AND r.safe = 1",
		                            ":order", order->facts.number);
		/* With a person, or decided by one who saw what the bank has. */
		int64_t held = promises_number_for(
			sim,
			"SELECT count(*) FROM cases WHERE order_number = :order "
			"AND (state = 'HELD' OR reason = 'already_refunded')",
			":order", order->facts.number);
		/* An older store can't know of a yes that it has not heard. */
		int64_t known = promises_number_for(
			sim,
			"SELECT count(*) FROM offers WHERE order_number = :order "
			"AND consent_message_id IS NOT NULL",
			":order", order->facts.number);
		if (safe == 0 && held == 0 && (known > 0 || sim->counts.restores == 0))
			promise_broken(sim, "P11",
			               "order %s was refunded and has no receipt and no person",
			               order->facts.number);
		if (safe > 1)
			promise_broken(sim, "P10",
			               "order %s has %" PRId64 " receipts for one refund",
			               order->facts.number, safe);
	}
	struct query *q = query(sim->scene->store,
	                        "SELECT DISTINCT order_number FROM receipts WHERE safe = 1");
	sim->looking = true;
	while (query_next(q)) {
		char order[ORDER_NUMBER_SIZE];
		query_get_text(q, 0, order, sizeof(order));
		if (!promises_bank_has_returned(sim, order))
			promise_broken(sim, "P1", "a receipt says order %s was refunded", order);
	}
	sim->looking = false;
}

/* Whatever became of them: that the tax authority takes only one is no merit of ours. */
static void
check_notes(struct sim *sim)
{
	const struct focus_books *books = &sim->scene->sandbox.world->focus;
	sim->counts.notes = books->note_count;
	for (int64_t i = 0; i < books->note_count; i++)
		for (int64_t j = i + 1; j < books->note_count; j++)
			if (text_equal(books->notes[i].order, books->notes[j].order) &&
			    !text_equal(books->notes[i].ref, books->notes[j].ref))
				promise_broken(sim, "P3",
				               "order %s has credit notes under two refs",
				               books->notes[i].order);
}

/* The log, recomputed from the seals by another road than the program's: every head in it. */
static void
tree_root(const struct digest *leaves, size_t count, struct digest *root)
{
	if (count == 1) {
		*root = leaves[0];
		return;
	}
	size_t split = 1;
	while (split * 2 < count)
		split *= 2;
	struct digest left, right;
	tree_root(leaves, split, &left);
	tree_root(leaves + split, count - split, &right);
	uint8_t bytes[1 + 2 * DIGEST_BYTES] = { 1 };
	memcpy(bytes + 1, left.bytes, DIGEST_BYTES);
	memcpy(bytes + 1 + DIGEST_BYTES, right.bytes, DIGEST_BYTES);
	*root = digest_of(bytes, sizeof(bytes));
}

static void
check_log(struct sim *sim)
{
	static struct digest leaves[HEADS_MAX];
	size_t count = 0;
	struct query *q = query(sim->scene->store,
	                        "SELECT r.id || char(10) || s.signature FROM receipts r "
	                        "JOIN seals s ON s.receipt_id = r.id ORDER BY r.leaf_index");
	sim->looking = true;
	while (query_next(q)) {
		char entry[256] = "";
		ensure(count < HEADS_MAX);
		query_get_text(q, 0, entry + 1, sizeof(entry) - 1);
		leaves[count++] = digest_of(entry, 1 + strlen(entry + 1));
	}
	q = query(sim->scene->store, "SELECT size, root FROM tree_heads");
	while (query_next(q)) {
		char said[65], found[65];
		struct digest root;
		size_t size = (size_t)query_get_integer(q, 0);
		query_get_text(q, 1, said, sizeof(said));
		ensure(size <= count);
		tree_root(leaves, size, &root);
		digest_print(&root, found);
		if (!text_equal(said, found))
			promise_broken(sim, "P10", "the head of size %zu is not over the receipts",
			               size);
	}
	sim->looking = false;
}

/* P13: a stranger hears the same about an order that is not there and one that is not his. */
static void
check_strangers(struct sim *sim)
{
	int64_t others = promises_number_of(
		sim, "SELECT count(*) FROM transitions t JOIN outbox o ON o.case_id = t.case_id "
		     "AND o.queued_ms = t.at_ms WHERE t.reason IN "
		     "('order_not_found', 'buyer_mismatch') AND t.to_state = 'HELD' "
		     "AND t.actor <> 'customer' AND o.template NOT IN ('not_located', 'looking', "
		     "'thanks', 'greeting', 'ask_order', 'ask_order_again')");
	if (others != 0)
		promise_broken(sim, "P13", "a stranger was told apart");
}

/* P15: what is written about calls holds no secret. */
static void
check_secrets(struct sim *sim)
{
	const struct world_credentials *c = &sim->scene->sandbox.world->credentials;
	const char *const secrets[] = {
		c->omie_secret,
		c->pix_reader_secret,
		c->pix_writer_secret,
		c->focus_token,
		zapi_token(sim->scene->sandbox.chats),
		zapi_client_token(sim->scene->sandbox.chats),
	};
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (promises_number_for(
			    sim, "SELECT count(*) FROM attempts WHERE instr(why, :secret) > 0",
			    ":secret", secrets[i]) != 0)
			promise_broken(sim, "P15", "an attempt's words hold a secret");
}

void
promises_end(struct sim *sim)
{
	promises_started(sim);
	promises_turn(sim);
	check_rest(sim);
	check_ledger(sim);
	check_one_to_one(sim);
	check_notes(sim);
	check_log(sim);
	check_strangers(sim);
	check_secrets(sim);
	if (!store_is_well(sim->scene->store, NULL))
		promise_broken(sim, "P9", "the store has failed with nothing wrong");
}
