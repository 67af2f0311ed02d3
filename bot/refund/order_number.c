/*
 * Finding goes in three steps.
 *
 * 1. Shape.  What a number looks like may rule it out by itself: dates, prices with cents,
 *    documents, phones, tracking codes, "2x", "220v" (conversation.md section 2).
 * 2. Cue.  The words in front, past little linking words ("o número do pedido é o"), say what a
 *    number is: an order, something else (invoice, protocol, CPF, ...), or money.  The words
 *    behind may say it is a count ("3 dias", "1700 reais").
 * 3. Choice.  Each number that is left has a score made of its reasons; the best one wins, and of
 *    two equal ones the first.
 */
#include "refund/order_number.h"

#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"

enum {
	CUE_STEPS_MAX = 6,   /* linking words between a cue and its number */
	BARE_DIGITS_MIN = 4, /* of a number that nothing calls an order */
	BARE_DIGITS_MAX = 9, /* ten and more are phones and documents */
	ALONE_DIGITS_MIN = 3,
	SPOKEN_WORDS_MIN = 3,

	/* What speaks for one number of several, beside its cue. */
	SCORE_ONLY = 2, /* "só o 14376" */
	SCORE_AGAIN = 3,
	SCORE_CORRECTION = 10,
	SCORE_FINE = -5 /* "o 8412 chegou certinho" */
};

enum cue { CUE_NONE, CUE_WEAK, CUE_ORDER, CUE_OTHER };

enum shape {
	SHAPE_PLAIN,     /* 8421 */
	SHAPE_THOUSANDS, /* 8.421: needs a cue */
	SHAPE_DASHED,    /* 8421-1: needs a cue */
	SHAPE_CODE,      /* bf-88209 */
	SHAPE_NEVER
};

struct candidate {
	size_t first, end; /* its words */
	char number[ORDER_NUMBER_SIZE];
	bool denied; /* "não é o 8421" */
	int score;
};

struct finder {
	const struct vocabulary *vocabulary;
	const struct words *words;
	const struct tags *tags;
	bool expected;
	bool too_many; /* more than can be weighed: then none is meant for sure */
	size_t count;
	struct candidate found[CANDIDATES_MAX];
};

/* --- shape --------------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
digits_at(const char *text)
{
	return strspn(text, "0123456789");
}

static size_t
letters_at(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz");
}

static bool
is_thousands(const char *text)
{
	size_t digits = digits_at(text);
	if (digits < 1 || digits > 3 || text[digits] != '.')
		return false;
	for (text += digits; *text == '.'; text += 4)
		if (digits_at(text + 1) != 3)
			return false;
	return *text == '\0';
}

static bool
is_tracking_code(const char *text)
{
	return letters_at(text) == 2 && digits_at(text + 2) == 9 && letters_at(text + 11) == 2 &&
	       text[13] == '\0';
}

/* "2x", "220v", "15kg": a count with its unit. */
static bool
is_measure(const char *text)
{
	size_t digits = digits_at(text);
	size_t letters = letters_at(text + digits);
	return digits >= 1 && digits <= 4 && letters >= 1 && letters <= 3 &&
	       text[digits + letters] == '\0';
}

/* Eight digits that are a day: 14072025 or 20250714. */
static bool
is_day(const char *digits)
{
	if (digits_at(digits) != 8)
		return false;
	bool year_first = strncmp(digits, "20", 2) == 0;
	const char *day = year_first ? digits + 6 : digits;
	const char *month = year_first ? digits + 4 : digits + 2;
	bool year_last = strncmp(digits + 4, "20", 2) == 0;
	return (year_first || year_last) && strncmp(month, "13", 2) < 0 &&
	       strncmp(day, "32", 2) < 0;
}

/* Four digits that are more often a year than an order: "gol 2010". */
static bool
is_year(const char *digits)
{
	return strlen(digits) == 4 && strncmp(digits, "1990", 4) >= 0 &&
	       strncmp(digits, "2030", 4) < 0;
}

static enum shape
shape_of(const char *text)
{
	size_t length = strlen(text);
	size_t digits = digits_at(text);
	if (length == 0 || strpbrk(text, ",/:~") != NULL)
		return SHAPE_NEVER;
	if (digits == length)
		return length < ORDER_NUMBER_SIZE - 12 ? SHAPE_PLAIN : SHAPE_NEVER;
	if (strchr(text, '.') != NULL)
		return is_thousands(text) ? SHAPE_THOUSANDS : SHAPE_NEVER;
	if (strspn(text, "0123456789-") == length)
		return strchr(text, '-') == strrchr(text, '-') ? SHAPE_DASHED : SHAPE_NEVER;
	bool never = is_tracking_code(text) || is_measure(text) || length >= ORDER_NUMBER_SIZE;
	return never ? SHAPE_NEVER : SHAPE_CODE;
}

