/*
 * What the rooms of the engine share.  Private to bot/serve/engine*.
 */
#ifndef SERVE_ENGINE_ROOM_H
#define SERVE_ENGINE_ROOM_H

#include "base/limits.h"
#include "serve/engine.h"

/* A credential in use.  An old one stays until the last call with it has ended. */
struct link {
	struct connection *connection; /* NULL: free slot */
	bool shared;                   /* serves reading and writing: the receipt says so */
	bool retired;
	int users;
	bool token_under_way;
};

/* What a call under way is for. */
enum flight_kind { FLIGHT_OPERATION, FLIGHT_TOKEN, FLIGHT_SAYING };

enum flight_state {
	FLIGHT_FREE,
	FLIGHT_DECIDED,  /* this turn's; starts after the commit */
	FLIGHT_WAITING,  /* for a token, or in line */
	FLIGHT_ALOFT,    /* on the wire */
	FLIGHT_LANDED,   /* ended; its item waits for the next turn */
	FLIGHT_CONCLUDED /* its outcome has met the case; freed when the turn is over */
};

struct flight {
	enum flight_state state;
	enum flight_kind kind;
	int64_t ticket;
	struct link *link;
	/* OPERATION */
	const struct tool *tool;
	struct operation *operation;
	struct tool_call call;
	int64_t attempt;
	char case_id[ID_SIZE];
	char credential[CREDENTIAL_SIZE];
	struct why why;
	/* SAYING */
	struct saying saying;
	char address[ADDRESS_SIZE];
	struct sent sent;
	/* how it ended */
	enum outcome outcome;
};

/* What became of a message whose ids we do not know yet: its send has not been answered. */
struct early_status {
	enum heard_kind kind;
	enum delivery delivery;
	char message_id[MESSAGE_ID_SIZE];
	char queue_id[MESSAGE_ID_SIZE];
	char failure[sizeof(((struct heard *)0)->failure)];
};

/* Something gathered. */
enum item_kind { ITEM_HEARD, ITEM_LANDED, ITEM_ACTION, ITEM_CHANGE };

struct item {
	enum item_kind kind;
	struct heard_list *heard;
	bool unverified; /* of heard */
	engine_acknowledge *acknowledge;
	void *context;
	struct flight *flight;
	struct engine_action action;
	struct engine_change change;
	bool ok; /* of an action or change, for `done` */
	struct why why;
};

/* Ours against the host's: engine_clock.c. */
struct engine_clock {
	int64_t host_ms,
		ours_ms; /* from here on ours goes at half the pace; the same while it is not ahead */
	int64_t seen_ms; /* the host's when it was last read */
};

struct engine {
	struct engine_setup setup;
	struct store *store;
	struct policy policy;
	struct shop shop;
	int64_t log_epoch;             /* of the latest restore; 0 before one */
	struct signing_key *epoch_key; /* signs the log from then on; NULL before one */
	const struct channel *channel;
	const struct tool *duties[DUTY_INVOICE + 1];
	struct link links[LINKS_MAX];
	struct flight flights[FLIGHTS_MAX];
	int64_t next_ticket;
	size_t item_count;
	size_t gathered_count; /* of them, those that came from outside and can come again */
	struct item items[TURN_EVENTS_MAX + FLIGHTS_MAX]; /* every flight lands once */
	struct engine_clock clock;
	int64_t now_ms;  /* of this turn; never behind the store's clock */
	int64_t wake_ms; /* by the same clock */
	int64_t revision;
	bool seal_waits; /* a receipt's bytes were committed: sign it in the next turn */
	bool recovered;
	bool unlinked; /* the channel said that it can't deliver; until it says that it can */
	size_t doubt_next;
	int64_t doubts[DOUBTS_MAX]; /* their ids, the newest; a ring */
	size_t early_next;
	struct early_status early[EARLY_MAX]; /* the newest; a ring */
	struct engine_counts counts;
	struct refund_case *c;   /* the case at hand */
	struct effects *effects; /* of the step at hand */
};

/* --- engine_clock.c -------------------------------------------------------------------------- */

/* Sets now_ms, at the begin of a turn. */
void engine_clock_read(struct engine *engine);

/* What waits must be looked at anew: it is no longer due when it was. */
bool engine_clock_was_set_back(const struct engine *engine);

/* When ours shows `at_ms`, the host's shows this, unless it is set again. */
int64_t engine_clock_at_host(const struct engine *engine, int64_t at_ms);

/* --- engine_case.c --------------------------------------------------------------------------- */

