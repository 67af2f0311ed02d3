/*
 * fork and exec by hand instead of posix_spawn, because a child must ask the kernel to be
 * killed with its parent: a story that crashes leaves no shop behind.
 */
#include "tests/stories/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "io/clock.h"

void
pause_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static void
redirect(int descriptor, const char *path, int flags)
{
	int file = open(path, flags, 0600);
	if (file < 0 || dup2(file, descriptor) != descriptor)
		_exit(PROGRAM_NOT_RUN);
	close(file);
}

pid_t
program_start(const char *const words[], const char *output_path, const char *errors_path)
{
	pid_t parent = getpid();
	pid_t program = fork();
	ensure(program >= 0);
	if (program > 0)
		return program;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before we asked */
		_exit(PROGRAM_NOT_RUN);
	redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
	redirect(STDOUT_FILENO, output_path, O_WRONLY | O_CREAT | O_TRUNC);
	redirect(STDERR_FILENO, errors_path, O_WRONLY | O_CREAT | O_TRUNC);
	execvp(words[0], (char *const *)(uintptr_t)words);
	_exit(PROGRAM_NOT_RUN);
}

bool
program_is_over(pid_t program, int *status)
{
	int how;
	if (waitpid(program, &how, WNOHANG) != program)
		return false;
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : PROGRAM_SIGNAL + WTERMSIG(how);
	return true;
}

int
program_end(pid_t program, int64_t within_ms)
{
	int64_t until_us = clock_monotonic_us() + within_ms * 1000;
	int64_t rest_ms = 1;
	int status;
	while (!program_is_over(program, &status)) {
		if (clock_monotonic_us() >= until_us) {
			kill(program, SIGKILL);
			ensure(waitpid(program, &status, 0) == program);
			return PROGRAM_LATE;
		}
		pause_ms(rest_ms);
		rest_ms = rest_ms < 16 ? rest_ms * 2 : rest_ms;
	}
	return status;
}
