/*
 * What people and providers do in one seed's world.
 *
 * Customers come with an order each, sometimes with somebody else's, and answer what they
 * are told: mostly yes, not always, sometimes twice, sometimes hours later.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "io/query.h"
#include "io/store_file.h"
#include "tests/sim/sim.h"

static int64_t
draw(struct sim *sim, int64_t below)
{
	return (int64_t)(simulated_random(&sim->plot.random) % (uint64_t)below);
}

/* --- acts in time ------------------------------------------------ */

static struct act *
add_act(struct sim *sim, enum act_kind kind, int64_t after_ms)
{
	struct plot *plot = &sim->plot;
	static struct act nowhere;
	if (plot->act_count == ACTS_MAX)
		return &nowhere;
	struct act *act = &plot->acts[plot->act_count++];
	*act = (struct act){ .kind = kind, .at_ms = sim->scene->now_ms + after_ms };
	sim->scene->pauses = true;
	return act;
}

static void
say_later(struct sim *sim, int customer, const char *text, int64_t after_ms)
{
	struct act *act = add_act(sim, ACT_SAY, after_ms);
	act->customer = customer;
	text_copy(act->text, sizeof(act->text), text);
}

/* --- customers ------------------------------------------------ */

static const struct {
	const char *phone, *order;
} buyers[] = {
	{ "5520999990101", "8421" },
	{ "5520999990505", "8422" },
	{ "5520999990303", "7310" },
	{ "5520999990202", "9001" },
	{ "5520999990404", "5150" },
	{ "5520999990606", "6044" },
	{ "5520999990707", "6060" },
	{ "5520999990808", "6077" },
	{ "5520999990909", "6099" },
	{ "5520999991111", "8421" },
	{ "5520999991111", "99999" },
	/* Amounts that a double does not hold. */
	{ "5520999992222", "7001" },
	{ "5520999993333", "7002" },
};

static const char *const complaints[] = {
	"oi, meu pedido %s veio quebrado, quero meu dinheiro de volta",
	"quero o estorno do pedido %s",
	"boa tarde, pedido %s nao chegou quero reembolso",
	"hola, quiero el reembolso del pedido %s",
	"hi, I want a refund for order %s",
	"quero meu dinheiro de volta",
};

static const char *const answers[] = {
	"sim",
	"Pode sim.",
	"sim, pode devolver",
	"ok",
	"não",
	"talvez",
	"sim, mas só metade",
	"pode mandar pra outra chave pix 11999998888",
	"quero falar com uma pessoa",
	"na verdade é o pedido 8422",
};

enum {
	BUYER_COUNT = sizeof(buyers) / sizeof(buyers[0]),
	COMPLAINT_COUNT = sizeof(complaints) / sizeof(complaints[0]),
	YES_COUNT = 4,
	ANSWER_COUNT = sizeof(answers) / sizeof(answers[0])
};

static int64_t
patience_ms(struct sim *sim)
{
	switch (draw(sim, 12)) {
	case 0:
		return 0;
	case 1:
		return 29 * MINUTE_MS + draw(sim, 2 * MINUTE_MS); /* about when the offer ends */
	case 2:
		return draw(sim, 5 * HOUR_MS);
	default:
		return draw(sim, 40 * SECOND_MS);
	}
}

static void
come(struct sim *sim, int which)
{
	struct customer *customer = &sim->plot.customers[which];
	char text[200];
	/* Mostly the plain ones; the others have their share. */
	int64_t buyer = draw(sim, 3) < 2 ? draw(sim, 3) : draw(sim, BUYER_COUNT);
	*customer = (struct customer){ .phone = buyers[buyer].phone, .order = buyers[buyer].order };
	/* snprintf with a format from the table above: one %s or none. */
	const char *complaint = complaints[draw(sim, COMPLAINT_COUNT)];
	const char *place = strstr(complaint, "%s");
	if (place == NULL)
		text_copy(text, sizeof(text), complaint);
	else
		text_format(text, sizeof(text), "%.*s%s%s", (int)(place - complaint), complaint,
		            customer->order, place + 2);
	say_later(sim, which, text, draw(sim, 90 * SECOND_MS));
}

