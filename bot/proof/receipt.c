/*
 * Writing receipts.  The fields stand in tables, because the standard is a list of them.
 */
#include "proof/receipt.h"

#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "proof/canonical.h"

#define VERSION "3"

const char *
receipt_action_text(enum receipt_action action)
{
	switch (action) {
#define X(name, text)        \
	case RECEIPT_##name: \
		return text;
		RECEIPT_ACTIONS(X)
#undef X
	}
	ensure(!"a receipt action outside the enum");
	return "";
}

/* --- the signed bytes ------------------------------------------------------------------------- */

/* Takes `value`, which is NULL when jansson refused its text. */
static bool
put(json_t *object, const char *name, json_t *value, struct why *why)
{
	return json_object_set_new(object, name, value) == 0 ||
	       why_set(why, "receipt field %s is not UTF-8", name);
}

static json_t *
text_or_null(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
instant_or_null(int64_t at_ms)
{
	char text[INSTANT_TEXT_SIZE];
	if (at_ms == 0)
		return json_null();
	instant_print_utc(text, at_ms);
	return json_string(text);
}

static json_t *
connectors_to_json(const struct receipt *receipt)
{
	json_t *list = json_array();
	ensure(receipt->connector_count <= CONNECTORS_CHECKED_MAX);
	for (size_t i = 0; i < receipt->connector_count; i++) {
		if (json_array_append_new(list, json_string(receipt->connectors_checked[i])) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *
postconditions_to_json(const struct verdict *verdict)
{
	json_t *list = json_array();
	for (size_t i = 0; i < verdict->count; i++) {
		json_t *one = postcondition_to_json(&verdict->postconditions[i]);
		if (json_array_append_new(list, one) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *
observation_to_json(const struct receipt_observation *observation)
{
	if (observation->signature[0] == '\0')
		return json_null();
	return json_pack("{s:s,s:s,s:s,s:s}", "relay_id", observation->relay_id, "key_id",
	                 observation->key_id, "digest", observation->digest, "signature",
	                 observation->signature);
}

/* Who, what and when. */
static bool
put_identity(json_t *body, const struct receipt *receipt, struct why *why)
{
	ensure(receipt->id[0] != '\0' && receipt->operation_id[0] != '\0' &&
	       receipt->agent_id[0] != '\0' && receipt->issued_ms > 0);
	return put(body, "id", json_string(receipt->id), why) &&
	       put(body, "org_id", text_or_null(receipt->org_id), why) &&
	       put(body, "operation_id", json_string(receipt->operation_id), why) &&
	       put(body, "agent_id", json_string(receipt->agent_id), why) &&
	       put(body, "action", json_string(receipt_action_text(receipt->action)), why) &&
	       put(body, "connectors_checked", connectors_to_json(receipt), why) &&
	       put(body, "test", json_boolean(receipt->test), why) &&
	       put(body, "issued_at", instant_or_null(receipt->issued_ms), why) &&
	       put(body, "valid_as_of", instant_or_null(receipt->valid_as_of_ms), why) &&
	       put(body, "supersedes", text_or_null(receipt->supersedes), why) &&
	       put(body, "contract_digest", text_or_null(receipt->contract_digest), why) &&
	       put(body, "observation", observation_to_json(&receipt->observation), why);
}

static bool
put_verdict(json_t *body, const struct verdict *verdict, struct why *why)
{
	const char *strength = correlation_strength_text(verdict->correlation_strength);
	ensure(!verdict->safe_to_claim_complete || verdict_may_be_safe(verdict));
	ensure(verdict->count <= POSTCONDITIONS_MAX);
	return put(body, "result", json_string(result_text(verdict->result)), why) &&
	       put(body, "lifecycle", json_string(lifecycle_text(verdict->lifecycle)), why) &&
	       put(body, "safe_to_claim_complete", json_boolean(verdict->safe_to_claim_complete),
	           why) &&
	       put(body, "correlation_strength", json_string(strength), why) &&
	       put(body, "postconditions", postconditions_to_json(verdict), why);
}

static bool
put_scheme(json_t *body, const struct verifying_key *signer, struct why *why)
{
	return put(body, "version", json_string(VERSION), why) &&
	       put(body, "algorithm", json_string("ed25519"), why) &&
	       put(body, "canonicalization", json_string(CANONICAL_SCHEME), why) &&
	       put(body, "signing_key_id", json_string(signer->id), why);
}

bool
receipt_body(const struct receipt *receipt, const struct verifying_key *signer, struct buffer *body,
             struct why *why)
{
	json_auto_t *json = json_object();
	ensure(json != NULL && body->length == 0);
	return put_identity(json, receipt, why) && put_verdict(json, &receipt->verdict, why) &&
	       put_scheme(json, signer, why) && canonical_write(json, body, why);
}

json_t *
receipt_details(const struct receipt *receipt)
{
	const struct verdict *verdict = &receipt->verdict;
	json_t *list = json_array();
	for (size_t i = 0; i < verdict->count; i++) {
		json_t *detail = json_string(verdict->postconditions[i].detail);
		json_array_append_new(list, detail != NULL ? detail : json_string(""));
	}
	ensure(json_array_size(list) == verdict->count);
	return list;
}

/* --- signing ---------------------------------------------------------------------------------- */

/* The stored bytes as JSON; NULL when they are no body of version 3. */
static json_t *
parse_body(const char *body, size_t length, struct why *why)
{
	char version[8];
	json_t *json = json_parse_object(body, length, RECEIPT_BYTES_MAX, why);
	if (json == NULL)
		return NULL;
	if (json_maybe_text(json, "version", version, sizeof(version)) &&
	    text_equal(version, VERSION))
		return json;
	why_set(why, "these bytes are not a receipt of version " VERSION);
	json_decref(json);
	return NULL;
}

bool
receipt_sign(const char *body, size_t length, const struct signing_key *key,
             struct receipt_seal *seal, struct why *why)
{
	const char *id = signing_key_public(key)->id;
	char named[KEY_ID_SIZE];
	ensure(signing_key_use(key) == KEY_USE_RECEIPTS);
	json_auto_t *json = parse_body(body, length, why);
	if (json == NULL || !json_get_text(json, "signing_key_id", named, sizeof(named), why))
		return false;
	if (!text_equal(named, id))
		return why_set(why, "the receipt is to be signed by %s, not by %s", named, id);
	signing_key_sign_text(key, body, length, seal->signature);
	sshsig_sign(key, RECEIPT_NAMESPACE, body, length, seal->sshsig);
	return true;
}

/* --- the object that is given away ------------------------------------------------------------ */

/* Postconditions with their details, as people read them. */
static json_t *
explained(const json_t *postconditions, const json_t *details)
{
	json_t *list = json_array();
	size_t index;
	json_t *signed_part;
	json_array_foreach (postconditions, index, signed_part) {
		json_t *one = json_copy(signed_part);
		json_t *detail = json_array_get(details, index);
		json_object_set_new(one, "detail",
		                    json_is_string(detail) ? json_copy(detail) : json_string(""));
		json_array_append_new(list, one);
	}
	return list;
}

/* Copies fields of the body in the standard's order. */
static void
copy_fields(json_t *to, const json_t *body, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(body, names[i]);
		json_object_set_new(to, names[i], value == NULL ? json_null() : json_copy(value));
	}
}

/* What the body nests, the object spells out. */
static void
flatten_observation(json_t *to, const json_t *observation)
{
	static const char *const fields[][2] = { { "observation_relay_id", "relay_id" },
		                                 { "observation_key_id", "key_id" },
		                                 { "observation_digest", "digest" },
		                                 { "observation_signature", "signature" } };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		json_t *value = json_object_get(observation, fields[i][1]);
		json_object_set_new(to, fields[i][0],
		                    value == NULL ? json_null() : json_copy(value));
	}
}

json_t *
receipt_to_json(const struct receipt_stored *stored, struct why *why)
{
	static const char *const before[] = { "id",       "org_id", "operation_id",
		                              "agent_id", "action", "connectors_checked" };
	static const char *const middle[] = { "result",    "issued_at", "valid_as_of",   "test",
		                              "algorithm", "version",   "signing_key_id" };
	static const char *const after[] = { "contract_digest", "lifecycle",
		                             "safe_to_claim_complete", "correlation_strength" };
	json_auto_t *body = parse_body(stored->body, stored->length, why);
	if (body == NULL)
		return NULL;
	const char *later = stored->superseded_by;
	json_t *json = json_object();
	copy_fields(json, body, before, sizeof(before) / sizeof(before[0]));
	json_object_set_new(json, "postconditions",
	                    explained(json_object_get(body, "postconditions"), stored->details));
	copy_fields(json, body, middle, sizeof(middle) / sizeof(middle[0]));
	json_object_set_new(json, "signature", json_string(stored->signature));
	copy_fields(json, body, (const char *const[]){ "supersedes" }, 1);
	json_object_set_new(json, "superseded_by",
	                    later == NULL ? json_null() : json_string(later));
	copy_fields(json, body, after, sizeof(after) / sizeof(after[0]));
	flatten_observation(json, json_object_get(body, "observation"));
	return json;
}
