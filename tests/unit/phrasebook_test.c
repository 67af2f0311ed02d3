/*
 * What the bot may say: which texts load, how places are filled, and that nobody's words become ours.
 */
#include "tests/aborts.h"

#include "base/instant.h"
#include "base/limits.h"
#include "base/text.h"
#include "refund/phrasebook.h"
#include "serve/language.h"

#define NOW_MS INT64_C(1795184400000) /* 2026-11-20, 11:20 in São Paulo */

static struct phrasebook phrasebook; /* of one test */

static int
forget(void **state)
{
	(void)state;
	phrasebook_free(&phrasebook);
	return 0;
}

static bool
add(enum template template, const char *text, struct why *why)
{
	return phrasebook_add(&phrasebook, LANGUAGE_PT_BR, template, text, strlen(text), why);
}

static void
assert_said(enum template template, const struct phrase_values *values, const char *expected)
{
	struct buffer words;
	buffer_init(&words, REPLY_BYTES_MAX);
	phrasebook_say(&phrasebook, LANGUAGE_PT_BR, template, values, &words);
	assert_string_equal(buffer_text(&words), expected);
	buffer_free(&words);
}

/* --- loading ---------------------------------------------------------------------------------- */

static void
a_text_with_a_place_it_may_not_have_does_not_load(void **state)
{
	static const struct {
		enum template template;
		const char *text, *why;
	} rows[] = {
		{ TEMPLATE_GREETING, "Oi {order}",
		  "pt-BR/greeting.txt has: the place {order}, which it may not have (it may have: "
		  ")" },
		{ TEMPLATE_LOOKING, "{orders}",
		  "pt-BR/looking.txt has: the place {orders}, which it may not have (it may have: "
		  "order)" },
		{ TEMPLATE_LOOKING, "{}",
		  "pt-BR/looking.txt has: the place {}, which it may not have (it may have: "
		  "order)" },
		{ TEMPLATE_LOOKING, "{ord", "pt-BR/looking.txt has: a brace that is not a place" },
		{ TEMPLATE_LOOKING, "order}",
		  "pt-BR/looking.txt has: a brace that is not a place" },
		{ TEMPLATE_LOOKING, "{{order}}",
		  "pt-BR/looking.txt has: a brace that is not a place" },
		{ TEMPLATE_LOOKING, "{", "pt-BR/looking.txt has: a brace that is not a place" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		if (add(rows[i].template, rows[i].text, &why))
			fail_msg("\"%s\" was loaded", rows[i].text);
		assert_string_equal(why.text, rows[i].why);
	}
	/* Nothing but the offer says what was paid, nothing but the end of a refund has a receipt. */
	assert_false(add(TEMPLATE_CONFIRMING, "Recibo {receipt}", NULL));
	assert_false(add(TEMPLATE_WORKING, "{amount}", NULL));
}

static void
a_text_has_words_and_only_whole_characters(void **state)
{
	char longest[REPLY_BYTES_MAX / 2 + 2];
	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_false(add(TEMPLATE_HELD, "", NULL));
	assert_false(add(TEMPLATE_HELD, " \n\n", NULL));
	assert_false(add(TEMPLATE_HELD, "ol\xe1", NULL));
	assert_false(phrasebook_add(&phrasebook, LANGUAGE_EN, TEMPLATE_HELD, "a\0b", 3, NULL));
	assert_false(phrasebook_add(&phrasebook, LANGUAGE_EN, TEMPLATE_HELD, longest,
	                            REPLY_BYTES_MAX / 2 + 1, NULL));
	assert_true(phrasebook_add(&phrasebook, LANGUAGE_EN, TEMPLATE_HELD, longest,
	                           REPLY_BYTES_MAX / 2, NULL));
}

static void
a_refused_text_leaves_the_one_before(void **state)
{
	(void)state;
	assert_true(add(TEMPLATE_HELD, "Uma pessoa.\n", NULL));
	assert_false(add(TEMPLATE_HELD, "{who}", NULL));
	assert_said(TEMPLATE_HELD, &(struct phrase_values){ 0 }, "Uma pessoa.");
	assert_true(add(TEMPLATE_HELD, "Alguém.", NULL));
	assert_said(TEMPLATE_HELD, &(struct phrase_values){ 0 }, "Alguém.");
}

static void
one_missing_text_is_named(void **state)
{
	struct why why = { "" };
	(void)state;
	for (int language = 0; language < LANGUAGE_COUNT; language++)
		for (int template = 0; template <TEMPLATE_COUNT; template ++)
			if (language != LANGUAGE_ES || template != TEMPLATE_THANKS)
				assert_true(phrasebook_add(&phrasebook, (enum language)language,
				                           (enum template) template, "x", 1, NULL));
	assert_false(phrasebook_is_complete(&phrasebook, &why));
	assert_string_equal(why.text, "es/thanks.txt is missing");
	assert_true(phrasebook_add(&phrasebook, LANGUAGE_ES, TEMPLATE_THANKS, "x", 1, NULL));
	assert_true(phrasebook_is_complete(&phrasebook, &why));
}

static void
every_name_of_a_text_is_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < TEMPLATE_COUNT; i++) {
		enum template again;
		assert_true(template_parse(template_text((enum template)i), &again));
		assert_int_equal(again, i);
	}
	enum template none;
	assert_false(template_parse("staff", &none));
	assert_false(template_parse("", &none));
}

