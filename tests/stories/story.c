/*
 * Reading is strict and comes first: a story with a word that nobody knows is not played
 * at all.  Playing is one walk over the lines.
 */
#include "tests/stories/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/folder.h"
#include "tests/stories/program.h"
#include "tests/stories/verbs.h"

/* --- words ------------------------------------------------------------------------------------- */

const char *
words_take(const char *words, char *word, size_t size)
{
	size_t length = strcspn(words, " ");
	if (!text_format(word, size, "%.*s", (int)length, words))
		ensure(text_copy(word, size, "(too long)"));
	words += length;
	return words + strspn(words, " ");
}

const char *
words_take_number(const char *words, int64_t *number)
{
	char word[24];
	const char *rest = words_take(words, word, sizeof(word));
	*number = strtoll(word, NULL, 10);
	return rest;
}

char *
words_split(const char *words, const char *split[STAGE_WORDS_MAX + 1])
{
	char *copy = strdup(words), *rest = copy;
	size_t count = 0;
	ensure(copy != NULL);
	for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
		if (word[0] == '\0')
			continue;
		ensure(count < STAGE_WORDS_MAX);
		split[count++] = word;
	}
	split[count] = NULL;
	return copy;
}

char *
words_before_arrow(const char *words, const char **after)
{
	static const char sign[] = " => ";
	const char *arrow = strstr(words, sign);
	*after = arrow == NULL ? NULL : arrow + strlen(sign);
	char *before = arrow == NULL ? strdup(words) : strndup(words, (size_t)(arrow - words));
	ensure(before != NULL);
	return before;
}

/* A no-break space (as in "R$ 186,00") and a line's end become one plain space. */
void
plain_words(char *text)
{
	static const char no_break_space[] = "\u00a0";
	char *to = text;
	for (const char *from = text; *from != '\0'; to++) {
		bool wide = text_starts_with(from, no_break_space);
		*to = wide || *from == '\n' ? ' ' : *from;
		from += wide ? strlen(no_break_space) : 1;
	}
	*to = '\0';
}

const char *
member_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text == NULL ? "" : text;
}

/* --- reading ----------------------------------------------------------------------------------- */

static bool
read_line(struct story *story, char *text, int number, struct why *why)
{
	char name[32];
	const char *words = words_take(text, name, sizeof(name));
	const struct verb *verb = verb_find(name);
	bool started = story->line_count > 0 &&
	               story->lines[story->line_count - 1].verb->when != BEFORE_START;
	if (verb == NULL)
		return why_set(why, "line %d: no story knows the word \"%s\"", number, name);
	if (verb->when == BEFORE_START && started)
		return why_set(why, "line %d: %s stands before everything else", number, name);
	if (words[0] == '\0' && verb->words[0] != '[')
		return why_set(why, "line %d: %s takes: %s", number, name, verb->words);
	if (story->line_count == STORY_LINES_MAX)
		return why_set(why, "line %d: more than %d lines", number, STORY_LINES_MAX);
	story->lines[story->line_count++] =
		(struct story_line){ .number = number, .verb = verb, .words = words };
	return true;
}

/* Cuts the next line off `*rest`, NULL at the end; `number` is where it begins, `*next` where its
 * successor does.  Lines that begin with a tab go on where the line before ended. */
static char *
next_line(char **rest, int *number, int *next)
{
	char *text = *rest;
	*number = *next;
	if (text == NULL)
		return NULL;
	char *end = strchr(text, '\n');
	for (; end != NULL && end[1] == '\t'; end = strchr(end, '\n')) {
		end[0] = end[1] = ' ';
		++*next;
	}
	++*next;
	*rest = end == NULL ? NULL : end + 1;
	if (end != NULL)
		*end = '\0';
	return text;
}

