/*
 * libsodium's: strict when told to ignore nothing, and without branches on the data,
 * which matters for seeds.  With one gap, in 1.0.18: where char is signed, it reads every
 * byte above 0x7f as the alphabet's last character, so such bytes are looked for first.
 */
#include "proof/base64.h"

#include <sodium.h>

#include "base/ensure.h"

static void
encode(char *text, size_t size, const uint8_t *bytes, size_t count, int variant)
{
	ensure(size >= sodium_base64_encoded_len(count, variant));
	sodium_bin2base64(text, size, bytes, count, variant);
}

static bool
is_ascii(const char *text, size_t length)
{
	unsigned seen = 0;
	for (size_t i = 0; i < length; i++)
		seen |= (unsigned char)text[i];
	return seen < 0x80;
}

/* Without a place for the end, libsodium insists on having read everything. */
static bool
decode(const char *text, size_t length, uint8_t *bytes, size_t size, size_t *count, int variant)
{
	return is_ascii(text, length) &&
	       sodium_base642bin(bytes, size, text, length, NULL, count, NULL, variant) == 0;
}

void
base64_encode(char *text, size_t size, const uint8_t *bytes, size_t count)
{
	encode(text, size, bytes, count, sodium_base64_VARIANT_ORIGINAL);
}

void
base64_url_encode(char *text, size_t size, const uint8_t *bytes, size_t count)
{
	encode(text, size, bytes, count, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool
base64_decode(const char *text, size_t length, uint8_t *bytes, size_t size, size_t *count)
{
	return decode(text, length, bytes, size, count, sodium_base64_VARIANT_ORIGINAL);
}

bool
base64_url_decode(const char *text, size_t length, uint8_t *bytes, size_t size, size_t *count)
{
	return decode(text, length, bytes, size, count, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool
base64_decode_exactly(const char *text, size_t length, uint8_t *bytes, size_t count)
{
	size_t found = 0;
	return base64_decode(text, length, bytes, count, &found) && found == count;
}
