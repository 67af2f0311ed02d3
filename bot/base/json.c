/*
 * jansson with our limits around it.  jansson 2.14 accepts duplicate keys unless
 * told otherwise and nests to 2,048 (receipts.md section 6), so both are stated
 * here and depth is counted before it is asked to recurse.
 */
#include "base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"

/* jansson without memory gives NULL, which reads like a body that is not JSON: a provider would be told so,
 * and a customer's message lost.  Inside a text it is worse: the byte that did not fit is left out, and the
 * rest goes on (strbuffer_append in its load.c).  So jansson, too, has memory or ends the program. */
static void *
take(size_t size)
{
	void *taken = malloc(size);
	ensure(taken != NULL);
	return taken;
}

/* Before main, since it must be before the first value there is. */
__attribute__((constructor)) static void
take_or_end(void)
{
	json_set_alloc_funcs(take, free);
}

/* Brackets inside strings do not nest. */
static bool
depth_is_within(const char *bytes, size_t length, int deepest)
{
	int depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > deepest)
				return false;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

/* jansson ends its sentence with the bytes it stumbled on ("... near '"Marina Du'"), which may be a
 * name or a secret.  A cause is logged, so it is told without them. */
static void
not_json(const json_error_t *error, struct why *why)
{
	const char *near = strstr(error->text, " near ");
	int length = near != NULL ? (int)(near - error->text) : (int)strlen(error->text);
	why_set(why, "not JSON: %.*s (line %d, column %d)", length, error->text, error->line,
	        error->column);
}

json_t *
json_parse(const char *bytes, size_t length, size_t ceiling, struct why *why)
{
	if (length > ceiling) {
		why_set(why, "JSON of %zu bytes, more than the %zu allowed", length, ceiling);
		return NULL;
	}
	if (length == 0) {
		why_set(why, "no JSON: the body is empty");
		return NULL;
	}
	if (!depth_is_within(bytes, length, JSON_DEPTH_MAX)) {
		why_set(why, "JSON nested deeper than %d", JSON_DEPTH_MAX);
		return NULL;
	}
	json_error_t error;
	json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (json == NULL)
		not_json(&error, why);
	return json;
}

json_t *
json_parse_object(const char *bytes, size_t length, size_t ceiling, struct why *why)
{
	json_t *json = json_parse(bytes, length, ceiling, why);
	if (json != NULL && !json_is_object(json)) {
		why_set(why, "JSON, but not an object");
		json_decref(json);
		return NULL;
	}
	return json;
}

/* --- mending: every change keeps its length, so one pass over one copy is enough -------------- */

enum {
	ESCAPE_LENGTH = 6,    /* of \u0000 */
	INT64_DIGITS = 19,    /* of the first that may be too big */
	REAL_DIGITS_MAX = 300 /* a double holds 308 */
};

/* The number of a \uXXXX at `at`; -1 when there is none. */
static int
escaped_unit(const char *at)
{
	int unit = 0;
	if (at[0] != '\\' || at[1] != 'u')
		return -1;
	for (int i = 2; i < ESCAPE_LENGTH; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = at[i] == '\0' ? NULL : strchr(digits, at[i] | 0x20);
		if (digit == NULL || (at[i] < '0'))
			return -1;
		unit = unit * 16 + (int)(digit - digits);
	}
	return unit;
}

/* Mends the escape at `at` and gives what comes after it.  `at` ends in NUL. */
static char *
mend_escape(char *at)
{
	int unit = escaped_unit(at), next = unit < 0 ? -1 : escaped_unit(at + ESCAPE_LENGTH);
	if (unit < 0)
		return at[1] == '\0' ? at + 1 : at + 2;
	bool high = unit >= 0xd800 && unit < 0xdc00, low = unit >= 0xdc00 && unit < 0xe000;
	if (high && next >= 0xdc00 && next < 0xe000)
		return at + 2 * (size_t)ESCAPE_LENGTH;
	if (unit == 0 || high || low)
		memcpy(at, "\\ufffd", ESCAPE_LENGTH);
	return at + ESCAPE_LENGTH;
}

