/*
 * Who answers what: one table of paths.  A handler sees only requests that its row lets
 * through.
 */
#ifndef SERVE_ROUTES_H
#define SERVE_ROUTES_H

#include "io/http_server.h"
#include "serve/door.h"
#include "serve/server.h"

/* The public site; `context` is the server. */
void routes_handle(void *context, struct http_exchange *exchange);

/* How much of a body the public site reads, judged by the head: nothing from whoever has no right to
 * be heard. */
size_t routes_body_max(void *context, const struct http_request *request);

/* The control socket: POST /control/ACTION (control.h), GET /metrics.  `context` is the server. */
void routes_handle_control(void *context, struct http_exchange *exchange);

/* What a handler is given. */
struct visit {
	struct server *server;
	struct http_exchange *exchange;
	const struct http_request *request;
	const char *rest;   /* what follows the row's path, without the query: "rcp_rf8421" */
	struct staff staff; /* who is logged in, where the row asks for it */
};

/* From this machine, and forwarded by nobody. */
bool routes_is_local(struct http_exchange *exchange);

/* --- webhooks.c ------------------------------------------------------------------------------- */
void webhook_channel(const struct visit *visit);
/* Does `rest` of /webhooks/ name the configured channel and its secret?  In constant time. */
bool webhook_is_ours(const struct server *server, const char *rest);

/* --- api.c: for programs ------------------------------------------------------------------------ */
void api_health(const struct visit *visit);
void api_ready(const struct visit *visit);
void api_metrics(const struct visit *visit);
void api_signing_key(const struct visit *visit);
void api_signing_keys(const struct visit *visit);
void api_tree_head(const struct visit *visit);
void api_inclusion(const struct visit *visit);
void api_consistency(const struct visit *visit);
void api_checkpoint(const struct visit *visit);
void api_receipts(const struct visit *visit);
void api_receipt(const struct visit *visit);

/* --- staff.c: log-in ----------------------------------------------------------------------------- */
void staff_link(const struct visit *visit);  /* opened: a browser gets a button, a local program is in */
void staff_login(const struct visit *visit); /* its button */
void staff_logout(const struct visit *visit);
/* The page for who is not logged in. */
void staff_answer_door(const struct server *server, struct http_exchange *exchange, int status,
                       enum door door);
/* Who sent this request; false when nobody is logged in. */
bool staff_of(struct server *server, const struct http_request *request, struct staff *staff);

/* --- pages.c: for people ------------------------------------------------------------------------- */
void page_asset(const struct visit *visit);
void page_inbox(const struct visit *visit);
void page_inbox_cases(const struct visit *visit);
void page_inbox_case(const struct visit *visit);
void page_receipts(const struct visit *visit);

/* --- sandbox_host.c ------------------------------------------------------------------------------ */
void sandbox_page(const struct visit *visit);
void sandbox_say(const struct visit *visit);
void sandbox_webhook(const struct visit *visit);
void sandbox_chat(const struct visit *visit);
void sandbox_show_books(const struct visit *visit);
void sandbox_faults(const struct visit *visit);
void sandbox_orders(const struct visit *visit);
void sandbox_refunds(const struct visit *visit);

/* --- shared by handlers --------------------------------------------------------------------------- */

/* `json` is taken. */
void visit_answer_json(const struct visit *visit, int status, json_t *json);

/* The parsed body; NULL after a 400 was answered.  The caller frees it. */
json_t *visit_body(const struct visit *visit);

/* A page (HTML) that runs nothing but our own files. */
void answer_page(struct http_exchange *exchange, int status, const char *html);

/* A file from inside the binary. */
void visit_answer_asset(const struct visit *visit, const char *path);

#endif
