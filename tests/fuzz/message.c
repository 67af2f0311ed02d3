/*
 * A customer's message.  What matters most is the yes, because it moves money: whatever was heard as
 * one must cease to be when a refusal, a question or a doubt is put beside it.
 */
#include "refund/consent.h"
#include "refund/order_number.h"
#include "refund/understand.h"
#include "tests/fuzz/fuzz.h"
#include "tests/locale.h"

static struct lexicon *lexicon;

static bool
is_yes(const char *before, const char *text, const char *after)
{
	struct understanding got;
	size_t size = strlen(before) + strlen(text) + strlen(after) + 1;
	char *whole = malloc(size);
	ensure(whole != NULL && text_format(whole, size, "%s%s%s", before, text, after));
	understand(lexicon, whole, AWAITING_CONSENT, &got);
	free(whole);
	return got.consent == CONSENT_YES;
}

static void
check_yes(const char *text)
{
	static struct words words;
	ensure(words_read(text, &words) && words.count > 0);
	ensure(!words.asks && !words.trails_off && !words.quotes);
	for (size_t i = 0; i < words.count; i++)
		ensure(words.list[i].text[0] != '\0' && words.list[i].kind != WORD_ADDRESS);
	ensure(!is_yes("", text, "\nnão"));
	ensure(!is_yes("", text, ". não quero"));
	ensure(!is_yes("não. ", text, ""));
	ensure(!is_yes("", text, "?"));
	ensure(!is_yes("", text, "..."));
	ensure(!is_yes("\"", text, "\""));
	ensure(!is_yes("", text, ", mas não agora"));
	ensure(!is_yes("se vier hoje, ", text, ""));
	ensure(!is_yes("", text, " mas no pix 11 99999-0000"));
	ensure(!is_yes("", text, " xyzzyx"));
}

static void
check_words(const char *text)
{
	static struct words words, alone;
	if (!words_read(text, &words))
		return;
	ensure(words.count <= MESSAGE_WORDS_MAX);
	for (size_t i = 0; i < words.count; i++) {
		const struct word *word = &words.list[i];
		fuzz_check_text(word->text, sizeof(word->text));
		if (word->text[0] == '\0' || strchr(word->text, '~') != NULL)
			continue;
		/* A word in its one form has no other. */
		ensure(words_read(word->text, &alone));
		if (word->kind == WORD_LETTERS || word->kind == WORD_EMOJI)
			ensure(alone.count == 1 && text_equal(alone.list[0].text, word->text) &&
			       alone.list[0].kind == word->kind);
	}
}

/* A number is the customer's own: each of its digits was written, as a digit or as a word. */
static void
check_order(const char *text, const char *order)
{
	ensure(text_is_alphanumeric(order, ORDER_NUMBER_SIZE - 1));
	if (strpbrk(text, "0123456789") == NULL)
		return;
	for (const char *at = order; *at != '\0'; at++)
		ensure(*at < 'a' || *at > 'z');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct understanding got, again;
	if (lexicon == NULL)
		lexicon = lexicon_of_locale();
	ensure(lexicon != NULL);
	char *text = fuzz_text(data, size);
	check_words(text);
	for (enum awaiting awaiting = AWAITING_NOTHING; awaiting <= AWAITING_CONSENT; awaiting++) {
		understand(lexicon, text, awaiting, &got);
		understand(lexicon, text, awaiting, &again);
		ensure(got.intent == again.intent && got.consent == again.consent);
		ensure(text_equal(got.order, again.order) && text_equal(got.why, again.why));
		ensure(awaiting == AWAITING_CONSENT || got.consent == CONSENT_UNCLEAR);
		ensure((int)got.intent < INTENT_COUNT && (int)got.language < LANGUAGE_COUNT);
		fuzz_check_text(got.why, sizeof(got.why));
		if (got.order[0] != '\0')
			check_order(text, got.order);
	}
	if (got.consent == CONSENT_YES)
		check_yes(text);
	free(text);
	return 0;
}
