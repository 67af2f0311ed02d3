/*
 * Other people's programs, run by tests that let them judge our output: in a folder of
 * their own, without a shell, their output thrown away.
 */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

#include "tests/test.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

extern char **environ;

enum { COMMAND_PATH_SIZE = 256 };

/* Runs argv[0] from the path, its standard input from a file (NULL: nothing).  Its exit status; fails
 * the test when it can't be run. */
static inline int
command_run(const char *const argv[], const char *input)
{
	posix_spawn_file_actions_t files;
	pid_t child;
	int status;
	assert_int_equal(posix_spawn_file_actions_init(&files), 0);
	posix_spawn_file_actions_addopen(&files, 0, input == NULL ? "/dev/null" : input, O_RDONLY,
	                                 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&child, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ) !=
	    0)
		fail_msg("cannot run %s", argv[0]);
	posix_spawn_file_actions_destroy(&files);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* A new folder; remove it with command_folder_remove(). */
static inline void
command_folder(char folder[COMMAND_PATH_SIZE])
{
	const char *where = getenv("TMPDIR");
	assert_true(text_format(folder, COMMAND_PATH_SIZE, "%s/estorno-test-XXXXXX",
	                        where == NULL ? "/tmp" : where));
	assert_non_null(mkdtemp(folder));
}

static inline void
command_folder_remove(const char *folder)
{
	const char *const argv[] = { "rm", "-rf", "--", folder, NULL };
	assert_int_equal(command_run(argv, NULL), 0);
}

/* Writes a file in `folder` and gives its path. */
static inline void
command_file(char path[COMMAND_PATH_SIZE], const char *folder, const char *name, const void *bytes,
             size_t length)
{
	assert_true(text_format(path, COMMAND_PATH_SIZE, "%s/%s", folder, name));
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

#endif
