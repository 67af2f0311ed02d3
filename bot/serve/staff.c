/*
 * Log-in: a one-time link becomes a session cookie.
 *
 * `estorno staff add` gives the link; its secret and the cookie's are stored as hashes.
 * Opening it shows a button, and the button uses it (door.c says why).  A link works once,
 * for a quarter of an hour; a session ends after an hour without a
 * request and after twelve in any case.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/text.h"
#include "io/clock.h"
#include "proof/digest.h"
#include "serve/routes.h"

#define SESSION_LASTS_MS (12 * HOUR_MS)
#define SESSION_IDLE_MS  HOUR_MS
#define COOKIE           "estorno_session"

enum { SECRET_SIZE = 49 };

static void
hash_of(const char *secret, char hash[DIGEST_HEX_SIZE])
{
	struct digest digest = digest_of(secret, strlen(secret));
	digest_print(&digest, hash);
}

/* The cookie's value; false when the request has none of ours. */
static bool
read_cookie(const struct http_request *request, char *secret, size_t size)
{
	const char *at = http_header(&request->headers, "cookie");
	size_t name = strlen(COOKIE);
	while (at != NULL && *at != '\0') {
		at += strspn(at, "; ");
		size_t length = strcspn(at, ";");
		if (length > name + 1 && strncmp(at, COOKIE, name) == 0 && at[name] == '=')
			return text_format(secret, size, "%.*s", (int)(length - name - 1),
			                   at + name + 1);
		at += length;
	}
	return false;
}

static bool
note_seen(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	(void)why;
	store_session_seen(store, context, now_ms);
	return true;
}

static void
seen_noted(void *context, bool ok, const struct why *why)
{
	(void)ok, (void)why;
	free(context);
}

/* Once a minute is enough to know that somebody is there. */
static void
keep_awake(struct server *server, const char *hash)
{
	char *copy = strdup(hash);
	const struct engine_change change = { .apply = note_seen,
		                              .done = seen_noted,
		                              .context = copy };
	ensure(copy != NULL);
	if (!engine_apply(server->engine, &change))
		free(copy);
}

bool
staff_of(struct server *server, const struct http_request *request, struct staff *staff)
{
	char secret[SECRET_SIZE + 8], hash[DIGEST_HEX_SIZE];
	int64_t now_ms = clock_now_ms(), seen_ms = 0;
	if (!read_cookie(request, secret, sizeof(secret)))
		return false;
	hash_of(secret, hash);
	if (!store_session(server->folder.store, hash, now_ms, SESSION_IDLE_MS, staff, &seen_ms))
		return false;
	if (now_ms - seen_ms > MINUTE_MS)
		keep_awake(server, hash);
	return true;
}

/* --- logging in -------------------------------------------------------------------------------------------------- */

void
staff_answer_door(const struct server *server, struct http_exchange *exchange, int status,
                  enum door door)
{
	struct buffer html;
	buffer_init(&html, 64 * 1024);
	door_write(&html, door, server->folder.settings.locale);
	answer_page(exchange, status, buffer_text(&html));
	buffer_free(&html);
}

/* Runs inside a turn: the link is used up and the session begins in one transaction. */
struct login {
	const struct server *server;
	struct http_exchange *exchange;
	bool over_https;
	char link_hash[DIGEST_HEX_SIZE];
	char secret[SECRET_SIZE];
};

static bool
log_in(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	struct login *login = context;
	struct staff staff;
	char hash[DIGEST_HEX_SIZE];
	if (!store_staff_link_use(store, login->link_hash, now_ms, &staff))
		return why_set(why, "this link was used before, is too old, or never was one");
	hash_of(login->secret, hash);
	store_session_add(store, hash, staff.id, now_ms, now_ms + SESSION_LASTS_MS);
	store_audit(store, now_ms, "staff", "staff.login", staff.name, "");
	return true;
}

static void
logged_in(void *context, bool ok, const struct why *why)
{
	struct login *login = context;
	struct http_response response;
	char cookie[256];
	(void)why;
	if (!ok) {
		staff_answer_door(login->server, login->exchange, 403, DOOR_SPENT);
		free(login);
		return;
	}
	ensure(text_format(cookie, sizeof(cookie),
	                   COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s", login->secret,
	                   login->over_https ? "; Secure" : ""));
	http_response_init(&response);
	response.status = 303;
	http_header_add(&response.headers, "Location", "/inbox/");
	http_header_add(&response.headers, "Set-Cookie", cookie);
	http_answer(login->exchange, &response);
	http_response_free(&response);
	explicit_bzero(login, sizeof(*login));
	free(login);
}

void
staff_login(const struct visit *visit)
{
	struct login *login = calloc(1, sizeof(*login));
	const struct engine_change change = { .apply = log_in,
		                              .done = logged_in,
		                              .context = login };
	uint8_t random[24];
	ensure(login != NULL);
	login->server = visit->server;
	login->exchange = visit->exchange;
	login->over_https = text_starts_with(visit->server->folder.settings.public_url, "https:");
	hash_of(visit->rest, login->link_hash);
	clock_random(random, sizeof(random));
	id_hex(login->secret, sizeof(login->secret), random, sizeof(random));
	if (engine_apply(visit->server->engine, &change))
		return;
	free(login);
	http_answer_error(visit->exchange, 503, "busy", "try again");
}

/* A browser gets a page with a button: a preview that only opens the link does not use it up, and the strict
 * cookie comes back where no other page began the way.  A program on this machine (curl, a script) has no
 * buttons: it says no Sec-Fetch-Mode, as every browser does, and is in at once. */
void
staff_link(const struct visit *visit)
{
	bool is_browser = http_header(&visit->request->headers, "Sec-Fetch-Mode") != NULL;
	if (!is_browser && routes_is_local(visit->exchange))
		staff_login(visit);
	else
		staff_answer_door(visit->server, visit->exchange, 200, DOOR_ENTER);
}

/* --- logging out ------------------------------------------------------------------------------ */

static bool
log_out(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	const struct login *login = context;
	(void)now_ms, (void)why;
	store_session_remove(store, login->link_hash);
	return true;
}

static void
logged_out(void *context, bool ok, const struct why *why)
{
	struct login *login = context;
	(void)why;
	http_answer_text(login->exchange, ok ? 200 : 503, "text/plain; charset=utf-8",
	                 ok ? "até logo\n" : "tente de novo\n");
	free(login);
}

void
staff_logout(const struct visit *visit)
{
	struct login *login = calloc(1, sizeof(*login));
	const struct engine_change change = { .apply = log_out,
		                              .done = logged_out,
		                              .context = login };
	ensure(login != NULL);
	login->exchange = visit->exchange;
	if (read_cookie(visit->request, login->secret, sizeof(login->secret)))
		hash_of(login->secret, login->link_hash);
	if (engine_apply(visit->server->engine, &change))
		return;
	free(login);
	http_answer_error(visit->exchange, 503, "busy", "try again");
}
