/*
 * May the bot act under a stored mandate now?  One answer for the engine that pays and for
 * people who ask.
 */
#ifndef SERVE_STANDING_H
#define SERVE_STANDING_H

#include <stdint.h>

#include "io/store.h"
#include "refund/hold.h"

/* HOLD_NONE when `stored` may be used at `now_ms`, whatever the amount; else why not. */
enum hold_reason standing_of(struct store *store, const struct stored_mandate *stored,
                             int64_t now_ms);

#endif
