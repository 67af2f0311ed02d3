/*
 * The 44-character access key of a Brazilian electronic invoice (fiscal.md section 5).
 *
 *	cUF(2) AAMM(4) CNPJ/CPF(14) mod(2) serie(3) nNF(9) tpEmis(1) cNF(8) cDV(1)
 *
 * Since July 2026 the CNPJ may hold letters, so a key is text, never a number.
 */
#ifndef BASE_ACCESS_KEY_H
#define BASE_ACCESS_KEY_H

#include <stdbool.h>

enum {
	ACCESS_KEY_SIZE = 45,
	ACCESS_KEY_ISSUER_SIZE = 15,
	ACCESS_KEY_NUMBER_SIZE = 10 /* nNF without leading zeros */
};

/* Shape and check digit. */
bool access_key_is_valid(const char *key);

/* The check digit for the first 43 characters, '0' to '9'. */
char access_key_check_digit(const char *first_43);

/* Parts of a valid key. */
void access_key_issuer(const char *key, char *cnpj);   /* 14 characters */
void access_key_model(const char *key, char model[3]); /* "55" NF-e, "65" NFC-e */
void access_key_number(const char *key, char *number); /* "317" */

#endif
