/*
 * The simulated providers over real HTTP on loopback, as serve/sandbox_host.c has them, but in this
 * process: what the bank executed stays executed, whoever dies.
 *
 * The bank's doorkeeper notes what it is asked, in order: an order to pay for a payment for which one came
 * before must have been preceded by a look at that payment or its refund that was answered in full.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/clock.h"
#include "tests/kill/kill.h"

/* An answer that leaves now or later. */
struct answer {
	struct run *run;
	struct http_exchange *exchange;
	struct simulated simulated;
	int64_t looked_at; /* the order whose payment or refund is shown; -1 for none */
};

/* --- the bank's doorkeeper --------------------------------------------------------------------------------- */

static const char payments_path[] = "/pix/v2/pix/";

/* The order whose payment stands in the path; -1 for none. */
static int64_t
order_of_path(const struct run *run, const char *url)
{
	char e2eid[E2EID_SIZE];
	struct world *world = run->sandbox.world;
	if (!text_starts_with(url, payments_path))
		return -1;
	url += strlen(payments_path);
	if (!text_format(e2eid, sizeof(e2eid), "%.*s", (int)strcspn(url, "/?"), url))
		return -1;
	const struct shop_order *order = world_order_by_e2eid(world, e2eid);
	return order == NULL ? -1 : order - world->orders;
}

/* The bank would refuse to give back more than was paid.  So what counts is what it was ordered: under
 * another id only after the one before came to nothing. */
static bool
came_to_nothing(const struct run *run, const char *id, int64_t now_ms)
{
	const struct pix_books *bank = &run->sandbox.world->pix;
	for (int64_t i = 0; i < bank->refund_count; i++)
		if (text_equal(bank->refunds[i].id, id))
			return bank->refunds[i].final == REFUND_NOT_DONE &&
			       bank->refunds[i].final_ms <= now_ms;
	return false;
}

static void
order_to_pay_came(struct run *run, int64_t order, const char *url)
{
	struct asked *asked = &run->asked[order];
	const char *number = run->sandbox.world->orders[order].facts.number;
	const char *id = strrchr(url, '/') + 1;
	count(run, CHECK_ORDERS_TO_PAY, 1);
	if (asked->unread)
		wrong(run, CHECK_ORDERS_TO_PAY, "order %s of seed %" PRIu64, number, run->seed);
	if (asked->sent > 0 && !text_equal(asked->id, id) &&
	    !came_to_nothing(run, asked->id, clock_now_ms()))
		wrong(run, CHECK_REFUNDS, "order %s under %s, before under %s", number, id,
		      asked->id);
	run->redone += asked->sent++ > 0;
	asked->unread = true;
	text_copy(asked->id, sizeof(asked->id), id);
}

/* --- moments ------------------------------------------------------------------------------------------------- */

static void
tell_moment(struct run *run, const struct http_request *request)
{
	const char *url = buffer_text(&request->url);
	bool writes = request->method != HTTP_GET;
	if (text_starts_with(url, payments_path))
		shop_moment(run, writes ? MOMENT_PAYING : MOMENT_READING);
	else if (text_starts_with(url, "/focus/") && writes)
		shop_moment(run, MOMENT_NOTING);
	else if (text_starts_with(url, "/zapi/") && writes)
		shop_moment(run, MOMENT_SAYING);
}

/* --- what arrives at the customers' phones --------------------------------------------------------------------- */

static size_t
messages_of(const struct run *run, const char *phone)
{
	json_t *chat = zapi_chat(run->sandbox.chats, phone);
	size_t length = json_array_size(chat);
	json_decref(chat);
	return length;
}

/* A text that the channel took, whatever it answered. */
static void
answer_saying(struct answer *answer, const struct http_request *request, int64_t now_ms)
{
	struct run *run = answer->run;
	json_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                 REQUEST_BYTES_MAX, NULL);
	const char *phone = json_string_value(json_object_get(body, "phone"));
	const char *text = json_string_value(json_object_get(body, "message"));
	size_t before = phone == NULL ? 0 : messages_of(run, phone);
	sandbox_answer(&run->sandbox, request, now_ms, &answer->simulated);
	if (phone != NULL && text != NULL && messages_of(run, phone) > before) {
		examine_note_done(run, text, now_ms);
		customers_read(run, phone, text);
	}
	json_decref(body);
}

/* --- the port ---------------------------------------------------------------------------------------------------- */

static void
leave(void *context)
{
	struct answer *answer = context;
	struct run *run = answer->run;
	int status = answer->simulated.response.status;
	run->answers_waiting--;
	if (answer->simulated.lost)
		http_drop(answer->exchange);
	else
		http_answer(answer->exchange, &answer->simulated.response);
	if (answer->looked_at >= 0 && !answer->simulated.lost && (status == 200 || status == 404))
		run->asked[answer->looked_at].unread = false;
	simulated_free(&answer->simulated);
	free(answer);
}

