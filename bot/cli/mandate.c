/*
 * mandate trust, install, show, pause, resume, revoke: the bot's side.
 *
 * The bot holds finance's public key only.  It can take a mandate back at once; it can't
 * write one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/clock.h"
#include "refund/mandate.h"
#include "serve/standing.h"

/* --- trust, install --------------------------------------------------------------------------- */

/* Sends a file's text under `key` to an action; `done` is printed with the answer's `named` after it. */
static int
send_file(const struct command_line *line, const char *action, const char *key, const char *done,
          const char *named)
{
	struct why why = { "" };
	json_t *output = NULL;
	char *text = file_read(line->words[0], PUBLIC_KEY_JSON_BYTES_MAX * 2, NULL, &why);
	if (text == NULL)
		return command_could_not(&why);
	json_t *input = json_pack("{s:s}", key, text);
	free(text);
	if (input == NULL) {
		why_set(&why, "%s is not text", line->words[0]);
		return command_refused(&why);
	}
	int code = command_change(line->data, action, input, &output);
	if (code == EXIT_YES)
		printf("%s %s\n", done, json_string_value(json_object_get(output, named)));
	json_decref(output);
	return code;
}

static int
run_trust(const struct command_line *line)
{
	return send_file(line, "mandate.trust", "public_key",
	                 "mandates are now trusted when signed with", "key_id");
}

const struct command command_mandate_trust = {
	.name = "mandate trust",
	.arguments = "FILE.pub",
	.sentence = "pin finance's public key",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_trust,
};

static int
run_install(const struct command_line *line)
{
	return send_file(line, "mandate.install", "file", "now ruling:", "id");
}

const struct command command_mandate_install = {
	.name = "mandate install",
	.arguments = "FILE",
	.sentence = "let a signed mandate rule; refused unless a trusted key signed it",
	.help = "It replaces the one that ruled.  What is under way under the old one is held.",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_install,
};

/* --- show ------------------------------------------------------------------------------------- */

/* One limit, and what counts against it so far: now, or for each order and customer anew. */
struct limit {
	const char *name, *words;
	int64_t most, used;
	bool is_count, runs; /* it is used up over a day or month */
};

enum { LIMIT_COUNT = 7 };

static void
list_limits(const struct mandate *m, const struct mandate_use *use,
            struct limit limits[LIMIT_COUNT])
{
	const struct limit list[LIMIT_COUNT] = {
		{ "per_refund_cents", "one refund", m->per_refund_cents, 0, false, false },
		{ "per_order_cents", "one order", m->per_order_cents, 0, false, false },
		{ "per_customer_day_cents", "one buyer a day", m->per_customer_day_cents, 0, false,
		  false },
		{ "per_day_cents", "a day", m->per_day_cents, use->day_cents, false, true },
		{ "per_month_cents", "a month", m->per_month_cents, use->month_cents, false, true },
		{ "count_per_day", "refunds a day", m->count_per_day, use->day_count, true, true },
		{ "max_order_age_days", "days since the order", m->max_order_age_days, 0, true,
		  false },
	};
	memcpy(limits, list, sizeof(list));
}

static int64_t
left_of(const struct limit *limit)
{
	return limit->used > limit->most ? 0 : limit->most - limit->used;
}

static const char *
print_value(const struct limit *limit, int64_t value, char text[32])
{
	if (!limit->is_count)
		return command_amount(value);
	text_format(text, 32, "%lld", (long long)value);
	return text;
}

static void
print_limit(const struct limit *limit)
{
	char most[32], used[32], left[32];
	printf("  %-22s ", limit->words);
	if (limit->most == 0)
		printf("no limit");
	else
		printf("%s", print_value(limit, limit->most, most));
	if (limit->runs)
		printf(", used %s", print_value(limit, limit->used, used));
	if (limit->runs && limit->most > 0)
		printf(", left %s", print_value(limit, left_of(limit), left));
	putchar('\n');
}

/* Limits by name, and what of them runs out: {"per_day_cents":..., "used":{...}, "left":{...}}. */
static void
add_limits(json_t *json, const struct limit limits[LIMIT_COUNT])
{
	json_t *used = json_object(), *left = json_object();
	for (int i = 0; i < LIMIT_COUNT; i++) {
		const struct limit *limit = &limits[i];
		if (limit->most > 0)
			json_object_set_new(json, limit->name, json_integer(limit->most));
		if (limit->runs)
			json_object_set_new(used, limit->name, json_integer(limit->used));
		if (limit->runs && limit->most > 0)
			json_object_set_new(left, limit->name, json_integer(left_of(limit)));
	}
	json_object_set_new(json, "used", used);
	json_object_set_new(json, "left", left);
}

