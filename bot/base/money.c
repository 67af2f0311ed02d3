/*
 * Reading and writing amounts.
 */
#include "base/money.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

/* Reads digits while they last, but no more than `most`; returns how many there were. */
static size_t
read_digits(const char *text, size_t most, int64_t *value)
{
	size_t count = 0;
	for (; count < most && text[count] >= '0' && text[count] <= '9'; count++)
		*value = *value * 10 + (text[count] - '0');
	return count;
}

bool
money_parse(const char *text, int64_t *cents)
{
	int64_t value = 0;
	size_t whole = read_digits(text, 10, &value);
	if (whole < 1 || text[whole] != '.')
		return false;
	const char *fraction = text + whole + 1;
	if (read_digits(fraction, 2, &value) != 2 || fraction[2] != '\0')
		return false;
	*cents = value;
	return true;
}

void
money_print(char *text, int64_t cents)
{
	ensure(cents >= 0 && cents <= MONEY_CENTS_MAX);
	snprintf(text, MONEY_TEXT_SIZE, "%" PRId64 ".%02d", cents / 100, (int)(cents % 100));
}

bool
money_parse_typed(const char *text, int64_t *cents)
{
	char plain[MONEY_TEXT_SIZE];
	size_t length = strlen(text);
	if (length + sizeof(".00") > sizeof(plain))
		return false;
	memcpy(plain, text, length + 1);
	char *decimal = strpbrk(plain, ".,");
	if (decimal != NULL)
		*decimal = '.';
	else
		memcpy(plain + length, ".00", sizeof(".00"));
	return money_parse(plain, cents);
}

bool
money_scaled_from_number(double number, unsigned decimals, int64_t *scaled)
{
	ensure(decimals <= 10);
	double value = number * pow(10, decimals);
	if (!isfinite(value) || value < 0 || value > 9e15)
		return false;
	double nearest = nearbyint(value);
	/* Beyond a double's own rounding, which is 1e-16 of it a step. */
	if (fabs(value - nearest) > fmax(1e-6, nearest * 1e-15))
		return false;
	*scaled = (int64_t)nearest;
	return true;
}

bool
money_from_number(double number, int64_t *cents)
{
	int64_t value;
	if (!money_scaled_from_number(number, 2, &value) || value > MONEY_CENTS_MAX)
		return false;
	*cents = value;
	return true;
}
