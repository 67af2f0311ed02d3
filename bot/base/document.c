/*
 * Both numbers check modulo 11 from the right, as an access key does.  The weights of a CPF rise
 * from 2 to the left end; those of a CNPJ begin again after 9.  A character's value is its code
 * minus that of '0', so 'A' counts 17 (fiscal.md section 5).
 */
#include "base/document.h"

#include <string.h>

enum { CPF_LENGTH = 11, CNPJ_LENGTH = 14, CHECK_DIGITS = 2 };

static bool
check_digit_fits(const char *text, int before, int weights)
{
	int sum = 0;
	for (int i = 0; i < before; i++)
		sum += (text[before - 1 - i] - '0') * (2 + i % weights);
	int digit = 11 - sum % 11;
	return text[before] == '0' + (digit > 9 ? 0 : digit);
}

static bool
check_digits_fit(const char *text, int length, int weights)
{
	return check_digit_fits(text, length - 2, weights) &&
	       check_digit_fits(text, length - 1, weights);
}

bool
document_is_cpf(const char *text)
{
	return strlen(text) == CPF_LENGTH && strspn(text, "0123456789") == CPF_LENGTH &&
	       check_digits_fit(text, CPF_LENGTH, 10);
}

bool
document_is_cnpj(const char *text)
{
	static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	return strlen(text) == CNPJ_LENGTH && strspn(text, characters) == CNPJ_LENGTH &&
	       strspn(text + CNPJ_LENGTH - CHECK_DIGITS, "0123456789") == CHECK_DIGITS &&
	       check_digits_fit(text, CNPJ_LENGTH, 8);
}