static bool
read_lines(struct story *story, struct why *why)
{
	char *rest = story->text;
	int number, next = 1;
	story->sentence = next_line(&rest, &number, &next);
	if (!text_ends_with(story->sentence, "."))
		return why_set(why, "line 1: a story begins with its sentence");
	for (char *text; (text = next_line(&rest, &number, &next)) != NULL;)
		if (text[0] != '\0' && text[0] != '#' && !read_line(story, text, number, why))
			return false;
	return true;
}

bool
story_read(struct story *story, const char *path, struct why *why)
{
	size_t length;
	memset(story, 0, sizeof(*story));
	story->path = path;
	story->text = file_read(path, STORY_BYTES_MAX, &length, why);
	if (story->text == NULL)
		return false;
	bool ok = text_is_utf8(story->text, length) || why_set(why, "it is not UTF-8");
	return (ok && read_lines(story, why)) || why_prefix(why, "%s", path);
}

void
story_free(struct story *story)
{
	free(story->text);
}

/* --- when a line does not come true -------------------------------------------------------------- */

static void
print_chat(struct story *story, const struct person *person)
{
	struct why why = { "" };
	char path[64 + STORY_PHONE_SIZE];
	int status;
	size_t index;
	json_t *message;
	ensure(text_format(path, sizeof(path), "/sandbox/chat?phone=%s", person->phone));
	json_t *chat = stage_ask(&story->stage, path, NULL, &status, &why);
	printf("  the chat with %s:\n", person->phone);
	json_array_foreach (chat, index, message) {
		char *text = strdup(member_text(message, "text"));
		ensure(text != NULL);
		plain_words(text);
		printf("    %-8s %-8s %s\n", member_text(message, "from"),
		       member_text(message, "kind"), text);
		free(text);
	}
	json_decref(chat);
}

/* Only what was touched: payments that went back at least partly, and every note. */
static void
print_books(struct story *story)
{
	struct why why = { "" };
	int status;
	size_t index;
	json_t *payment;
	json_t *books = stage_ask(&story->stage, "/sandbox/books", NULL, &status, &why);
	printf("  the books:\n");
	json_array_foreach (json_object_get(books, "payments"), index, payment) {
		const json_t *refunds = json_object_get(payment, "refunds");
		if (json_array_size(refunds) == 0)
			continue;
		char *text = json_dumps(refunds, JSON_COMPACT);
		printf("    order %s: %s\n", member_text(payment, "order"), text);
		free(text);
	}
	char *notes = json_dumps(json_object_get(books, "notes"), JSON_COMPACT | JSON_ENCODE_ANY);
	printf("    notes: %s\n", notes == NULL ? "" : notes);
	free(notes);
	json_decref(books);
}

static void
print_end_of_log(const struct story *story)
{
	enum { LINES = 12 };
	char *log = stage_said(&story->stage, "log");
	const char *from = log + strlen(log);
	for (int lines = 0; from > log && lines <= LINES; from--)
		lines += from[-1] == '\n';
	printf("  the end of its log:\n%s%s", from == log ? "" : "   ",
	       from == log ? from : from + 1);
	free(log);
}

void
story_fail(struct story *story, const char *wanted, const char *found)
{
	printf("\n");
	if (story->at != NULL)
		printf("%s:%d: %s %s\n", story->path, story->at->number, story->at->verb->name,
		       story->at->words);
	else
		printf("%s: at the end\n", story->path);
	printf("  wanted: %s\n  found:  %s\n", wanted, found);
	if (story->stage.webhook_path[0] != '\0' && story->stage.process != 0) {
		for (size_t i = 0; i < story->person_count; i++)
			print_chat(story, &story->people[i]);
		print_books(story);
	}
	print_end_of_log(story);
	fflush(stdout);
	stage_kill(&story->stage);
	_exit(1);
}

void
story_must(struct story *story, bool ok, const char *wanted, const struct why *why)
{
	if (!ok)
		story_fail(story, wanted, why->text);
}

/* --- what verbs need ------------------------------------------------------------------------------- */

