/*
 * The world: what happens at the providers, what their books say, and what strangers send
 * to the webhook.
 *
 * Books are read into the same words as they are written in a story, and compared as text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/stories/program.h"
#include "tests/stories/verbs.h"

/* --- things that happen ------------------------------------------------------------------------- */

/* PLACE FAULT [VALUE] [xTIMES] */
bool
world_arms(struct story *story, const char *words, struct buffer *found)
{
	char place[64], fault[32];
	int64_t value = 0, times = 1;
	(void)found;
	words = words_take(words_take(words, place, sizeof(place)), fault, sizeof(fault));
	if (words[0] != 'x')
		words = words_take_number(words, &value);
	if (words[0] == 'x')
		words_take_number(words + 1, &times);
	story_wish(story, "/sandbox/faults",
	           json_pack("{s:s,s:s,s:I,s:I}", "at", place, "fault", fault, "value",
	                     (json_int_t)value, "times", (json_int_t)times));
	return true;
}

bool
world_has_order(struct story *story, const char *words, struct buffer *found)
{
	char number[32], phone[STORY_PHONE_SIZE];
	int64_t cents;
	(void)found;
	words = words_take(words_take(words, number, sizeof(number)), phone, sizeof(phone));
	words_take_number(words, &cents);
	story_wish(story, "/sandbox/orders",
	           json_pack("{s:s,s:s,s:I}", "number", number, "phone", phone, "amount_cents",
	                     (json_int_t)cents));
	return true;
}

bool
world_cancels_order(struct story *story, const char *words, struct buffer *found)
{
	(void)found;
	story_wish(story, "/sandbox/orders",
	           json_pack("{s:s,s:b}", "number", words, "cancelled", 1));
	return true;
}

/* "8421 MED_FRAUDE 18600" */
bool
world_refunds_past_us(struct story *story, const char *words, struct buffer *found)
{
	char number[32], nature[24];
	int64_t cents;
	(void)found;
	words = words_take(words_take(words, number, sizeof(number)), nature, sizeof(nature));
	words_take_number(words, &cents);
	story_wish(story, "/sandbox/refunds",
	           json_pack("{s:s,s:s,s:I}", "order", number, "nature", nature, "amount_cents",
	                     (json_int_t)cents));
	return true;
}

bool
world_waits(struct story *story, const char *words, struct buffer *found)
{
	int64_t seconds;
	(void)story, (void)found;
	words_take_number(words, &seconds);
	pause_ms(seconds * 1000);
	return true;
}

/* --- books ----------------------------------------------------------------------------------------- */

/* "8421 1 18600 DEVOLVIDO" */
bool
world_refunds(struct story *story, const char *words, struct buffer *found)
{
	char order[32];
	size_t index, at;
	json_t *books = story_get(story, "/sandbox/books"), *payment, *refund;
	words_take(words, order, sizeof(order));
	json_array_foreach (json_object_get(books, "payments"), index, payment) {
		const json_t *refunds = json_object_get(payment, "refunds");
		if (!text_equal(member_text(payment, "order"), order))
			continue;
		buffer_add_format(found, "%s %zu", order, json_array_size(refunds));
		json_array_foreach (refunds, at, refund)
			buffer_add_format(found, " %lld %s",
			                  (long long)json_maybe_integer(refund, "amount_cents", -1),
			                  member_text(refund, "status"));
	}
	json_decref(books);
	return text_equal(buffer_text(found), words);
}

/* "8421 1 autorizado" */
bool
world_notes(struct story *story, const char *words, struct buffer *found)
{
	char order[32];
	size_t index, count = 0;
	struct buffer statuses;
	json_t *books = story_get(story, "/sandbox/books"), *note;
	words_take(words, order, sizeof(order));
	buffer_init(&statuses, FOUND_BYTES_MAX);
	json_array_foreach (json_object_get(books, "notes"), index, note) {
		if (!text_equal(member_text(note, "order"), order))
			continue;
		count++;
		buffer_add_format(&statuses, " %s", member_text(note, "status"));
	}
	buffer_add_format(found, "%s %zu%s", order, count, buffer_text(&statuses));
	buffer_free(&statuses);
	json_decref(books);
	return text_equal(buffer_text(found), words);
}

static bool
count_is(struct story *story, const char *key, const char *words, struct buffer *found)
{
	json_t *books = story_get(story, "/sandbox/books");
	buffer_add_format(found, "%lld", (long long)json_maybe_integer(books, key, -1));
	json_decref(books);
	return text_equal(buffer_text(found), words);
}

bool
world_refund_puts(struct story *story, const char *words, struct buffer *found)
{
	return count_is(story, "refund_puts", words, found);
}

bool
world_note_posts(struct story *story, const char *words, struct buffer *found)
{
	return count_is(story, "note_posts", words, found);
}

/* --- strangers -------------------------------------------------------------------------------------- */

/* Words with the places of this shop filled in, and with \r\n as a line's end. */
static void
fill_in(const struct story *story, const char *words, struct buffer *filled)
{
	const struct place {
		const char *name, *means;
	} places[] = {
		{ "{webhook}", story->stage.webhook_path },
		{ "{instance}", story->stage.instance_id },
		{ "\\r\\n", "\r\n" },
	};
	enum { PLACES = sizeof(places) / sizeof(places[0]) };
	while (*words != '\0') {
		size_t i = 0;
		while (i < PLACES && !text_starts_with(words, places[i].name))
			i++;
		if (i < PLACES)
			buffer_add_text(filled, places[i].means);
		else
			buffer_add(filled, words, 1);
		words += i < PLACES ? strlen(places[i].name) : 1;
	}
	ensure(!filled->failed);
}

bool
world_adds_header(struct story *story, const char *words, struct buffer *found)
{
	char name[64];
	const char *colon = strstr(words, ": ");
	(void)found;
	if (colon == NULL || !text_format(name, sizeof(name), "%.*s", (int)(colon - words), words))
		return false;
	http_header_add(&story->headers, name, colon + 2);
	return true;
}

static void
forget_headers(struct http_headers *headers)
{
	struct http_request spent;
	http_request_init(&spent);
	spent.headers = *headers;
	http_request_free(&spent);
	*headers = (struct http_headers){ .count = 0 };
}

/* STATUS BODY */
bool
world_posts_webhook(struct story *story, const char *words, struct buffer *found)
{
	struct why why = { "" };
	char wanted[8];
	struct buffer body;
	buffer_init(&body, STORY_BYTES_MAX);
	fill_in(story, words_take(words, wanted, sizeof(wanted)), &body);
	int status = stage_post_webhook(&story->stage, &story->headers, buffer_text(&body), &why);
	buffer_add_format(found, "%d%s%s", status, status == 0 ? " " : "", why.text);
	buffer_free(&body);
	forget_headers(&story->headers);
	return text_equal(buffer_text(found), wanted);
}

/* STATUS BYTES */
bool
world_sends_bytes(struct story *story, const char *words, struct buffer *found)
{
	struct why why = { "" };
	char wanted[8];
	struct buffer bytes;
	buffer_init(&bytes, STORY_BYTES_MAX);
	fill_in(story, words_take(words, wanted, sizeof(wanted)), &bytes);
	int status = stage_send_bytes(&story->stage, buffer_text(&bytes), bytes.length, &why);
	buffer_add_format(found, "%d%s%s", status, status == 0 ? " " : "", why.text);
	buffer_free(&bytes);
	return text_equal(buffer_text(found), wanted);
}
