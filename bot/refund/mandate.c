/*
 * The fields stand in one table, so that writing, reading and comparing can't forget one:
 * a limit outside the signature would be no limit.
 */
#include "refund/mandate.h"

#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/money.h"
#include "base/text.h"
#include "proof/canonical.h"

#define YEAR_9999_MS INT64_C(253402300799999) /* its end: RFC 3339 has no later year */

static const struct {
	const char *name;
	size_t offset;
	bool is_time;
	bool required;
	int64_t most;
} fields[] = {
	{ "signed_at", offsetof(struct mandate, signed_ms), true, true, YEAR_9999_MS },
	{ "not_before", offsetof(struct mandate, not_before_ms), true, true, YEAR_9999_MS },
	{ "expires_at", offsetof(struct mandate, expires_ms), true, true, YEAR_9999_MS },
	{ "per_refund_cents", offsetof(struct mandate, per_refund_cents), false, true,
	  MONEY_CENTS_MAX },
	{ "per_order_cents", offsetof(struct mandate, per_order_cents), false, false,
	  MONEY_CENTS_MAX },
	{ "per_customer_day_cents", offsetof(struct mandate, per_customer_day_cents), false, false,
	  MONEY_CENTS_MAX },
	{ "per_day_cents", offsetof(struct mandate, per_day_cents), false, false, MONEY_CENTS_MAX },
	{ "per_month_cents", offsetof(struct mandate, per_month_cents), false, false,
	  MONEY_CENTS_MAX },
	{ "count_per_day", offsetof(struct mandate, count_per_day), false, false, 1000000 },
	{ "max_order_age_days", offsetof(struct mandate, max_order_age_days), false, false, 36500 },
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static int64_t
field_of(const struct mandate *mandate, size_t i)
{
	return *(const int64_t *)(const void *)((const char *)mandate + fields[i].offset);
}

static void
set_field(struct mandate *mandate, size_t i, int64_t value)
{
	*(int64_t *)(void *)((char *)mandate + fields[i].offset) = value;
}

bool
mandate_equal(const struct mandate *a, const struct mandate *b)
{
	bool equal = text_equal(a->id, b->id);
	for (size_t i = 0; i < FIELD_COUNT; i++)
		equal = equal && field_of(a, i) == field_of(b, i);
	return equal;
}

bool
mandate_is_for(const struct mandate *mandate, const char *merchant, bool sandbox, struct why *why)
{
	if (mandate->merchant[0] != '\0' && !text_equal(mandate->merchant, merchant))
		return why_set(why, "the mandate is for the merchant %s, and this is %s",
		               mandate->merchant, merchant);
	if (mandate->place == MANDATE_LIVE && sandbox)
		return why_set(why, "the mandate is for a live shop, and this is a sandbox");
	if (mandate->place == MANDATE_TEST && !sandbox)
		return why_set(why, "the mandate is a test, and this is a live shop");
	return true;
}

/* --- soundness ------------------------------------------------------------------------------------- */

static bool
id_is_sound(const char *id)
{
	size_t length = strlen(id);
	return length > 0 && strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                "0123456789_-.") == length;
}

/* As it can be signed and shown: one line of text. */
static bool
merchant_is_sound(const char *merchant)
{
	for (const char *at = merchant; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return false;
	return text_is_utf8(merchant, strlen(merchant));
}

/* A limit below the one it contains can never be what finance meant. */
static bool
is_below(int64_t limit, int64_t inner)
{
	return limit != 0 && limit < inner;
}

static bool
fields_are_in_range(const struct mandate *m, struct why *why)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (field_of(m, i) < 0 || field_of(m, i) > fields[i].most)
			return why_set(why, "%s is out of range", fields[i].name);
	return true;
}

/* What is sound can be signed and read back. */
bool
mandate_is_sound(const struct mandate *m, struct why *why)
{
	if (!id_is_sound(m->id))
		return why_set(why, "the id must be letters, digits, '_', '-' or '.'");
	if (!merchant_is_sound(m->merchant))
		return why_set(why, "the merchant must be one line of text");
	if (!fields_are_in_range(m, why))
		return false;
	if (m->per_refund_cents < 1)
		return why_set(why, "per-refund must be at least 0.01");
	if (m->expires_ms <= m->not_before_ms)
		return why_set(why, "the mandate would end before it begins");
	if (is_below(m->per_day_cents, m->per_refund_cents) ||
	    is_below(m->per_month_cents, m->per_day_cents) ||
	    is_below(m->per_month_cents, m->per_refund_cents))
		return why_set(why, "a limit is below one that it contains (a month must allow a "
		                    "day, a day must allow one refund)");
	return true;
}