/* --- cues ---------------------------------------------------------------------------------- */

static bool
has(const struct finder *finder, size_t word, enum group group)
{
	return group_has(&finder->tags->list[word].groups, group);
}

static bool
is_text(const struct finder *finder, size_t word, const char *text)
{
	return text_equal(finder->words->list[word].text, text);
}

/*
 * What the words in front call the number at `at`.  In "pedidos 8412 e 8421" both are orders; but
 * what is said of another kind of number ends at that number, and at "do" ("o rastreio do 8421").
 */
static enum cue
cue_before(const struct finder *finder, size_t at)
{
	enum cue cue = CUE_NONE;
	bool others_count = at > 0 && !has(finder, at - 1, GROUP_OF_THE);
	for (size_t steps = 0; at > 0 && steps < CUE_STEPS_MAX; steps++, at--) {
		size_t before = at - 1;
		if (finder->words->list[at].pause == PAUSE_STOP && !is_text(finder, before, "n"))
			break;
		if (has(finder, before, GROUP_ORDER) || is_text(finder, before, "#"))
			return CUE_ORDER;
		if (has(finder, before, GROUP_NOT_ORDER) || has(finder, before, GROUP_PRICE))
			return others_count ? CUE_OTHER : cue;
		if (has(finder, before, GROUP_ORDER_WEAK))
			cue = CUE_WEAK;
		else if (has(finder, before, GROUP_NUMBER))
			others_count = false;
		else if (!has(finder, before, GROUP_LINK))
			break;
	}
	return cue;
}

/* What the words behind call the number that ends before `end`. */
static enum cue
cue_after(const struct finder *finder, size_t end)
{
	if (end == finder->words->count || finder->words->list[end].pause >= PAUSE_COMMA)
		return CUE_NONE;
	if (has(finder, end, GROUP_UNIT))
		return CUE_OTHER;
	bool is = has(finder, end, GROUP_IS); /* "8421 é o meu pedido" */
	for (size_t at = end; at < finder->words->count && at < end + CUE_STEPS_MAX; at++) {
		if (finder->words->list[at].pause >= PAUSE_COMMA)
			break;
		if (has(finder, at, GROUP_MONTH))
			return CUE_OTHER;
		if (has(finder, at, GROUP_ORDER) && is)
			return CUE_ORDER;
		if (!has(finder, at, GROUP_LINK) && !has(finder, at, GROUP_ORDER_WEAK))
			break;
	}
	return CUE_NONE;
}

static enum cue
cue_of(const struct finder *finder, size_t first, size_t end)
{
	enum cue after = cue_after(finder, end);
	enum cue before = cue_before(finder, first);
	if (before == CUE_ORDER && after != CUE_OTHER)
		return CUE_ORDER;
	if (before == CUE_OTHER || after == CUE_OTHER)
		return CUE_OTHER;
	return after == CUE_ORDER ? after : before;
}

/* --- score --------------------------------------------------------------------------------- */

/* The clause around a word: up to the next comma or stop on both sides. */
static bool
clause_has(const struct finder *finder, size_t at, enum group group)
{
	size_t first = at;
	while (first > 0 && finder->words->list[first].pause < PAUSE_COMMA)
		first--;
	for (size_t i = first; i < finder->words->count; i++) {
		if (i > at && finder->words->list[i].pause >= PAUSE_COMMA)
			break;
		if (has(finder, i, group))
			return true;
	}
	return false;
}

/* True for "não é o 8421" and for "8421 não, ...". */
static bool
is_denied(const struct finder *finder, size_t first, size_t end)
{
	const struct words *words = finder->words;
	for (size_t at = first; at > 0 && words->list[at].pause < PAUSE_COMMA; at--) {
		/* "n 8421" is short for "número", elsewhere "n" is short for "não". */
		if (has(finder, at - 1, GROUP_NOT) && !is_text(finder, at - 1, "n"))
			return true;
		if (!has(finder, at - 1, GROUP_LINK) && !has(finder, at - 1, GROUP_ORDER) &&
		    !has(finder, at - 1, GROUP_ORDER_WEAK))
			break;
	}
	return end < words->count && words->list[end].pause == PAUSE_NONE &&
	       has(finder, end, GROUP_NOT) &&
	       (end + 1 == words->count || words->list[end + 1].pause > PAUSE_NONE);
}

