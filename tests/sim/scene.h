/*
 * A whole shop in one process, under simulated time: the real engine, case, gate,
 * receipts, store and adapters, and the simulated providers, with nothing real between
 * them but a store in a temporary folder.
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

enum { SCENE_CALLS_MAX = 512 };

/* A call of the engine, answered already and on its way back. */
struct scene_call {
	int64_t ticket;
	int64_t due_ms;
	bool lost;
	struct simulated answer;
};

struct scene {
	char folder[64];
	int64_t now_ms;
	uint64_t random;
	struct settings settings;
	struct store *store;
	struct vault *vault;
	struct signing_key *receipts_key, *log_key;
	struct language_pack language;
	struct sandbox sandbox;
	struct engine *engine;
	size_t call_count;
	struct scene_call calls[SCENE_CALLS_MAX];
};

/* A new shop in a temporary folder; `settings` may be NULL for the defaults. */
struct scene *scene_new(uint64_t seed, const char *settings);
void scene_free(struct scene *scene);

/* A customer writes; `kind` NULL for plain text. */
void scene_say(struct scene *scene, const char *phone, const char *text, const char *kind);

/* Moves time until nothing is due before `until_ms` more have passed. */
void scene_run(struct scene *scene, int64_t for_ms);

/* Stops the engine as a kill would (what it held in memory is gone, calls under way are lost to it) and
 * starts another on the same store. */
void scene_restart(struct scene *scene);

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
