/*
 * From words to meaning, in the order of the code:
 *
 * 1. The text becomes words (normalise.c), the words choose a language, the language's word lists
 *    say what each word does.
 * 2. Phrases of the lists are found in the words; each is a sign of something.  A request with a
 *    "not" in front of it is refused: "não quero estorno" holds a refund that is refused.
 * 3. The rules below are read downwards; the first that fits is the intent.
 */
#include "refund/understand.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "refund/order_number.h"

/* --- names --------------------------------------------------------------------------------- */

const char *
intent_text(enum intent intent)
{
	static const char *const texts[] = {
#define X(name, text) text,
		INTENTS(X)
#undef X
	};
	ensure((int)intent < INTENT_COUNT);
	return texts[intent];
}

const char *
awaiting_text(enum awaiting awaiting)
{
	switch (awaiting) {
#define X(name, text)         \
	case AWAITING_##name: \
		return text;
		AWAITINGS(X)
#undef X
	}
	ensure(!"an awaiting outside the enum");
	return "";
}

/* --- rules --------------------------------------------------------------------------------- */

#define SIGN(name) (UINT64_C(1) << SIGN_##name)
/* The first sort of signs (lexicon.h). */
#define REQUESTS (SIGN(STATUS) - 1)
/* What does not count within a phrase of the second sort; a wish for a person always counts. */
#define COVERABLE ((REQUESTS & ~SIGN(PERSON)) | SIGN(PROBLEM))

struct rule {
	enum intent intent;
	uint64_t all;     /* signs that must be there */
	uint64_t any;     /* ... of these at least one, if any is given */
	uint64_t none;    /* ... of these not one */
	uint64_t refused; /* requests of which at least one was refused, if any is given */
	const char *because;
};

static const struct rule rules[] = {
	{ .intent = INTENT_HUMAN, .all = SIGN(PERSON), .because = "a person is asked for" },
	{ .intent = INTENT_OTHER,
	  .all = SIGN(UNDO),
	  .none = SIGN(DEMAND),
	  .because = "a refund is not wanted any more" },
	{ .intent = INTENT_COMPLAINT,
	  .all = SIGN(CONDITION),
	  .any = SIGN(REFUND) | SIGN(DEMAND) | SIGN(GIVE_BACK) | SIGN(CANCEL) | SIGN(EXCHANGE),
	  .because = "a future condition is not a request" },
	{ .intent = INTENT_OTHER,
	  .all = SIGN(POLICY),
	  .none = SIGN(PROBLEM) | SIGN(WISH) | SIGN(DEMAND),
	  .because = "a question about the rules" },
	{ .intent = INTENT_THANKS,
	  .all = SIGN(RECEIVED),
	  .none = SIGN(PROBLEM) | SIGN(DEMAND) | SIGN(STATUS) | SIGN(WAITING) | SIGN(QUESTION) |
	          SIGN(EXCHANGE) | SIGN(CANCEL),
	  .because = "the money has come" },
	{ .intent = INTENT_REFUND_STATUS,
	  .all = SIGN(STATUS),
	  .none = SIGN(DEMAND),
	  .because = "a refund on its way is asked about" },
	{ .intent = INTENT_REFUND_STATUS,
	  .all = SIGN(REFUND) | SIGN(WAITING),
	  .none = SIGN(DEMAND),
	  .because = "a refund, and waiting" },
	{ .intent = INTENT_REFUND_STATUS,
	  .all = SIGN(REFUND) | SIGN(QUESTION),
	  .none = SIGN(DEMAND) | SIGN(GIVE_BACK),
	  .because = "a question about a refund" },
	{ .intent = INTENT_REFUND,
	  .any = SIGN(REFUND) | SIGN(DEMAND),
	  .because = "the money back" },
	{ .intent = INTENT_EXCHANGE, .all = SIGN(EXCHANGE), .because = "another item" },
	{ .intent = INTENT_REFUND, .all = SIGN(GIVE_BACK), .because = "goods are to go back" },
	{ .intent = INTENT_CANCEL, .all = SIGN(CANCEL), .because = "an order is to be cancelled" },
	{ .intent = INTENT_OTHER, .all = SIGN(ACCOUNT), .because = "another matter" },
	{ .intent = INTENT_COMPLAINT,
	  .all = SIGN(REDRESS),
	  .because = "something is to be done about it" },
	{ .intent = INTENT_EXCHANGE,
	  .all = SIGN(PROBLEM) | SIGN(WISH),
	  .because = "something is wrong, and an item wanted" },
	{ .intent = INTENT_EXCHANGE,
	  .all = SIGN(WISH),
	  .refused = SIGN(REFUND) | SIGN(DEMAND),
	  .because = "not the money, but an item" },
	{ .intent = INTENT_COMPLAINT, .all = SIGN(PROBLEM), .because = "something is wrong" },
	{ .intent = INTENT_OTHER,
	  .all = SIGN(TOPIC) | SIGN(QUESTION),
	  .because = "a question about another matter" },
	{ .intent = INTENT_OTHER,
	  .all = SIGN(TOPIC),
	  .none = SIGN(REPORT),
	  .because = "another matter" },
	{ .intent = INTENT_COMPLAINT,
	  .refused = SIGN(REFUND) | SIGN(DEMAND) | SIGN(EXCHANGE) | SIGN(GIVE_BACK) | SIGN(CANCEL),
	  .because = "what could be offered is refused" },
	{ .intent = INTENT_THANKS, .all = SIGN(THANKS), .because = "thanks" },
	{ .intent = INTENT_COMPLAINT, .all = SIGN(THREAT), .because = "a threat" },
	{ .intent = INTENT_COMPLAINT,
	  .all = SIGN(WAITING),
	  .none = SIGN(QUESTION) | SIGN(TOPIC),
	  .because = "waiting for what was promised" },
	{ .intent = INTENT_COMPLAINT,
	  .all = SIGN(REPORT),
	  .none = SIGN(QUESTION),
	  .because = "a report about goods" },
	{ .intent = INTENT_GREETING, .all = SIGN(GREETING), .because = "a greeting" },
	{ .intent = INTENT_OTHER, .because = "nothing we know" },
};

