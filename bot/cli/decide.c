/*
 * release, deny: what a person decides about a case that is held.
 *
 * Neither moves money by itself: a released case goes on from where its reason says, and
 * meets the mandate again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"

#include "base/limits.h"

#define ACTOR "control"

static int
run_release(const struct command_line *line)
{
	int code = command_change(line->data, "case.release",
	                          json_pack("{s:s,s:s}", "case", line->words[0], "actor", ACTOR),
	                          NULL);
	if (code == EXIT_YES)
		printf("%s goes on\n", line->words[0]);
	return code;
}

const struct command command_release = {
	.name = "release",
	.arguments = "ID",
	.sentence = "let a held case go on",
	.help = "It looks everything up again, or asks the bank what became of what was sent; the\n"
		"mandate is weighed as always.",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run_release,
};

/* Words may come as one argument or as several. */
static int
run_deny(const struct command_line *line)
{
	char *words = command_words(line, 1);
	json_t *input =
		json_pack("{s:s,s:s,s:s}", "case", line->words[0], "actor", ACTOR, "words", words);
	struct why why = { "" };
	free(words);
	if (input == NULL) {
		why_set(&why, "the reason is not UTF-8");
		return command_could_not(&why);
	}
	int code = command_change(line->data, "case.deny", input, NULL);
	if (code == EXIT_YES)
		printf("%s is refused, and the customer is told why\n", line->words[0]);
	return code;
}

const struct command command_deny = {
	.name = "deny",
	.arguments = "ID WHY",
	.sentence = "refuse a held case; the customer reads WHY",
	.help = "Not possible once an order to pay has left: then it can only be released.",
	.options = "",
	.least = 2,
	.most = DECIDE_WORDS_MAX,
	.run = run_deny,
};
