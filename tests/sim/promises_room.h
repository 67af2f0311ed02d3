/*
 * What the two rooms of the promises share.  Private to tests/sim/promises*.
 */
#ifndef TESTS_SIM_PROMISES_ROOM_H
#define TESTS_SIM_PROMISES_ROOM_H

#include "io/query.h"
#include "tests/sim/sim.h"

/* One number out of the store; `otherwise` when there is no row.  Nothing goes wrong on the disk meanwhile. */
int64_t promises_number(struct sim *sim, struct query *q, int64_t otherwise);

/* The same with one text bound, or none; 0 when there is no row. */
int64_t promises_number_for(struct sim *sim, const char *sql, const char *name, const char *value);
int64_t promises_number_of(struct sim *sim, const char *sql);

/* Has all of the order's payment gone back by now?  The bank, asked behind the bot's back. */
bool promises_bank_has_returned(struct sim *sim, const char *order_number);

#endif
