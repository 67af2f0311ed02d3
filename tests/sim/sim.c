/*
 * One run: time goes on from thing to thing, the bot dies and is started again, and in
 * the end the weather calms down and everything must come to rest.
 */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "io/store_file.h"

enum {
	STARTS_MAX = 6,   /* that may fail before the disk is let alone */
	ROUNDS_MAX = 4000 /* of acts and deaths in one run: more is a loop of ours */
};

/* The bot is dead: somebody starts it again, a moment or some minutes later. */
static void
start_again(struct sim *sim)
{
	static const int64_t pauses_ms[] = { 50, 800, 20 * SECOND_MS, 7 * MINUTE_MS };
	struct why why = { "" };
	scene_stop(sim->scene);
	sim->scene->now_ms += pauses_ms[simulated_random(&sim->plot.random) % 4];
	for (int i = 0; i < STARTS_MAX; i++) {
		sim->weather.calm |= i + 1 == STARTS_MAX;
		if (scene_start(sim->scene, &why)) {
			promises_started(sim);
			return;
		}
	}
	promise_broken(sim, "P9", "the store does not open any more: %s", why.text);
}

/* Until `until_ms`, or until a promise is broken. */
static void
live(struct sim *sim, int64_t until_ms)
{
	for (int i = 0; i < ROUNDS_MAX && !sim->promises.broken; i++) {
		if (sim->scene->dead) {
			start_again(sim);
			continue;
		}
		int64_t next_ms = plot_next_ms(sim);
		bool over = next_ms > until_ms;
		int64_t span_ms = (over ? until_ms : next_ms) - sim->scene->now_ms;
		scene_run(sim->scene, span_ms > 0 ? span_ms : 0);
		if (sim->scene->spins)
			promise_broken(sim, "P11", "the engine is never at rest");
		if (sim->scene->dead || sim->scene->pauses)
			continue; /* somebody thought of something to do before `next_ms` */
		if (over)
			return;
		plot_do(sim);
	}
	if (!sim->promises.broken)
		promise_broken(sim, "P11", "the run does not come to an end");
}

/* With faults off, and long enough for every deadline there is. */
static void
come_to_rest(struct sim *sim)
{
	sim->weather.calm = true;
	faults_clear(&sim->scene->sandbox.world->faults);
	faults_clear(zapi_faults(sim->scene->sandbox.chats));
	zapi_link(sim->scene->sandbox.chats, true, sim->scene->now_ms);
	if (sim->counts.restores > 0)
		plot_reconcile(sim, MINUTE_MS);
	live(sim, sim->scene->now_ms + 4 * DAY_MS);
}

static void
begin(struct sim *sim, uint64_t seed)
{
	struct scene_ways ways;
	memset(sim, 0, sizeof(*sim));
	sim->seed = seed;
	weather_begin(&sim->weather, seed);
	sim->looking = true;
	faults_ways(sim, &ways);
	sim->scene = scene_new_with(seed, NULL, &ways);
	sim->plot.random = seed;
	plot_equip(sim);
	sim->looking = false;
}

static void
play(struct sim *sim)
{
	plot_begin(sim);
	live(sim, sim->scene->now_ms + 4 * HOUR_MS);
	if (!sim->promises.broken)
		come_to_rest(sim);
	if (!sim->promises.broken)
		promises_end(sim);
}

static const char *keep_folder;

void
sim_keep(const char *folder)
{
	keep_folder = folder;
}

static void
finish(struct sim *sim, struct sim_result *result)
{
	*result = (struct sim_result){
		.broken = sim->promises.broken,
		.strike_count = sim->weather.strike_count,
		.counts = sim->counts,
	};
	memcpy(result->words, sim->promises.words, sizeof(result->words));
	memcpy(result->strikes, sim->weather.strikes, sizeof(result->strikes));
	plot_end(sim);
	if (keep_folder != NULL)
		disk_save(sim->disk, keep_folder);
	scene_free(sim->scene);
	disk_free(sim->disk);
}

void
sim_run(uint64_t seed, const struct strike *only, size_t only_count, struct sim_result *result)
{
	static struct sim sim;
	begin(&sim, seed);
	sim.weather.only = only;
	sim.weather.only_count = only_count;
	play(&sim);
	finish(&sim, result);
}
