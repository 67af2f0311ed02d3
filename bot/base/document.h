/*
 * A Brazilian taxpayer's number: a person's CPF or a company's CNPJ, written with its
 * letters and digits only.
 *
 * Both end in two check digits.  The tax authority turns a note away whose numbers are
 * wrong, so they are checked while nothing has happened yet.
 */
#ifndef BASE_DOCUMENT_H
#define BASE_DOCUMENT_H

#include <stdbool.h>

/* 11 digits whose last two fit. */
bool document_is_cpf(const char *text);

/* 12 digits or capital letters (CNPJs have letters since July 2026) and two digits that fit. */
bool document_is_cnpj(const char *text);

#endif
