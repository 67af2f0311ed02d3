/*
 * Base 64 (RFC 4648): the standard alphabet with padding, and the one for URLs without.
 *
 * Reading is strict: no white space, no missing or extra padding, no bits left over.  So
 * each run of bytes has exactly one text, and a signature can't be respelt.
 */
#ifndef PROOF_BASE64_H
#define PROOF_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for `count` bytes in either form, with the NUL. */
#define BASE64_SIZE(count) (((count) + 2) / 3 * 4 + 1)

/* `size` must hold it: BASE64_SIZE(count). */
void base64_encode(char *text, size_t size, const uint8_t *bytes, size_t count);
void base64_url_encode(char *text, size_t size, const uint8_t *bytes, size_t count);

/* Reads all of `length` characters into at most `size` bytes, and says how many they were. */
bool base64_decode(const char *text, size_t length, uint8_t *bytes, size_t size, size_t *count);
bool base64_url_decode(const char *text, size_t length, uint8_t *bytes, size_t size, size_t *count);

/* The standard form of exactly `count` bytes. */
bool base64_decode_exactly(const char *text, size_t length, uint8_t *bytes, size_t count);

#endif
