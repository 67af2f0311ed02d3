/*
 * The table, and who may come in.
 *
 *	ANYONE    webhooks (their secret is the path), health, and what is public by nature:
 *	          keys, log heads, proofs (of a receipt's leaf only for who can name the leaf)
 *	STAFF     somebody who is logged in
 *	LOOPBACK  this machine only
 *	SANDBOX   this machine only, and only in the sandbox: elsewhere it does not exist
 *
 * Behind a proxy on this machine everybody comes from this machine, so what a proxy has
 * forwarded, and says so, is never local.  One that hides it can't be told from a neighbour:
 * which paths it may forward is the operator's to say (README), and whoever may read the
 * control socket gets /metrics there, with no TCP at all.
 */
#include "serve/routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/assets.h"

enum guard { ANYONE, STAFF, LOOPBACK, SANDBOX };

static const struct route {
	enum http_method method;
	const char *path; /* one that ends in '*' stands for all that begin so */
	enum guard guard;
	void (*handle)(const struct visit *visit);
	size_t body_max; /* bytes of a request's body; 0: it has none that we read */
} routes[] = {
	{ HTTP_POST, "/webhooks/*", ANYONE, webhook_channel, WEBHOOK_BYTES_MAX },

	{ HTTP_GET, "/healthz", ANYONE, api_health, 0 },
	{ HTTP_GET, "/readyz", ANYONE, api_ready, 0 },
	{ HTTP_GET, "/metrics", LOOPBACK, api_metrics, 0 },
	{ HTTP_GET, "/v1/signing-key", ANYONE, api_signing_key, 0 },
	{ HTTP_GET, "/v1/signing-keys", ANYONE, api_signing_keys, 0 },
	{ HTTP_GET, "/v1/transparency/sth", ANYONE, api_tree_head, 0 },
	{ HTTP_GET, "/v1/transparency/proof/*", ANYONE, api_inclusion, 0 },
	{ HTTP_GET, "/v1/transparency/consistency", ANYONE, api_consistency, 0 },
	{ HTTP_GET, "/checkpoint", ANYONE, api_checkpoint, 0 },
	{ HTTP_GET, "/v1/receipts", STAFF, api_receipts, 0 },
	{ HTTP_GET, "/v1/receipts/*", STAFF, api_receipt, 0 },

	{ HTTP_GET, "/login/*", ANYONE, staff_link, 0 },
	{ HTTP_POST, "/login/*", ANYONE, staff_login, 0 },
	{ HTTP_POST, "/logout", STAFF, staff_logout, 0 },
	{ HTTP_GET, "/assets/*", ANYONE, page_asset, 0 },
	{ HTTP_GET, "/inbox/", STAFF, page_inbox, 0 },
	{ HTTP_GET, "/inbox/cases", STAFF, page_inbox_cases, 0 },
	{ HTTP_GET, "/inbox/cases/*", STAFF, page_inbox_case, 0 },
	{ HTTP_GET, "/receipts/", STAFF, page_receipts, 0 },

	{ HTTP_GET, "/sandbox/", SANDBOX, sandbox_page, 0 },
	{ HTTP_POST, "/sandbox/say", SANDBOX, sandbox_say, WEBHOOK_BYTES_MAX },
	{ HTTP_GET, "/sandbox/webhook", SANDBOX, sandbox_webhook, 0 },
	{ HTTP_GET, "/sandbox/chat", SANDBOX, sandbox_chat, 0 },
	{ HTTP_GET, "/sandbox/books", SANDBOX, sandbox_show_books, 0 },
	{ HTTP_POST, "/sandbox/faults", SANDBOX, sandbox_faults, WEBHOOK_BYTES_MAX },
	{ HTTP_POST, "/sandbox/orders", SANDBOX, sandbox_orders, WEBHOOK_BYTES_MAX },
	{ HTTP_POST, "/sandbox/refunds", SANDBOX, sandbox_refunds, WEBHOOK_BYTES_MAX },
};

/* --- finding --------------------------------------------------------------------------------------------------- */

/* What follows `pattern` in `path`; NULL when it does not match. */
static const char *
match(const char *pattern, const char *path)
{
	size_t length = strlen(pattern);
	if (pattern[length - 1] != '*')
		return text_equal(pattern, path) ? path + length : NULL;
	return strncmp(pattern, path, length - 1) == 0 && path[length - 1] != '\0'
	               ? path + length - 1
	               : NULL;
}

bool
routes_is_local(struct http_exchange *exchange)
{
	const char *peer = http_exchange_peer(exchange);
	return (text_equal(peer, "127.0.0.1") || text_equal(peer, "::1")) &&
	       !http_exchange_is_forwarded(exchange);
}

/* People get a sentence, programs an error; both learn how to come in and nothing else. */
static void
answer_stranger(const struct visit *visit)
{
	const char *url = buffer_text(&visit->request->url);
	bool is_page = url[strcspn(url, "?") - 1] == '/';
	if (is_page)
		staff_answer_door(visit->server, visit->exchange, 401, DOOR_CLOSED);
	else
		http_answer_error(visit->exchange, 401, "not_logged_in",
		                  "ask for a log-in link: estorno staff add NAME");
}

/* Answers for whoever may not come in; true when he may. */
static bool
may_enter(enum guard guard, struct visit *visit)
{
	bool local = routes_is_local(visit->exchange);
	switch (guard) {
	case ANYONE:
		return true;
	case STAFF:
		if (staff_of(visit->server, visit->request, &visit->staff))
			return true;
		answer_stranger(visit);
		return false;
	case LOOPBACK:
		if (local)
			return true;
		break;
	case SANDBOX:
		if (local && visit->server->sandbox != NULL)
			return true;
		break;
	}
	http_answer_error(visit->exchange, 404, "not_found", "there is nothing here");
	return false;
}

