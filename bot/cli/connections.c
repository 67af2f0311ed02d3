/*
 * connections, disconnect: which credentials there are, and taking one away.
 *
 * A fingerprint tells two credentials apart and says nothing about either.  The webhook's
 * secret lies in the same table and is no connection.
 */
#include <stdio.h>

#include "base/text.h"
#include "cli/command.h"

static bool
is_connection(const struct stored_credential *credential)
{
	return !text_starts_with(credential->name, "webhook.");
}

static void
add_row(void *context, const struct stored_credential *credential)
{
	if (!is_connection(credential))
		return;
	json_array_append_new(context, json_pack("{s:s,s:s,s:s,s:o}", "name", credential->name,
	                                         "role", role_text(credential->role), "fingerprint",
	                                         credential->fingerprint, "stored_at",
	                                         command_instant(credential->stored_ms)));
}

static int
list(const struct command_line *line, struct folder *folder)
{
	static const struct column columns[] = {
		{ "name", "NAME", COLUMN_TEXT },
		{ "role", "ROLE", COLUMN_TEXT },
		{ "fingerprint", "FINGERPRINT", COLUMN_TEXT },
		{ "stored_at", "STORED", COLUMN_INSTANT },
	};
	json_t *rows = json_array();
	store_credentials(folder->store, add_row, rows);
	command_print_rows(line, rows, columns, sizeof(columns) / sizeof(columns[0]),
	                   "nothing is connected; `estorno connect NAME --role read|write`");
	return EXIT_YES;
}

static int
run_connections(const struct command_line *line)
{
	return command_look(line, list);
}

const struct command command_connections = {
	.name = "connections",
	.arguments = "",
	.sentence = "which credentials are stored; never a secret",
	.options = "",
	.run = run_connections,
};

/* --- disconnect ------------------------------------------------------------------------------- */

struct search {
	const char *name;
	bool wanted[2], there[2]; /* by enum role */
};

static bool
read_wanted(const struct command_line *line, struct search *search, struct why *why)
{
	const char *text = command_option(line, "--role");
	enum role role = ROLE_READ;
	if (text != NULL && !role_parse(text, &role))
		return why_set(why, "--role is read or write");
	search->wanted[role] = true;
	search->wanted[ROLE_WRITE] = text == NULL || role == ROLE_WRITE;
	return true;
}

static void
look_for(void *context, const struct stored_credential *credential)
{
	struct search *search = context;
	if (is_connection(credential) && text_equal(search->name, credential->name))
		search->there[credential->role] = search->wanted[credential->role];
}

static bool
search_store(const char *data, struct search *search, struct why *why)
{
	struct folder folder;
	if (!folder_open(&folder, data, STORE_READ_ONLY, why))
		return false;
	store_begin(folder.store);
	store_credentials(folder.store, look_for, search);
	bool ok = store_commit(folder.store, why);
	folder_close(&folder);
	return ok;
}

static int
remove_role(const char *data, const char *name, enum role role)
{
	int code =
		command_change(data, "credential.remove",
	                       json_pack("{s:s,s:s}", "name", name, "role", role_text(role)), NULL);
	if (code == EXIT_YES)
		printf("%s is no longer connected for %s\n", name, role_text(role));
	return code;
}

static int
run_disconnect(const struct command_line *line)
{
	struct search search = { .name = line->words[0] };
	struct why why = { "" };
	int code = EXIT_YES;
	if (!read_wanted(line, &search, &why) || !search_store(line->data, &search, &why))
		return command_could_not(&why);
	if (!search.there[ROLE_READ] && !search.there[ROLE_WRITE]) {
		why_set(&why, "%s has no such credential", search.name);
		return command_refused(&why);
	}
	for (int role = ROLE_READ; code == EXIT_YES && role <= ROLE_WRITE; role++)
		if (search.there[role])
			code = remove_role(line->data, search.name, (enum role)role);
	return code;
}

const struct command command_disconnect = {
	.name = "disconnect",
	.arguments = "NAME",
	.sentence = "forget a credential; the next call does without it",
	.help = "  --role read|write   only this one; without it, both",
	.options = "--role=",
	.least = 1,
	.most = 1,
	.run = run_disconnect,
};
