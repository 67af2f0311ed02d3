/*
 * The small things that stand in everybody's messages: instants, money, phones, keys, encodings.
 * Every reader is given the whole text, and what it takes must say the same when it is written again.
 */
#include <math.h>

#include "base/access_key.h"
#include "base/http.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/phone.h"
#include "proof/base64.h"
#include "proof/digest.h"
#include "proof/timestamp.h"
#include "tests/fuzz/fuzz.h"

enum { ROOM = 16 * 1024 };

static void
check_instants(const char *text)
{
	char written[INSTANT_TEXT_SIZE];
	int64_t at_ms, again_ms;
	if (instant_parse(text, &at_ms)) {
		instant_print_utc_ms(written, at_ms);
		ensure(instant_parse(written, &again_ms) && again_ms == at_ms);
		instant_print_sao_paulo(written, at_ms);
		if (at_ms >= DAY_MS) /* 1969 in São Paulo is not read */
			ensure(instant_parse(written, &again_ms) && again_ms <= at_ms &&
			       at_ms - again_ms < SECOND_MS);
		ensure(instant_from_sao_paulo(instant_sao_paulo(at_ms)) == at_ms);
	}
	if (instant_parse_brazilian(text, NULL, &at_ms)) {
		struct calendar day = instant_sao_paulo(at_ms);
		ensure(text_format(written, sizeof(written), "%02d/%02d/%04d", day.day, day.month,
		                   day.year));
		ensure(text_equal(written, text));
	}
	if (instant_parse_brazilian("20/11/2026", text, &at_ms)) {
		int64_t day_ms = text_ends_with(text, ":60") ? at_ms - SECOND_MS : at_ms;
		ensure(instant_sao_paulo(day_ms).day == 20);
		ensure(strlen(text) <= strlen("14:32:41"));
	}
}

static void
check_money(const char *text)
{
	char written[MONEY_TEXT_SIZE];
	int64_t cents, again;
	if (money_parse(text, &cents)) {
		ensure(cents >= 0 && cents <= MONEY_CENTS_MAX);
		money_print(written, cents);
		ensure(money_parse(written, &again) && again == cents);
		ensure(text_ends_with(text, written)); /* but for zeros in front */
	}
	if (money_parse_typed(text, &cents))
		ensure(cents >= 0 && cents <= MONEY_CENTS_MAX);
	double number = strtod(text, NULL);
	if (money_from_number(number, &cents)) {
		ensure(cents >= -MONEY_CENTS_MAX && cents <= MONEY_CENTS_MAX);
		ensure(fabs(number * 100 - (double)cents) <= 0.001);
	}
	if (money_scaled_from_number(number, 4, &cents))
		ensure(fabs(number * 10000 - (double)cents) < 1);
}

static void
check_phone(const char *text)
{
	char phone[PHONE_SIZE], again[PHONE_SIZE], canonical[PHONE_SIZE];
	char masked[PHONE_MASKED_SIZE];
	phone_masked(text, masked);
	ensure(strnlen(masked, sizeof(masked)) < sizeof(masked));
	if (!phone_normalise(text, phone))
		return;
	size_t length = strspn(phone, "0123456789");
	ensure(phone[length] == '\0' && length >= 12 && length <= 13);
	ensure(text_starts_with(phone, "55"));
	ensure(phone_normalise(phone, again) && text_equal(phone, again));
	phone_canonical(phone, canonical);
	ensure(strlen(canonical) == 12 || text_equal(canonical, phone));
	ensure(phone_same(phone, phone) && phone_same(phone, canonical));
	phone_masked(phone, masked);
	ensure(strstr(masked, "****") != NULL);
}

static void
check_texts(const char *text)
{
	char once[ROOM], twice[ROOM];
	if (text_letters_and_digits(once, sizeof(once), text))
		ensure(text_letters_and_digits(twice, sizeof(twice), once) &&
		       text_equal(once, twice));
	if (text_digits(once, sizeof(once), text))
		ensure(strspn(once, "0123456789") == strlen(once));
	if (text_copy(once, sizeof(once), text)) {
		text_make_printable(once);
		ensure(strlen(once) == strlen(text));
		ensure(once[0] == '\0' || text_is_utf8(once, strlen(once)));
	}
	char beginning[24];
	bool whole = text_copy_beginning(beginning, sizeof(beginning), text);
	ensure(strnlen(beginning, sizeof(beginning)) < sizeof(beginning));
	ensure(whole == text_equal(beginning, text));
	if (text_is_utf8(text, strlen(text)))
		ensure(text_is_utf8(beginning, strlen(beginning)));
	ensure(text_equal_secret(text, text));
}

static void
check_encodings(const char *text, size_t length)
{
	static uint8_t bytes[ROOM];
	static char written[BASE64_SIZE(ROOM)];
	size_t count;
	if (base64_decode(text, length, bytes, sizeof(bytes), &count)) {
		base64_encode(written, sizeof(written), bytes, count);
		ensure(strlen(written) == length && memcmp(written, text, length) == 0);
	}
	if (base64_url_decode(text, length, bytes, sizeof(bytes), &count)) {
		base64_url_encode(written, sizeof(written), bytes, count);
		ensure(strlen(written) == length && memcmp(written, text, length) == 0);
	}
	struct digest digest;
	if (digest_parse(text, &digest)) {
		digest_print(&digest, written);
		ensure(text_equal(written, text));
	}
	char spelled[TIMESTAMP_SIZE];
	for (int i = 0; i < TIMESTAMP_SPELLINGS; i++)
		if (timestamp_spell(text, i, spelled))
			ensure(strlen(spelled) <= strlen(text) + strlen("+00:00"));
}

static void
check_urls(const char *text)
{
	static char decoded[ROOM];
	char host[64];
	struct buffer url;
	buffer_init(&url, 4 * ROOM);
	buffer_add_text(&url, "/receipts?order=");
	http_url_add_encoded(&url, text);
	ensure(url.failed || strpbrk(buffer_text(&url) + strlen("/receipts?"), "?&# \r\n") == NULL);
	if (!url.failed && http_query(buffer_text(&url), "order", decoded, sizeof(decoded)))
		ensure(text_equal(decoded, text));
	else
		ensure(strlen(text) >= sizeof(decoded) - 1);
	buffer_free(&url);
	if (http_query(text, "order", decoded, sizeof(decoded)))
		ensure(strlen(decoded) < strlen(text));
	if (http_decode(text, strlen(text), true, decoded, sizeof(decoded)))
		ensure(strlen(decoded) <= strlen(text));
	http_url_host(text, host, sizeof(host));
	ensure(strnlen(host, sizeof(host)) < sizeof(host));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= ROOM)
		return 0;
	char *text = fuzz_text(data, size);
	check_encodings(text, size);
	check_instants(text);
	check_money(text);
	check_phone(text);
	check_texts(text);
	check_urls(text);
	if (access_key_is_valid(text)) {
		char number[ACCESS_KEY_NUMBER_SIZE], issuer[ACCESS_KEY_ISSUER_SIZE];
		ensure(strlen(text) == 44 && access_key_check_digit(text) == text[43]);
		access_key_number(text, number);
		access_key_issuer(text, issuer);
		ensure(strlen(issuer) == 14 && strspn(number, "0123456789") == strlen(number));
	}
	free(text);
	return 0;
}
