/*
 * Receipts are signed and enter the log, in three steps (receipts.md section 4):
 *
 *	a   one transaction stores the bytes and their place in the log
 *	b   after that commit they are signed, and so is the head of the grown log
 *	c   one transaction stores the signatures, and queues the reply
 *
 * Ed25519 is deterministic: whatever crashes between, signing the stored bytes again
 * gives the same signature, the same leaf and the same root, so no two heads of one size
 * can ever differ.
 *
 * After a restore heads of these sizes may have been signed over other leaves, which this
 * store has forgotten.  So the log goes on under a key and a name of the restore's epoch,
 * and receipts carry the epoch in their ids: nothing that was signed meanwhile is signed a
 * second time as something else.  What the old key signed stays genuine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "proof/checkpoint.h"
#include "proof/gate.h"
#include "proof/merkle.h"
#include "proof/receipt.h"
#include "proof/tree_head.h"
#include "serve/engine_room.h"
#include "serve/shown_receipt.h"

/* --- a: the bytes --------------------------------------------------------------------------------------------- */

/* Who was asked: the tools behind each duty. */
static void
name_connectors(const struct engine *engine, struct receipt *receipt)
{
	for (size_t i = 0; i < sizeof(engine->duties) / sizeof(engine->duties[0]); i++)
		ensure(text_copy(receipt->connectors_checked[receipt->connector_count++],
		                 RECEIPT_CONNECTOR_SIZE, engine->duties[i]->name));
}

/* A receipt is true as of the oldest thing it rests on. */
static int64_t
oldest_reading(const struct refund_case *c)
{
	const int64_t read_ms[] = { c->order_reading.read_ms, c->payment_reading.read_ms,
		                    c->note_reading.read_ms };
	int64_t oldest_ms = c->payment_reading.read_ms;
	for (size_t i = 0; i < sizeof(read_ms) / sizeof(read_ms[0]); i++)
		if (read_ms[i] != 0 && read_ms[i] < oldest_ms)
			oldest_ms = read_ms[i];
	return oldest_ms;
}

static void
fill_receipt(const struct engine *engine, const struct refund_case *c,
             const struct effects *effects, const char *supersedes, struct receipt *receipt)
{
	receipt->action = RECEIPT_REFUND;
	receipt->test = engine->setup.sandbox;
	receipt->issued_ms = engine->now_ms;
	receipt->valid_as_of_ms = oldest_reading(c);
	receipt->verdict = effects->verdict;
	ensure(text_copy(receipt->id, sizeof(receipt->id), c->receipt_id));
	ensure(text_copy(receipt->org_id, sizeof(receipt->org_id), engine->policy.merchant));
	ensure(text_format(receipt->operation_id, sizeof(receipt->operation_id), "rf%s",
	                   c->order_number));
	ensure(text_copy(receipt->agent_id, sizeof(receipt->agent_id), engine->policy.agent));
	ensure(text_copy(receipt->supersedes, sizeof(receipt->supersedes), supersedes));
	gate_contract_digest(receipt->contract_digest);
	name_connectors(engine, receipt);
}

void
engine_prepare_receipt(struct engine *engine, const struct refund_case *c,
                       const struct effects *effects)
{
	struct receipt *receipt = calloc(1, sizeof(*receipt));
	struct stored_receipt stored = { .safe = effects->verdict.safe_to_claim_complete,
		                         .test = engine->setup.sandbox,
		                         .amount_cents = c->offer.amount_cents };
	struct buffer body;
	struct why why = { "" };
	ensure(receipt != NULL);
	buffer_init(&body, RECEIPT_BYTES_MAX);
	store_receipt_count(engine->store, c->order_number, stored.supersedes);
	fill_receipt(engine, c, effects, stored.supersedes, receipt);
	if (!receipt_body(receipt, signing_key_public(engine->setup.receipts_key), &body, &why)) {
		log_line(LOG_ERROR, "receipt.unwritable", "case=%s why=\"%s\"", c->id, why.text);
		ensure(!"a receipt of our own facts can always be written");
	}
	json_t *details = receipt_details(receipt);
	ensure(text_copy(stored.id, sizeof(stored.id), c->receipt_id));
	ensure(text_copy(stored.case_id, sizeof(stored.case_id), c->id));
	ensure(text_copy(stored.order_number, sizeof(stored.order_number), c->order_number));
	ensure(text_copy(stored.result, sizeof(stored.result),
	                 result_text(effects->verdict.result)));
	ensure(text_copy(stored.lifecycle, sizeof(stored.lifecycle),
	                 lifecycle_text(effects->verdict.lifecycle)));
	ensure(text_copy(stored.reply_commitment, sizeof(stored.reply_commitment),
	                 c->reply_commitment));
	stored.details = json_text(details);
	stored.body_length = body.length;
	stored.body = buffer_take(&body);
	store_receipt_prepare(engine->store, &stored, engine->now_ms);
	for (size_t i = 0; i < effects->disclosure_count; i++)
		store_disclosure_add(engine->store, c->receipt_id, &effects->disclosures[i]);
	engine->seal_waits = true;
	json_decref(details);
	store_receipt_free(&stored);
	free(receipt);
}

