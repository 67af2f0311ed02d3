/*
 * Scores understanding on a folder of labelled messages, one JSON object a line:
 *
 *	messages.jsonl   {"text","intent","order","lang"}   order is null for none
 *	consent.jsonl    {"text","answer","lang"}           answer: yes, no or unclear
 *
 * tests/understand/ is the project's own; any other folder can be measured with tests/eval.c.
 */
#ifndef TESTS_SCORE_H
#define TESTS_SCORE_H

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "refund/understand.h"

struct score {
	size_t rows, order_right, language_right;
	size_t wanted[INTENT_COUNT], given[INTENT_COUNT], right[INTENT_COUNT];
	size_t answers, answers_right, yes_wanted, yes_right, yes_false;
	/* Called for each row that was read otherwise than labelled; or NULL. */
	void (*on_difference)(const char *text, const char *wanted, const char *given,
	                      const char *why);
};

typedef void score_one(struct score *score, const struct lexicon *lexicon, const json_t *row);

static inline const char *
score_field(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));
	return text == NULL ? "" : text;
}

/* Returns 1 when they are the same, so that it can be counted. */
static inline size_t
score_compare(const struct score *score, const json_t *row, const char *name, const char *given,
              const char *why)
{
	const char *wanted = score_field(row, name);
	bool same = text_equal(wanted, given);
	if (!same && score->on_difference != NULL)
		score->on_difference(score_field(row, "text"), wanted, given, why);
	return same;
}

static inline void
score_message(struct score *score, const struct lexicon *lexicon, const json_t *row)
{
	struct understanding got;
	understand(lexicon, score_field(row, "text"), AWAITING_NOTHING, &got);
	enum intent wanted = 0;
	while (wanted < INTENT_OTHER &&
	       !text_equal(intent_text(wanted), score_field(row, "intent")))
		wanted++;
	score->rows++;
	score->wanted[wanted]++;
	score->given[got.intent]++;
	score->right[wanted] +=
		score_compare(score, row, "intent", intent_text(got.intent), got.why);
	score->order_right += score_compare(score, row, "order", got.order, "order");
	score->language_right +=
		score_compare(score, row, "lang", language_text(got.language), "language");
}

static inline void
score_answer(struct score *score, const struct lexicon *lexicon, const json_t *row)
{
	struct understanding got;
	understand(lexicon, score_field(row, "text"), AWAITING_CONSENT, &got);
	bool yes = text_equal(score_field(row, "answer"), "yes");
	score->answers++;
	score->answers_right +=
		score_compare(score, row, "answer", consent_text(got.consent), got.why);
	score->yes_wanted += yes;
	score->yes_right += yes && got.consent == CONSENT_YES;
	score->yes_false += !yes && got.consent == CONSENT_YES;
}

/* False when the file can't be opened. */
static inline bool
score_file(struct score *score, const struct lexicon *lexicon, const char *folder, const char *name,
           score_one *score_row)
{
	char path[512], line[16 * 1024];
	FILE *file =
		text_format(path, sizeof(path), "%s/%s", folder, name) ? fopen(path, "r") : NULL;
	if (file == NULL)
		return false;
	while (fgets(line, sizeof(line), file) != NULL) {
		json_auto_t *row = json_loads(line, 0, NULL);
		if (row != NULL)
			score_row(score, lexicon, row);
	}
	fclose(file);
	return true;
}

static inline double
score_part(size_t right, size_t all)
{
	return all == 0 ? 0 : (double)right / (double)all;
}

/* The mean F1 of the intents that occur. */
static inline double
score_macro_f1(const struct score *score)
{
	double sum = 0, present = 0;
	for (enum intent i = 0; (int)i < INTENT_COUNT; i++) {
		size_t both = score->wanted[i] + score->given[i];
		sum += score_part(2 * score->right[i], both);
		present += both > 0;
	}
	return present > 0 ? sum / present : 0;
}

#endif
