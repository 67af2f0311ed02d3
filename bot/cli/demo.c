/*
 * The demonstration: the #8421 conversation, end to end, and two that must not end well.
 *
 * Nothing here reaches around the program.  It starts the real binary as `estorno sandbox`
 * in a folder that is thrown away, writes to it as customers do, over HTTP, and looks at
 * it as auditors do: with `estorno receipt`, `estorno export`, `estorno verify`, and with
 * ssh-keygen, which knows nothing of us.  Exit 0 only if everything it shows is true.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/demo_print.h"
#include "cli/process.h"
#include "io/clock.h"
#include "io/folder.h"

struct demo {
	char folder[64]; /* holds the data folder, the log and the export */
	char data[96], log[96];
	char url[128];
	pid_t server;
	int promises, broken;
	bool failed; /* it could not be played */
};

/* --- promises ------------------------------------------------------------------------------------------------ */

/* One thing that the demonstration claims; said with its mark, and counted. */
static bool
promise(struct demo *demo, bool kept, const char *sentence)
{
	demo->promises++;
	demo->broken += !kept;
	printf("  %s%s%s %s\n", command_style(kept ? "green" : "red"), kept ? "✓" : "✗",
	       command_style("plain"), sentence);
	return kept;
}

static bool
give_up(struct demo *demo, const char *what, const struct why *why)
{
	fprintf(stderr, "estorno demo: %s: %s (log: %s)\n", what, why->text, demo->log);
	demo->failed = true;
	return false;
}

/* --- the program under demonstration --------------------------------------------------------------------------- */

static bool
read_url(struct demo *demo, int output, struct why *why)
{
	char line[256];
	size_t used = 0;
	while (used + 1 < sizeof(line) && read(output, line + used, 1) == 1 && line[used] != '\n')
		used++;
	line[used] = '\0';
	const char *at = strstr(line, "http://");
	return at != NULL && text_copy(demo->url, sizeof(demo->url), at)
	               ? true
	               : why_set(why, "it did not say where it listens");
}

static bool
start_program(struct demo *demo)
{
	struct why why = { "" };
	int output;
	const char *const words[] = { process_self(), "sandbox",  "--listen", "127.0.0.1:0",
		                      "--data",       demo->data, NULL };
	ensure(text_copy(demo->folder, sizeof(demo->folder), "/tmp/estorno-demo-XXXXXX"));
	if (mkdtemp(demo->folder) == NULL)
		return give_up(demo, demo->folder, &why);
	ensure(text_format(demo->data, sizeof(demo->data), "%s/data", demo->folder));
	ensure(text_format(demo->log, sizeof(demo->log), "%s/estorno.log", demo->folder));
	if (!process_start(words, demo->log, &demo->server, &output, &why))
		return give_up(demo, "start", &why);
	/* The descriptor stays open: the program may still write its welcome. */
	return read_url(demo, output, &why) || give_up(demo, "start", &why);
}

static void
stop_program(struct demo *demo)
{
	if (demo->server > 0 && process_stop(demo->server) != 0)
		fprintf(stderr, "estorno demo: the program did not stop in order\n");
	if (demo->failed || demo->broken > 0)
		fprintf(stderr, "estorno demo: what happened is in %s\n", demo->folder);
	else
		folder_remove(demo->folder);
}

/* --- being a customer -------------------------------------------------------------------------------------------- */

/* One request to the sandbox; `body` (taken) makes it a POST.  The parsed answer, NULL when there is none. */
static json_t *
ask(struct demo *demo, const char *path, json_t *body)
{
	struct http_response response;
	struct why why = { "" };
	json_t *answer = NULL;
	http_response_init(&response);
	if (command_visit(demo->url, path, body, &response, &why) && response.status == 200)
		answer = json_parse(buffer_text(&response.body), response.body.length,
		                    ANSWER_BYTES_MAX, &why);
	http_response_free(&response);
	return answer;
}

static void
say(struct demo *demo, const char *phone, const char *name, const char *text)
{
	struct why why = { "no answer" };
	json_t *answer = ask(demo, "/sandbox/say",
	                     json_pack("{s:s,s:s,s:s}", "from", phone, "name", name, "text", text));
	if (answer == NULL)
		give_up(demo, "/sandbox/say", &why);
	json_decref(answer);
}

