/*
 * Plays stories against the real binary.
 *
 *	build/play build/estorno tests/stories/STORY.story...
 *
 * Every story gets a process and a folder of its own, and a few run at once, because they
 * mostly wait.  One line a story; of one that does not come true, everything that helps.
 * The last line is "N passed, N failed".  Without stories it explains the language.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "tests/stories/program.h"
#include "tests/stories/verbs.h"

enum {
	AT_ONCE = 8,
	STORY_SECONDS_MAX = 240 /* the longest takes a tenth of it */
};

struct telling {
	const char *path;
	pid_t process; /* 0: free */
	char folder[STAGE_PATH_SIZE];
};

/* --- the folder of a story ------------------------------------------------------------------------ */

static void
make_folder(struct telling *telling)
{
	const char *where = getenv("TMPDIR");
	ensure(text_format(telling->folder, sizeof(telling->folder), "%s/estorno-story-XXXXXX",
	                   where == NULL ? "/tmp" : where));
	if (mkdtemp(telling->folder) == NULL) {
		perror(telling->folder);
		exit(2);
	}
}

static void
remove_folder(const struct telling *telling)
{
	const char *const words[] = { "rm", "-rf", "--", telling->folder, NULL };
	program_end(program_start(words, "/dev/null", "/dev/null"), STAGE_WAIT_MS);
}

/* --- one story -------------------------------------------------------------------------------------- */

/* Everything a story prints goes into its folder, and is shown when it has ended. */
static void
tell(const struct telling *telling, const char *binary)
{
	static struct story story;
	struct why why = { "" };
	char said[STAGE_PATH_SIZE];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(STORY_SECONDS_MAX);
	ensure(text_format(said, sizeof(said), "%s/said", telling->folder));
	ensure(freopen(said, "w", stdout) != NULL);
	if (!story_read(&story, telling->path, &why)) {
		printf("%s\n", why.text);
		exit(1);
	}
	printf("%s", story.sentence);
	fflush(stdout);
	story_play(&story, binary, telling->folder);
	story_free(&story);
	exit(0);
}

static void
start(struct telling *telling, const char *binary, const char *path)
{
	telling->path = path;
	make_folder(telling);
	fflush(stdout);
	telling->process = fork();
	ensure(telling->process >= 0);
	if (telling->process == 0)
		tell(telling, binary);
}

static void
show_said(const struct telling *telling)
{
	char path[STAGE_PATH_SIZE], bytes[4096];
	ensure(text_format(path, sizeof(path), "%s/said", telling->folder));
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	for (size_t got; (got = fread(bytes, 1, sizeof(bytes), file)) > 0;)
		fwrite(bytes, 1, got, stdout);
	fclose(file);
}

/* "ok     two_yes              Two yes to one offer give one refund." */
static bool
finish(struct telling *telling, int status)
{
	const char *slash = strrchr(telling->path, '/');
	const char *name = slash == NULL ? telling->path : slash + 1;
	bool came_true = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	printf("%s %-38.*s ", came_true ? "ok    " : "FAILED", (int)strcspn(name, "."), name);
	show_said(telling);
	if (WIFSIGNALED(status))
		printf("\n  it was ended by %s", WTERMSIG(status) == SIGALRM
		                                         ? "its time: it hung"
		                                         : strsignal(WTERMSIG(status)));
	printf("\n");
	remove_folder(telling);
	telling->process = 0;
	return came_true;
}

/* --- all of them ---------------------------------------------------------------------------------------- */

static struct telling *
find_telling(struct telling tellings[AT_ONCE], pid_t process)
{
	for (int i = 0; i < AT_ONCE; i++)
		if (tellings[i].process == process)
			return &tellings[i];
	return NULL;
}

static int
play(const char *binary, int count, char **paths)
{
	struct telling tellings[AT_ONCE] = { 0 };
	int passed = 0, begun = 0, status;
	for (int ended = 0; ended < count; ended++) {
		struct telling *idle;
		while (begun < count && (idle = find_telling(tellings, 0)) != NULL)
			start(idle, binary, paths[begun++]);
		pid_t process = wait(&status);
		struct telling *telling = find_telling(tellings, process);
		ensure(process > 0 && telling != NULL);
		passed += finish(telling, status);
	}
	printf("%d passed, %d failed\n", passed, count - passed);
	return passed == count ? 0 : 1;
}

int
main(int count, char **words)
{
	if (count >= 3)
		return play(words[1], count - 2, words + 2);
	printf("usage: play BINARY STORY...\n\nThe words of a story:\n\n");
	verbs_print();
	return 2;
}
