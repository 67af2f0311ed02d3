/*
 * Receipts, seals and the log.  Rows here are added and never changed.
 */
#include "io/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/query.h"
#include "io/store_file.h"

/* --- receipts ------------------------------------------------------------------------------------------- */

void
store_receipt_free(struct stored_receipt *receipt)
{
	free(receipt->body);
	free(receipt->details);
	free(receipt->sshsig);
	receipt->body = receipt->details = receipt->sshsig = NULL;
}

void
store_receipt_prepare(struct store *store, struct stored_receipt *r, int64_t now_ms)
{
	struct query *size = query(store, "SELECT count(*) FROM receipts");
	while (query_next(size))
		r->leaf_index = query_get_integer(size, 0);
	struct query *q = query(store, "INSERT INTO receipts (id, case_id, order_number, result, "
	                               "lifecycle, safe, amount_cents, body, "
	                               "details, reply_commitment, supersedes, leaf_index, test, "
	                               "prepared_ms) VALUES (:id, :case, "
	                               ":order, :result, :lifecycle, :safe, :amount, :body, "
	                               ":details, :reply, :supersedes, :leaf, "
	                               ":test, :now)");
	query_text(q, ":id", r->id);
	query_text(q, ":case", r->case_id);
	query_text(q, ":order", r->order_number);
	query_text(q, ":result", r->result);
	query_text(q, ":lifecycle", r->lifecycle);
	query_integer(q, ":safe", r->safe);
	query_integer(q, ":amount", r->amount_cents);
	query_blob(q, ":body", r->body, r->body_length);
	query_text(q, ":details", r->details);
	query_text(q, ":reply", r->reply_commitment);
	query_text_or_null(q, ":supersedes", r->supersedes);
	query_integer(q, ":leaf", r->leaf_index);
	query_integer(q, ":test", r->test);
	query_integer(q, ":now", now_ms);
	query_run(q);
	r->prepared_ms = now_ms;
}

#define RECEIPT_SELECT                                                                         \
	"SELECT r.id, r.case_id, r.order_number, r.result, r.lifecycle, r.safe, r.test, "      \
	"s.receipt_id IS NOT NULL, r.amount_cents, r.leaf_index, coalesce(r.supersedes, ''), " \
	"coalesce((SELECT id FROM receipts n WHERE n.supersedes = r.id), ''), "                \
	"r.reply_commitment, "                                                                 \
	"r.body, r.details, coalesce(s.signature, ''), coalesce(s.sshsig, ''), "               \
	"coalesce(s.signing_key_id, ''), r.prepared_ms, coalesce(s.sealed_ms, 0) "             \
	"FROM receipts r LEFT JOIN seals s ON s.receipt_id = r.id "

static void
read_receipt(struct query *q, struct stored_receipt *r)
{
	memset(r, 0, sizeof(*r));
	query_get_text(q, 0, r->id, sizeof(r->id));
	query_get_text(q, 1, r->case_id, sizeof(r->case_id));
	query_get_text(q, 2, r->order_number, sizeof(r->order_number));
	query_get_text(q, 3, r->result, sizeof(r->result));
	query_get_text(q, 4, r->lifecycle, sizeof(r->lifecycle));
	r->safe = query_get_integer(q, 5) != 0;
	r->test = query_get_integer(q, 6) != 0;
	r->sealed = query_get_integer(q, 7) != 0;
	r->amount_cents = query_get_integer(q, 8);
	r->leaf_index = query_get_integer(q, 9);
	query_get_text(q, 10, r->supersedes, sizeof(r->supersedes));
	query_get_text(q, 11, r->superseded_by, sizeof(r->superseded_by));
	query_get_text(q, 12, r->reply_commitment, sizeof(r->reply_commitment));
	r->body = query_take_text(q, 13, &r->body_length);
	r->details = query_take_text(q, 14, NULL);
	query_get_text(q, 15, r->signature, sizeof(r->signature));
	r->sshsig = query_take_text(q, 16, NULL);
	query_get_text(q, 17, r->signing_key_id, sizeof(r->signing_key_id));
	r->prepared_ms = query_get_integer(q, 18);
	r->sealed_ms = query_get_integer(q, 19);
}

static bool
one_receipt(struct query *q, struct stored_receipt *receipt)
{
	bool found = query_next(q);
	if (found) {
		read_receipt(q, receipt);
		query_end(q);
	}
	return found;
}

bool
store_receipt_unsealed(struct store *store, struct stored_receipt *receipt)
{
	return one_receipt(query(store, RECEIPT_SELECT "WHERE s.receipt_id IS NULL "
	                                               "ORDER BY r.leaf_index LIMIT 1"),
	                   receipt);
}

bool
store_receipt_load(struct store *store, const char *id, struct stored_receipt *receipt)
{
	struct query *q = query(store, RECEIPT_SELECT "WHERE r.id = :id");
	query_text(q, ":id", id);
	return one_receipt(q, receipt);
}

bool
store_receipt_at(struct store *store, int64_t leaf_index, struct stored_receipt *receipt)
{
	struct query *q = query(store, RECEIPT_SELECT "WHERE r.leaf_index = :leaf");
	query_integer(q, ":leaf", leaf_index);
	return one_receipt(q, receipt);
}

int64_t
store_receipt_count(struct store *store, const char *order_number, char *latest_id)
{
	struct query *q = query(
		store, "SELECT id, count(*) OVER () FROM receipts WHERE order_number = :order "
		       "ORDER BY leaf_index DESC LIMIT 1");
	int64_t count = 0;
	latest_id[0] = '\0';
	query_text(q, ":order", order_number);
	while (query_next(q)) {
		query_get_text(q, 0, latest_id, RECEIPT_ID_SIZE);
		count = query_get_integer(q, 1);
	}
	return count;
}

