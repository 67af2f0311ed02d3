/*
 * The names of what channels hear, from the lists in the header, and the few lines
 * that every channel would otherwise write again.
 */
#include "channels/channel.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

const char *
heard_kind_text(enum heard_kind kind)
{
	switch (kind) {
#define X(name, text)      \
	case HEARD_##name: \
		return text;
		HEARD_KINDS(X)
#undef X
	}
	ensure(!"a kind outside the enum");
	return "";
}

const char *
content_text(enum content content)
{
	switch (content) {
#define X(name, text)        \
	case CONTENT_##name: \
		return text;
		CONTENTS(X)
#undef X
	}
	ensure(!"a content outside the enum");
	return "";
}

bool
content_parse(const char *text, enum content *content)
{
#define X(name, word)                      \
	if (text_equal(text, word)) {      \
		*content = CONTENT_##name; \
		return true;               \
	}
	CONTENTS(X)
#undef X
	return false;
}

const char *
delivery_text(enum delivery delivery)
{
	switch (delivery) {
#define X(name, text)         \
	case DELIVERY_##name: \
		return text;
		DELIVERIES(X)
#undef X
	}
	ensure(!"a delivery outside the enum");
	return "";
}

const struct channel *
channel_by_name(const char *name)
{
	for (size_t i = 0; i < channel_count; i++)
		if (text_equal(channels[i]->name, name))
			return channels[i];
	return NULL;
}

/* --- helpers ------------------------------------------------------------------------------ */

struct heard *
heard_add(struct heard_list *list, enum heard_kind kind)
{
	ensure(list->count < HEARD_MAX);
	struct heard *heard = &list->list[list->count++];
	memset(heard, 0, sizeof(*heard));
	heard->kind = kind;
	return heard;
}

bool
heard_ignored(struct heard_list *list, const char *because)
{
	struct heard *heard = heard_add(list, HEARD_IGNORED);
	ensure(text_copy(heard->ignored_because, sizeof(heard->ignored_because), because));
	return true;
}

/* The word goes into log lines and metrics, so nothing else may come through it. */
static bool
lower_constant(char *word, size_t size, const char *constant)
{
	if (constant[0] == '\0' || !text_copy(word, size, constant))
		return false;
	for (; *word != '\0'; word++) {
		if (*word >= 'A' && *word <= 'Z')
			*word = (char)(*word - 'A' + 'a');
		else if (*word != '_' && (*word < '0' || *word > '9'))
			return false;
	}
	return true;
}

bool
heard_ignored_constant(struct heard_list *list, const char *constant, const char *otherwise)
{
	char word[sizeof(list->list[0].ignored_because)];
	bool usable = lower_constant(word, sizeof(word), constant);
	return heard_ignored(list, usable ? word : otherwise);
}

void
heard_words(struct heard *heard, const char *words)
{
	bool whole = text_copy_beginning(heard->text, sizeof(heard->text), words);
	bool could_mean_yes = heard->content == CONTENT_TEXT || heard->content == CONTENT_BUTTON;
	if (!whole && could_mean_yes)
		heard->content = CONTENT_OTHER;
}

/* As it stands: with its country and nothing but digits it is what phone_normalise() makes of a Brazilian
 * number.  That function is not asked, because it also guesses at numbers without a country, which no
 * gateway sends: ten digits that begin with 65 are Singapore here, not Mato Grosso. */
bool
address_from_number(const char *number, char *address)
{
	size_t length = strlen(number);
	bool is_number =
		length >= 8 && length < PHONE_SIZE && strspn(number, "0123456789") == length;
	return text_copy(address, ADDRESS_SIZE, is_number ? number : "") && is_number;
}