/* --- writing ---------------------------------------------------------------------------------------- */

static json_t *
mandate_to_json(const struct mandate *mandate)
{
	json_t *json = json_pack("{s:s,s:i,s:s,s:s}", "type", "estorno-mandate", "format", 1, "id",
	                         mandate->id, "currency", "BRL");
	if (mandate->merchant[0] != '\0')
		json_object_set_new(json, "merchant", json_string(mandate->merchant));
	if (mandate->place != MANDATE_ANYWHERE)
		json_object_set_new(json, "test", json_boolean(mandate->place == MANDATE_TEST));
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		char when[INSTANT_TEXT_SIZE];
		int64_t value = field_of(mandate, i);
		if (fields[i].is_time) {
			instant_print_utc_ms(when, value);
			json_object_set_new(json, fields[i].name, json_string(when));
		} else if (value != 0) {
			json_object_set_new(json, fields[i].name, json_integer(value));
		}
	}
	return json;
}

static void
write_body(const json_t *json, char body[MANDATE_BYTES_MAX])
{
	struct buffer bytes;
	buffer_init(&bytes, MANDATE_BYTES_MAX - 1);
	ensure(canonical_write(json, &bytes, NULL));
	ensure(text_copy(body, MANDATE_BYTES_MAX, buffer_text(&bytes)));
	buffer_free(&bytes);
}

void
mandate_sign(const struct mandate *mandate, const struct signing_key *key,
             struct signed_mandate *signed_mandate)
{
	ensure(signing_key_use(key) == KEY_USE_MANDATES && mandate_is_sound(mandate, NULL));
	json_t *json = mandate_to_json(mandate);
	memset(signed_mandate, 0, sizeof(*signed_mandate));
	write_body(json, signed_mandate->body);
	json_decref(json);
	ensure(mandate_read_body(signed_mandate->body, &signed_mandate->mandate, NULL));
	signing_key_sign_text(key, signed_mandate->body, strlen(signed_mandate->body),
	                      signed_mandate->signature);
	ensure(text_copy(signed_mandate->key_id, sizeof(signed_mandate->key_id),
	                 signing_key_public(key)->id));
}

