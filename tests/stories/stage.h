/*
 * The shop of a story: the real binary in a folder of its own, its simulated providers
 * behind it, reached as everybody reaches it.
 *
 *	over HTTP          customers, the simulators' books, and strangers at the webhook
 *	by the command line  the people who run it
 *	by sqlite3's shell   a hand in the store
 *
 * Below the story's folder:
 *
 *	data/     the shop's data folder
 *	log       what the shop wrote to standard error
 *	out err   of the last command
 */
#ifndef STORIES_STAGE_H
#define STORIES_STAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/http.h"
#include "base/why.h"

enum {
	STAGE_PATH_SIZE = 512,
	STAGE_WORDS_MAX = 32, /* of one command */
	/* Nothing is waited for longer than this.  No assertion on speed: far more than anything takes. */
	STAGE_WAIT_MS = 30 * 1000
};

struct stage {
	const char *binary;
	char folder[STAGE_PATH_SIZE];
	char url[64]; /* "http://127.0.0.1:39241", "" until it runs */
	char webhook_path[128];
	char instance_id[64];
	pid_t process; /* 0 while it does not run */
};

/* A file of the story's folder: "data/estorno.db". */
void stage_path(const struct stage *stage, const char *name, char path[STAGE_PATH_SIZE]);

/* Adds a line to the shop's settings, before the start. */
void stage_configure(const struct stage *stage, const char *line);

/* Runs `estorno sandbox` and waits until it answers.  False with `why`. */
bool stage_start(struct stage *stage, struct why *why);

/* SIGTERM, as systemd does it; it must end by itself and with 0.  False with `why`. */
bool stage_stop(struct stage *stage, struct why *why);
void stage_kill(struct stage *stage);

/* A POST of `body` (a GET without one).  The answer, the caller's, whatever its status; NULL with `why`. */
json_t *stage_ask(const struct stage *stage, const char *path, const json_t *body, int *status,
                  struct why *why);

/* A POST to the webhook with further headers (may be NULL).  The status; 0 with `why`. */
int stage_post_webhook(const struct stage *stage, const struct http_headers *headers,
                       const char *body, struct why *why);

/* These very bytes over a connection of their own.  The status of the answer; 0 with `why`. */
int stage_send_bytes(const struct stage *stage, const char *bytes, size_t length, struct why *why);

/* Runs `estorno WORDS... --data FOLDER/data`; the last word is NULL.  The exit status, or one of program.h.
 * What it said stands in the folder: stage_said(). */
int stage_run(const struct stage *stage, const char *const words[]);

/* The same for a statement in sqlite3's shell; `as_json` for the rows of a query. */
int stage_sql(const struct stage *stage, const char *statement, bool as_json);

/* A file of the folder ("out", "err", "log"), for the caller to free; "" when there is none. */
char *stage_said(const struct stage *stage, const char *name);

/* What a command or a query printed as JSON, the caller's; an empty array for nothing; NULL with `why`. */
json_t *stage_said_json(const struct stage *stage, struct why *why);

#endif
