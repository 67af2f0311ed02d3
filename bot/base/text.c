/*
 * Bounded text.  ASCII decisions are made by hand: the C library's depend on a
 * locale, and ours must not.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

bool
text_copy(char *to, size_t size, const char *from)
{
	ensure(size > 0);
	size_t length = strlen(from);
	if (length >= size) {
		to[0] = '\0';
		return false;
	}
	memcpy(to, from, length + 1);
	return true;
}

bool
text_copy_beginning(char *to, size_t size, const char *from)
{
	static const char mark[] = TEXT_CUT_MARK;
	ensure(size >= sizeof(mark));
	if (text_copy(to, size, from))
		return true;
	size_t kept = size - sizeof(mark);
	while (kept > 0 && ((unsigned char)from[kept] & 0xc0) == 0x80)
		kept--; /* from[kept] continues a character that would be cut */
	memcpy(to, from, kept);
	memcpy(to + kept, mark, sizeof(mark));
	return false;
}

bool
text_format(char *to, size_t size, const char *format, ...)
{
	ensure(size > 0);
	va_list arguments;
	va_start(arguments, format);
	int written = vsnprintf(to, size, format, arguments);
	va_end(arguments);
	if (written < 0 || (size_t)written >= size) {
		to[0] = '\0';
		return false;
	}
	return true;
}

bool
text_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_equal_ignoring_case(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return false;
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool
text_equal_secret(const char *secret, const char *sent)
{
	size_t secret_length = strlen(secret);
	size_t sent_length = strlen(sent);
	volatile unsigned char difference = secret_length != sent_length;
	for (size_t i = 0; i < sent_length; i++) {
		unsigned char expected =
			(unsigned char)secret[secret_length > 0 ? i % secret_length : 0];
		difference |= (unsigned char)(expected ^ (unsigned char)sent[i]);
	}
	return difference == 0;
}

bool
text_starts_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

bool
text_ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && text_equal(text + length - end_length, end);
}

/* The length of the UTF-8 sequence at `at`, or 0 when it is not well formed. */
static size_t
utf8_sequence(const unsigned char *at, size_t left)
{
	static const struct {
		unsigned char lowest, highest; /* of the first byte */
		unsigned char second_lowest, second_highest;
		size_t length;
	} forms[] = {
		/* RFC 3629, section 4 */
		{ 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
		if (at[0] < forms[f].lowest || at[0] > forms[f].highest)
			continue;
		size_t length = forms[f].length;
		if (length > left)
			return 0;
		if (length > 1 &&
		    (at[1] < forms[f].second_lowest || at[1] > forms[f].second_highest))
			return 0;
		for (size_t i = 2; i < length; i++)
			if ((at[i] & 0xc0) != 0x80)
				return 0;
		return length;
	}
	return 0;
}

bool
text_is_utf8(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t left = length;
	while (left > 0) {
		size_t used = utf8_sequence(at, left);
		if (used == 0)
			return false;
		at += used;
		left -= used;
	}
	return true;
}

size_t
text_characters(const char *bytes, size_t length)
{
	size_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return count;
}

void
text_make_printable(char *text)
{
	size_t left = strlen(text);
	while (left > 0) {
		size_t used = utf8_sequence((const unsigned char *)text, left);
		if (used == 0) {
			*text = '?';
			used = 1;
		} else if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			*text = ' ';
		}
		text += used;
		left -= used;
	}
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

bool
text_digits(char *to, size_t size, const char *from)
{
	size_t used = 0;
	for (; *from != '\0'; from++) {
		if (!is_digit(*from))
			continue;
		if (used + 1 >= size) {
			to[0] = '\0';
			return false;
		}
		to[used++] = *from;
	}
	to[used] = '\0';
	return true;
}

bool
text_letters_and_digits(char *to, size_t size, const char *from)
{
	size_t used = 0;
	for (; *from != '\0'; from++) {
		if (!is_digit(*from) && !is_letter(*from))
			continue;
		if (used + 1 >= size) {
			to[0] = '\0';
			return false;
		}
		char c = *from;
		to[used++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	to[used] = '\0';
	return true;
}

bool
text_is_alphanumeric(const char *text, size_t most)
{
	size_t length = strlen(text);
	if (length == 0 || length > most)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_digit(text[i]) && !is_letter(text[i]))
			return false;
	return true;
}
