/*
 * One run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "tests/single/single.h"

enum { STARTS_MAX = 4, ROUNDS_MAX = 400 };

struct run *running;
static int64_t memory_step = 1;

void
run_set_step(int64_t step)
{
	memory_step = step;
}

uint64_t
run_place(const struct run *run)
{
	struct run here = { .digest = run->digest };
	const struct scene *scene = run->sim.scene;
	run_digest(&here, &run->disk_acts, sizeof(run->disk_acts));
	run_digest(&here, &scene->now_ms, sizeof(scene->now_ms));
	run_digest(&here, &scene->post_count, sizeof(scene->post_count));
	run_digest(&here, &run->unheard_count, sizeof(run->unheard_count));
	return here.digest;
}

void
run_digest(struct run *run, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i < length; i++)
		run->digest = (run->digest ^ at[i]) * UINT64_C(0x100000001b3);
	run->digest = run->digest * UINT64_C(0x9e3779b97f4a7c15) + length;
}

void
run_dies(void)
{
	siglongjmp(running->death, 1);
}

/* --- deaths ------------------------------------------------ */

/* What the process held is nobody's any more; it is not given back, since it may be half changed. */
static void
bury(struct run *run)
{
	struct scene *scene = run->sim.scene;
	memory_leave();
	run->sim.looking = false;
	scene->dead = true;
	scene->engine = NULL;
	scene->store = NULL;
	disk_stop(run->sim.disk);
}

/* The world and the disk, as this death leaves them. */
static uint64_t
state_of(const struct run *run)
{
	const struct scene *scene = run->sim.scene;
	struct run left = { .digest = run->digest };
	uint64_t disk = disk_digest(run->sim.disk);
	run_digest(&left, &disk, sizeof(disk));
	run_digest(&left, &scene->dead, sizeof(scene->dead));
	run_digest(&left, &scene->now_ms, sizeof(scene->now_ms));
	run_digest(&left, run->answers, sizeof(run->answers));
	run_digest(&left, run->story->name, strlen(run->story->name));
	for (size_t i = 0; i < run->sim.plot.act_count; i++)
		run_digest(&left, &run->sim.plot.acts[i].at_ms, sizeof(int64_t));
	for (size_t i = 0; i < scene->post_count; i++) {
		const struct scene_post *post = &scene->posts[i];
		run_digest(&left, &post->due_ms, sizeof(post->due_ms));
		run_digest(&left, buffer_text(&post->request.body), post->request.body.length);
	}
	for (size_t i = 0; i < run->unheard_count; i++)
		run_digest(&left, buffer_text(&run->unheard[i].body), run->unheard[i].body.length);
	return left.digest;
}

/* A run whose fault was this death is known from here on, when another came to the same. */
static void
end_if_known(struct run *run)
{
	if (!run->hit || run->wanted != 0)
		return;
	enum rest rest = branch_known(state_of(run));
	if (rest != REST_NONE)
		branch_end(run, rest);
}

static bool
start(struct run *run)
{
	struct why why = { "" };
	if (sigsetjmp(run->death, 1) != 0) {
		bury(run);
		scene_stop(run->sim.scene);
		return false;
	}
	return scene_start(run->sim.scene, &why);
}

/* The bot is dead: somebody starts it again.  What it left is compared twice: as it is, and after the start
 * has tidied it up, when what was never committed is gone. */
static void
start_again(struct run *run)
{
	bool at_once = run->hit && run->hit_when_entered == run->entered;
	scene_stop(run->sim.scene);
	points_unheard(run);
	run->sim.scene->now_ms += 800;
	if (at_once)
		end_if_known(run);
	for (int i = 0; i < STARTS_MAX; i++) {
		if (!start(run))
			continue;
		promises_started(&run->sim);
		if (at_once)
			end_if_known(run);
		return;
	}
	promise_broken(&run->sim, "P9", "the store does not open any more");
}

/* --- time ------------------------------------------------ */

static void
go_on(struct run *run, int64_t span_ms)
{
	if (sigsetjmp(run->death, 1) == 0)
		scene_run(run->sim.scene, span_ms > 0 ? span_ms : 0);
	else
		bury(run);
}

static void
live(struct run *run, int64_t until_ms)
{
	struct sim *sim = &run->sim;
	for (int i = 0; i < ROUNDS_MAX && !sim->promises.broken; i++) {
		if (sim->scene->dead) {
			start_again(run);
			continue;
		}
		int64_t next_ms = plot_next_ms(sim);
		bool over = next_ms > until_ms;
		go_on(run, (over ? until_ms : next_ms) - sim->scene->now_ms);
		if (sim->scene->spins)
			promise_broken(sim, "P11", "the engine is never at rest");
		if (sim->scene->dead || sim->scene->pauses)
			continue;
		if (over)
			return;
		plot_do(sim);
	}
	if (!sim->promises.broken)
		promise_broken(sim, "P11", "the run does not come to an end");
}

static void
begin(struct run *run)
{
	struct scene_ways ways;
	struct sim *sim = &run->sim;
	sim->seed = 1;
	sim->weather.calm = true;
	points_ways(run, &ways);
	sim->scene = scene_new_with(1, NULL, &ways);
	sim->plot.random = 1;
	sim->plot.mandate = (struct mandate){
		.id = "cm_single",
		.signed_ms = sim->scene->now_ms + 1,
		.not_before_ms = sim->scene->now_ms - DAY_MS,
		.expires_ms = sim->scene->now_ms + 30 * DAY_MS,
		.per_refund_cents = 50000,
		.per_day_cents = 100000,
	};
	plot_install_mandate(sim);
	story_begin(run);
	run->live = true;
}

enum rest
run_play(const struct story *story, enum mishap kind, int64_t wanted, int wanted_try,
         int64_t *count, char words[BROKEN_SIZE])
{
	static struct run run;
	struct sim *sim = &run.sim;
	memset(&run, 0, sizeof(run));
	run.story = story;
	run.kind = kind;
	run.wanted = wanted;
	run.step = memory_step;
	run.wanted_try = wanted_try;
	running = &run;
	begin(&run);
	live(&run, sim->scene->now_ms + 4 * HOUR_MS);
	if (!sim->promises.broken) {
		faults_clear(&sim->scene->sandbox.world->faults);
		live(&run, sim->scene->now_ms + 4 * DAY_MS);
	}
	run.live = false;
	if (!sim->promises.broken)
		promises_end(sim);
	enum rest rest = sim->promises.broken ? REST_FAILED : story_end(&run);
	memcpy(words, sim->promises.words, BROKEN_SIZE);
	*count = run.count;
	if (run.hit && wanted == 0)
		branch_end(&run, rest);
	plot_end(sim);
	scene_free(sim->scene);
	disk_free(sim->disk);
	running = NULL;
	return rest;
}
