/*
 * serve: the bot, until it is asked to stop.
 */
#include <stdio.h>

#include "cli/command.h"
#include "serve/server.h"

struct running {
	const char *data;
	bool noted;
};

static void
ready(void *context, const struct server *server)
{
	struct running *running = context;
	struct why why = { "" };
	printf("listening on %s\n", server->url);
	fflush(stdout);
	running->noted = command_url_note(running->data, server->url, &why);
	if (!running->noted)
		fprintf(stderr, "estorno serve: %s\n", why.text);
}

static int
run(const struct command_line *line)
{
	struct running running = { .data = line->data };
	const struct server_options options = { .data = line->data,
		                                .listen = command_option(line, "--listen"),
		                                .ready = ready,
		                                .context = &running };
	struct why why = { "" };
	bool ok = server_run(&options, &why);
	if (running.noted)
		command_url_forget(line->data);
	return ok ? EXIT_YES : command_could_not(&why);
}

const struct command command_serve = {
	.name = "serve",
	.arguments = "",
	.sentence = "run the bot",
	.help = "  --listen HOST:PORT   where to listen, instead of the setting (127.0.0.1:8080);\n"
		"                       port 0 picks a free one\n\n"
		"Prints `listening on http://HOST:PORT` once it answers.  SIGTERM stops it in "
		"order:\n"
		"what is under way may come home first.  Log lines go to standard error.",
	.options = "--listen=",
	.run = run,
};
