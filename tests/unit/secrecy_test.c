/*
 * A process that keeps its secrets leaves no core behind.
 */
#include "tests/test.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/secrecy.h"

static void
a_process_that_keeps_its_secrets_leaves_no_core(void **state)
{
	int status = 0;
	(void)state;
	assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		struct rlimit limit = { 1, 1 };
		secrecy_keep();
		bool none = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 &&
		            limit.rlim_max == 0;
#ifndef __SANITIZE_ADDRESS__
		none = none && prctl(PR_GET_DUMPABLE) == 0;
#endif
		signal(SIGABRT, SIG_DFL);
		if (none)
			raise(SIGABRT);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_false(WCOREDUMP(status));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_that_keeps_its_secrets_leaves_no_core),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
