/*
 * What every fuzz target includes.
 *
 * A target is one file, tests/fuzz/NAME.c, for one family of parsers.  It is given bytes as a stranger
 * could send them, hands them to the parser, and says with ensure() what must hold of whatever comes
 * out.  Crashing is the answer to a broken promise; the sanitizers add their own.
 *
 *	make fuzz                                   libFuzzer invents inputs (tests/fuzz/run)
 *	make test                                   replays tests/fuzz/corpus/NAME/ (replay.c)
 *
 * Inputs are text where the format is text, so that a finding can be read and named.  An input of
 * several parts has lines "---" between them.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "base/why.h"

/* libFuzzer's name for it.  Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy with a NUL behind it and not a byte more, so that the sanitizer sees every step too far. */
static inline char *
fuzz_text(const void *bytes, size_t length)
{
	char *text = malloc(length + 1);
	ensure(text != NULL);
	if (length > 0)
		memcpy(text, bytes, length);
	text[length] = '\0';
	return text;
}

/* Takes the next part of `rest`: what stands before a line "---", or all of it.  The caller frees;
 * NULL when nothing is left. */
static inline char *
fuzz_part(const char **rest, size_t *left, size_t *length)
{
	static const char line[] = "\n---\n";
	if (*rest == NULL)
		return NULL;
	const char *end = memmem(*rest, *left, line, strlen(line));
	*length = end == NULL ? *left : (size_t)(end - *rest);
	char *part = fuzz_text(*rest, *length);
	*left -= end == NULL ? *left : *length + strlen(line);
	*rest = end == NULL ? NULL : end + strlen(line);
	return part;
}

/* A reason is one line of UTF-8 whatever was put into it, and is there when it is needed. */
static inline void
fuzz_check_why(bool ok, const struct why *why)
{
	ensure(ok || why->text[0] != '\0');
	ensure(text_is_utf8(why->text, strlen(why->text)) || why->text[0] == '\0');
	for (const char *at = why->text; *at != '\0'; at++)
		ensure((unsigned char)*at >= ' ' && *at != 0x7f);
}

/* Text that came out of a field of `size` bytes: ends in it, well-formed. */
static inline void
fuzz_check_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);
	ensure(length < size);
	ensure(text_is_utf8(text, length));
}

/* A file of the project, read once and kept. */
static inline char *
fuzz_file(const char *path)
{
	enum { FILE_BYTES_MAX = 1024 * 1024 };
	char *text = calloc(1, FILE_BYTES_MAX);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fprintf(stderr, "%s: can't be read: run this from the project's root\n", path);
	ensure(file != NULL && text != NULL);
	ensure(fread(text, 1, FILE_BYTES_MAX - 1, file) > 0);
	fclose(file);
	return text;
}

#endif
