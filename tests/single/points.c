/*
 * Where something can go wrong, and what it is then.
 */
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "tests/single/single.h"

/* With a step, every place of the first story is tried, except where SQLite takes memory; of the others', the
 * many places of the disk and of memory only one in so many. */
static bool
is_left_out(const struct run *run)
{
	bool disk = run->kind <= MISHAP_POWER_STRICT && run->kind != MISHAP_READ_ERROR &&
	            run->kind != MISHAP_SYNC_ERROR;
	bool many = run->kind == MISHAP_MEMORY_SQLITE ||
	            (run->story != stories && (disk || run->kind == MISHAP_MEMORY_OURS));
	return many && run->count % run->step != (int64_t)run->kind % run->step;
}

bool
point(struct run *run, enum mishap kind)
{
	if (run == NULL || !run->live || run->hit || run->kind != kind || !memory_is_bots())
		return false;
	int left = memory_leave();
	run->count++;
	if (run->wanted == 0 && is_left_out(run))
		run->hit = false;
	else if (run->wanted == 0)
		run->hit = branch(run);
	else
		run->hit = run->count == run->wanted;
	if (run->hit) {
		run->hit_when_entered = run->entered;
		run->try = run->wanted == 0 ? run->
		try : run
			->wanted_try;
	}
	memory_back(left);
	return run->hit;
}

/* The same, of what the world does to the bot from outside. */
static bool
point_outside(struct run *run, enum mishap kind)
{
	memory_back(1);
	bool hit = point(run, kind);
	memory_leave();
	return hit;
}

/* --- calls ------------------------------------------------ */

static void
spoil_before(void *context, struct simulated *answer)
{
	(void)context;
	simulated_text(answer, 503, "text/html", "<html><body>503</body></html>");
}

static void
spoil_after(void *context, struct simulated *answer)
{
	(void)context;
	simulated_json(answer, 500, json_object());
}

/* In the middle, near the beginning, and at the last byte. */
static void
spoil_truncated(void *context, struct simulated *answer)
{
	const struct run *run = context;
	struct buffer *body = &answer->response.body;
	size_t lengths[] = { body->length / 2, 1, body->length - 1 };
	if (body->length < 2)
		return;
	body->length = lengths[run->try];
	body->bytes[body->length] = '\0';
}

static void
draw_passage(struct run *run, struct passage *passage)
{
	passage->refused = point_outside(run, MISHAP_REFUSED);
	passage->unheard = point_outside(run, MISHAP_LOST_BEFORE);
	passage->lost = point_outside(run, MISHAP_LOST_AFTER);
	passage->killed_here = point_outside(run, MISHAP_SEND_KILL);
	passage->killed_then = point_outside(run, MISHAP_SENT_KILL);
	if (point_outside(run, MISHAP_STATUS_BEFORE)) {
		passage->unheard = true;
		passage->spoil = spoil_before;
	} else if (point_outside(run, MISHAP_STATUS_AFTER)) {
		passage->spoil = spoil_after;
	} else if (point_outside(run, MISHAP_TRUNCATED)) {
		passage->spoil = spoil_truncated;
	}
}

static void
depart(void *context, const struct http_request *request, const struct engine_call *call,
       struct passage *passage)
{
	struct run *run = context;
	draw_passage(run, passage);
	/* What libcurl does with a reused connection that dies before the first byte of the answer. */
	passage->repeated = passage->lost && !call->changes_world && request->method != HTTP_GET;
	run->sim.passage = *passage;
	run_digest(run, buffer_text(&request->url), request->url.length);
	run_digest(run, buffer_text(&request->body), request->body.length);
	promises_departs(&run->sim, request);
	if (passage->repeated)
		promises_departs(&run->sim, request);
}

static void
executed(void *context, const struct http_request *request, const struct simulated *answer)
{
	struct run *run = context;
	run_digest(run, buffer_text(&answer->response.body), answer->response.body.length);
	promises_executed(&run->sim, request, answer);
}

/* --- webhooks ------------------------------------------------ */

static int
post(void *context, int64_t *delay_ms)
{
	struct run *run = context;
	if (point_outside(run, MISHAP_HOOK_LOST))
		return 0;
	if (!point_outside(run, MISHAP_HOOK_TWICE))
		return 1;
	*delay_ms = 30;
	return 2;
}

static void
was_answered(struct run *run, const struct http_request *request)
{
	for (size_t i = 0; i < run->unheard_count; i++) {
		struct http_request *kept = &run->unheard[i];
		if (!text_equal(buffer_text(&kept->body), buffer_text(&request->body)))
			continue;
		http_request_free(kept);
		memmove(kept, kept + 1, (--run->unheard_count - i) * sizeof(*kept));
		return;
	}
}

static void
acknowledged(void *context, const struct http_request *request, bool durable)
{
	struct run *run = context;
	int left = memory_leave();
	run_digest(run, &durable, sizeof(durable));
	run_digest(run, buffer_text(&request->body), request->body.length);
	was_answered(run, request);
	if (durable)
		promises_accepted(&run->sim, request);
	else
		scene_post_again(run->sim.scene, request, 5 * SECOND_MS);
	memory_back(left);
}

/* The bot died before it answered them: their provider posts them again. */
void
points_unheard(struct run *run)
{
	for (size_t i = 0; i < run->unheard_count; i++) {
		scene_post_again(run->sim.scene, &run->unheard[i], 5 * SECOND_MS);
		http_request_free(&run->unheard[i]);
	}
	run->unheard_count = 0;
}

/* --- the disk ------------------------------------------------ */

static enum disk_answer
disk_meets(void *context, enum disk_act act)
{
	struct run *run = context;
	bool writes = act == DISK_WRITE || act == DISK_TRUNCATE || act == DISK_DELETE;
	bool reads = act == DISK_OPEN || act == DISK_READ;
	run->disk_acts++;
	if (reads && point(run, MISHAP_READ_ERROR))
		return DISK_FAILS;
	if (writes && point(run, MISHAP_WRITE_ERROR))
		return DISK_FAILS;
	if (act == DISK_WRITE && point(run, MISHAP_DISK_FULL))
		return DISK_IS_FULL;
	if (act == DISK_SYNC && point(run, MISHAP_SYNC_ERROR)) {
		disk_draw_from(run->sim.disk, (uint64_t)run->try); /* kept, or thrown away */
		return DISK_FAILS;
	}
	if (reads)
		return DISK_FINE;
	if (point(run, MISHAP_DISK_KILL))
		run_dies();
	bool strict = point(run, MISHAP_POWER_STRICT);
	if (strict || point(run, MISHAP_POWER_ORDERED)) {
		disk_draw_from(run->sim.disk, (uint64_t)(run->count * 16 + run->try));
		disk_cut_power(run->sim.disk, strict);
		run_dies();
	}
	return DISK_FINE;
}

static void
turned(void *context)
{
	struct run *run = context;
	promises_turn(&run->sim);
}

void
points_ways(struct run *run, struct scene_ways *ways)
{
	run->sim.disk = disk_new(1, disk_meets, run);
	*ways = (struct scene_ways){
		.context = run,
		.disk = run->sim.disk,
		.depart = depart,
		.executed = executed,
		.post = post,
		.acknowledged = acknowledged,
		.turned = turned,
	};
}
