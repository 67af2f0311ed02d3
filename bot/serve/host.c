/*
 * The real clocks and the real chance, in the form that the engine asks for.
 */
#include "serve/host.h"

#include "io/clock.h"

static int64_t
now_ms(void *context)
{
	(void)context;
	return clock_now_ms();
}

static int64_t
now_us(void *context)
{
	(void)context;
	return clock_now_us();
}

static void
random_bytes(void *context, void *bytes, size_t count)
{
	(void)context;
	clock_random(bytes, count);
}

struct engine_io
host_io(engine_start *start, void *context)
{
	return (struct engine_io){
		.context = context,
		.now_ms = now_ms,
		.now_us = now_us,
		.random = random_bytes,
		.start = start,
	};
}
