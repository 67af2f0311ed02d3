/*
 * One row, one key.
 */
#include "io/settings.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/listener.h"

struct row {
	const char *key;
	const char *choices; /* "a|b": one of these words; NULL: any text, or a number */
	size_t offset, size; /* size 0: a number */
	int64_t least, most;
	const char *otherwise; /* the default, as it would be written */
	const char *sentence;
};

#define TEXT(key, default, sentence)                                                             \
	{                                                                                        \
#key, NULL, offsetof(struct settings, key), sizeof(((struct settings *)0)->key), \
			0, 0, default, sentence                                                  \
	}
#define CHOICE(key, words, default, sentence)                                                     \
	{                                                                                         \
#key, words, offsetof(struct settings, key), sizeof(((struct settings *)0)->key), \
			0, 0, default, sentence                                                   \
	}
#define NUMBER(key, least, most, default, sentence)                                           \
	{                                                                                     \
#key, NULL, offsetof(struct settings, key), 0, least, most, default, sentence \
	}

static const struct row rows[] = {
	TEXT(merchant, "loja",
	     "the shop's name in receipts; part of every refund id: do not change it later"),
	TEXT(agent, "support-bot", "the bot's name in receipts"),
	CHOICE(timezone, "America/Sao_Paulo", "America/Sao_Paulo",
	       "where the mandate's days begin"),
	CHOICE(locale, "pt-BR|es|en", "pt-BR", "the language of pages and of the first words"),
	CHOICE(channel, "zapi", "zapi", "how customers reach us"),
	CHOICE(ledger, "omie", "omie", "where orders are"),
	CHOICE(pay, "pix", "pix", "how money goes back"),
	CHOICE(invoice, "focus", "focus", "who issues the credit note"),
	CHOICE(desk, "none", "none", "the help desk"),
	TEXT(listen, "127.0.0.1:8080", "address and port to listen on; port 0 picks one"),
	TEXT(public_url, "", "how the outside reaches us, for log-in links: https://..."),
	CHOICE(identity, "phone|phone_or_document", "phone_or_document",
	       "how a customer proves that an order is his; another phone goes to a person"),
	CHOICE(note_gate, "required", "required",
	       "nothing is verified before the credit note is authorised"),
	CHOICE(payment_reference, "nsu|integration_code|observation|customer_order_number", "nsu",
	       "where the order holds the Pix txid or e2eid"),
	NUMBER(consent_minutes, 1, 1440, "30", "how long an offer stands"),
	NUMBER(order_hours, 1, 168, "24", "how long an order number is waited for"),
	NUMBER(slow_seconds, 1, 600, "6", "after this the customer hears that it takes longer"),
	NUMBER(refund_grace_seconds, 1, 3600, "60",
	       "how long a refund or note that is not shown may still appear"),
	NUMBER(call_timeout_seconds, 1, CALL_SECONDS_MAX, "20", "for one call to a provider"),
	NUMBER(request_seconds, 1, REQUEST_SECONDS_MAX, "20",
	       "in which a request to us must be here whole, then 408"),
	NUMBER(idle_seconds, 1, IDLE_SECONDS_MAX, "30",
	       "that a connection to us may rest between two requests, then it is closed"),
	NUMBER(told_wait_seconds, 1, 600, "10", "for the channel to confirm that the reply left"),
	NUMBER(order_fresh_seconds, 0, 60, "60",
	       "an order read so lately is not read again before paying and in the read-back: Omie "
	       "answers the same question once a minute; 0 waits for that"),
	NUMBER(look_up_give_up_minutes, 1, 1440, "30",
	       "reading ERP and bank before an offer, then a person"),
	NUMBER(refund_give_up_minutes, 1, 1440, "30", "waiting for the bank, then a person"),
	NUMBER(note_give_up_minutes, 1, 1440, "30", "waiting for the credit note, then a person"),
	NUMBER(verify_give_up_minutes, 1, 1440, "10", "reading everything back, then a person"),
	NUMBER(tell_give_up_minutes, 1, 1440, "60", "getting the reply out, then a person"),
	TEXT(note_nature, "Devolução de venda", "natureza da operação of the credit note"),
	NUMBER(tax_regime, 1, 3, "1",
	       "1 Simples Nacional, 2 Simples above the limit, 3 normal; ask the accountant"),
	TEXT(icms_origin, "0", "origin of the goods in the credit note"),
	TEXT(icms_situation, "102", "CST or CSOSN of ICMS in the credit note; mirrors the sale"),
	TEXT(pis_situation, "49", "CST of PIS in the credit note"),
	TEXT(cofins_situation, "49", "CST of COFINS in the credit note"),
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

/* --- one value ------------------------------------------------------------------------------------------- */

static bool
is_choice(const char *choices, const char *value)
{
	size_t length = strlen(value);
	while (length > 0 && *choices != '\0') {
		size_t word = strcspn(choices, "|");
		if (word == length && strncmp(choices, value, length) == 0)
			return true;
		choices += word + (choices[word] == '|');
	}
	return false;
}

static bool
set_number(const struct row *row, const char *value, int64_t *to, struct why *why)
{
	char *end;
	errno = 0;
	long long number = strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || number < row->least || number > row->most)
		return why_set(why, "%s must be a whole number from %" PRId64 " to %" PRId64,
		               row->key, row->least, row->most);
	*to = number;
	return true;
}

