/*
 * JSON from outside: size first, then depth, duplicate keys refused, then fields
 * read one by one, each with its type.
 *
 * Two kinds of reader.  json_get_* take a key that must be there with that type
 * and say in `why` which was not.  json_maybe_* take one that may be missing or
 * null, and give the empty value then; another type counts as missing, because
 * providers drift and a field we can live without must not stop a refund.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

/* Parses UTF-8 JSON of any kind.  Refuses: empty, over `ceiling` bytes, deeper than JSON_DEPTH_MAX,
 * duplicate keys, bytes after the end, and integers beyond 64 bits.  NULL with `why`. */
json_t *json_parse(const char *bytes, size_t length, size_t ceiling, struct why *why);

/* The same, and it must be an object. */
json_t *json_parse_object(const char *bytes, size_t length, size_t ceiling, struct why *why);

/* The same for what a provider sent.  Some of what is JSON can't be held by the library, and one such
 * character in a field that nobody reads must not cost the whole message: \u0000 and halves of a
 * surrogate pair (a customer's emoji, cut) become U+FFFD, and an integer beyond 64 bits becomes a real,
 * which no reader of integers takes.  Never for what was signed. */
json_t *json_parse_provider(const char *bytes, size_t length, size_t ceiling, struct why *why);

/* `path` walks objects: "pedido_venda_produto.cabecalho".  Missing parts give NULL. */
const json_t *json_at(const json_t *object, const char *path);

/* The text there, borrowed; "" when missing or no text. */
const char *json_text_at(const json_t *object, const char *path);

bool json_get_text(const json_t *object, const char *path, char *to, size_t size, struct why *why);
bool json_get_integer(const json_t *object, const char *path, int64_t *to, struct why *why);

/* Text; "" when missing or not text; false only when it does not fit, with `to` empty. */
bool json_maybe_text(const json_t *object, const char *path, char *to, size_t size);

/* Text or an integer, written as text ("8421" and 8421 are one order number).  "" when missing;
 * false only when it does not fit. */
bool json_maybe_text_or_integer(const json_t *object, const char *path, char *to, size_t size);

int64_t json_maybe_integer(const json_t *object, const char *path, int64_t otherwise);

/* Two readers of a yes or no, by what doubt must lead to.  json_maybe_true is for what only a real true
 * may bring about ("connected").  json_maybe_flag is for what must not be overlooked ("forwarded"):
 * missing, null, false, 0, "", "0" and "false" are no, and everything else is yes, as "true" and 1 are. */
bool json_maybe_true(const json_t *object, const char *path);
bool json_maybe_flag(const json_t *object, const char *path);

/* Compact text with sorted keys, for storing and comparing; never for what a provider sent us and
 * never for what is signed.  Aborts only when out of memory.  The caller frees. */
char *json_text(const json_t *json);

#endif
