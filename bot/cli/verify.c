/*
 * verify: is a receipt genuine?  Says it with its exit code, so that scripts need not read.
 *
 *	0   every file is genuine
 *	1   one is not
 *	2   one could not be told, and none is known to be false
 *
 * The keys are the decision of whoever checks: those given with --key, else those that
 * this data folder has published.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/verify_file.h"
#include "proof/key_text.h"

/* --- keys ------------------------------------------------------------------------------------- */

/* A key is believed for what it is for: the log's makes no receipt genuine.  One that does not say is
 * believed for both by whoever gives it. */
static bool
add_key(struct verify_keys *keys, const char *text, struct why *why)
{
	struct verifying_key key;
	enum key_use use = KEY_USE_RECEIPTS;
	enum key_says says = verifying_key_says_use(text, &use);
	if (!verifying_key_parse(text, &key, why))
		return false;
	if (says == SAYS_NONSENSE || use == KEY_USE_MANDATES)
		return why_set(why, "%s is a key for something else than receipts or the log",
		               key.id);
	bool for_both = says == SAYS_NOTHING;
	return ((!for_both && use != KEY_USE_RECEIPTS) ||
	        key_ring_add(&keys->receipts, &key, why)) &&
	       ((!for_both && use != KEY_USE_LOG) || key_ring_add(&keys->log, &key, why));
}

/* What GET /v1/signing-keys publishes: {"keys":[...]}. */
static bool
add_published(struct verify_keys *keys, const json_t *list, struct why *why)
{
	bool ok = json_array_size(list) > 0 || why_set(why, "there is no key in it");
	for (size_t i = 0; ok && i < json_array_size(list); i++) {
		char *text = json_text(json_array_get(list, i));
		ok = add_key(keys, text, why);
		free(text);
	}
	return ok;
}

/* A key's text, or a file with one. */
static bool
add_given(struct verify_keys *keys, const char *given, struct why *why)
{
	char *text =
		access(given, R_OK) == 0
			? file_read(given, TRUSTED_KEYS_MAX * PUBLIC_KEY_JSON_BYTES_MAX, NULL, why)
			: strdup(given);
	if (text == NULL)
		return false;
	json_t *json = json_parse_object(text, strlen(text),
	                                 TRUSTED_KEYS_MAX * PUBLIC_KEY_JSON_BYTES_MAX, NULL);
	const json_t *list = json_object_get(json, "keys");
	bool ok = list != NULL ? add_published(keys, list, why) : add_key(keys, text, why);
	json_decref(json);
	free(text);
	return ok || why_prefix(why, "--key");
}

static bool
add_own(struct verify_keys *keys, const char *data, struct why *why)
{
	struct verifying_key receipts;
	if (folder_public_key(data, "receipts", &receipts, NULL) &&
	    folder_log_keys(data, &keys->log, NULL))
		return key_ring_add(&keys->receipts, &receipts, why);
	return why_set(why, "could not tell: no key.  Give the shop's published key with --key, or "
	                    "its data folder with --data (a key that came with a receipt proves "
	                    "nothing about it)");
}

static bool
gather_keys(const struct command_line *line, struct verify_keys *keys, struct why *why)
{
	bool given = false, ok = true;
	for (int i = 0; ok && i < line->option_count; i++) {
		if (!text_equal(line->options[i].name, "--key"))
			continue;
		given = true;
		ok = add_given(keys, line->options[i].value, why);
	}
	return ok && (given || add_own(keys, line->data, why));
}

/* --- saying it -------------------------------------------------------------------------------- */

static const struct {
	enum authenticity authenticity;
	int code; /* the worst file decides: 1, then 2, then 0 */
	const char *style;
} verdicts[] = {
	{ AUTHENTICITY_NOT_GENUINE, EXIT_NO, "red" },
	{ AUTHENTICITY_CANNOT_TELL, EXIT_COULD_NOT, "amber" },
	{ AUTHENTICITY_GENUINE, EXIT_YES, "green" },
};

static const char *
text_of(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static void
print_row(const json_t *row, const char *style)
{
	char words[WHY_SIZE], file[FOLDER_PATH_SIZE];
	text_copy_beginning(words, sizeof(words), text_of(row, "words"));
	text_copy_beginning(file, sizeof(file), text_of(row, "file"));
	text_make_printable(words);
	text_make_printable(file);
	printf("%s%-11s%s  %s  %s\n", command_style(style), text_of(row, "authenticity"),
	       command_style("plain"), file, words);
}

static int
conclude(const struct command_line *line, json_t *rows)
{
	size_t worst = sizeof(verdicts) / sizeof(verdicts[0]) - 1, index;
	json_t *row;
	json_array_foreach (rows, index, row) {
		size_t i = 0;
		while (!text_equal(authenticity_text(verdicts[i].authenticity),
		                   text_of(row, "authenticity")))
			i++;
		worst = i < worst ? i : worst;
		if (!line->json)
			print_row(row, verdicts[i].style);
	}
	if (line->json)
		command_print_json(rows);
	else
		json_decref(rows);
	return verdicts[worst].code;
}

static int
run(const struct command_line *line)
{
	struct verify_keys keys = { .receipts = { .count = 0 } };
	struct why why = { "" };
	if (!gather_keys(line, &keys, &why))
		return command_could_not(&why);
	json_t *rows = json_array();
	for (int i = 0; i < line->count; i++)
		verify_path(line->words[i], &keys, rows);
	return conclude(line, rows);
}

const struct command command_verify = {
	.name = "verify",
	.arguments = "FILE...",
	.sentence = "is a receipt genuine?  0 yes, 1 no, 2 could not tell",
	.help = "  --key KEY   whom to believe: a public key as a file or as text (an ssh-ed25519 "
		"line,\n"
		"              JSON, or base 64), or a file of GET /v1/signing-keys; may be "
		"repeated.\n"
		"              JSON's \"use\" or the line's comment, receipts or log, says what "
		"for.\n"
		"              Without it, the keys that the data folder has published\n\n"
		"FILE is a Receipt object, signed bytes with FILE.sig beside them, an inclusion "
		"proof\n"
		"with its receipt beside it, the log's checkpoint, or a folder made by `export`.",
	.options = "--key=",
	.least = 1,
	.most = VERIFY_FILES_MAX,
	.run = run,
};