/* True when a word like "digo" stands between the number before and this one. */
static bool
is_correction(const struct finder *finder, size_t first)
{
	size_t from = finder->count > 0 ? finder->found[finder->count - 1].end : first;
	for (size_t at = from; at < first; at++)
		if (has(finder, at, GROUP_CORRECTION) || is_text(finder, at, "*"))
			return true;
	return false;
}

/* The same number, if it was found before. */
static struct candidate *
candidate_like(struct finder *finder, const char *number)
{
	for (size_t i = 0; i < finder->count; i++)
		if (text_equal(finder->found[i].number, number))
			return &finder->found[i];
	return NULL;
}

static void
candidate_add(struct finder *finder, size_t first, size_t end, const char *number, enum cue cue)
{
	static const int cue_scores[] = { [CUE_NONE] = 2, [CUE_WEAK] = 4, [CUE_ORDER] = 6 };
	struct candidate candidate = { .first = first, .end = end, .score = cue_scores[cue] };
	if (!text_letters_and_digits(candidate.number, sizeof(candidate.number), number))
		return;
	candidate.denied = is_denied(finder, first, end);
	candidate.score += SCORE_ONLY * clause_has(finder, first, GROUP_ONLY);
	candidate.score += SCORE_FINE * clause_has(finder, first, GROUP_FINE);
	candidate.score += SCORE_CORRECTION * is_correction(finder, first);
	struct candidate *before = candidate_like(finder, candidate.number);
	if (before != NULL)
		before->score += SCORE_AGAIN;
	else if (finder->count < CANDIDATES_MAX)
		finder->found[finder->count++] = candidate;
	else
		finder->too_many = true;
}

/* --- numbers as digits --------------------------------------------------------------------- */

/* True when nothing but this number (and small words) is in the message. */
static bool
is_alone(const struct finder *finder, size_t first, size_t end)
{
	for (size_t i = 0; i < finder->words->count; i++)
		if ((i < first || i >= end) && !has(finder, i, GROUP_LINK) &&
		    finder->words->list[i].kind != WORD_EMOJI)
			return false;
	return true;
}

/* A number behind a word that no list knows: "Gol 2010", "Rua das Flores 1200". */
static bool
is_part_of_a_name(const struct finder *finder, size_t at)
{
	if (at == 0 || finder->words->list[at].pause > PAUSE_NONE)
		return false;
	const struct tag *before = &finder->tags->list[at - 1];
	return finder->words->list[at - 1].kind == WORD_LETTERS && before->meaning == NO_WORD &&
	       group_is_empty(&before->groups);
}

static bool
bare_is_enough(const struct finder *finder, size_t at, const char *text, enum shape shape)
{
	size_t length = strlen(text);
	bool alone = finder->expected || is_alone(finder, at, at + 1);
	if (!alone && is_part_of_a_name(finder, at))
		return false;
	if (shape == SHAPE_PLAIN)
		return length >= (alone ? ALONE_DIGITS_MIN : BARE_DIGITS_MIN) &&
		       length <= BARE_DIGITS_MAX && !is_day(text) && (alone || !is_year(text));
	size_t digits = 0;
	for (size_t i = 0; i < length; i++)
		digits += is_digit(text[i]);
	return shape == SHAPE_CODE && digits >= BARE_DIGITS_MIN;
}

/* What is left of "ped8421" and "n8421" without the cue that is glued to the number. */
static const char *
without_glued_cue(const struct finder *finder, const char *text, enum cue *cue)
{
	char letters[WORD_SIZE];
	size_t count = letters_at(text);
	const char *rest = text + count + (text[count] == '-');
	if (count == 0 || digits_at(rest) < strlen(rest) ||
	    !text_format(letters, sizeof(letters), "%.*s", (int)count, text))
		return text;
	bool is_cue = vocabulary_is_in_group(finder->vocabulary, letters, GROUP_ORDER) ||
	              vocabulary_is_in_group(finder->vocabulary, letters, GROUP_ORDER_WEAK);
	if (!is_cue)
		return text;
	*cue = CUE_ORDER;
	return rest;
}

/* How many numbers stand side by side from `at`: a phone or a document written in pieces. */
static size_t
run_of_numbers(const struct finder *finder, size_t at, size_t *digits)
{
	size_t count = 0;
	for (*digits = 0; at + count < finder->words->count; count++) {
		const struct word *word = &finder->words->list[at + count];
		if (word->kind != WORD_NUMBER || (count > 0 && word->pause != PAUSE_NONE))
			break;
		for (const char *c = word->text; *c != '\0'; c++)
			*digits += is_digit(*c);
	}
	return count;
}

