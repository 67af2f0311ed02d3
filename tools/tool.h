/*
 * A tool is one provider's side of one duty: a pure translation between our facts
 * and that provider's HTTP.
 *
 * It opens no socket, reads no clock, sees no database and makes no random numbers:
 * all it may know is in its arguments, all it has to say is in its result.  So it
 * can be tested with text files (tests/cases), and the demo, the sandbox, the
 * simulation and production run the same lines.
 *
 * An operation is a short dialogue.  `ask` writes the next request; `answer` reads
 * the response and either concludes with an outcome and facts, or says NEXT, with
 * `call->step` one higher, because one more request is needed:
 *
 *	ask(step 0) -> response -> answer: NEXT
 *	ask(step 1) -> response -> answer: DONE, facts
 *
 * What earlier answers left for later requests stands in `call->facts` (the facts so
 * far) and `call->notes` (a small JSON object of the tool's own).
 *
 * The rules of judging:
 *
 *   1. A complete HTTP answer is the tool's to judge; what it can't judge is UNKNOWN.
 *      A lost answer never gets here: http_client maps it (DESIGN: outcomes).
 *   2. For a write, anything but a well-formed success is UNKNOWN, unless the provider
 *      documents that the error means "certainly not done".
 *   3. For a read, DONE means "we have the answer"; "there is no such thing" is an
 *      answer (`exists` is false).  A system that can't be read now is RETRY.
 *   4. The answer must be about what was asked: another id or amount is CONTRADICTION.
 *   5. `why` says what the provider said, in one line, without secrets.
 */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/connection.h"
#include "base/facts.h"
#include "base/http.h"
#include "base/operation.h"
#include "base/outcome.h"
#include "base/why.h"

/* How this shop uses its systems; from the settings, the same for every call. */
enum payment_reference_place {
	REFERENCE_IN_NSU,                  /* the instalment's nsu */
	REFERENCE_IN_INTEGRATION_CODE,     /* the order's integration code */
	REFERENCE_IN_OBSERVATION,          /* a txid or e2eid standing alone in the remarks */
	REFERENCE_IN_CUSTOMER_ORDER_NUMBER /* the customer's own order number */
};

struct shop {
	enum payment_reference_place payment_reference;
	/* The note's tax words.  They mirror the shop's regime; the program computes no tax. */
	int64_t tax_regime;       /* 1 Simples Nacional, 2 Simples over the limit, 3 normal */
	char icms_origin[4];      /* "0" */
	char icms_situation[4];   /* CSOSN or CST: "102" */
	char pis_situation[4];    /* "49" */
	char cofins_situation[4]; /* "49" */
	char note_nature[61];     /* natOp: "Devolução de venda" */
};

enum tool_says {
	TOOL_NEXT,     /* one more request; the facts so far are kept */
	TOOL_CONCLUDED /* `outcome` and, when DONE, `facts` are final */
};

struct tool_call {
	const struct operation *operation;   /* what is asked */
	const struct connection *connection; /* the credential to use, base URL included */
	const struct shop *shop;
	int64_t now_ms;         /* for the few requests that carry a date */
	int step;               /* 0 for the first request; the engine counts */
	json_t *notes;          /* the tool's own, an object, empty at the start */
	struct facts facts;     /* zeroed at the start */
	enum outcome outcome;   /* set by `answer` when it concludes */
	int64_t retry_after_ms; /* with RETRY: not before this long; 0 when not said */
};

struct tool_operation {
	enum operation_kind kind;
	/* Writes the request of call->step.  False when the operation can't be put into this provider's
	 * words: it is then REFUSED with `why`, and nothing leaves. */
	bool (*ask)(const struct tool_call *call, struct http_request *request, struct why *why);
	/* Judges the response to that request. */
	enum tool_says (*answer)(struct tool_call *call, const struct http_response *response,
	                         struct why *why);
};

/* An OAuth2 token, where the provider has them (`token_ask` is NULL where it has not). */
struct access_token {
	char text[4096];
	int64_t lasts_ms;
	char scope[1024]; /* as granted, "" when not said */
};

struct tool {
	const char *name; /* stored in the database: never rename */
	enum duty duty;
	const char *base_url; /* the provider's own, NULL when each shop's differs */
	const struct tool_operation *operations;
	size_t operation_count;
	const struct secret_key *secrets; /* base_url may always be given and is not listed */
	size_t secret_count;
	/* The provider can tell a read credential from a write one.  Where it can't, one credential serves
	 * both roles and the receipt says so. */
	bool tells_roles_apart;
	/* Calls that this provider bears at once; 0 where nothing speaks against many.  More wait in line. */
	int at_once;

	/* Optional: a token fetched before the first request and kept until it expires. */
	bool (*token_ask)(const struct connection *connection, struct http_request *request,
	                  struct why *why);
	enum outcome (*token_answer)(const struct connection *connection,
	                             const struct http_response *response,
	                             struct access_token *token, struct why *why);

	/* A read-only call that proves that the credential is good, needed before it is stored.  DONE or,
	 * with what to fix, anything else.  With `token_ask`, the token has been fetched; `probe_ask` may
	 * be NULL when the token itself is the proof. */
	bool (*probe_ask)(const struct connection *connection, struct http_request *request,
	                  struct why *why);
	enum outcome (*probe_answer)(const struct connection *connection,
	                             const struct http_response *response, struct why *why);
};

/* NULL when this tool does not do `kind`. */
const struct tool_operation *tool_operation(const struct tool *tool, enum operation_kind kind);

/* The registry: every tool of the program, one row each (tools/registry.c). */
extern const struct tool *const tools[];
extern const size_t tool_count;
const struct tool *tool_by_name(const char *name); /* NULL when there is none */

/* --- helpers shared by tools -------------------------------------------------------------- */

/* Begins a request: method, the connection's base URL, `version` ("/api/v1", "" for none) unless the
 * base URL already ends with it, and `path` as it stands.  A base URL is a prefix: a test host or a
 * proxy may stand in for the provider, with or without the version. */
void tool_begin(struct http_request *request, const struct connection *connection,
                enum http_method method, const char *version, const char *path);

/* Puts `json` (taken) as the body, with its Content-Type. */
void tool_body(struct http_request *request, json_t *json);

/* Parses an object answer; NULL with `why` for HTML, SOAP, truncation and other garbage.  The caller
 * frees it. */
json_t *tool_object(const struct http_response *response, struct why *why);

/* Concludes: `return tool_concludes(call, OUTCOME_DONE);` */
enum tool_says tool_concludes(struct tool_call *call, enum outcome outcome);

#endif
