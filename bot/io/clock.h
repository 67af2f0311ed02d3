/*
 * The only place that reads a clock or draws random bytes.
 */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since 1970, wall clock. */
int64_t clock_now_ms(void);

/* The same in microseconds: when a call left and when it came back. */
int64_t clock_now_us(void);

/* Microseconds of a clock that never goes back, for durations only. */
int64_t clock_monotonic_us(void);

/* From the kernel's generator. */
void clock_random(void *bytes, size_t count);

#endif
