/*
 * Killing the real binary, again and again, and counting what that did to people's money.
 *
 *	  this program                                          the shop's folder
 *	.--------------------------------.                     .----------------.
 *	| customers.c   complain, say yes |   webhooks, retried |                |
 *	| providers.c   Z-API, Omie, the  | ------------------> | estorno serve  |--- estorno.db
 *	|   bank, Focus: their books live |      until 200      |   kill -9      |
 *	|   here and survive              | <------------------ |   and again    |
 *	'--------------------------------'    calls over HTTP   '----------------'
 *	     shop.c starts and kills it, examine.c looks into the dead shop's store
 *
 *	kill.c       rounds, the report
 *	shop.c       the shop's life: set up by the real commands, started, killed, when
 *	providers.c  the simulated providers over real HTTP, and their faults
 *	webhooks.c   what Z-API posts, again until it is answered 200
 *	customers.c  a few people at once, each with one order after the other
 *	examine.c    the books of bank, tax authority and shop, held against each other
 *
 * Everything that is chosen comes from the seed.  What the machine does in between does
 * not, so two runs of one seed are alike, not equal.
 *
 * A round has its own folder, world and people, so a run of any length needs no more
 * memory and disk than one round does.
 */
#ifndef KILL_KILL_H
#define KILL_KILL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "io/http_client.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "io/loop_watch.h"
#include "serve/sandbox.h"

enum {
	ROUND_KILLS_MAX = 500,
	KILLS_BETWEEN_LOOKS = 20, /* into the store of the dead shop */
	KILLS_BETWEEN_CALMS = 20, /* a life long enough to get things done */
	PEOPLE = 20,              /* customers at once */
	KILL_PATH_SIZE = 512,
	REST_SECONDS_MAX = 240, /* far longer than rest ever takes */
	WRONG_SHOWN_MAX = 5     /* of each kind */
};

/* --- what is checked ----------------------------------------------------------------------------- */

/* What is counted, and what may not be true of any of them. */
#define CHECKS(X)                                                                     \
	X(MESSAGES, "messages answered 200", "lost")                                  \
	X(REFUNDS, "payments given back", "ordered twice, or given back twice")       \
	X(ORDERS_TO_PAY, "orders to pay at the bank", "again without asking first")   \
	X(NOTES, "credit notes", "issued twice")                                      \
	X(DONE, "times \"done\" was told", "not true, or not sealed, at that moment") \
	X(UNTOLD, "refunds closed", "without a word to the customer")                 \
	X(CASES, "cases", "neither ended nor held by name")                           \
	X(RECEIPTS, "receipts", "not one to one with the bank's refunds")             \
	X(STORES, "looks into the store", "broken")                                   \
	X(HEADS, "heads of the log", "lost, changed or not to be computed again")     \
	X(LIVES, "lives of the program", "ended by themselves, or hung")

enum check {
#define X(name, what, wrong) CHECK_##name,
	CHECKS(X)
#undef X
		CHECK_COUNT
};

struct tally {
	int64_t seen, wrong;
};

/* --- when it is killed --------------------------------------------------------------------------- */

#define MOMENTS(X)                                    \
	X(STARTING, "while starting")                 \
	X(ANY, "at any time after")                   \
	X(POSTED, "with a webhook on its way in")     \
	X(ACCEPTED, "right after a 200")              \
	X(READING, "while reading the bank")          \
	X(PAYING, "with an order to pay at the bank") \
	X(NOTING, "with a credit note at the issuer") \
	X(SAYING, "with a message at the channel")

enum moment {
#define X(name, text) MOMENT_##name,
	MOMENTS(X)
#undef X
		MOMENT_COUNT,
	MOMENT_NEVER = MOMENT_COUNT
};

/* --- a round ------------------------------------------------------------------------------------- */

enum phase {
	PHASE_SETTING_UP,
	PHASE_KILLING,
	PHASE_RESTING, /* no kills, no faults, nobody complains anew: all of it must come to rest */
	PHASE_OVER
};

