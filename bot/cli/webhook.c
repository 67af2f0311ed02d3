/*
 * webhook new: another secret for the path at which the channel reaches us.
 *
 * For when the old one was seen by somebody, or got lost: it is shown only when it is
 * drawn.  Of the old path nothing is left, so until the channel's panel has the new one
 * its posts are answered 404 (Z-API does not send them again).
 */
#include <stdio.h>

#include "cli/command.h"

static void
print_path(const struct settings *settings, const json_t *output)
{
	printf("/webhooks/%s/%s\n", settings->channel,
	       json_string_value(json_object_get(output, "secret")));
	fprintf(stderr,
	        "Shown only now.  Register https://YOUR-HOST and this path with %s at once: the "
	        "old "
	        "path is not answered any more.\n",
	        settings->channel);
}

static int
run(const struct command_line *line)
{
	struct settings settings;
	struct why why = { "" };
	json_t *output = NULL;
	if (!command_settings(line->data, &settings, &why))
		return command_could_not(&why);
	if (folder_is_sandbox(line->data)) {
		why_set(&why, "a sandbox draws its own secret at every start");
		return command_refused(&why);
	}
	int code = command_change(line->data, "webhook.secret",
	                          json_pack("{s:s}", "channel", settings.channel), &output);
	if (code == EXIT_YES)
		print_path(&settings, output);
	json_decref(output);
	return code;
}

const struct command command_webhook_new = {
	.name = "webhook new",
	.arguments = "",
	.sentence = "another secret for the webhook's path; the old one ends at once",
	.help = "Prints the new path, once.  A running `serve` takes it over without a restart.",
	.options = "",
	.run = run,
};
