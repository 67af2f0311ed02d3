/*
 * The engine: the four beats.
 *
 *	1. gather   webhooks, answers of calls, staff actions and the clock become items in memory
 *	2. decide   each item meets its case: case', effects = step(case, event, surroundings)
 *	3. commit   everything decided in this turn goes to disk in ONE transaction
 *	4. act      only now are webhooks acknowledged, calls started, pages told
 *
 * So every promise about crashes comes down to: what was committed happens, what was not
 * committed never left.
 *
 * The engine has no sockets and no clock of its own; `struct engine_io` is all it has of
 * the world.  In production that is the loop's HTTP client; in the simulation it is a
 * seeded world with faults.  The rooms:
 *
 *	engine.c        the turn, and what happens at start
 *	engine_clock.c  its time, which never goes back
 *	engine_case.c   a case meets an event; its effects become rows
 *	engine_hear.c   what channels hear
 *	engine_ask.c    operations and their attempts: asked, and answered
 *	engine_call.c   calls under way: tokens, lines, the dialogue with a tool
 *	engine_link.c   credentials in use
 *	engine_money.c  the mandate is weighed
 *	engine_say.c    what we say, and whether it arrived
 *	engine_seal.c   receipts are signed and enter the log
 *	engine_reconcile.c  after a restore: what the bank must be asked before money moves
 */
#ifndef SERVE_ENGINE_H
#define SERVE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/http.h"
#include "base/outcome.h"
#include "channels/channel.h"
#include "io/settings.h"
#include "io/store.h"
#include "io/vault.h"
#include "refund/case.h"
#include "tools/tool.h"

struct engine;

/* How a call ended: answered, or OUTCOME_RETRY (nothing left) or OUTCOME_UNKNOWN. */
struct engine_call_end {
	bool answered;
	const struct http_response *response; /* when answered */
	enum outcome outcome;                 /* when not */
	const char *why;                      /* when not */
};

struct engine_call {
	bool changes_world;
	int64_t timeout_ms;
	const char *certificate_file, *key_file; /* NULL for none */
};

/* Starts a call that ends with engine_call_ended(engine, ticket, ...), later.  False with `why`: nothing left,
 * and nothing will come. */
typedef bool engine_start(void *context, const struct http_request *request,
                          const struct engine_call *call, int64_t ticket, struct why *why);

struct engine_io {
	void *context;
	int64_t (*now_ms)(void *context);
	int64_t (*now_us)(void *context);
	void (*random)(void *context, void *bytes, size_t count);
	engine_start *start;
};

struct engine_setup {
	struct store *store; /* opened for writing; the caller's */
	const struct vault *vault;
	const struct settings *settings;
	const struct lexicon *lexicon;
	const struct phrasebook *phrasebook;
	const struct signing_key *receipts_key, *log_key;
	bool sandbox; /* receipts are test receipts */
	struct engine_io io;
};

/* Everything in `setup` must outlive the engine.  What was under way when the last engine stopped is
 * unknown: it is asked about in the first turn.  NULL with `why`. */
struct engine *engine_new(const struct engine_setup *setup, struct why *why);
void engine_free(struct engine *engine);

/* --- gather ---------------------------------------------------------------------------------- */

/* A webhook of the channel, its path secret checked already.  What came of it: */
enum engine_received {
	/* Heard; `acknowledge` is called once, in the act beat: `durable` or not.  What only the channel's
	 * `authentic` speaks against is heard too, for a person: a provider that changes its headers must
	 * not make the shop deaf (zapi.md section 5). */
	RECEIVED,
	RECEIVED_FOREIGN,  /* it says that it is not our provider's, and is nothing we know: 401 */
	RECEIVED_NONSENSE, /* not what the provider documents, or another instance's: 400 */
	RECEIVED_TOO_MUCH /* too much waits already, or the channel is not connected: 503, come again */
};
typedef void engine_acknowledge(void *context, bool durable);
enum engine_received engine_receive(struct engine *engine, const struct http_request *request,
                                    engine_acknowledge *acknowledge, void *context,
                                    struct why *why);

void engine_call_ended(struct engine *engine, int64_t ticket, const struct engine_call_end *end);

/* What people may do with a case.  Runs in the next turn; `done` is called in its act beat. */
struct engine_action {
	enum { ACTION_RELEASE, ACTION_DENY } kind;
	char case_id[ID_SIZE];
	char actor[ACTOR_SIZE]; /* "control" or "staff:NAME" */
	char words[300];        /* with DENY: the reason, for the customer */
	void (*done)(void *context, bool ok, const struct why *why);
	void *context;
};
bool engine_act(struct engine *engine, const struct engine_action *action);

/* Anything else that must be written together with a turn (mandates, credentials, staff): `apply` runs
 * inside the transaction, `done` after the commit. */
struct engine_change {
	bool (*apply)(void *context, struct store *store, int64_t now_ms, struct why *why);
	void (*done)(void *context, bool ok, const struct why *why);
	void *context;
};
bool engine_apply(struct engine *engine, const struct engine_change *change);

/* Where a reconciliation after a restore stands. */
struct reconciliation {
	bool paused;      /* no money moves yet */
	int64_t open;     /* questions that the bank has not answered, all of them */
	size_t count;     /* of them those that follow, RECONCILE_QUESTIONS_SHOWN at most */
	size_t under_way; /* calls to the bank that were so already; more are now */
	struct question questions[RECONCILE_QUESTIONS_SHOWN]; /* those asked longest ago first */
};

/* Within an engine_change: asks the bank what is unanswered, or ends the pause when nothing is.  May be
 * repeated.  False with `why` when the pause should end and the schema says no. */
bool engine_reconcile(struct engine *engine, struct reconciliation *found, struct why *why);

/* Credentials changed: the next call uses the new ones. */
void engine_reconnect(struct engine *engine);

/* --- the turn --------------------------------------------------------------------------------- */

/* Decides, commits and acts until nothing is left to do now.  False when the store has failed: nothing was
 * acknowledged and nothing left in that turn, and the process must stop. */
bool engine_turn(struct engine *engine, struct why *why);

/* When time itself brings the next turn, by the host's clock; INT64_MAX when nothing is due. */
int64_t engine_wake_ms(const struct engine *engine);

/* Calls under way. */
int64_t engine_in_flight(const struct engine *engine);

/* --- for pages and metrics -------------------------------------------------------------------- */

/* Goes up whenever a case changed. */
int64_t engine_revision(const struct engine *engine);

struct engine_counts {
	int64_t turns, commits, messages, duplicates, unverified, calls, transitions, refunds_sent,
		receipts_sealed;
};
/* How this shop refunds; valid as long as the engine. */
const struct policy *engine_policy(const struct engine *engine);

struct engine_counts engine_counts(const struct engine *engine);

#endif
