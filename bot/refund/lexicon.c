/*
 * Reads the language files.  libinih splits them into sections, keys and lines; a value that goes
 * on over several lines comes line by line, so a phrase must not be broken over two.
 *
 * Everything a person may get wrong in such a file is an error with its line: an unknown section
 * or list, a line that is too long, a group without words, a list that is missing.
 */
#include "refund/lexicon.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

/* Sections of the same files that other rooms read. */
static const char *const sections_of_others[] = { "writing", "pages" };

static const struct {
	const char *section, *key;
} lists[PHRASE_LIST_COUNT] = {
#define X(name, text) [SIGN_##name] = { "signs", text },
	LEXICON_SIGNS(X)
#undef X
#define X(name, text) [UNIT_##name] = { "consent", text },
		LEXICON_UNITS(X)
#undef X
};

struct lexicon {
	struct vocabulary *languages[LANGUAGE_COUNT];
};

struct file {
	const char *name;
	const char *rest; /* of its text */
	size_t line;
	struct vocabulary *vocabulary;
	bool has_list[PHRASE_LIST_COUNT];
	bool failed;
	struct why *why;
};

/* --- entries ------------------------------------------------------------------------------- */

/* One word of a value, for the sections whose values are words. */
static bool
word_add(struct file *file, const char *section, const char *key, const char *word)
{
	struct why *why = file->why;
	if (text_equal(section, "spellings"))
		return vocabulary_add_spelling(file->vocabulary, key, word, why);
	if (text_equal(section, "groups"))
		return vocabulary_add_to_group(file->vocabulary, key, word, why);
	if (text_equal(section, "language"))
		return vocabulary_add_typical(file->vocabulary, word, why);
	char *end;
	errno = 0;
	long value = strtol(key, &end, 10);
	if (errno != 0 || end == key || *end != '\0' || value < 0 || value > 1000)
		return why_set(why, "\"%s\" is not a number from 0 to 1000", key);
	return vocabulary_add_value(file->vocabulary, word, (int)value, why);
}

static bool
has_words(const char *section)
{
	return text_equal(section, "spellings") || text_equal(section, "groups") ||
	       text_equal(section, "language") || text_equal(section, "numbers");
}

/* The list of that name, or PHRASE_LIST_COUNT. */
static enum phrase_list
list_named(const char *section, const char *key)
{
	enum phrase_list list = 0;
	while (list < PHRASE_LIST_COUNT &&
	       !(text_equal(lists[list].section, section) && text_equal(lists[list].key, key)))
		list++;
	return list;
}

/* The lists of which every word of a yes must be made: no gap may swallow one there. */
static bool
is_closed(enum phrase_list list)
{
	return list >= UNIT_YES && list <= UNIT_HELLO;
}

/* Adds the parts of a value: words, or phrases parted by commas. */
static bool
value_add(struct file *file, const char *section, const char *key, const char *value)
{
	bool words = has_words(section);
	enum phrase_list list = list_named(section, key);
	if (!words && list == PHRASE_LIST_COUNT)
		return why_set(file->why, "[%s] %s is not a list of this program", section, key);
	if (!words)
		file->has_list[list] = true;
	const char *separators = words ? " \t," : ",";
	bool ok = true;
	for (const char *at = value; ok && *at != '\0';) {
		char part[256];
		at += strspn(at, " \t,");
		size_t length = strcspn(at, separators);
		if (length == 0)
			break;
		ensure(text_format(part, sizeof(part), "%.*s", (int)length, at));
		ok = words ? word_add(file, section, key, part)
		           : vocabulary_add_phrase(file->vocabulary, list, !is_closed(list), part,
		                                   file->why);
		at += length;
	}
	return ok;
}

static int
on_entry(void *user, const char *section, const char *key, const char *value)
{
	struct file *file = user;
	for (size_t i = 0; i < sizeof(sections_of_others) / sizeof(sections_of_others[0]); i++)
		if (text_equal(section, sections_of_others[i]))
			return 1;
	if (!file->failed && !value_add(file, section, key, value)) {
		file->failed = true;
		why_prefix(file->why, "%s:%zu", file->name, file->line);
	}
	return !file->failed;
}