static bool
is_printable(const char *value)
{
	for (; *value != '\0'; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

static bool
set_row(const struct row *row, const char *value, struct settings *settings, struct why *why)
{
	char *at = (char *)settings + row->offset;
	if (row->size == 0)
		return set_number(row, value, (int64_t *)(void *)at, why);
	if (row->choices != NULL && !is_choice(row->choices, value))
		return why_set(why, "%s must be one of: %s", row->key, row->choices);
	if (!is_printable(value)) /* it may stand in a receipt */
		return why_set(why, "%s must be one printable line", row->key);
	if (!text_is_utf8(value, strlen(value)) || !text_copy(at, row->size, value))
		return why_set(why, "%s may have at most %zu bytes of UTF-8", row->key,
		               row->size - 1);
	return true;
}

/* --- values that only look right -------------------------------------------------------------------------- */

static bool
is_named(const char *value, struct why *why)
{
	return value[0] != '\0' || why_set(why, "can't be empty: it stands in every receipt");
}

static bool
is_place_to_listen(const char *value, struct why *why)
{
	char host[64];
	int port;
	return listener_parse(value, host, sizeof(host), &port, why);
}

/* What follows `prefix`; NULL when `text` does not begin with it. */
static const char *
after(const char *text, const char *prefix)
{
	return text_starts_with(text, prefix) ? text + strlen(prefix) : NULL;
}

/* Log-in links are this and a path, and their session cookies are Secure only with https. */
static bool
is_url_of_people(const char *value, struct why *why)
{
	static const char *const loopbacks[] = { "http://127.0.0.1", "http://[::1]",
		                                 "http://localhost" };
	const char *host = after(value, "https://");
	bool ok = value[0] == '\0' ||
	          (host != NULL && host[0] != '\0' && host[0] != '/' && host[0] != ':');
	for (size_t i = 0; i < sizeof(loopbacks) / sizeof(loopbacks[0]); i++) {
		const char *rest = after(value, loopbacks[i]);
		ok = ok || (rest != NULL && (rest[0] == '\0' || rest[0] == ':' || rest[0] == '/'));
	}
	return (ok && strpbrk(value, " \t?#@\\") == NULL) ||
	       why_set(why, "must be empty or https://HOST, with a path or without");
}

static const struct {
	const char *key;
	bool (*is_right)(const char *value, struct why *why);
} judges[] = {
	{ "merchant", is_named },
	{ "agent", is_named },
	{ "listen", is_place_to_listen },
	{ "public_url", is_url_of_people },
};

static bool
is_right(const char *key, const char *value, struct why *why)
{
	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++)
		if (text_equal(judges[i].key, key) && !judges[i].is_right(value, why))
			return why_prefix(why, "%s", key);
	return true;
}

void
settings_default(struct settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	for (size_t i = 0; i < ROW_COUNT; i++)
		ensure(set_row(&rows[i], rows[i].otherwise, settings, NULL));
}

/* --- the file ------------------------------------------------------------------------------------------------ */

struct reading_file {
	struct settings *settings;
	struct why *why;
	bool seen[ROW_COUNT];
};

static int
take_line(void *context, const char *section, const char *key, const char *value)
{
	struct reading_file *reading = context;
	if (section[0] != '\0')
		return why_set(reading->why, "sections are not used here");
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!text_equal(rows[i].key, key))
			continue;
		if (reading->seen[i])
			return why_set(reading->why, "%s stands here for the second time", key);
		reading->seen[i] = true;
		return set_row(&rows[i], value, reading->settings, reading->why) &&
		       is_right(key, value, reading->why);
	}
	return why_set(reading->why, "%s is no setting", key);
}

/* inih reads a line that is too long as two, and takes a ';' behind a blank for a comment: either would cut
 * a value without a word.  A '#' there is a comment to people and part of the value to inih. */
static bool
line_is_whole(const char *line, size_t length, struct why *why)
{
	enum { LINE_BYTES_MAX = INI_MAX_LINE - 2 };
	size_t blanks = strspn(line, " \t");
	if (length > LINE_BYTES_MAX)
		return why_set(why, "longer than %d bytes", LINE_BYTES_MAX);
	for (size_t i = blanks + 1; line[blanks] != '#' && i < length; i++)
		if ((line[i] == ';' || line[i] == '#') &&
		    (line[i - 1] == ' ' || line[i - 1] == '\t'))
			return why_set(why, "a value can't have a '%c' behind a blank", line[i]);
	return true;
}

