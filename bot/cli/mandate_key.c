/*
 * mandate keygen, mandate sign: finance's side.
 *
 * Meant for a machine of finance's own: neither needs a data folder, and the private key
 * never comes near the bot's.  What is signed is a file that people can read.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/clock.h"
#include "proof/key_text.h"
#include "refund/mandate.h"

/* --- keygen ----------------------------------------------------------------------------------- */

static struct signing_key *
draw_key(void)
{
	uint8_t seed[KEY_BYTES];
	clock_random(seed, sizeof(seed));
	struct signing_key *key = signing_key_new(KEY_USE_MANDATES, seed);
	explicit_bzero(seed, sizeof(seed));
	return key;
}

static bool
write_private(const struct signing_key *key, const char *path, struct why *why)
{
	char text[PRIVATE_KEY_TEXT_SIZE];
	signing_key_print(key, text);
	bool ok = file_write_private(path, text, why);
	explicit_bzero(text, sizeof(text));
	return ok;
}

static bool
write_public(const struct signing_key *key, const char *path, struct why *why)
{
	char line[PUBLIC_KEY_LINE_SIZE], text[PUBLIC_KEY_LINE_SIZE + 1];
	ensure(verifying_key_print(signing_key_public(key), key_use_text(KEY_USE_MANDATES), line));
	ensure(text_format(text, sizeof(text), "%s\n", line));
	return file_write_public(path, text, strlen(text), why);
}

static int
run_keygen(const struct command_line *line)
{
	const char *path = line->words[0];
	char public_path[FOLDER_PATH_SIZE];
	struct why why = { "" };
	if (!text_format(public_path, sizeof(public_path), "%s.pub", path)) {
		why_set(&why, "the path is too long");
		return command_could_not(&why);
	}
	if (access(path, F_OK) == 0 || access(public_path, F_OK) == 0) {
		why_set(&why, "%s or %s exists; a key is never written over", path, public_path);
		return command_could_not(&why);
	}
	struct signing_key *key = draw_key();
	bool ok = write_private(key, path, &why) && write_public(key, public_path, &why);
	if (ok)
		printf("%s\n%s signs mandates: keep it on finance's own machine.\n"
		       "%s goes to the bot's: estorno mandate trust %s\n",
		       signing_key_public(key)->id, path, public_path, public_path);
	signing_key_free(key);
	return ok ? EXIT_YES : command_could_not(&why);
}

const struct command command_mandate_keygen = {
	.name = "mandate keygen",
	.arguments = "FILE",
	.sentence = "a key for finance: FILE (private, 0600) and FILE.pub",
	.help = "Meant for finance's own machine; needs no data folder.",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_keygen,
};

/* --- sign ------------------------------------------------------------------------------------- */

enum { DAYS_OTHERWISE = 90 };

/* Finance's clock may run a little ahead of the bot's; its mandate counts at once all the same. */
#define CLOCKS_DIFFER_MS (5 * MINUTE_MS)

static const struct limit {
	const char *option;
	size_t offset;
	int64_t most; /* of a number; 0 for an amount */
} limits[] = {
	{ "--per-refund", offsetof(struct mandate, per_refund_cents), 0 },
	{ "--per-order", offsetof(struct mandate, per_order_cents), 0 },
	{ "--per-customer-day", offsetof(struct mandate, per_customer_day_cents), 0 },
	{ "--per-day", offsetof(struct mandate, per_day_cents), 0 },
	{ "--per-month", offsetof(struct mandate, per_month_cents), 0 },
	{ "--count-per-day", offsetof(struct mandate, count_per_day), 1000000 },
	{ "--max-order-age-days", offsetof(struct mandate, max_order_age_days), 36500 },
};

static bool
parse_count(const char *option, const char *text, int64_t most, int64_t *count, struct why *why)
{
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < 1 ||
	    number > most)
		return why_set(why, "%s must be a whole number from 1 to %lld", option,
		               (long long)most);
	*count = number;
	return true;
}

static bool
parse_limit(const struct limit *limit, const char *text, struct mandate *mandate, struct why *why)
{
	int64_t value = 0;
	if (limit->most > 0) {
		if (!parse_count(limit->option, text, limit->most, &value, why))
			return false;
	} else if (!money_parse_typed(text, &value) || value < 1 || value > MONEY_CENTS_MAX) {
		return why_set(why, "%s must be an amount in reais, as 500 or 500.00",
		               limit->option);
	}
	*(int64_t *)(void *)((char *)mandate + limit->offset) = value;
	return true;
}

