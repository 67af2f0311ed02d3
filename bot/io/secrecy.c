/*
 * A crash must not write the data key, the signing keys and the providers' tokens into a
 * file (P15).  Two locks, because each has a gap:
 *
 *	RLIMIT_CORE 0    no core file; but a core that is piped to a program
 *	                 (kernel.core_pattern "|...") does not ask for it
 *	not dumpable     no core at all, and ptrace and /proc/PID/mem are root's alone; but it
 *	                 ends with an exec
 *
 * Both are for this process and what it starts; each command of ours asks again.
 */
#include "io/secrecy.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/ensure.h"

void
secrecy_keep(void)
{
	const struct rlimit none = { 0, 0 };
	ensure(setrlimit(RLIMIT_CORE, &none) == 0);
#ifndef __SANITIZE_ADDRESS__ /* its search for leaks traces the process */
	ensure(prctl(PR_SET_DUMPABLE, 0) == 0);
#endif
}
