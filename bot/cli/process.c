/*
 * posix_spawn with pipes.
 */
#include "cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"

extern char **environ;

const char *
process_self(void)
{
	return "/proc/self/exe";
}

/* `wait_for_end` is for process_run; both ends of the pipe are close-on-exec but where the child writes. */
static bool
spawn(const char *const *words, const char *input, const char *errors, pid_t *pid, int *output,
      struct why *why)
{
	int ends[2];
	posix_spawn_file_actions_t actions;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return why_set(why, "%s: %s", words[0], strerror(errno));
	ensure(posix_spawn_file_actions_init(&actions) == 0);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
	                                 input == NULL ? "/dev/null" : input, O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	if (errors != NULL)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors,
		                                 O_WRONLY | O_CREAT | O_APPEND, 0600);
	int code = posix_spawnp(pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words,
	                        environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*output = ends[0];
	if (code == 0)
		return true;
	close(ends[0]);
	return why_set(why, "%s: %s", words[0], strerror(code));
}

static int
wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
process_run(const char *const *words, const char *input, const char *errors, struct buffer *output,
            struct why *why)
{
	char bytes[4096];
	ssize_t count;
	pid_t pid;
	int from;
	if (!spawn(words, input, errors, &pid, &from, why))
		return -1;
	while ((count = read(from, bytes, sizeof(bytes))) > 0)
		buffer_add(output, bytes, (size_t)count);
	close(from);
	int code = wait_for(pid);
	if (code < 0)
		why_set(why, "%s did not end well", words[0]);
	return code;
}

bool
process_start(const char *const *words, const char *errors, pid_t *pid, int *output,
              struct why *why)
{
	return spawn(words, NULL, errors, pid, output, why);
}

int
process_stop(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	int status;
	kill(pid, SIGTERM);
	for (int i = 0; i < 500; i++) { /* ten seconds */
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	wait_for(pid);
	return -1;
}
