/*
 * The turn.
 */
#include "serve/engine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/engine_room.h"

/* --- birth ----------------------------------------------------------------------------------------------- */

static bool
take_duty(struct engine *engine, enum duty duty, const char *name, struct why *why)
{
	const struct tool *tool = tool_by_name(name);
	if (tool == NULL || tool->duty != duty)
		return why_set(why, "no tool called %s does the duty %s", name, duty_text(duty));
	engine->duties[duty] = tool;
	return true;
}

struct engine *
engine_new(const struct engine_setup *setup, struct why *why)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	ensure(engine != NULL);
	engine->setup = *setup;
	engine->store = setup->store;
	engine->wake_ms = 0; /* the first turn is due at once */
	engine->c = calloc(1, sizeof(*engine->c));
	engine->effects = calloc(1, sizeof(*engine->effects));
	ensure(engine->c != NULL && engine->effects != NULL);
	settings_policy(setup->settings, setup->sandbox, &engine->policy);
	settings_shop(setup->settings, &engine->shop);
	engine->log_epoch = store_log_epoch(setup->store);
	if (engine->log_epoch != 0)
		engine->epoch_key =
			signing_key_of_epoch(setup->log_key, (uint64_t)engine->log_epoch);
	engine->channel = channel_by_name(setup->settings->channel);
	bool ok = engine->channel != NULL ||
	          why_set(why, "no channel is called %s", setup->settings->channel);
	ok = ok && take_duty(engine, DUTY_LEDGER, setup->settings->ledger, why) &&
	     take_duty(engine, DUTY_PAY, setup->settings->pay, why) &&
	     take_duty(engine, DUTY_INVOICE, setup->settings->invoice, why);
	if (ok)
		return engine;
	engine_free(engine);
	return NULL;
}

void
engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	for (size_t i = 0; i < FLIGHTS_MAX; i++)
		if (engine->flights[i].state != FLIGHT_FREE)
			engine_flight_free(engine, &engine->flights[i]);
	for (size_t i = 0; i < engine->item_count; i++)
		free(engine->items[i].heard);
	engine_links_free(engine);
	signing_key_free(engine->epoch_key);
	free(engine->c);
	free(engine->effects);
	free(engine);
}

/* --- gather ----------------------------------------------------------------------------------------------- */

/* Room for one more item that comes from outside; NULL when too much waits.  Flights have places of their
 * own: their answers can't be asked to come again. */