/* 9223372036854775808 becomes 92233720368547758e2. */
static char *
mend_number(char *at)
{
	char *digits = at + (*at == '-'), *end = digits + strspn(digits, "0123456789");
	size_t count = (size_t)(end - digits);
	if (count < INT64_DIGITS || digits[0] == '0' || strchr(".eE", *end) != NULL)
		return end > at ? end + strspn(end, ".eE+-0123456789") : at + 1;
	errno = 0;
	strtoll(at, NULL, 10);
	if (errno == ERANGE && count <= REAL_DIGITS_MAX)
		memcpy(end - 2, "e2", 2);
	else if (errno == ERANGE)
		memcpy(memset(digits, ' ', count), "1e300", 5);
	return end;
}

static void
mend(char *at)
{
	bool in_string = false;
	while (*at != '\0') {
		if (in_string && *at == '\\') {
			at = mend_escape(at);
		} else if (!in_string && (*at == '-' || (*at >= '0' && *at <= '9'))) {
			at = mend_number(at);
		} else {
			in_string ^= *at == '"';
			at++;
		}
	}
}

json_t *
json_parse_provider(const char *bytes, size_t length, size_t ceiling, struct why *why)
{
	if (length > ceiling || memchr(bytes, '\0', length) != NULL)
		return json_parse_object(bytes, length, ceiling, why);
	char *copy = malloc(length + 1);
	ensure(copy != NULL);
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	mend(copy);
	json_t *json = json_parse_object(copy, length, ceiling, why);
	explicit_bzero(copy, length);
	free(copy);
	return json;
}

/* --- reading ---------------------------------------------------------------------------------- */

const json_t *
json_at(const json_t *object, const char *path)
{
	char key[64];
	while (object != NULL) {
		size_t length = strcspn(path, ".");
		ensure(length > 0 && length < sizeof(key));
		memcpy(key, path, length);
		key[length] = '\0';
		object = json_object_get(object, key);
		if (path[length] == '\0')
			return object;
		path += length + 1;
	}
	return NULL;
}

const char *
json_text_at(const json_t *object, const char *path)
{
	const char *text = json_string_value(json_at(object, path));
	return text == NULL ? "" : text;
}

bool
json_get_text(const json_t *object, const char *path, char *to, size_t size, struct why *why)
{
	const json_t *value = json_at(object, path);
	if (!json_is_string(value))
		return why_set(why, "field %s is %s, text was expected", path,
		               value == NULL ? "missing" : "of another type");
	if (!text_copy(to, size, json_string_value(value)))
		return why_set(why, "field %s is longer than %zu bytes", path, size - 1);
	return true;
}

bool
json_get_integer(const json_t *object, const char *path, int64_t *to, struct why *why)
{
	const json_t *value = json_at(object, path);
	if (!json_is_integer(value))
		return why_set(why, "field %s is %s, a whole number was expected", path,
		               value == NULL ? "missing" : "of another type");
	*to = json_integer_value(value);
	return true;
}

bool
json_maybe_text(const json_t *object, const char *path, char *to, size_t size)
{
	const json_t *value = json_at(object, path);
	return text_copy(to, size, json_is_string(value) ? json_string_value(value) : "");
}

bool
json_maybe_text_or_integer(const json_t *object, const char *path, char *to, size_t size)
{
	const json_t *value = json_at(object, path);
	if (json_is_integer(value))
		return text_format(to, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_maybe_text(object, path, to, size);
}

int64_t
json_maybe_integer(const json_t *object, const char *path, int64_t otherwise)
{
	const json_t *value = json_at(object, path);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool
json_maybe_true(const json_t *object, const char *path)
{
	return json_is_true(json_at(object, path));
}

bool
json_maybe_flag(const json_t *object, const char *path)
{
	const json_t *value = json_at(object, path);
	const char *text = json_string_value(value);
	if (text != NULL)
		return text[0] != '\0' && !text_equal(text, "0") &&
		       !text_equal_ignoring_case(text, "false");
	if (json_is_number(value))
		return json_number_value(value) < 0 || json_number_value(value) > 0;
	return value != NULL && !json_is_null(value) && !json_is_false(value);
}

char *
json_text(const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	ensure(text != NULL);
	return text;
}
