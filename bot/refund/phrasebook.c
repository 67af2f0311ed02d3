/*
 * Places are "{name}".  A brace that does not open a known place is an error when the
 * text is loaded, so filling can't fail later.
 */
#include "refund/phrasebook.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/money.h"
#include "base/text.h"

static const struct {
	const char *name;
	const char *places;
} templates[TEMPLATE_COUNT] = {
#define X(name, file, places) [TEMPLATE_##name] = { file, places },
	TEMPLATES(X)
#undef X
};

const char *template_text(enum template template)
{
	ensure((int)template >= 0 && (int)template <TEMPLATE_COUNT);
	return templates[template].name;
}

bool
template_parse(const char *text, enum template *template)
{
	for (int i = 0; i < TEMPLATE_COUNT; i++) {
		if (text_equal(templates[i].name, text)) {
			*template = (enum template)i;
			return true;
		}
	}
	return false;
}

/* --- loading -------------------------------------------------------------------------------- */

/* True when `name` of `length` stands in the list "order amount". */
static bool
listed(const char *list, const char *name, size_t length)
{
	while (*list != '\0') {
		size_t word = strcspn(list, " ");
		if (word == length && strncmp(list, name, length) == 0)
			return true;
		list += word;
		list += strspn(list, " ");
	}
	return false;
}

static bool
places_are_known(enum template template, const char *text, struct why *why)
{
	for (const char *at = strpbrk(text, "{}"); at != NULL; at = strpbrk(at + 1, "{}")) {
		size_t length = strcspn(at + 1, "{}");
		if (*at == '}' || at[length + 1] != '}')
			return why_set(why, "a brace that is not a place");
		if (!listed(templates[template].places, at + 1, length))
			return why_set(why,
			               "the place {%.*s}, which it may not have (it may have: %s)",
			               (int)length, at + 1, templates[template].places);
		at += length + 1;
	}
	return true;
}

bool
phrasebook_add(struct phrasebook *phrasebook, enum language language, enum template template,
               const char *text, size_t length, struct why *why)
{
	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
		length--;
	if (length == 0 || length > REPLY_BYTES_MAX / 2 || !text_is_utf8(text, length))
		return why_set(why, "%s/%s.txt: must be 1 to %d bytes of UTF-8",
		               language_text(language), template_text(template),
		               REPLY_BYTES_MAX / 2);
	char *copy = strndup(text, length);
	ensure(copy != NULL);
	if (!places_are_known(template, copy, why)) {
		free(copy);
		return why_prefix(why, "%s/%s.txt has", language_text(language),
		                  template_text(template));
	}
	free(phrasebook->texts[language][template]);
	phrasebook->texts[language][template] = copy;
	return true;
}

bool
phrasebook_is_complete(const struct phrasebook *phrasebook, struct why *why)
{
	for (int language = 0; language < LANGUAGE_COUNT; language++)
		for (int template = 0; template <TEMPLATE_COUNT; template ++)
			if (phrasebook->texts[language][template] == NULL)
				return why_set(why, "%s/%s.txt is missing",
				               language_text((enum language)language),
				               template_text((enum template) template));
	return true;
}

void
phrasebook_free(struct phrasebook *phrasebook)
{
	for (int language = 0; language < LANGUAGE_COUNT; language++)
		for (int template = 0; template <TEMPLATE_COUNT; template ++)
			free(phrasebook->texts[language][template]);
	memset(phrasebook, 0, sizeof(*phrasebook));
}

/* --- filling -------------------------------------------------------------------------------- */

static const char *
value_of(const struct phrase_values *values, const char *place, size_t length)
{
	const struct {
		const char *name, *value;
	} known[] = {
		{ "order", values->order }, { "amount", values->amount },
		{ "date", values->date },   { "paid_when", values->paid_when },
		{ "note", values->note },   { "receipt", values->receipt },
		{ "why", values->why },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (listed(known[i].name, place, length))
			return known[i].value;
	return NULL;
}

void
phrasebook_say(const struct phrasebook *phrasebook, enum language language, enum template template,
               const struct phrase_values *values, struct buffer *words)
{
	const char *text = phrasebook->texts[language][template];
	ensure(text != NULL);
	for (;;) {
		size_t plain = strcspn(text, "{");
		buffer_add(words, text, plain);
		if (text[plain] == '\0')
			return;
		const char *place = text + plain + 1;
		size_t length = strcspn(place, "}");
		const char *value = value_of(values, place, length);
		ensure(value != NULL);
		buffer_add_text(words, value);
		text = place + length + 1;
	}
}

void
phrase_amount(enum language language, int64_t cents, char *text, size_t size)
{
	bool english = language == LANGUAGE_EN;
	char digits[MONEY_TEXT_SIZE], grouped[MONEY_TEXT_SIZE * 2];
	size_t used = 0;
	snprintf(digits, sizeof(digits), "%" PRId64, cents / 100);
	size_t length = strlen(digits);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			grouped[used++] = english ? ',' : '.';
		grouped[used++] = digits[i];
	}
	grouped[used] = '\0';
	bool fits = text_format(text, size, "R$\u00a0%s%c%02d", grouped, english ? '.' : ',',
	                        (int)(cents % 100));
	ensure(fits);
}

void
phrase_day(const struct phrasebook *phrasebook, enum language language, int64_t then_ms,
           int64_t now_ms, struct buffer *words)
{
	int64_t days = instant_sao_paulo_day(now_ms) - instant_sao_paulo_day(then_ms);
	struct calendar day = instant_sao_paulo(then_ms);
	char date[16];
	bool month_first = language == LANGUAGE_EN;
	snprintf(date, sizeof(date), "%02d/%02d", month_first ? day.month : day.day,
	         month_first ? day.day : day.month);
	struct phrase_values values = { .date = date };
	enum template template = days == 0   ? TEMPLATE_PAID_TODAY
	                         : days == 1 ? TEMPLATE_PAID_YESTERDAY
	                                     : TEMPLATE_PAID_ON;
	phrasebook_say(phrasebook, language, template, &values, words);
}
