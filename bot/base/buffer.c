/*
 * Grows by doubling, so that adding n bytes costs O(n) in all.
 *
 * Being over the ceiling is the caller's to judge: what he writes will never fit.  Having no
 * memory is not: the same text fits a moment later, so the program ends and is started again.
 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

void
buffer_init(struct buffer *buffer, size_t ceiling)
{
	ensure(ceiling > 0 && ceiling < SIZE_MAX / 4);
	*buffer = (struct buffer){ .ceiling = ceiling };
}

void
buffer_free(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){ .ceiling = buffer->ceiling };
}

void
buffer_reset(struct buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = false;
	if (buffer->bytes != NULL)
		buffer->bytes[0] = '\0';
}

static void
fail(struct buffer *buffer)
{
	buffer_reset(buffer);
	buffer->failed = true;
}

/* Makes room for `more` bytes and the NUL. */
static bool
reserve(struct buffer *buffer, size_t more)
{
	if (buffer->failed)
		return false;
	if (more > buffer->ceiling - buffer->length) {
		fail(buffer);
		return false;
	}
	size_t needed = buffer->length + more + 1;
	if (needed <= buffer->size)
		return true;
	size_t size = buffer->size < 128 ? 128 : buffer->size;
	while (size < needed)
		size *= 2;
	char *bytes = realloc(buffer->bytes, size);
	ensure(bytes != NULL);
	buffer->bytes = bytes;
	buffer->size = size;
	return true;
}

void
buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	if (!reserve(buffer, length))
		return;
	if (length > 0)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
}

void
buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_add_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0) {
		fail(buffer);
	} else if (reserve(buffer, (size_t)length)) {
		vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, again);
		buffer->length += (size_t)length;
	}
	va_end(again);
}

const char *
buffer_text(const struct buffer *buffer)
{
	return buffer->bytes == NULL ? "" : buffer->bytes;
}

char *
buffer_take(struct buffer *buffer)
{
	char *bytes = NULL;
	if (!buffer->failed) {
		reserve(buffer, 0);
		if (buffer->bytes != NULL)
			buffer->bytes[buffer->length] = '\0';
		bytes = buffer->bytes;
		buffer->bytes = NULL;
	}
	buffer_free(buffer);
	return bytes;
}
