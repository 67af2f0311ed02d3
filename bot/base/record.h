/*
 * A struct as JSON and back, from one table of its fields.
 *
 * Facts, operations and cases are stored as JSON and read by people in the story
 * of a case, so each struct has a table that names its fields once.  Reading is
 * strict about what is there (an unknown key, a wrong type or a text that does not
 * fit is an error that names the field) and calm about what is not: a missing
 * field keeps its zero, so that data written before a field existed still loads.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"

enum field_type {
	FIELD_TEXT,    /* char[size] */
	FIELD_TEXTS,   /* char[n][size]; empty ones are left out */
	FIELD_INTEGER, /* int64_t */
	FIELD_BOOL,    /* bool */
	FIELD_ENUM,    /* an enum, written by name */
	FIELD_RECORD,  /* a struct */
	FIELD_LIST     /* an array of structs with an int64_t count */
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	size_t size;                 /* of one text or one struct */
	size_t most;                 /* texts, list: how many fit */
	size_t count_offset;         /* list */
	const struct record *record; /* record, list */
	const char *(*enum_text)(int value);
	int enum_count;
};

struct record {
	const struct field *fields;
	size_t count;
};

/* Rows for a table of `struct s`. */
/* clang-format off */
#define SIZE_OF_MEMBER(s, m) sizeof(((struct s *)0)->m)
#define ROW_TEXT(s, m)                                                                             \
	{ .name = #m, .type = FIELD_TEXT, .offset = offsetof(struct s, m),                         \
	  .size = SIZE_OF_MEMBER(s, m) }
#define ROW_TEXTS(s, m)                                                                            \
	{ .name = #m, .type = FIELD_TEXTS, .offset = offsetof(struct s, m),                        \
	  .size = SIZE_OF_MEMBER(s, m[0]), .most = SIZE_OF_MEMBER(s, m) / SIZE_OF_MEMBER(s, m[0]) }
#define ROW_INTEGER(s, m) { .name = #m, .type = FIELD_INTEGER, .offset = offsetof(struct s, m) }
#define ROW_BOOL(s, m)    { .name = #m, .type = FIELD_BOOL, .offset = offsetof(struct s, m) }
#define ROW_ENUM(s, m, text, how_many)                                                             \
	{ .name = #m, .type = FIELD_ENUM, .offset = offsetof(struct s, m), .enum_text = text,      \
	  .enum_count = how_many }
#define ROW_RECORD(s, m, table)                                                                    \
	{ .name = #m, .type = FIELD_RECORD, .offset = offsetof(struct s, m),                       \
	  .size = SIZE_OF_MEMBER(s, m), .record = table }
#define ROW_LIST(s, m, how_many, table)                                                            \
	{ .name = #m, .type = FIELD_LIST, .offset = offsetof(struct s, m),                         \
	  .size = SIZE_OF_MEMBER(s, m[0]), .most = SIZE_OF_MEMBER(s, m) / SIZE_OF_MEMBER(s, m[0]), \
	  .count_offset = offsetof(struct s, how_many), .record = table }
#define RECORD(rows) { .fields = rows, .count = sizeof(rows) / sizeof(rows[0]) }
/* clang-format on */

/* A new object; the caller's. */
json_t *record_to_json(const struct record *record, const void *from);

/* `to` must be zeroed first (or hold defaults).  False with `why` naming the field. */
bool record_from_json(const struct record *record, const json_t *json, void *to, struct why *why);

#endif