struct live_shop {
	char folder[KILL_PATH_SIZE]; /* of the round; the shop's data is below it */
	char url[64];
	char webhook_path[128];
	pid_t process; /* 0 while it is dead */
	pid_t setting_up;
	int said; /* the fifo that it prints to */
	struct loop_watch *watch;
	struct loop_timer *axe, *birth;
	bool ready;
	int64_t born_us;
	enum moment moment; /* of the next kill */
	int64_t delay_us;   /* after that */
	bool axe_is_set;
};

struct person {
	char phone[32];
	int64_t orders; /* complained about with this phone */
	char order[32]; /* the one at hand */
	enum { PERSON_IDLE, PERSON_WAITING } state;
	const char *next; /* what is to be said about it; NULL for nothing */
	int64_t at_ms;    /* when that is said, or patience ends */
	int64_t asked_again;
};

/* What the bank was asked about one payment. */
struct asked {
	int64_t sent;            /* orders to pay that came */
	char id[REFUND_ID_SIZE]; /* of the last one */
	bool unread;             /* nobody looked since */
};

struct webhook;

struct run {
	const char *binary;
	int64_t kills_wanted;
	uint64_t seed, chance;
	/* over all rounds */
	int64_t kills, moments[MOMENT_COUNT];
	struct tally tallies[CHECK_COUNT];
	int64_t *ready_us, ready_count, ready_room;
	int64_t began_us, shown_us, redone;
	json_t *ends; /* {"CLOSED": 12, "HELD bank_declined": 1} */
	/* of this round */
	enum phase phase;
	int64_t round_kills, round_kills_wanted;
	int64_t rest_began_us, last_look_us;
	struct loop *loop;
	struct loop_timer *tick;
	struct http_client *client;
	struct http_server *http;
	struct sandbox sandbox;
	char base_url[64];
	struct live_shop shop;
	struct person people[PEOPLE];
	int64_t next_order;
	int64_t answers_waiting;             /* that leave later */
	struct asked asked[SHOP_ORDERS_MAX]; /* by order */
	struct webhook *webhooks;            /* not yet answered 200 */
	json_t *roots;                       /* of the log's heads, by size */
	json_t *found;                       /* rows that were wrong already */
};

/* --- kill.c ------------------------------------------------------------------------------------------ */

/* From `least` to `most`, both included. */
int64_t chance(struct run *run, int64_t least, int64_t most);

void count(struct run *run, enum check check, int64_t seen);
void wrong(struct run *run, enum check check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A file of the round's folder: "data/estorno.db". */
void run_path(const struct run *run, const char *name, char path[KILL_PATH_SIZE]);

/* --- shop.c ------------------------------------------------------------------------------------------ */

/* `estorno init` with the settings of this test; the webhook's path is known after it. */
void shop_make(struct run *run);

/* Finance and credentials, by a process of its own, because the providers must answer meanwhile.  Then the
 * first life begins. */
void shop_set_up(struct run *run);

/* Something happens that may be the moment for the axe. */
void shop_moment(struct run *run, enum moment moment);

/* Called all the time: notices a death that nobody ordered. */
void shop_look_after(struct run *run);

/* SIGTERM; it must end by itself and with 0. */
void shop_close(struct run *run);
void shop_free(struct run *run);

/* --- providers.c ------------------------------------------------------------------------------------- */

void providers_open(struct run *run);
void providers_arm_something(struct run *run);

/* --- webhooks.c -------------------------------------------------------------------------------------- */

/* Posts what is due. */
void webhooks_post(struct run *run);
bool webhooks_are_over(const struct run *run);

/* --- customers.c ------------------------------------------------------------------------------------- */

void customers_begin(struct run *run);
void customers_act(struct run *run);
void customers_read(struct run *run, const char *phone, const char *text);
bool customers_are_content(const struct run *run);

/* --- examine.c --------------------------------------------------------------------------------------- */

/* Notes for the next look. */
void examine_begin(struct run *run);
void examine_note_accepted(struct run *run, const char *message_id);
void examine_note_done(struct run *run, const char *text, int64_t now_ms);

/* The dead shop's store, as a copy, so that the patient's own recovery is not done by us. */
void examine_dead(struct run *run);

/* The living one: how many cases are neither ended nor held. */
int64_t examine_restless(struct run *run);

/* The closed one, and all the books. */
void examine_end(struct run *run);

#endif
