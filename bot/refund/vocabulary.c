/*
 * Words stand in one array; a hash table of their numbers finds them by text.  A stem is a word
 * whose text begins or ends with '*': a word of a message is looked up whole, by each of its
 * beginnings with a '*' behind, and, if no list has it, by its endings.
 *
 * A word that no list has and no stem covers may be a known one, misspelled.  It is compared by its
 * sound with all known words that begin with the same sound.
 */
#include "refund/vocabulary.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "refund/sound.h"

enum {
	TEXT_SIZE = 24,                /* of a word in a list */
	SLOTS = LEXICON_WORDS_MAX * 2, /* a table half empty at least */
	BEGINNING_MIN = 3,             /* letters of "estorn*" */
	ENDING_MIN = 2,                /* letters of "*aram" */
	ENDING_MAX = 4,
	ENDING_AFTER = 2,   /* letters in front of an ending, at least */
	SAME_SOUND_MIN = 5, /* letters of a word that may be guessed */
	NEAR_SOUND_MIN = 7, /* letters of a sound of which one may be wrong */
	TYPICAL_VOTES = 3,  /* of a word that only one language has */
};

struct word_entry {
	char text[TEXT_SIZE];
	char sound[TEXT_SIZE]; /* "" for what is never guessed */
	uint16_t meaning;      /* itself, or the word it is a spelling of */
	int16_t value;
	bool typical;
	struct group_set groups;
};

struct group_entry {
	char name[TEXT_SIZE];
	bool has_words;
};

struct vocabulary {
	size_t word_count, group_count, sound_count;
	struct word_entry words[LEXICON_WORDS_MAX]; /* [NO_WORD] is nobody's */
	uint16_t slots[SLOTS];
	struct group_entry groups[LEXICON_GROUPS_MAX];
	uint16_t by_sound[LEXICON_WORDS_MAX]; /* words, by the first letter of their sound */
	uint16_t sound_start[UCHAR_MAX + 2];  /* where each letter begins there */
	struct phrase_index phrases;
};

/* --- words --------------------------------------------------------------------------------- */

