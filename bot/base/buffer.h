/*
 * Bytes that grow up to a ceiling given at birth, and always end in a NUL.
 *
 * Going over the ceiling marks the buffer as failed: later additions do nothing,
 * and the caller asks once, at the end, whether all of it fitted.  A failed
 * buffer has no content.  Having no memory ends the program.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *bytes;    /* never NULL after the first addition; ends in NUL */
	size_t length;  /* without the NUL */
	size_t size;    /* allocated */
	size_t ceiling; /* most bytes, without the NUL */
	bool failed;
};

void buffer_init(struct buffer *buffer, size_t ceiling);
void buffer_free(struct buffer *buffer);

/* Empties it and keeps the memory. */
void buffer_reset(struct buffer *buffer);

void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The content as text, "" when nothing was added or it failed. */
const char *buffer_text(const struct buffer *buffer);

/* The content, now the caller's to free(); NULL when it failed.  The buffer is empty again. */
char *buffer_take(struct buffer *buffer);

#endif