static void
arm(struct demo *demo, const char *at, const char *fault)
{
	json_decref(ask(demo, "/sandbox/faults", json_pack("{s:s,s:s}", "at", at, "fault", fault)));
}

static json_t *
chat_of(struct demo *demo, const char *phone)
{
	char path[128];
	ensure(text_format(path, sizeof(path), "/sandbox/chat?phone=%s", phone));
	json_t *chat = ask(demo, path, NULL);
	return chat == NULL ? json_array() : chat;
}

static size_t
replies_in(const json_t *chat)
{
	size_t index, count = 0;
	json_t *line;
	json_array_foreach (chat, index, line) {
		const char *from = json_string_value(json_object_get(line, "from"));
		const char *status = json_string_value(json_object_get(line, "status"));
		count += from != NULL && text_equal(from, "shop") && status != NULL &&
		         !text_equal(status, "queued");
	}
	return count;
}

/* Waits until the shop has said `wanted` things on this phone; at most half a minute. */
static bool
wait_for_replies(struct demo *demo, const char *phone, size_t wanted)
{
	const struct timespec pause = { .tv_nsec = 30 * 1000 * 1000 };
	struct why why = { "the shop did not answer in half a minute" };
	for (int i = 0; i < 1000 && !demo->failed; i++) {
		json_t *chat = chat_of(demo, phone);
		size_t count = replies_in(chat);
		json_decref(chat);
		if (count >= wanted)
			return true;
		nanosleep(&pause, NULL);
	}
	return !demo->failed && give_up(demo, phone, &why);
}

static void
print_chat(struct demo *demo, const char *phone, const char *title)
{
	json_t *chat = chat_of(demo, phone);
	demo_print_chat(title, chat);
	json_decref(chat);
}

static bool
ever_said(struct demo *demo, const char *phone, const char *words)
{
	bool said = false;
	size_t index;
	json_t *chat = chat_of(demo, phone), *line;
	json_array_foreach (chat, index, line) {
		const char *from = json_string_value(json_object_get(line, "from"));
		const char *text = json_string_value(json_object_get(line, "text"));
		said = said || (from != NULL && text_equal(from, "shop") && text != NULL &&
		                strstr(text, words) != NULL);
	}
	json_decref(chat);
	return said;
}

/* --- looking at the books --------------------------------------------------------------------- */

struct at_bank {
	int64_t count, cents;
	char status[32];
};

/* What the bank's own books hold for an order. */
static struct at_bank
look_at_bank(struct demo *demo, const char *order)
{
	struct at_bank seen = { .count = -1 };
	json_t *books = ask(demo, "/sandbox/books", NULL), *payment;
	size_t index;
	json_array_foreach (json_object_get(books, "payments"), index, payment) {
		const char *number = json_string_value(json_object_get(payment, "order"));
		if (number == NULL || !text_equal(number, order))
			continue;
		const json_t *refunds = json_object_get(payment, "refunds");
		const json_t *first = json_array_get(refunds, 0);
		seen.count = (int64_t)json_array_size(refunds);
		seen.cents = json_maybe_integer(first, "amount_cents", 0);
		json_maybe_text(first, "status", seen.status, sizeof(seen.status));
	}
	json_decref(books);
	return seen;
}

/* Runs a command of ours on the demonstration's data folder; its output in `output`. */
static int
run_command(struct demo *demo, const char *const *words, struct buffer *output)
{
	const char *all[16] = { process_self() };
	struct why why = { "" };
	size_t count = 1;
	for (; *words != NULL; words++)
		all[count++] = *words;
	all[count++] = "--data";
	all[count++] = demo->data;
	ensure(count < sizeof(all) / sizeof(all[0]));
	return process_run(all, NULL, demo->log, output, &why);
}

