/*
 * The Omie simulator's books (omie.md).
 */
#ifndef TOOLS_SANDBOX_OMIE_H
#define TOOLS_SANDBOX_OMIE_H

#include <stdint.h>

#include "tools/sandbox/simulator.h"

struct world;

struct omie_books {
	int64_t calls; /* answered so far */
	int64_t blocked_until_ms;
};

/* `request->url` is the path below the simulator's base: "/api/v1/produtos/pedido/". */
void omie_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
                   struct simulated *answer);

#endif
