/*
 * Finance's mandate: the file that is installed, and the stored bytes that are read again before
 * every refund.
 */
#include "refund/mandate.h"

#include "base/instant.h"
#include "base/limits.h"
#include "base/money.h"
#include "tests/fuzz/proof.h"

#define NOW_MS INT64_C(1795184400000) /* 2026-11-20T13:00:00Z */

/* The one mandate that finance's key has signed; the corpus has it as a file. */
static const struct signed_mandate *
signed_by_finance(void)
{
	static struct signed_mandate known;
	const struct mandate mandate = {
		.id = "cm_support",
		.signed_ms = NOW_MS - DAY_MS,
		.not_before_ms = NOW_MS - DAY_MS,
		.expires_ms = NOW_MS + 30 * DAY_MS,
		.per_refund_cents = 50000,
		.per_day_cents = 500000,
		.count_per_day = 40,
	};
	if (known.body[0] == '\0') {
		struct signing_key *key = fuzz_key(KEY_USE_MANDATES, FUZZ_FINANCE);
		mandate_sign(&mandate, key, &known);
		signing_key_free(key);
	}
	return &known;
}

static void
check_limits(const struct mandate *mandate)
{
	const struct mandate_use none = { 0 };
	struct why why = { "" };
	ensure(mandate_is_sound(mandate, &why));
	ensure(mandate->per_refund_cents > 0 && mandate->per_refund_cents <= MONEY_CENTS_MAX);
	ensure(mandate->expires_ms > mandate->not_before_ms);
	int64_t over = mandate->per_refund_cents + 1;
	ensure(mandate_allows(mandate, &none, over, NOW_MS, mandate->not_before_ms) != HOLD_NONE);
	ensure(mandate_allows(mandate, &none, 1, NOW_MS, mandate->expires_ms) != HOLD_NONE);
	if (mandate->per_day_cents > 0) {
		const struct mandate_use full = { .day_cents = mandate->per_day_cents };
		ensure(mandate_allows(mandate, &full, 1, NOW_MS, mandate->not_before_ms) !=
		       HOLD_NONE);
	}
}

/* Instants may be written in another way than ours: then the same limits have other bytes. */
static void
check_file(const struct signed_mandate *read, const struct signed_mandate *known)
{
	static struct signed_mandate again;
	struct mandate stored;
	struct why why = { "" };
	struct buffer file;
	check_limits(&read->mandate);
	ensure(mandate_read_body(read->body, &stored, &why));
	ensure(mandate_equal(&stored, &read->mandate));
	buffer_init(&file, 16 * MANDATE_BYTES_MAX);
	mandate_print(read, &file);
	ensure(mandate_read(buffer_text(&file), file.length, &again, &why));
	ensure(mandate_equal(&again.mandate, &read->mandate));
	ensure(text_equal(again.body, read->body) || !text_equal(read->body, known->body));
	ensure(text_equal(again.key_id, read->key_id));
	ensure(text_equal(again.signature, read->signature));
	buffer_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct signed_mandate read;
	struct mandate mandate;
	struct why why = { "" }, body_why = { "" };
	const struct signed_mandate *known = signed_by_finance();
	struct signing_key *key = fuzz_key(KEY_USE_MANDATES, FUZZ_FINANCE);
	char *text = fuzz_text(data, size);
	bool ok = mandate_read(text, size, &read, &why);
	fuzz_check_why(ok, &why);
	if (ok) {
		check_file(&read, known);
		if (mandate_is_genuine(&read, signing_key_public(key)))
			ensure(text_equal(read.body, known->body));
	}
	ok = mandate_read_body(text, &mandate, &body_why);
	fuzz_check_why(ok, &body_why);
	if (ok)
		check_limits(&mandate);
	signing_key_free(key);
	free(text);
	return 0;
}