/* A number with its country, or a lid: nobody begins a sentence with that. */
static bool
is_phone(const char *word)
{
	size_t digits = strspn(word, "0123456789");
	return digits >= 10 && (word[digits] == '\0' || text_equal(word + digits, "@lid"));
}

static struct person *
find_person(struct story *story, const char *phone)
{
	for (size_t i = 0; i < story->person_count; i++)
		if (text_equal(story->people[i].phone, phone))
			return &story->people[i];
	ensure(story->person_count < STORY_PHONES_MAX);
	struct person *person = &story->people[story->person_count++];
	ensure(text_copy(person->phone, sizeof(person->phone), phone));
	return person;
}

const char *
story_person(struct story *story, const char *words)
{
	char first[STORY_PHONE_SIZE];
	const char *rest = words_take(words, first, sizeof(first));
	if (is_phone(first)) {
		story->person = find_person(story, first);
		return rest;
	}
	if (story->person == NULL)
		story_fail(story, "the phone of somebody", "nobody has spoken yet");
	return words;
}

json_t *
story_get(struct story *story, const char *path)
{
	struct why why = { "" };
	int status;
	json_t *answer = stage_ask(&story->stage, path, NULL, &status, &why);
	story_must(story, answer != NULL, path, &why);
	return answer;
}

json_t *
story_chat(struct story *story, const char *phone)
{
	char path[64 + STORY_PHONE_SIZE];
	ensure(text_format(path, sizeof(path), "/sandbox/chat?phone=%s", phone));
	return story_get(story, path);
}

void
story_wish(struct story *story, const char *path, json_t *wish)
{
	struct why why = { "" };
	int status;
	json_t *answer = stage_ask(&story->stage, path, wish, &status, &why);
	story_must(story, answer != NULL, "the sandbox agrees", &why);
	if (status != 200)
		story_fail(story, "the sandbox agrees",
		           member_text(json_object_get(answer, "error"), "message"));
	json_decref(answer);
	json_decref(wish);
}

json_t *
story_query(struct story *story, const char *statement)
{
	struct why why = { "" };
	int status = stage_sql(&story->stage, statement, true);
	json_t *rows = status == 0 ? stage_said_json(&story->stage, &why) : NULL;
	if (rows == NULL)
		story_fail(story, statement, stage_said(&story->stage, "err"));
	return rows;
}

/* --- playing ---------------------------------------------------------------------------------------- */

/* Once, or again and again, ever less often, until it comes true. */
static bool
comes_true(struct story *story, const struct story_line *line, struct buffer *found)
{
	int64_t until_us = clock_monotonic_us() + STAGE_WAIT_MS * INT64_C(1000);
	int64_t rest_ms = 20;
	for (;;) {
		buffer_reset(found);
		if (line->verb->play(story, line->words, found))
			return true;
		if (line->verb->when != UNTIL_TRUE || clock_monotonic_us() >= until_us)
			return false;
		pause_ms(rest_ms);
		rest_ms = rest_ms < 160 ? rest_ms * 2 : rest_ms;
	}
}

static void
play_line(struct story *story, const struct story_line *line)
{
	struct buffer found;
	buffer_init(&found, FOUND_BYTES_MAX);
	story->at = line;
	if (!comes_true(story, line, &found))
		story_fail(story, line->words, buffer_text(&found));
	buffer_free(&found);
}

void
story_play(struct story *story, const char *binary, const char *folder)
{
	struct why why = { "" };
	size_t next = 0;
	story->stage.binary = binary;
	ensure(text_copy(story->stage.folder, sizeof(story->stage.folder), folder));
	for (; next < story->line_count && story->lines[next].verb->when == BEFORE_START; next++)
		play_line(story, &story->lines[next]);
	story_must(story, stage_start(&story->stage, &why), "the shop starts", &why);
	for (; next < story->line_count; next++)
		play_line(story, &story->lines[next]);
	story->at = NULL;
	story_end(story);
}