/* The slot of a text, or the empty one where it belongs if it is new (FNV-1a). */
static size_t
slot_of(const struct vocabulary *vocabulary, const char *text)
{
	uint32_t hash = UINT32_C(2166136261);
	for (const char *c = text; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT32_C(16777619);
	size_t slot = hash % SLOTS;
	while (vocabulary->slots[slot] != NO_WORD &&
	       !text_equal(vocabulary->words[vocabulary->slots[slot]].text, text))
		slot = (slot + 1) % SLOTS;
	return slot;
}

static const struct word_entry *
word_find(const struct vocabulary *vocabulary, const char *text)
{
	return &vocabulary->words[vocabulary->slots[slot_of(vocabulary, text)]];
}

/* Writes a word of a list in the form that words of messages have; a stem keeps its star. */
static bool
word_form(const char *listed, char text[TEXT_SIZE], struct why *why)
{
	struct words words;
	size_t length = strlen(listed);
	const char *first = length > 1 && listed[0] == '*' ? "*" : "";
	const char *last = length > 1 && listed[length - 1] == '*' ? "*" : "";
	bool one = words_read(listed, &words) && words.count == 1 && words.list[0].text[0] != '\0';
	if (!one || !text_format(text, TEXT_SIZE, "%s%s%s", first, words.list[0].text, last))
		return why_set(why, "\"%s\" is not one word of at most %d letters", listed,
		               TEXT_SIZE - 3);
	size_t letters = strlen(words.list[0].text);
	if ((last[0] != '\0' && letters < BEGINNING_MIN) ||
	    (first[0] != '\0' && (letters < ENDING_MIN || letters > ENDING_MAX)))
		return why_set(why, "\"%s\": a beginning needs %d letters, an ending %d to %d",
		               listed, BEGINNING_MIN, ENDING_MIN, ENDING_MAX);
	return true;
}

/* The word of that text, made when it is new. */
static bool
word_named(struct vocabulary *vocabulary, const char *listed, uint16_t *word, struct why *why)
{
	char text[TEXT_SIZE];
	if (!word_form(listed, text, why))
		return false;
	size_t slot = slot_of(vocabulary, text);
	*word = vocabulary->slots[slot];
	if (*word != NO_WORD)
		return true;
	if (vocabulary->word_count == LEXICON_WORDS_MAX)
		return why_set(why, "more than %d words", LEXICON_WORDS_MAX);
	*word = (uint16_t)vocabulary->word_count++;
	vocabulary->slots[slot] = *word;
	struct word_entry *entry = &vocabulary->words[*word];
	entry->meaning = *word;
	entry->value = NO_VALUE;
	return text_copy(entry->text, sizeof(entry->text), text);
}

bool
vocabulary_add_spelling(struct vocabulary *vocabulary, const char *word, const char *spelling,
                        struct why *why)
{
	uint16_t meaning, other;
	if (vocabulary->phrases.phrase_count > 0)
		return why_set(why, "spellings must stand before the first phrase");
	if (!word_named(vocabulary, word, &meaning, why) ||
	    !word_named(vocabulary, spelling, &other, why))
		return false;
	struct word_entry *entry = &vocabulary->words[other];
	if (entry->meaning != other && entry->meaning != meaning)
		return why_set(why, "\"%s\" already stands for \"%s\"", spelling,
		               vocabulary->words[entry->meaning].text);
	entry->meaning = meaning;
	return true;
}

bool
vocabulary_add_value(struct vocabulary *vocabulary, const char *word, int value, struct why *why)
{
	uint16_t number;
	if (!word_named(vocabulary, word, &number, why))
		return false;
	vocabulary->words[number].value = (int16_t)value;
	return true;
}

bool
vocabulary_add_typical(struct vocabulary *vocabulary, const char *word, struct why *why)
{
	uint16_t typical;
	if (!word_named(vocabulary, word, &typical, why))
		return false;
	vocabulary->words[typical].typical = true;
	return true;
}

/* --- groups and phrases -------------------------------------------------------------------- */

/* The group of that name, made when it is new. */
static bool
group_named(struct vocabulary *vocabulary, const char *name, size_t *group, struct why *why)
{
	for (*group = 0; *group < vocabulary->group_count; ++*group)
		if (text_equal(vocabulary->groups[*group].name, name))
			return true;
	if (vocabulary->group_count == LEXICON_GROUPS_MAX)
		return why_set(why, "more than %d groups", LEXICON_GROUPS_MAX);
	if (!text_copy(vocabulary->groups[*group].name, TEXT_SIZE, name))
		return why_set(why, "the group's name \"%s\" is too long", name);
	vocabulary->group_count++;
	return true;
}

bool
vocabulary_add_to_group(struct vocabulary *vocabulary, const char *name, const char *word,
                        struct why *why)
{
	size_t group;
	uint16_t member;
	if (!group_named(vocabulary, name, &group, why) ||
	    !word_named(vocabulary, word, &member, why))
		return false;
	vocabulary->groups[group].has_words = true;
	group_add(&vocabulary->words[member].groups, group);
	return true;
}

/* "<want>", its brackets checked. */
static bool
read_group(struct vocabulary *vocabulary, char *piece, struct element *element, struct why *why)
{
	size_t group, length = strlen(piece);
	if (length < 3 || piece[length - 1] != '>')
		return why_set(why, "\"%s\" should be a group in angle brackets", piece);
	piece[length - 1] = '\0';
	if (!group_named(vocabulary, piece + 1, &group, why))
		return false;
	element->kind = ELEMENT_GROUP;
	element->what = (uint16_t)group;
	return true;
}

/* One piece of a phrase: "..", "^", "$", "<want>", "<want>?", "dinheiro" or "dinheiro?". */
static bool
read_element(struct vocabulary *vocabulary, char *piece, struct element *element, struct why *why)
{
	*element = (struct element){ .kind = text_equal(piece, "^")   ? ELEMENT_BEGINNING
		                             : text_equal(piece, "$") ? ELEMENT_END
		                                                      : ELEMENT_GAP };
	if (element->kind != ELEMENT_GAP || text_equal(piece, ".."))
		return true;
	size_t length = strlen(piece);
	element->optional = length > 1 && piece[length - 1] == '?';
	if (element->optional)
		piece[--length] = '\0';
	if (piece[0] == '*' || piece[length - 1] == '*')
		return why_set(why, "\"%s\": a part of a word may stand in a group only", piece);
	if (piece[0] == '<')
		return read_group(vocabulary, piece, element, why);
	element->kind = ELEMENT_WORD;
	if (!word_named(vocabulary, piece, &element->what, why))
		return false;
	element->what = vocabulary->words[element->what].meaning;
	return true;
}

/* Cuts the next piece, at blanks, off the text; NULL at its end. */
static char *
piece_next(char **text)
{
	char *piece = *text + strspn(*text, " \t");
	if (*piece == '\0')
		return NULL;
	*text = piece + strcspn(piece, " \t");
	if (**text != '\0')
		*(*text)++ = '\0';
	return piece;
}

bool
vocabulary_add_phrase(struct vocabulary *vocabulary, unsigned list, bool gaps, const char *text,
                      struct why *why)
{
	struct element elements[PHRASE_ELEMENTS_MAX];
	size_t count = 0;
	char copy[256], *rest = copy;
	if (!text_copy(copy, sizeof(copy), text))
		return why_set(why, "the phrase \"%.20s...\" is too long", text);
	for (char *piece; (piece = piece_next(&rest)) != NULL; count++) {
		if (count == PHRASE_ELEMENTS_MAX)
			return why_set(why, "\"%s\" has more than %d words", text,
			               PHRASE_ELEMENTS_MAX);
		if (!read_element(vocabulary, piece, &elements[count], why))
			return why_prefix(why, "\"%s\"", text);
		if (!gaps && elements[count].kind == ELEMENT_GAP)
			return why_set(why, "\"%s\": no gap (..) is allowed in this list", text);
	}
	if (!phrase_add(&vocabulary->phrases, list, elements, count, why))
		return why_prefix(why, "\"%s\"", text);
	return true;
}

const struct phrase_index *
vocabulary_phrases(const struct vocabulary *vocabulary)
{
	return &vocabulary->phrases;
}

/* --- beginning and end --------------------------------------------------------------------- */

struct vocabulary *
vocabulary_new(void)
{
	static const char *const known[GROUP_OWN] = {
#define X(name, text) [GROUP_##name] = text,
		GROUPS(X)
#undef X
			[GROUP_NUMBER] = "number",
		[GROUP_ADDRESS] = "address",
	};
	struct vocabulary *vocabulary = calloc(1, sizeof(*vocabulary));
	if (vocabulary == NULL)
		return NULL;
	vocabulary->word_count = NO_WORD + 1;
	vocabulary->group_count = GROUP_OWN;
	for (size_t i = 0; i < GROUP_OWN; i++)
		ensure(text_copy(vocabulary->groups[i].name, TEXT_SIZE, known[i]));
	vocabulary->groups[GROUP_NUMBER].has_words = true;
	vocabulary->groups[GROUP_ADDRESS].has_words = true;
	return vocabulary;
}

void
vocabulary_free(struct vocabulary *vocabulary)
{
	free(vocabulary);
}

static unsigned char
sound_letter(const struct vocabulary *vocabulary, uint16_t word)
{
	return (unsigned char)vocabulary->words[word].sound[0];
}

/* Gives every word a sound that may be guessed: not the short ones, stems and signs. */
static void
sounds_make(struct vocabulary *vocabulary)
{
	char sound[WORD_SIZE];
	for (uint16_t word = NO_WORD + 1; word < vocabulary->word_count; word++) {
		struct word_entry *entry = &vocabulary->words[word];
		size_t length = strlen(entry->text);
		if (length < SAME_SOUND_MIN ||
		    strspn(entry->text, "abcdefghijklmnopqrstuvwxyz") < length)
			continue;
		sound_of(entry->text, sound);
		ensure(text_copy(entry->sound, sizeof(entry->sound), sound));
		vocabulary->sound_start[sound_letter(vocabulary, word) + 1]++;
		vocabulary->sound_count++;
	}
}

/* Counting sort by the first letter: sound_start holds how many each letter has, one further on. */
static void
sounds_sort(struct vocabulary *vocabulary)
{
	uint16_t next[UCHAR_MAX + 2];
	uint16_t *start = vocabulary->sound_start;
	for (size_t letter = 0; letter <= UCHAR_MAX; letter++)
		start[letter + 1] = (uint16_t)(start[letter + 1] + start[letter]);
	memcpy(next, start, sizeof(next));
	for (uint16_t word = NO_WORD + 1; word < vocabulary->word_count; word++)
		if (vocabulary->words[word].sound[0] != '\0')
			vocabulary->by_sound[next[sound_letter(vocabulary, word)]++] = word;
}

bool
vocabulary_finish(struct vocabulary *vocabulary, struct why *why)
{
	for (size_t i = 0; i < vocabulary->group_count; i++)
		if (!vocabulary->groups[i].has_words)
			return why_set(why, "the group <%s> has no words",
			               vocabulary->groups[i].name);
	sounds_make(vocabulary);
	sounds_sort(vocabulary);
	return true;
}

/* --- looking up ---------------------------------------------------------------------------- */

/* Adds the groups of a stem: `count` letters with a star in front or behind. */
static void
stem_look_up(const struct vocabulary *vocabulary, const char *letters, size_t count, bool ending,
             struct group_set *groups)
{
	char stem[WORD_SIZE + 1];
	memcpy(stem + ending, letters, count);
	stem[ending ? 0 : count] = '*';
	stem[count + 1] = '\0';
	group_add_all(groups, &word_find(vocabulary, stem)->groups);
}

/* Adds what is known of a word and of the one it is a spelling of; of a word in no list, what its
 * endings say: the weakest evidence.  Its entry is that of NO_WORD when there is none. */
static const struct word_entry *
word_look_up(const struct vocabulary *vocabulary, const char *text, struct group_set *groups)
{
	const struct word_entry *entry = word_find(vocabulary, text);
	const struct word_entry *meaning = &vocabulary->words[entry->meaning];
	text = entry->meaning == NO_WORD ? text : meaning->text;
	size_t length = strlen(text);
	group_add_all(groups, &entry->groups);
	group_add_all(groups, &meaning->groups);
	for (size_t count = BEGINNING_MIN; count <= length; count++)
		stem_look_up(vocabulary, text, count, false, groups);
	if (entry->meaning != NO_WORD)
		return entry;
	for (size_t count = ENDING_MIN; count <= ENDING_MAX && count + ENDING_AFTER <= length;
	     count++)
		stem_look_up(vocabulary, text + length - count, count, true, groups);
	return entry;
}

size_t
vocabulary_votes(const struct vocabulary *vocabulary, const struct words *words)
{
	size_t votes = 0;
	for (size_t i = 0; i < words->count; i++) {
		struct group_set groups = { 0 };
		if (words->list[i].kind != WORD_LETTERS)
			continue;
		const struct word_entry *entry =
			word_look_up(vocabulary, words->list[i].text, &groups);
		if (entry->meaning != NO_WORD)
			votes += entry->typical ? TYPICAL_VOTES : 1;
		else
			votes += !group_is_empty(&groups);
	}
	return votes;
}

/* The known word that sounds like this one, else the first that nearly does, else NULL. */
static const char *
word_guess(const struct vocabulary *vocabulary, const char *text)
{
	const char *near = NULL;
	char sound[WORD_SIZE];
	sound_of(text, sound);
	unsigned char letter = (unsigned char)sound[0];
	if (strlen(text) < SAME_SOUND_MIN || letter == '\0')
		return near;
	for (size_t i = vocabulary->sound_start[letter]; i < vocabulary->sound_start[letter + 1];
	     i++) {
		const struct word_entry *entry = &vocabulary->words[vocabulary->by_sound[i]];
		if (text_equal(entry->sound, sound))
			return entry->text;
		if (near == NULL && strlen(sound) >= NEAR_SOUND_MIN &&
		    sound_is_near(sound, entry->sound))
			near = entry->text;
	}
	return near;
}

static struct tag
tag_of(const struct vocabulary *vocabulary, const struct word *word)
{
	struct tag tag = { .meaning = NO_WORD, .value = NO_VALUE };
	if (word->kind == WORD_NUMBER)
		group_add(&tag.groups, GROUP_NUMBER);
	if (word->kind == WORD_ADDRESS)
		group_add(&tag.groups, GROUP_ADDRESS);
	const struct word_entry *entry = word_look_up(vocabulary, word->text, &tag.groups);
	if (entry->meaning == NO_WORD && word->kind == WORD_LETTERS &&
	    group_is_empty(&tag.groups)) {
		tag.guess = word_guess(vocabulary, word->text);
		if (tag.guess != NULL)
			entry = word_look_up(vocabulary, tag.guess, &tag.groups);
	}
	tag.meaning = entry->meaning;
	if (entry->meaning != NO_WORD)
		tag.value = vocabulary->words[entry->meaning].value;
	return tag;
}

void
vocabulary_tag(const struct vocabulary *vocabulary, const struct words *words, struct tags *tags)
{
	for (size_t i = 0; i < words->count; i++)
		tags->list[i] = tag_of(vocabulary, &words->list[i]);
}

bool
vocabulary_is_in_group(const struct vocabulary *vocabulary, const char *text, enum group group)
{
	struct group_set groups = { 0 };
	word_look_up(vocabulary, text, &groups);
	return group_has(&groups, group);
}
