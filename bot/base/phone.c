/*
 * 55 (country) + 2 digits (area) + 8 digits, or 9 digits beginning with 9.
 */
#include "base/phone.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool
phone_normalise(const char *text, char *phone)
{
	char digits[32];
	phone[0] = '\0';
	if (!text_digits(digits, sizeof(digits), text))
		return false;
	const char *at =
		digits + strspn(digits, "0"); /* the trunk prefix, or 00 of a dialled call */
	size_t length = strlen(at);
	bool with_country = length >= 12 && length <= 14 && text_starts_with(at, "55");
	if (with_country) {
		at += 2;
		at += strspn(at, "0");
		length = strlen(at);
	}
	bool mobile = length == 11 && at[2] == '9';
	bool short_form = length == 10;
	if ((!mobile && !short_form) || at[0] == '0')
		return false;
	return text_format(phone, PHONE_SIZE, "55%s", at);
}

/* A mobile whose number existed before the ninth digit did: eight digits that begin with 6 to 9.  Behind
 * the 9 of a newer one may stand the digits of a landline, which is another line. */
static bool
has_ninth_digit(const char *phone)
{
	return strlen(phone) == 13 && text_starts_with(phone, "55") && phone[4] == '9' &&
	       phone[5] >= '6';
}

void
phone_canonical(const char *phone, char *canonical)
{
	if (has_ninth_digit(phone))
		snprintf(canonical, PHONE_SIZE, "%.4s%s", phone, phone + 5);
	else
		snprintf(canonical, PHONE_SIZE, "%s", phone);
}

bool
phone_same(const char *a, const char *b)
{
	char canonical_a[PHONE_SIZE], canonical_b[PHONE_SIZE];
	if (a[0] == '\0' || b[0] == '\0')
		return false;
	phone_canonical(a, canonical_a);
	phone_canonical(b, canonical_b);
	return text_equal(canonical_a, canonical_b);
}

void
phone_masked(const char *phone, char *masked)
{
	size_t length = strlen(phone);
	if (length >= 12 && length <= 13 && text_starts_with(phone, "55"))
		snprintf(masked, PHONE_MASKED_SIZE, "55 %.2s ****-%s", phone + 2,
		         phone + length - 4);
	else
		snprintf(masked, PHONE_MASKED_SIZE, "****%s", length > 4 ? phone + length - 4 : "");
}
