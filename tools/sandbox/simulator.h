/*
 * A simulator is a provider, played: a pure function from a request to an answer
 * over the books of a small world.
 *
 * It is written from the provider's documents, not from our adapter, so that the
 * two disagree when the adapter is wrong.  It reads no clock and opens no socket:
 * `estorno sandbox` serves it over real HTTP on loopback, tests call it directly.
 */
#ifndef TOOLS_SANDBOX_SIMULATOR_H
#define TOOLS_SANDBOX_SIMULATOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/http.h"

/* What the caller gets back. */
struct simulated {
	struct http_response response;
	int64_t delay_ms; /* the answer leaves this much later */
	bool lost;        /* no answer ever: the connection is closed instead */
};

void simulated_init(struct simulated *simulated);
void simulated_free(struct simulated *simulated);

/* A JSON answer; `json` is taken. */
void simulated_json(struct simulated *simulated, int status, json_t *json);

/* An answer that is not JSON, as proxies and gateways give. */
void simulated_text(struct simulated *simulated, int status, const char *content_type,
                    const char *text);

/* --- chance ------------------------------------------------------------------------------------ */

/* The next number of the sequence that `state` stands at; any seed will do. */
uint64_t simulated_random(uint64_t *state);

/* --- faults -------------------------------------------------------------------------------- */

/*
 * A fault waits at a place ("pix.refund", "omie.order") and strikes the next calls
 * there.  The first group is common to all simulators and needs no code in them; the
 * rest are read by the simulator that knows the place.
 */
#define FAULTS(X)                                                                            \
	X(LOST_BEFORE, "lost_before")   /* not executed, and no answer */                    \
	X(LOST_AFTER, "lost_after")     /* executed, and no answer */                        \
	X(STATUS, "status")             /* not executed; HTTP status `value` */              \
	X(STATUS_AFTER, "status_after") /* executed; HTTP status `value` all the same */     \
	X(HTML, "html")                 /* not executed; 500 with an HTML page */            \
	X(GARBAGE, "garbage")           /* executed; the answer is cut in the middle */      \
	X(SLOW, "slow")                 /* executed; the answer comes `value` ms later */    \
	X(PENDING, "pending")           /* refund or note stays under way for `value` ms */  \
	X(NOT_DONE, "not_done")         /* the refund ends as NAO_REALIZADO */               \
	X(REJECTED, "rejected")         /* the note ends as erro_autorizacao */              \
	X(DENIED, "denied")             /* the note ends as denegado */                      \
	X(STALE, "stale")               /* a read that does not see the latest write: 404 */ \
	X(SOAP, "soap")                 /* executed; 500 with a SOAP fault */                \
	X(BLOCKED, "blocked")           /* the ERP blocks this key for a while */            \
	X(REDUNDANT, "redundant")       /* the ERP saw the same call a moment ago */         \
	X(UNDELIVERED, "undelivered")   /* accepted, then a delivery error */

enum fault_kind {
	FAULT_NONE,
#define X(name, text) FAULT_##name,
	FAULTS(X)
#undef X
};

enum { FAULTS_MAX = 32, FAULT_PLACE_SIZE = 32 };

struct fault {
	char place[FAULT_PLACE_SIZE];
	enum fault_kind kind;
	int64_t value;
	int64_t times; /* how often it still strikes */
};

struct faults {
	int64_t count;
	struct fault list[FAULTS_MAX];
};

/* Arms a fault.  False when the word is not known or too many are armed. */
bool faults_arm(struct faults *faults, const char *place, const char *kind, int64_t value,
                int64_t times, struct why *why);
void faults_clear(struct faults *faults);

/* The fault that strikes at `place` now, used up once; kind FAULT_NONE when there is none. */
struct fault faults_strike(struct faults *faults, const char *place);

/* Applies the common faults around an execution.  Before executing:
 *
 *	struct fault fault = faults_strike(&world->faults, "pix.refund");
 *	if (fault_prevents(&fault, answer))
 *		return;
 *	... execute, write the answer ...
 *	fault_spoils(&fault, answer);
 */
bool fault_prevents(const struct fault *fault, struct simulated *simulated);
void fault_spoils(const struct fault *fault, struct simulated *simulated);

#endif
