/*
 * Text in buffers of a fixed size.  Overflow is an error that the caller sees,
 * never a silent cut: half an order number is another order's number.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Copies `from` with its NUL.  False, with `to` empty, when it does not fit. */
bool text_copy(char *to, size_t size, const char *from);

/* For words that only people read: as much of `from` (UTF-8) as fits, cut between two characters and
 * ended with TEXT_CUT_MARK, so that the reader sees the cut.  True when nothing was left out. */
#define TEXT_CUT_MARK " […]"
bool text_copy_beginning(char *to, size_t size, const char *from);

/* printf into a buffer.  False, with `to` empty, when it does not fit. */
bool text_format(char *to, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

bool text_equal(const char *a, const char *b);

/* ASCII letters only; `a` and `b` may be NULL (then unequal). */
bool text_equal_ignoring_case(const char *a, const char *b);

/* Compares a secret with what somebody sent.  Takes the same time wherever they
 * differ; only the length of `sent` can be learnt from it. */
bool text_equal_secret(const char *secret, const char *sent);

bool text_starts_with(const char *text, const char *beginning);
bool text_ends_with(const char *text, const char *end);

/* True for well-formed UTF-8 without NUL, overlong forms or surrogates (RFC 3629). */
bool text_is_utf8(const char *bytes, size_t length);

/* Characters, not bytes, of UTF-8. */
size_t text_characters(const char *bytes, size_t length);

/* Makes one line of text of any bytes, in place: a space for every ASCII control character, a question mark
 * for every byte that is not well-formed UTF-8 (also of a character that was cut). */
void text_make_printable(char *text);

/* Keeps only the digits.  False, with `to` empty, when they do not fit. */
bool text_digits(char *to, size_t size, const char *from);

/* Keeps only ASCII letters and digits, as upper case: the form in which orders, CNPJs and access
 * keys are compared.  False, with `to` empty, when they do not fit. */
bool text_letters_and_digits(char *to, size_t size, const char *from);

/* True when `text` is one or more of [A-Za-z0-9] and at most `most` long. */
bool text_is_alphanumeric(const char *text, size_t most);

#endif
