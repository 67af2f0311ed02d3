/*
 * Between the bot and the world.
 */
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "tests/sim/sim.h"

/* --- answers that are spoilt ------------------------------------------------ */

static void
spoil_html(void *context, struct simulated *answer)
{
	(void)context;
	simulated_text(answer, 502, "text/html",
	               "<html><body><h1>502 Bad Gateway</h1></body></html>");
}

/* Half of the refusals that the issuer has words for are in its words: those are believed. */
static void
spoil_status(void *context, struct simulated *answer)
{
	static const struct {
		int status;
		const char *code;
	} ends[] = {
		{ 400, "requisicao_invalida" },
		{ 403, "permissao_negada" },
		{ 404, NULL },
		{ 409, NULL },
		{ 422, "erro_validacao_schema" },
		{ 429, NULL },
		{ 500, NULL },
		{ 503, NULL },
	};
	struct sim *sim = context;
	int64_t which = weather_draw(&sim->weather, FAMILY_STATUS, 1, 8);
	json_t *body = json_object();
	if (ends[which].code != NULL && weather_draw(&sim->weather, FAMILY_STATUS, 2, 2) == 0)
		json_object_set_new(body, "codigo", json_string(ends[which].code));
	simulated_json(answer, ends[which].status, body);
}

static void
spoil_status_after(void *context, struct simulated *answer)
{
	static const int statuses[] = { 500, 502, 503, 504 };
	struct sim *sim = context;
	int64_t which = weather_draw(&sim->weather, FAMILY_STATUS_AFTER, 1, 4);
	/* A gateway that lost the answer, asked a second time and was told that this was done already. */
	bool twice = weather_draw(&sim->weather, FAMILY_STATUS_AFTER, 2, 3) == 0;
	simulated_json(answer, twice ? 409 : statuses[which], json_object());
}

static void
spoil_truncated(void *context, struct simulated *answer)
{
	struct sim *sim = context;
	struct buffer *body = &answer->response.body;
	if (body->length < 2)
		return;
	body->length =
		(size_t)weather_draw(&sim->weather, FAMILY_TRUNCATED, 1, (int64_t)body->length - 1);
	body->bytes[body->length] = '\0';
}

static void
spoil_json(void *context, struct simulated *answer)
{
	static const char *const bodies[] = {
		"{}",
		"[]",
		"null",
		"\"ok\"",
		"{\"status\":\"DEVOLVIDO\"}",
		"{\"status\":\"autorizado\"}",
		"{\"valor\":186.00,\"status\":null,\"id\":{},\"horario\":[]}",
		"{\"faultstring\":null}",
	};
	struct sim *sim = context;
	int64_t which = weather_draw(&sim->weather, FAMILY_WRONG_JSON, 1,
	                             sizeof(bodies) / sizeof(bodies[0]));
	simulated_text(answer, answer->response.status, "application/json", bodies[which]);
}

/* --- calls ------------------------------------------------ */

static void
draw_passage(struct sim *sim, struct passage *passage)
{
	static const int64_t lates_ms[] = { 3000, 15000, 19900, 60000 };
	if (weather_strikes(&sim->weather, FAMILY_REFUSED)) {
		passage->refused = true;
	} else if (weather_strikes(&sim->weather, FAMILY_KILL_BEFORE_SEND)) {
		passage->killed_here = true;
	} else if (weather_strikes(&sim->weather, FAMILY_KILL_AFTER_SEND)) {
		passage->killed_then = true;
	} else if (weather_strikes(&sim->weather, FAMILY_UNHEARD)) {
		passage->unheard = true;
	} else if (weather_strikes(&sim->weather, FAMILY_LOST)) {
		passage->lost = true;
	} else if (weather_strikes(&sim->weather, FAMILY_STATUS)) {
		passage->unheard = true;
		passage->spoil = spoil_status;
	} else if (weather_strikes(&sim->weather, FAMILY_HTML)) {
		passage->unheard = true;
		passage->spoil = spoil_html;
	} else if (weather_strikes(&sim->weather, FAMILY_STATUS_AFTER)) {
		passage->spoil = spoil_status_after;
	} else if (weather_strikes(&sim->weather, FAMILY_TRUNCATED)) {
		passage->spoil = spoil_truncated;
	} else if (weather_strikes(&sim->weather, FAMILY_WRONG_JSON)) {
		passage->spoil = spoil_json;
	}
	if (weather_strikes(&sim->weather, FAMILY_LATE))
		passage->delay_ms = lates_ms[weather_draw(&sim->weather, FAMILY_LATE, 1, 4)];
}