/* The newest case of an order: its state and reason. */
static void
look_at_case(struct demo *demo, const char *order, char state[32], char reason[32])
{
	const char *const words[] = { "cases", "--json", NULL };
	struct buffer output;
	struct why why = { "" };
	json_t *row;
	size_t index;
	state[0] = reason[0] = '\0';
	buffer_init(&output, ANSWER_BYTES_MAX);
	run_command(demo, words, &output);
	json_t *rows = json_parse(buffer_text(&output), output.length, ANSWER_BYTES_MAX, &why);
	json_array_foreach (rows, index, row) {
		const char *number = json_string_value(json_object_get(row, "order"));
		if (number == NULL || !text_equal(number, order) || state[0] != '\0')
			continue;
		json_maybe_text(row, "state", state, 32);
		json_maybe_text(row, "reason", reason, 32);
	}
	json_decref(rows);
	buffer_free(&output);
}

/* Waits until the case has come to `wanted`. */
static bool
case_comes_to(struct demo *demo, const char *order, const char *wanted, const char *wanted_reason)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
	char state[32], reason[32];
	for (int i = 0; i < 200; i++) {
		look_at_case(demo, order, state, reason);
		if (text_equal(state, wanted) && text_equal(reason, wanted_reason))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* The result of an order's latest receipt; "" when there is none. */
static void
look_at_receipt(struct demo *demo, const char *order, char result[32], bool *safe)
{
	const char *const words[] = { "receipts", order, "--json", NULL };
	struct buffer output;
	struct why why = { "" };
	result[0] = '\0';
	*safe = false;
	buffer_init(&output, ANSWER_BYTES_MAX);
	run_command(demo, words, &output);
	json_t *rows = json_parse(buffer_text(&output), output.length, ANSWER_BYTES_MAX, &why);
	const json_t *newest = json_array_get(rows, 0);
	json_maybe_text(newest, "result", result, 32);
	*safe = json_maybe_true(newest, "safe");
	json_decref(rows);
	buffer_free(&output);
}

/* --- the three conversations ------------------------------------------------------------------ */

#define MARINA "5520999990101"
#define RAFAEL "5520999990202"
#define BIANCA "5520999990303"

static bool
marina(struct demo *demo)
{
	say(demo, MARINA, "Marina",
	    "Oi! Meu pedido 8421 veio quebrado, quero meu dinheiro de volta.");
	if (!wait_for_replies(demo, MARINA, 1))
		return false;
	say(demo, MARINA, "Marina", "Pode sim.");
	if (!wait_for_replies(demo, MARINA, 2))
		return false;
	print_chat(demo, MARINA, "Marina · WhatsApp");
	return case_comes_to(demo, "8421", "CLOSED", "");
}

static void
marina_promises(struct demo *demo)
{
	char result[32];
	bool safe;
	struct at_bank bank = look_at_bank(demo, "8421");
	look_at_receipt(demo, "8421", result, &safe);
	promise(demo,
	        bank.count == 1 && bank.cents == 18600 && text_equal(bank.status, "DEVOLVIDO"),
	        "o banco tem um único estorno do pedido 8421, de R$ 186,00, liquidado");
	promise(demo, text_equal(result, "verified") && safe,
	        "o recibo está selado: verified, safe_to_claim_complete");
	promise(demo, ever_said(demo, MARINA, "Estorno feito"),
	        "só então a cliente leu \"Estorno feito\"");
}

static void
rafael(struct demo *demo)
{
	char result[32];
	bool safe;
	say(demo, RAFAEL, "Rafael", "quero o reembolso do pedido 9001 por favor");
	if (!wait_for_replies(demo, RAFAEL, 1))
		return;
	print_chat(demo, RAFAEL, "Rafael · acima do teto de R$ 500,00 do mandato");
	struct at_bank bank = look_at_bank(demo, "9001");
	look_at_receipt(demo, "9001", result, &safe);
	promise(demo, case_comes_to(demo, "9001", "HELD", "above_cap"),
	        "o caso está retido para uma pessoa: above_cap");
	promise(demo, bank.count == 0, "nada se moveu no banco");
}

static void
bianca(struct demo *demo)
{
	char result[32];
	bool safe;
	arm(demo, "pix.refund", "not_done");
	say(demo, BIANCA, "Bianca", "Pedido 7310 chegou errado. Quero meu dinheiro de volta");
	if (!wait_for_replies(demo, BIANCA, 1))
		return;
	say(demo, BIANCA, "Bianca", "sim, pode devolver");
	if (!wait_for_replies(demo, BIANCA, 2))
		return;
	print_chat(demo, BIANCA, "Bianca · o banco responde NAO_REALIZADO");
	promise(demo, case_comes_to(demo, "7310", "HELD", "bank_declined"),
	        "o caso está retido para uma pessoa: bank_declined");
	look_at_receipt(demo, "7310", result, &safe);
	promise(demo, text_equal(result, "incomplete") && !safe,
	        "o recibo diz o que houve: incomplete, e não permite dizer \"feito\"");
	promise(demo, !ever_said(demo, BIANCA, "Estorno feito"), "ninguém disse \"Estorno feito\"");
}

/* --- auditing --------------------------------------------------------------------------------- */

static void
show_receipt(struct demo *demo)
{
	const char *const words[] = { "receipt", "rcp_rf8421", "--text", NULL };
	struct buffer output;
	buffer_init(&output, ANSWER_BYTES_MAX);
	run_command(demo, words, &output);
	demo_print_heading("O recibo");
	demo_print_indented(buffer_text(&output));
	buffer_free(&output);
}

/* The export is written below the current folder, so we stand in ours. */
static bool export(struct demo *demo, char folder[128])
{
	const char *const words[] = { "export", "8421", NULL };
	struct buffer output;
	char here[FOLDER_PATH_SIZE];
	buffer_init(&output, 4096);
	bool ok = getcwd(here, sizeof(here)) != NULL && chdir(demo->folder) == 0 &&
	          run_command(demo, words, &output) == EXIT_YES && chdir(here) == 0;
	const char *path = buffer_text(&output);
	int length = (int)strcspn(path, "\n");
	ok = ok && length > 0 &&
	     (path[0] == '/' ? text_format(folder, 128, "%.*s", length, path)
	                     : text_format(folder, 128, "%s/%.*s", demo->folder, length, path));
	buffer_free(&output);
	return ok;
}

static void
audit(struct demo *demo)
{
	char folder[128], object[192], body[192], signature[192], signers[192];
	struct buffer output;
	struct why why = { "" };
	demo_print_heading("Verificações");
	if (!promise(demo, export(demo, folder),
	             "estorno export 8421 escreveu uma pasta para auditores"))
		return;
	ensure(text_format(object, sizeof(object), "%s/rcp_rf8421.postcept.json", folder));
	ensure(text_format(body, sizeof(body), "%s/rcp_rf8421.json", folder));
	ensure(text_format(signature, sizeof(signature), "%s/rcp_rf8421.json.sig", folder));
	ensure(text_format(signers, sizeof(signers), "%s/allowed_signers", folder));
	const char *const ours[] = { "verify", object, NULL };
	const char *const theirs[] = { "ssh-keygen",      "-Y", "verify",           "-f",
		                       signers,           "-I", "receipts@estorno", "-n",
		                       "estorno-receipt", "-s", signature,          NULL };
	buffer_init(&output, 64 * 1024);
	promise(demo, run_command(demo, ours, &output) == EXIT_YES,
	        "estorno verify rcp_rf8421.postcept.json: autêntico");
	promise(demo, process_run(theirs, body, demo->log, &output, &why) == 0,
	        "ssh-keygen -Y verify, que não sabe nada de nós: autêntico");
	buffer_free(&output);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
play(struct demo *demo)
{
	if (!marina(demo))
		return;
	marina_promises(demo);
	demo_print_refund(demo->data, "8421");
	show_receipt(demo);
	audit(demo);
	rafael(demo);
	bianca(demo);
}

static int
run_demo(const struct command_line *line)
{
	struct demo demo = { .server = 0 };
	(void)line;
	demo_print_title();
	if (start_program(&demo))
		play(&demo);
	stop_program(&demo);
	if (demo.failed)
		return EXIT_COULD_NOT;
	demo_print_end(demo.promises, demo.broken);
	return demo.broken == 0 ? EXIT_YES : EXIT_NO;
}

const struct command command_demo = {
	.name = "demo",
	.arguments = "",
	.sentence = "the #8421 conversation, end to end, then exit",
	.help = "Starts the program against simulated providers on loopback, plays three "
		"conversations,\n"
		"shows the receipt and verifies it.  Exit 0 only if everything it shows is true.",
	.options = "",
	.run = run_demo,
};
