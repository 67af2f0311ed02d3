/*
 * JSON from outside, and the canonical bytes that are signed.
 */
#include "base/json.h"
#include "base/limits.h"
#include "proof/canonical.h"
#include "tests/fuzz/fuzz.h"

enum { CEILING = 64 * 1024 };

static size_t
depth_of(const json_t *json)
{
	size_t deepest = 0, index;
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
		size_t depth = depth_of(value);
		deepest = depth > deepest ? depth : deepest;
	}
	json_array_foreach (json, index, value) {
		size_t depth = depth_of(value);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + (json_is_object(json) || json_is_array(json));
}

static size_t
keys_in(const json_t *json)
{
	size_t keys = json_object_size(json), index;
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)json, key, value)
		keys += keys_in(value);
	json_array_foreach (json, index, value)
		keys += keys_in(value);
	return keys;
}

/* Texts with a colon behind them: as many keys as the writer wrote. */
static size_t
keys_written(const char *bytes, size_t length)
{
	size_t keys = 0;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '"')
			continue;
		for (i++; i < length && bytes[i] != '"'; i++)
			i += bytes[i] == '\\';
		size_t blanks = strspn(bytes + i + 1, " \t\r\n");
		keys += i + 1 + blanks < length && bytes[i + 1 + blanks] == ':';
	}
	return keys;
}

static void
check_canonical(const json_t *json)
{
	struct buffer once, twice;
	struct why why = { "" };
	buffer_init(&once, 16 * CEILING);
	buffer_init(&twice, 16 * CEILING);
	bool ok = canonical_write(json, &once, &why);
	fuzz_check_why(ok, &why);
	if (ok) {
		for (size_t i = 0; i < once.length; i++)
			ensure(once.bytes[i] >= ' ' && once.bytes[i] <= '~');
		json_t *again = json_parse(once.bytes, once.length, 16 * CEILING, &why);
		ensure(again != NULL && json_equal(again, json));
		ensure(canonical_write(again, &twice, &why));
		ensure(text_equal(buffer_text(&once), buffer_text(&twice)));
		json_decref(again);
	}
	buffer_free(&once);
	buffer_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct why why = { "" };
	char *text = fuzz_text(data, size);
	json_t *json = json_parse(text, size, CEILING, &why);
	fuzz_check_why(json != NULL, &why);
	if (json != NULL) {
		ensure(size > 0 && size <= CEILING);
		ensure(depth_of(json) <= JSON_DEPTH_MAX);
		ensure(keys_in(json) == keys_written(text, size));
		char *stored = json_text(json);
		json_t *again = json_parse(stored, strlen(stored), 16 * CEILING, &why);
		ensure(again != NULL && json_equal(again, json));
		json_decref(again);
		free(stored);
		check_canonical(json);
	}
	json_decref(json);
	free(text);
	return 0;
}
