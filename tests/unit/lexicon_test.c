/*
 * The language files are written by people who do not program: whatever they get wrong is said with
 * its file and line, and never half obeyed.
 */
#include "tests/test.h"

#include "refund/lexicon.h"
#include "refund/sound.h"
#include "tests/locale.h"

static void
check_refused(const char *text, const char *reason)
{
	struct lexicon *lexicon = lexicon_new();
	struct why why = { "" };
	assert_non_null(lexicon);
	assert_false(lexicon_read(lexicon, LANGUAGE_PT_BR, "pt-BR.ini", text, &why));
	if (strstr(why.text, reason) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why.text, reason);
	lexicon_free(lexicon);
}

static void
says_in_which_line_the_mistake_is(void **state)
{
	(void)state;
	check_refused("[signs]\n\nrefunds = estorno\n", "pt-BR.ini:3: [signs] refunds");
	check_refused("[sings]\nrefund = estorno\n", "pt-BR.ini:2: [sings]");
	check_refused("[signs]\nrefund = estorno,\n dinheiro de volta,\n <want estorno\n",
	              "pt-BR.ini:4");
	check_refused("[signs]\nrefund = estorn*\n", "pt-BR.ini:2");
	check_refused("[signs]\nrefund = .. estorno\n", "must begin with a word");
	check_refused("[signs]\nrefund = pode? estornar\n", "must begin with a word");
	check_refused("[groups]\nwant = ab*\n", "pt-BR.ini:2");
	check_refused("[groups]\nwant = c/c\n", "not one word");
	check_refused("[numbers]\nsete = 7\n", "\"sete\" is not a number");
	check_refused("[groups]\nwant\n", "pt-BR.ini:2");
}

static void
no_gap_may_swallow_a_word_of_a_yes(void **state)
{
	(void)state;
	check_refused("[consent]\nyes = pode .. devolver\n", "no gap");
	check_refused("[consent]\ncourtesy = por .. favor\n", "no gap");
}

static void
a_line_too_long_is_refused_and_not_read_as_two(void **state)
{
	char text[512] = "[groups]\nwant = ";
	(void)state;
	memset(text + strlen(text), 'a', 300);
	check_refused(text, "pt-BR.ini:2: the line has more than");
}

static void
a_spelling_stands_for_one_word(void **state)
{
	(void)state;
	check_refused("[spellings]\nnão = n\nnada = n\n", "pt-BR.ini:3: \"n\" already stands for");
	check_refused("[signs]\nrefund = estorno\n[spellings]\nnão = n\n",
	              "before the first phrase");
}

static void
every_list_and_every_group_must_be_there(void **state)
{
	(void)state;
	check_refused("[signs]\nrefund = estorno\n", "pt-BR.ini: [signs] demand is missing");
	size_t length;
	char *text = test_read_file("locale/pt-BR.ini", &length);
	char *longer = malloc(length + 64);
	assert_non_null(longer);
	memcpy(longer, text, length);
	memcpy(longer + length, "\n[signs]\nrefund = <nobody>\n", 28);
	check_refused(longer, "<nobody> has no words");
	free(longer);
	free(text);
}

static void
reads_the_sections_of_other_rooms_without_a_word(void **state)
{
	(void)state;
	/* The first mistake is the missing list, not the section. */
	check_refused("[pages]\ntitle = Caixa de entrada\n", "[signs] refund is missing");
}

static void
hears_what_is_misspelled(void **state)
{
	static const char *const same[][2] = { { "kero", "quero" },
		                               { "cansela", "cancela" },
		                               { "devouve", "devolve" },
		                               { "xegou", "chegou" },
		                               { "reimbolso", "rembolso" } };
	char a[WORD_SIZE], b[WORD_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		sound_of(same[i][0], a);
		sound_of(same[i][1], b);
		if (!sound_is_near(a, b))
			fail_msg("%s (%s) and %s (%s)", same[i][0], a, same[i][1], b);
	}
	assert_true(sound_is_near("estorno", "estonro"));
	assert_true(sound_is_near("estorno", "estrno"));
	assert_true(sound_is_near("estorno", "estornou"));
	assert_false(sound_is_near("estorno", "esnorto"));
	assert_false(sound_is_near("estorno", "estor"));
	assert_true(sound_is_near("", ""));
	assert_true(sound_is_near("", "a"));
	assert_false(sound_is_near("", "ab"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_in_which_line_the_mistake_is),
		cmocka_unit_test(no_gap_may_swallow_a_word_of_a_yes),
		cmocka_unit_test(a_line_too_long_is_refused_and_not_read_as_two),
		cmocka_unit_test(a_spelling_stands_for_one_word),
		cmocka_unit_test(every_list_and_every_group_must_be_there),
		cmocka_unit_test(reads_the_sections_of_other_rooms_without_a_word),
		cmocka_unit_test(hears_what_is_misspelled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
