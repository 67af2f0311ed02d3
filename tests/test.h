/*
 * What every test program includes: cmocka in the order it wants, and a few helpers.
 *
 * cmocka is Debian's (libcmocka-dev): small, stable, plain C, used by samba, sssd and
 * libssh; it reports per test and runs teardown after a failure.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The whole of a file, with a NUL; fails the test when it can't be read.  The caller frees. */
static inline char *
test_read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	fseek(file, 0, SEEK_END);
	long size = ftell(file);
	rewind(file);
	char *bytes = malloc((size_t)size + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)size, file), (size_t)size);
	bytes[size] = '\0';
	fclose(file);
	if (length != NULL)
		*length = (size_t)size;
	return bytes;
}

#endif
