/*
 * The words of the language: one table, verbs.c.
 */
#ifndef STORIES_VERBS_H
#define STORIES_VERBS_H

#include "tests/stories/story.h"

/* Does what `words` say, or looks whether they are true, and writes what it found.  The words end with
 * the line.  False: it did not come true. */
typedef bool verb_play(struct story *story, const char *words, struct buffer *found);

enum verb_when {
	BEFORE_START, /* of the shop, and only there */
	ONCE,
	UNTIL_TRUE /* looked at again and again */
};

struct verb {
	const char *name;
	enum verb_when when;
	verb_play *play;
	const char *words;    /* what it takes: "ORDER STATE [REASON]" */
	const char *sentence; /* what it means */
};

const struct verb *verb_find(const char *name);

/* The whole language, for people. */
void verbs_print(void);

/* customer.c: what customers do with their phones, and what they read there */
verb_play customer_does, customer_presses, customer_is_doubled;
verb_play customer_hears, customer_heard, customer_never_heard, customers_heard_the_same;
verb_play customer_is_left_in_peace;

/* world.c: what happens at the providers, what their books say, what strangers send */
verb_play world_arms, world_has_order, world_cancels_order, world_refunds_past_us, world_waits;
verb_play world_refunds, world_refund_puts, world_notes, world_note_posts;
verb_play world_adds_header, world_posts_webhook, world_sends_bytes;

/* house.c: the shop's people, its cases and receipts, and a hand in its store */
verb_play house_sets, house_signs_mandate;
verb_play house_case, house_cases, house_receipts, house_verifies;
verb_play house_command, house_command_refused, house_releases, house_denies, house_may_not_deny;
verb_play house_backs_up, house_puts_back;
verb_play house_rows, house_store_refuses, house_store_takes;

/* endings.c: what is true at the end of every story. */
void story_end(struct story *story);

#endif
