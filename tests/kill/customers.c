/*
 * The customers: each complains about an order that was just delivered to him, says yes to the offer, and
 * when he has heard how it ended, complains about the next one.  Who hears nothing asks again, as people do.
 * After some orders another person takes his place.
 */
#include <inttypes.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/clock.h"
#include "tests/kill/kill.h"

enum {
	ORDERS_A_PHONE = 4,
	PATIENCE_MS = 5000,
	ASKED_AGAIN_MAX = 20, /* then he tells his friends */
	FIRST_ORDER = 20000
};

static const char *const complaints[] = {
	"oi, quero o estorno do pedido %s, veio quebrado",
	"pedido %s chegou errado, quero meu dinheiro de volta",
	"Bom dia! Quero devolver o pedido %s e receber o reembolso",
};
static const char *const consents[] = { "sim", "Pode sim.", "sim, pode devolver", "ok, pode" };
static const char *const reminders[] = { "e aí, cadê meu estorno do pedido %s?",
	                                 "quero o estorno do pedido %s" };
static const char order_words[] = "pedido %s";

#define ONE_OF(run, list) (list)[chance(run, 0, (int64_t)(sizeof(list) / sizeof((list)[0])) - 1)]

static void
say(struct run *run, struct person *person, const char *words)
{
	char text[256], id[64];
	struct why why = { "" };
	/* The two places that the words may have are the order's. */
	const char *place = strstr(words, "%s");
	if (place == NULL)
		ensure(text_copy(text, sizeof(text), words));
	else
		ensure(text_format(text, sizeof(text), "%.*s%s%s", (int)(place - words), words,
		                   person->order, place + 2));
	const struct zapi_said said = { .phone = person->phone,
		                        .name = "Cliente",
		                        .text = text,
		                        .copies = chance(run, 0, 9) == 0 ? 2 : 1 };
	ensure(zapi_say(run->sandbox.chats, &said, clock_now_ms(), id, sizeof(id), &why));
	person->state = PERSON_WAITING;
	person->next = NULL;
	person->at_ms = clock_now_ms() + PATIENCE_MS + chance(run, 0, 1000);
	webhooks_post(run);
}

static void
take_place(struct run *run, struct person *person)
{
	int64_t number = run->next_order;
	ensure(text_format(person->phone, sizeof(person->phone), "55209%08" PRId64,
	                   INT64_C(91000000) + number));
	person->orders = 0;
}

static void
complain(struct run *run, struct person *person)
{
	if (person->orders == ORDERS_A_PHONE || person->phone[0] == '\0')
		take_place(run, person);
	ensure(text_format(person->order, sizeof(person->order), "%" PRId64,
	                   FIRST_ORDER + run->next_order++));
	ensure(world_add_order(run->sandbox.world, person->order, person->phone,
	                       chance(run, 500, 50000), clock_now_ms()));
	person->orders++;
	person->asked_again = 0;
	say(run, person, ONE_OF(run, complaints));
}

void
customers_begin(struct run *run)
{
	memset(run->people, 0, sizeof(run->people));
	for (int i = 0; i < PEOPLE; i++)
		run->people[i].at_ms = clock_now_ms() + chance(run, 0, 1000);
}

static void
act(struct run *run, struct person *person)
{
	if (person->state == PERSON_IDLE) {
		if (run->phase == PHASE_KILLING)
			complain(run, person);
		return;
	}
	if (person->next != NULL)
		say(run, person, person->next);
	else if (person->asked_again++ < ASKED_AGAIN_MAX)
		say(run, person, ONE_OF(run, reminders));
	else
		person->state = PERSON_IDLE;
}

void
customers_act(struct run *run)
{
	int64_t now_ms = clock_now_ms();
	for (int i = 0; i < PEOPLE; i++)
		if (now_ms >= run->people[i].at_ms)
			act(run, &run->people[i]);
}

/* --- reading ------------------------------------------------------------------------------------------- */

static void
reply(struct run *run, struct person *person, const char *words)
{
	person->next = words;
	person->at_ms = clock_now_ms() + chance(run, 0, 150);
}

static void
be_content(struct run *run, struct person *person)
{
	person->state = PERSON_IDLE;
	person->next = NULL;
	person->at_ms = clock_now_ms() + chance(run, 0, 300);
}

static bool
is_about(const struct person *person, const char *text)
{
	char order[40];
	ensure(text_format(order, sizeof(order), "#%s", person->order));
	return strstr(text, order) != NULL;
}

static void
read_text(struct run *run, struct person *person, const char *text)
{
	bool about_mine = is_about(person, text);
	if (strstr(text, "Qual é o número do pedido") != NULL ||
	    strstr(text, "Não achei o número do pedido") != NULL)
		reply(run, person, order_words);
	else if (person->state != PERSON_WAITING)
		return;
	else if (strstr(text, "ok?") != NULL || strstr(text, "Posso fazer?") != NULL) {
		if (about_mine)
			reply(run, person, ONE_OF(run, consents));
	} else if ((strstr(text, "Estorno feito") != NULL && about_mine) ||
	           strstr(text, "pessoa da equipe") != NULL) {
		be_content(run, person);
	}
}

void
customers_read(struct run *run, const char *phone, const char *text)
{
	for (int i = 0; i < PEOPLE; i++)
		if (text_equal(run->people[i].phone, phone))
			read_text(run, &run->people[i], text);
}

bool
customers_are_content(const struct run *run)
{
	for (int i = 0; i < PEOPLE; i++)
		if (run->people[i].state != PERSON_IDLE)
			return false;
	return true;
}
