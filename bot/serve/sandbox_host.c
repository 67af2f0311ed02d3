/*
 * Real HTTP on loopback in both directions: the bot calls the simulators' port, and the
 * Z-API simulator posts its webhooks to the bot's, through the same server and client as
 * in production.
 */
#include "serve/sandbox_host.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "io/clock.h"
#include "serve/routes.h"
#include "serve/sandbox.h"

struct sandbox_host {
	struct server *server;
	struct sandbox sandbox;
	char base_url[128]; /* of the simulated providers */
	bool timer_runs;
	int64_t timer_due_ms;
};

/* --- webhooks of the simulated channel ------------------------------------------------------------------------- */

static void
posted(void *context, const struct http_end *end)
{
	(void)context;
	if (!end->answered || end->response->status != 200)
		log_line(LOG_WARNING, "sandbox.webhook", "status=%d why=\"%s\"",
		         end->answered ? end->response->status : 0, end->why.text);
}

static void post_webhooks(struct sandbox_host *host);

static void
timer_fired(void *context)
{
	struct sandbox_host *host = context;
	host->timer_runs = false;
	post_webhooks(host);
}

/* Posts what is due, and comes back for the rest. */
static void
post_webhooks(struct sandbox_host *host)
{
	const struct http_call call = { .changes_world = true };
	struct http_request request;
	struct why why = { "" };
	int64_t now_ms = clock_now_ms();
	http_request_init(&request);
	while (zapi_callback(host->sandbox.chats, now_ms, &request)) {
		if (!http_client_start(host->server->client, &request, &call, posted, NULL, &why))
			log_line(LOG_WARNING, "sandbox.webhook", "why=\"%s\"", why.text);
		http_request_free(&request);
		http_request_init(&request);
	}
	http_request_free(&request);
	int64_t next_ms = zapi_next_due_ms(host->sandbox.chats);
	if (next_ms == INT64_MAX || (host->timer_runs && host->timer_due_ms <= next_ms))
		return;
	int64_t wait_ms = next_ms > now_ms ? next_ms - now_ms : 0;
	host->timer_runs = loop_after(host->server->loop, wait_ms, timer_fired, host);
	host->timer_due_ms = next_ms;
}

/* --- the providers' port ------------------------------------------------------------------------------------------ */

/* An answer that leaves later. */
struct late_answer {
	struct http_exchange *exchange;
	struct simulated simulated;
};

static void
leave(void *context)
{
	struct late_answer *late = context;
	if (late->simulated.lost)
		http_drop(late->exchange);
	else
		http_answer(late->exchange, &late->simulated.response);
	simulated_free(&late->simulated);
	free(late);
}

static void
provider(void *context, struct http_exchange *exchange)
{
	struct sandbox_host *host = context;
	struct late_answer *late = calloc(1, sizeof(*late));
	ensure(late != NULL);
	late->exchange = exchange;
	simulated_init(&late->simulated);
	sandbox_answer(&host->sandbox, http_exchange_request(exchange), clock_now_ms(),
	               &late->simulated);
	if (late->simulated.delay_ms == 0 ||
	    !loop_after(host->server->loop, late->simulated.delay_ms, leave, late))
		leave(late);
	post_webhooks(host);
}

/* --- birth ------------------------------------------------------------------------------------ */

static bool
listen_providers(struct sandbox_host *host, struct why *why)
{
	const struct http_site site = {
		.host = "127.0.0.1",
		.body_bytes_max = REQUEST_BYTES_MAX,
		.handler = provider,
		.context = host,
	};
	int port;
	return http_server_listen(host->server->http, &site, &port, why) &&
	       text_format(host->base_url, sizeof(host->base_url), "http://127.0.0.1:%d", port);
}

/* The simulated providers forget everything at every start, so the shop is equipped anew: in a folder that
 * was kept, old cases stay readable, and the mandate is a new one. */
struct sandbox_host *
sandbox_host_new(struct server *server, struct why *why)
{
	struct sandbox_host *host = calloc(1, sizeof(*host));
	char webhook_url[FOLDER_PATH_SIZE + 128];
	uint8_t random[24 + sizeof(uint64_t)];
	uint64_t seed;
	ensure(host != NULL);
	host->server = server;
	clock_random(random, sizeof(random));
	memcpy(&seed, random + 24, sizeof(seed));
	id_hex(server->webhook_secret, sizeof(server->webhook_secret), random, 24);
	text_format(webhook_url, sizeof(webhook_url), "%s/webhooks/zapi/%s", server->url,
	            server->webhook_secret);
	bool ok = sandbox_open(&host->sandbox, seed, webhook_url, clock_now_ms()) &&
	          listen_providers(host, why) &&
	          sandbox_equip(&host->sandbox, host->base_url, server->folder.store,
	                        server->folder.vault, clock_random, clock_now_ms(), why);
	if (ok)
		return host;
	sandbox_host_free(host);
	return NULL;
}

void
sandbox_host_free(struct sandbox_host *host)
{
	if (host == NULL)
		return;
	sandbox_close(&host->sandbox);
	free(host);
}

/* --- /sandbox/ -------------------------------------------------------------------------------- */

void
sandbox_page(const struct visit *visit)
{
	visit_answer_asset(visit, "templates/web/sandbox.html");
}