/* --- filling ---------------------------------------------------------------------------------- */

static void
places_are_filled_wherever_they_stand(void **state)
{
	const struct phrase_values values = { .order = "8421",
		                              .amount = "R$ 1,00",
		                              .paid_when = "ontem" };
	(void)state;
	assert_true(add(TEMPLATE_OFFER, "{order}{amount} {paid_when}, {order}", NULL));
	assert_said(TEMPLATE_OFFER, &values, "8421R$ 1,00 ontem, 8421");
}

/* What stands in a place is words, whatever it looks like. */
static void
a_value_is_never_read_as_a_text(void **state)
{
	const struct phrase_values values = { .order = "{why}", .why = "{order} %s %n" };
	(void)state;
	assert_true(add(TEMPLATE_DENIED, "{order}: {why}", NULL));
	assert_said(TEMPLATE_DENIED, &values, "{why}: {order} %s %n");
}

static void
say_without_a_value(void)
{
	struct buffer words;
	buffer_init(&words, 100);
	phrasebook_say(&phrasebook, LANGUAGE_PT_BR, TEMPLATE_LOOKING,
	               &(struct phrase_values){ .amount = "x" }, &words);
}

static void
a_place_without_a_value_stops_the_program(void **state)
{
	(void)state;
	assert_true(add(TEMPLATE_LOOKING, "{order}", NULL));
	assert_aborts(say_without_a_value);
}

/* --- amounts and days ------------------------------------------------------------------------- */

