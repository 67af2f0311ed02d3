/*
 * What the log hands to whoever asks, as it may come back: tree heads, proofs, checkpoints.
 */
#include "proof/log_proof.h"

#include "base/json.h"
#include "base/limits.h"
#include "io/settings.h"
#include "proof/checkpoint.h"
#include "tests/fuzz/proof.h"

enum { CEILING = 64 * 1024 };

#define ORIGIN "estorno.example/log"
#define ROOT   "48024b06fd523235ccc639222814da0951d21765e5d0d17db22a81b4be13b5b2"
#define SIGNATURE \
	"6AYfSuStJTIB/G6a6GO3ZzGZ6saE+CuKTFPRMAu9/N8f/m5QWdlJ0Wq7xm+kUXamW11zQgkcGRlq2LSj16BsAg=="

/* The only head that the log's key has signed: three receipts. */
static void
check_known(uint64_t size, const struct digest *root)
{
	char hex[DIGEST_HEX_SIZE];
	digest_print(root, hex);
	ensure(size == 3 && text_equal(hex, ROOT));
}

static void
read_head(const json_t *json)
{
	struct tree_head head, again;
	struct why why = { "" }, verify_why = { "" };
	bool ok = tree_head_from_json(json, &head, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	ensure(head.size <= MERKLE_SIZE_MAX);
	json_t *written = tree_head_to_json(&head);
	ensure(tree_head_from_json(written, &again, &why));
	ensure(memcmp(&head.root, &again.root, sizeof(head.root)) == 0 && head.size == again.size);
	ensure(text_equal(head.timestamp, again.timestamp));
	json_decref(written);
	enum authenticity found = tree_head_verify(&head, fuzz_ring(), &verify_why);
	fuzz_check_why(found == AUTHENTICITY_GENUINE, &verify_why);
	if (found == AUTHENTICITY_GENUINE)
		check_known(head.size, &head.root);
}

static void
read_inclusion(const json_t *json)
{
	static struct inclusion_proof proof, again;
	struct why why = { "" }, verify_why = { "" };
	bool ok = inclusion_proof_from_json(json, &proof, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	ensure(proof.path.count <= MERKLE_PROOF_MAX);
	json_t *written = inclusion_proof_to_json(&proof);
	ensure(inclusion_proof_from_json(written, &again, &why));
	json_t *rewritten = inclusion_proof_to_json(&again);
	ensure(json_equal(written, rewritten));
	json_decref(written);
	json_decref(rewritten);
	enum authenticity found = inclusion_proof_verify(&proof, "rcpt_TEST0002", SIGNATURE,
	                                                 fuzz_ring(), &verify_why);
	fuzz_check_why(found == AUTHENTICITY_GENUINE, &verify_why);
	if (found == AUTHENTICITY_GENUINE) {
		check_known(proof.head.size, &proof.head.root);
		ensure(proof.index == 1 && proof.size == 3 && proof.path.count == 2);
	}
}

static void
read_consistency(const json_t *json)
{
	static struct consistency_proof proof, again;
	struct why why = { "" }, verify_why = { "" };
	bool ok = consistency_proof_from_json(json, &proof, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	json_t *written = consistency_proof_to_json(&proof);
	ensure(consistency_proof_from_json(written, &again, &why));
	json_t *rewritten = consistency_proof_to_json(&again);
	ensure(json_equal(written, rewritten));
	json_decref(written);
	json_decref(rewritten);
	enum authenticity found = consistency_proof_verify(
		&proof, proof.first_size, &proof.first_root, fuzz_ring(), &verify_why);
	fuzz_check_why(found == AUTHENTICITY_GENUINE, &verify_why);
	if (found == AUTHENTICITY_GENUINE) {
		check_known(proof.second_size, &proof.second_root);
		ensure(proof.first_size <= 3);
	}
}

static void
read_checkpoint(const char *note)
{
	struct checkpoint checkpoint;
	struct why why = { "" };
	struct buffer body;
	enum authenticity found =
		checkpoint_verify(note, ORIGIN, &fuzz_ring()->keys[0], &checkpoint, &why);
	fuzz_check_why(found == AUTHENTICITY_GENUINE, &why);
	if (found != AUTHENTICITY_GENUINE)
		return;
	check_known(checkpoint.size, &checkpoint.root);
	buffer_init(&body, CHECKPOINT_BYTES_MAX);
	checkpoint_body(&checkpoint, &body);
	ensure(text_starts_with(note, buffer_text(&body)));
	buffer_free(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	json_t *json = json_parse(text, size, CEILING, NULL);
	if (json != NULL) {
		read_head(json);
		read_inclusion(json);
		read_consistency(json);
	} else {
		char origin[CHECKPOINT_ORIGIN_SIZE];
		read_checkpoint(text);
		if (size < sizeof(((struct settings *)0)->merchant)) {
			checkpoint_origin_of(text, (int64_t)strlen(text),
			                     origin); /* a shop's name */
			ensure(checkpoint_origin_is_valid(origin));
		}
	}
	json_decref(json);
	free(text);
	return 0;
}
