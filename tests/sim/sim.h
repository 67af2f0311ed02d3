/*
 * One seed, one world: the real program in a simulated shop where everything goes wrong.
 *
 *	weather.c          what goes wrong, and how often
 *	faults.c           what stands between the bot and the world: calls, webhooks, the disk
 *	plot.c             what people and providers do: customers, staff, finance, banks
 *	promises.c         P1 to P8, looked at whenever a call leaves
 *	promises_books.c   the rest of P1 to P15: after every turn and start, and at the end
 *	sim.c              time, deaths and starts; the end, with faults off
 *	shrink.c           a failing seed's faults, made few
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "tests/sim/scene.h"
#include "tests/sim/weather.h"

enum {
	CUSTOMERS_MAX = 4,
	ACTS_MAX = 96,
	ACCEPTED_MAX = 256,
	HEADS_MAX = 64,
	TRACKED_MAX = 24,
	BROKEN_SIZE = 600
};

/* --- plot.c --- */

struct customer {
	const char *phone;
	const char *order; /* the number he gives */
	int64_t answers;   /* how often he has answered an offer */
	char last_id[MESSAGE_ID_SIZE];
};

enum act_kind {
	ACT_SAY,
	ACT_EDIT,
	ACT_DELETE,
	ACT_FAMILY,
	ACT_RESUME, /* the paused mandate */
	ACT_RESTORE,
	ACT_RESTORE_SOON, /* after the next order to pay, which the older store does not know */
	ACT_RECONCILE
};

struct act {
	int64_t at_ms;
	enum act_kind kind;
	enum family family;
	int64_t chance; /* of the family */
	int customer;
	char text[200];
};

struct plot {
	uint64_t random;
	int customer_count;
	struct customer customers[CUSTOMERS_MAX];
	size_t act_count;
	struct act acts[ACTS_MAX];
	struct mandate mandate; /* the one that finance signed */
	bool tampered;
	struct disk_image *older;
	bool older_tampered;
};

/* --- promises.c --- */

/* What was last heard of the refunds of one payment. */
struct tracked {
	char e2eid[E2EID_SIZE];
	bool unread; /* an order to pay may have arrived since the last read that was answered */
	char id[REFUND_ID_SIZE]; /* of the latest order to pay that may have arrived */
	int64_t left_ms;         /* when that left, by the bot's clock */
	int64_t elsewhere_cents; /* given back by others, as the bank said last */
};

struct promises {
	bool broken;
	char words[BROKEN_SIZE];
	size_t tracked_count;
	struct tracked tracked[TRACKED_MAX];
	size_t accepted_count;
	char accepted[ACCEPTED_MAX][MESSAGE_ID_SIZE];
	size_t head_count;
	struct released_head {
		int64_t size;
		char root[65];
		char key[32];
	} heads[HEADS_MAX];
	int64_t receipts, transitions; /* how many of each have been looked at */
	int64_t clock_ms;              /* of the latest step */
	int64_t older_receipts;        /* of these, lost with what an older copy did not hold */
	int64_t older_orders;          /* to pay: how many had left when it was made */
	bool paused; /* it has forgotten orders to pay, and the bank was not asked yet */
};

/* --- one run --- */

struct sim_counts {
	int64_t turns, calls, orders_to_pay, refunds, notes, receipts, kills, power_cuts, restores;
};

struct sim {
	uint64_t seed;
	struct weather weather;
	struct disk *disk;
	struct scene *scene;
	struct plot plot;
	struct promises promises;
	struct passage passage; /* of the call at hand */
	bool looking;           /* the promises read the disk: nothing goes wrong */
	/* What a customer does about a text of ours, instead of what the plot draws; NULL for the plot. */
	void (*heard)(struct sim *sim, const char *phone, const char *template);
	struct sim_counts counts;
};

struct sim_result {
	bool broken;
	char words[BROKEN_SIZE];
	size_t strike_count;
	struct strike strikes[STRIKES_MAX];
	struct sim_counts counts;
};

/* Runs a seed.  `only` NULL: with every fault that its weather brings. */
void sim_run(uint64_t seed, const struct strike *only, size_t only_count,
             struct sim_result *result);

/* From the next run on, the store is left in this folder when a run is over; NULL: it is not. */
void sim_keep(const char *folder);

/* Leaves out faults as long as the seed still fails; `result` holds the failing run and gets the smallest. */
void sim_shrink(uint64_t seed, struct sim_result *result);

/* --- between the rooms --- */

void faults_ways(struct sim *sim, struct scene_ways *ways);

void plot_begin(struct sim *sim);
void plot_end(struct sim *sim);
void plot_equip(struct sim *sim);
void plot_install_mandate(struct sim *sim);
int64_t plot_next_ms(const struct sim *sim);
void plot_do(struct sim *sim);
void plot_reconcile(struct sim *sim, int64_t after_ms);
void plot_ordered(struct sim *sim);
void plot_heard(struct sim *sim, const char *phone, const char *template);

void promises_departs(struct sim *sim, const struct http_request *request);
void promises_executed(struct sim *sim, const struct http_request *request,
                       const struct simulated *answer);
void promises_accepted(struct sim *sim, const struct http_request *request);
void promises_turn(struct sim *sim);
void promises_started(struct sim *sim);
void promises_end(struct sim *sim);
void promises_restored(struct sim *sim);
void promise_broken(struct sim *sim, const char *promise, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
