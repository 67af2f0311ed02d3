/*
 * Ceilings of the pure rooms, each met exactly and then passed by one: what fits is taken
 * whole, what does not is refused with its number in the reason.
 */
#include "tests/test.h"

#include "base/buffer.h"
#include "base/ensure.h"
#include "base/facts.h"
#include "base/json.h"
#include "base/limits.h"
#include "io/loop.h"
#include "io/settings.h"
#include "proof/checkpoint.h"
#include "proof/key_text.h"
#include "refund/mandate.h"
#include "refund/phrase.h"
#include "refund/tag.h"
#include "refund/understand.h"
#include "refund/vocabulary.h"
#include "tests/locale.h"
#include "tools/focus.h"
#include "tools/pix.h"

static void
assert_says(const struct why *why, const char *words, int number)
{
	char digits[32];
	snprintf(digits, sizeof(digits), "%d", number);
	if (strstr(why->text, words) == NULL || strstr(why->text, digits) == NULL)
		fail_msg("\"%s\" does not say \"%s\" and %d", why->text, words, number);
}

/* `count` times "WORD ", and the rest behind it. */
static const char *
repeated(const char *word, int count, const char *rest)
{
	static struct buffer text;
	buffer_free(&text);
	buffer_init(&text, MESSAGE_BYTES_MAX);
	for (int i = 0; i < count; i++)
		buffer_add_text(&text, word);
	buffer_add_text(&text, rest);
	assert_false(text.failed);
	return buffer_text(&text);
}

/* --- language files ------------------------------------------------------------------------------ */

static bool
add_word(struct vocabulary *vocabulary, const char *group, int number, struct why *why)
{
	char word[16];
	snprintf(word, sizeof(word), "w%c%c%c%c", 'a' + number / 17576 % 26,
	         'a' + number / 676 % 26, 'a' + number / 26 % 26, 'a' + number % 26);
	return vocabulary_add_to_group(vocabulary, group, word, why);
}

static void
a_language_has_so_many_words_and_no_more(void **state)
{
	struct vocabulary *vocabulary = vocabulary_new();
	struct why why = { "" };
	(void)state;
	int made = 0;
	while (made < 2 * LEXICON_WORDS_MAX && add_word(vocabulary, "want", made, &why))
		made++;
	/* Letters that are doubled for a mood are one letter: some of these words are the same. */
	assert_in_range(made, LEXICON_WORDS_MAX - 1, 2 * LEXICON_WORDS_MAX - 1);
	assert_says(&why, "words", LEXICON_WORDS_MAX);
	vocabulary_free(vocabulary);
}

static void
a_language_has_so_many_groups_and_no_more(void **state)
{
	struct vocabulary *vocabulary = vocabulary_new();
	struct why why = { "" };
	char name[16];
	int made = 0;
	(void)state;
	do {
		snprintf(name, sizeof(name), "made%d", made++);
	} while (made <= LEXICON_GROUPS_MAX &&
	         vocabulary_add_to_group(vocabulary, name, "palavra", &why));
	assert_in_range(made, LEXICON_GROUPS_MAX / 4, LEXICON_GROUPS_MAX);
	assert_says(&why, "groups", LEXICON_GROUPS_MAX);
	vocabulary_free(vocabulary);
}

static void
a_phrase_has_so_many_words_and_no_more(void **state)
{
	struct vocabulary *vocabulary = vocabulary_new();
	struct why why = { "" };
	(void)state;
	assert_true(vocabulary_add_phrase(vocabulary, 0, true,
	                                  repeated("a ", PHRASE_ELEMENTS_MAX, ""), &why));
	assert_false(vocabulary_add_phrase(vocabulary, 0, true,
	                                   repeated("a ", PHRASE_ELEMENTS_MAX + 1, ""), &why));
	assert_says(&why, "words", PHRASE_ELEMENTS_MAX);
	vocabulary_free(vocabulary);
}

static void
a_language_has_so_many_phrases_and_words_in_them(void **state)
{
	struct why why = { "" };
	(void)state;
	for (int words = 1; words <= 4; words += 3) {
		struct vocabulary *vocabulary = vocabulary_new();
		const char *phrase = words == 1 ? "palavra" : "a b c d";
		int most = words == 1 ? LEXICON_PHRASES_MAX : LEXICON_ELEMENTS_MAX / words;
		for (int i = 0; i < most; i++)
			assert_true(vocabulary_add_phrase(vocabulary, 0, true, phrase, &why));
		assert_false(vocabulary_add_phrase(vocabulary, 0, true, phrase, &why));
		assert_says(&why, "phrases", LEXICON_PHRASES_MAX);
		assert_says(&why, "words in them", LEXICON_ELEMENTS_MAX);
		vocabulary_free(vocabulary);
		why = (struct why){ "" };
	}
}

