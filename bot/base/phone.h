/*
 * Brazilian phone numbers, as WhatsApp and the ERP write them.
 *
 * WhatsApp's own id of a number may lack the ninth digit that mobiles were given
 * between 2012 and 2016 (zapi.md section 10, conversation.md section 5), and the
 * ERP holds free text.  So numbers are compared with and without it, and a 9 is
 * never forced onto a number: eight digits that start with 2 to 5 are a landline.
 */
#ifndef BASE_PHONE_H
#define BASE_PHONE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PHONE_SIZE = 16,       /* E.164 without '+': at most 15 digits */
	PHONE_MASKED_SIZE = 24 /* "55 20 9****-0101" */
};

/* Free text with area code -> country, area code and number, digits only: "(020) 99999-0101" ->
 * "5520999990101".  False when what is left can't be a Brazilian number with its area code. */
bool phone_normalise(const char *text, char *phone);

/* True when both are the same line, with or without the ninth digit.  Both normalised. */
bool phone_same(const char *a, const char *b);

/* The form both spellings share, for hashing and counting: without the ninth digit. */
void phone_canonical(const char *phone, char *canonical);

/* What may be shown and logged: country, area code and the last four digits.  Anything else that is
 * used as an address (a lid) is cut to its last four characters. */
void phone_masked(const char *phone, char *masked);

#endif
