/*
 * Customers: what they do with their phones, and what they read there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/stories/program.h"
#include "tests/stories/verbs.h"

static bool
is_from_shop(const json_t *message)
{
	return text_equal(member_text(message, "from"), "shop");
}

/* --- doing ------------------------------------------------------------------------------------- */

/* What an act is about. */
enum about { NOTHING, SHOPS_LAST, HIS_LAST };

/* The acts of the language, as /sandbox/say knows them. */
static const struct act {
	const char *verb, *kind;
	enum about about;
} acts[] = {
	{ "say", "text", NOTHING },           { "webhook_times", "text", NOTHING },
	{ "announce", "waiting", NOTHING },   { "forward", "forwarded", NOTHING },
	{ "photo", "image", NOTHING },        { "voice_note", "audio", NOTHING },
	{ "react", "reaction", SHOPS_LAST },  { "press", "button", SHOPS_LAST },
	{ "edit", "edit", HIS_LAST },         { "delete", "delete", HIS_LAST },
	{ "staff_writes", "human", NOTHING },
};

static const struct act *
act_of(const struct story *story)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (text_equal(acts[i].verb, story->at->verb->name))
			return &acts[i];
	ensure(!"a verb without its act");
	return NULL;
}

/* The id of the last message in the chat that the shop wrote, or the customer himself. */
static const char *
last_id(const json_t *chat, bool of_shop)
{
	for (size_t i = json_array_size(chat); i > 0; i--) {
		const json_t *message = json_array_get(chat, i - 1);
		if (is_from_shop(message) == of_shop)
			return member_text(message, "id");
	}
	return "";
}

/* The line's person does it; `wish` (taken) has the words. */
static bool
act_out(struct story *story, json_t *wish)
{
	const struct act *act = act_of(story);
	json_t *chat = story_chat(story, story->person->phone);
	story->person->mark = json_array_size(chat);
	json_object_set_new(wish, "from", json_string(story->person->phone));
	json_object_set_new(wish, "kind", json_string(act->kind));
	if (act->about != NOTHING)
		json_object_set_new(wish, "about",
		                    json_string(last_id(chat, act->about == SHOPS_LAST)));
	json_decref(chat);
	story_wish(story, "/sandbox/say", wish);
	return true;
}

bool
customer_does(struct story *story, const char *words, struct buffer *found)
{
	(void)found;
	return act_out(story, json_pack("{s:s}", "text", story_person(story, words)));
}

bool
customer_is_doubled(struct story *story, const char *words, struct buffer *found)
{
	int64_t times;
	(void)found;
	words = story_person(story, words_take_number(words, &times));
	return act_out(story, json_pack("{s:s,s:I}", "text", words, "copies", (json_int_t)times));
}

bool
customer_presses(struct story *story, const char *words, struct buffer *found)
{
	char button[64];
	(void)found;
	words = words_take(story_person(story, words), button, sizeof(button));
	return act_out(story, json_pack("{s:s,s:s}", "text", words, "button_id", button));
}

/* --- reading --------------------------------------------------------------------------------------- */

/* The shop's messages to a phone, each a plain line. */
static json_t *
lines_of_shop(struct story *story, const char *phone)
{
	json_t *chat = story_chat(story, phone), *message, *lines = json_array();
	size_t index;
	json_array_foreach (chat, index, message) {
		if (!is_from_shop(message))
			continue;
		char *text = strdup(member_text(message, "text"));
		ensure(text != NULL);
		plain_words(text);
		json_array_append_new(lines, json_string(text));
		free(text);
	}
	json_decref(chat);
	return lines;
}

bool
customer_hears(struct story *story, const char *words, struct buffer *found)
{
	words = story_person(story, words);
	json_t *chat = story_chat(story, story->person->phone);
	size_t count = json_array_size(chat);
	const json_t *last = count == 0 ? NULL : json_array_get(chat, count - 1);
	bool replied = count > story->person->mark && is_from_shop(last);
	char *text = strdup(replied ? member_text(last, "text") : "");
	ensure(text != NULL);
	plain_words(text);
	bool heard = replied && strstr(text, words) != NULL;
	buffer_add_text(found, replied ? text : "no reply since");
	free(text);
	json_decref(chat);
	return heard;
}

static size_t
times_heard(struct story *story, const char *words)
{
	json_t *lines = lines_of_shop(story, story->person->phone), *line;
	size_t index, times = 0;
	json_array_foreach (lines, index, line)
		times += strstr(json_string_value(line), words) != NULL;
	json_decref(lines);
	return times;
}

bool
customer_heard(struct story *story, const char *words, struct buffer *found)
{
	char wanted[8];
	words = story_person(story, words_take(words, wanted, sizeof(wanted)));
	buffer_add_format(found, "%zu", times_heard(story, words));
	return text_equal(buffer_text(found), wanted);
}

bool
customer_never_heard(struct story *story, const char *words, struct buffer *found)
{
	words = story_person(story, words);
	size_t times = times_heard(story, words);
	buffer_add_format(found, "it was said, %zu time(s)", times);
	return times == 0;
}

/* Everything the shop said to a phone, with # for every number. */
static void
add_words(struct story *story, const char *phone, struct buffer *text)
{
	json_t *lines = lines_of_shop(story, phone), *line;
	size_t index;
	json_array_foreach (lines, index, line) {
		const char *at = json_string_value(line);
		while (*at != '\0') {
			size_t digits = strspn(at, "0123456789");
			buffer_add(text, digits > 0 ? "#" : at, 1);
			at += digits > 0 ? digits : 1;
		}
		buffer_add_text(text, " / ");
	}
	json_decref(lines);
}

bool
customers_heard_the_same(struct story *story, const char *words, struct buffer *found)
{
	char one[STORY_PHONE_SIZE], other[STORY_PHONE_SIZE];
	struct buffer second;
	words_take(words_take(words, one, sizeof(one)), other, sizeof(other));
	buffer_init(&second, FOUND_BYTES_MAX);
	add_words(story, one, found);
	add_words(story, other, &second);
	bool same = found->length > 0 && text_equal(buffer_text(found), buffer_text(&second));
	buffer_add_format(found, "and: %s", buffer_text(&second));
	buffer_free(&second);
	return same;
}

bool
customer_is_left_in_peace(struct story *story, const char *words, struct buffer *found)
{
	int64_t seconds;
	size_t index;
	json_t *message;
	words_take_number(story_person(story, words), &seconds);
	pause_ms(seconds * 1000);
	json_t *chat = story_chat(story, story->person->phone);
	json_array_foreach (chat, index, message)
		if (index >= story->person->mark && is_from_shop(message) &&
		    !text_equal(member_text(message, "kind"), "human"))
			buffer_add_text(found, member_text(message, "text"));
	json_decref(chat);
	return found->length == 0;
}
