/*
 * The word lists below locale/, written by people who do not program.  A file that is taken is then used: a message
 * is looked up in what was built of it.
 */
#include "refund/lexicon.h"

#include "refund/consent.h"
#include "refund/order_number.h"
#include "tests/fuzz/fuzz.h"

static void
look_up(const struct lexicon *lexicon)
{
	static struct words words;
	static struct tags tags;
	const struct vocabulary *vocabulary = lexicon_vocabulary(lexicon, LANGUAGE_PT_BR);
	struct consent_reason reason;
	char order[ORDER_NUMBER_SIZE];
	ensure(words_read("oi, quero meu dinheiro de volta do pedido 8421, sim pode!", &words));
	vocabulary_tag(vocabulary, &words, &tags);
	vocabulary_votes(vocabulary, &words);
	consent_read(vocabulary, &words, &tags, &reason);
	ensure(reason.rule != NULL);
	order_number_find(vocabulary, &words, &tags, true, order);
	ensure(order[0] == '\0' || text_is_alphanumeric(order, sizeof(order) - 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct why why = { "" };
	char *text = fuzz_text(data, size);
	struct lexicon *lexicon = lexicon_new();
	ensure(lexicon != NULL);
	bool ok = lexicon_read(lexicon, LANGUAGE_PT_BR, "pt-BR.ini", text, &why);
	fuzz_check_why(ok, &why);
	if (ok)
		look_up(lexicon);
	lexicon_free(lexicon);
	free(text);
	return 0;
}