static bool
lines_are_whole(const char *text, struct why *why)
{
	for (int line = 1; *text != '\0'; line++) {
		size_t length = strcspn(text, "\n");
		if (!line_is_whole(text, length, why))
			return why_prefix(why, "line %d", line);
		text += length + (text[length] == '\n');
	}
	return true;
}

bool
settings_read(const char *text, struct settings *settings, struct why *why)
{
	struct why cause = { "" };
	struct reading_file reading = { .settings = settings, .why = &cause };
	settings_default(settings);
	if (!lines_are_whole(text, why))
		return false;
	int line = ini_parse_string(text, take_line, &reading);
	if (line == 0)
		return true;
	return why_set(why, "line %d: %s", line,
	               cause.text[0] == '\0' ? "not `key = value`" : cause.text);
}

bool
settings_load(const char *path, struct settings *settings, struct why *why)
{
	FILE *file = fopen(path, "re");
	if (file == NULL && errno == ENOENT) {
		settings_default(settings);
		return true;
	}
	if (file == NULL)
		return why_set(why, "%s: %s", path, strerror(errno));
	char *text = calloc(1, SETTINGS_BYTES_MAX + 1);
	ensure(text != NULL);
	size_t length = fread(text, 1, SETTINGS_BYTES_MAX + 1, file);
	bool ok = ferror(file) == 0 || why_set(why, "%s", strerror(errno));
	fclose(file);
	ok = ok && (length <= SETTINGS_BYTES_MAX ||
	            why_set(why, "larger than %d bytes", SETTINGS_BYTES_MAX));
	ok = ok && (strlen(text) == length || why_set(why, "holds a NUL: not a text"));
	ok = ok && settings_read(text, settings, why);
	free(text);
	return ok || why_prefix(why, "%s", path);
}

void
settings_print_template(FILE *out)
{
	fprintf(out,
	        "# Estorno's settings.  Every key with its default; remove the # to change one.\n");
	for (size_t i = 0; i < ROW_COUNT; i++)
		fprintf(out, "\n# %s%s%s\n#%s = %s\n", rows[i].sentence,
		        rows[i].choices == NULL ? "" : ": ",
		        rows[i].choices == NULL ? "" : rows[i].choices, rows[i].key,
		        rows[i].otherwise);
}

/* --- for the pure rooms ------------------------------------------------------------------------------------------ */

void
settings_policy(const struct settings *s, bool sandbox, struct policy *policy)
{
	*policy = (struct policy){
		.consent_ms = s->consent_minutes * MINUTE_MS,
		.order_wait_ms = s->order_hours * HOUR_MS,
		.slow_ms = s->slow_seconds * SECOND_MS,
		.unknown_grace_ms = s->refund_grace_seconds * SECOND_MS,
		.look_up_give_up_ms = s->look_up_give_up_minutes * MINUTE_MS,
		.refund_give_up_ms = s->refund_give_up_minutes * MINUTE_MS,
		.note_give_up_ms = s->note_give_up_minutes * MINUTE_MS,
		.verify_give_up_ms = s->verify_give_up_minutes * MINUTE_MS,
		.tell_give_up_ms = s->tell_give_up_minutes * MINUTE_MS,
		.told_wait_ms = s->told_wait_seconds * SECOND_MS,
		/* The simulated ERP answers as often as it is asked. */
		.order_fresh_ms = sandbox ? 0 : s->order_fresh_seconds * SECOND_MS,
		.sandbox = sandbox,
	};
	ensure(text_copy(policy->merchant, sizeof(policy->merchant), s->merchant));
	ensure(text_copy(policy->agent, sizeof(policy->agent), s->agent));
}

static enum payment_reference_place
place_of(const char *word)
{
	static const char *const words[] = {
		[REFERENCE_IN_NSU] = "nsu",
		[REFERENCE_IN_INTEGRATION_CODE] = "integration_code",
		[REFERENCE_IN_OBSERVATION] = "observation",
		[REFERENCE_IN_CUSTOMER_ORDER_NUMBER] = "customer_order_number",
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equal(words[i], word))
			return (enum payment_reference_place)i;
	ensure(!"a choice that the table does not have");
	return REFERENCE_IN_NSU;
}

void
settings_shop(const struct settings *s, struct shop *shop)
{
	*shop = (struct shop){
		.payment_reference = place_of(s->payment_reference),
		.tax_regime = s->tax_regime,
	};
	ensure(text_copy(shop->icms_origin, sizeof(shop->icms_origin), s->icms_origin));
	ensure(text_copy(shop->icms_situation, sizeof(shop->icms_situation), s->icms_situation));
	ensure(text_copy(shop->pis_situation, sizeof(shop->pis_situation), s->pis_situation));
	ensure(text_copy(shop->cofins_situation, sizeof(shop->cofins_situation),
	                 s->cofins_situation));
	ensure(text_copy(shop->note_nature, sizeof(shop->note_nature), s->note_nature));
}
