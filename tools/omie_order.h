/*
 * What Omie's answers say of an order, as facts.  Private to tools/omie*.
 */
#ifndef TOOLS_OMIE_ORDER_H
#define TOOLS_OMIE_ORDER_H

#include "tools/tool.h"

/* Read the answers of ConsultarPedido, ConsultarCliente and StatusPedido, in this order, into the facts
 * of the call.  False with `why` when an answer is about something else, or holds what can't be. */
bool omie_read_order(struct tool_call *call, const json_t *answer, struct why *why);
bool omie_read_customer(struct tool_call *call, const json_t *answer, struct why *why);
bool omie_read_status(struct tool_call *call, const json_t *answer, struct why *why);

/* NULL when missing: Omie leaves empty fields out, and writes null for some (a field that is null says
 * as little). */
const json_t *omie_given_at(const json_t *from, const char *path);

#endif