static void
answer_offer(struct sim *sim, int which)
{
	struct customer *customer = &sim->plot.customers[which];
	if (customer->answers++ >= 3 || draw(sim, 12) == 0)
		return; /* silence */
	int64_t wait_ms = patience_ms(sim);
	int64_t what = draw(sim, 5) < 4 ? draw(sim, YES_COUNT) : draw(sim, ANSWER_COUNT);
	say_later(sim, which, answers[what], wait_ms);
	switch (draw(sim, 10)) {
	case 0:
		say_later(sim, which, "sim", wait_ms + draw(sim, 3000));
		break;
	case 1:
		add_act(sim, ACT_EDIT, wait_ms + draw(sim, 3000))->customer = which;
		break;
	case 2:
		add_act(sim, ACT_DELETE, wait_ms + draw(sim, 3000))->customer = which;
		break;
	default:
		break;
	}
}

void
plot_heard(struct sim *sim, const char *phone, const char *template)
{
	if (sim->heard != NULL) {
		sim->heard(sim, phone, template);
		return;
	}
	for (int i = 0; i < sim->plot.customer_count; i++) {
		struct customer *customer = &sim->plot.customers[i];
		if (!text_equal(customer->phone, phone))
			continue;
		if (text_equal(template, "offer") || text_equal(template, "offer_again") ||
		    text_equal(template, "fixed_destination"))
			answer_offer(sim, i);
		else if (text_starts_with(template, "ask_order") ||
		         text_equal(template, "greeting"))
			say_later(sim, i, draw(sim, 8) == 0 ? "8421" : customer->order,
			          patience_ms(sim));
		else if (draw(sim, 12) == 0)
			say_later(sim, i, draw(sim, 2) == 0 ? "obrigado" : "e aí?",
			          draw(sim, MINUTE_MS));
		return;
	}
}

static void
say(struct sim *sim, const struct act *act, const char *kind)
{
	struct customer *customer = &sim->plot.customers[act->customer];
	struct why why = { "" };
	char id[MESSAGE_ID_SIZE];
	const struct zapi_said said = {
		.phone = customer->phone,
		.text = act->text,
		.kind = kind,
		.copies = 1,
		.about = kind == NULL ? NULL : customer->last_id,
	};
	if (kind != NULL && customer->last_id[0] == '\0')
		return;
	if (zapi_say(sim->scene->sandbox.chats, &said, sim->scene->now_ms, id, sizeof(id), &why) &&
	    kind == NULL)
		text_copy(customer->last_id, sizeof(customer->last_id), id);
}

/* --- providers ------------------------------------------------ */

static void
arm(struct sim *sim, const char *place, const char *kind, int64_t value, int64_t times)
{
	struct why why = { "" };
	struct faults *faults = text_starts_with(place, "zapi.")
	                                ? zapi_faults(sim->scene->sandbox.chats)
	                                : &sim->scene->sandbox.world->faults;
	faults_arm(faults, place, kind, value, times, &why);
}

static int64_t
choose(struct sim *sim, const struct act *act, int use, int64_t below)
{
	struct weather weather = sim->weather;
	weather.chances[act->family] = act->chance + 1;
	return weather_draw(&weather, act->family, use, below);
}

static void
be_slow(struct sim *sim, const struct act *act)
{
	static const int64_t spans_ms[] = { 20 * SECOND_MS, 4 * MINUTE_MS, 50 * MINUTE_MS };
	bool bank = choose(sim, act, 1, 2) == 0;
	arm(sim, bank ? "pix.refund" : "focus.issue", "pending", spans_ms[choose(sim, act, 2, 3)],
	    1);
}

static void
be_stale(struct sim *sim, const struct act *act)
{
	static const char *const places[] = { "pix.refund_status", "pix.payment", "focus.note" };
	/* Eight reads take a minute or so, which is as long as the bot waits before it believes them. */
	int64_t longer = choose(sim, act, 3, 2) == 0 ? 8 : 0;
	arm(sim, places[choose(sim, act, 1, 3)], "stale", 0, 1 + longer + choose(sim, act, 2, 8));
}

static void
block_erp(struct sim *sim, const struct act *act)
{
	if (choose(sim, act, 1, 2) == 0)
		arm(sim, "omie.order", "blocked", (1 + choose(sim, act, 2, 20)) * MINUTE_MS, 1);
	else
		arm(sim, "omie.order", "redundant", 0, 1 + choose(sim, act, 2, 3));
}

