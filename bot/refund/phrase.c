/*
 * Phrases hang in chains below the word or group they begin with, so that at each word of a message
 * only those are tried that could stand there.
 */
#include "refund/phrase.h"

#include <string.h>

#include "base/ensure.h"

/* --- adding -------------------------------------------------------------------------------- */

/* The element that decides where the phrase is looked for; NULL when it has none. */
static const struct element *
first_word(const struct element *elements, size_t count)
{
	size_t first = count > 0 && elements[0].kind == ELEMENT_BEGINNING;
	bool fit =
		first < count && elements[first].kind <= ELEMENT_GROUP && !elements[first].optional;
	return fit ? &elements[first] : NULL;
}

bool
phrase_add(struct phrase_index *book, unsigned list, const struct element *elements, size_t count,
           struct why *why)
{
	const struct element *first = first_word(elements, count);
	if (first == NULL)
		return why_set(why, "a phrase must begin with a word that is not optional");
	if (book->phrase_count == LEXICON_PHRASES_MAX ||
	    count > LEXICON_ELEMENTS_MAX - book->element_count)
		return why_set(why, "more than %d phrases, or %d words in them",
		               LEXICON_PHRASES_MAX, LEXICON_ELEMENTS_MAX);
	uint16_t *chain = first->kind == ELEMENT_WORD ? &book->by_word[first->what]
	                                              : &book->by_group[first->what];
	uint16_t number = (uint16_t)++book->phrase_count;
	book->phrases[number] = (struct phrase){ .list = (uint16_t)list,
		                                 .first_element = (uint16_t)book->element_count,
		                                 .element_count = (uint16_t)count,
		                                 .next = *chain };
	memcpy(&book->elements[book->element_count], elements, count * sizeof(elements[0]));
	book->element_count += count;
	*chain = number;
	return true;
}

/* --- matching ------------------------------------------------------------------------------ */

struct attempt {
	const struct words *words;
	const struct tags *tags;
	const struct element *element, *end; /* still to be found */
	size_t first;                        /* word of the phrase */
};

/* True when a phrase that began earlier may go on at this word. */
static bool
may_go_on(const struct attempt *attempt, size_t at)
{
	return at < attempt->words->count && attempt->words->list[at].pause < PAUSE_COMMA;
}

static bool
is_boundary(const struct attempt *attempt, size_t at)
{
	return at == attempt->words->count || attempt->words->list[at].pause > PAUSE_NONE;
}

static bool
fits(const struct element *element, const struct tag *tag)
{
	return element->kind == ELEMENT_WORD ? element->what == tag->meaning
	                                     : group_has(&tag->groups, element->what);
}

static size_t phrase_end(struct attempt attempt, size_t at);

/* A gap takes as few words as it can. */
static size_t
gap_end(const struct attempt *attempt, size_t at)
{
	for (size_t skipped = 0;; skipped++, at++) {
		size_t end = phrase_end(*attempt, at);
		if (end != 0 || skipped == GAP_WORDS || !may_go_on(attempt, at) ||
		    group_has(&attempt->tags->list[at].groups, GROUP_WALL))
			return end;
	}
}

static size_t
word_end(const struct attempt *attempt, const struct element *element, size_t at)
{
	size_t end = 0;
	if ((at == attempt->first || may_go_on(attempt, at)) &&
	    fits(element, &attempt->tags->list[at]))
		end = phrase_end(*attempt, at + 1);
	return end == 0 && element->optional ? phrase_end(*attempt, at) : end;
}

/*
 * Where the rest of the phrase ends when it stands at word `at`; 0 when it does not.  The depth is
 * the number of elements, and a phrase has few gaps, so the attempts at one word are few as well.
 */
static size_t
phrase_end(struct attempt attempt, size_t at)
{
	if (attempt.element == attempt.end)
		return at;
	const struct element *element = attempt.element++;
	switch (element->kind) {
	case ELEMENT_GAP:
		return gap_end(&attempt, at);
	case ELEMENT_BEGINNING:
	case ELEMENT_END:
		return is_boundary(&attempt, at) ? phrase_end(attempt, at) : 0;
	case ELEMENT_WORD:
	case ELEMENT_GROUP:
		return word_end(&attempt, element, at);
	}
	ensure(!"an element outside the enum");
	return 0;
}

struct search {
	const struct phrase_index *book;
	struct attempt attempt;
	phrase_found *found;
	void *context;
};

static void
try_chain(const struct search *search, uint16_t number)
{
	for (; number != 0; number = search->book->phrases[number].next) {
		const struct phrase *phrase = &search->book->phrases[number];
		struct attempt attempt = search->attempt;
		attempt.element = &search->book->elements[phrase->first_element];
		attempt.end = attempt.element + phrase->element_count;
		size_t end = phrase_end(attempt, attempt.first);
		if (end != 0)
			search->found(search->context,
			              &(struct match){ phrase->list, attempt.first, end });
	}
}

void
phrase_match(const struct phrase_index *book, const struct words *words, const struct tags *tags,
             size_t first, phrase_found *found, void *context)
{
	const struct search search = {
		book, { .words = words, .tags = tags, .first = first }, found, context
	};
	const struct tag *tag = &tags->list[first];
	if (tag->meaning != NO_WORD)
		try_chain(&search, book->by_word[tag->meaning]);
	for (size_t group = 0; group < LEXICON_GROUPS_MAX; group++)
		if (book->by_group[group] != 0 && group_has(&tag->groups, group))
			try_chain(&search, book->by_group[group]);
}
