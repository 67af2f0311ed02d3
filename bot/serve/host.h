/*
 * What the engine has of the machine that it runs on: its clocks and its chance.  The network is the
 * caller's to bring.
 */
#ifndef SERVE_HOST_H
#define SERVE_HOST_H

#include "serve/engine.h"

struct engine_io host_io(engine_start *start, void *context);

#endif
