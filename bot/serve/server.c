/*
 * Start, run, stop in order.
 *
 * On SIGTERM nothing new is taken, calls under way get a few seconds to come home so that
 * fewer of them have to be asked about later, what they brought is committed, and the
 * store is closed.
 */
#include "serve/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/listener.h"
#include "serve/host.h"
#include "serve/routes.h"
#include "serve/sandbox_host.h"

/* --- what the engine has of the world ----------------------------------------------------------------------- */

struct call {
	struct server *server;
	int64_t ticket;
};

static void
call_ended(void *context, const struct http_end *end)
{
	struct call *call = context;
	const struct engine_call_end told = {
		.answered = end->answered,
		.response = end->response,
		.outcome = end->outcome,
		.why = end->why.text,
	};
	engine_call_ended(call->server->engine, call->ticket, &told);
	free(call);
}

static bool
start_call(void *context, const struct http_request *request, const struct engine_call *wanted,
           int64_t ticket, struct why *why)
{
	struct server *server = context;
	struct call *call = malloc(sizeof(*call));
	const struct http_call how = {
		.changes_world = wanted->changes_world,
		.timeout_ms = wanted->timeout_ms,
		.certificate_file = wanted->certificate_file,
		.key_file = wanted->key_file,
	};
	ensure(call != NULL);
	*call = (struct call){ .server = server, .ticket = ticket };
	if (http_client_start(server->client, request, &how, call_ended, call, why))
		return true;
	free(call);
	return false;
}

/* --- the turn ------------------------------------------------------------------------------------------------- */

static void
turn(void *context)
{
	struct server *server = context;
	if (server->failed)
		return;
	if (!engine_turn(server->engine, &server->why)) {
		server->failed = true;
		log_line(LOG_ERROR, "store.failed", "why=\"%s\"", server->why.text);
		loop_stop(server->loop);
		return;
	}
	if (server->stopping && engine_in_flight(server->engine) == 0)
		loop_stop(server->loop);
	loop_wake_at(server->loop, engine_wake_ms(server->engine));
}

/* --- stopping in order ------------------------------------------------------------------------------------------- */

#define COMING_HOME_MS (5 * SECOND_MS)

static void
waited_enough(void *context)
{
	loop_stop(((struct server *)context)->loop);
}

/* Nothing new is taken; what comes home in the next seconds is committed, and need not be asked about
 * later. */
static void
asked_to_stop(void *context)
{
	struct server *server = context;
	server->stopping = true;
	http_server_close(server->http);
	loop_after(server->loop, COMING_HOME_MS, waited_enough, server);
	loop_wake_at(server->loop, 0);
}

/* --- starting --------------------------------------------------------------------------------------------------- */

/* The next request is judged by the new secret.  A sandbox keeps the one that its simulators know. */
static void
webhook_changed(void *context, const char *channel, const char *secret)
{
	struct server *server = context;
	if (server->sandbox == NULL && text_equal(channel, server->folder.settings.channel))
		ensure(text_copy(server->webhook_secret, sizeof(server->webhook_secret), secret));
}

static bool
start_engine(struct server *server, bool sandbox, struct why *why)
{
	const struct engine_setup setup = {
		.store = server->folder.store,
		.vault = server->folder.vault,
		.settings = &server->folder.settings,
		.lexicon = server->language.lexicon,
		.phrasebook = &server->language.phrasebook,
		.receipts_key = server->folder.receipts_key,
		.log_key = server->folder.log_key,
		.sandbox = sandbox,
		.io = host_io(start_call, server),
	};
	server->engine = engine_new(&setup, why);
	server->control = (struct control){ .engine = server->engine,
		                            .vault = server->folder.vault,
		                            .random = clock_random,
		                            .webhook_changed = webhook_changed,
		                            .context = server };
	return server->engine != NULL;
}

