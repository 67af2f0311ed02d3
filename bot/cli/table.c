/*
 * Rows for people.  What is printed may hold words of strangers, and a terminal obeys
 * control characters, so they become spaces.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"

enum { CELL_SIZE = 256, COLUMNS_MAX = 12 };

static void
write_cell(const json_t *row, const struct column *column, char cell[CELL_SIZE])
{
	const json_t *value = json_object_get(row, column->key);
	const char *text = json_string_value(value);
	int64_t at_ms;
	cell[0] = '\0';
	if (json_is_true(value))
		text = "yes";
	else if (column->kind == COLUMN_CENTS && json_integer_value(value) != 0)
		text = command_amount(json_integer_value(value));
	else if (column->kind == COLUMN_INSTANT && text != NULL && instant_parse(text, &at_ms))
		text = command_time(at_ms);
	if (text != NULL)
		text_copy_beginning(cell, CELL_SIZE, text);
	text_make_printable(cell);
}

static int
width_of(const char *text)
{
	return (int)text_characters(text, strlen(text));
}

static void
print_cell(const char *cell, int width, bool last)
{
	printf("%s%*s", cell, last ? 0 : width - width_of(cell) + 2, "");
}

static void
print_titles(const struct column *columns, size_t count, const int *widths)
{
	printf("%s", command_style("dim"));
	for (size_t i = 0; i < count; i++)
		print_cell(columns[i].title, widths[i], i + 1 == count);
	printf("%s\n", command_style("plain"));
}

static void
print_table(const json_t *rows, const struct column *columns, size_t count)
{
	int widths[COLUMNS_MAX];
	char cell[CELL_SIZE];
	size_t index;
	json_t *row;
	ensure(count <= COLUMNS_MAX);
	for (size_t i = 0; i < count; i++)
		widths[i] = width_of(columns[i].title);
	json_array_foreach (rows, index, row) {
		for (size_t i = 0; i < count; i++) {
			write_cell(row, &columns[i], cell);
			widths[i] = width_of(cell) > widths[i] ? width_of(cell) : widths[i];
		}
	}
	print_titles(columns, count, widths);
	json_array_foreach (rows, index, row) {
		for (size_t i = 0; i < count; i++) {
			write_cell(row, &columns[i], cell);
			print_cell(cell, widths[i], i + 1 == count);
		}
		putchar('\n');
	}
}

void
command_print_rows(const struct command_line *line, json_t *rows, const struct column *columns,
                   size_t column_count, const char *nothing)
{
	if (json_array_size(rows) > ROWS_SHOWN_MAX) {
		fprintf(stderr, "there are more: only the first %d are shown\n", ROWS_SHOWN_MAX);
		while (json_array_size(rows) > ROWS_SHOWN_MAX)
			json_array_remove(rows, json_array_size(rows) - 1);
	}
	if (line->json) {
		command_print_json(rows);
		return;
	}
	if (json_array_size(rows) == 0)
		fprintf(stderr, "%s\n", nothing);
	else
		print_table(rows, columns, column_count);
	json_decref(rows);
}
