/*
 * Fewer faults, the same failure (delta debugging, Zeller and Hildebrandt 2002, in its
 * plainest form): leave out halves, then quarters, then single faults.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "tests/sim/sim.h"

/* Does it fail still without the strikes from `from` to `to`?  Then they are gone. */
static bool
leave_out(uint64_t seed, struct sim_result *result, size_t from, size_t to)
{
	struct strike *kept = calloc(STRIKES_MAX, sizeof(*kept));
	struct sim_result *smaller = calloc(1, sizeof(*smaller));
	size_t count = 0;
	ensure(kept != NULL && smaller != NULL);
	for (size_t i = 0; i < result->strike_count; i++)
		if (i < from || i >= to)
			kept[count++] = result->strikes[i];
	sim_run(seed, kept, count, smaller);
	bool fails = smaller->broken && smaller->strike_count < result->strike_count;
	if (fails)
		*result = *smaller;
	free(kept);
	free(smaller);
	return fails;
}

void
sim_shrink(uint64_t seed, struct sim_result *result)
{
	size_t piece = (result->strike_count + 1) / 2;
	while (piece > 0) {
		bool any = false;
		for (size_t from = 0; from < result->strike_count;) {
			size_t to = from + piece < result->strike_count ? from + piece
			                                                : result->strike_count;
			if (leave_out(seed, result, from, to))
				any = true;
			else
				from = to;
		}
		if (!any || piece == 1)
			piece = any ? piece : piece / 2;
		else
			piece /= 2;
	}
}