/* The case meets an event, and what follows from it inside this turn; then it is saved. */
void engine_step(struct engine *engine, const char *case_id, const struct event *event,
                 const char *actor);
void engine_open_case(struct engine *engine, int64_t contact, const struct event *event);
struct surroundings engine_surroundings(struct engine *engine, const struct refund_case *c,
                                        uint8_t entropy[ENTROPY_BYTES], struct contact *contact);

/* --- engine_hear.c --------------------------------------------------------------------------- */

void engine_take_heard(struct engine *engine, const struct heard *heard);
void engine_take_unverified(struct engine *engine, const struct heard *heard);

/* --- engine_ask.c ----------------------------------------------------------------------------- */

/* Puts the operation and its attempt on disk; the call starts after the commit.  False with `why` when the
 * schema refuses.  An operation that is under way already is left alone. */
bool engine_ask(struct engine *engine, const struct refund_case *c,
                const struct operation *operation, struct why *why);

/* Is a call of this operation for this case under way? */
bool engine_is_asking(const struct engine *engine, const char *case_id,
                      const struct operation *operation);

/* Can the tool put it into its provider's words at all?  Nothing leaves. */
bool engine_rehearse(struct engine *engine, const struct operation *operation, struct why *why);

/* Is an order to pay of this case under way? */
bool engine_is_paying(const struct engine *engine, const char *case_id);

/* The event of an ended operation; `facts` and `credential` are borrowed. */
struct event engine_answer(const struct operation *operation, enum outcome outcome,
                           const struct facts *facts, const char *credential);

/* A landed flight's outcome meets its case. */
void engine_take_answer(struct engine *engine, struct flight *flight);
void engine_recover_attempts(struct engine *engine);

/* --- engine_call.c ---------------------------------------------------------------------------- */

/* The act beat of calls. */
void engine_depart(struct engine *engine);
/* A place for a call; NULL when fewer than `kept` would stay free. */
struct flight *engine_flight_new(struct engine *engine, enum flight_kind kind, size_t kept);
void engine_flight_free(struct engine *engine, struct flight *flight);
void engine_flight_land(struct engine *engine, struct flight *flight, enum outcome outcome);

/* Operations of a tool in one of two states. */
int engine_count_flights(const struct engine *engine, const struct tool *tool,
                         enum flight_state one, enum flight_state other);

/* --- engine_link.c ---------------------------------------------------------------------------- */

/* The credential for a name and role; NULL with `why`.  A missing read credential falls back to the write
 * one. */
struct link *engine_link(struct engine *engine, const char *name, enum role role, struct why *why);
void engine_links_free(struct engine *engine);

/* One user less. */
void engine_link_leave(struct link *link);

/* "pix read 1f0c9a..." or "omie shared ...": what a receipt says about who read. */
void engine_link_describe(const struct link *link, char text[CREDENTIAL_SIZE]);

/* --- engine_money.c ---------------------------------------------------------------------------- */

void engine_weigh(struct engine *engine, const struct refund_case *c, const struct operation *note,
                  struct room *room);
void engine_reserve(struct engine *engine, const struct refund_case *c, struct room *room);
void engine_pay(struct engine *engine, const struct refund_case *c, const struct operation *refund,
                struct room *room);

/* An order to pay may wait for a token after it was decided on.  Does finance's word still hold as it leaves?
 * (P6: at once.)  False with `why`. */
bool engine_may_pay_now(struct engine *engine, struct why *why);
/* The bank has it already: the rows of an order to pay, and no attempt. */
void engine_adopt(struct engine *engine, const struct refund_case *c,
                  const struct operation *refund, struct room *room);

/* --- engine_say.c ------------------------------------------------------------------------------- */

/* False when it may not be said, or can't be: nothing is queued. */
bool engine_say(struct engine *engine, const struct refund_case *c, const struct effect *effect);
void engine_send_due(struct engine *engine);
void engine_take_sent(struct engine *engine, struct flight *flight);
void engine_take_status(struct engine *engine, const struct heard *heard);
void engine_take_link(struct engine *engine, bool linked);

/* --- engine_seal.c ------------------------------------------------------------------------------ */

void engine_prepare_receipt(struct engine *engine, const struct refund_case *c,
                            const struct effects *effects);
void engine_sign_prepared(struct engine *engine);

/* --- engine_reconcile.c ------------------------------------------------------------------------- */

/* One line in the log when money is paused. */
void engine_tell_pause(struct engine *engine);

#endif
