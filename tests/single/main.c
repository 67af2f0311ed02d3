/*
 * Fails everything, one thing at a time.
 *
 *	single [--step N] ...           of the places that are many, one in N (points.c)
 *	single                          every fault at every place of every story
 *	single making                   only the making of a store
 *	single STORY [FAULT]            of one story
 *	single STORY FAULT PLACE [TRY]  one run, with what the bot logs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "tests/single/single.h"

enum { JOBS = 2 };

/* What a killed process held is nobody's: under the address sanitizer that is no leak. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

static const struct {
	const char *name, *text;
	int tries;
} kinds[MISHAP_COUNT] = {
#define X(name, tries, text) { #name, text, tries },
	MISHAPS(X)
#undef X
};

const char *
mishap_name(enum mishap kind)
{
	return kinds[kind].name;
}

const char *
mishap_text(enum mishap kind)
{
	return kinds[kind].text;
}

int
mishap_tries(enum mishap kind)
{
	return kinds[kind].tries;
}

/* One story, one kind of fault, at every place. */
static void
walk(size_t story, enum mishap kind)
{
	char words[BROKEN_SIZE];
	int64_t count;
	if (freopen("/dev/null", "w", stderr) == NULL)
		_exit(2);
	enum rest rest = run_play(&stories[story], kind, 0, 0, &count, words);
	struct tally *tally = branch_tally(story, kind);
	if (rest != REST_PLANNED) {
		tally->failed++;
		branch_fails(story, kind, 0, 0,
		             rest == REST_FAILED ? words : "a person has it, with no fault at all");
	} else if (count == 0) {
		tally->failed++;
		branch_fails(story, kind, 0, 0, "there is no place for this fault");
	}
	_exit(0);
}

static void
walk_all(const char *only, const char *only_kind)
{
	int running_jobs = 0, status;
	for (size_t story = 0; story < story_count; story++) {
		if (only != NULL && !text_equal(only, stories[story].name))
			continue;
		for (int kind = 0; kind < MISHAP_COUNT; kind++) {
			if (only_kind != NULL && !text_equal(only_kind, kinds[kind].name))
				continue;
			if (running_jobs == JOBS) {
				ensure(wait(&status) > 0 && WIFEXITED(status) &&
				       WEXITSTATUS(status) == 0);
				running_jobs--;
			}
			fflush(NULL);
			pid_t child = fork();
			ensure(child >= 0);
			if (child == 0)
				walk(story, (enum mishap)kind);
			running_jobs++;
		}
	}
	while (running_jobs-- > 0)
		ensure(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int
replay(char **words, int count)
{
	char said[BROKEN_SIZE];
	int64_t places;
	for (size_t story = 0; story < story_count; story++)
		for (int kind = 0; kind < MISHAP_COUNT; kind++) {
			if (!text_equal(words[0], stories[story].name) ||
			    !text_equal(words[1], kinds[kind].name))
				continue;
			enum rest rest = run_play(
				&stories[story], (enum mishap)kind, strtoll(words[2], NULL, 10),
				count > 3 ? (int)strtol(words[3], NULL, 10) : 0, &places, said);
			printf("%d places: ", (int)places);
			printf("%s\n", rest == REST_FAILED ? said
			               : rest == REST_HELD ? "a person has it"
			                                   : "as planned");
			return rest == REST_FAILED ? 1 : 0;
		}
	fprintf(stderr, "there is no such story or fault\n");
	return 2;
}

int
main(int argc, char **argv)
{
	int64_t passed = 0, failed = 0;
	memory_prepare();
	if (argc > 2 && text_equal(argv[1], "--step")) {
		run_set_step(strtoll(argv[2], NULL, 10));
		argc -= 2;
		argv += 2;
	}
	branch_prepare();
	if (argc > 3)
		return replay(argv + 1, argc - 1);
	if (argc == 1 || text_equal(argv[1], "making"))
		making_all(&passed, &failed);
	walk_all(argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL);
	branch_report(&passed, &failed);
	printf("%lld passed, %lld failed\n", (long long)passed, (long long)failed);
	return failed == 0 ? 0 : 1;
}