/* --- b and c: signatures, the log, the head --------------------------------------------------- */

/* The log grows by one leaf; its new head is signed twice, for receipts' verifiers and for witnesses. */
static void
grow_log(struct engine *engine, const struct stored_receipt *receipt, const struct digest *leaf)
{
	const struct merkle_nodes nodes = shown_nodes(engine->store);
	uint64_t size = (uint64_t)receipt->leaf_index;
	struct merkle_growth growth;
	struct tree_head head;
	struct checkpoint checkpoint = { .size = size + 1 };
	struct stored_head stored = { .size = receipt->leaf_index + 1,
		                      .timestamp_ms = engine->now_ms };
	struct buffer note;
	struct why why = { "" };
	bool ok = merkle_append(&nodes, size, leaf, &growth, &why);
	for (size_t i = 0; ok && i < growth.count; i++)
		store_tree_node_add(engine->store, growth.nodes[i].level, growth.nodes[i].index,
		                    &growth.nodes[i].hash);
	ok = ok && merkle_root(&nodes, size + 1, &checkpoint.root, &why);
	if (!store_is_well(engine->store, NULL))
		return; /* nothing of this turn will be written */
	if (!ok) {
		log_line(LOG_ERROR, "log.broken", "receipt=%s why=\"%s\"", receipt->id, why.text);
		ensure(!"the log can grow by every receipt");
	}
	const struct signing_key *key =
		engine->epoch_key != NULL ? engine->epoch_key : engine->setup.log_key;
	tree_head_sign(key, size + 1, &checkpoint.root, engine->now_ms, &head);
	checkpoint_origin_of(engine->policy.merchant, engine->log_epoch, checkpoint.origin);
	buffer_init(&note, CHECKPOINT_BYTES_MAX);
	checkpoint_sign(&checkpoint, key, &note);
	digest_print(&checkpoint.root, stored.root);
	ensure(text_copy(stored.signature, sizeof(stored.signature), head.signature));
	ensure(text_copy(stored.signing_key_id, sizeof(stored.signing_key_id), head.key_id));
	ensure(text_copy(stored.checkpoint, sizeof(stored.checkpoint), buffer_text(&note)));
	store_head_add(engine->store, &stored);
	buffer_free(&note);
}

static enum result
result_of(const char *text)
{
#define X(name, word)               \
	if (text_equal(text, word)) \
		return RESULT_##name;
	RESULTS(X)
#undef X
	ensure(!"a result that the schema does not allow");
	return RESULT_INCOMPLETE;
}

static void
seal_one(struct engine *engine, const struct stored_receipt *receipt)
{
	struct receipt_seal signature;
	struct why why = { "" };
	char leaf_hash[DIGEST_HEX_SIZE];
	if (!receipt_sign(receipt->body, receipt->body_length, engine->setup.receipts_key,
	                  &signature, &why)) {
		log_line(LOG_ERROR, "receipt.unsignable", "receipt=%s why=\"%s\"", receipt->id,
		         why.text);
		ensure(!"stored bytes name the key that signs them");
	}
	struct digest leaf = merkle_receipt_leaf(receipt->id, signature.signature);
	digest_print(&leaf, leaf_hash);
	const struct seal seal = {
		.receipt_id = receipt->id,
		.signature = signature.signature,
		.sshsig = signature.sshsig,
		.signing_key_id = signing_key_public(engine->setup.receipts_key)->id,
		.leaf_hash = leaf_hash,
	};
	store_seal(engine->store, &seal, engine->now_ms);
	grow_log(engine, receipt, &leaf);
	engine->counts.receipts_sealed++;
	log_line(LOG_INFO, "receipt.sealed", "receipt=%s order=%s result=%s safe=%d", receipt->id,
	         receipt->order_number, receipt->result, receipt->safe);
	const struct event event = { .kind = EVENT_SEALED, .sealed = result_of(receipt->result) };
	engine_step(engine, receipt->case_id, &event, "bot");
}

void
engine_sign_prepared(struct engine *engine)
{
	struct stored_receipt receipt;
	if (!engine->seal_waits)
		return;
	engine->seal_waits = false; /* what this turn prepares is the next turn's */
	while (store_receipt_unsealed(engine->store, &receipt)) {
		seal_one(engine, &receipt);
		store_receipt_free(&receipt);
	}
}
