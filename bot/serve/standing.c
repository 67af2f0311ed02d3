/*
 * The signature is checked anew over the stored bytes, and the columns that SQL enforces
 * must say the same as what was signed: neither a changed row nor a changed limit gets by.
 */
#include "serve/standing.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "proof/digest.h"
#include "proof/key_text.h"

/* What was signed goes to `inside`. */
static bool
is_genuine(struct store *store, const struct stored_mandate *stored, struct mandate *inside)
{
	struct signed_mandate whole = { .mandate = stored->columns };
	struct verifying_key key;
	char public_key[KEY_TEXT_SIZE];
	if (!store_trusted_key(store, stored->key_id, public_key, sizeof(public_key)) ||
	    !verifying_key_parse(public_key, &key, NULL) || !text_equal(key.id, stored->key_id))
		return false;
	if (!text_copy(whole.body, sizeof(whole.body), stored->body) ||
	    !text_copy(whole.signature, sizeof(whole.signature), stored->signature))
		return false;
	return mandate_is_genuine(&whole, &key) && mandate_read_body(stored->body, inside, NULL) &&
	       mandate_equal(inside, &stored->columns);
}

enum hold_reason
standing_of(struct store *store, const struct stored_mandate *stored, const struct policy *policy,
            int64_t now_ms)
{
	struct mandate inside;
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
	if (!is_genuine(store, stored, &inside))
		return HOLD_MANDATE_TAMPERED;
	if (!mandate_is_for(&inside, policy->merchant, policy->sandbox, NULL))
		return HOLD_MANDATE_MISSING;
	bool in_time =
		now_ms >= stored->columns.not_before_ms && now_ms < stored->columns.expires_ms;
	return in_time ? HOLD_NONE : HOLD_MANDATE_EXPIRED;
}

void
mandate_body_digest(const char *body, char digest[RECEIPT_DIGEST_SIZE])
{
	char hex[DIGEST_HEX_SIZE];
	struct digest hash = digest_of(body, strlen(body));
	digest_print(&hash, hex);
	ensure(text_format(digest, RECEIPT_DIGEST_SIZE, "sha256:%s", hex));
}

struct search {
	const char *id;
	int64_t signed_ms;
	struct stored_mandate found;
};

static void
look_at(void *context, const struct stored_mandate *stored)
{
	struct search *search = context;
	if (text_equal(stored->columns.id, search->id) &&
	    stored->columns.signed_ms == search->signed_ms)
		search->found = *stored;
}

void
standing_digest(struct store *store, const char *id, int64_t signed_ms,
                char digest[RECEIPT_DIGEST_SIZE])
{
	struct search search = { .id = id, .signed_ms = signed_ms };
	struct mandate inside;
	digest[0] = '\0';
	if (id[0] == '\0')
		return;
	store_mandates(store, look_at, &search);
	if (search.found.columns.id[0] != '\0' && is_genuine(store, &search.found, &inside))
		mandate_body_digest(search.found.body, digest);
}
