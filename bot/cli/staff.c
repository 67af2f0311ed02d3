/*
 * staff add, list, disable: who may log in.
 *
 * Nobody has a password.  `staff add` prints a link that works once and for a quarter of
 * an hour; adding somebody again prints another.
 */
#include <stdio.h>

#include "base/text.h"
#include "cli/command.h"

/* --- add -------------------------------------------------------------------------------------- */

static void
print_link(const struct command_line *line, const struct settings *settings, const json_t *output)
{
	char url[FOLDER_PATH_SIZE];
	command_url(line->data, settings, url);
	printf("%s/login/%s\n", url, json_string_value(json_object_get(output, "token")));
	fprintf(stderr, "It logs %s in once, within %lld minutes.\n", line->words[0],
	        (long long)json_integer_value(json_object_get(output, "minutes")));
}

static int
run_add(const struct command_line *line)
{
	const char *role = command_option(line, "--role");
	struct settings settings;
	struct why why = { "" };
	json_t *output = NULL;
	json_t *input = json_pack("{s:s,s:s*}", "name", line->words[0], "role", role);
	if (input == NULL || !command_settings(line->data, &settings, &why)) {
		why_set(&why, "the name is not UTF-8");
		json_decref(input);
		return command_could_not(&why);
	}
	int code = command_change(line->data, "staff.add", input, &output);
	if (code == EXIT_YES)
		print_link(line, &settings, output);
	json_decref(output);
	return code;
}

const struct command command_staff_add = {
	.name = "staff add",
	.arguments = "NAME",
	.sentence = "let somebody log in: prints a link that works once",
	.help = "  --role R   agent (the default), approver, auditor or admin\n\n"
		"Adding somebody again gives another link; with another role than before it is "
		"refused.",
	.options = "--role=",
	.least = 1,
	.most = 1,
	.run = run_add,
};

/* --- list ------------------------------------------------------------------------------------- */

static void
add_row(void *context, const struct staff *staff)
{
	json_array_append_new(context,
	                      json_pack("{s:s,s:s,s:o,s:o}", "name", staff->name, "role",
	                                staff->role, "added_at", command_instant(staff->added_ms),
	                                "disabled_at", command_instant(staff->disabled_ms)));
}

static int
list(const struct command_line *line, struct folder *folder)
{
	static const struct column columns[] = {
		{ "name", "NAME", COLUMN_TEXT },
		{ "role", "ROLE", COLUMN_TEXT },
		{ "added_at", "ADDED", COLUMN_INSTANT },
		{ "disabled_at", "DISABLED", COLUMN_INSTANT },
	};
	json_t *rows = json_array();
	store_staff_list(folder->store, add_row, rows);
	command_print_rows(line, rows, columns, sizeof(columns) / sizeof(columns[0]),
	                   "nobody; `estorno staff add NAME`");
	return EXIT_YES;
}

static int
run_list(const struct command_line *line)
{
	return command_look(line, list);
}

const struct command command_staff_list = {
	.name = "staff list",
	.arguments = "",
	.sentence = "who may log in",
	.options = "",
	.run = run_list,
};

/* --- disable ---------------------------------------------------------------------------------- */

static int
run_disable(const struct command_line *line)
{
	int code = command_change(line->data, "staff.disable",
	                          json_pack("{s:s}", "name", line->words[0]), NULL);
	if (code == EXIT_YES)
		printf("%s can no longer log in\n", line->words[0]);
	return code;
}

const struct command command_staff_disable = {
	.name = "staff disable",
	.arguments = "NAME",
	.sentence = "log somebody out, for good",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_disable,
};