void
store_receipts(struct store *store, const char *order_number, size_t limit,
               store_receipt_visit *visit, void *context)
{
	struct query *q =
		query(store, RECEIPT_SELECT "WHERE s.receipt_id IS NOT NULL "
	                                    "AND (:order = '' OR r.order_number = :order) "
	                                    "ORDER BY r.leaf_index DESC LIMIT :limit");
	struct stored_receipt receipt;
	query_text(q, ":order", order_number);
	query_integer(q, ":limit", (int64_t)limit);
	while (query_next(q)) {
		read_receipt(q, &receipt);
		visit(context, &receipt);
		store_receipt_free(&receipt);
	}
}

void
store_seal(struct store *store, const struct seal *seal, int64_t now_ms)
{
	struct query *q =
		query(store,
	              "INSERT INTO seals (receipt_id, signature, sshsig, signing_key_id, "
	              "leaf_hash, sealed_ms) VALUES (:id, :signature, :sshsig, :key, :leaf, :now)");
	query_text(q, ":id", seal->receipt_id);
	query_text(q, ":signature", seal->signature);
	query_text(q, ":sshsig", seal->sshsig);
	query_text(q, ":key", seal->signing_key_id);
	query_text(q, ":leaf", seal->leaf_hash);
	query_integer(q, ":now", now_ms);
	query_run(q);
}

/* --- the log ----------------------------------------------------------------------------------------------- */

void
store_tree_node_add(struct store *store, unsigned level, uint64_t position,
                    const struct digest *hash)
{
	char hex[DIGEST_HEX_SIZE];
	struct query *q = query(store, "INSERT INTO tree_nodes (level, position, hash) "
	                               "VALUES (:level, :position, :hash)");
	digest_print(hash, hex);
	query_integer(q, ":level", (int64_t)level);
	query_integer(q, ":position", (int64_t)position);
	query_text(q, ":hash", hex);
	query_run(q);
}

bool
store_tree_node(struct store *store, unsigned level, uint64_t position, struct digest *hash)
{
	struct query *q = query(store, "SELECT hash FROM tree_nodes WHERE level = :level "
	                               "AND position = :position");
	char hex[DIGEST_HEX_SIZE];
	bool found = false;
	query_integer(q, ":level", (int64_t)level);
	query_integer(q, ":position", (int64_t)position);
	while (query_next(q)) {
		query_get_text(q, 0, hex, sizeof(hex));
		found = digest_parse(hex, hash);
	}
	return found;
}

void
store_head_add(struct store *store, const struct stored_head *head)
{
	struct query *q =
		query(store, "INSERT INTO tree_heads (size, root, timestamp_ms, signature, "
	                     "signing_key_id, checkpoint) VALUES (:size, :root, :at, :signature, "
	                     ":key, :checkpoint)");
	query_integer(q, ":size", head->size);
	query_text(q, ":root", head->root);
	query_integer(q, ":at", head->timestamp_ms);
	query_text(q, ":signature", head->signature);
	query_text(q, ":key", head->signing_key_id);
	query_text(q, ":checkpoint", head->checkpoint);
	query_run(q);
	store->leaving.log_size = head->size;
}

#define HEAD_SELECT \
	"SELECT size, root, timestamp_ms, signature, signing_key_id, checkpoint FROM tree_heads "

static bool
one_head(struct query *q, struct stored_head *head)
{
	bool found = false;
	while (query_next(q)) {
		found = true;
		head->size = query_get_integer(q, 0);
		query_get_text(q, 1, head->root, sizeof(head->root));
		head->timestamp_ms = query_get_integer(q, 2);
		query_get_text(q, 3, head->signature, sizeof(head->signature));
		query_get_text(q, 4, head->signing_key_id, sizeof(head->signing_key_id));
		query_get_text(q, 5, head->checkpoint, sizeof(head->checkpoint));
	}
	return found;
}

bool
store_head_latest(struct store *store, struct stored_head *head)
{
	return one_head(query(store, HEAD_SELECT "ORDER BY size DESC LIMIT 1"), head);
}

bool
store_head(struct store *store, int64_t size, struct stored_head *head)
{
	struct query *q = query(store, HEAD_SELECT "WHERE size = :size");
	query_integer(q, ":size", size);
	return one_head(q, head);
}

/* --- disclosures ---------------------------------------------------------------------------------------------- */

void
store_disclosure_add(struct store *store, const char *receipt_id, const struct disclosed *disclosed)
{
	struct query *q = query(store, "INSERT INTO disclosures (receipt_id, name, disclosure) "
	                               "VALUES (:receipt, :name, :text)");
	query_text(q, ":receipt", receipt_id);
	query_text(q, ":name", disclosed->name);
	query_text(q, ":text", disclosed->text);
	query_run(q);
}

void
store_disclosures(struct store *store, const char *receipt_id, store_disclosure_visit *visit,
                  void *context)
{
	struct query *q = query(store, "SELECT name, disclosure FROM disclosures "
	                               "WHERE receipt_id = :receipt ORDER BY name");
	struct disclosed disclosed;
	query_text(q, ":receipt", receipt_id);
	while (query_next(q)) {
		query_get_text(q, 0, disclosed.name, sizeof(disclosed.name));
		query_get_text(q, 1, disclosed.text, sizeof(disclosed.text));
		visit(context, &disclosed);
	}
}
