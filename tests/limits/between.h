/*
 * Something between the shop and its ERP that misbehaves for certain orders: it passes
 * every request on to the simulated ERP and its answer back, but what asks for an order
 * of its table it answers as no server should, until it is healed.
 */
#ifndef LIMITS_BETWEEN_H
#define LIMITS_BETWEEN_H

#include <stdatomic.h>

enum manner {
	DRIP,         /* a byte now and then, for ever */
	HUGE,         /* announces 100 MB and sends them */
	ENDLESS_BODY, /* chunks without an end */
	ENDLESS_HEAD, /* header lines without an end */
	REDIRECT,     /* to itself, again and again */
	MANNER_COUNT
};

struct between {
	int port;
	atomic_int misbehaved[MANNER_COUNT]; /* requests answered in each manner */
};

/* Misbehaves for the orders FIRST_ORDER, FIRST_ORDER + 1, ... in the order of the enum.  `erp_port` is the
 * simulated providers'.  Lives as long as the test program. */
enum { FIRST_ORDER = 7701 };
struct between *between_start(int erp_port);
void between_heal(struct between *between);

#endif
