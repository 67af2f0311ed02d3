/*
 * check: is this folder ready to serve?  One line for each thing, and what to do about it.
 *
 * Nothing is called and nothing is changed; it may run beside `serve`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "channels/channel.h"
#include "cli/command.h"
#include "io/clock.h"
#include "serve/language.h"
#include "serve/standing.h"
#include "tools/tool.h"

struct inspection {
	const struct command_line *line;
	struct folder folder; /* its store may be NULL */
	json_t *rows;
	bool wrong;
};

/* --- saying it -------------------------------------------------------------------------------- */

static void
add(struct inspection *i, const char *what, bool ok, const char *words)
{
	json_array_append_new(i->rows,
	                      json_pack("{s:s,s:b,s:s}", "what", what, "ok", ok, "words", words));
	i->wrong = i->wrong || !ok;
}

/* What `why` says when it is not ok. */
static void
found(struct inspection *i, const char *what, bool ok, const char *good, const struct why *why)
{
	add(i, what, ok, ok ? good : why->text);
}

static int
print_all(const struct inspection *i)
{
	size_t index;
	json_t *row;
	if (i->line->json) {
		command_print_json(json_incref(i->rows));
		return i->wrong ? EXIT_NO : EXIT_YES;
	}
	json_array_foreach (i->rows, index, row) {
		bool ok = json_is_true(json_object_get(row, "ok"));
		printf("%s%-5s%s  %-10s  %s\n", command_style(ok ? "green" : "red"),
		       ok ? "ok" : "wrong", command_style("plain"),
		       json_string_value(json_object_get(row, "what")),
		       json_string_value(json_object_get(row, "words")));
	}
	return i->wrong ? EXIT_NO : EXIT_YES;
}

/* --- files ------------------------------------------------------------------------------------ */

static void
check_settings(struct inspection *i)
{
	char path[FOLDER_PATH_SIZE];
	struct why why = { "" };
	folder_path(i->line->data, "estorno.conf", path);
	bool ok = settings_load(path, &i->folder.settings, &why);
	if (!ok) /* the rest is checked as if the file were not there */
		settings_default(&i->folder.settings);
	found(i, "settings", ok, path, &why);
}

static void
check_keys(struct inspection *i)
{
	struct verifying_key receipts, log;
	struct why why = { "" };
	bool ok = folder_load_keys(&i->folder, &why) &&
	          folder_public_key(i->line->data, "receipts", &receipts, &why) &&
	          folder_public_key(i->line->data, "log", &log, &why);
	if (ok && (!verifying_key_equal(&receipts, signing_key_public(i->folder.receipts_key)) ||
	           !verifying_key_equal(&log, signing_key_public(i->folder.log_key))))
		ok = why_set(&why, "a published key in keys/ is not the half of its private one");
	found(i, "keys", ok, "data, receipts, log: private", &why);
}

static void
check_store(struct inspection *i)
{
	char path[FOLDER_PATH_SIZE];
	struct why why = { "" };
	folder_path(i->line->data, "estorno.db", path);
	i->folder.store = store_open(path, STORE_READ_ONLY, &why);
	found(i, "store", i->folder.store != NULL, path, &why);
}

static void
check_texts(struct inspection *i)
{
	struct language_pack language;
	struct why why = { "" };
	bool ok = language_load(&language, &why);
	if (ok)
		language_free(&language);
	found(i, "texts", ok, "templates and locales of every language", &why);
}

/* --- what is stored --------------------------------------------------------------------------- */

/* Is there a credential for the role, and does the vault open it? */
static bool
has_credential(struct inspection *i, const char *name, enum role role, struct why *why)
{
	struct stored_credential credential = { 0 };
	if (!store_credential(i->folder.store, name, role, &credential))
		return false;
	json_t *secrets =
		i->folder.vault == NULL ? NULL : vault_open(i->folder.vault, &credential, why);
	bool ok = secrets != NULL || i->folder.vault == NULL;
	json_decref(secrets);
	free(credential.sealed);
	return ok;
}

