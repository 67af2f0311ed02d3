/*
 * Clock and chance.  A machine on which either fails can't be trusted with money,
 * so both are ensured.
 */
#include "io/clock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>

#include "base/ensure.h"

int64_t
clock_now_us(void)
{
	struct timespec now;
	ensure(clock_gettime(CLOCK_REALTIME, &now) == 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_now_ms(void)
{
	return clock_now_us() / 1000;
}

int64_t
clock_monotonic_us(void)
{
	struct timespec now;
	ensure(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
clock_random(void *bytes, size_t count)
{
	uint8_t *at = bytes;
	while (count > 0) {
		ssize_t got = getrandom(at, count, 0);
		ensure(got > 0 || errno == EINTR);
		if (got > 0) {
			at += got;
			count -= (size_t)got;
		}
	}
}