static void
print_json(const struct stored_mandate *stored, const char *refused,
           const struct limit limits[LIMIT_COUNT])
{
	const struct mandate *m = &stored->columns;
	json_t *json = json_pack("{s:s,s:s,s:b,s:s,s:s,s:o,s:o,s:o}", "id", m->id, "status",
	                         mandate_status_text(stored->status), "allows_refunds",
	                         refused[0] == '\0', "reason", refused, "key_id", stored->key_id,
	                         "signed_at", command_instant(m->signed_ms), "not_before",
	                         command_instant(m->not_before_ms), "expires_at",
	                         command_instant(m->expires_ms));
	add_limits(json, limits);
	command_print_json(json);
}

static void
print_text(const struct stored_mandate *stored, const char *refused,
           const struct limit limits[LIMIT_COUNT])
{
	char from[INSTANT_TEXT_SIZE], until[INSTANT_TEXT_SIZE];
	instant_print_sao_paulo(from, stored->columns.not_before_ms);
	instant_print_sao_paulo(until, stored->columns.expires_ms);
	bool good = refused[0] == '\0';
	printf("%s%s%s  %s%s%s%s%s\n", command_style("bold"), stored->columns.id,
	       command_style("plain"), command_style(good ? "green" : "red"),
	       mandate_status_text(stored->status), good ? "" : ": no refund now, ", refused,
	       command_style("plain"));
	printf("  %-22s %s\n  %-22s %s\n  %-22s %s\n", "signed with", stored->key_id, "from", from,
	       "until", until);
	for (int i = 0; i < LIMIT_COUNT; i++)
		print_limit(&limits[i]);
}

static int
show(const struct command_line *line, struct folder *folder)
{
	struct stored_mandate stored;
	struct mandate_use use;
	struct policy policy;
	struct limit limits[LIMIT_COUNT];
	struct why why = { "" };
	int64_t now_ms = clock_now_ms(), clock_ms = store_clock_ms(folder->store);
	if (clock_ms > now_ms)
		now_ms = clock_ms; /* as the engine sees it */
	if (!store_mandate_latest(folder->store, &stored)) {
		why_set(&why, "no mandate was ever installed: nothing is refunded without one");
		return command_refused(&why);
	}
	settings_policy(&folder->settings, folder_is_sandbox(folder->path), &policy);
	const char *refused = hold_text(standing_of(folder->store, &stored, &policy, now_ms));
	store_mandate_use(folder->store, "", "", "", now_ms, &use);
	list_limits(&stored.columns, &use, limits);
	if (line->json)
		print_json(&stored, refused, limits);
	else
		print_text(&stored, refused, limits);
	return EXIT_YES;
}

static int
run_show(const struct command_line *line)
{
	return command_look(line, show);
}

const struct command command_mandate_show = {
	.name = "mandate show",
	.arguments = "",
	.sentence = "the mandate that rules: status, limits, what is left",
	.help = "Today and this month are São Paulo's; what is reserved or under way counts as "
		"used.\n"
		"Exit 1 when none was ever installed.",
	.options = "",
	.run = run_show,
};

/* --- pause, resume, revoke -------------------------------------------------------------------- */

static int
set_status(const struct command_line *line, enum mandate_status status, const char *done)
{
	int code = command_change(
		line->data, "mandate.set",
		json_pack("{s:s,s:s}", "id", line->words[0], "status", mandate_status_text(status)),
		NULL);
	if (code == EXIT_YES)
		printf("%s %s\n", line->words[0], done);
	return code;
}

static int
run_pause(const struct command_line *line)
{
	return set_status(line, MANDATE_PAUSED, "is paused: no refund until it is resumed");
}

const struct command command_mandate_pause = {
	.name = "mandate pause",
	.arguments = "ID",
	.sentence = "no refund until it is resumed, at once",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_pause,
};

static int
run_resume(const struct command_line *line)
{
	return set_status(line, MANDATE_ACTIVE, "is active again");
}

const struct command command_mandate_resume = {
	.name = "mandate resume",
	.arguments = "ID",
	.sentence = "let a paused mandate rule again",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_resume,
};

static int
run_revoke(const struct command_line *line)
{
	return set_status(line, MANDATE_REVOKED, "is revoked, for good");
}

const struct command command_mandate_revoke = {
	.name = "mandate revoke",
	.arguments = "ID",
	.sentence = "no refund under it ever again, at once",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_revoke,
};
