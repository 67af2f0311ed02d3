/*
 * Why jansson's own writer is not used: its JSON_ENSURE_ASCII writes upper-case hex
 * (postcept.md section 6), and the signed bytes would match nobody's.
 *
 * Why some values are refused (same section):
 *
 *	1.0         prints as 1 in JavaScript and as 1.0 in Python
 *	2^53 + 1    is another number in JavaScript
 *	DEL         is \u007f for Python and raw for the receipt library
 *	astral keys sort by code point in Python and by UTF-16 unit in JavaScript
 */
#include "proof/canonical.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"

#define INTEGER_MAX ((INT64_C(1) << 53) - 1)

/* --- text ----------------------------------------------------------------------------------- */

/* The code point at `*at`, which is well-formed UTF-8; moves past it. */
static uint32_t
next_code_point(const unsigned char **at)
{
	unsigned char first = *(*at)++;
	int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	uint32_t point = more == 0 ? first : first & (0x3fu >> more);
	for (; more > 0; more--)
		point = point << 6 | (*(*at)++ & 0x3fu);
	return point;
}

static const char *
short_escape(uint32_t point)
{
	switch (point) {
	case '\b':
		return "\\b";
	case '\t':
		return "\\t";
	case '\n':
		return "\\n";
	case '\f':
		return "\\f";
	case '\r':
		return "\\r";
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	default:
		return NULL;
	}
}

static void
write_code_point(uint32_t point, struct buffer *to)
{
	const char *escape = short_escape(point);
	if (escape != NULL) {
		buffer_add_text(to, escape);
	} else if (point >= 0x20 && point < 0x7f) {
		buffer_add(to, &(char){ (char)point }, 1);
	} else if (point <= 0xffff) {
		buffer_add_format(to, "\\u%04" PRIx32, point);
	} else {
		uint32_t above = point - 0x10000;
		buffer_add_format(to, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + (above >> 10),
		                  0xdc00 + (above & 0x3ff));
	}
}

static bool
write_text(const char *text, size_t length, struct buffer *to, struct why *why)
{
	if (!text_is_utf8(text, length))
		return why_set(why, "text that is not UTF-8 can't be signed");
	if (memchr(text, 0x7f, length) != NULL)
		return why_set(why, "text with a DEL character can't be signed");
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + length;
	buffer_add_text(to, "\"");
	while (at < end)
		write_code_point(next_code_point(&at), to);
	buffer_add_text(to, "\"");
	return true;
}

/* --- values --------------------------------------------------------------------------------- */

static bool write_value(const json_t *value, int depth, struct buffer *to, struct why *why);

static bool
write_array(const json_t *array, int depth, struct buffer *to, struct why *why)
{
	buffer_add_text(to, "[");
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i > 0)
			buffer_add_text(to, ",");
		if (!write_value(json_array_get(array, i), depth + 1, to, why))
			return false;
	}
	buffer_add_text(to, "]");
	return true;
}

static bool
key_is_printable_ascii(const char *key)
{
	for (; *key != '\0'; key++)
		if (*key < 0x20 || *key > 0x7e)
			return false;
	return true;
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The object's keys in order; the caller frees the list, the object owns the keys. */
static const char **
sorted_keys(const json_t *object)
{
	const char *key;
	json_t *value;
	size_t count = 0;
	const char **keys = calloc(json_object_size(object) + 1, sizeof(*keys));
	ensure(keys != NULL);
	json_object_foreach ((json_t *)(uintptr_t)object, key, value)
		keys[count++] = key;
	qsort(keys, count, sizeof(*keys), compare_keys);
	return keys;
}

static bool
write_member(const json_t *object, const char *key, int depth, struct buffer *to, struct why *why)
{
	if (!key_is_printable_ascii(key))
		return why_set(why, "a key that is not printable ASCII can't be signed");
	if (!write_text(key, strlen(key), to, why))
		return false;
	buffer_add_text(to, ":");
	if (write_value(json_object_get(object, key), depth + 1, to, why))
		return true;
	/* The outermost field is named; the whole way down could be longer than a cause. */
	return depth == 1 ? why_prefix(why, "field %s", key) : false;
}

static bool
write_object(const json_t *object, int depth, struct buffer *to, struct why *why)
{
	const char **keys = sorted_keys(object);
	bool ok = true;
	buffer_add_text(to, "{");
	for (size_t i = 0; keys[i] != NULL && ok; i++) {
		if (i > 0)
			buffer_add_text(to, ",");
		ok = write_member(object, keys[i], depth, to, why);
	}
	buffer_add_text(to, "}");
	free(keys);
	return ok;
}

static bool
write_integer(int64_t value, struct buffer *to, struct why *why)
{
	if (value > INTEGER_MAX || value < -INTEGER_MAX)
		return why_set(why, "a whole number beyond 2^53 can't be signed");
	buffer_add_format(to, "%" PRId64, value);
	return true;
}

static bool
write_value(const json_t *value, int depth, struct buffer *to, struct why *why)
{
	if (depth > JSON_DEPTH_MAX)
		return why_set(why, "JSON nested deeper than %d can't be signed", JSON_DEPTH_MAX);
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(value, depth, to, why);
	case JSON_ARRAY:
		return write_array(value, depth, to, why);
	case JSON_STRING:
		return write_text(json_string_value(value), json_string_length(value), to, why);
	case JSON_INTEGER:
		return write_integer(json_integer_value(value), to, why);
	case JSON_REAL:
		return why_set(why, "a number with a point can't be signed");
	case JSON_TRUE:
		buffer_add_text(to, "true");
		return true;
	case JSON_FALSE:
		buffer_add_text(to, "false");
		return true;
	case JSON_NULL:
		buffer_add_text(to, "null");
		return true;
	}
	ensure(!"a JSON type outside the enum");
	return false;
}

bool
canonical_write(const json_t *value, struct buffer *to, struct why *why)
{
	ensure(value != NULL);
	if (!write_value(value, 1, to, why))
		return false;
	if (to->failed)
		return why_set(why, "canonical JSON of more than %zu bytes", to->ceiling);
	return true;
}
