/*
 * Money is whole centavos in an int64_t, from the edge inwards.  A double never
 * holds money beyond the line that reads a provider's JSON number, and there it
 * is refused unless it is a whole number of centavos.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MONEY_TEXT_SIZE = 32 };

/* The largest amount any field may hold: R$ 9,999,999,999.99 (BACEN's `\d{1,10}\.\d{2}`). */
#define MONEY_CENTS_MAX INT64_C(999999999999)

/* "186.00" -> 18600.  Exactly `\d{1,10}\.\d{2}`, nothing before or after (pix.md section 3). */
bool money_parse(const char *text, int64_t *cents);

/* 18600 -> "186.00".  Needs MONEY_TEXT_SIZE.  0 <= cents <= MONEY_CENTS_MAX. */
void money_print(char *text, int64_t cents);

/* What a person types: "500", "500.00" or "500,00".  Thousands separators are refused: "1.500" has
 * two readings. */
bool money_parse_typed(const char *text, int64_t *cents);

/* 186.0 -> 18600; refused when the number is not a whole count of centavos within 1e-6
 * (omie.md section 1). */
bool money_from_number(double number, int64_t *cents);

/* 99.95 -> 999500 with decimals = 4: quantities and unit prices, which may have more digits than
 * centavos.  Refused when more digits would be lost. */
bool money_scaled_from_number(double number, unsigned decimals, int64_t *scaled);

#endif
