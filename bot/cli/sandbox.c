/*
 * sandbox: the bot with simulated providers, to be played with.
 *
 * Without --data it lives in a folder that is thrown away.  With --data the folder is kept
 * and may be looked at with every other command; it is marked as a sandbox's for good, and
 * a folder that is not is refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/clock.h"
#include "serve/server.h"

#define CUSTOMER "5520999990101"
#define STAFF    "sandbox"

struct play {
	char data[FOLDER_PATH_SIZE];
	bool is_thrown_away;
	json_t *link; /* the log-in link's token */
	bool noted;
};

/* --- the folder ------------------------------------------------------------------------------- */

static bool
make_folder_to_throw_away(struct play *play, struct why *why)
{
	const char *where = getenv("TMPDIR");
	if (!text_format(play->data, sizeof(play->data), "%s/estorno-sandbox-XXXXXX",
	                 where == NULL || where[0] == '\0' ? "/tmp" : where))
		return why_set(why, "TMPDIR is too long");
	if (mkdtemp(play->data) == NULL)
		return why_set(why, "%s: %s", play->data, strerror(errno));
	play->is_thrown_away = true;
	return true;
}

static bool
choose_folder(struct play *play, const char *given, struct why *why)
{
	if (given == NULL)
		return make_folder_to_throw_away(play, why);
	return text_copy(play->data, sizeof(play->data) - 64, given) ||
	       why_set(why, "the path of the data folder is too long");
}

/* A folder without a store is new; one with a store must have been a sandbox's from the beginning. */
static bool
prepare_folder(const struct play *play, struct why *why)
{
	char store[FOLDER_PATH_SIZE];
	folder_path(play->data, "estorno.db", store);
	if (access(store, F_OK) != 0)
		return folder_mark_sandbox(play->data, why) &&
		       folder_create(play->data, clock_now_ms(), why);
	return folder_is_sandbox(play->data) ||
	       why_set(why, "%s is a live folder; the sandbox needs one of its own", play->data);
}

/* --- what people are told --------------------------------------------------------------------- */

static void
print_links(const struct play *play, const char *url)
{
	const char *token = json_string_value(json_object_get(play->link, "token"));
	long long minutes = json_integer_value(json_object_get(play->link, "minutes"));
	printf("\n"
	       "  chat            %s/sandbox/\n"
	       "                  or, in another terminal: estorno chat --url %s\n"
	       "  inbox, receipts %s/login/%s\n"
	       "                  works once, for %lld minutes; then %s/inbox/ and %s/receipts/\n"
	       "  another link    estorno staff add NAME --data %s\n"
	       "  data folder     %s%s\n\n"
	       "Write as Marina (%s), for example:\n"
	       "  Oi, meu pedido 8421 veio quebrado, quero meu dinheiro de volta\n",
	       url, url, url, token, minutes, url, url, play->data, play->data,
	       play->is_thrown_away ? " (removed at the end)" : "", CUSTOMER);
}

static void
ready(void *context, const struct server *server)
{
	struct play *play = context;
	struct why why = { "" };
	printf("listening on %s\n", server->url);
	play->noted = command_url_note(play->data, server->url, &why);
	if (!play->noted)
		fprintf(stderr, "estorno sandbox: %s\n", why.text);
	print_links(play, server->url);
	fflush(stdout);
}

/* --- the command ------------------------------------------------------------------------------ */

static int
serve(struct play *play, const char *listen)
{
	const struct server_options options = {
		.data = play->data,
		.listen = listen,
		.sandbox = true,
		.ready = ready,
		.context = play,
	};
	struct why why = { "" };
	bool ok = server_run(&options, &why);
	if (play->noted)
		command_url_forget(play->data);
	return ok ? EXIT_YES : command_could_not(&why);
}

static int
run(const struct command_line *line)
{
	struct play play = { .data = "" };
	struct why why = { "" };
	if (!choose_folder(&play, command_option(line, "--data"), &why) ||
	    !prepare_folder(&play, &why))
		return command_could_not(&why);
	int code =
		command_change(play.data, "staff.add",
	                       json_pack("{s:s,s:s}", "name", STAFF, "role", "admin"), &play.link);
	if (code == EXIT_YES)
		code = serve(&play, command_option(line, "--listen"));
	json_decref(play.link);
	if (play.is_thrown_away)
		folder_remove(play.data);
	return code;
}

const struct command command_sandbox = {
	.name = "sandbox",
	.arguments = "",
	.sentence = "run the bot with simulated providers, to play with",
	.help = "  --listen HOST:PORT   where to listen; port 0 picks a free one\n"
		"  --data DIR           keep everything in DIR; without it (whatever "
		"$ESTORNO_DATA\n"
		"                       says) in a folder that is thrown away at the end\n\n"
		"Orders, money and notes are simulated, receipts are signed as tests.  A "
		"sandbox's\n"
		"folder is never a live one, and a live one never a sandbox's.",
	.options = "--listen=",
	.run = run,
};
