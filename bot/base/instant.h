/*
 * Points in time: milliseconds since 1970-01-01T00:00:00Z in an int64_t, always
 * named `..._ms`.  Nothing here reads a clock; now is an argument everywhere.
 *
 * Days and months of the mandate are São Paulo's.  Brazil has had no daylight
 * saving since 2019 (Decreto 9.772), so São Paulo is UTC-03:00; the schema uses
 * the same offset.  An instant before November 2019 is not needed anywhere.
 */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

#define SAO_PAULO_OFFSET_MS (-3 * HOUR_MS)

enum { INSTANT_TEXT_SIZE = 32 };

/* A calendar date and time of day, in whatever zone the function that made it says. */
struct calendar {
	int year, month, day, hour, minute, second, millisecond;
};

/* The calendar in São Paulo, and back. */
struct calendar instant_sao_paulo(int64_t at_ms);
int64_t instant_from_sao_paulo(struct calendar calendar);

/* Days since 1970-01-01 in São Paulo: equal for two instants of one day there. */
int64_t instant_sao_paulo_day(int64_t at_ms);

/* RFC 3339 with a zone, fractions of up to 9 digits (cut to milliseconds), `T` or a space; from 1970 to 9999
 * in UTC, so that it can be written again. */
bool instant_parse(const char *text, int64_t *at_ms);

/* "2026-11-20T14:20:00Z": whole seconds, as receipts and tree heads are dated.  Cut, not rounded. */
void instant_print_utc(char *text, int64_t at_ms);

/* "2026-11-20T14:20:00.123Z", for what must be told apart within a second. */
void instant_print_utc_ms(char *text, int64_t at_ms);

/* "2026-11-20T11:20:00-03:00". */
void instant_print_sao_paulo(char *text, int64_t at_ms);

/* "18/11/2026" with an optional "14:32:41": Omie's form, São Paulo time.  `time` may be NULL. */
bool instant_parse_brazilian(const char *date, const char *time, int64_t *at_ms);

#endif
