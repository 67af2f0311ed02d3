/*
 * Says which rule of ours was broken, and stops.
 */
#include "base/ensure.h"

#include <stdio.h>
#include <stdlib.h>

noreturn void
ensure_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "estorno: broken invariant: %s (%s:%d)\n", condition, file, line);
	abort();
}