/* --- signs --------------------------------------------------------------------------------- */

struct signs {
	const struct words *words;
	const struct tags *tags;
	uint64_t said, refused;
	struct match first[UNIT_YES];    /* where each was seen first */
	bool covered[MESSAGE_WORDS_MAX]; /* words of phrases of the second sort */
};

static bool
has(const struct signs *signs, size_t word, enum group group)
{
	return group_has(&signs->tags->list[word].groups, group);
}

/*
 * True when a "not" stands in front, or alone behind ("troca não, devolve").  It reaches over light
 * words only ("não quero mais nem o ..."), and not over a wish to the next wish: in "não quero mais
 * quero o dinheiro" only the first is refused.
 */
static bool
is_refused(const struct signs *signs, const struct match *match)
{
	const struct word *words = signs->words->list;
	size_t count = signs->words->count;
	bool is_wish = has(signs, match->first, GROUP_WANT);
	for (size_t at = match->first; at > 0 && words[at].pause == PAUSE_NONE; at--) {
		if (has(signs, at - 1, GROUP_NOT))
			return true;
		if (!has(signs, at - 1, GROUP_LIGHT) || (is_wish && has(signs, at - 1, GROUP_WANT)))
			break;
	}
	size_t end = match->end;
	return end < count && words[end].pause == PAUSE_NONE && has(signs, end, GROUP_NOT) &&
	       (end + 1 == count || words[end + 1].pause > PAUSE_NONE);
}

static bool
covers(unsigned list)
{
	return list >= SIGN_STATUS && list <= SIGN_TOPIC;
}

static bool
is_covered(const struct signs *signs, const struct match *match)
{
	for (size_t i = match->first; i < match->end; i++)
		if (signs->covered[i])
			return true;
	return false;
}

static void
note_covering(void *context, const struct match *match)
{
	struct signs *signs = context;
	for (size_t i = match->first; covers(match->list) && i < match->end; i++)
		signs->covered[i] = true;
}

