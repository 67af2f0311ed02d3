/*
 * For programs: health, keys, the log, receipts (postcept.md sections 2 and 8).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "proof/digest.h"
#include "proof/key_text.h"
#include "proof/log_proof.h"
#include "serve/routes.h"
#include "serve/shown_receipt.h"

/* --- health --------------------------------------------------------------------------------------------------- */

void
api_health(const struct visit *visit)
{
	visit_answer_json(visit, 200, json_pack("{s:s}", "status", "ok"));
}

/* With money paused it still hears and answers, so nothing should be kept from it: 200, and it says so. */
void
api_ready(const struct visit *visit)
{
	struct store *store = visit->server->folder.store;
	bool ready = store_is_well(store, NULL) && !visit->server->failed;
	json_t *json = json_pack("{s:s}", "status", ready ? "ready" : "store failed");
	if (ready && store_money_is_paused(store))
		json_object_set_new(json, "money", json_string("paused: estorno reconcile"));
	visit_answer_json(visit, ready ? 200 : 503, json);
}

void
api_metrics(const struct visit *visit)
{
	const struct engine_counts counts = engine_counts(visit->server->engine);
	const struct {
		const char *name, *help;
		int64_t value;
	} rows[] = {
		{ "turns_total", "turns of the loop that decided something", counts.turns },
		{ "commits_total", "transactions committed", counts.commits },
		{ "messages_total", "messages heard", counts.messages },
		{ "duplicates_total", "messages heard again", counts.duplicates },
		{ "unverified_total", "things heard under another token than the channel's",
		  counts.unverified },
		{ "calls_total", "calls to providers", counts.calls },
		{ "transitions_total", "changes of a case's state", counts.transitions },
		{ "refunds_sent_total", "orders to pay handed to the bank", counts.refunds_sent },
		{ "receipts_sealed_total", "receipts sealed", counts.receipts_sealed },
	};
	struct buffer text;
	buffer_init(&text, 16 * 1024);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		buffer_add_format(
			&text,
			"# HELP estorno_%s %s\n# TYPE estorno_%s counter\nestorno_%s %" PRId64 "\n",
			rows[i].name, rows[i].help, rows[i].name, rows[i].name, rows[i].value);
	buffer_add_format(&text,
	                  "# HELP estorno_calls_in_flight calls under way\n"
	                  "# TYPE estorno_calls_in_flight gauge\nestorno_calls_in_flight %" PRId64
	                  "\n",
	                  engine_in_flight(visit->server->engine));
	buffer_add_format(
		&text,
		"# HELP estorno_money_paused 1 after a restore, until the bank was asked\n"
		"# TYPE estorno_money_paused gauge\nestorno_money_paused %d\n",
		store_money_is_paused(visit->server->folder.store));
	http_answer_text(visit->exchange, 200, "text/plain; version=0.0.4", buffer_text(&text));
	buffer_free(&text);
}

/* --- keys ------------------------------------------------------------------------------------------------------ */

static const struct verifying_key *
receipts_key(const struct visit *visit)
{
	return signing_key_public(visit->server->folder.receipts_key);
}

void
api_signing_key(const struct visit *visit)
{
	visit_answer_json(visit, 200, verifying_key_to_json(receipts_key(visit)));
}

static json_t *
published_key(const struct verifying_key *key, enum key_use use, bool active)
{
	json_t *json = verifying_key_to_json(key);
	json_object_set_new(json, "status", json_string(active ? "active" : "retired"));
	json_object_set_new(json, "use", json_string(key_use_text(use)));
	return json;
}

struct epoch_keys {
	const struct folder *folder;
	int64_t latest;
	json_t *list;
};

/* The log's key since a restore. */
static void
publish_epoch(void *context, const struct restore *restore)
{
	const struct epoch_keys *epochs = context;
	struct signing_key *key =
		signing_key_of_epoch(epochs->folder->log_key, (uint64_t)restore->epoch);
	json_array_append_new(epochs->list, published_key(signing_key_public(key), KEY_USE_LOG,
	                                                  restore->epoch == epochs->latest));
	signing_key_free(key);
}

void
api_signing_keys(const struct visit *visit)
{
	const struct folder *folder = &visit->server->folder;
	const struct verifying_key *log = signing_key_public(folder->log_key);
	struct epoch_keys epochs = { .folder = folder, .list = json_array() };
	epochs.latest = store_log_epoch(folder->store);
	json_array_append_new(epochs.list,
	                      published_key(receipts_key(visit), KEY_USE_RECEIPTS, true));
	json_array_append_new(epochs.list, published_key(log, KEY_USE_LOG, epochs.latest == 0));
	store_restores(folder->store, publish_epoch, &epochs);
	visit_answer_json(visit, 200, json_pack("{s:o}", "keys", epochs.list));
}

/* --- the log ----------------------------------------------------------------------------------------------------- */

