/*
 * init: a new data folder, and what to do with it.
 *
 * The webhook's secret is shown here and nowhere else: whoever knows it may tell the bot
 * what a customer said.
 */
#include <stdio.h>

#include "base/ensure.h"
#include "base/text.h"
#include "channels/channel.h"
#include "cli/command.h"
#include "io/clock.h"
#include "tools/tool.h"

/* The keys of a credential, and base_url where each shop's differs. */
static void
print_secrets(const struct secret_key *secrets, size_t count, const char *base_url)
{
	printf("       {%s", base_url == NULL ? "\"base_url\", " : "");
	for (size_t i = 0; i < count; i++)
		printf("%s\"%s\"%s", i == 0 ? "" : ", ", secrets[i].name,
		       secrets[i].required ? "" : " (optional)");
	printf("}\n");
}

static void
print_connect(const char *name, const char *role, const char *at, bool roles_apart)
{
	printf("     estorno connect %s --role %s%s --file %s%s%s.json\n", name, role, at, name,
	       roles_apart ? "-" : "", roles_apart ? role : "");
}

/* Where a system can tell them apart, what reads back is not what may write. */
static void
print_tool(const char *name, const char *at)
{
	const struct tool *tool = tool_by_name(name);
	ensure(tool != NULL); /* the settings allow only names of the registry */
	if (tool->tells_roles_apart || tool->duty == DUTY_LEDGER)
		print_connect(name, "read", at, tool->tells_roles_apart);
	if (tool->duty != DUTY_LEDGER)
		print_connect(name, "write", at, tool->tells_roles_apart);
	print_secrets(tool->secrets, tool->secret_count, tool->base_url);
}

static void
print_connections(const struct settings *settings, const char *at)
{
	const struct channel *channel = channel_by_name(settings->channel);
	ensure(channel != NULL);
	print_connect(channel->name, "write", at, false);
	print_secrets(channel->secrets, channel->secret_count, channel->base_url);
	print_tool(settings->ledger, at);
	print_tool(settings->pay, at);
	print_tool(settings->invoice, at);
}

/* `at` is " --data DIR" where it has to be said. */
static void
print_next(const struct settings *settings, const char *at)
{
	printf("\nnext\n"
	       "  1. the shop's name and address: edit estorno.conf (merchant, public_url)\n"
	       "  2. connect the systems, each with a JSON object of its credentials:\n");
	print_connections(settings, at);
	printf("  3. finance, on a machine of its own:\n"
	       "     estorno mandate keygen finance.key\n"
	       "     estorno mandate sign --key finance.key --id cm_support --per-refund 500.00 "
	       "--per-day 5000.00 > mandate.json\n"
	       "     and here:\n"
	       "     estorno mandate trust finance.key.pub%s\n"
	       "     estorno mandate install mandate.json%s\n"
	       "  4. estorno check%s\n"
	       "  5. estorno serve%s\n",
	       at, at, at, at);
}

static int
print_made(const struct command_line *line, struct folder *folder, const char *secret)
{
	const struct settings *settings = &folder->settings;
	char at[FOLDER_PATH_SIZE] = "";
	if (!text_equal(line->data, "./estorno-data"))
		text_format(at, sizeof(at), " --data %s", line->data);
	printf("made %s: settings, keys, an empty store\n\n", line->data);
	printf("webhook path, shown only now: %s/webhooks/%s/%s%s\n", command_style("bold"),
	       settings->channel, secret, command_style("plain"));
	printf("%s is to post everything it hears to https://YOUR-HOST and this path.\n",
	       settings->channel);
	print_next(settings, at);
	return EXIT_YES;
}

/* The first secret goes through the same door as every later change. */
static int
make_secret(const struct command_line *line, const struct settings *settings, json_t **output)
{
	return command_change(line->data, "webhook.secret",
	                      json_pack("{s:s}", "channel", settings->channel), output);
}

static int
run(const struct command_line *line)
{
	struct why why = { "" };
	struct folder folder;
	json_t *output = NULL;
	if (!folder_create(line->data, clock_now_ms(), &why) ||
	    !folder_open(&folder, line->data, STORE_READ_ONLY, &why))
		return command_could_not(&why);
	int code = make_secret(line, &folder.settings, &output);
	if (code == EXIT_YES)
		print_made(line, &folder, json_string_value(json_object_get(output, "secret")));
	json_decref(output);
	folder_close(&folder);
	return code;
}

const struct command command_init = {
	.name = "init",
	.arguments = "",
	.sentence = "make the data folder, its keys and a first webhook secret",
	.help = "Never touches a data folder that is there.  A file estorno.conf that stands in "
		"the\n"
		"folder already is kept.",
	.options = "",
	.run = run,
};