/* --- messages ------------------------------------------------------------------------------------ */

static struct understanding
read_text(const char *text, enum awaiting awaiting)
{
	static struct lexicon *lexicon;
	struct understanding understanding;
	if (lexicon == NULL)
		lexicon = lexicon_of_locale();
	assert_non_null(lexicon);
	understand(lexicon, text, awaiting, &understanding);
	return understanding;
}

static void
a_letter_of_too_many_words_asks_for_nothing(void **state)
{
	static const char wish[] = "quero meu dinheiro de volta";
	enum { WISH_WORDS = 5 };
	(void)state;
	assert_int_equal(
		read_text(repeated("oi ", MESSAGE_WORDS_MAX - WISH_WORDS, wish), AWAITING_NOTHING)
			.intent,
		read_text(wish, AWAITING_NOTHING).intent);
	assert_int_equal(read_text(repeated("oi ", MESSAGE_WORDS_MAX - WISH_WORDS + 1, wish),
	                           AWAITING_NOTHING)
	                         .intent,
	                 INTENT_OTHER);
}

static void
a_yes_of_too_many_words_is_none(void **state)
{
	(void)state;
	assert_int_equal(
		read_text(repeated("sim ", ANSWER_WORDS_MAX, ""), AWAITING_CONSENT).consent,
		CONSENT_YES);
	assert_int_equal(
		read_text(repeated("sim ", ANSWER_WORDS_MAX + 1, ""), AWAITING_CONSENT).consent,
		CONSENT_UNCLEAR);
}

/* Of more numbers than can be weighed none is taken: the one that is meant might be the next. */
static void
of_too_many_numbers_none_is_the_order(void **state)
{
	struct buffer numbers;
	(void)state;
	buffer_init(&numbers, MESSAGE_BYTES_MAX);
	buffer_add_text(&numbers, "quero estorno do pedido 8421,");
	for (int i = 1; i < CANDIDATES_MAX; i++)
		buffer_add_format(&numbers, " %d,", 6000 + i);
	assert_string_equal(read_text(buffer_text(&numbers), AWAITING_NOTHING).order, "8421");
	buffer_add_text(&numbers, " 7999");
	assert_string_equal(read_text(buffer_text(&numbers), AWAITING_NOTHING).order, "");
	buffer_free(&numbers);
}

/* --- files --------------------------------------------------------------------------------------- */

static void
times_and_sizes_of_the_settings_end_where_the_limits_do(void **state)
{
	static const struct {
		const char *key;
		int most;
	} times[] = {
		{ "call_timeout_seconds", CALL_SECONDS_MAX },
		{ "request_seconds", REQUEST_SECONDS_MAX },
		{ "idle_seconds", IDLE_SECONDS_MAX },
	};
	struct settings settings;
	char line[64];
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct why why = { "" };
		snprintf(line, sizeof(line), "%s = %d\n", times[i].key, times[i].most);
		assert_true(settings_read(line, &settings, &why));
		snprintf(line, sizeof(line), "%s = %d\n", times[i].key, times[i].most + 1);
		assert_false(settings_read(line, &settings, &why));
		assert_says(&why, times[i].key, times[i].most);
	}
}

static void
a_mandate_larger_than_any_is_refused(void **state)
{
	struct buffer text;
	struct mandate mandate;
	struct signed_mandate file;
	struct why why = { "" };
	(void)state;
	buffer_init(&text, 8 * MANDATE_BYTES_MAX);
	for (int i = 0; i < 4 * MANDATE_BYTES_MAX; i++)
		buffer_add_text(&text, " ");
	buffer_add_text(&text, "{}");
	assert_false(mandate_read_body(buffer_text(&text), &mandate, &why));
	assert_says(&why, "bytes", MANDATE_BYTES_MAX);
	why = (struct why){ "" };
	assert_false(mandate_read(buffer_text(&text), text.length, &file, &why));
	assert_says(&why, "bytes", 4 * MANDATE_BYTES_MAX);
	buffer_free(&text);
}