static void
note_sign(void *context, const struct match *match)
{
	struct signs *signs = context;
	if (match->list >= UNIT_YES)
		return;
	uint64_t sign = UINT64_C(1) << match->list;
	bool request = (sign & REQUESTS) != 0;
	if ((sign & COVERABLE) != 0 && is_covered(signs, match))
		return;
	uint64_t *where = request && is_refused(signs, match) ? &signs->refused : &signs->said;
	if ((signs->said & sign) == 0 && (*where & sign) == 0)
		signs->first[match->list] = *match;
	*where |= sign;
}

static void
signs_read(struct signs *signs, const struct phrase_index *phrases)
{
	const struct words *words = signs->words;
	if (words->asks)
		signs->said = SIGN(QUESTION);
	for (size_t at = 0; at < words->count; at++)
		phrase_match(phrases, words, signs->tags, at, note_covering, signs);
	for (size_t at = 0; at < words->count; at++)
		phrase_match(phrases, words, signs->tags, at, note_sign, signs);
}

static const struct rule *
rule_that_fits(const struct signs *signs)
{
	const struct rule *rule = rules;
	while ((signs->said & rule->all) != rule->all ||
	       (rule->any != 0 && (signs->said & rule->any) == 0) ||
	       (signs->said & rule->none) != 0 ||
	       (rule->refused != 0 && (signs->refused & rule->refused) == 0))
		rule++;
	return rule;
}

/* --- why ----------------------------------------------------------------------------------- */

/* Adds to the explanation as long as it has room: it is read by people, and begins with what
 * decided. */
static void
explain(struct understanding *out, const char *words)
{
	size_t used = strlen(out->why);
	if (strlen(words) < sizeof(out->why) - used)
		memcpy(out->why + used, words, strlen(words) + 1);
}

static void
explain_signs(struct understanding *out, const struct signs *signs)
{
	for (enum phrase_list sign = 0; sign < UNIT_YES; sign++) {
		uint64_t bit = UINT64_C(1) << sign;
		if (((signs->said | signs->refused) & bit) == 0)
			continue;
		explain(out, (signs->said & bit) != 0 ? "; " : "; refused ");
		explain(out, phrase_list_text(sign));
		explain(out, ":");
		for (size_t i = signs->first[sign].first; i < signs->first[sign].end; i++) {
			explain(out, " ");
			explain(out, signs->words->list[i].text);
		}
	}
}

static void
explain_consent(struct understanding *out, const struct consent_reason *reason)
{
	explain(out, "; consent ");
	explain(out, consent_text(out->consent));
	explain(out, ": ");
	explain(out, reason->rule);
	if (reason->word != NULL) {
		explain(out, ": ");
		explain(out, reason->word);
	}
}

/* ------------------------------------------------------------------------------------------- */

void
understand(const struct lexicon *lexicon, const char *text, enum awaiting awaiting,
           struct understanding *out)
{
	struct words words;
	struct tags tags;
	*out = (struct understanding){ .intent = INTENT_OTHER, .consent = CONSENT_UNCLEAR };
	if (!words_read(text, &words)) {
		explain(out, "too long to be understood");
		return;
	}
	out->language = language_of(lexicon, &words);
	const struct vocabulary *vocabulary = lexicon_vocabulary(lexicon, out->language);
	vocabulary_tag(vocabulary, &words, &tags);

	struct signs signs = { .words = &words, .tags = &tags };
	signs_read(&signs, vocabulary_phrases(vocabulary));
	const struct rule *rule = rule_that_fits(&signs);
	out->intent = rule->intent;
	out->asks_for_person = (signs.said & SIGN(PERSON)) != 0;
	out->mentions_other_destination = (signs.said & SIGN(DESTINATION)) != 0;
	out->mentions_threat = (signs.said & SIGN(THREAT)) != 0;
	explain(out, rule->because);
	explain_signs(out, &signs);

	order_number_find(vocabulary, &words, &tags, awaiting == AWAITING_ORDER_NUMBER, out->order);
	if (awaiting == AWAITING_CONSENT) {
		struct consent_reason reason;
		out->consent = consent_read(vocabulary, &words, &tags, &reason);
		if (out->mentions_other_destination && out->consent == CONSENT_YES)
			out->consent = CONSENT_UNCLEAR; /* whatever the grammar let through */
		explain_consent(out, &reason);
	}
}
