/*
 * The alphabet is Crockford's (https://www.crockford.com/base32.html), in lower case.
 */
#include "base/id.h"

#include <string.h>

#include "base/ensure.h"

void
id_base32(char *text, size_t size, const uint8_t *bytes, size_t count)
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	size_t used = 0;
	uint32_t bits = 0;
	unsigned held = 0;
	ensure(size > (count * 8 + 4) / 5);
	for (size_t i = 0; i < count; i++) {
		bits = (bits << 8 | bytes[i]) & 0xfffff;
		held += 8;
		while (held >= 5) {
			held -= 5;
			text[used++] = alphabet[bits >> held & 31];
		}
	}
	if (held > 0)
		text[used++] = alphabet[bits << (5 - held) & 31];
	text[used] = '\0';
}

void
id_make(char *id, const char *prefix, const uint8_t random[8])
{
	char letters[16];
	size_t length = strlen(prefix);
	ensure(length + 12 < ID_SIZE);
	id_base32(letters, sizeof(letters), random, 8);
	memcpy(id, prefix, length);
	memcpy(id + length, letters, 12);
	id[length + 12] = '\0';
}

void
id_hex(char *text, size_t size, const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	ensure(size > 2 * count);
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
}