static void
refund_by_hand(struct sim *sim, const struct act *act)
{
	struct why why = { "" };
	struct world *world = sim->scene->sandbox.world;
	const struct customer *customer =
		&sim->plot.customers[choose(sim, act, 1, sim->plot.customer_count)];
	const struct shop_order *order = world_order(world, customer->order);
	if (order == NULL || order->e2eid[0] == '\0')
		return;
	int64_t cents = choose(sim, act, 2, 2) == 0 ? order->facts.total_cents : 100;
	pix_sandbox_insert_refund(world, order->e2eid,
	                          act->family == FAMILY_MED_REFUND ? "MED_FRAUDE" : "ORIGINAL",
	                          cents, sim->scene->now_ms, &why);
}

static void
cancel_note(struct sim *sim)
{
	struct world *world = sim->scene->sandbox.world;
	for (int64_t i = 0; i < world->focus.note_count; i++)
		focus_cancel(world, world->focus.notes[i].ref, sim->scene->now_ms);
}

static void
provider_does(struct sim *sim, const struct act *act)
{
	struct world *world = sim->scene->sandbox.world;
	switch (act->family) {
	case FAMILY_PENDING:
		be_slow(sim, act);
		break;
	case FAMILY_NOT_DONE:
		arm(sim, "pix.refund", "not_done", 0, 1);
		break;
	case FAMILY_REJECTED:
		arm(sim, "focus.issue", choose(sim, act, 1, 3) == 0 ? "denied" : "rejected", 0, 1);
		break;
	case FAMILY_STALE:
		be_stale(sim, act);
		break;
	case FAMILY_ERP_BLOCKS:
		block_erp(sim, act);
		break;
	case FAMILY_TOKEN_EXPIRED:
		for (int i = 0; i < PIX_TOKENS_MAX; i++)
			world->pix.tokens[i].until_ms = 0;
		break;
	case FAMILY_SAME_ID:
		world->pix.same_id_policy = (enum pix_same_id)choose(sim, act, 1, 4);
		break;
	case FAMILY_UNDELIVERED:
		arm(sim, "zapi.send", "undelivered", choose(sim, act, 1, 3), 1);
		break;
	case FAMILY_UNLINKED:
		arm(sim, "zapi.disconnected", "pending", (1 + choose(sim, act, 1, 30)) * MINUTE_MS,
		    1);
		break;
	case FAMILY_HAND_REFUND:
	case FAMILY_MED_REFUND:
		refund_by_hand(sim, act);
		break;
	case FAMILY_NOTE_CANCELLED:
		cancel_note(sim);
		break;
	default:
		ensure(!"not a provider's");
	}
}

/* --- finance and staff: through the store, as the control socket does -------------------------------------------- */

struct change {
	struct sim *sim;
	enum mandate_status status;
	bool tamper;
	bool with_body;
};

/* A hand with the sqlite3 shell and a good knife; with another's key, for what was signed as well. */
static bool
tamper_with(const struct change *change, struct store *store)
{
	static const uint8_t stolen[KEY_BYTES] = { 7 };
	struct mandate wider = change->sim->plot.mandate;
	struct signed_mandate paper;
	const char *sql = "DROP TRIGGER IF EXISTS mandates_keep_their_terms;"
			  "UPDATE mandates SET per_refund_cents = per_refund_cents * 100, "
			  "per_day_cents = NULL";
	bool ok = sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK;
	if (!ok || !change->with_body)
		return ok;
	struct signing_key *key = signing_key_new(KEY_USE_MANDATES, stolen);
	wider.per_refund_cents *= 100;
	wider.per_day_cents = 0;
	mandate_sign(&wider, key, &paper);
	signing_key_free(key);
	struct query *q = query(store, "UPDATE mandates SET body = :body, signature = :signature "
	                               "WHERE id = :id");
	query_text(q, ":body", paper.body);
	query_text(q, ":signature", paper.signature);
	query_text(q, ":id", wider.id);
	return query_try(q, NULL);
}

static bool
set_mandate(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	const struct change *change = context;
	if (!change->tamper)
		return store_mandate_set(store, change->sim->plot.mandate.id, change->status,
		                         now_ms, why);
	return tamper_with(change, store);
}

