/*
 * log head, log prove, log check: the log of receipts, for whoever wants to hold us to it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "proof/checkpoint.h"
#include "proof/receipt_verify.h"
#include "serve/shown_receipt.h"

/* --- head ------------------------------------------------------------------------------------- */

static int
show_head(const struct command_line *line, struct folder *folder)
{
	struct stored_head stored;
	struct tree_head head;
	struct why why = { "" };
	if (!store_head_latest(folder->store, &stored)) {
		why_set(&why, "nothing is sealed yet");
		return command_refused(&why);
	}
	shown_head(&stored, &head);
	if (line->json)
		command_print_json(tree_head_to_json(&head));
	else
		fputs(stored.checkpoint, stdout);
	return EXIT_YES;
}

static int
run_head(const struct command_line *line)
{
	return command_look(line, show_head);
}

const struct command command_log_head = {
	.name = "log head",
	.arguments = "",
	.sentence = "the log's signed head, as a checkpoint for witnesses",
	.help = "With --json the same head as a Postcept tree head.",
	.options = "",
	.run = run_head,
};

/* --- prove ------------------------------------------------------------------------------------ */

static bool
own_ring(const char *data, struct key_ring *ring, struct why *why)
{
	struct verifying_key key;
	return folder_public_key(data, "receipts", &key, why) && key_ring_add(ring, &key, why);
}

/* What is handed out has been checked as its receiver will check it. */
static bool
make_proof(const struct command_line *line, struct store *store, struct inclusion_proof *proof,
           struct why *why)
{
	struct key_ring ring = { .count = 0 };
	struct stored_receipt receipt;
	const char *id = line->words[0];
	if (!folder_log_keys(line->data, &ring, why) || !shown_inclusion(store, id, proof, why))
		return false;
	ensure(store_receipt_load(store, id, &receipt)); /* it was there a moment ago */
	enum authenticity found = inclusion_proof_verify(proof, id, receipt.signature, &ring, why);
	store_receipt_free(&receipt);
	return found == AUTHENTICITY_GENUINE ||
	       why_prefix(why, "the log can't prove %s; see `estorno log check`", id);
}

static int
prove(const struct command_line *line, struct folder *folder)
{
	struct inclusion_proof *proof = calloc(1, sizeof(*proof));
	struct why why = { "" };
	ensure(proof != NULL);
	bool ok = make_proof(line, folder->store, proof, &why);
	if (ok)
		command_print_json(inclusion_proof_to_json(proof));
	free(proof);
	return ok ? EXIT_YES : command_refused(&why);
}

static int
run_prove(const struct command_line *line)
{
	return command_look(line, prove);
}

const struct command command_log_prove = {
	.name = "log prove",
	.arguments = "ID",
	.sentence = "the proof that a receipt is in the log",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_prove,
};

/* --- check ------------------------------------------------------------------------------------ */
/*
 * From the first leaf on.  Every stored node is compared with one that is computed from
 * nodes compared before, so at the end nothing is taken on trust but the two public keys.
 */

struct walk {
	struct store *store;
	struct merkle_nodes nodes;
	struct key_ring receipts, log;
	int64_t size; /* leaves that hold, from the first */
	int64_t heads;
};

/* The columns by which people search and triggers judge say the same as what was signed. */
static bool
columns_agree(const struct stored_receipt *r, struct why *why)
{
	json_t *body = json_parse_object(r->body, r->body_length, RECEIPT_BYTES_MAX, why);
	const char *id = json_string_value(json_object_get(body, "id"));
	const char *result = json_string_value(json_object_get(body, "result"));
	const char *earlier = json_string_value(json_object_get(body, "supersedes"));
	const char *lifecycle = json_string_value(json_object_get(body, "lifecycle"));
	struct signed_facts facts;
	bool ok = shown_signed_facts(body, &facts, why) &&
	          text_equal(facts.order_number, r->order_number) &&
	          facts.amount_cents == r->amount_cents &&
	          text_equal(facts.reply_commitment, r->reply_commitment) && lifecycle != NULL &&
	          text_equal(lifecycle, r->lifecycle);
	ok = ok && id != NULL && text_equal(id, r->id) && result != NULL &&
	     text_equal(result, r->result) &&
	     text_equal(earlier == NULL ? "" : earlier, r->supersedes) &&
	     json_is_true(json_object_get(body, "safe_to_claim_complete")) == r->safe &&
	     json_is_true(json_object_get(body, "test")) == r->test;
	json_decref(body);
	return ok || why_set(why, "its row says something else than what was signed");
}

static bool
check_signatures(const struct walk *walk, const struct stored_receipt *r, struct why *why)
{
	return receipt_verify_body(r->body, r->body_length, r->signature, &walk->receipts, why) ==
	               AUTHENTICITY_GENUINE &&
	       receipt_verify_body(r->body, r->body_length, r->sshsig, &walk->receipts, why) ==
	               AUTHENTICITY_GENUINE &&
	       columns_agree(r, why);
}

