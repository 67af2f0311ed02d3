/*
 * Nothing is computed here that was signed: bytes, signatures and heads come as stored.
 */
#include "serve/shown_receipt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "proof/receipt.h"

json_t *
shown_receipt(const struct stored_receipt *receipt, struct why *why)
{
	json_t *details =
		json_parse(receipt->details, strlen(receipt->details), RECEIPT_BYTES_MAX, why);
	const struct receipt_stored stored = {
		.body = receipt->body,
		.length = receipt->body_length,
		.signature = receipt->signature,
		.details = details,
		.superseded_by = receipt->superseded_by[0] != '\0' ? receipt->superseded_by : NULL,
	};
	json_t *json = receipt_to_json(&stored, why);
	json_decref(details);
	return json;
}

/* A text of the row `name`; "" when there is none. */
static const char *
text_of_row(const json_t *receipt, const char *name, const char *field)
{
	size_t index;
	json_t *row;
	json_array_foreach (json_object_get(receipt, "postconditions"), index, row) {
		const char *found = json_string_value(json_object_get(row, "name"));
		const char *text = json_string_value(json_object_get(row, field));
		if (found != NULL && text_equal(found, name))
			return text == NULL ? "" : text;
	}
	return "";
}

/* The row consent_given is there whatever became of the refund, and begins "o_7k2m, 18600 brl, from ". */
static bool
read_amount(const json_t *receipt, int64_t *cents)
{
	char amount[64];
	const char *at = strstr(text_of_row(receipt, "consent_given", "expected"), ", ");
	if (at == NULL)
		return false;
	*cents = strtoll(at + 2, NULL, 10);
	return text_format(amount, sizeof(amount), ", %" PRId64 " brl, ", *cents) &&
	       text_starts_with(at, amount);
}

bool
shown_signed_facts(const json_t *receipt, struct signed_facts *facts, struct why *why)
{
	const char *operation = json_string_value(json_object_get(receipt, "operation_id"));
	const char *reply = text_of_row(receipt, "reply_text", "actual");
	*facts = (struct signed_facts){ 0 };
	if (operation == NULL || !text_starts_with(operation, "rf") ||
	    !text_copy(facts->order_number, sizeof(facts->order_number), operation + 2))
		return why_set(why, "it is not about a refund of ours");
	if (!read_amount(receipt, &facts->amount_cents))
		return why_set(why, "it does not say what amount was agreed to");
	return text_copy(facts->reply_commitment, sizeof(facts->reply_commitment), reply) ||
	       why_set(why, "its row reply_text holds no commitment");
}

struct list {
	json_t *items;
	size_t most;
	bool cut;
};

static void
add_receipt(void *context, const struct stored_receipt *receipt)
{
	struct list *list = context;
	struct why why = { "" };
	if (list->most == 0) {
		list->cut = true;
		return;
	}
	list->most--;
	json_t *json = shown_receipt(receipt, &why);
	if (json != NULL)
		json_array_append_new(list->items, json);
	else
		log_line(LOG_ERROR, "receipt.unreadable", "receipt=%s why=\"%s\"", receipt->id,
		         why.text);
}

json_t *
shown_receipts(struct store *store, const char *order, size_t most)
{
	struct list list = { .items = json_array(), .most = most };
	char number[ORDER_NUMBER_SIZE] = "";
	bool readable = text_letters_and_digits(number, sizeof(number), order) &&
	                (number[0] != '\0' || order[0] == '\0');
	if (readable) /* one more than are shown, to know whether there are more */
		store_receipts(store, number, most + 1, add_receipt, &list);
	return json_pack("{s:o,s:b}", "items", list.items, "cut", list.cut);
}

void
shown_head(const struct stored_head *stored, struct tree_head *head)
{
	memset(head, 0, sizeof(*head));
	head->size = (uint64_t)stored->size;
	ensure(digest_parse(stored->root, &head->root));
	instant_print_utc(head->timestamp, stored->timestamp_ms);
	ensure(text_copy(head->key_id, sizeof(head->key_id), stored->signing_key_id));
	ensure(text_copy(head->signature, sizeof(head->signature), stored->signature));
}

static bool
read_node(void *context, unsigned level, uint64_t index, struct digest *hash, struct why *why)
{
	return store_tree_node(context, level, index, hash) ||
	       why_set(why, "the log lacks node %u/%llu", level, (unsigned long long)index);
}

struct merkle_nodes
shown_nodes(struct store *store)
{
	return (struct merkle_nodes){ .read = read_node, .context = store };
}

bool
shown_inclusion(struct store *store, const char *receipt_id, struct inclusion_proof *proof,
                struct why *why)
{
	const struct merkle_nodes nodes = shown_nodes(store);
	struct stored_receipt receipt;
	struct stored_head head;
	if (!store_receipt_load(store, receipt_id, &receipt))
		return why_set(why, "there is no receipt %s", receipt_id);
	bool ok = (receipt.sealed && store_head_latest(store, &head) &&
	           receipt.leaf_index < head.size) ||
	          why_set(why, "%s is not sealed yet", receipt_id);
	if (ok) {
		shown_head(&head, &proof->head);
		ensure(text_copy(proof->receipt_id, sizeof(proof->receipt_id), receipt.id));
		proof->index = (uint64_t)receipt.leaf_index;
		proof->leaf = merkle_receipt_leaf(receipt.id, receipt.signature);
		proof->size = proof->head.size;
		ok = merkle_inclusion(&nodes, proof->index, proof->size, &proof->path, why);
	}
	store_receipt_free(&receipt);
	return ok;
}

bool
shown_consistency(struct store *store, int64_t first, int64_t second,
                  struct consistency_proof *proof, struct why *why)
{
	const struct merkle_nodes nodes = shown_nodes(store);
	struct stored_head head;
	if (first < 0 || first > second || !store_head(store, second, &head))
		return why_set(why, "the log has no such sizes");
	shown_head(&head, &proof->head);
	proof->first_size = (uint64_t)first;
	proof->second_size = (uint64_t)second;
	return merkle_root(&nodes, proof->first_size, &proof->first_root, why) &&
	       merkle_root(&nodes, proof->second_size, &proof->second_root, why) &&
	       merkle_consistency(&nodes, proof->first_size, proof->second_size, &proof->path, why);
}