void
api_tree_head(const struct visit *visit)
{
	struct stored_head stored;
	struct tree_head head;
	if (!store_head_latest(visit->server->folder.store, &stored)) {
		http_answer_error(visit->exchange, 404, "empty_log", "nothing is sealed yet");
		return;
	}
	shown_head(&stored, &head);
	visit_answer_json(visit, 200, tree_head_to_json(&head));
}

void
api_checkpoint(const struct visit *visit)
{
	struct stored_head stored;
	if (store_head_latest(visit->server->folder.store, &stored))
		http_answer_text(visit->exchange, 200, "text/plain; charset=utf-8",
		                 stored.checkpoint);
	else
		http_answer_error(visit->exchange, 404, "empty_log", "nothing is sealed yet");
}

/* ?leaf= is the receipt's own leaf hash, which only who holds the receipt can tell. */
static bool
names_leaf(const char *leaf, const struct inclusion_proof *proof)
{
	char own[DIGEST_HEX_SIZE];
	digest_print(&proof->leaf, own);
	return text_equal_secret(own, leaf);
}

/* A receipt's id is made of the order's number, so anybody can guess it: whether an order had a refund is
 * told to staff, and to who has the receipt already.  Everybody else hears the same of any id (P13). */
void
api_inclusion(const struct visit *visit)
{
	struct inclusion_proof *proof = calloc(1, sizeof(*proof));
	char leaf[DIGEST_HEX_SIZE];
	struct staff staff;
	struct why why = { "" };
	ensure(proof != NULL);
	bool has_leaf = http_query(buffer_text(&visit->request->url), "leaf", leaf, sizeof(leaf));
	/* Ids follow the orders, so a stranger from outside could count up what was refunded. */
	bool may_ask = has_leaf || routes_is_local(visit->exchange) ||
	               staff_of(visit->server, visit->request, &staff);
	if (!may_ask)
		http_answer_error(visit->exchange, 401, "not_logged_in",
		                  "add ?leaf= with the receipt's own leaf hash, or log in");
	else if (shown_inclusion(visit->server->folder.store, visit->rest, proof, &why) &&
	         (!has_leaf || names_leaf(leaf, proof)))
		visit_answer_json(visit, 200, inclusion_proof_to_json(proof));
	else
		http_answer_error(visit->exchange, 404, "not_found",
		                  "the log's head has no such leaf");
	free(proof);
}

static bool
query_size(const struct visit *visit, const char *key, int64_t *size)
{
	char text[24], *end;
	if (!http_query(buffer_text(&visit->request->url), key, text, sizeof(text)) ||
	    text[0] < '0' || text[0] > '9')
		return false;
	*size = strtoll(text, &end, 10);
	return *end == '\0';
}

void
api_consistency(const struct visit *visit)
{
	struct consistency_proof *proof = calloc(1, sizeof(*proof));
	struct stored_head latest = { 0 };
	struct why why = { "" };
	int64_t first = 0, second = 0;
	ensure(proof != NULL);
	store_head_latest(visit->server->folder.store, &latest);
	bool asked = query_size(visit, "first", &first);
	if (!query_size(visit, "second", &second))
		second = latest.size;
	if (!asked)
		http_answer_error(visit->exchange, 400, "bad_request", "?first= is wanted");
	else if (shown_consistency(visit->server->folder.store, first, second, proof, &why))
		visit_answer_json(visit, 200, consistency_proof_to_json(proof));
	else
		http_answer_error(visit->exchange, 404, "not_found", why.text);
	free(proof);
}

/* --- receipts --------------------------------------------------------------------------------- */

void
api_receipt(const struct visit *visit)
{
	struct stored_receipt receipt;
	struct why why = { "" };
	if (!store_receipt_load(visit->server->folder.store, visit->rest, &receipt)) {
		http_answer_error(visit->exchange, 404, "not_found", "there is no such receipt");
		return;
	}
	json_t *json = receipt.sealed ? shown_receipt(&receipt, &why) : NULL;
	if (json != NULL)
		visit_answer_json(visit, 200, json);
	else
		http_answer_error(visit->exchange, 404, "not_found", "it is not sealed yet");
	store_receipt_free(&receipt);
}

/* Without ?order=, or with an empty one, those of all orders.  A number that can't be read is nobody's. */
void
api_receipts(const struct visit *visit)
{
	enum { A_PAGE = 100 };
	const char *url = buffer_text(&visit->request->url);
	char order[ORDER_NUMBER_SIZE * 2] = "";
	if (strstr(url, "order") != NULL && !http_query(url, "order", order, sizeof(order)))
		http_answer_error(visit->exchange, 400, "bad_request", "?order= can't be read");
	else
		visit_answer_json(visit, 200,
		                  shown_receipts(visit->server->folder.store, order, A_PAGE));
}