static void
mandate_done(void *context, bool ok, const struct why *why)
{
	struct change *change = context;
	(void)why;
	if (ok && change->tamper)
		change->sim->plot.tampered = true;
	free(change);
}

static void
change_mandate(struct sim *sim, enum mandate_status status, bool tamper, bool with_body)
{
	struct change *change = calloc(1, sizeof(*change));
	ensure(change != NULL);
	*change = (struct change){
		.sim = sim, .status = status, .tamper = tamper, .with_body = with_body
	};
	const struct engine_change asked = { .apply = set_mandate,
		                             .done = mandate_done,
		                             .context = change };
	if (!engine_apply(sim->scene->engine, &asked))
		free(change);
}

struct held {
	struct sim *sim;
	const struct act *act;
	int64_t count;
	char id[ID_SIZE];
};

static void
pick_held(void *context, const struct case_row *row)
{
	struct held *held = context;
	if (choose(held->sim, held->act, (int)(10 + held->count++), 2) == 0)
		ensure(text_copy(held->id, sizeof(held->id), row->id));
}

static void
staff_decides(struct sim *sim, const struct act *act)
{
	struct held held = { .sim = sim, .act = act };
	struct why why = { "" };
	sim->looking = true;
	store_begin(sim->scene->store);
	store_cases(sim->scene->store, "HELD", 10, pick_held, &held);
	store_commit(sim->scene->store, &why);
	sim->looking = false;
	if (held.id[0] == '\0')
		return;
	struct engine_action action = { .kind = choose(sim, act, 1, 4) == 0 ? ACTION_DENY
		                                                            : ACTION_RELEASE,
		                        .words = "fora da política" };
	ensure(text_copy(action.case_id, sizeof(action.case_id), held.id));
	ensure(text_copy(action.actor, sizeof(action.actor), "staff:ana"));
	engine_act(sim->scene->engine, &action);
	if (choose(sim, act, 2, 4) == 0)
		engine_act(sim->scene->engine, &action); /* two people at the same moment */
}

/* --- the bot's machine ------------------------------------------------ */

static void
jump_clock(struct sim *sim, const struct act *act)
{
	static const int64_t jumps_ms[] = { -DAY_MS,        -2 * HOUR_MS,   -90 * SECOND_MS,
		                            90 * SECOND_MS, 20 * MINUTE_MS, DAY_MS };
	sim->scene->skew_ms += jumps_ms[choose(sim, act, 1, 6)];
}

static void
die(struct sim *sim)
{
	sim->counts.kills++;
	sim->scene->dead = true;
	disk_stop(sim->disk);
}

static void
keep_copy(struct sim *sim, const struct act *act)
{
	if (sim->plot.older != NULL)
		return;
	sim->plot.older = disk_copy(sim->disk);
	sim->plot.older_tampered = sim->plot.tampered;
	sim->promises.older_receipts = sim->promises.receipts;
	sim->promises.older_orders = sim->counts.orders_to_pay;
	bool soon = choose(sim, act, 4, 3) != 0;
	add_act(sim, soon ? ACT_RESTORE_SOON : ACT_RESTORE, choose(sim, act, 1, 20 * MINUTE_MS));
}

/* An order to pay has left: the moment to lose what is known of it. */
void
plot_ordered(struct sim *sim)
{
	enum { SOON_MS = 2000 };
	int64_t soon_ms = sim->scene->now_ms + SOON_MS;
	for (size_t i = 0; i < sim->plot.act_count; i++) {
		struct act *act = &sim->plot.acts[i];
		if (act->kind == ACT_RESTORE_SOON && act->at_ms > soon_ms)
			act->at_ms = soon_ms;
	}
}

static void
put_back(struct sim *sim)
{
	sim->counts.restores++;
	scene_stop(sim->scene);
	disk_restore(sim->disk, sim->plot.older, ".lock");
	sim->plot.tampered = sim->plot.older_tampered;
	promises_restored(sim);
	plot_reconcile(sim, draw(sim, 10 * MINUTE_MS));
}

/* `estorno reconcile`, until money may move. */
static bool
reconcile(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	struct sim *sim = context;
	static struct reconciliation found;
	(void)store;
	(void)now_ms;
	bool ok = engine_reconcile(sim->scene->engine, &found, why);
	if (!ok || found.paused)
		plot_reconcile(sim, MINUTE_MS);
	else
		sim->promises.paused = false;
	return ok;
}