void
mandate_print(const struct signed_mandate *signed_mandate, struct buffer *file)
{
	json_t *json = mandate_to_json(&signed_mandate->mandate);
	json_t *whole = json_pack("{s:o,s:s,s:s}", "mandate", json, "key_id",
	                          signed_mandate->key_id, "signature", signed_mandate->signature);
	char *text = json_dumps(whole, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	ensure(text != NULL);
	buffer_add_text(file, text);
	buffer_add_text(file, "\n");
	free(text);
	json_decref(whole);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static bool
read_field(const json_t *json, size_t i, struct mandate *mandate, struct why *why)
{
	const json_t *value = json_object_get(json, fields[i].name);
	int64_t number = 0;
	if (value == NULL && !fields[i].required)
		return true;
	if (fields[i].is_time) {
		const char *text = json_string_value(value);
		if (text == NULL || !instant_parse(text, &number))
			return why_set(why, "mandate field %s must be a time", fields[i].name);
	} else {
		if (!json_is_integer(value))
			return why_set(why, "mandate field %s must be a whole number",
			               fields[i].name);
		number = json_integer_value(value);
		if (number < 1 || number > fields[i].most)
			return why_set(why, "mandate field %s is out of range", fields[i].name);
	}
	set_field(mandate, i, number);
	return true;
}

static bool
is_known(const char *name)
{
	static const char *const fixed[] = {
		"type", "format", "id", "currency", "merchant", "test"
	};
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (text_equal(name, fixed[i]))
			return true;
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (text_equal(name, fields[i].name))
			return true;
	return false;
}

static bool
fixed_fields_are_right(const json_t *json, struct why *why)
{
	const char *type = json_string_value(json_object_get(json, "type"));
	const char *currency = json_string_value(json_object_get(json, "currency"));
	if (type == NULL || !text_equal(type, "estorno-mandate"))
		return why_set(why, "not a mandate: its type is not estorno-mandate");
	if (json_integer_value(json_object_get(json, "format")) != 1)
		return why_set(why, "a mandate of a format that this program does not know");
	if (currency == NULL || !text_equal(currency, "BRL"))
		return why_set(why, "the mandate's currency must be BRL");
	return true;
}

/* For which shop; both may be absent. */
static bool
read_place(const json_t *json, struct mandate *mandate, struct why *why)
{
	const json_t *merchant = json_object_get(json, "merchant");
	const json_t *test = json_object_get(json, "test");
	if (merchant != NULL &&
	    (!json_get_text(json, "merchant", mandate->merchant, sizeof(mandate->merchant), why) ||
	     mandate->merchant[0] == '\0'))
		return why_set(why, "mandate field merchant is empty");
	if (test != NULL && !json_is_boolean(test))
		return why_set(why, "mandate field test must be true or false");
	if (test != NULL)
		mandate->place = json_is_true(test) ? MANDATE_TEST : MANDATE_LIVE;
	return true;
}

static bool
mandate_from_json(const json_t *json, struct mandate *mandate, struct why *why)
{
	const char *name;
	json_t *value;
	memset(mandate, 0, sizeof(*mandate));
	if (!fixed_fields_are_right(json, why))
		return false;
	json_object_foreach ((json_t *)(uintptr_t)json, name, value)
		if (!is_known(name))
			return why_set(why, "mandate field %s is not known here", name);
	if (!json_get_text(json, "id", mandate->id, sizeof(mandate->id), why) ||
	    !read_place(json, mandate, why))
		return false;
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (!read_field(json, i, mandate, why))
			return false;
	return mandate_is_sound(mandate, why);
}

bool
mandate_read_body(const char *body, struct mandate *mandate, struct why *why)
{
	json_t *json = json_parse_object(body, strlen(body), MANDATE_BYTES_MAX, why);
	bool ok = json != NULL && mandate_from_json(json, mandate, why);
	json_decref(json);
	return ok;
}

bool
mandate_read(const char *file, size_t length, struct signed_mandate *signed_mandate,
             struct why *why)
{
	bool ok = false;
	memset(signed_mandate, 0, sizeof(*signed_mandate));
	json_t *whole = json_parse_object(file, length, 4 * MANDATE_BYTES_MAX, why);
	if (whole == NULL)
		return false;
	const json_t *json = json_object_get(whole, "mandate");
	if (json_object_size(whole) != 3 || !json_is_object(json))
		why_set(why, "a mandate file has exactly mandate, key_id and signature");
	else if (mandate_from_json(json, &signed_mandate->mandate, why))
		ok = json_get_text(whole, "key_id", signed_mandate->key_id,
		                   sizeof(signed_mandate->key_id), why) &&
		     json_get_text(whole, "signature", signed_mandate->signature,
		                   sizeof(signed_mandate->signature), why);
	if (ok)
		write_body(json, signed_mandate->body);
	json_decref(whole);
	return ok;
}

bool
mandate_is_genuine(const struct signed_mandate *signed_mandate, const struct verifying_key *key)
{
	return verifying_key_verify_text(key, signed_mandate->body, strlen(signed_mandate->body),
	                                 signed_mandate->signature);
}

/* --- weighing ---------------------------------------------------------------------------------------- */

static bool
exceeds(int64_t limit, int64_t used, int64_t more)
{
	return limit != 0 && (used > limit || more > limit - used);
}

static bool
is_too_old(const struct mandate *mandate, int64_t ordered_ms, int64_t now_ms)
{
	if (mandate->max_order_age_days == 0)
		return false;
	return ordered_ms <= 0 || now_ms - ordered_ms > mandate->max_order_age_days * DAY_MS;
}

enum hold_reason
mandate_allows(const struct mandate *mandate, const struct mandate_use *use, int64_t amount_cents,
               int64_t ordered_ms, int64_t now_ms)
{
	ensure(amount_cents > 0);
	if (now_ms < mandate->not_before_ms || now_ms >= mandate->expires_ms)
		return HOLD_MANDATE_EXPIRED;
	if (exceeds(mandate->per_refund_cents, 0, amount_cents) ||
	    exceeds(mandate->per_order_cents, use->order_cents, amount_cents))
		return HOLD_ABOVE_CAP;
	if (is_too_old(mandate, ordered_ms, now_ms))
		return HOLD_MANDATE_ORDER_AGE;
	if (exceeds(mandate->per_customer_day_cents, use->customer_day_cents, amount_cents) ||
	    exceeds(mandate->per_day_cents, use->day_cents, amount_cents) ||
	    exceeds(mandate->per_month_cents, use->month_cents, amount_cents) ||
	    exceeds(mandate->count_per_day, use->day_count, 1))
		return HOLD_MANDATE_ROOM;
	return HOLD_NONE;
}
