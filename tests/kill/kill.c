/*
 * Kills the real binary under load.
 *
 *	build/killing build/estorno [KILLS [SEED]]
 *
 * A line of progress every second on a terminal, every hundred kills elsewhere; what is wrong as soon as
 * it is found; then the table.  The last line is "N passed, N failed": one for each row of CHECKS.  A row
 * that had nothing to look at has not passed.
 */
#include "tests/kill/kill.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/clock.h"
#include "tests/stories/program.h"

enum { TICK_US = 10 * 1000, KILLS_USUAL = 200, KILLS_MAX = 1000000 };

static const struct {
	const char *what, *wrong;
} checks[] = {
#define X(name, what, wrong) [CHECK_##name] = { what, wrong },
	CHECKS(X)
#undef X
};

static const char *const moment_texts[] = {
#define X(name, text) [MOMENT_##name] = text,
	MOMENTS(X)
#undef X
};

/* --- for everybody --------------------------------------------------------------------------------- */

int64_t
chance(struct run *run, int64_t least, int64_t most)
{
	return least + (int64_t)(simulated_random(&run->chance) % (uint64_t)(most - least + 1));
}

void
count(struct run *run, enum check check, int64_t seen)
{
	run->tallies[check].seen += seen;
}

void
wrong(struct run *run, enum check check, const char *format, ...)
{
	va_list arguments;
	if (run->tallies[check].wrong++ >= WRONG_SHOWN_MAX)
		return;
	printf("WRONG after %" PRId64 " kills: %s %s: ", run->kills, checks[check].what,
	       checks[check].wrong);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
}

void
run_path(const struct run *run, const char *name, char path[KILL_PATH_SIZE])
{
	ensure(text_format(path, KILL_PATH_SIZE, "%s/%s", run->shop.folder, name));
}

/* --- progress ---------------------------------------------------------------------------------------- */

static int64_t
found_wrong(const struct run *run)
{
	int64_t sum = 0;
	for (int i = 0; i < CHECK_COUNT; i++)
		sum += run->tallies[i].wrong;
	return sum;
}

static void
show_progress(struct run *run)
{
	bool terminal = isatty(STDOUT_FILENO);
	int64_t now_us = clock_monotonic_us();
	bool due = terminal ? now_us - run->shown_us >= 1000000 : run->kills / 100 != run->shown_us;
	if (!due)
		return;
	run->shown_us = terminal ? now_us : run->kills / 100;
	printf("%s%5" PRId64 " of %" PRId64 " kills, %" PRId64 " s, %" PRId64
	       " orders to pay, %" PRId64 " times told done, %" PRId64 " wrong%s",
	       terminal ? "\r" : "", run->kills, run->kills_wanted,
	       (now_us - run->began_us) / 1000000, run->tallies[CHECK_ORDERS_TO_PAY].seen,
	       run->tallies[CHECK_DONE].seen, found_wrong(run), terminal ? "  " : "\n");
	fflush(stdout);
}

/* --- a round ------------------------------------------------------------------------------------------- */

static bool
is_at_rest(struct run *run)
{
	int64_t now_us = clock_monotonic_us();
	if (!customers_are_content(run) || !webhooks_are_over(run) || run->answers_waiting > 0 ||
	    !run->shop.ready || now_us - run->last_look_us < 250000)
		return false;
	run->last_look_us = now_us;
	return examine_restless(run) == 0;
}

static void
ticked(void *context)
{
	struct run *run = context;
	loop_timer_set(run->tick, TICK_US);
	shop_look_after(run);
	webhooks_post(run);
	show_progress(run);
	if (run->phase == PHASE_SETTING_UP)
		return;
	customers_act(run);
	if (run->phase == PHASE_KILLING) {
		if (chance(run, 0, 49) == 0)
			providers_arm_something(run);
		return;
	}
	bool waited_enough =
		clock_monotonic_us() - run->rest_began_us > REST_SECONDS_MAX * INT64_C(1000000);
	if (waited_enough || is_at_rest(run)) {
		run->phase = PHASE_OVER;
		loop_stop(run->loop);
	}
}

static void
make_folder(struct run *run)
{
	const char *where = getenv("TMPDIR");
	ensure(text_format(run->shop.folder, sizeof(run->shop.folder), "%s/estorno-kill-XXXXXX",
	                   where == NULL ? "/tmp" : where));
	if (mkdtemp(run->shop.folder) == NULL) {
		perror(run->shop.folder);
		exit(2);
	}
}

