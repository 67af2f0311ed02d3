/*
 * Words and the receipt they were sealed in: what holds, and each way in which it does not.
 */
#include "tests/test.h"
#include "unit/proof_vectors.h"

#include "base/limits.h"
#include "base/text.h"
#include "proof/disclosure.h"
#include "proof/gate.h"
#include "proof/receipt.h"
#include "proof/sealed_words.h"

#define ISSUED_MS INT64_C(1795184400000)
#define WORDS     "Estorno feito: R$ 186,00 do pedido #8421."

/* A sealed receipt, and what opens it. */
struct sealed_receipt {
	struct buffer body, disclosure;
	struct receipt_seal seal;
	struct key_ring ring;
};

static struct receipt
refund_receipt(bool safe)
{
	struct receipt receipt = {
		.id = "rcp_rf8421",
		.operation_id = "rf8421",
		.agent_id = "bot",
		.action = RECEIPT_REFUND,
		.issued_ms = ISSUED_MS,
		.verdict = { .result = safe ? RESULT_VERIFIED : RESULT_INCOMPLETE,
		             .lifecycle = LIFECYCLE_FINALIZED,
		             .safe_to_claim_complete = safe,
		             .correlation_strength = CORRELATION_DETERMINISTIC,
		             .count = 1,
		             .postconditions = { { .name = "refund_amount",
		                                   .category = POSTCONDITION_MATCH,
		                                   .status = POSTCONDITION_PASSED,
		                                   .required = true,
		                                   .expected = "18600 brl",
		                                   .actual = "18600 brl" } } },
	};
	return receipt;
}

static void
seal(struct sealed_receipt *sealed, bool safe)
{
	static const uint8_t salt[DISCLOSURE_SALT_BYTES] = { 7 };
	struct receipt receipt = refund_receipt(safe);
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	char commitment[COMMITMENT_SIZE];
	sealed->ring = vector_ring(0x11);
	buffer_init(&sealed->body, RECEIPT_BYTES_MAX);
	buffer_init(&sealed->disclosure, DISCLOSURE_BYTES_MAX);
	assert_true(disclosure_write(salt, "reply_text", WORDS, &sealed->disclosure, NULL));
	disclosure_commitment(buffer_text(&sealed->disclosure), commitment);
	gate_bind_reply(&receipt.verdict, commitment);
	assert_true(receipt_body(&receipt, &sealed->ring.keys[0], &sealed->body, NULL));
	assert_true(
		receipt_sign(sealed->body.bytes, sealed->body.length, key, &sealed->seal, NULL));
	signing_key_free(key);
}

static struct sealed_words
words_of(const struct sealed_receipt *sealed)
{
	return (struct sealed_words){ .body = buffer_text(&sealed->body),
		                      .length = sealed->body.length,
		                      .signature = sealed->seal.signature,
		                      .order_number = "8421",
		                      .disclosure = buffer_text(&sealed->disclosure),
		                      .words = WORDS };
}

static void
forget(struct sealed_receipt *sealed)
{
	buffer_free(&sealed->body);
	buffer_free(&sealed->disclosure);
}

static void
refuses(const struct sealed_words *words, const struct key_ring *ring, const char *reason)
{
	struct why why = { "" };
	assert_false(sealed_words_hold(words, ring, &why));
	if (strstr(why.text, reason) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why.text, reason);
}

static void
the_sealed_words_hold(void **state)
{
	struct sealed_receipt sealed;
	struct why why = { "" };
	(void)state;
	seal(&sealed, true);
	struct sealed_words words = words_of(&sealed);
	if (!sealed_words_hold(&words, &sealed.ring, &why))
		fail_msg("%s", why.text);
	forget(&sealed);
}

static void
other_words_do_not(void **state)
{
	static const uint8_t salt[DISCLOSURE_SALT_BYTES] = { 7 };
	struct sealed_receipt sealed;
	struct buffer another;
	(void)state;
	seal(&sealed, true);
	struct sealed_words words = words_of(&sealed);
	words.words = "Estorno feito: R$ 9.999,00 do pedido #8421.";
	refuses(&words, &sealed.ring, "not the words");
	buffer_init(&another, DISCLOSURE_BYTES_MAX);
	assert_true(disclosure_write(salt, "reply_text", words.words, &another, NULL));
	words.disclosure = buffer_text(&another);
	refuses(&words, &sealed.ring, "was changed");
	words.disclosure = "";
	refuses(&words, &sealed.ring, "is gone");
	buffer_free(&another);
	forget(&sealed);
}

static void
another_receipt_does_not_either(void **state)
{
	struct sealed_receipt sealed, unsafe;
	struct key_ring strangers = vector_ring(0x22);
	(void)state;
	seal(&sealed, true);
	seal(&unsafe, false);
	struct sealed_words words = words_of(&sealed);
	words.order_number = "8422";
	refuses(&words, &sealed.ring, "about rf8421");
	words = words_of(&unsafe);
	refuses(&words, &sealed.ring, "incomplete");
	words = words_of(&sealed);
	refuses(&words, &strangers, "");
	words.signature = unsafe.seal.signature;
	refuses(&words, &sealed.ring, "");
	forget(&sealed);
	forget(&unsafe);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sealed_words_hold),
		cmocka_unit_test(other_words_do_not),
		cmocka_unit_test(another_receipt_does_not_either),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
