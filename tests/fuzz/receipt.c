/*
 * Receipts as an auditor may bring them.
 *
 *	{...}                     a Receipt object, of any version and issuer
 *
 *	{...}                     signed bytes
 *	---
 *	-----BEGIN SSH ...        and a signature, armoured or in base 64
 */
#include "proof/receipt.h"
#include "base/json.h"
#include "base/limits.h"
#include "proof/receipt_verify.h"
#include "tests/fuzz/proof.h"

/* What it shows of these is what was signed. */
static void
check_shown(const json_t *receipt, const struct buffer *body)
{
	static const char *const fields[] = { "id",     "operation_id", "agent_id",
		                              "action", "result",       "test",
		                              "org_id", "supersedes",   "lifecycle" };
	json_t *said = json_parse_object(body->bytes, body->length, RECEIPT_BYTES_MAX, NULL);
	ensure(said != NULL);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const json_t *value = json_object_get(said, fields[i]);
		const json_t *shown = json_object_get(receipt, fields[i]);
		ensure(value == NULL || json_equal(value, shown) ||
		       (json_is_null(value) && shown == NULL));
	}
	if (json_object_get(said, "lifecycle") != NULL) /* version 3 */
		ensure(json_is_true(json_object_get(said, "safe_to_claim_complete")) ==
		       json_is_true(json_object_get(receipt, "safe_to_claim_complete")));
	json_decref(said);
}

static enum authenticity
verify_object(const json_t *receipt)
{
	struct why why = { "" };
	struct buffer body;
	buffer_init(&body, RECEIPT_BYTES_MAX);
	enum authenticity found = receipt_verify_json(receipt, fuzz_ring(), &body, &why);
	fuzz_check_why(found == AUTHENTICITY_GENUINE, &why);
	ensure((found == AUTHENTICITY_GENUINE) == (body.length > 0));
	if (found == AUTHENTICITY_GENUINE) {
		ensure(fuzz_is_signed_receipt(body.bytes, body.length));
		check_shown(receipt, &body);
	}
	buffer_free(&body);
	return found;
}

/* As the store has them: what is given away verifies when the bytes do. */
static void
show(const char *body, size_t length, const char *signature, bool genuine)
{
	struct why why = { "" };
	struct receipt_stored stored = { .body = body, .length = length, .signature = signature };
	if (!text_is_utf8(signature, strlen(signature)))
		return; /* the store has only ours */
	json_t *receipt = receipt_to_json(&stored, &why);
	fuzz_check_why(receipt != NULL, &why);
	if (receipt != NULL && strstr(signature, SSHSIG_BEGIN) == NULL)
		ensure(verify_object(receipt) == AUTHENTICITY_GENUINE || !genuine);
	json_decref(receipt);
}

static void
verify_body(const char *body, size_t length, const char *signature)
{
	struct why why = { "" };
	enum authenticity found = receipt_verify_body(body, length, signature, fuzz_ring(), &why);
	fuzz_check_why(found == AUTHENTICITY_GENUINE, &why);
	if (found == AUTHENTICITY_GENUINE)
		ensure(fuzz_is_signed_receipt(body, length));
	show(body, length, signature, found == AUTHENTICITY_GENUINE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = (const char *)data;
	size_t left = size, length = 0, signature_length;
	char *text = fuzz_part(&rest, &left, &length);
	char *signature = fuzz_part(&rest, &left, &signature_length);
	json_t *receipt = json_parse(text, length, RECEIPT_BYTES_MAX, NULL);
	if (signature != NULL)
		verify_body(text, length, signature);
	else if (receipt != NULL)
		verify_object(receipt);
	json_decref(receipt);
	free(signature);
	free(text);
	return 0;
}