/* What a request asks for. */
struct asked {
	const struct route *route; /* NULL for none */
	bool other_method;         /* there is one with another method */
	char path[REQUEST_PATH_MAX + 1];
	const char *rest; /* of the path, after the route's */
};

static void
find_route(const struct http_request *request, struct asked *asked)
{
	const char *url = buffer_text(&request->url);
	asked->route = NULL;
	asked->other_method = false;
	ensure(text_format(asked->path, sizeof(asked->path), "%.*s", (int)strcspn(url, "?"), url));
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		asked->rest = match(routes[i].path, asked->path);
		if (asked->rest == NULL)
			continue;
		asked->route = &routes[i];
		if (routes[i].method == request->method)
			return;
		asked->other_method = true;
		asked->route = NULL;
	}
}

/* The guards again, as far as the head can tell: who would be turned away has sent his body in vain. */
size_t
routes_body_max(void *context, const struct http_request *request)
{
	struct server *server = context;
	struct staff staff;
	struct asked asked;
	find_route(request, &asked);
	if (asked.route == NULL || asked.route->body_max == 0)
		return 0;
	bool heard = true;
	switch (asked.route->guard) {
	case ANYONE:
		heard = asked.route->handle != webhook_channel ||
		        webhook_is_ours(server, asked.rest);
		break;
	case STAFF:
		heard = staff_of(server, request, &staff);
		break;
	case LOOPBACK:
		break;
	case SANDBOX:
		heard = server->sandbox != NULL;
		break;
	}
	return heard ? asked.route->body_max : 0;
}

void
routes_handle(void *context, struct http_exchange *exchange)
{
	struct visit visit = { .server = context,
		               .exchange = exchange,
		               .request = http_exchange_request(exchange) };
	struct asked asked;
	find_route(visit.request, &asked);
	visit.rest = asked.rest;
	if (asked.route != NULL) {
		if (may_enter(asked.route->guard, &visit))
			asked.route->handle(&visit);
	} else if (asked.other_method)
		http_answer_error(exchange, 405, "method_not_allowed",
		                  "another method is needed here");
	else
		http_answer_error(exchange, 404, "not_found", "there is nothing here");
}

/* --- the control socket ----------------------------------------------------------------------- */

static void
control_answered(void *context, bool ok, const json_t *output, const struct why *why)
{
	struct http_exchange *exchange = context;
	char *text = ok ? json_text(output) : NULL;
	if (ok)
		http_answer_text(exchange, 200, "application/json", text);
	else
		http_answer_error(exchange, 422, "refused", why->text);
	free(text);
}

void
routes_handle_control(void *context, struct http_exchange *exchange)
{
	struct visit visit = { .server = context,
		               .exchange = exchange,
		               .request = http_exchange_request(exchange) };
	const char *url = buffer_text(&visit.request->url);
	const char *action = match("/control/*", url);
	if (text_equal(url, "/metrics") && visit.request->method == HTTP_GET) {
		api_metrics(&visit);
		return;
	}
	if (action == NULL || visit.request->method != HTTP_POST) {
		http_answer_error(exchange, 404, "not_found",
		                  "POST /control/ACTION or GET /metrics");
		return;
	}
	json_t *input = visit_body(&visit);
	if (input != NULL)
		control_perform(&visit.server->control, action, input, control_answered, exchange);
	json_decref(input);
}

/* --- shared by handlers ----------------------------------------------------------------------- */

void
visit_answer_json(const struct visit *visit, int status, json_t *json)
{
	char *text = json_text(json);
	http_answer_text(visit->exchange, status, "application/json; charset=utf-8", text);
	free(text);
	json_decref(json);
}

json_t *
visit_body(const struct visit *visit)
{
	struct why why = { "" };
	json_t *json = json_parse_object(buffer_text(&visit->request->body),
	                                 visit->request->body.length, REQUEST_BYTES_MAX, &why);
	if (json == NULL)
		http_answer_error(visit->exchange, 400, "bad_request", why.text);
	return json;
}

static const char *
content_type(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".svg", "image/svg+xml" },
	};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_ends_with(path, types[i].ending))
			return types[i].type;
	return "text/plain; charset=utf-8";
}

/* Pages run nothing but their own files. */
#define CONTENT_POLICY                                                                  \
	"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " \
	"img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

void
answer_page(struct http_exchange *exchange, int status, const char *html)
{
	struct http_response response;
	http_response_init(&response);
	response.status = status;
	http_header_add(&response.headers, "Content-Type", content_type(".html"));
	http_header_add(&response.headers, "Content-Security-Policy", CONTENT_POLICY);
	buffer_add_text(&response.body, html);
	http_answer(exchange, &response);
	http_response_free(&response);
}

void
visit_answer_asset(const struct visit *visit, const char *path)
{
	const struct asset *asset = asset_find(path);
	struct http_response response;
	if (asset == NULL) {
		http_answer_error(visit->exchange, 404, "not_found", "there is nothing here");
		return;
	}
	http_response_init(&response);
	response.status = 200;
	http_header_add(&response.headers, "Content-Type", content_type(path));
	http_header_add(&response.headers, "Content-Security-Policy", CONTENT_POLICY);
	buffer_add(&response.body, asset->bytes, asset_length(asset));
	http_answer(visit->exchange, &response);
	http_response_free(&response);
}
