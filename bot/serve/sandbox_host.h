/*
 * The sandbox over HTTP: the simulated providers on a port of their own, and customers
 * who write through /sandbox/.
 */
#ifndef SERVE_SANDBOX_HOST_H
#define SERVE_SANDBOX_HOST_H

#include "base/why.h"

struct server;
struct sandbox_host;

/* Opens the simulators on loopback and, in a new folder, equips the shop: credentials, a mandate, a webhook
 * secret.  NULL with `why`. */
struct sandbox_host *sandbox_host_new(struct server *server, struct why *why);
void sandbox_host_free(struct sandbox_host *host);

#endif
