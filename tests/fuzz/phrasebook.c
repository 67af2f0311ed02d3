/*
 * The texts that people may edit below templates/chat.  "offer", a line feed, then the text.
 */
#include "refund/phrasebook.h"

#include "base/limits.h"
#include "tests/fuzz/fuzz.h"

static const struct phrase_values values = {
	.order = "8421",
	.amount = "R$ 186,00",
	.paid_when = "ontem",
	.date = "18/11",
	.note = "317",
	.receipt = "rcp_rf8421",
	.why = "fora do prazo",
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *input = fuzz_text(data, size);
	char *text = strchr(input, '\n');
	enum template template = TEMPLATE_OFFER;
	struct phrasebook phrasebook = { 0 };
	struct why why = { "" };
	struct buffer words;
	if (text == NULL) {
		free(input);
		return 0;
	}
	*text++ = '\0';
	template_parse(input, &template);
	size_t length = size - (size_t)(text - input);
	bool ok = phrasebook_add(&phrasebook, LANGUAGE_PT_BR, template, text, length, &why);
	fuzz_check_why(ok, &why);
	if (ok) {
		buffer_init(&words, 16 * REPLY_BYTES_MAX);
		phrasebook_say(&phrasebook, LANGUAGE_PT_BR, template, &values, &words);
		ensure(!words.failed && words.length > 0);
		ensure(text_is_utf8(words.bytes, words.length));
		ensure(strpbrk(words.bytes, "{}") == NULL);
		buffer_free(&words);
	}
	phrasebook_free(&phrasebook);
	free(input);
	return 0;
}
