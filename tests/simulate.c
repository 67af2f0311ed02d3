/*
 * Runs seeds of the simulation.
 *
 *	simulate [--seeds N] [--first S] [--jobs J]   N seeds from S on; without S the day's
 *	         [--also FILE]                        and those of a file before: a number a line
 *	simulate --seed S [--keep FOLDER]             one seed, shrunk when it fails; the store that it
 *	                                              ended with is left in FOLDER
 *
 * Every seed runs in a process that may die of it: a crash of the program under test is a
 * failure of its seed like any other.
 */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "tests/sim/sim.h"

enum { JOBS_MAX = 64, FAILURES_SHOWN_MAX = 10, ALSO_MAX = 1000 };

/* What a worker tells while it runs, in memory that outlives it. */
struct slot {
	uint64_t seed; /* the one it is at */
	uint64_t done, broken;
	struct sim_counts counts;
};

struct shared {
	uint64_t next, end; /* places: the seeds of the file, then those from `first` on */
	uint64_t first;
	uint64_t also_count, also[ALSO_MAX];
	uint64_t failures;
	uint64_t failed[FAILURES_SHOWN_MAX];
	char words[FAILURES_SHOWN_MAX][BROKEN_SIZE];
	struct slot slots[JOBS_MAX];
};

struct wanted {
	uint64_t first, seeds, one;
	bool single;
	const char *also;
	long jobs;
	uint64_t stop_after;
	const char *folder;
};

static void
add_counts(struct sim_counts *to, const struct sim_counts *more)
{
	to->turns += more->turns;
	to->calls += more->calls;
	to->orders_to_pay += more->orders_to_pay;
	to->refunds += more->refunds;
	to->notes += more->notes;
	to->receipts += more->receipts;
	to->kills += more->kills;
	to->power_cuts += more->power_cuts;
	to->restores += more->restores;
}

static void
remember(struct shared *shared, uint64_t seed, const char *words)
{
	uint64_t place = __atomic_fetch_add(&shared->failures, 1, __ATOMIC_RELAXED);
	if (place >= FAILURES_SHOWN_MAX)
		return;
	shared->failed[place] = seed;
	text_copy(shared->words[place], BROKEN_SIZE, words);
}

static uint64_t
seed_at(const struct shared *shared, uint64_t place)
{
	return place < shared->also_count ? shared->also[place]
	                                  : shared->first + place - shared->also_count;
}

static void
work(struct shared *shared, struct slot *slot, uint64_t stop_after)
{
	struct sim_result *result = calloc(1, sizeof(*result));
	ensure(result != NULL);
	while (shared->failures < stop_after) {
		uint64_t place = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
		if (place >= shared->end)
			break;
		slot->seed = seed_at(shared, place);
		sim_run(slot->seed, NULL, 0, result);
		slot->done++;
		slot->broken += result->broken;
		add_counts(&slot->counts, &result->counts);
		if (result->broken)
			remember(shared, slot->seed, result->words);
	}
	free(result);
}

/* Starts a worker, again when one dies of its seed. */
static pid_t
start_worker(struct shared *shared, struct slot *slot, uint64_t stop_after)
{
	fflush(NULL);
	pid_t child = fork();
	ensure(child >= 0);
	if (child == 0) {
		/* What the bot logs about a world gone wrong is of use only for one seed. */
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(2);
		work(shared, slot, stop_after);
		_exit(0);
	}
	return child;
}

static double
seconds_since(const struct timespec *start)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static uint64_t
done_by(const struct shared *shared, long jobs, struct sim_counts *counts)
{
	uint64_t done = 0;
	*counts = (struct sim_counts){ 0 };
	for (long i = 0; i < jobs; i++) {
		done += shared->slots[i].done;
		add_counts(counts, &shared->slots[i].counts);
	}
	return done;
}

static void
show_progress(const struct shared *shared, const struct wanted *wanted,
              const struct timespec *start)
{
	struct sim_counts counts;
	uint64_t done = done_by(shared, wanted->jobs, &counts);
	if (isatty(STDERR_FILENO) == 0)
		return;
	fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " seeds, %" PRIu64 " failed, %.0f a second ",
	        done, shared->end, shared->failures, (double)done / seconds_since(start));
}

static void
run_all(struct shared *shared, const struct wanted *wanted, const struct timespec *start)
{
	pid_t workers[JOBS_MAX];
	long running = wanted->jobs;
	for (long i = 0; i < wanted->jobs; i++)
		workers[i] = start_worker(shared, &shared->slots[i], wanted->stop_after);
	while (running > 0) {
		int status;
		pid_t ended = waitpid(-1, &status, WNOHANG);
		if (ended == 0) {
			show_progress(shared, wanted, start);
			nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
			continue;
		}
		for (long i = 0; i < wanted->jobs; i++) {
			if (workers[i] != ended)
				continue;
			if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
				running--;
				continue;
			}
			shared->slots[i].done++;
			remember(shared, shared->slots[i].seed, "the program died");
			workers[i] = start_worker(shared, &shared->slots[i], wanted->stop_after);
		}
	}
}

static void
show_strikes(const struct sim_result *result)
{
	for (size_t i = 0; i < result->strike_count; i++)
		printf("    %-18s #%-5" PRId64 " %s\n", family_name(result->strikes[i].family),
		       result->strikes[i].chance, family_text(result->strikes[i].family));
}

/* Once more, to leave the store that it ends with. */
static void
keep(uint64_t seed, const struct sim_result *result, const char *folder)
{
	struct sim_result *again = calloc(1, sizeof(*again));
	ensure(again != NULL);
	sim_keep(folder);
	sim_run(seed, result->strikes, result->strike_count, again);
	free(again);
}

