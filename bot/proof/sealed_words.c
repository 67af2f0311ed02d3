/*
 * From the signature inwards: the bytes, what they claim, what they commit to, what opens that.
 */
#include "proof/sealed_words.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "proof/disclosure.h"
#include "proof/receipt.h"
#include "proof/receipt_verify.h"

static const char row_name[] = "reply_text";

static bool
claims_that_order(const json_t *body, const char *order_number, struct why *why)
{
	char operation[RECEIPT_OPERATION_SIZE], result[32], wanted[RECEIPT_OPERATION_SIZE];
	if (!json_get_text(body, "operation_id", operation, sizeof(operation), why) ||
	    !json_get_text(body, "result", result, sizeof(result), why))
		return false;
	if (!text_format(wanted, sizeof(wanted), "rf%s", order_number) ||
	    !text_equal(operation, wanted))
		return why_set(why, "the receipt is about %s", operation);
	if (!text_equal(result, result_text(RESULT_VERIFIED)) ||
	    !json_is_true(json_object_get(body, "safe_to_claim_complete")))
		return why_set(why, "the receipt says %s, and not that it may be claimed", result);
	return true;
}

/* What the row committed to, borrowed; NULL when it is not there or did not pass. */
static const char *
commitment_of(const json_t *body)
{
	size_t index;
	json_t *row;
	json_array_foreach (json_object_get(body, "postconditions"), index, row) {
		const char *name = json_string_value(json_object_get(row, "name"));
		const char *status = json_string_value(json_object_get(row, "status"));
		if (name != NULL && text_equal(name, row_name))
			return status != NULL && text_equal(status, "passed")
			               ? json_string_value(json_object_get(row, "actual"))
			               : NULL;
	}
	return NULL;
}

static bool
opens_to(const char *disclosure, const char *words, struct why *why)
{
	char name[DISCLOSURE_NAME_SIZE];
	struct buffer value;
	buffer_init(&value, DISCLOSURE_BYTES_MAX);
	bool ok = disclosure_read(disclosure, name, &value, why) &&
	          ((text_equal(name, row_name) && text_equal(buffer_text(&value), words)) ||
	           why_set(why, "these are not the words that were sealed"));
	buffer_free(&value);
	return ok;
}

bool
sealed_words_hold(const struct sealed_words *sealed, const struct key_ring *ring, struct why *why)
{
	if (receipt_verify_body(sealed->body, sealed->length, sealed->signature, ring, why) !=
	    AUTHENTICITY_GENUINE)
		return false;
	json_auto_t *body = json_parse_object(sealed->body, sealed->length, RECEIPT_BYTES_MAX, why);
	if (body == NULL || !claims_that_order(body, sealed->order_number, why))
		return false;
	const char *commitment = commitment_of(body);
	if (commitment == NULL)
		return why_set(why, "the receipt binds no words");
	if (!disclosure_matches(sealed->disclosure, commitment))
		return why_set(why, "what opens the sealed words is gone, or was changed");
	return opens_to(sealed->disclosure, sealed->words, why);
}
