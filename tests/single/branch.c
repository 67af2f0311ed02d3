/*
 * The tree of runs.
 *
 * What the processes tell one another lies in memory that they share: the tallies, the words
 * of what failed, and the table of ends that are known.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "tests/single/single.h"

enum { KNOWN_SLOTS = 1 << 18, STATES_A_RUN = 2, STORIES_MAX = 16, SECONDS_A_RUN = 120 };

struct shared {
	uint64_t failures, played;
	char words[WORDS_SHOWN_MAX][BROKEN_SIZE + 160];
	struct tally tallies[STORIES_MAX][MISHAP_COUNT];
	struct {
		uint64_t state;
		int rest;
	} known[KNOWN_SLOTS];
};

static struct shared *shared;
static uint64_t own_states[STATES_A_RUN]; /* that end with this run's rest */
static size_t own_count;

void
branch_prepare(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	              0);
	ensure(shared != MAP_FAILED && story_count <= STORIES_MAX);
}

struct tally *
branch_tally(size_t story, enum mishap kind)
{
	return &shared->tallies[story][kind];
}

void
branch_fails(size_t story, enum mishap kind, int64_t place, int try, const char *words)
{
	uint64_t slot = __atomic_fetch_add(&shared->failures, 1, __ATOMIC_RELAXED);
	if (slot < WORDS_SHOWN_MAX)
		snprintf(shared->words[slot], sizeof(shared->words[slot]),
		         "%s, %s: %s\n       replay: single \"%s\" %s %" PRId64 " %d",
		         stories[story].name, mishap_text(kind), words, stories[story].name,
		         mishap_name(kind), place, try);
}

/* --- ends that are known ------------------------------------------------ */

static size_t
slot_of(uint64_t state)
{
	size_t slot = state % KNOWN_SLOTS;
	for (size_t i = 0; i < KNOWN_SLOTS; i++, slot = (slot + 1) % KNOWN_SLOTS) {
		uint64_t there = __atomic_load_n(&shared->known[slot].state, __ATOMIC_ACQUIRE);
		if (there == state || there == 0)
			return slot;
	}
	ensure(!"more ends than there is room for");
	return 0;
}

enum rest
branch_known(uint64_t state)
{
	state |= state == 0;
	size_t slot = slot_of(state);
	if (shared->known[slot].state == state)
		return (enum rest)__atomic_load_n(&shared->known[slot].rest, __ATOMIC_ACQUIRE);
	ensure(own_count < STATES_A_RUN);
	own_states[own_count++] = state;
	return REST_NONE;
}

void
branch_end(struct run *run, enum rest rest)
{
	if (rest == REST_FAILED && run->sim.promises.broken)
		branch_fails((size_t)(run->story - stories), run->kind, run->count, run->try,
		             run->sim.promises.words);
	for (size_t i = 0; i < own_count; i++) {
		size_t slot = slot_of(own_states[i]);
		shared->known[slot].rest = (int)rest;
		__atomic_store_n(&shared->known[slot].state, own_states[i], __ATOMIC_RELEASE);
	}
	_exit(rest == REST_PLANNED ? 0 : rest == REST_HELD ? 3 : 1);
}

/* --- the fork ------------------------------------------------ */

static enum rest
wait_for(pid_t child, struct run *run)
{
	int status;
	ensure(waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return REST_PLANNED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		return REST_HELD;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
		branch_fails((size_t)(run->story - stories), run->kind, run->count, run->try,
		             "the program died of it");
	return REST_FAILED;
}

/* Without memory for jansson the program ends at once (bot/base/json.c): from two such places with neither an
 * act of the disk nor of the world in between, it leaves the same. */
static bool
is_alike(struct run *run)
{
	uint64_t place = run_place(run);
	bool alike = run->kind == MISHAP_MEMORY_JSON && place == run->alike;
	run->alike = place;
	return alike;
}

static bool
count_place(struct run *run, enum rest rest)
{
	struct tally *tally = branch_tally((size_t)(run->story - stories), run->kind);
	run->alike_rest = rest;
	tally->places++;
	tally->held += rest == REST_HELD;
	tally->failed += rest == REST_FAILED;
	return false;
}

bool
branch(struct run *run)
{
	enum rest worst = REST_PLANNED;
	if (is_alike(run))
		return count_place(run, run->alike_rest);
	for (run->try = 0; run->try < mishap_tries(run->kind); run->try++) {
		fflush(NULL);
		pid_t child = fork();
		ensure(child >= 0);
		if (child == 0) {
			alarm(SECONDS_A_RUN); /* a run that does not end is one that fails */
			own_count = 0;
			return true;
		}
		enum rest rest = wait_for(child, run);
		worst = rest > worst ? rest : worst;
	}
	return count_place(run, worst);
}

/* --- the table ------------------------------------------------ */

void
branch_report(int64_t *passed, int64_t *failed)
{
	printf("%-14s %-38s %7s %7s %7s\n", "story", "fault", "places", "person", "failed");
	for (size_t story = 0; story < story_count; story++)
		for (int kind = 0; kind < MISHAP_COUNT; kind++) {
			const struct tally *t = &shared->tallies[story][kind];
			printf("%-14s %-38s %7" PRId64 " %7" PRId64 " %7" PRId64 "\n",
			       stories[story].name, mishap_text((enum mishap)kind), t->places,
			       t->held, t->failed);
			*passed += t->places - t->failed;
			*failed += t->failed;
		}
	for (uint64_t i = 0; i < shared->failures && i < WORDS_SHOWN_MAX; i++)
		printf("FAILED %s\n", shared->words[i]);
}
