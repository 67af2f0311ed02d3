/*
 * One pass over the bytes.  Every character is looked at once and either grows the word under way
 * or ends it, so time and space are linear in the message.
 *
 * The only decisions that need the neighbours are about marks inside a word: "8.421" and "30/04"
 * are one thing, "errado.8421" is two; "BF-88209" is one, "vale-troca" is two words.
 */
#include "refund/normalise.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* What a broken byte reads as (U+FFFD). */
enum { UNREADABLE = 0xfffd };

struct reader {
	const unsigned char *at, *end;
	struct words *words;
	char word[WORD_SIZE]; /* under way */
	size_t length;        /* may grow beyond WORD_SIZE: then the word is unknown */
	bool has_digit, has_at;
	enum pause pause; /* since the last word */
	bool full;        /* more words than fit */
};

/* --- characters ---------------------------------------------------------------------------- */

/* Reads one character and moves past it. */
static uint32_t
character_read(const unsigned char **at, const unsigned char *end)
{
	static const unsigned char value_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *bytes = *at;
	size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (length > (size_t)(end - bytes) || !text_is_utf8((const char *)bytes, length)) {
		*at += 1;
		return UNREADABLE;
	}
	*at += length;
	uint32_t character = bytes[0] & value_bits[length];
	for (size_t i = 1; i < length; i++)
		character = character << 6 | (bytes[i] & 0x3f);
	return character;
}

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_between(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

/* Pictures, arrows, ticks and hearts. */
static bool
is_emoji(uint32_t c)
{
	return is_between(c, 0x1f000, 0x1faff) || is_between(c, 0x2190, 0x23ff) ||
	       is_between(c, 0x2460, 0x2bff);
}

/* What changes only the look of its neighbours: combining accents, zero width and direction marks,
 * skin tones, the rest of a joined picture, WhatsApp's italics, and the signs of "nº" and "2ª". */
static bool
is_ornament(uint32_t c)
{
	return is_between(c, 0x300, 0x36f) || is_between(c, 0x200b, 0x200f) ||
	       is_between(c, 0x202a, 0x202e) || is_between(c, 0x2060, 0x206f) ||
	       is_between(c, 0xfe00, 0xfe0f) || is_between(c, 0x1f3fb, 0x1f3ff) || c == 0x20e3 ||
	       c == 0x2640 || c == 0x2642 || c == 0xfeff || c == 0xad || c == 0xba || c == 0xaa ||
	       c == 0xb0 || c == '_';
}

/* The plain lower-case letter below a character's marks, '~' for a foreign one, 0 for no letter. */
static char
letter_of(uint32_t c)
{
	/* U+00C0 to U+00FF and U+0100 to U+017F. */
	static const char latin[] =
		"aaaaaaaceeeeiiiidnooooo~ouuuuytsaaaaaaaceeeeiiiidnooooo~ouuuuyty"
		"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
		"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
	static_assert(sizeof(latin) == 0x180 - 0xc0 + 1, "one letter for each character");
	if (is_between(c, 'a', 'z'))
		return (char)c;
	if (is_between(c, 'A', 'Z'))
		return (char)(c - 'A' + 'a');
	if (c < 0xc0 || c == 0xd7 || c == 0xf7 || is_emoji(c) || is_ornament(c) ||
	    is_between(c, 0x2000, 0x2bff) || is_between(c, 0x3000, 0x301f))
		return 0;
	return c < 0x180 ? latin[c - 0xc0] : '~';
}

/* Marks of text that quotes somebody, or plays a machine. */
static bool
is_quote(uint32_t c)
{
	return c == '"' || c == '=' || c == '<' || c == '>' || c == '{' || c == '}' || c == '[' ||
	       c == ']' || c == 0x201c || c == 0x201d || c == 0xab || c == 0xbb;
}

/* An "ñ" alone is short for "não". */
static void
count_language_letters(struct words *words, uint32_t c, bool alone)
{
	uint32_t lower = is_between(c, 0xc0, 0xde) ? c + 0x20 : c;
	words->spanish += (lower == 0xf1 && !alone) || c == 0xbf || c == 0xa1;
	words->portuguese += lower == 0xe3 || lower == 0xf5 || lower == 0xe7 || lower == 0xea ||
	                     lower == 0xf4 || lower == 0xe2 || lower == 0xe0;
}

/* --- words --------------------------------------------------------------------------------- */

/* One letter where a letter is repeated: people stretch words, and double letters at random. */
static void
drop_repeats(char *word)
{
	char *to = word;
	for (const char *from = word; *from != '\0'; from++)
		if (to == word || to[-1] != *from)
			*to++ = *from;
	*to = '\0';
}

static void
word_add(struct reader *reader, enum word_kind kind, const char *text)
{
	struct words *words = reader->words;
	if (words->count == MESSAGE_WORDS_MAX) {
		reader->full = true;
		return;
	}
	struct word *word = &words->list[words->count++];
	word->kind = kind;
	word->pause = reader->pause;
	text_copy(word->text, sizeof(word->text), text);
	if (kind == WORD_LETTERS)
		drop_repeats(word->text);
	reader->pause = PAUSE_NONE;
}

/* Ends the word under way, if there is one. */
static void
word_end(struct reader *reader)
{
	if (reader->length == 0)
		return;
	bool fits = reader->length < WORD_SIZE;
	reader->word[fits ? reader->length : 0] = '\0';
	enum word_kind kind = reader->has_at      ? WORD_ADDRESS
	                      : reader->has_digit ? WORD_NUMBER
	                                          : WORD_LETTERS;
	word_add(reader, kind, reader->word);
	reader->length = 0;
	reader->has_digit = reader->has_at = false;
}

static void
word_grow(struct reader *reader, char c)
{
	if (reader->length < WORD_SIZE)
		reader->word[reader->length] = c;
	reader->length++;
	reader->has_digit |= is_digit((unsigned char)c);
	reader->has_at |= c == '@';
}

/* The character after the one just read, a space at the end. */
static uint32_t
next_character(const struct reader *reader)
{
	const unsigned char *at = reader->at;
	return at < reader->end ? character_read(&at, reader->end) : ' ';
}

/* True for a mark inside the word under way, judged by what stands on both its sides. */
static bool
joins(const struct reader *reader, uint32_t c)
{
	if (reader->length == 0 || reader->length >= WORD_SIZE)
		return false;
	uint32_t next = next_character(reader);
	bool letter = letter_of(next) != 0;
	bool digit = is_digit(next);
	if (c == '@' || reader->has_at)
		return (letter || digit) && (c == '@' || c == '.' || c == '-');
	if (c == '.' || c == ',' || c == '/' || c == ':')
		return digit && is_digit((unsigned char)reader->word[reader->length - 1]);
	return c == '-' && (digit || (letter && reader->has_digit));
}

/* True for the mark in "don't" and the one in "taca-lhe". */
static bool
stands_between_letters(const struct reader *reader)
{
	return reader->length > 0 && letter_of(next_character(reader)) != 0;
}

/* --- marks --------------------------------------------------------------------------------- */

/* Marks that mean something beside a number.  A star is one only there ("*8412" corrects what was
 * typed before); elsewhere it is WhatsApp's bold. */
static bool
is_symbol(const struct reader *reader, uint32_t c)
{
	return c == '#' || c == '$' || c == '%' || c == '+' ||
	       (c == '*' && is_digit(next_character(reader)));
}

static enum pause
pause_of(uint32_t c)
{
	switch (c) {
	case '\n':
	case '\r':
		return PAUSE_LINE;
	case '.':
	case '!':
	case '?':
	case 0x2026: /* … */
	case 0xa1:   /* ¡ */
	case 0xbf:   /* ¿ */
		return PAUSE_STOP;
	case ' ':
	case '\t':
	case 0xa0: /* no-break space */
	case '\'':
	case '"':
	case '*':
	case '`':
	case 0x2018: /* quotes: ‘ ’ “ ” */
	case 0x2019:
	case 0x201c:
	case 0x201d:
		return PAUSE_NONE;
	default:
		return PAUSE_COMMA;
	}
}

static void
read_mark(struct reader *reader, uint32_t c)
{
	bool between = stands_between_letters(reader);
	if ((c == '\'' || c == 0x2019) && between)
		return;
	word_end(reader);
	enum pause pause = c == '-' && between ? PAUSE_NONE : pause_of(c);
	if (pause > reader->pause)
		reader->pause = pause;
	reader->words->asks |= c == '?';
}

static void
read_character(struct reader *reader)
{
	const unsigned char *from = reader->at;
	uint32_t c = character_read(&reader->at, reader->end);
	char letter = letter_of(c);
	bool symbol = is_symbol(reader, c);
	bool alone = reader->length == 0 && letter_of(next_character(reader)) == 0;
	count_language_letters(reader->words, c, alone);
	reader->words->quotes |= is_quote(c);
	if (letter != 0) {
		word_grow(reader, letter);
	} else if (is_digit(c) || joins(reader, c)) {
		word_grow(reader, (char)c);
	} else if (symbol || is_emoji(c)) {
		char text[8] = "";
		memcpy(text, from, (size_t)(reader->at - from));
		word_end(reader);
		if (!is_ornament(c))
			word_add(reader, symbol ? WORD_SYMBOL : WORD_EMOJI, text);
	} else if (!is_ornament(c)) {
		read_mark(reader, c);
	}
}

/* True for "sim..." and "sim… ". */
static bool
ends_in_ellipsis(const char *text, size_t length)
{
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\n'))
		length--;
	return (length >= 2 && memcmp(text + length - 2, "..", 2) == 0) ||
	       (length >= 3 && memcmp(text + length - 3, "\u2026", 3) == 0);
}

bool
words_read(const char *text, struct words *words)
{
	words->count = words->portuguese = words->spanish = 0;
	words->asks = words->trails_off = words->quotes = false;
	size_t length = strnlen(text, MESSAGE_BYTES_MAX + 1);
	if (length > MESSAGE_BYTES_MAX)
		return false;
	struct reader reader = { .at = (const unsigned char *)text,
		                 .words = words,
		                 .pause = PAUSE_STOP };
	reader.end = reader.at + length;
	while (reader.at < reader.end && !reader.full)
		read_character(&reader);
	word_end(&reader);
	words->trails_off = ends_in_ellipsis(text, length);
	return !reader.full;
}