void
plot_reconcile(struct sim *sim, int64_t after_ms)
{
	add_act(sim, ACT_RECONCILE, after_ms);
}

static void
ask_bank(struct sim *sim)
{
	const struct engine_change asked = { .apply = reconcile, .context = sim };
	if (!engine_apply(sim->scene->engine, &asked))
		plot_reconcile(sim, MINUTE_MS);
}

/* --- the acts ------------------------------------------------ */

static void
family_acts(struct sim *sim, const struct act *act)
{
	switch (act->family) {
	case FAMILY_MANDATE_PAUSED:
		change_mandate(sim, MANDATE_PAUSED, false, false);
		add_act(sim, ACT_RESUME, choose(sim, act, 1, 30 * MINUTE_MS));
		break;
	case FAMILY_MANDATE_REVOKED:
		change_mandate(sim, MANDATE_REVOKED, false, false);
		break;
	case FAMILY_MANDATE_TAMPERED:
		change_mandate(sim, MANDATE_ACTIVE, true, choose(sim, act, 1, 2) == 0);
		break;
	case FAMILY_STAFF:
		staff_decides(sim, act);
		break;
	case FAMILY_CLOCK:
		jump_clock(sim, act);
		break;
	case FAMILY_KILL:
		die(sim);
		break;
	case FAMILY_OLDER_STORE:
		keep_copy(sim, act);
		break;
	default:
		provider_does(sim, act);
	}
}

int64_t
plot_next_ms(const struct sim *sim)
{
	int64_t next_ms = INT64_MAX;
	for (size_t i = 0; i < sim->plot.act_count; i++)
		if (sim->plot.acts[i].at_ms < next_ms)
			next_ms = sim->plot.acts[i].at_ms;
	return next_ms;
}

static void
do_act(struct sim *sim, struct act *act)
{
	switch (act->kind) {
	case ACT_SAY:
		say(sim, act, NULL);
		break;
	case ACT_EDIT:
		ensure(text_copy(act->text, sizeof(act->text), "não, espera"));
		say(sim, act, "edit");
		break;
	case ACT_DELETE:
		say(sim, act, "delete");
		break;
	case ACT_FAMILY:
		family_acts(sim, act);
		break;
	case ACT_RESUME:
		change_mandate(sim, MANDATE_ACTIVE, false, false);
		break;
	case ACT_RESTORE:
	case ACT_RESTORE_SOON:
		put_back(sim);
		break;
	case ACT_RECONCILE:
		ask_bank(sim);
		break;
	}
}

/* Does what is due; one thing at a time, since it may kill the bot. */
void
plot_do(struct sim *sim)
{
	struct plot *plot = &sim->plot;
	for (size_t i = 0; i < plot->act_count && !sim->scene->dead; i++) {
		struct act act = plot->acts[i];
		if (act.at_ms > sim->scene->now_ms)
			continue;
		memmove(&plot->acts[i], &plot->acts[i + 1], (--plot->act_count - i) * sizeof(act));
		i--;
		do_act(sim, &act);
	}
}

/* --- the beginning ------------------------------------------------ */

static void
draw_mandate(struct sim *sim, struct mandate *mandate)
{
	static const int64_t sums[] = { 0, 15000, 20000, 45000, 500000 };
	*mandate = (struct mandate){
		.id = "cm_sim",
		.signed_ms = sim->scene->now_ms + 1,
		.not_before_ms = sim->scene->now_ms - DAY_MS,
		.expires_ms = sim->scene->now_ms + (draw(sim, 8) == 0 ? 4 * MINUTE_MS : DAY_MS),
		.per_refund_cents = draw(sim, 3) == 0 ? 20000 : 50000,
		.per_day_cents = sums[draw(sim, 5)],
		.per_customer_day_cents = sums[draw(sim, 5)],
		.count_per_day = draw(sim, 3) == 0 ? 1 : 0,
	};
	if (mandate->per_day_cents != 0 && mandate->per_day_cents < mandate->per_refund_cents)
		mandate->per_day_cents = mandate->per_refund_cents;
	if (mandate->per_customer_day_cents != 0 &&
	    mandate->per_customer_day_cents < mandate->per_refund_cents)
		mandate->per_customer_day_cents = mandate->per_refund_cents;
	if (mandate->per_day_cents != 0 && mandate->per_customer_day_cents > mandate->per_day_cents)
		mandate->per_customer_day_cents = mandate->per_day_cents;
}