static int
run_one(uint64_t seed, const char *folder)
{
	struct sim_result *result = calloc(1, sizeof(*result));
	ensure(result != NULL);
	sim_run(seed, NULL, 0, result);
	bool broken = result->broken;
	printf("seed %" PRIu64 ": %s\n", seed, broken ? result->words : "every promise holds");
	if (broken) {
		size_t before = result->strike_count;
		sim_shrink(seed, result);
		printf("  %zu faults struck; these are enough:\n", before);
		show_strikes(result);
		printf("  then: %s\n", result->words);
	}
	if (folder != NULL)
		keep(seed, result, folder);
	free(result);
	return broken ? 1 : 0;
}

/* A long run that is stopped tells what it has done so far. */
static struct shared *to_stop;

static void
stop_early(int signal_number)
{
	(void)signal_number;
	__atomic_store_n(&to_stop->end, 0, __ATOMIC_RELAXED);
}

static int
report(const struct shared *shared, const struct wanted *wanted, const struct timespec *start)
{
	struct sim_counts counts;
	double seconds = seconds_since(start);
	uint64_t done = done_by(shared, wanted->jobs, &counts);
	uint64_t shown =
		shared->failures < FAILURES_SHOWN_MAX ? shared->failures : FAILURES_SHOWN_MAX;
	for (uint64_t i = 0; i < shown; i++)
		printf("FAILED seed %" PRIu64 ": %s\n       replay: simulate --seed %" PRIu64 "\n",
		       shared->failed[i], shared->words[i], shared->failed[i]);
	printf("%" PRIu64 " seeds from %" PRIu64 " in %.0f s, %.0f a second\n", done, wanted->first,
	       seconds, (double)done / seconds);
	printf("  %" PRId64 " turns, %" PRId64 " calls, %" PRId64 " orders to pay, %" PRId64
	       " refunds, %" PRId64 " notes, %" PRId64 " receipts\n",
	       counts.turns, counts.calls, counts.orders_to_pay, counts.refunds, counts.notes,
	       counts.receipts);
	printf("  %" PRId64 " kills, %" PRId64 " power cuts, %" PRId64 " older stores put back\n",
	       counts.kills, counts.power_cuts, counts.restores);
	printf("%" PRIu64 " passed, %" PRIu64 " failed\n", done - shared->failures,
	       shared->failures);
	return shared->failures == 0 ? 0 : 1;
}

/* A line: a seed, and why it stands there. */
static bool
read_also(struct shared *shared, const char *path)
{
	char line[256];
	FILE *file = fopen(path, "re");
	bool ok = file != NULL;
	while (ok && fgets(line, sizeof(line), file) != NULL) {
		char *end;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		unsigned long long seed = strtoull(line, &end, 10);
		ok = end != line && shared->also_count < ALSO_MAX;
		if (ok)
			shared->also[shared->also_count++] = seed;
	}
	if (file != NULL)
		fclose(file);
	return ok;
}

static bool
read_arguments(int argc, char **argv, struct wanted *wanted)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		char *end;
		if (text_equal(argv[i], "--also")) {
			wanted->also = argv[i + 1];
			continue;
		}
		if (text_equal(argv[i], "--keep")) {
			wanted->folder = argv[i + 1];
			continue;
		}
		errno = 0;
		unsigned long long value = strtoull(argv[i + 1], &end, 10);
		if (errno != 0 || *end != '\0')
			return false;
		if (text_equal(argv[i], "--seeds"))
			wanted->seeds = value;
		else if (text_equal(argv[i], "--first"))
			wanted->first = value;
		else if (text_equal(argv[i], "--jobs") && value >= 1 && value <= JOBS_MAX)
			wanted->jobs = (long)value;
		else if (text_equal(argv[i], "--stop-after") && value >= 1)
			wanted->stop_after = value;
		else if (text_equal(argv[i], "--seed"))
			wanted->one = value, wanted->single = true;
		else
			return false;
	}
	return argc % 2 == 1;
}

int
main(int argc, char **argv)
{
	/* Fresh ones every day; within a day the same, so that what failed elsewhere fails here. */
	struct wanted wanted = { .first = (uint64_t)time(NULL) / (24 * 60 * 60) << 24,
		                 .seeds = 1000,
		                 .jobs = sysconf(_SC_NPROCESSORS_ONLN),
		                 .stop_after = FAILURES_SHOWN_MAX };
	struct timespec start;
	if (!read_arguments(argc, argv, &wanted)) {
		fprintf(stderr, "usage: simulate [--seeds N] [--first S] [--jobs J] "
		                "[--stop-after F] [--also FILE] | --seed S [--keep FOLDER]\n");
		return 2;
	}
	if (wanted.single)
		return run_one(wanted.one, wanted.folder);
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ensure(shared != MAP_FAILED);
	shared->first = wanted.first;
	if (wanted.also != NULL && !read_also(shared, wanted.also)) {
		fprintf(stderr, "simulate: %s can't be read as seeds, a number a line\n",
		        wanted.also);
		return 2;
	}
	shared->end = shared->also_count + wanted.seeds;
	/* Each engine is some megabytes that are mostly never touched: let the kernel give them zeroed. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	to_stop = shared;
	signal(SIGTERM, stop_early);
	signal(SIGINT, stop_early);
	clock_gettime(CLOCK_MONOTONIC, &start);
	run_all(shared, &wanted, &start);
	return report(shared, &wanted, &start);
}
