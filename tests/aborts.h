/*
 * Our own mistakes must stop the program: assert_aborts() makes one in a child process.
 */
#ifndef TESTS_ABORTS_H
#define TESTS_ABORTS_H

#include "tests/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `mistake` in a child and fails the test unless ensure() stopped it. */
static inline void
assert_aborts(void (*mistake)(void))
{
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		mistake();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#endif
