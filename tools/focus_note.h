/*
 * The return note as Focus NFe takes it (fiscal.md sections 2 and 3).  Private to tools/focus*.
 */
#ifndef TOOLS_FOCUS_NOTE_H
#define TOOLS_FOCUS_NOTE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/operation.h"
#include "tools/tool.h"

/* False with `why` when this program has no sure words for the note: a person issues it. */
bool focus_note_is_sound(const struct note_request *note, const struct shop *shop, struct why *why);

/* Adds a sound note to `body`, as JSON. */
void focus_note_write(struct buffer *body, const struct note_request *note,
                      const struct shop *shop);

/* The CPF of an issuer that is a person; NULL when it is none. */
const char *focus_issuer_cpf(const char *issuer);

#endif
