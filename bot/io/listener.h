/*
 * Sockets that listen: an address of this machine, or a file of this machine.
 */
#ifndef IO_LISTENER_H
#define IO_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"

/* Reads "HOST:PORT", an IPv6 address in brackets ("[::1]:0"), into a numeric host without them and a port
 * from 0 to 65535.  False with `why`. */
bool listener_parse(const char *listen, char *host, size_t size, int *port, struct why *why);

/* `host` is a numeric address; port 0 picks a free one.  The descriptor (non-blocking, not inherited)
 * is the caller's; -1 with `why`. */
int listener_tcp(const char *host, int port, struct why *why);

/* The port that a listener of listener_tcp has. */
int listener_port(int descriptor);

/* A unix socket at `path`, for this user only (0600).  A file that nobody listens on any more, as a
 * killed process leaves it, is replaced; anything else in the way is left alone. */
int listener_unix(const char *path, struct why *why);

#endif
