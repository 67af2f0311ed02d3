/*
 * Checking a receipt object means building the bytes that its issuer signed: one table
 * says which fields, since which version, and what each must look like.  A field of
 * another type than the table's is refused and not turned into something similar,
 * because another verifier would turn it into something else.
 */
#include "proof/receipt_verify.h"

#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "proof/canonical.h"
#include "proof/receipt.h"
#include "proof/timestamp.h"

enum kind {
	TEXT,
	TEXT_OR_NULL, /* missing counts as null, here and below */
	INSTANT,
	INSTANT_OR_NULL,
	FLAG, /* missing counts as false */
	FLAG_OR_NULL,
	TEXTS,
	POSTCONDITIONS,
	OBSERVATION, /* nested here, spelt out in the object */
	ALGORITHM,   /* missing counts as ed25519 */
	SCHEME       /* not in the object: a constant */
};

static const struct signed_field {
	const char *name;
	enum kind kind;
	int since; /* version */
} signed_fields[] = {
	{ "id", TEXT, 1 },
	{ "operation_id", TEXT, 1 },
	{ "agent_id", TEXT, 1 },
	{ "action", TEXT, 1 },
	{ "connectors_checked", TEXTS, 1 },
	{ "postconditions", POSTCONDITIONS, 1 },
	{ "result", TEXT, 1 },
	{ "issued_at", INSTANT, 1 },
	{ "version", TEXT, 2 },
	{ "org_id", TEXT_OR_NULL, 2 },
	{ "test", FLAG, 2 },
	{ "valid_as_of", INSTANT_OR_NULL, 2 },
	{ "algorithm", ALGORITHM, 3 },
	{ "signing_key_id", TEXT, 3 },
	{ "canonicalization", SCHEME, 3 },
	{ "supersedes", TEXT_OR_NULL, 3 },
	{ "contract_digest", TEXT_OR_NULL, 3 },
	{ "lifecycle", TEXT_OR_NULL, 3 },
	{ "safe_to_claim_complete", FLAG_OR_NULL, 3 },
	{ "correlation_strength", TEXT_OR_NULL, 3 },
	{ "observation", OBSERVATION, 3 },
};

/* One reading of a receipt: its version and the spelling of time that is being tried. */
struct reading {
	const json_t *receipt;
	int version;
	int spelling;
};

/* --- one field -------------------------------------------------------------------------------- */
/* Each gives a new value, or NULL when the field is missing or of another type. */

static json_t *
signed_text(const json_t *value, bool or_null)
{
	if (or_null && (value == NULL || json_is_null(value)))
		return json_null();
	return json_is_string(value) ? json_copy((json_t *)(uintptr_t)value) : NULL;
}

static json_t *
signed_flag(const json_t *value, json_t *otherwise)
{
	if (value == NULL || json_is_null(value))
		return otherwise;
	return json_is_boolean(value) ? json_boolean(json_is_true(value)) : NULL;
}

static json_t *
signed_instant(const json_t *value, bool or_null, int spelling)
{
	char text[TIMESTAMP_SIZE];
	if (or_null && (value == NULL || json_is_null(value)))
		return json_null();
	if (!json_is_string(value) || !timestamp_spell(json_string_value(value), spelling, text))
		return NULL;
	return json_string(text);
}

