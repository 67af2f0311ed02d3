/*
 * Walks a table of fields in either direction.
 */
#include "base/record.h"

#include <stdint.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

/* Enums are stored as int; C gives them that size or another, so they go through memcpy. */
static int
enum_value(const void *at)
{
	int value;
	memcpy(&value, at, sizeof(value));
	return value;
}

static json_t *
texts_to_json(const struct field *field, const char *at)
{
	json_t *list = json_array();
	for (size_t i = 0; i < field->most; i++)
		if (at[i * field->size] != '\0')
			json_array_append_new(list, json_string(at + i * field->size));
	return list;
}

static json_t *
list_to_json(const struct field *field, const char *at, int64_t count)
{
	json_t *list = json_array();
	ensure(count >= 0 && (size_t)count <= field->most);
	for (size_t i = 0; i < (size_t)count; i++)
		json_array_append_new(list, record_to_json(field->record, at + i * field->size));
	return list;
}

static json_t *
field_to_json(const struct field *field, const char *from)
{
	const char *at = from + field->offset;
	switch (field->type) {
	case FIELD_TEXT:
		return json_string(at);
	case FIELD_TEXTS:
		return texts_to_json(field, at);
	case FIELD_INTEGER:
		return json_integer(*(const int64_t *)(const void *)at);
	case FIELD_BOOL:
		return json_boolean(*(const bool *)(const void *)at);
	case FIELD_ENUM:
		return json_string(field->enum_text(enum_value(at)));
	case FIELD_RECORD:
		return record_to_json(field->record, at);
	case FIELD_LIST:
		return list_to_json(field, at,
		                    *(const int64_t *)(const void *)(from + field->count_offset));
	}
	ensure(!"a field type outside the enum");
	return NULL;
}

json_t *
record_to_json(const struct record *record, const void *from)
{
	json_t *object = json_object();
	for (size_t i = 0; i < record->count; i++) {
		json_t *value = field_to_json(&record->fields[i], from);
		ensure(value != NULL);
		json_object_set_new(object, record->fields[i].name, value);
	}
	return object;
}

static bool
wrong_type(const struct field *field, struct why *why)
{
	return why_set(why, "field %s has the wrong type", field->name);
}

static bool
read_text(const struct field *field, const json_t *value, char *at, struct why *why)
{
	if (!json_is_string(value))
		return wrong_type(field, why);
	if (!text_copy(at, field->size, json_string_value(value)))
		return why_set(why, "field %s is longer than %zu bytes", field->name,
		               field->size - 1);
	return true;
}

static bool
fits(const struct field *field, const json_t *list, struct why *why)
{
	if (!json_is_array(list))
		return wrong_type(field, why);
	if (json_array_size(list) > field->most)
		return why_set(why, "field %s has %zu entries, at most %zu fit", field->name,
		               json_array_size(list), field->most);
	return true;
}

static bool
read_texts(const struct field *field, const json_t *list, char *at, struct why *why)
{
	if (!fits(field, list, why))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!read_text(field, json_array_get(list, i), at + i * field->size, why))
			return false;
	return true;
}

static bool
read_list(const struct field *field, const json_t *list, char *to, struct why *why)
{
	if (!fits(field, list, why))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!record_from_json(field->record, json_array_get(list, i),
		                      to + field->offset + i * field->size, why))
			return why_prefix(why, "%s[%zu]", field->name, i);
	*(int64_t *)(void *)(to + field->count_offset) = (int64_t)json_array_size(list);
	return true;
}

static bool
read_enum(const struct field *field, const json_t *value, char *at, struct why *why)
{
	if (!json_is_string(value))
		return wrong_type(field, why);
	for (int i = 0; i < field->enum_count; i++) {
		if (text_equal(field->enum_text(i), json_string_value(value))) {
			memcpy(at, &i, sizeof(i));
			return true;
		}
	}
	return why_set(why, "field %s does not know \"%s\"", field->name, json_string_value(value));
}

static bool
field_from_json(const struct field *field, const json_t *value, char *to, struct why *why)
{
	char *at = to + field->offset;
	switch (field->type) {
	case FIELD_TEXT:
		return read_text(field, value, at, why);
	case FIELD_TEXTS:
		return read_texts(field, value, at, why);
	case FIELD_INTEGER:
		if (!json_is_integer(value))
			return wrong_type(field, why);
		*(int64_t *)(void *)at = json_integer_value(value);
		return true;
	case FIELD_BOOL:
		if (!json_is_boolean(value))
			return wrong_type(field, why);
		*(bool *)(void *)at = json_is_true(value);
		return true;
	case FIELD_ENUM:
		return read_enum(field, value, at, why);
	case FIELD_RECORD:
		return record_from_json(field->record, value, at, why) ||
		       why_prefix(why, "%s", field->name);
	case FIELD_LIST:
		return read_list(field, value, to, why);
	}
	ensure(!"a field type outside the enum");
	return false;
}

static const struct field *
find(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->count; i++)
		if (text_equal(record->fields[i].name, name))
			return &record->fields[i];
	return NULL;
}

bool
record_from_json(const struct record *record, const json_t *json, void *to, struct why *why)
{
	const char *name;
	json_t *value;
	if (!json_is_object(json))
		return why_set(why, "an object was expected");
	json_object_foreach ((json_t *)(uintptr_t)json, name, value) {
		const struct field *field = find(record, name);
		if (field == NULL)
			return why_set(why, "field %s is not known here", name);
		if (!field_from_json(field, value, to, why))
			return false;
	}
	return true;
}