static bool
listen_http(struct server *server, const char *listen, struct why *why)
{
	char host[64];
	int port;
	if (!listener_parse(listen, host, sizeof(host), &port, why))
		return false;
	const struct http_site site = {
		.host = host,
		.port = port,
		.body_bytes_max = WEBHOOK_BYTES_MAX,
		.request_ms_max = server->folder.settings.request_seconds * SECOND_MS,
		.idle_ms_max = server->folder.settings.idle_seconds * SECOND_MS,
		.body_max = routes_body_max,
		.handler = routes_handle,
		.context = server,
	};
	return http_server_listen(server->http, &site, &port, why) &&
	       text_format(server->url, sizeof(server->url),
	                   strchr(host, ':') == NULL ? "http://%s:%d" : "http://[%s]:%d", host,
	                   port);
}

static bool
listen_control(struct server *server, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	folder_path(server->folder.path, "control.sock", path);
	const struct http_site site = {
		.unix_path = path,
		.body_bytes_max = REQUEST_BYTES_MAX,
		.handler = routes_handle_control,
		.context = server,
	};
	return http_server_listen(server->http, &site, NULL, why);
}

static void
load_webhook_secret(struct server *server)
{
	struct stored_credential credential = { 0 };
	char name[CONNECTION_NAME_SIZE];
	struct why why = { "" };
	text_format(name, sizeof(name), "webhook.%s", server->folder.settings.channel);
	if (!store_credential(server->folder.store, name, ROLE_READ, &credential))
		return;
	json_t *secrets = vault_open(server->folder.vault, &credential, &why);
	if (secrets == NULL || !json_get_text(secrets, "secret", server->webhook_secret,
	                                      sizeof(server->webhook_secret), &why))
		log_line(LOG_ERROR, "webhook.secret", "why=\"%s\"", why.text);
	json_decref(secrets);
	free(credential.sealed);
}

/* Simulated providers never meet a live folder, nor real ones a sandbox's. */
static bool
is_right_folder(const struct server_options *options, struct why *why)
{
	if (folder_is_sandbox(options->data) == options->sandbox)
		return true;
	return why_set(why,
	               options->sandbox ? "%s is a live folder; the sandbox needs one of its own"
	                                : "%s is a sandbox's: all of it is play; `estorno init` "
	                                  "makes a live one",
	               options->data);
}

static bool
start(struct server *server, const struct server_options *options, struct why *why)
{
	const char *listen = options->listen;
	if (!is_right_folder(options, why) || !language_load(&server->language, why) ||
	    !folder_open(&server->folder, options->data, STORE_READ_WRITE, why))
		return false;
	if (listen == NULL)
		listen = server->folder.settings.listen;
	server->loop = loop_new(why);
	server->client = server->loop == NULL ? NULL : http_client_new(server->loop, why);
	if (server->client == NULL)
		return false;
	server->http = http_server_new(server->loop);
	load_webhook_secret(server);
	if (!listen_http(server, listen, why) || !listen_control(server, why))
		return false;
	if (options->sandbox) {
		server->sandbox = sandbox_host_new(server, why);
		if (server->sandbox == NULL)
			return false;
	}
	if (!start_engine(server, options->sandbox, why))
		return false;
	loop_on_turn(server->loop, turn, server);
	loop_on_signal(server->loop, asked_to_stop, server);
	loop_wake_at(server->loop, 0);
	return true;
}

/* --- the end --------------------------------------------------------------------------------------------------- */

static void
put_away(struct server *server)
{
	engine_free(server->engine);
	sandbox_host_free(server->sandbox);
	http_client_free(server->client);
	http_server_free(server->http);
	loop_free(server->loop);
	language_free(&server->language);
	if (server->folder.store != NULL)
		folder_close(&server->folder);
}

bool
server_run(const struct server_options *options, struct why *why)
{
	struct server *server = calloc(1, sizeof(*server));
	ensure(server != NULL);
	log_set_clock(clock_now_ms);
	bool ok = start(server, options, why);
	if (ok) {
		log_line(LOG_INFO, "server.ready", "url=%s data=%s", server->url,
		         server->folder.path);
		options->ready(options->context, server);
		ok = loop_run(server->loop) || why_set(why, "the loop failed");
		if (server->failed)
			ok = why_set(why, "%s", server->why.text);
		log_line(LOG_INFO, "server.stopped", "in_flight=%lld",
		         (long long)engine_in_flight(server->engine));
	}
	put_away(server);
	free(server);
	return ok;
}
