/*
 * The running program: folder, loop, HTTP, engine and routes, put together.
 */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <stdbool.h>

#include "base/why.h"
#include "io/folder.h"
#include "io/http_client.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "serve/control.h"
#include "serve/engine.h"
#include "serve/language.h"

struct sandbox_host;

struct server {
	struct folder folder;
	struct language_pack language;
	struct loop *loop;
	struct http_client *client;
	struct http_server *http;
	struct engine *engine;
	struct control control;
	struct sandbox_host *sandbox; /* NULL but in the sandbox */
	char url[FOLDER_PATH_SIZE];   /* "http://127.0.0.1:8080" */
	char webhook_secret[64]; /* what the channel's webhook path must end with; "" for none */
	bool stopping;           /* asked to stop: calls under way may still come home */
	bool failed;             /* the store failed: nothing more is promised */
	struct why why;
};

struct server_options {
	const char *data;   /* the data folder */
	const char *listen; /* HOST:PORT; NULL for the setting */
	bool sandbox;       /* with simulated providers, in a folder of its own */
	/* Called once, when requests are answered: print where. */
	void (*ready)(void *context, const struct server *server);
	void *context;
};

/* Runs until SIGTERM or SIGINT, or until the store fails.  False with `why`. */
bool server_run(const struct server_options *options, struct why *why);

#endif
