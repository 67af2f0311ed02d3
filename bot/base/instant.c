/*
 * Calendar arithmetic.  The day count is Howard Hinnant's days_from_civil
 * (http://howardhinnant.github.io/date_algorithms.html): exact, no tables, no
 * time zone database, no C library state.
 */
#include "base/instant.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

/* 9999-12-31T23:59:59.999Z */
#define LAST_MS INT64_C(253402300799999)

static int64_t
days_from_civil(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static int64_t
floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* The calendar in UTC. */
static struct calendar
calendar_of(int64_t at_ms)
{
	int64_t days = floor_divide(at_ms, DAY_MS);
	int64_t in_day = at_ms - days * DAY_MS;
	int64_t shifted = days + 719468;
	int64_t era = floor_divide(shifted, 146097);
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_index = (5 * day_of_year + 2) / 153;
	int64_t month = month_index + (month_index < 10 ? 3 : -9);
	return (struct calendar){
		.year = (int)(year_of_era + era * 400 + (month <= 2)),
		.month = (int)month,
		.day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1),
		.hour = (int)(in_day / HOUR_MS),
		.minute = (int)(in_day / MINUTE_MS % 60),
		.second = (int)(in_day / SECOND_MS % 60),
		.millisecond = (int)(in_day % SECOND_MS),
	};
}

static int64_t
instant_of(struct calendar c)
{
	return days_from_civil(c.year, c.month, c.day) * DAY_MS + c.hour * HOUR_MS +
	       c.minute * MINUTE_MS + c.second * SECOND_MS + c.millisecond;
}

struct calendar
instant_sao_paulo(int64_t at_ms)
{
	return calendar_of(at_ms + SAO_PAULO_OFFSET_MS);
}

int64_t
instant_from_sao_paulo(struct calendar calendar)
{
	return instant_of(calendar) - SAO_PAULO_OFFSET_MS;
}

int64_t
instant_sao_paulo_day(int64_t at_ms)
{
	return floor_divide(at_ms + SAO_PAULO_OFFSET_MS, DAY_MS);
}

static bool
calendar_is_valid(const struct calendar *c)
{
	static const int month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (c->year < 1970 || c->year > 9999 || c->month < 1 || c->month > 12)
		return false;
	bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
	int last = c->month == 2 && !leap ? 28 : month_days[c->month - 1];
	return c->day >= 1 && c->day <= last && c->hour <= 23 && c->minute <= 59 && c->second <= 60;
}

/* Reads exactly `count` digits. */
static bool
read_number(const char **at, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool
read_character(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

static bool
read_clock(const char **at, struct calendar *c)
{
	return read_number(at, 2, &c->hour) && read_character(at, ':') &&
	       read_number(at, 2, &c->minute) && read_character(at, ':') &&
	       read_number(at, 2, &c->second);
}

static bool
read_fraction(const char **at, struct calendar *c)
{
	if (!read_character(at, '.'))
		return true;
	int digits = 0;
	int scale = 100;
	for (; **at >= '0' && **at <= '9' && digits < 9; digits++, (*at)++) {
		c->millisecond += (**at - '0') * scale;
		scale /= 10;
	}
	return digits > 0;
}

static bool
read_zone(const char **at, int64_t *offset_ms)
{
	*offset_ms = 0;
	if (**at == 'Z' || **at == 'z') {
		(*at)++;
		return true;
	}
	int sign = **at == '-' ? -1 : 1;
	if (**at != '-' && **at != '+')
		return false;
	(*at)++;
	int hours, minutes;
	if (!read_number(at, 2, &hours) || !read_character(at, ':') ||
	    !read_number(at, 2, &minutes))
		return false;
	*offset_ms = sign * (hours * HOUR_MS + minutes * MINUTE_MS);
	return hours <= 23 && minutes <= 59;
}

/* A zone may lead out of the years that we write with four digits. */
static bool
keep_writable(int64_t found_ms, int64_t *at_ms)
{
	if (found_ms < 0 || found_ms > LAST_MS)
		return false;
	*at_ms = found_ms;
	return true;
}

bool
instant_parse(const char *text, int64_t *at_ms)
{
	struct calendar c = { 0 };
	const char *at = text;
	int64_t offset_ms;
	if (!read_number(&at, 4, &c.year) || !read_character(&at, '-') ||
	    !read_number(&at, 2, &c.month) || !read_character(&at, '-') ||
	    !read_number(&at, 2, &c.day))
		return false;
	if (*at != 'T' && *at != 't' && *at != ' ')
		return false;
	at++;
	if (!read_clock(&at, &c) || !read_fraction(&at, &c) || !read_zone(&at, &offset_ms) ||
	    *at != '\0' || !calendar_is_valid(&c))
		return false;
	return keep_writable(instant_of(c) - offset_ms, at_ms);
}

static void
print(char *text, struct calendar c, const char *zone)
{
	int written = snprintf(text, INSTANT_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%s", c.year,
	                       c.month, c.day, c.hour, c.minute, c.second, zone);
	ensure(written > 0 && written < INSTANT_TEXT_SIZE);
}

void
instant_print_utc(char *text, int64_t at_ms)
{
	print(text, calendar_of(at_ms), "Z");
}

void
instant_print_utc_ms(char *text, int64_t at_ms)
{
	struct calendar c = calendar_of(at_ms);
	char zone[8];
	snprintf(zone, sizeof(zone), ".%03dZ", c.millisecond);
	print(text, c, zone);
}

void
instant_print_sao_paulo(char *text, int64_t at_ms)
{
	print(text, instant_sao_paulo(at_ms), "-03:00");
}

bool
instant_parse_brazilian(const char *date, const char *time, int64_t *at_ms)
{
	struct calendar c = { 0 };
	const char *at = date;
	if (!read_number(&at, 2, &c.day) || !read_character(&at, '/') ||
	    !read_number(&at, 2, &c.month) || !read_character(&at, '/') ||
	    !read_number(&at, 4, &c.year) || *at != '\0')
		return false;
	if (time != NULL && time[0] != '\0') {
		at = time;
		if (!read_clock(&at, &c) || *at != '\0')
			return false;
	}
	if (!calendar_is_valid(&c))
		return false;
	return keep_writable(instant_from_sao_paulo(c), at_ms);
}