/* A missing read credential falls back to the write one; nothing stands in for a missing write one. */
static void
check_connection(struct inspection *i, const char *duty, const char *name, bool writes,
                 bool roles_apart)
{
	struct why why = { "" };
	char good[128];
	bool may_write = has_credential(i, name, ROLE_WRITE, &why);
	bool may_read = has_credential(i, name, ROLE_READ, &why);
	bool ok = may_write || (may_read && !writes);
	if (!ok)
		why_set(&why, "%s is not connected for %s: estorno connect %s --role %s", name,
		        writes ? "write" : "read", name, writes ? "write" : "read");
	ok = ok && why.text[0] == '\0';
	text_format(good, sizeof(good), "%s%s", name,
	            roles_apart && !may_read ? ", read back with the write credential; a read one "
	                                       "would be better proof"
	                                     : "");
	found(i, duty, ok, good, &why);
}

static void
check_connections(struct inspection *i)
{
	const struct settings *s = &i->folder.settings;
	const struct {
		enum duty duty;
		const char *name;
	} duties[] = { { DUTY_LEDGER, s->ledger },
		       { DUTY_PAY, s->pay },
		       { DUTY_INVOICE, s->invoice } };
	check_connection(i, "channel", s->channel, true, false);
	for (size_t d = 0; d < sizeof(duties) / sizeof(duties[0]); d++) {
		const struct tool *tool = tool_by_name(duties[d].name);
		ensure(tool != NULL); /* the settings allow only names of the registry */
		check_connection(i, duty_text(duties[d].duty), tool->name,
		                 duties[d].duty != DUTY_LEDGER, tool->tells_roles_apart);
	}
}

static void
check_webhook(struct inspection *i)
{
	struct why why = { "" };
	char name[CONNECTION_NAME_SIZE];
	if (folder_is_sandbox(i->line->data)) {
		add(i, "webhook", true, "a sandbox draws its secret at every start");
		return;
	}
	bool ok = text_format(name, sizeof(name), "webhook.%s", i->folder.settings.channel) &&
	          has_credential(i, name, ROLE_READ, &why);
	why_set(&why, "there is no webhook secret: nobody can reach the bot");
	found(i, "webhook", ok, "has its secret", &why);
}

static void
check_mandate(struct inspection *i)
{
	struct stored_mandate stored;
	struct why why = { "" };
	enum hold_reason refused = HOLD_MANDATE_MISSING;
	struct policy policy;
	settings_policy(&i->folder.settings, folder_is_sandbox(i->folder.path), &policy);
	if (store_mandate_latest(i->folder.store, &stored))
		refused = standing_of(i->folder.store, &stored, &policy, clock_now_ms());
	why_set(&why, "%s: nothing is refunded; estorno mandate show", hold_text(refused));
	found(i, "mandate", refused == HOLD_NONE, stored.columns.id, &why);
}

static void
check_restore(struct inspection *i)
{
	const struct why why = { "the store is older than what has left, and no refund is sent: "
		                 "estorno reconcile" };
	if (store_money_is_paused(i->folder.store))
		found(i, "money", false, "", &why);
}

static void
check_stored(struct inspection *i)
{
	struct why why = { "" };
	store_begin(i->folder.store);
	check_connections(i);
	check_webhook(i);
	check_mandate(i);
	check_restore(i);
	if (!store_commit(i->folder.store, &why))
		add(i, "store", false, why.text);
}

/* --- the command ------------------------------------------------------------------------------ */

static bool
is_folder(const char *data, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	return (strlen(data) + 64 < sizeof(path) &&
	        text_format(path, sizeof(path), "%s/estorno.db", data) &&
	        access(path, F_OK) == 0) ||
	       why_set(why, "%.200s is not a data folder; `estorno init` makes one", data);
}

static int
run(const struct command_line *line)
{
	struct inspection i = { .line = line };
	struct why why = { "" };
	if (!is_folder(line->data, &why))
		return command_could_not(&why);
	ensure(text_copy(i.folder.path, sizeof(i.folder.path), line->data));
	i.rows = json_array();
	check_settings(&i);
	check_keys(&i);
	check_store(&i);
	check_texts(&i);
	if (i.folder.store != NULL)
		check_stored(&i);
	int code = print_all(&i);
	folder_close(&i.folder);
	json_decref(i.rows);
	return code;
}

const struct command command_check = {
	.name = "check",
	.arguments = "",
	.sentence = "what is wrong with this folder, and what to do about it",
	.help = "Settings (with line numbers), keys, store, texts, connections, webhook, mandate.\n"
		"Calls nobody.  Exit 1 when something is wrong.",
	.options = "",
	.run = run,
};