/* --- files --------------------------------------------------------------------------------- */

/* fgets for a text: libinih asks for one line after the other.  A line that does not fit would be
 * read as two, so it ends the reading. */
static char *
next_line(char *to, int size, void *stream)
{
	struct file *file = stream;
	size_t length = strcspn(file->rest, "\n");
	if (*file->rest == '\0' || file->failed)
		return NULL;
	file->line++;
	if (length + 2 > (size_t)size) {
		file->failed = true;
		why_set(file->why, "%s:%zu: the line has more than %d bytes", file->name,
		        file->line, size - 2);
		return NULL;
	}
	memcpy(to, file->rest, length);
	to[length] = '\0';
	file->rest += length + (file->rest[length] == '\n');
	return to;
}

static bool
file_is_complete(const struct file *file)
{
	for (enum phrase_list list = 0; list < PHRASE_LIST_COUNT; list++)
		if (!file->has_list[list])
			return why_set(file->why, "%s: [%s] %s is missing", file->name,
			               lists[list].section, lists[list].key);
	if (!vocabulary_finish(file->vocabulary, file->why))
		return why_prefix(file->why, "%s", file->name);
	return true;
}

bool
lexicon_read(struct lexicon *lexicon, enum language language, const char *name, const char *text,
             struct why *why)
{
	struct file file = { .name = name, .rest = text, .why = why };
	ensure(lexicon->languages[language] == NULL);
	file.vocabulary = lexicon->languages[language] = vocabulary_new();
	if (file.vocabulary == NULL)
		return why_set(why, "%s: out of memory", name);
	int bad_line = ini_parse_stream(next_line, &file, on_entry, &file);
	if (file.failed)
		return false;
	if (bad_line != 0)
		return why_set(why, "%s:%d: neither \"[section]\" nor \"key = value\"", name,
		               bad_line);
	return file_is_complete(&file);
}

/* --- the three together -------------------------------------------------------------------- */

struct lexicon *
lexicon_new(void)
{
	return calloc(1, sizeof(struct lexicon));
}

void
lexicon_free(struct lexicon *lexicon)
{
	if (lexicon == NULL)
		return;
	for (enum language language = 0; (int)language < LANGUAGE_COUNT; language++)
		vocabulary_free(lexicon->languages[language]);
	free(lexicon);
}

const struct vocabulary *
lexicon_vocabulary(const struct lexicon *lexicon, enum language language)
{
	ensure((int)language < LANGUAGE_COUNT && lexicon->languages[language] != NULL);
	return lexicon->languages[language];
}

const char *
language_text(enum language language)
{
	static const char *const texts[] = {
#define X(name, text) text,
		LANGUAGES(X)
#undef X
	};
	ensure((int)language < LANGUAGE_COUNT);
	return texts[language];
}

const char *
phrase_list_text(enum phrase_list list)
{
	ensure(list < PHRASE_LIST_COUNT);
	return lists[list].key;
}

/* Every word votes for the languages that know it; a letter like ã or ñ counts as three words. */
enum language
language_of(const struct lexicon *lexicon, const struct words *words)
{
	enum { LETTER_VOTES = 3 };
	size_t letters[LANGUAGE_COUNT] = {
		[LANGUAGE_PT_BR] = words->portuguese, [LANGUAGE_ES] = words->spanish
	};
	enum language best = LANGUAGE_PT_BR;
	size_t best_votes = 0;
	for (enum language language = 0; (int)language < LANGUAGE_COUNT; language++) {
		size_t votes = vocabulary_votes(lexicon_vocabulary(lexicon, language), words) +
		               LETTER_VOTES * letters[language];
		if (votes > best_votes) {
			best = language;
			best_votes = votes;
		}
	}
	return best;
}