static void
provider(void *context, struct http_exchange *exchange)
{
	struct run *run = context;
	const struct http_request *request = http_exchange_request(exchange);
	const char *url = buffer_text(&request->url);
	int64_t order = order_of_path(run, url), now_ms = clock_now_ms();
	struct answer *answer = calloc(1, sizeof(*answer));
	ensure(answer != NULL);
	*answer = (struct answer){ .run = run, .exchange = exchange, .looked_at = -1 };
	simulated_init(&answer->simulated);
	run->answers_waiting++;
	if (order >= 0 && request->method == HTTP_PUT)
		order_to_pay_came(run, order, url);
	else if (order >= 0)
		answer->looked_at = order;
	tell_moment(run, request);
	if (text_ends_with(url, "/send-text"))
		answer_saying(answer, request, now_ms);
	else
		sandbox_answer(&run->sandbox, request, now_ms, &answer->simulated);
	if (answer->simulated.delay_ms == 0 ||
	    !loop_after(run->loop, answer->simulated.delay_ms, leave, answer))
		leave(answer);
}

void
providers_open(struct run *run)
{
	const struct http_site site = {
		.host = "127.0.0.1",
		.body_bytes_max = REQUEST_BYTES_MAX,
		.handler = provider,
		.context = run,
	};
	char webhook_url[256];
	struct why why = { "" };
	int port;
	ensure(text_format(webhook_url, sizeof(webhook_url), "%s%s", run->shop.url,
	                   run->shop.webhook_path));
	ensure(sandbox_open(&run->sandbox, simulated_random(&run->chance), webhook_url,
	                    clock_now_ms()));
	run->sandbox.world->focus.credits_a_minute = 1000000;
	ensure(http_server_listen(run->http, &site, &port, &why));
	ensure(text_format(run->base_url, sizeof(run->base_url), "http://127.0.0.1:%d", port));
}

/* --- faults ------------------------------------------------------------------------------------------------------ */

/* Only such as pass: after them the refund goes on, or the bank said no. */
static const struct {
	const char *at, *fault;
	int64_t value_max; /* drawn from 1; 0: exactly `value` */
	int64_t value;
} faults[] = {
	{ "pix.refund", "lost_after", 0, 0 },    { "pix.refund", "lost_after", 0, 0 },
	{ "pix.refund", "lost_before", 0, 0 },   { "pix.refund", "slow", 800, 0 },
	{ "pix.refund", "pending", 1500, 0 },    { "pix.refund", "status_after", 0, 500 },
	{ "pix.refund", "status", 0, 503 },      { "pix.refund", "garbage", 0, 0 },
	{ "pix.refund", "soap", 0, 0 },          { "pix.refund", "not_done", 0, 0 },
	{ "pix.refund_status", "stale", 0, 0 },  { "pix.refund_status", "stale", 0, 0 },
	{ "pix.refund_status", "slow", 800, 0 }, { "pix.refund_status", "lost_after", 0, 0 },
	{ "pix.payment", "stale", 0, 0 },        { "pix.payment", "slow", 800, 0 },
	{ "pix.payment", "garbage", 0, 0 },      { "pix.token", "lost_after", 0, 0 },
	{ "omie.order", "html", 0, 0 },          { "omie.status", "lost_after", 0, 0 },
	{ "omie.customer", "slow", 500, 0 },     { "focus.issue", "lost_after", 0, 0 },
	{ "focus.issue", "lost_before", 0, 0 },  { "focus.issue", "pending", 1500, 0 },
	{ "focus.issue", "garbage", 0, 0 },      { "focus.note", "slow", 500, 0 },
	{ "focus.note", "lost_after", 0, 0 },    { "zapi.send", "lost_after", 0, 0 },
	{ "zapi.send", "lost_before", 0, 0 },    { "zapi.send", "slow", 500, 0 },
	{ "zapi.webhook", "slow", 1000, 0 },
};

enum { FAULT_COUNT = sizeof(faults) / sizeof(faults[0]), FAULTS_AT_ONCE = 12 };

void
providers_arm_something(struct run *run)
{
	int64_t drawn = chance(run, 0, FAULT_COUNT - 1);
	const char *at = faults[drawn].at;
	int64_t value = faults[drawn].value_max == 0 ? faults[drawn].value
	                                             : chance(run, 1, faults[drawn].value_max);
	struct faults *armed = text_starts_with(at, "zapi.") ? zapi_faults(run->sandbox.chats)
	                                                     : &run->sandbox.world->faults;
	struct why why = { "" };
	if (armed->count < FAULTS_AT_ONCE)
		ensure(faults_arm(armed, at, faults[drawn].fault, value, 1, &why));
}