static void
a_published_key_larger_than_any_is_refused(void **state)
{
	struct verifying_key key;
	struct buffer text;
	struct why why = { "" };
	(void)state;
	buffer_init(&text, 2 * PUBLIC_KEY_JSON_BYTES_MAX);
	buffer_add_text(&text, "{");
	for (int i = 0; i < PUBLIC_KEY_JSON_BYTES_MAX; i++)
		buffer_add_text(&text, " ");
	buffer_add_text(&text, "}");
	assert_false(verifying_key_parse(buffer_text(&text), &key, &why));
	assert_says(&why, "bytes", PUBLIC_KEY_JSON_BYTES_MAX);
	buffer_free(&text);
}

/* Witnesses may add lines, but not without an end. */
static void
a_checkpoint_larger_than_any_is_not_genuine(void **state)
{
	struct checkpoint read;
	struct verifying_key key = { .bytes = { 0 } };
	struct buffer note;
	struct why why = { "" };
	char *text = test_read_file("tests/vectors/checkpoint.note", NULL);
	(void)state;
	buffer_init(&note, 2 * CHECKPOINT_BYTES_MAX);
	buffer_add_text(&note, text);
	while (note.length <= CHECKPOINT_BYTES_MAX)
		buffer_add_text(&note, "\xe2\x80\x94 witness.example AAAAAAAAAAAAAAAA\n");
	assert_int_equal(
		checkpoint_verify(buffer_text(&note), "estorno.example", &key, &read, &why),
		AUTHENTICITY_NOT_GENUINE);
	assert_non_null(strstr(why.text, "longer than any checkpoint"));
	buffer_free(&note);
	free(text);
}

/* --- credentials and notes ----------------------------------------------------------------------- */

static void
a_secret_longer_than_a_header_holds_is_refused(void **state)
{
	char secret[SECRET_BYTES_MAX + 2];
	(void)state;
	for (int length = SECRET_BYTES_MAX; length <= SECRET_BYTES_MAX + 1; length++) {
		memset(secret, 's', sizeof(secret));
		secret[length] = '\0';
		struct connection connection = {
			.secrets = json_pack("{s:s,s:s,s:s}", "token_url", "https://bank.example/t",
			                     "client_id", "id", "client_secret", secret)
		};
		struct http_request request;
		struct why why = { "" };
		http_request_init(&request);
		bool taken = tool_pix.token_ask(&connection, &request, &why);
		assert_int_equal(taken, length == SECRET_BYTES_MAX);
		if (!taken)
			assert_says(&why, "client_secret", SECRET_BYTES_MAX);
		http_request_free(&request);
		json_decref(connection.secrets);
	}
}

static void
a_token_is_not_believed_to_last_for_ever(void **state)
{
	static struct access_token token;
	struct connection connection = { .role = ROLE_READ };
	struct http_response response;
	struct why why = { "" };
	(void)state;
	http_response_init(&response);
	response.status = 200;
	http_header_add(&response.headers, "Content-Type", "application/json");
	buffer_add_text(
		&response.body,
		"{\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_in\":99999999}");
	if (tool_pix.token_answer(&connection, &response, &token, &why) != OUTCOME_DONE)
		fail_msg("%s", why.text);
	assert_true(token.lasts_ms <= TOKEN_SECONDS_MAX * INT64_C(1000));
	http_response_free(&response);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_language_has_so_many_words_and_no_more),
		cmocka_unit_test(a_language_has_so_many_groups_and_no_more),
		cmocka_unit_test(a_phrase_has_so_many_words_and_no_more),
		cmocka_unit_test(a_language_has_so_many_phrases_and_words_in_them),
		cmocka_unit_test(a_letter_of_too_many_words_asks_for_nothing),
		cmocka_unit_test(a_yes_of_too_many_words_is_none),
		cmocka_unit_test(of_too_many_numbers_none_is_the_order),
		cmocka_unit_test(times_and_sizes_of_the_settings_end_where_the_limits_do),
		cmocka_unit_test(a_mandate_larger_than_any_is_refused),
		cmocka_unit_test(a_published_key_larger_than_any_is_refused),
		cmocka_unit_test(a_checkpoint_larger_than_any_is_not_genuine),
		cmocka_unit_test(a_secret_longer_than_a_header_holds_is_refused),
		cmocka_unit_test(a_token_is_not_believed_to_last_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