static void
depart(void *context, const struct http_request *request, const struct engine_call *call,
       struct passage *passage)
{
	struct sim *sim = context;
	sim->counts.calls++;
	draw_passage(sim, passage);
	sim->counts.kills += passage->killed_here || passage->killed_then;
	/* What libcurl does with a reused connection that dies before the first byte of the answer. */
	passage->repeated = passage->lost && !call->changes_world && request->method != HTTP_GET;
	/* What will be too late for the bot is lost to it. */
	passage->lost |= passage->delay_ms >= call->timeout_ms;
	sim->passage = *passage;
	promises_departs(sim, request);
	if (passage->repeated)
		promises_departs(sim, request);
}

static void
executed(void *context, const struct http_request *request, const struct simulated *answer)
{
	promises_executed(context, request, answer);
}

/* --- webhooks ------------------------------------------------ */

static int
post(void *context, int64_t *delay_ms)
{
	static const int64_t lates_ms[] = { 400, 5000, 90 * SECOND_MS, 20 * MINUTE_MS,
		                            3 * HOUR_MS };
	struct sim *sim = context;
	if (weather_strikes(&sim->weather, FAMILY_HOOK_LOST))
		return 0;
	if (weather_strikes(&sim->weather, FAMILY_HOOK_LATE))
		*delay_ms = lates_ms[weather_draw(&sim->weather, FAMILY_HOOK_LATE, 1, 5)];
	if (!weather_strikes(&sim->weather, FAMILY_HOOK_TWICE))
		return 1;
	if (*delay_ms == 0)
		*delay_ms = weather_draw(&sim->weather, FAMILY_HOOK_TWICE, 1, 30 * SECOND_MS);
	return 2;
}

static void
acknowledged(void *context, const struct http_request *request, bool durable)
{
	struct sim *sim = context;
	if (durable)
		promises_accepted(sim, request);
	else
		scene_post_again(sim->scene, request, 5 * SECOND_MS);
}

/* --- the disk ------------------------------------------------ */

static enum disk_answer
disk_meets(void *context, enum disk_act act)
{
	struct sim *sim = context;
	if (sim->looking)
		return DISK_FINE;
	bool writes = act == DISK_WRITE || act == DISK_TRUNCATE || act == DISK_DELETE;
	if (act == DISK_SYNC && weather_strikes(&sim->weather, FAMILY_SYNC_ERROR))
		return DISK_FAILS;
	if (writes && weather_strikes(&sim->weather, FAMILY_DISK_FULL))
		return DISK_IS_FULL;
	if (weather_strikes(&sim->weather, FAMILY_DISK_ERROR))
		return DISK_FAILS;
	if (!writes && act != DISK_SYNC)
		return DISK_FINE;
	if (weather_strikes(&sim->weather, FAMILY_KILL_IN_DISK)) {
		sim->counts.kills++;
		disk_stop(sim->disk);
	} else if (weather_strikes(&sim->weather, FAMILY_POWER_ORDERED)) {
		sim->counts.power_cuts++;
		disk_cut_power(sim->disk, false);
	} else if (weather_strikes(&sim->weather, FAMILY_POWER_STRICT)) {
		sim->counts.power_cuts++;
		disk_cut_power(sim->disk, true);
	}
	return DISK_FINE;
}

static void
turned(void *context)
{
	struct sim *sim = context;
	sim->counts.turns++;
	promises_turn(sim);
}

void
faults_ways(struct sim *sim, struct scene_ways *ways)
{
	sim->disk = disk_new(sim->seed, disk_meets, sim);
	*ways = (struct scene_ways){
		.context = sim,
		.disk = sim->disk,
		.depart = depart,
		.executed = executed,
		.post = post,
		.acknowledged = acknowledged,
		.turned = turned,
	};
}
