/*
 * Each letter is replaced by the one it is most often taken for; silent letters go.
 *
 *	c k q         k       before e, i and h, c is s
 *	s z x ç       s       (ç comes as c: the accents are gone by now; sound_is_near bridges it)
 *	g j           j       g only before e and i
 *	e i y         i       unstressed vowels are written as they sound
 *	o u w l$      u
 *	m n           n
 *	h             -       but nh and lh are letters of their own
 */
#include "refund/sound.h"

#include <stddef.h>
#include <string.h>

static bool
is_soft(char next)
{
	return next == 'e' || next == 'i' || next == 'y';
}

static char
sound_of_letter(char c, char next)
{
	switch (c) {
	case 'c':
		return is_soft(next) || next == 'h' ? 's' : 'k';
	case 'q':
		return 'k';
	case 'z':
	case 'x':
		return 's';
	case 'g':
		return is_soft(next) ? 'j' : 'g';
	case 'e':
	case 'y':
		return 'i';
	case 'o':
	case 'w':
		return 'u';
	case 'l':
		return next == '\0' ? 'u' : 'l';
	case 'm':
		return 'n';
	default:
		return c;
	}
}

void
sound_of(const char *word, char sound[WORD_SIZE])
{
	size_t used = 0;
	for (size_t i = 0; word[i] != '\0' && used + 1 < WORD_SIZE; i++) {
		bool silent_u = word[i] == 'u' && i > 0 &&
		                (word[i - 1] == 'q' || word[i - 1] == 'g') && is_soft(word[i + 1]);
		bool silent_h =
			word[i] == 'h' && (i == 0 || (word[i - 1] != 'n' && word[i - 1] != 'l'));
		char c = sound_of_letter(word[i], word[i + 1]);
		if (!silent_h && !silent_u && (used == 0 || sound[used - 1] != c))
			sound[used++] = c;
	}
	sound[used] = '\0';
}

bool
sound_is_near(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	if (*a == '\0' && *b == '\0')
		return true;
	bool swapped = *a != '\0' && *b != '\0' && a[0] == b[1] && a[1] == b[0];
	return (*a != '\0' && strcmp(a + 1, b) == 0) || (*b != '\0' && strcmp(a, b + 1) == 0) ||
	       (*a != '\0' && *b != '\0' && strcmp(a + 1, b + 1) == 0) ||
	       (swapped && strcmp(a + 2, b + 2) == 0);
}