/* Adds to a list that is being built.  NULL, and the list is gone, once a value was malformed. */
static json_t *
list_with(json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
signed_texts(const json_t *values)
{
	json_t *list = json_is_array(values) ? json_array() : NULL;
	for (size_t i = 0; list != NULL && i < json_array_size(values); i++)
		list = list_with(list, signed_text(json_array_get(values, i), false));
	return list;
}

/* Version 1 signs only name and status. */
static json_t *
signed_postcondition(const json_t *postcondition, int version)
{
	static const struct signed_field fields[] = {
		{ "name", TEXT, 1 },
		{ "status", TEXT, 1 },
		{ "category", TEXT_OR_NULL, 2 },
		{ "expected", TEXT_OR_NULL, 2 },
		{ "actual", TEXT_OR_NULL, 2 },
	};
	if (!json_is_object(postcondition))
		return NULL;
	json_t *object = json_object();
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const json_t *value = json_object_get(postcondition, fields[i].name);
		if (fields[i].since > version)
			continue;
		if (json_object_set_new(object, fields[i].name,
		                        signed_text(value, fields[i].kind == TEXT_OR_NULL)) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *
signed_postconditions(const json_t *values, int version)
{
	json_t *list = json_is_array(values) ? json_array() : NULL;
	for (size_t i = 0; list != NULL && i < json_array_size(values); i++)
		list = list_with(list, signed_postcondition(json_array_get(values, i), version));
	return list;
}

/* Null when the object carries no observation signature. */
static json_t *
signed_observation(const json_t *receipt)
{
	const json_t *signature = json_object_get(receipt, "observation_signature");
	if (signature == NULL || json_is_null(signature))
		return json_null();
	json_t *relay = signed_text(json_object_get(receipt, "observation_relay_id"), true);
	json_t *key = signed_text(json_object_get(receipt, "observation_key_id"), true);
	json_t *digest = signed_text(json_object_get(receipt, "observation_digest"), true);
	/* `o` takes the references, also when it fails. */
	return json_pack("{s:o,s:o,s:o,s:o}", "relay_id", relay, "key_id", key, "digest", digest,
	                 "signature", signed_text(signature, false));
}

static json_t *
signed_value(const struct signed_field *field, const struct reading *reading)
{
	const json_t *value = json_object_get(reading->receipt, field->name);
	switch (field->kind) {
	case TEXT:
	case TEXT_OR_NULL:
		return signed_text(value, field->kind == TEXT_OR_NULL);
	case INSTANT:
	case INSTANT_OR_NULL:
		return signed_instant(value, field->kind == INSTANT_OR_NULL, reading->spelling);
	case FLAG:
		return signed_flag(value, json_false());
	case FLAG_OR_NULL:
		return signed_flag(value, json_null());
	case TEXTS:
		return signed_texts(value);
	case POSTCONDITIONS:
		return signed_postconditions(value, reading->version);
	case OBSERVATION:
		return signed_observation(reading->receipt);
	case ALGORITHM:
		return json_string("ed25519"); /* any other was turned away */
	case SCHEME:
		return json_string(CANONICAL_SCHEME);
	}
	ensure(!"a kind of field outside the enum");
	return NULL;
}

/* --- a receipt object ------------------------------------------------------------------------- */

/* The bytes the issuer signed, as far as the object says. */
static bool
write_signed(const struct reading *reading, struct buffer *body, struct why *why)
{
	json_auto_t *json = json_object();
	for (size_t i = 0; i < sizeof(signed_fields) / sizeof(signed_fields[0]); i++) {
		const struct signed_field *field = &signed_fields[i];
		if (field->since <= reading->version &&
		    json_object_set_new(json, field->name, signed_value(field, reading)) != 0)
			return why_set(why, "signed field %s is missing or of another type",
			               field->name);
	}
	return canonical_write(json, body, why);
}

/* The steps of a check answer GENUINE while they have found nothing against it. */

/* CANNOT_TELL for a version we don't know.  No version at all is version 1. */
static enum authenticity
read_version(const json_t *receipt, int *version, struct why *why)
{
	static const char *const known[] = { "1", "2", "3" };
	const json_t *value = json_object_get(receipt, "version");
	*version = 1;
	if (value == NULL || json_is_null(value))
		return AUTHENTICITY_GENUINE;
	if (!json_is_string(value)) {
		why_set(why, "field version is not text");
		return AUTHENTICITY_NOT_GENUINE;
	}
	for (int i = 0; i < 3; i++) {
		*version = i + 1;
		if (text_equal(json_string_value(value), known[i]))
			return AUTHENTICITY_GENUINE;
	}
	why_set(why, "a receipt of a version other than 1, 2 and 3, which are known here");
	return AUTHENTICITY_CANNOT_TELL;
}

static enum authenticity
read_algorithm(const json_t *receipt, struct why *why)
{
	const json_t *value = json_object_get(receipt, "algorithm");
	if (value == NULL || json_is_null(value))
		return AUTHENTICITY_GENUINE;
	if (!json_is_string(value)) {
		why_set(why, "field algorithm is not text");
		return AUTHENTICITY_NOT_GENUINE;
	}
	if (text_equal(json_string_value(value), "ed25519"))
		return AUTHENTICITY_GENUINE;
	why_set(why, "only ed25519 signatures are known here");
	return AUTHENTICITY_CANNOT_TELL;
}

/* The key that `json` names, when it is in the ring. */
static enum authenticity
read_key(const json_t *json, const struct key_ring *ring, const struct verifying_key **key,
         struct why *why)
{
	char id[KEY_ID_SIZE];
	if (!json_get_text(json, "signing_key_id", id, sizeof(id), why))
		return AUTHENTICITY_NOT_GENUINE;
	*key = key_ring_find(ring, id);
	if (*key != NULL)
		return AUTHENTICITY_GENUINE;
	why_set(why, "signed by %s, a key that is not trusted here", id);
	return AUTHENTICITY_CANNOT_TELL;
}

/* Tries each spelling of time.  `body` holds the signed bytes when one of them fits. */
static bool
signature_fits(const struct reading *first, const struct verifying_key *key, const char *signature,
               struct buffer *body)
{
	struct reading reading = *first;
	for (; reading.spelling < TIMESTAMP_SPELLINGS; reading.spelling++) {
		buffer_reset(body);
		if (write_signed(&reading, body, NULL) &&
		    verifying_key_verify_text(key, body->bytes, body->length, signature))
			return true;
	}
	return false;
}

/* Everything that can be said without a key. */
static enum authenticity
examine(struct reading *reading, struct buffer *body, struct why *why)
{
	if (!json_is_object(reading->receipt)) {
		why_set(why, "a receipt is a JSON object");
		return AUTHENTICITY_NOT_GENUINE;
	}
	enum authenticity known = read_version(reading->receipt, &reading->version, why);
	if (known == AUTHENTICITY_GENUINE)
		known = read_algorithm(reading->receipt, why);
	if (known != AUTHENTICITY_GENUINE)
		return known;
	if (!json_is_string(json_object_get(reading->receipt, "signature"))) {
		why_set(why, "field signature is missing or not text");
		return AUTHENTICITY_NOT_GENUINE;
	}
	return write_signed(reading, body, why) ? AUTHENTICITY_GENUINE : AUTHENTICITY_NOT_GENUINE;
}

enum authenticity
receipt_verify_json(const json_t *receipt, const struct key_ring *ring, struct buffer *body,
                    struct why *why)
{
	struct reading reading = { .receipt = receipt };
	const struct verifying_key *key = NULL;
	struct buffer bytes;
	buffer_init(&bytes, RECEIPT_BYTES_MAX);
	enum authenticity found = examine(&reading, &bytes, why);
	if (found == AUTHENTICITY_GENUINE)
		found = read_key(receipt, ring, &key, why);
	if (found != AUTHENTICITY_GENUINE)
		goto out;
	const char *signature = json_string_value(json_object_get(receipt, "signature"));
	if (!signature_fits(&reading, key, signature, &bytes)) {
		why_set(why, "the signature by %s is not over this receipt", key->id);
		found = AUTHENTICITY_NOT_GENUINE;
	} else if (body != NULL) {
		buffer_add(body, bytes.bytes, bytes.length);
	}
out:
	buffer_free(&bytes);
	return found;
}

/* --- signed bytes ----------------------------------------------------------------------------- */

static enum authenticity
verify_sshsig(const char *body, size_t length, const char *armoured,
              const struct verifying_key *key, const struct key_ring *ring, struct why *why)
{
	struct sshsig sshsig;
	if (!sshsig_parse(armoured, &sshsig, why))
		return AUTHENTICITY_NOT_GENUINE;
	if (!verifying_key_equal(&sshsig.signer, key)) {
		why_set(why, "the receipt names %s, but %s signed it", key->id, sshsig.signer.id);
		return AUTHENTICITY_NOT_GENUINE;
	}
	return sshsig_verify(&sshsig, ring, RECEIPT_NAMESPACE, body, length, why);
}

enum authenticity
receipt_verify_body(const char *body, size_t length, const char *signature,
                    const struct key_ring *ring, struct why *why)
{
	const struct verifying_key *key = NULL;
	int version;
	json_auto_t *json = json_parse_object(body, length, RECEIPT_BYTES_MAX, why);
	if (json == NULL)
		return AUTHENTICITY_NOT_GENUINE;
	enum authenticity found = read_version(json, &version, why);
	if (found == AUTHENTICITY_GENUINE && version < 3) {
		why_set(why, "signed bytes of version %d don't say whose key signed them", version);
		found = AUTHENTICITY_CANNOT_TELL;
	}
	if (found == AUTHENTICITY_GENUINE)
		found = read_key(json, ring, &key, why);
	if (found != AUTHENTICITY_GENUINE)
		return found;
	if (strstr(signature, SSHSIG_BEGIN) != NULL)
		return verify_sshsig(body, length, signature, key, ring, why);
	if (verifying_key_verify_text(key, body, length, signature))
		return AUTHENTICITY_GENUINE;
	why_set(why, "the signature by %s is not over these bytes", key->id);
	return AUTHENTICITY_NOT_GENUINE;
}
