/*
 * Printing for people.  Widths are counted in characters, not bytes: the texts have
 * accents.
 */
#include "cli/demo_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/folder.h"
#include "refund/hold.h"

enum { WIDTH = 76, BUBBLE = 46, MARGIN = 2 };

/* --- text ----------------------------------------------------------------------------------------------------- */

/* How many bytes of `text` fit a line of `width` characters, broken at a space where there is one. */
static size_t
line_length(const char *text, size_t width)
{
	size_t used = 0, count = 0, last_space = 0;
	while (text[used] != '\0' && text[used] != '\n') {
		if (((unsigned char)text[used] & 0xc0) != 0x80 && count++ == width)
			return last_space > 0 ? last_space : used;
		if (text[used] == ' ')
			last_space = used;
		used++;
	}
	return used;
}

static void
pad(size_t count)
{
	printf("%*s", (int)count, "");
}

void
demo_print_heading(const char *text)
{
	printf("\n%s%s%s\n", command_style("bold"), text, command_style("plain"));
}

void
demo_print_title(void)
{
	printf("%sEstorno%s  ·  uma loja simulada, o programa de verdade\n", command_style("bold"),
	       command_style("plain"));
}

void
demo_print_indented(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		printf("  %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

/* --- the chat ---------------------------------------------------------------------------------------------------- */

static void
print_clock(int64_t at_ms, bool right)
{
	struct calendar at = instant_sao_paulo(at_ms);
	pad(right ? WIDTH - 8 : MARGIN);
	printf("%s%02d:%02d:%02d%s\n", command_style("dim"), at.hour, at.minute, at.second,
	       command_style("plain"));
}

static void
print_bubble(const char *text, bool right)
{
	while (*text != '\0') {
		size_t length = line_length(text, BUBBLE);
		if (right)
			pad(WIDTH - text_characters(text, length));
		else
			pad(MARGIN);
		printf("%s%.*s%s\n", right ? command_style("green") : "", (int)length, text,
		       right ? command_style("plain") : "");
		text += length;
		text += strspn(text, " \n");
	}
}

void
demo_print_chat(const char *title, const json_t *chat)
{
	size_t index;
	json_t *line;
	demo_print_heading(title);
	json_array_foreach (chat, index, line) {
		const char *from = json_string_value(json_object_get(line, "from"));
		const char *text = json_string_value(json_object_get(line, "text"));
		bool right = from != NULL && text_equal(from, "shop");
		print_clock(json_integer_value(json_object_get(line, "at")), right);
		print_bubble(text == NULL ? "" : text, right);
	}
	printf("\n");
}

/* --- the refund ------------------------------------------------------------------------------- */

/* What the data folder says of the order's latest case. */
struct timeline {
	const char *order;
	struct case_row row;
	struct refund_case c;
	int64_t order_ended_us, order_us; /* the ERP look-up */
	int64_t yes_ms, refunding_ms, noting_ms, verifying_ms, sealed_ms, told_ms;
	int64_t waited_us; /* for providers, after the yes */
	int64_t last_end_us;
	bool polling;
};

static void
find_case(void *context, const struct case_row *row)
{
	struct timeline *t = context;
	if (t->row.id[0] == '\0' && text_equal(row->order_number, t->order))
		t->row = *row;
}

static void
take_transition(void *context, const struct transition_row *row)
{
	struct timeline *t = context;
	const struct {
		const char *state;
		int64_t *at_ms;
	} wanted[] = {
		{ "RESERVED", &t->yes_ms },  { "REFUNDING", &t->refunding_ms },
		{ "NOTING", &t->noting_ms }, { "VERIFYING", &t->verifying_ms },
		{ "SEALED", &t->sealed_ms }, { "NOTIFYING", &t->told_ms },
	};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (text_equal(row->to, wanted[i].state))
			*wanted[i].at_ms = row->at_ms;
}

/* Theirs is every moment in which a provider had our call, or had asked for patience: from the first answer
 * "not yet" to the next question.  The rest is ours. */
static void
take_attempt(void *context, const struct attempt_row *row)
{
	struct timeline *t = context;
	bool asks_again =
		text_equal(row->kind, "pay.refund_status") || text_equal(row->kind, "invoice.note");
	if (text_equal(row->kind, "ledger.order")) {
		t->order_us = row->ended_us - row->started_us;
		return;
	}
	if (row->started_us < t->yes_ms * 1000 || row->ended_us == 0)
		return;
	int64_t from_us = row->started_us;
	if (t->polling && asks_again && t->last_end_us > 0 && t->last_end_us < from_us)
		from_us = t->last_end_us;
	if (t->last_end_us > from_us)
		from_us = t->last_end_us;
	if (row->ended_us > from_us)
		t->waited_us += row->ended_us - from_us;
	if (row->ended_us > t->last_end_us)
		t->last_end_us = row->ended_us;
	t->polling = asks_again;
}

static void
print_step(const char *what, int64_t us)
{
	printf("  %-46s %8.3f s\n", what, (double)us / 1e6);
}

static void
print_card(const struct timeline *t)
{
	char number[32] = "";
	text_format(number, sizeof(number), "NC-%04lld", strtoll(t->c.note_seen.number, NULL, 10));
	printf("\n  %sEstorno%s          %s · Pix\n", command_style("bold"), command_style("plain"),
	       command_amount(t->c.offer.amount_cents));
	printf("  %sNota de crédito%s  %s\n", command_style("bold"), command_style("plain"),
	       number);
	printf("  %sRecibo%s           %s\n\n", command_style("bold"), command_style("plain"),
	       t->c.receipt_id);
}

void
demo_print_refund(const char *data, const char *order)
{
	struct timeline t = { .order = order };
	struct folder folder;
	struct why why = { "" };
	if (!folder_open(&folder, data, STORE_READ_ONLY, &why)) {
		command_could_not(&why);
		return;
	}
	store_begin(folder.store);
	store_cases(folder.store, "", 100, find_case, &t);
	store_case_load(folder.store, t.row.id, &t.c);
	store_history(folder.store, t.row.id, take_transition, &t);
	store_attempts(folder.store, t.row.id, take_attempt, &t);
	store_rollback(folder.store);
	folder_close(&folder);
	int64_t whole_us = (t.told_ms - t.yes_ms) * 1000;
	print_card(&t);
	print_step("1  pedido e comprador conferidos no ERP", t.order_us);
	print_step("2  estorno no Pix que pagou, até liquidar", (t.noting_ms - t.yes_ms) * 1000);
	print_step("3  nota de crédito, até autorizada", (t.verifying_ms - t.noting_ms) * 1000);
	print_step("4  tudo relido, recibo selado, resposta", (t.told_ms - t.verifying_ms) * 1000);
	printf("\n  do \"sim\" à resposta %.3f s, dos quais nossos %.3f s; o resto foi esperar "
	       "banco e fisco\n",
	       (double)whole_us / 1e6,
	       (double)(whole_us > t.waited_us ? whole_us - t.waited_us : 0) / 1e6);
}

void
demo_print_end(int promises, int broken)
{
	printf("\n%s%d de %d promessas cumpridas%s\n", command_style(broken == 0 ? "green" : "red"),
	       promises - broken, promises, command_style("plain"));
}