static void
add_orders(struct sim *sim)
{
	struct world *world = sim->scene->sandbox.world;
	ensure(world_add_order(world, "7001", "(20) 99999-2222", 435, sim->scene->now_ms));
	ensure(world_add_order(world, "7002", "(20) 99999-3333", 6435, sim->scene->now_ms));
}

/* Most stories begin in the morning.  Some begin a minute before a day ends, in São Paulo or in UTC, with one
 * refund a day allowed and as many customers as there can be. */
static bool
begins_at_days_end(uint64_t seed)
{
	return seed % 8 == 4;
}

static void
wait_for_days_end(struct sim *sim)
{
	int64_t *now_ms = &sim->scene->now_ms;
	bool in_utc = sim->seed / 8 % 2 == 0;
	*now_ms += DAY_MS - *now_ms % DAY_MS - 90 * SECOND_MS + (in_utc ? 0 : 3 * HOUR_MS);
}

/* Finance signs the plot's mandate; the sandbox's is superseded. */
void
plot_install_mandate(struct sim *sim)
{
	struct store *store = sim->scene->store;
	struct plot *plot = &sim->plot;
	struct signed_mandate paper;
	struct why why = { "" };
	uint8_t bytes[KEY_BYTES];
	char public_key[KEY_TEXT_SIZE];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)draw(sim, 256);
	struct signing_key *finance = signing_key_new(KEY_USE_MANDATES, bytes);
	mandate_sign(&plot->mandate, finance, &paper);
	base64_encode(public_key, sizeof(public_key), signing_key_public(finance)->bytes,
	              KEY_BYTES);
	struct stored_mandate stored = { .columns = paper.mandate };
	ensure(text_copy(stored.body, sizeof(stored.body), paper.body));
	ensure(text_copy(stored.signature, sizeof(stored.signature), paper.signature));
	ensure(text_copy(stored.key_id, sizeof(stored.key_id), paper.key_id));
	store_begin(store);
	store_trust_key(store, signing_key_public(finance)->id, public_key, sim->scene->now_ms);
	ensure(store_mandate_install(store, &stored, sim->scene->now_ms + 1, &why));
	ensure(store_commit(store, &why));
	signing_key_free(finance);
}

void
plot_equip(struct sim *sim)
{
	if (begins_at_days_end(sim->seed))
		wait_for_days_end(sim);
	add_orders(sim);
	draw_mandate(sim, &sim->plot.mandate);
	if (begins_at_days_end(sim->seed))
		sim->plot.mandate.count_per_day = 1;
	plot_install_mandate(sim);
}

/* Each family of acts gets a few chances at drawn times. */
static void
schedule_families(struct sim *sim)
{
	enum { CHANCES = 3 };
	for (int family = FAMILY_PENDING; family < FAMILY_COUNT; family++) {
		for (int i = 0; i < CHANCES; i++) {
			if (!weather_strikes(&sim->weather, (enum family)family))
				continue;
			int64_t span_ms =
				weather_draw(&sim->weather, (enum family)family, 8, 3) == 0
					? 3 * HOUR_MS
					: 2 * MINUTE_MS;
			struct act *act = add_act(
				sim, ACT_FAMILY,
				weather_draw(&sim->weather, (enum family)family, 9, span_ms));
			act->family = (enum family)family;
			act->chance = sim->weather.chances[family] - 1;
		}
	}
}

void
plot_begin(struct sim *sim)
{
	struct plot *plot = &sim->plot;
	plot->random = sim->seed ^ UINT64_C(0x504c4f54);
	plot->customer_count = 1 + (int)draw(sim, CUSTOMERS_MAX);
	if (begins_at_days_end(sim->seed))
		plot->customer_count = CUSTOMERS_MAX;
	for (int i = 0; i < plot->customer_count; i++)
		come(sim, i);
	schedule_families(sim);
}

void
plot_end(struct sim *sim)
{
	disk_image_free(sim->plot.older);
}
