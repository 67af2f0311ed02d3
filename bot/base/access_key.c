/*
 * Modulo 11 over 43 characters from the right, weights 2 to 9 repeating, a
 * character's value being its code minus that of '0' (so 'A' counts 17).
 */
#include "base/access_key.h"

#include <string.h>

#include "base/ensure.h"

char
access_key_check_digit(const char *first_43)
{
	int sum = 0;
	for (int i = 0; i < 43; i++)
		sum += (first_43[42 - i] - '0') * (2 + i % 8);
	int digit = 11 - sum % 11;
	return (char)('0' + (digit > 9 ? 0 : digit));
}

static bool
character_fits(int position, char c)
{
	bool digit = c >= '0' && c <= '9';
	bool in_cnpj = position >= 6 && position < 18; /* [0-9A-Z]{12}, then two digits */
	return digit || (in_cnpj && c >= 'A' && c <= 'Z');
}

bool
access_key_is_valid(const char *key)
{
	if (strlen(key) != ACCESS_KEY_SIZE - 1)
		return false;
	for (int i = 0; i < ACCESS_KEY_SIZE - 1; i++)
		if (!character_fits(i, key[i]))
			return false;
	return access_key_check_digit(key) == key[43];
}

void
access_key_issuer(const char *key, char *cnpj)
{
	ensure(strlen(key) == ACCESS_KEY_SIZE - 1);
	memcpy(cnpj, key + 6, 14);
	cnpj[14] = '\0';
}

void
access_key_model(const char *key, char model[3])
{
	ensure(strlen(key) == ACCESS_KEY_SIZE - 1);
	memcpy(model, key + 20, 2);
	model[2] = '\0';
}

void
access_key_number(const char *key, char *number)
{
	ensure(strlen(key) == ACCESS_KEY_SIZE - 1);
	const char *at = key + 25;
	size_t zeros = strspn(at, "0");
	if (zeros > 8)
		zeros = 8;
	memcpy(number, at + zeros, 9 - zeros);
	number[9 - zeros] = '\0';
}
