/*
 * A story: what people and the world do, and what must come of it, one line each.
 *
 *	Two yes to one offer give one refund.
 *
 *	say 5520999990101 quero estorno do pedido 8421, veio quebrado
 *	hear Devolvo no mesmo Pix
 *	say Pode sim.
 *	say Pode sim.
 *	hear Estorno feito
 *	refunds 8421 1 18600 DEVOLVIDO
 *
 * The first line is the story's sentence.  Every other line is a verb (verbs.c) and its
 * words; one that begins with a tab goes on with the line before; empty lines and those
 * that begin with # are for the reader.  A line about a customer may begin with his phone;
 * without one it is the phone of the line before.
 *
 * Some verbs do, the others look.  What is looked for is waited for, up to STAGE_WAIT_MS,
 * unless the verb says otherwise, and is written exactly as the shop's books are read:
 * so a line that fails shows what was found in the same words.
 */
#ifndef STORIES_STORY_H
#define STORIES_STORY_H

#include "base/buffer.h"
#include "base/http.h"
#include "tests/stories/stage.h"

enum {
	STORY_BYTES_MAX = 64 * 1024,
	STORY_LINES_MAX = 256,
	STORY_PHONES_MAX = 8,
	STORY_PHONE_SIZE = 64,
	STORY_ID_SIZE = 64,
	FOUND_BYTES_MAX = 256 * 1024
};

struct verb;

struct story_line {
	int number;
	const struct verb *verb;
	const char *words; /* what follows the verb */
};

/* Somebody who took part. */
struct person {
	char phone[STORY_PHONE_SIZE];
	size_t mark; /* messages in the chat when he acted last */
};

struct story {
	const char *path;
	char *text; /* the file; everything below points into it */
	const char *sentence;
	size_t line_count;
	struct story_line lines[STORY_LINES_MAX];
	const struct story_line *at; /* the line that is played, NULL before and after */
	struct stage stage;
	struct person people[STORY_PHONES_MAX];
	size_t person_count;
	struct person *person; /* of the line that is played, and of the next without a phone */
	struct http_headers headers; /* of the next webhook */
};

/* Reads a story.  False with `why`: unknown words are named with file and line. */
bool story_read(struct story *story, const char *path, struct why *why);
void story_free(struct story *story);

/* Plays it in `folder`, which exists and is empty; returns when all of it came true.  Otherwise it prints
 * what did not, and ends the process with 1. */
void story_play(struct story *story, const char *binary, const char *folder);

/* --- for verbs -------------------------------------------------------------------------------- */

/* Prints the line, what was wanted and what was found, the chats and the books; ends the process. */
_Noreturn void story_fail(struct story *story, const char *wanted, const char *found);

/* Fails unless `ok`, with the cause. */
void story_must(struct story *story, bool ok, const char *wanted, const struct why *why);

/* Takes the phone that may stand at the beginning and makes its owner the line's person; returns the rest.
 * Fails when nobody has spoken yet. */
const char *story_person(struct story *story, const char *words);

/* The next word into `word`, "" at the end; returns the rest. */
const char *words_take(const char *words, char *word, size_t size);

/* The same for a number; 0 when there is none. */
const char *words_take_number(const char *words, int64_t *number);

/* Up to STAGE_WORDS_MAX words of a copy that the caller frees; the last is followed by NULL. */
char *words_split(const char *words, const char *split[STAGE_WORDS_MAX + 1]);

/* A copy, the caller's, of what stands before " => "; `after` is what stands behind it, NULL for nothing. */
char *words_before_arrow(const char *words, const char **after);

/* The chat of a phone, the caller's. */
json_t *story_chat(struct story *story, const char *phone);

/* "/sandbox/books" and the like, the caller's. */
json_t *story_get(struct story *story, const char *path);

/* Something that the sandbox shall do; `wish` is taken.  Fails unless it agrees. */
void story_wish(struct story *story, const char *path, json_t *wish);

/* The rows of a query in the store, the caller's. */
json_t *story_query(struct story *story, const char *statement);

/* A text of an object; "" when there is none. */
const char *member_text(const json_t *object, const char *key);

/* A message in one line, with plain spaces. */
void plain_words(char *text);

#endif