/* Looks at the number at `at`; returns the first word behind it. */
static size_t
read_number(struct finder *finder, size_t at)
{
	size_t digits;
	size_t run = run_of_numbers(finder, at, &digits);
	enum cue cue = cue_of(finder, at, at + 1);
	if (run > 1 && digits >= 10 && cue != CUE_ORDER)
		return at + run;
	bool country_code = at > 0 && is_text(finder, at - 1, "+");
	const char *text = without_glued_cue(finder, finder->words->list[at].text, &cue);
	enum shape shape = shape_of(text);
	bool ruled_out = shape == SHAPE_NEVER || cue == CUE_OTHER || country_code;
	bool cued = cue == CUE_ORDER || (cue == CUE_WEAK && strlen(text) >= ALONE_DIGITS_MIN);
	if (!ruled_out && (cued || bare_is_enough(finder, at, text, shape)))
		candidate_add(finder, at, at + 1, text, cue);
	return at + (run > 1 && digits >= 10 ? run : 1);
}

/* --- numbers as words ---------------------------------------------------------------------- */

/* Adds a number word to the ones before it: "oitenta" "e" "quatro" is 84, "oito" "quatro" is 8 and
 * 4, "oito" "mil" "quatrocentos" is 8400.  Returns false when it starts a number of its own. */
static bool
value_joins(int *value, int more)
{
	bool fits = *value >= 0 &&
	            ((more == 1000 && *value < 1000 && *value > 0) ||
	             (more >= 100 && more < 1000 && *value % 1000 == 0) ||
	             (more >= 10 && more < 100 && *value % 100 == 0) ||
	             (more > 0 && more < 10 && *value % 10 == 0 && *value % 100 != 10)) &&
	            (more == 1000 || *value >= 20);
	if (fits)
		*value = more == 1000 ? *value * 1000 : *value + more;
	else
		*value = more;
	return fits;
}

/* Reads a run of number words and single digits from `at`; returns how many it holds. */
static size_t
read_spoken(const struct finder *finder, size_t *at, char number[ORDER_NUMBER_SIZE])
{
	size_t said = 0, end = *at;
	int value = NO_VALUE;
	char whole[ORDER_NUMBER_SIZE] = "", before[ORDER_NUMBER_SIZE] = "";
	for (size_t i = *at; i < finder->words->count; i++) {
		const struct word *word = &finder->words->list[i];
		int more = finder->tags->list[i].value;
		if (i > *at && word->pause >= PAUSE_STOP)
			break;
		if (word->kind == WORD_NUMBER && strlen(word->text) == 1)
			more = word->text[0] - '0';
		if (more == NO_VALUE && said > 0 && has(finder, i, GROUP_AND))
			continue;
		if (more == NO_VALUE)
			break;
		if (!value_joins(&value, more))
			memcpy(before, whole, sizeof(before));
		if (!text_format(whole, sizeof(whole), "%s%d", before, value))
			break;
		said++;
		end = i + 1;
	}
	memcpy(number, whole, ORDER_NUMBER_SIZE);
	*at = end;
	return said;
}

static size_t
read_number_words(struct finder *finder, size_t at)
{
	char number[ORDER_NUMBER_SIZE];
	size_t end = at;
	size_t said = read_spoken(finder, &end, number);
	if (said == 0)
		return at + 1;
	enum cue cue = cue_of(finder, at, end);
	bool enough = said >= SPOKEN_WORDS_MIN || (said == 2 && cue == CUE_ORDER);
	if (enough && cue != CUE_OTHER && strlen(number) >= ALONE_DIGITS_MIN)
		candidate_add(finder, at, end, number, cue);
	return end;
}

/* ------------------------------------------------------------------------------------------- */

bool
order_number_find(const struct vocabulary *vocabulary, const struct words *words,
                  const struct tags *tags, bool expected, char order[ORDER_NUMBER_SIZE])
{
	struct finder finder = {
		.vocabulary = vocabulary, .words = words, .tags = tags, .expected = expected
	};
	for (size_t at = 0; at < words->count;) {
		const struct word *word = &words->list[at];
		bool digit = word->kind == WORD_NUMBER && strlen(word->text) == 1;
		if (word->kind == WORD_NUMBER && !digit)
			at = read_number(&finder, at);
		else
			at = read_number_words(&finder, at);
	}
	const struct candidate *best = NULL;
	for (size_t i = 0; i < finder.count; i++)
		if (!finder.found[i].denied &&
		    (best == NULL || finder.found[i].score > best->score))
			best = &finder.found[i];
	order[0] = '\0';
	return best != NULL && !finder.too_many &&
	       text_copy(order, ORDER_NUMBER_SIZE, best->number);
}
