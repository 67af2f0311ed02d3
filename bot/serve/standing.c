/*
 * The signature is checked anew over the stored bytes, and the columns that SQL enforces
 * must say the same as what was signed: neither a changed row nor a changed limit gets by.
 */
#include "serve/standing.h"

#include "base/ensure.h"
#include "base/text.h"
#include "proof/key_text.h"

static bool
is_genuine(struct store *store, const struct stored_mandate *stored)
{
	struct signed_mandate whole = { .mandate = stored->columns };
	struct verifying_key key;
	struct mandate inside;
	char public_key[KEY_TEXT_SIZE];
	if (!store_trusted_key(store, stored->key_id, public_key, sizeof(public_key)) ||
	    !verifying_key_parse(public_key, &key, NULL) || !text_equal(key.id, stored->key_id))
		return false;
	if (!text_copy(whole.body, sizeof(whole.body), stored->body) ||
	    !text_copy(whole.signature, sizeof(whole.signature), stored->signature))
		return false;
	return mandate_is_genuine(&whole, &key) && mandate_read_body(stored->body, &inside, NULL) &&
	       mandate_equal(&inside, &stored->columns);
}

enum hold_reason
standing_of(struct store *store, const struct stored_mandate *stored, int64_t now_ms)
{
	switch (stored->status) {
	case MANDATE_ACTIVE:
		break;
	case MANDATE_PAUSED:
		return HOLD_MANDATE_PAUSED;
	case MANDATE_REVOKED:
		return HOLD_MANDATE_REVOKED;
	case MANDATE_SUPERSEDED:
		return HOLD_MANDATE_CHANGED;
	}
	if (!is_genuine(store, stored))
		return HOLD_MANDATE_TAMPERED;
	bool in_time =
		now_ms >= stored->columns.not_before_ms && now_ms < stored->columns.expires_ms;
	return in_time ? HOLD_NONE : HOLD_MANDATE_EXPIRED;
}
