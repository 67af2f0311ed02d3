/*
 * A whole shop in one process, under simulated time: the real engine, case, gate,
 * receipts, store and adapters, and the simulated providers, with nothing real between
 * them but a store in a temporary folder; or not even that, when a simulated disk is
 * given (tests/sim/disk.h).
 *
 * Time stands still until scene_run moves it to the next thing that is due: an answer
 * arriving, a webhook posted, a deadline.  So a story of a day takes milliseconds, and
 * the same seed gives the same story.
 */
#ifndef TESTS_SIM_SCENE_H
#define TESTS_SIM_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "serve/engine.h"
#include "serve/language.h"
#include "serve/sandbox.h"
#include "tests/sim/disk.h"

enum { SCENE_CALLS_MAX = 512, SCENE_POSTS_MAX = 256 };

/* 2026-11-20T14:20:00Z, before noon in São Paulo: when every scene begins. */
#define SCENE_BEGINS_MS INT64_C(1795184400000)

/* What becomes of one call on its way to the provider and back. */
struct passage {
	bool refused;     /* no connection: nothing leaves */
	bool killed_here; /* the bot dies before it has left */
	bool repeated;    /* the connection died, and the client sent it once more by itself */
	bool unheard;     /* lost before the provider */
	bool lost;        /* the provider executes, and no answer comes */
	bool killed_then; /* the provider executes, and the bot dies */
	int64_t delay_ms; /* the answer takes this much longer */
	/* Changes the answer of a provider that has executed, or with `unheard` writes it in its stead;
	 * NULL for neither. */
	void (*spoil)(void *context, struct simulated *answer);
};

/* What stands between the bot and the world; everything may be NULL. */
struct scene_ways {
	void *context;
	struct disk *disk;
	/* A call sets out: what becomes of it, and what the provider did. */
	void (*depart)(void *context, const struct http_request *request,
	               const struct engine_call *call, struct passage *passage);
	void (*executed)(void *context, const struct http_request *request,
	                 const struct simulated *answer);
	/* A webhook sets out: how many copies arrive and how much later.  None: it is lost. */
	int (*post)(void *context, int64_t *delay_ms);
	/* It was answered: it is durable, or not and may come again. */
	void (*acknowledged)(void *context, const struct http_request *request, bool durable);
	/* A turn is over. */
	void (*turned)(void *context);
};

/* A webhook that is on its way to the bot. */
struct scene_post {
	int64_t due_ms;
	struct http_request request;
};

/* A call of the engine, answered already and on its way back. */
struct scene_call {
	int64_t ticket;
	int64_t due_ms;
	bool lost;
	struct simulated answer;
};

struct scene {
	char folder[64]; /* "" on a simulated disk */
	struct scene_ways ways;
	int64_t now_ms;
	int64_t skew_ms; /* of the bot's clock */
	bool dead;       /* the bot's process; scene_start brings the next one */
	bool spins;      /* the engine wants another turn for ever */
	bool pauses;     /* somebody wants to do something: scene_run comes back after this round */
	uint64_t random;
	struct settings settings;
	struct store *store;
	struct vault *vault;
	struct signing_key *receipts_key, *log_key;
	const struct language_pack *language;
	struct sandbox sandbox;
	struct engine *engine;
	size_t call_count;
	struct scene_call calls[SCENE_CALLS_MAX];
	size_t post_count;
	struct scene_post posts[SCENE_POSTS_MAX];
};

/* A new shop; `settings` may be NULL for the defaults, `ways` for a temporary folder and a perfect world. */
struct scene *scene_new(uint64_t seed, const char *settings);
struct scene *scene_new_with(uint64_t seed, const char *settings, const struct scene_ways *ways);
void scene_free(struct scene *scene);

/* A customer writes; `kind` NULL for plain text. */
void scene_say(struct scene *scene, const char *phone, const char *text, const char *kind);

/* Moves time until nothing is due before `for_ms` more have passed, or the bot dies, or `pauses` was set. */
void scene_run(struct scene *scene, int64_t for_ms);

/* Stops the engine as a kill would (what it held in memory is gone, calls under way are lost to it) and
 * starts another on the same store. */
void scene_restart(struct scene *scene);

/* The two halves of it.  A start may fail when the disk does; the bot stays dead then. */
void scene_stop(struct scene *scene);
bool scene_start(struct scene *scene, struct why *why);

/* A webhook comes once more, as providers do when nobody answered. */
void scene_post_again(struct scene *scene, const struct http_request *request, int64_t after_ms);

void scene_arm(struct scene *scene, const char *at, const char *fault, int64_t value,
               int64_t times);

/* The last message that the shop sent to this phone, "" when there is none; valid until the next call. */
const char *scene_last_reply(struct scene *scene, const char *phone);

/* How many refunds of the order's payment the bank's books hold, and in which status the first one is. */
int64_t scene_refunds(struct scene *scene, const char *order, const char **status);

/* The state of the order's latest case. */
const char *scene_state(struct scene *scene, const char *order);
const char *scene_reason(struct scene *scene, const char *order);

#endif