/* What went wrong stays to be looked at. */
static void
remove_folder(const struct run *run)
{
	const char *const words[] = { "rm", "-rf", "--", run->shop.folder, NULL };
	if (found_wrong(run) > 0)
		printf("the round's folder is kept: %s\n", run->shop.folder);
	else
		program_end(program_start(words, "/dev/null", "/dev/null"), 30000);
}

static void
open_round(struct run *run)
{
	struct why why = { "" };
	int64_t left = run->kills_wanted - run->kills;
	run->round_kills = 0;
	run->round_kills_wanted = left < ROUND_KILLS_MAX ? left : ROUND_KILLS_MAX;
	run->phase = PHASE_SETTING_UP;
	run->next_order = 0;
	memset(run->asked, 0, sizeof(run->asked));
	run->roots = json_object();
	run->found = json_object();
	make_folder(run);
	run->loop = loop_new(&why);
	run->client = run->loop == NULL ? NULL : http_client_new(run->loop, &why);
	if (run->client == NULL) {
		fprintf(stderr, "%s\n", why.text);
		exit(2);
	}
	run->http = http_server_new(run->loop);
	run->tick = loop_timer_new(run->loop, ticked, run);
}

static void
close_round(struct run *run)
{
	remove_folder(run);
	loop_timer_free(run->tick);
	shop_free(run);
	http_client_free(run->client);
	http_server_free(run->http);
	loop_free(run->loop);
	sandbox_close(&run->sandbox);
	json_decref(run->roots);
	json_decref(run->found);
}

static void
play_round(struct run *run)
{
	open_round(run);
	examine_begin(run);
	shop_make(run);
	providers_open(run);
	customers_begin(run);
	shop_set_up(run);
	loop_timer_set(run->tick, TICK_US);
	if (!loop_run(run->loop) || run->phase != PHASE_OVER) {
		printf("interrupted\n");
		kill(run->shop.process, SIGKILL);
		exit(2);
	}
	shop_close(run);
	examine_end(run);
	close_round(run);
}

/* --- the report ------------------------------------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
	return one < other ? -1 : one > other;
}

static double
ready_ms(const struct run *run, int64_t per_thousand)
{
	int64_t index = (run->ready_count - 1) * per_thousand / 1000;
	return run->ready_count == 0 ? 0 : (double)run->ready_us[index] / 1000;
}

static int
report(struct run *run)
{
	const char *end;
	json_t *number;
	int passed = 0;
	printf("\n%" PRId64 " kills in %" PRId64 " s, seed %" PRIu64 "\n\n", run->kills,
	       (clock_monotonic_us() - run->began_us) / 1000000, run->seed);
	for (int i = 0; i < MOMENT_COUNT; i++)
		printf("%8" PRId64 "  %s\n", run->moments[i], moment_texts[i]);
	printf("\n");
	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct tally *tally = &run->tallies[i];
		bool good = tally->seen > 0 && tally->wrong == 0;
		passed += good;
		printf("%8" PRId64 "  %-28s %6" PRId64 "  %-48s %s\n", tally->seen, checks[i].what,
		       tally->wrong, checks[i].wrong, good ? "ok" : "FAILED");
	}
	printf("\ncases:");
	json_object_foreach (run->ends, end, number)
		printf("  %s %" PRId64, end, (int64_t)json_integer_value(number));
	qsort(run->ready_us, (size_t)run->ready_count, sizeof(*run->ready_us), compare);
	printf("\norders to pay sent again after asking: %" PRId64
	       "\ntime to ready after a kill: median %.1f ms, 99th percentile %.1f ms, longest "
	       "%.1f ms\n",
	       run->redone, ready_ms(run, 500), ready_ms(run, 990), ready_ms(run, 1000));
	printf("%d passed, %d failed\n", passed, CHECK_COUNT - passed);
	return passed == CHECK_COUNT ? 0 : 1;
}

int
main(int words, char **word)
{
	static struct run run;
	if (words < 2 || words > 4) {
		printf("usage: killing BINARY [KILLS [SEED]]\n");
		return 2;
	}
	run.binary = word[1];
	run.kills_wanted = words > 2 ? strtoll(word[2], NULL, 10) : KILLS_USUAL;
	run.seed = words > 3 ? strtoull(word[3], NULL, 10) : 1;
	if (run.kills_wanted < 1 || run.kills_wanted > KILLS_MAX) {
		printf("1 to %d kills\n", KILLS_MAX);
		return 2;
	}
	run.chance = run.seed;
	run.began_us = clock_monotonic_us();
	run.ends = json_object();
	while (run.kills < run.kills_wanted)
		play_round(&run);
	int status = report(&run);
	json_decref(run.ends);
	free(run.ready_us);
	return status;
}
