/*
 * What is played.  Customers do what they would do: they complain, and when an offer arrives,
 * they answer it.
 */
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "io/query.h"
#include "io/store_file.h"
#include "tests/single/single.h"

#define REFUNDED                                                                        \
	{                                                                               \
		.state = "CLOSED", .reason = "", .refunds = 1, .returned = 1, .safe = 1 \
	}

const struct story stories[] = {
	{ .name = "refund", .customers = { { "5520999990101", "8421", "Pode sim.", REFUNDED } } },
	{ .name = "decline",
	  .customers = { { "5520999990101",
	                   "8421",
	                   "não, deixa pra lá",
	                   { "DECLINED", "", 0, 0, 0 } } } },
	{ .name = "above the cap",
	  .customers = { { "5520999990202", "9001", "sim", { "HELD", "above_cap", 0, 0, 0 } } } },
	{ .name = "bank declines",
	  .at = "pix.refund",
	  .fault = "not_done",
	  .customers = { { "5520999990101",
	                   "8421",
	                   "Pode sim.",
	                   { "HELD", "bank_declined", 1, 0, 0 } } } },
	{ .name = "note rejected",
	  .at = "focus.issue",
	  .fault = "rejected",
	  .customers = { { "5520999990101",
	                   "8421",
	                   "Pode sim.",
	                   { "HELD", "note_rejected", 1, 1, 0 } } } },
	{ .name = "two customers",
	  .customers = { { "5520999990101", "8421", "Pode sim.", REFUNDED },
	                 { "5520999990505", "8422", "sim", REFUNDED } } },
	{ .name = "restart",
	  .restarts = true,
	  .customers = { { "5520999990101", "8421", "Pode sim.", REFUNDED } } },
};

const size_t story_count = sizeof(stories) / sizeof(stories[0]);

/* --- what people do ------------------------------------------------ */

static struct act *
add_act(struct run *run, enum act_kind kind, int customer, int64_t after_ms)
{
	struct plot *plot = &run->sim.plot;
	ensure(plot->act_count < ACTS_MAX);
	struct act *act = &plot->acts[plot->act_count++];
	*act = (struct act){ .kind = kind,
		             .customer = customer,
		             .at_ms = run->sim.scene->now_ms + after_ms };
	return act;
}

static void
heard(struct sim *sim, const char *phone, const char *template)
{
	enum { ANSWERS_MAX = 3 };
	struct run *run = (struct run *)sim;
	for (int i = 0; i < sim->plot.customer_count; i++) {
		if (!text_equal(phone, sim->plot.customers[i].phone) ||
		    !text_starts_with(template, "offer") || run->answers[i] == ANSWERS_MAX)
			continue;
		struct act *yes = add_act(run, ACT_SAY, i, 5 * SECOND_MS);
		ensure(text_copy(yes->text, sizeof(yes->text), run->story->customers[i].answer));
		run->answers[i]++;
		sim->scene->pauses = true;
		if (!run->story->restarts || run->was_killed)
			continue;
		run->was_killed = true;
		add_act(run, ACT_FAMILY, i, 5 * SECOND_MS + 110)->family = FAMILY_KILL;
	}
}

void
story_begin(struct run *run)
{
	struct why why = { "" };
	struct plot *plot = &run->sim.plot;
	run->sim.heard = heard;
	if (run->story->at != NULL)
		ensure(faults_arm(&run->sim.scene->sandbox.world->faults, run->story->at,
		                  run->story->fault, 0, 1, &why));
	for (int i = 0; i < STORY_CUSTOMERS_MAX && run->story->customers[i].phone != NULL; i++) {
		plot->customers[plot->customer_count++] =
			(struct customer){ .phone = run->story->customers[i].phone,
			                   .order = run->story->customers[i].order };
		struct act *complaint = add_act(run, ACT_SAY, i, SECOND_MS);
		ensure(text_format(complaint->text, sizeof(complaint->text),
		                   "quero o estorno do pedido %s, veio quebrado",
		                   run->story->customers[i].order));
	}
}

/* --- how it ended ------------------------------------------------ */

static void
look_at_bank(const struct run *run, const char *number, struct ending *ending)
{
	struct world *world = run->sim.scene->sandbox.world;
	const struct shop_order *order = world_order(world, number);
	ensure(order != NULL);
	for (int64_t i = 0; i < world->pix.refund_count; i++) {
		const struct pix_refund *refund = &world->pix.refunds[i];
		if (!text_equal(refund->e2eid, order->e2eid))
			continue;
		ending->refunds++;
		ending->returned += refund->final == REFUND_RETURNED;
	}
}

static int64_t
safe_receipts(struct run *run, const char *order)
{
	struct query *q = query(run->sim.scene->store,
	                        "SELECT count(*) FROM receipts r JOIN seals s ON s.receipt_id = "
	                        "r.id WHERE r.order_number = :order AND r.safe = 1 AND r.result = "
	                        "'verified'");
	int64_t count = 0;
	query_text(q, ":order", order);
	while (query_next(q))
		count = query_get_integer(q, 0);
	return count;
}

static bool
is_planned(const struct ending *found, const struct ending *planned)
{
	return text_equal(found->state, planned->state) &&
	       text_equal(found->reason, planned->reason) && found->refunds == planned->refunds &&
	       found->returned == planned->returned && found->safe == planned->safe;
}

static enum rest
customer_end(struct run *run, int which)
{
	const char *order = run->story->customers[which].order;
	const struct ending *planned = &run->story->customers[which].ending;
	struct ending found = { .safe = safe_receipts(run, order) };
	char state[16], reason[32];
	ensure(text_copy(state, sizeof(state), scene_state(run->sim.scene, order)));
	ensure(text_copy(reason, sizeof(reason), scene_reason(run->sim.scene, order)));
	found.state = state;
	found.reason = reason;
	look_at_bank(run, order, &found);
	if (is_planned(&found, planned))
		return REST_PLANNED;
	/* What the customer said was never heard: he has what he had. */
	if (run->kind == MISHAP_HOOK_LOST && found.refunds == 0 && found.safe == 0)
		return REST_HELD;
	if (text_equal(state, "HELD") && reason[0] != '\0' && found.refunds <= planned->refunds &&
	    found.returned <= planned->returned && found.safe <= planned->safe)
		return REST_HELD;
	promise_broken(&run->sim, "end",
	               "order %s is \"%s\" \"%s\", with %d refunds, %d returned, %d safe receipts",
	               order, state, reason, (int)found.refunds, (int)found.returned,
	               (int)found.safe);
	return REST_FAILED;
}

enum rest
story_end(struct run *run)
{
	enum rest worst = REST_PLANNED;
	for (int i = 0; i < run->sim.plot.customer_count; i++) {
		enum rest rest = customer_end(run, i);
		worst = rest > worst ? rest : worst;
	}
	return worst;
}
