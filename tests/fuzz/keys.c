/*
 * Keys and signatures as text: private keys, public ones in three forms, armoured signatures.
 *
 *	-----BEGIN SSH SIGNATURE-----...       or a key
 *	---
 *	the message that was signed            optional; "hello" otherwise
 */
#include "base/json.h"
#include "proof/key_text.h"
#include "proof/sshsig.h"
#include "tests/fuzz/proof.h"

#define NAMESPACE "estorno-receipt"

static void
read_public_key(const char *text)
{
	char line[PUBLIC_KEY_LINE_SIZE];
	struct verifying_key key, again;
	struct why why = { "" };
	bool ok = verifying_key_parse(text, &key, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	ensure(text_starts_with(key.id, "ed25519:") && strlen(key.id) == KEY_ID_SIZE - 1);
	ensure(verifying_key_print(&key, "finance@shop", line));
	ensure(verifying_key_parse(line, &again, &why) && verifying_key_equal(&key, &again));
	json_t *json = verifying_key_to_json(&key);
	char *published = json_text(json);
	ensure(verifying_key_parse(published, &again, &why) && verifying_key_equal(&key, &again));
	ensure(text_equal(key.id, again.id));
	free(published);
	json_decref(json);
}

static void
read_private_key(const char *text)
{
	char printed[PRIVATE_KEY_TEXT_SIZE];
	size_t uses = 0;
	for (enum key_use use = KEY_USE_RECEIPTS; use <= KEY_USE_MANDATES; use++) {
		struct why why = { "" };
		struct signing_key *key = signing_key_parse(text, use, &why);
		fuzz_check_why(key != NULL, &why);
		if (key == NULL)
			continue;
		uses++;
		ensure(signing_key_use(key) == use);
		signing_key_print(key, printed);
		struct signing_key *again = signing_key_parse(printed, use, &why);
		ensure(again != NULL &&
		       verifying_key_equal(signing_key_public(key), signing_key_public(again)));
		signing_key_free(again);
		signing_key_free(key);
	}
	ensure(uses <= 1); /* a key has one use */
}

/* Under these keys only the third version's vector and "hello" were signed so. */
static bool
was_signed(const char *message, size_t length)
{
	return text_equal(message, "hello") || fuzz_is_signed_receipt(message, length);
}

static void
read_signature(const char *text, const char *message, size_t length)
{
	struct sshsig sshsig;
	struct why why = { "" }, verify_why = { "" };
	bool ok = sshsig_parse(text, &sshsig, &why);
	fuzz_check_why(ok, &why);
	if (!ok)
		return;
	fuzz_check_text(sshsig.namespace, sizeof(sshsig.namespace));
	enum authenticity found =
		sshsig_verify(&sshsig, fuzz_ring(), NAMESPACE, message, length, &verify_why);
	fuzz_check_why(found == AUTHENTICITY_GENUINE, &verify_why);
	if (found != AUTHENTICITY_GENUINE)
		return;
	ensure(text_equal(sshsig.namespace, NAMESPACE) && was_signed(message, length));
	ensure(key_ring_find(fuzz_ring(), sshsig.signer.id) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = (const char *)data;
	size_t left = size, length, message_length = strlen("hello");
	char *text = fuzz_part(&rest, &left, &length);
	char *message = fuzz_part(&rest, &left, &message_length);
	if (text != NULL) {
		read_public_key(text);
		read_private_key(text);
		read_signature(text, message != NULL ? message : "hello", message_length);
	}
	free(message);
	free(text);
	return 0;
}
