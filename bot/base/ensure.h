/*
 * ensure(): an assertion that is always on, for our own mistakes.
 *
 * The world may send us anything, and that is answered with a `struct why`.  But
 * when our own code breaks one of its own rules, the honest thing is to stop at
 * once: everything that matters is on disk, the supervisor starts us again, and
 * whatever was under way is asked about.  A refund bot that goes on with a broken
 * assumption is worse than one that is down for a second.
 */
#ifndef BASE_ENSURE_H
#define BASE_ENSURE_H

#include <stdnoreturn.h>

#define ensure(condition)                                              \
	do {                                                           \
		if (!(condition))                                      \
			ensure_failed(#condition, __FILE__, __LINE__); \
	} while (0)

noreturn void ensure_failed(const char *condition, const char *file, int line);

#endif