/* The leaf, and every subtree that it completes. */
static bool
check_nodes(const struct walk *walk, const struct stored_receipt *r, struct why *why)
{
	struct digest leaf = merkle_receipt_leaf(r->id, r->signature), stored;
	struct merkle_growth growth;
	if (!merkle_append(&walk->nodes, (uint64_t)walk->size, &leaf, &growth, why))
		return false;
	for (size_t i = 0; i < growth.count; i++) {
		const struct merkle_node *node = &growth.nodes[i];
		if (!store_tree_node(walk->store, node->level, node->index, &stored) ||
		    !digest_equal(&stored, &node->hash))
			return why_set(why, "node %u/%" PRIu64 " of the log is not what it must be",
			               node->level, node->index);
	}
	return true;
}

static bool
check_checkpoint(const struct walk *walk, const struct stored_head *stored,
                 const struct tree_head *head, struct why *why)
{
	char origin[CHECKPOINT_ORIGIN_SIZE];
	struct checkpoint checkpoint;
	if (!text_format(origin, sizeof(origin), "%.*s", (int)strcspn(stored->checkpoint, "\n"),
	                 stored->checkpoint))
		return why_set(why, "its checkpoint has no name");
	const struct verifying_key *key = key_ring_find(&walk->log, stored->signing_key_id);
	if (key == NULL)
		return why_set(why, "its key %s is not ours", stored->signing_key_id);
	if (checkpoint_verify(stored->checkpoint, origin, key, &checkpoint, why) !=
	    AUTHENTICITY_GENUINE)
		return false;
	return (checkpoint.size == head->size && digest_equal(&checkpoint.root, &head->root)) ||
	       why_set(why, "its checkpoint speaks of another tree");
}

static bool
check_head(struct walk *walk, const struct stored_head *stored, struct why *why)
{
	struct tree_head head;
	struct digest root;
	if (!digest_parse(stored->root, &root))
		return why_set(why, "its root is no hash");
	shown_head(stored, &head);
	if (!merkle_root(&walk->nodes, head.size, &root, why))
		return false;
	if (!digest_equal(&root, &head.root))
		return why_set(why, "its root is not that of the receipts");
	if (tree_head_verify(&head, &walk->log, why) != AUTHENTICITY_GENUINE ||
	    !check_checkpoint(walk, stored, &head, why))
		return false;
	walk->heads++;
	return true;
}

/* One leaf further; false with `why` at the first thing that is wrong. */
static bool
check_leaf(struct walk *walk, const struct stored_receipt *r, struct why *why)
{
	struct stored_head head;
	if (!check_signatures(walk, r, why) || !check_nodes(walk, r, why))
		return why_prefix(why, "receipt %s", r->id);
	walk->size++;
	return !store_head(walk->store, walk->size, &head) || check_head(walk, &head, why) ||
	       why_prefix(why, "the head of size %" PRId64, walk->size);
}

/* A receipt whose bytes are stored and not yet signed is the next leaf, and nothing may follow it. */
static bool
check_leaves(struct walk *walk, struct why *why)
{
	struct stored_receipt receipt;
	bool ok = true, open = false;
	for (int64_t i = 0; ok && store_receipt_at(walk->store, i, &receipt); i++) {
		if (receipt.sealed && open)
			ok = why_set(why, "receipt %s is sealed before an earlier one", receipt.id);
		else if (receipt.sealed)
			ok = check_leaf(walk, &receipt, why);
		open = open || !receipt.sealed;
		store_receipt_free(&receipt);
	}
	return ok;
}

static bool
check_end(const struct walk *walk, struct why *why)
{
	struct stored_head latest = { .size = 0 };
	store_head_latest(walk->store, &latest);
	return latest.size == walk->size ||
	       why_set(why,
	               "the latest head speaks of %" PRId64 " receipts, and there are %" PRId64,
	               latest.size, walk->size);
}

static int
check(const struct command_line *line, struct folder *folder)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	struct why why = { "" };
	ensure(walk != NULL);
	walk->store = folder->store;
	walk->nodes = shown_nodes(folder->store);
	int code = EXIT_YES;
	if (!own_ring(line->data, &walk->receipts, &why) ||
	    !folder_log_keys(line->data, &walk->log, &why))
		code = command_could_not(&why);
	else if (!check_leaves(walk, &why) || !check_end(walk, &why))
		code = command_refused(&why);
	else
		printf("the log holds: %" PRId64 " receipts, %" PRId64
		       " heads, every signature and hash\n",
		       walk->size, walk->heads);
	free(walk);
	return code;
}

static int
run_check(const struct command_line *line)
{
	return command_look(line, check);
}

const struct command command_log_check = {
	.name = "log check",
	.arguments = "",
	.sentence = "recompute the whole log: every receipt, node, head and signature",
	.help = "Exit 1 with the first thing that is wrong.",
	.options = "",
	.run = run_check,
};
