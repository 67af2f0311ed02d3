/*
 * The words are read from left to right, always taking the longest unit that stands there.  So
 * "pode deixar" (a doubt) is not "pode" (a yes) with something behind it, and "não tem problema"
 * is not a refusal.  Units that are the same length are taken at their most careful.
 */
#include "refund/consent.h"

#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"
#include "refund/lexicon.h"

/* No unit stands there. */
#define UNIT_NONE PHRASE_LIST_COUNT

/* Answers longer than this are stories, and for a person. */
enum { GUESS_LETTERS_MIN = 6 };

struct unit {
	enum phrase_list kind;
	size_t end;
};

struct answer {
	bool has[PHRASE_LIST_COUNT + 1]; /* [UNIT_NONE]: a word that no unit accounts for */
	size_t unknown;                  /* the first such word */
	enum phrase_list first;
};

struct verdict {
	bool holds;
	enum consent consent;
	const char *rule;
};

const char *
consent_text(enum consent consent)
{
	switch (consent) {
#define X(name, text)        \
	case CONSENT_##name: \
		return text;
		CONSENTS(X)
#undef X
	}
	ensure(!"a consent outside the enum");
	return "";
}

/* The later in the list of units, the more careful. */
static void
keep_longest(void *context, const struct match *match)
{
	struct unit *best = context;
	bool is_unit = match->list >= UNIT_YES;
	if (is_unit && (best->kind == UNIT_NONE || match->end > best->end ||
	                (match->end == best->end && match->list > best->kind)))
		*best = (struct unit){ .kind = (enum phrase_list)match->list, .end = match->end };
}

static bool
accepts(enum phrase_list kind)
{
	return kind >= UNIT_YES && kind <= UNIT_CALM_YES;
}

static bool
refuses(enum phrase_list kind)
{
	return kind >= UNIT_NO && kind <= UNIT_INSTEAD;
}

/* True for a long word with the right first and last letter ("confrimo").  In short words, and at
 * the end of a verb, one letter changes who does what ("devolva", "devolvo"). */
static bool
is_safe_guess(const char *word, const char *guess)
{
	size_t length = strlen(word);
	return length >= GUESS_LETTERS_MIN && word[0] == guess[0] &&
	       word[length - 1] == guess[strlen(guess) - 1];
}

/* True when all words of a unit are written as the lists have them, or, where the unit accepts,
 * safely near it.  What refuses or doubts may be misspelled as it likes. */
static bool
is_spelled_well(const struct words *words, const struct tags *tags, size_t first,
                const struct unit *unit)
{
	if (unit->kind > UNIT_HELLO)
		return true;
	for (size_t i = first; i < unit->end; i++) {
		const char *guess = tags->list[i].guess;
		if (guess != NULL &&
		    !(accepts(unit->kind) && is_safe_guess(words->list[i].text, guess)))
			return false;
	}
	return true;
}

static struct unit
unit_at(const struct vocabulary *vocabulary, const struct words *words, const struct tags *tags,
        size_t at)
{
	struct unit none = { .kind = UNIT_NONE, .end = at + 1 };
	struct unit unit = none;
	phrase_match(vocabulary_phrases(vocabulary), words, tags, at, keep_longest, &unit);
	return is_spelled_well(words, tags, at, &unit) ? unit : none;
}

/*
 * A bare "não" refuses, and a bare "si" accepts, only when the sentence ends there or goes on with
 * courtesy: "não o pix", "não sei" and "si me lo mandan hoy" begin the same way.
 */
static bool
may_follow(enum phrase_list before, enum phrase_list kind, enum pause pause)
{
	bool polite = pause > PAUSE_NONE || kind == UNIT_COURTESY || kind == UNIT_THANKS;
	if (before == UNIT_BARE_YES)
		return polite;
	return before != UNIT_BARE_NO || polite || refuses(kind);
}

static struct answer
answer_read(const struct vocabulary *vocabulary, const struct words *words, const struct tags *tags)
{
	struct answer answer = { .unknown = words->count, .first = UNIT_NONE };
	enum phrase_list before = UNIT_NONE;
	for (size_t at = 0; at < words->count;) {
		struct unit unit = unit_at(vocabulary, words, tags, at);
		if (!may_follow(before, unit.kind, words->list[at].pause))
			answer.has[UNIT_DOUBT] = true;
		if (unit.kind == UNIT_NONE && answer.unknown == words->count)
			answer.unknown = at;
		if (at == 0)
			answer.first = unit.kind;
		answer.has[unit.kind] = true;
		before = unit.kind;
		at = unit.end;
	}
	return answer;
}

/* Read downwards: the first that holds is the verdict. */
static struct verdict
answer_judge(const struct answer *answer)
{
	const bool *has = answer->has;
	bool strong = has[UNIT_YES] || has[UNIT_BARE_YES];
	bool yes = strong || has[UNIT_WEAK_YES] || has[UNIT_CALM_YES];
	bool no = has[UNIT_NO] || has[UNIT_BARE_NO] || has[UNIT_INSTEAD];
	bool known = !has[UNIT_NONE];
	const struct verdict verdicts[] = {
		{ has[UNIT_DOUBT], CONSENT_UNCLEAR, "a doubt, a condition or another matter" },
		{ yes && no, CONSENT_UNCLEAR, "a yes and a no" },
		{ no && (known || refuses(answer->first)), CONSENT_NO, "a refusal" },
		{ !known, CONSENT_UNCLEAR, "a word that the grammar does not account for" },
		{ !yes, CONSENT_UNCLEAR, "nothing accepts and nothing refuses" },
		{ !strong && has[UNIT_HELLO], CONSENT_UNCLEAR, "it may be only a greeting" },
		{ !strong && !has[UNIT_CALM_YES] && has[UNIT_THANKS], CONSENT_UNCLEAR,
		  "a weak yes with thanks may be a good-bye" },
		{ true, CONSENT_YES, "a yes, and every word accounted for" },
	};
	size_t first = 0;
	while (!verdicts[first].holds)
		first++;
	return verdicts[first];
}

enum consent
consent_read(const struct vocabulary *vocabulary, const struct words *words,
             const struct tags *tags, struct consent_reason *reason)
{
	*reason = (struct consent_reason){ 0 };
	if (words->count == 0 || words->count > ANSWER_WORDS_MAX) {
		reason->rule = "no words, or too many for an answer";
	} else if (words->asks) {
		reason->rule = "a question is not an answer";
	} else if (words->trails_off) {
		reason->rule = "an answer that trails off";
	} else if (words->quotes) {
		reason->rule = "quoted or made-up text";
	} else {
		struct answer answer = answer_read(vocabulary, words, tags);
		struct verdict verdict = answer_judge(&answer);
		if (answer.has[UNIT_NONE])
			reason->word = words->list[answer.unknown].text;
		reason->rule = verdict.rule;
		return verdict.consent;
	}
	return CONSENT_UNCLEAR;
}
