/*
 * How well messages are understood:
 *
 *	eval [FOLDER [--show]]     FOLDER of labelled messages (tests/score.h), else the project's own
 *
 * Prints macro-F1 of the intents, how often order and language are exact, how often something was
 * wrongly taken for a yes, and how many of the yeses were found; with --show also every row that was
 * read otherwise than labelled.  It judges nothing: the unit tests do.
 */
#include <stdio.h>

#include "tests/locale.h"
#include "tests/score.h"

static void
show_difference(const char *text, const char *wanted, const char *given, const char *why)
{
	printf("%-14s %-14s %s\n\t%s\n", wanted, given, text, why);
}

static void
print_messages(const struct score *score)
{
	for (enum intent i = 0; i < INTENT_COUNT; i++)
		printf("  %-14s rows %4zu  F1 %.3f\n", intent_text(i), score->wanted[i],
		       score_part(2 * score->right[i], score->wanted[i] + score->given[i]));
	printf("intents   macro-F1 %.3f over %zu messages\n", score_macro_f1(score), score->rows);
	printf("order     exact %.3f\n", score_part(score->order_right, score->rows));
	printf("language  exact %.3f\n", score_part(score->language_right, score->rows));
}

static void
print_answers(const struct score *score)
{
	printf("consent   false yes %zu, yes recall %.3f (%zu of %zu), exact %.3f\n",
	       score->yes_false, score_part(score->yes_right, score->yes_wanted), score->yes_right,
	       score->yes_wanted, score_part(score->answers_right, score->answers));
}

int
main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "tests/understand";
	bool show = argc > 2 && text_equal(argv[2], "--show");
	struct score score = { .on_difference = show ? show_difference : NULL };
	struct lexicon *lexicon = lexicon_of_locale();
	if (lexicon == NULL)
		return 2;
	bool messages = score_file(&score, lexicon, folder, "messages.jsonl", score_message);
	bool answers = score_file(&score, lexicon, folder, "consent.jsonl", score_answer);
	if (messages)
		print_messages(&score);
	if (answers)
		print_answers(&score);
	if (!messages && !answers)
		printf("skipped: no messages.jsonl and no consent.jsonl in \"%s\"\n", folder);
	lexicon_free(lexicon);
	return 0;
}