/* Who names the merchant names the environment too: the live shop, unless told otherwise. */
static bool
parse_place(const struct command_line *line, struct mandate *mandate, struct why *why)
{
	const char *merchant = command_option(line, "--merchant");
	if (command_option(line, "--test") != NULL)
		mandate->place = MANDATE_TEST;
	else if (merchant != NULL)
		mandate->place = MANDATE_LIVE;
	if (merchant == NULL)
		return true;
	return (merchant[0] != '\0' &&
	        text_copy(mandate->merchant, sizeof(mandate->merchant), merchant)) ||
	       why_set(why, "--merchant must have 1 to %zu bytes", sizeof(mandate->merchant) - 1);
}

static bool
parse_mandate(const struct command_line *line, struct mandate *mandate, struct why *why)
{
	const char *id = command_option(line, "--id"), *days = command_option(line, "--days");
	int64_t days_valid = DAYS_OTHERWISE;
	if (id == NULL || command_option(line, "--per-refund") == NULL)
		return why_set(why, "--id and --per-refund are needed");
	if (!text_copy(mandate->id, sizeof(mandate->id), id))
		return why_set(why, "--id may have at most %zu characters",
		               sizeof(mandate->id) - 1);
	if (!parse_place(line, mandate, why))
		return false;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const char *text = command_option(line, limits[i].option);
		if (text != NULL && !parse_limit(&limits[i], text, mandate, why))
			return false;
	}
	if (days != NULL && !parse_count("--days", days, 3650, &days_valid, why))
		return false;
	mandate->signed_ms = clock_now_ms();
	mandate->not_before_ms = mandate->signed_ms - CLOCKS_DIFFER_MS;
	mandate->expires_ms = mandate->signed_ms + days_valid * DAY_MS;
	return mandate_is_sound(mandate, why);
}

static struct signing_key *
read_key(const struct command_line *line, struct why *why)
{
	const char *path = command_option(line, "--key");
	if (path != NULL)
		return file_read_signing_key(path, KEY_USE_MANDATES, why);
	why_set(why, "--key FILE is needed: finance's private key");
	return NULL;
}

static int
run_sign(const struct command_line *line)
{
	struct mandate mandate = { .id = "" };
	struct signed_mandate signed_mandate;
	struct why why = { "" };
	struct buffer file;
	struct signing_key *key = NULL;
	if (parse_mandate(line, &mandate, &why))
		key = read_key(line, &why);
	if (key == NULL)
		return command_could_not(&why);
	buffer_init(&file, 4 * MANDATE_BYTES_MAX);
	mandate_sign(&mandate, key, &signed_mandate);
	mandate_print(&signed_mandate, &file);
	ensure(!file.failed);
	fputs(buffer_text(&file), stdout);
	buffer_free(&file);
	signing_key_free(key);
	return EXIT_YES;
}

const struct command command_mandate_sign = {
	.name = "mandate sign",
	.arguments = "OPTIONS > FILE",
	.sentence = "write a signed mandate to standard output",
	.help = "  --key FILE              finance's private key\n"
		"  --id ID                 the mandate's name, as cm_support\n"
		"  --per-refund A          the most for one refund, in reais: 500 or 500.00\n"
		"  --per-order A           for one order in all\n"
		"  --per-customer-day A    for one buyer a day\n"
		"  --per-day A             for all buyers a day\n"
		"  --per-month A           for all buyers a calendar month\n"
		"  --count-per-day N       refunds a day\n"
		"  --max-order-age-days N  since the order was placed\n"
		"  --days N                how long it is valid (90)\n"
		"  --merchant NAME         only for the shop whose settings say merchant = NAME, "
		"live\n"
		"  --test                  only in a sandbox\n\n"
		"A limit that is not given does not apply.  Days and months are São Paulo's.  "
		"Needs no\n"
		"data folder.",
	.options = "--key= --id= --per-refund= --per-order= --per-customer-day= --per-day= "
		   "--per-month= --count-per-day= --max-order-age-days= --days= --merchant= "
		   "--test",
	.run = run_sign,
};