static void
amounts_are_written_as_the_language_does(void **state)
{
	static const struct {
		enum language language;
		int64_t cents;
		const char *text;
	} rows[] = {
		{ LANGUAGE_PT_BR, 18600, "R$\u00a0186,00" },
		{ LANGUAGE_PT_BR, 1, "R$\u00a00,01" },
		{ LANGUAGE_PT_BR, 99999, "R$\u00a0999,99" },
		{ LANGUAGE_PT_BR, 100000, "R$\u00a01.000,00" },
		{ LANGUAGE_PT_BR, 123456789, "R$\u00a01.234.567,89" },
		{ LANGUAGE_ES, 123456789, "R$\u00a01.234.567,89" },
		{ LANGUAGE_EN, 123456789, "R$\u00a01,234,567.89" },
		{ LANGUAGE_EN, 999999999999, "R$\u00a09,999,999,999.99" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];
		phrase_amount(rows[i].language, rows[i].cents, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static void
assert_day(enum language language, const char *then, const char *expected)
{
	struct buffer words;
	int64_t then_ms;
	assert_true(instant_parse(then, &then_ms));
	buffer_init(&words, 64);
	phrase_day(&phrasebook, language, then_ms, NOW_MS, &words);
	assert_string_equal(buffer_text(&words), expected);
	buffer_free(&words);
}

/* The customer's calendar decides, not the server's: at one in the morning UTC it is still yesterday. */
static void
days_are_those_of_sao_paulo(void **state)
{
	struct why why = { "" };
	struct language_pack pack;
	(void)state;
	if (!language_load(&pack, &why))
		fail_msg("%s", why.text);
	phrasebook = pack.phrasebook;
	assert_day(LANGUAGE_PT_BR, "2026-11-20T11:19:59-03:00", "hoje");
	assert_day(LANGUAGE_PT_BR, "2026-11-20T00:00:00-03:00", "hoje");
	assert_day(LANGUAGE_PT_BR, "2026-11-20T02:59:59Z", "ontem");
	assert_day(LANGUAGE_PT_BR, "2026-11-19T00:00:00-03:00", "ontem");
	assert_day(LANGUAGE_PT_BR, "2026-11-18T23:59:59-03:00", "em 18/11");
	assert_day(LANGUAGE_EN, "2026-11-18T23:59:59-03:00", "on 11/18");
	memset(&phrasebook, 0, sizeof(phrasebook));
	language_free(&pack);
}

/* --- the texts that ship ---------------------------------------------------------------------- */

/* Only the text that a verified receipt allows says that money went back. */
static void
no_other_text_that_ships_says_that_it_is_done(void **state)
{
	static const char *const done[] = { "Estorno feito", "devolvidos",  "Reembolso hecho",
		                            "devueltos",     "Refund done", "have been returned",
		                            "was refunded" };
	struct language_pack pack;
	(void)state;
	assert_true(language_load(&pack, NULL));
	for (int language = 0; language < LANGUAGE_COUNT; language++)
		for (int template = 0; template <TEMPLATE_COUNT; template ++)
			for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++)
				if (template != TEMPLATE_REFUND_DONE &&
				    strstr(pack.phrasebook.texts[language][template], done[i]) !=
				            NULL)
					fail_msg("%s/%s.txt says \"%s\"",
					         language_text((enum language)language),
					         template_text((enum template) template), done[i]);
	language_free(&pack);
}

/* What the customer is told is made of what was verified: all of it. */
static void
the_last_word_names_order_amount_note_and_receipt(void **state)
{
	static const char *const places[] = { "{order}", "{amount}", "{note}", "{receipt}" };
	struct language_pack pack;
	(void)state;
	assert_true(language_load(&pack, NULL));
	for (int language = 0; language < LANGUAGE_COUNT; language++)
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
			if (strstr(pack.phrasebook.texts[language][TEMPLATE_REFUND_DONE],
			           places[i]) == NULL)
				fail_msg("%s does not name %s",
				         language_text((enum language)language), places[i]);
	language_free(&pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_text_with_a_place_it_may_not_have_does_not_load,
		                          forget),
		cmocka_unit_test_teardown(a_text_has_words_and_only_whole_characters, forget),
		cmocka_unit_test_teardown(a_refused_text_leaves_the_one_before, forget),
		cmocka_unit_test_teardown(one_missing_text_is_named, forget),
		cmocka_unit_test(every_name_of_a_text_is_its_own),
		cmocka_unit_test_teardown(places_are_filled_wherever_they_stand, forget),
		cmocka_unit_test_teardown(a_value_is_never_read_as_a_text, forget),
		cmocka_unit_test_teardown(a_place_without_a_value_stops_the_program, forget),
		cmocka_unit_test(amounts_are_written_as_the_language_does),
		cmocka_unit_test_teardown(days_are_those_of_sao_paulo, forget),
		cmocka_unit_test(no_other_text_that_ships_says_that_it_is_done),
		cmocka_unit_test(the_last_word_names_order_amount_note_and_receipt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