static struct item *
new_item(struct engine *engine, enum item_kind kind)
{
	if (engine->gathered_count == TURN_EVENTS_MAX)
		return NULL;
	engine->gathered_count++;
	struct item *item = &engine->items[engine->item_count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

static enum engine_received
queue_heard(struct engine *engine, struct heard_list *heard, bool unverified,
            engine_acknowledge *acknowledge, void *context, struct why *why)
{
	bool fits = engine->gathered_count < TURN_EVENTS_MAX - TURN_WISHES_KEPT;
	struct item *item = fits ? new_item(engine, ITEM_HEARD) : NULL;
	if (item == NULL) {
		free(heard);
		why_set(why, "%d events wait for their turn already",
		        TURN_EVENTS_MAX - TURN_WISHES_KEPT);
		return RECEIVED_TOO_MUCH;
	}
	item->heard = heard;
	item->unverified = unverified;
	item->acknowledge = acknowledge;
	item->context = context;
	return RECEIVED;
}

enum engine_received
engine_receive(struct engine *engine, const struct http_request *request,
               engine_acknowledge *acknowledge, void *context, struct why *why)
{
	struct link *link = engine_link(engine, engine->channel->name, ROLE_READ, why);
	if (link == NULL)
		return RECEIVED_TOO_MUCH;
	struct why doubt = { "" };
	bool verified = engine->channel->authentic(link->connection, request, &doubt);
	struct heard_list *heard = calloc(1, sizeof(*heard));
	ensure(heard != NULL);
	if (engine->channel->hear(link->connection, request, heard, why)) {
		connection_mask(link->connection, doubt.text);
		if (!verified)
			log_line(LOG_WARNING, "webhook.unverified", "why=\"%s\"", doubt.text);
		return queue_heard(engine, heard, !verified, acknowledge, context, why);
	}
	free(heard);
	if (!verified)
		*why = doubt;
	connection_mask(link->connection, why->text);
	return verified ? RECEIVED_NONSENSE : RECEIVED_FOREIGN;
}

bool
engine_act(struct engine *engine, const struct engine_action *action)
{
	struct item *item = new_item(engine, ITEM_ACTION);
	if (item == NULL)
		return false;
	item->action = *action;
	return true;
}

bool
engine_apply(struct engine *engine, const struct engine_change *change)
{
	struct item *item = new_item(engine, ITEM_CHANGE);
	if (item == NULL)
		return false;
	item->change = *change;
	return true;
}

/* --- decide ------------------------------------------------------------------------------------------------ */

static void
decide_heard(struct engine *engine, const struct item *item)
{
	for (size_t i = 0; i < item->heard->count; i++)
		if (item->unverified)
			engine_take_unverified(engine, &item->heard->list[i]);
		else
			engine_take_heard(engine, &item->heard->list[i]);
}

static bool
decide_action(struct engine *engine, const struct engine_action *action, struct why *why)
{
	struct event event = { .kind = EVENT_RELEASED };
	if (!store_case_load(engine->store, action->case_id, engine->c))
		return why_set(why, "there is no case %s", action->case_id);
	if (engine->c->state != CASE_HELD)
		return why_set(why, "case %s is %s, not HELD", action->case_id,
		               case_state_text(engine->c->state));
	if (action->kind == ACTION_DENY) {
		if (engine_is_paying(engine, action->case_id))
			return why_set(why, "an order to pay is on its way; ask again in a minute");
		if (!case_may_be_denied(engine->c))
			return why_set(why, "the order to pay has left for this case; it can be "
			                    "released, to ask the bank, but not denied");
		event = (struct event){ .kind = EVENT_DENIED, .words = action->words };
	}
	store_audit(engine->store, engine->now_ms, action->actor,
	            action->kind == ACTION_DENY ? "case.deny" : "case.release", action->case_id,
	            "");
	engine_step(engine, action->case_id, &event, action->actor);
	return true;
}

static void
decide(struct engine *engine, struct item *item)
{
	switch (item->kind) {
	case ITEM_HEARD:
		decide_heard(engine, item);
		break;
	case ITEM_LANDED:
		if (item->flight->kind == FLIGHT_SAYING)
			engine_take_sent(engine, item->flight);
		else
			engine_take_answer(engine, item->flight);
		break;
	case ITEM_ACTION:
		item->ok = decide_action(engine, &item->action, &item->why);
		break;
	case ITEM_CHANGE:
		item->ok = item->change.apply(item->change.context, engine->store, engine->now_ms,
		                              &item->why);
		break;
	}
}

/* Cases whose time has come. */
static void
wake_cases(struct engine *engine)
{
	enum { A_TURN = 64 };
	char ids[A_TURN][ID_SIZE];
	const struct event event = { .kind = EVENT_DEADLINE };
	size_t count = store_cases_due(engine->store, engine->now_ms, ids, A_TURN);
	for (size_t i = 0; i < count; i++)
		engine_step(engine, ids[i], &event, "clock");
}

/* What was under way when we last stopped may have happened: it is unknown, and asked about. */
static void
recover(struct engine *engine)
{
	if (engine->recovered)
		return;
	engine->recovered = true;
	engine->seal_waits = true;
	engine_tell_pause(engine);
	store_sayings_recover(engine->store, engine->now_ms);
	engine_recover_attempts(engine);
}

/* --- act ---------------------------------------------------------------------------------------------------- */

static void
tell(struct item *item, bool committed)
{
	static const struct why not_written = { "the store could not be written" };
	bool ok = committed && item->ok;
	const struct why *why = committed ? &item->why : &not_written;
	switch (item->kind) {
	case ITEM_HEARD:
		if (item->acknowledge != NULL)
			item->acknowledge(item->context, committed);
		free(item->heard);
		break;
	case ITEM_LANDED:
		break;
	case ITEM_ACTION:
		if (item->action.done != NULL)
			item->action.done(item->action.context, ok, why);
		break;
	case ITEM_CHANGE:
		if (item->change.done != NULL)
			item->change.done(item->change.context, ok, why);
		break;
	}
}

/* --- the turn ------------------------------------------------------------------------------------------------ */

static bool
something_to_do(const struct engine *engine)
{
	return engine_wake_ms(engine) <= engine->setup.io.now_ms(engine->setup.io.context);
}

static bool
one_turn(struct engine *engine, struct why *why)
{
	/* Items that come while we act belong to the next turn. */
	size_t count = engine->item_count;
	struct item *items = malloc((count + 1) * sizeof(*items));
	ensure(items != NULL);
	memcpy(items, engine->items, count * sizeof(*items));
	engine->item_count = engine->gathered_count = 0;
	engine->counts.turns++;

	store_begin(engine->store);
	engine_clock_read(engine);
	recover(engine);
	engine_sign_prepared(engine);
	for (size_t i = 0; i < count; i++)
		decide(engine, &items[i]);
	wake_cases(engine);
	engine_send_due(engine);
	store_set_clock(engine->store, engine->now_ms);
	engine->wake_ms = store_next_due_ms(engine->store);
	bool committed = store_commit(engine->store, why);
	if (!committed)
		store_rollback(engine->store);

	engine->counts.commits += committed;
	for (size_t i = 0; i < count; i++)
		tell(&items[i], committed);
	for (size_t i = 0; i < count; i++)
		if (items[i].kind == ITEM_LANDED)
			engine_flight_free(engine, items[i].flight);
	if (committed)
		engine_depart(engine);
	free(items);
	return committed;
}

bool
engine_turn(struct engine *engine, struct why *why)
{
	/* A turn may leave work for the next (a receipt to sign, a call that could not start); the bound only
	 * keeps a mistake of ours from starving the loop. */
	for (int i = 0; i < 64 && something_to_do(engine); i++)
		if (!one_turn(engine, why))
			return false;
	return true;
}

int64_t
engine_wake_ms(const struct engine *engine)
{
	/* A store that failed outside a turn wants one too: it is the turn that ends the process, and a bot
	 * that can't even look up its credentials would refuse every webhook for ever. */
	bool at_once = engine->item_count > 0 || engine->seal_waits || !engine->recovered ||
	               !store_is_well(engine->store, NULL) || engine_clock_was_set_back(engine);
	return at_once ? 0 : engine_clock_at_host(engine, engine->wake_ms);
}

int64_t
engine_in_flight(const struct engine *engine)
{
	int64_t count = 0;
	for (size_t i = 0; i < FLIGHTS_MAX; i++)
		count += engine->flights[i].state != FLIGHT_FREE;
	return count;
}

int64_t
engine_revision(const struct engine *engine)
{
	return engine->revision;
}

const struct policy *
engine_policy(const struct engine *engine)
{
	return &engine->policy;
}

struct engine_counts
engine_counts(const struct engine *engine)
{
	return engine->counts;
}
