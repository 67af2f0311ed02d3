/*
 * The table, and who may come in.
 *
 *	ANYONE    webhooks (their secret is the path), health, and what is public by nature:
 *	          keys, log heads, proofs
 *	STAFF     somebody who is logged in
 *	LOOPBACK  this machine only
 *	SANDBOX   this machine only, and only in the sandbox: elsewhere it does not exist
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
} routes[] = {
	{ HTTP_POST, "/webhooks/*", ANYONE, webhook_channel },

	{ HTTP_GET, "/healthz", ANYONE, api_health },
	{ HTTP_GET, "/readyz", ANYONE, api_ready },
	{ HTTP_GET, "/metrics", LOOPBACK, api_metrics },
	{ HTTP_GET, "/v1/signing-key", ANYONE, api_signing_key },
	{ HTTP_GET, "/v1/signing-keys", ANYONE, api_signing_keys },
	{ HTTP_GET, "/v1/transparency/sth", ANYONE, api_tree_head },
	{ HTTP_GET, "/v1/transparency/proof/*", ANYONE, api_inclusion },
	{ HTTP_GET, "/v1/transparency/consistency", ANYONE, api_consistency },
	{ HTTP_GET, "/checkpoint", ANYONE, api_checkpoint },
	{ HTTP_GET, "/v1/receipts", STAFF, api_receipts },
	{ HTTP_GET, "/v1/receipts/*", STAFF, api_receipt },

	{ HTTP_GET, "/login/*", ANYONE, staff_login },
	{ HTTP_POST, "/logout", STAFF, staff_logout },
	{ HTTP_GET, "/assets/*", ANYONE, page_asset },
	{ HTTP_GET, "/inbox/", STAFF, page_inbox },
	{ HTTP_GET, "/inbox/cases", STAFF, page_inbox_cases },
	{ HTTP_GET, "/inbox/cases/*", STAFF, page_inbox_case },
	{ HTTP_GET, "/receipts/", STAFF, page_receipts },

	{ HTTP_GET, "/sandbox/", SANDBOX, sandbox_page },
	{ HTTP_POST, "/sandbox/say", SANDBOX, sandbox_say },
	{ HTTP_GET, "/sandbox/webhook", SANDBOX, sandbox_webhook },
	{ HTTP_GET, "/sandbox/chat", SANDBOX, sandbox_chat },
	{ HTTP_GET, "/sandbox/books", SANDBOX, sandbox_show_books },
	{ HTTP_POST, "/sandbox/faults", SANDBOX, sandbox_faults },
	{ HTTP_POST, "/sandbox/orders", SANDBOX, sandbox_orders },
	{ HTTP_POST, "/sandbox/refunds", SANDBOX, sandbox_refunds },
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

static bool
is_local(struct http_exchange *exchange)
{
	const char *peer = http_exchange_peer(exchange);
	return text_equal(peer, "127.0.0.1") || text_equal(peer, "::1");
}

/* People get a sentence, programs an error; both learn how to come in and nothing else. */
static void
answer_stranger(const struct visit *visit)
{
	bool is_page = text_ends_with(buffer_text(&visit->request->url), "/");
	if (is_page)
		http_answer_text(visit->exchange, 401, "text/plain; charset=utf-8",
		                 "Você não entrou, ou sua sessão acabou.\n"
		                 "Peça um link de acesso a quem cuida do servidor: estorno staff "
		                 "add NOME\n");
	else
		http_answer_error(visit->exchange, 401, "not_logged_in",
		                  "ask for a log-in link: estorno staff add NAME");
}

/* Answers for whoever may not come in; true when he may. */
static bool
may_enter(enum guard guard, struct visit *visit)
{
	bool local = is_local(visit->exchange);
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

void
routes_handle(void *context, struct http_exchange *exchange)
{
	struct visit visit = { .server = context,
		               .exchange = exchange,
		               .request = http_exchange_request(exchange) };
	char path[REQUEST_PATH_MAX + 1];
	const char *url = buffer_text(&visit.request->url);
	bool other_method = false;
	ensure(text_format(path, sizeof(path), "%.*s", (int)strcspn(url, "?"), url));
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		visit.rest = match(routes[i].path, path);
		if (visit.rest == NULL)
			continue;
		if (routes[i].method != visit.request->method) {
			other_method = true;
			continue;
		}
		if (may_enter(routes[i].guard, &visit))
			routes[i].handle(&visit);
		return;
	}
	if (other_method)
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
	if (action == NULL || visit.request->method != HTTP_POST) {
		http_answer_error(exchange, 404, "not_found", "POST /control/ACTION");
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
