/*
 * One line for one change of state, `key=value`, to standard error.
 *
 *	2026-11-20T14:20:03Z info case.state case=c_7k2m9qx4tz0 from=OFFERED to=RESERVED
 *
 * No bodies, no secrets, no personal data: a phone is written with phone_masked(),
 * an order by its number.  Control characters become spaces, so nobody can forge a
 * line by putting a line feed in his name.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Lines below this level are dropped.  The default is LOG_INFO. */
void log_set_level(enum log_level level);

/* The clock that dates the lines; milliseconds since 1970.  Without one, lines carry no date. */
void log_set_clock(int64_t (*now_ms)(void));

/* `event` is "room.what" and stable; the rest is printf of "key=value key=value".  A value with
 * spaces is put in double quotes by the caller. */
void log_line(enum log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