static const char *
text_of(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

void
sandbox_say(const struct visit *visit)
{
	struct sandbox_host *host = visit->server->sandbox;
	struct why why = { "" };
	char id[64];
	json_t *json = visit_body(visit);
	if (json == NULL)
		return;
	const struct zapi_said said = {
		.phone = text_of(json, "from"),
		.name = text_of(json, "name"),
		.text = text_of(json, "text"),
		.kind = text_of(json, "kind"),
		.button_id = text_of(json, "button_id"),
		.about = text_of(json, "about"),
		.copies = json_maybe_integer(json, "copies", 1),
	};
	if (said.phone == NULL) {
		http_answer_error(visit->exchange, 400, "bad_request",
		                  "{\"from\":\"5520999990101\",\"text\":\"...\"} is wanted");
	} else if (!zapi_say(host->sandbox.chats, &said, clock_now_ms(), id, sizeof(id), &why)) {
		http_answer_error(visit->exchange, 400, "bad_request", why.text);
	} else {
		visit_answer_json(visit, 200, json_pack("{s:s}", "id", id));
		post_webhooks(host);
	}
	json_decref(json);
}

/* Where the simulated channel posts, for whoever plays a stranger at that door; and where the simulated
 * ERP answers to which key, for whoever puts something in between. */
void
sandbox_webhook(const struct visit *visit)
{
	const struct server *server = visit->server;
	json_t *path = json_sprintf("/webhooks/zapi/%s", server->webhook_secret);
	const char *instance_id = zapi_instance_id(server->sandbox->sandbox.chats);
	const struct world_credentials *c = &server->sandbox->sandbox.world->credentials;
	visit_answer_json(visit, 200,
	                  json_pack("{s:o,s:s,s:s,s:s,s:s}", "path", path, "instance_id",
	                            instance_id, "providers", server->sandbox->base_url,
	                            "omie_app_key", c->omie_key, "omie_app_secret",
	                            c->omie_secret));
}

void
sandbox_chat(const struct visit *visit)
{
	char phone[64];
	if (!http_query(buffer_text(&visit->request->url), "phone", phone, sizeof(phone))) {
		http_answer_error(visit->exchange, 400, "bad_request", "?phone= is wanted");
		return;
	}
	visit_answer_json(visit, 200, zapi_chat(visit->server->sandbox->sandbox.chats, phone));
}

void
sandbox_show_books(const struct visit *visit)
{
	visit_answer_json(visit, 200,
	                  sandbox_books(&visit->server->sandbox->sandbox, clock_now_ms()));
}

void
sandbox_faults(const struct visit *visit)
{
	struct why why = { "" };
	json_t *json = visit_body(visit);
	if (json == NULL)
		return;
	if (sandbox_arm(&visit->server->sandbox->sandbox, json, &why))
		visit_answer_json(visit, 200, json_pack("{s:b}", "armed", 1));
	else
		http_answer_error(visit->exchange, 400, "bad_request", why.text);
	json_decref(json);
}

/* The shop cancels an order in its ERP. */
static bool
cancel_order(struct world *world, const json_t *json, struct why *why)
{
	char number[ORDER_NUMBER_SIZE];
	if (!json_get_text(json, "number", number, sizeof(number), why))
		return false;
	struct shop_order *order = world_order(world, number);
	if (order == NULL)
		return why_set(why, "there is no order %s", number);
	order->facts.cancelled = true;
	return true;
}

static bool
add_order(struct world *world, const json_t *json, struct why *why)
{
	char number[ORDER_NUMBER_SIZE], phone[PHONE_TEXT_SIZE];
	int64_t cents;
	if (!json_get_text(json, "number", number, sizeof(number), why) ||
	    !json_get_text(json, "phone", phone, sizeof(phone), why) ||
	    !json_get_integer(json, "amount_cents", &cents, why))
		return false;
	return (cents > 0 && world_add_order(world, number, phone, cents, clock_now_ms())) ||
	       why_set(why, "the order is there already, or the world is full");
}

void
sandbox_orders(const struct visit *visit)
{
	struct world *world = visit->server->sandbox->sandbox.world;
	struct why why = { "" };
	json_t *json = visit_body(visit);
	if (json == NULL)
		return;
	bool cancels = json_is_true(json_object_get(json, "cancelled"));
	if (cancels ? cancel_order(world, json, &why) : add_order(world, json, &why))
		visit_answer_json(visit, 200,
		                  json_pack("{s:b}", cancels ? "cancelled" : "added", 1));
	else
		http_answer_error(visit->exchange, 400, "bad_request", why.text);
	json_decref(json);
}

/* Somebody gives money back past us: the shop in the bank's app (ORIGINAL), or the central bank (MED_...). */
static bool
refund_past_us(struct world *world, const json_t *json, struct why *why)
{
	char order[ORDER_NUMBER_SIZE], nature[24];
	int64_t cents;
	if (!json_get_text(json, "order", order, sizeof(order), why) ||
	    !json_get_text(json, "nature", nature, sizeof(nature), why) ||
	    !json_get_integer(json, "amount_cents", &cents, why))
		return false;
	const struct shop_order *found = world_order(world, order);
	return found == NULL ? why_set(why, "there is no order %s", order)
	                     : pix_sandbox_insert_refund(world, found->e2eid, nature, cents,
	                                                 clock_now_ms(), why);
}

void
sandbox_refunds(const struct visit *visit)
{
	struct why why = { "" };
	json_t *json = visit_body(visit);
	if (json == NULL)
		return;
	if (refund_past_us(visit->server->sandbox->sandbox.world, json, &why))
		visit_answer_json(visit, 200, json_pack("{s:b}", "refunded", 1));
	else
		http_answer_error(visit->exchange, 400, "bad_request", why.text);
	json_decref(json);
}
