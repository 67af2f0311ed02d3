/*
 * Secrets at rest: they open only where they were sealed, under the key that sealed them, and unchanged.
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/text.h"
#include "io/vault.h"

static const uint8_t nonce[24] = { 1, 2, 3 };

static struct vault *
vault_of(uint8_t byte)
{
	uint8_t key[DATA_KEY_BYTES];
	memset(key, byte, sizeof(key));
	return vault_new(key);
}

static json_t *
secrets(void)
{
	json_t *json =
		json_pack("{s:s,s:s}", "client_id", "marina", "client_secret", "s3cr3t \u00e9");
	assert_non_null(json);
	return json;
}

static void
seal(const struct vault *vault, const char *name, enum role role,
     struct stored_credential *credential)
{
	json_t *json = secrets();
	*credential = (struct stored_credential){ .role = role };
	assert_true(text_copy(credential->name, sizeof(credential->name), name));
	vault_seal(vault, json, nonce, credential);
	json_decref(json);
}

/* Opens under `byte`'s key and gives whether the secrets were there. */
static bool
opens(uint8_t byte, const struct stored_credential *credential)
{
	struct vault *vault = vault_of(byte);
	struct why why = { "" };
	json_t *json = vault_open(vault, credential, &why), *expected = secrets();
	bool same = json != NULL && json_equal(json, expected);
	assert_true(json == NULL || same);
	assert_int_equal(json == NULL, why.text[0] != '\0');
	assert_null(strstr(why.text, "s3cr3t"));
	json_decref(json);
	json_decref(expected);
	vault_free(vault);
	return same;
}

static void
what_is_sealed_opens_again(void **state)
{
	struct vault *vault = vault_of(1);
	struct stored_credential credential;
	(void)state;
	seal(vault, "pix", ROLE_WRITE, &credential);
	assert_true(opens(1, &credential)); /* also by another process with that key */
	assert_null(strstr(credential.sealed, "s3cr3t"));
	free(credential.sealed);
	vault_free(vault);
}

static void
another_key_does_not_open_it(void **state)
{
	struct vault *vault = vault_of(1);
	struct stored_credential credential;
	(void)state;
	seal(vault, "pix", ROLE_WRITE, &credential);
	assert_false(opens(2, &credential));
	free(credential.sealed);
	vault_free(vault);
}

/* A write credential moved into the place of a read one would let the gate change the world. */
static void
a_row_moved_to_another_place_does_not_open(void **state)
{
	struct vault *vault = vault_of(1);
	struct stored_credential credential;
	(void)state;
	seal(vault, "pix", ROLE_WRITE, &credential);
	credential.role = ROLE_READ;
	assert_false(opens(1, &credential));
	credential.role = ROLE_WRITE;
	assert_true(text_copy(credential.name, sizeof(credential.name), "omie"));
	assert_false(opens(1, &credential));
	free(credential.sealed);
	vault_free(vault);
}

static void
no_character_of_a_row_can_change(void **state)
{
	struct vault *vault = vault_of(1);
	struct stored_credential credential;
	(void)state;
	seal(vault, "pix", ROLE_WRITE, &credential);
	for (char *at = credential.sealed; *at != '\0'; at++) {
		char kept = *at;
		*at = kept == 'A' ? 'B' : 'A';
		if (opens(1, &credential))
			fail_msg("character %td does not count", at - credential.sealed);
		*at = kept;
	}
	credential.nonce[0] = credential.nonce[0] == 'A' ? 'B' : 'A';
	assert_false(opens(1, &credential));
	free(credential.sealed);
	vault_free(vault);
}

static void
a_row_that_is_no_row_does_not_open(void **state)
{
	static char rows[][32] = { "", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA==", "not base 64 at all",
		                   "====" };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stored_credential credential = { .name = "pix",
			                                .role = ROLE_READ,
			                                .sealed = rows[i] };
		assert_true(text_copy(credential.nonce, sizeof(credential.nonce),
		                      "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
		assert_false(opens(1, &credential));
		assert_true(text_copy(credential.nonce, sizeof(credential.nonce), "AQID"));
		assert_false(opens(1, &credential));
	}
}

/* It may be shown, and tells staff whether two rows hold the same secrets; nothing more. */
static void
a_fingerprint_is_of_the_secrets_and_the_key(void **state)
{
	struct vault *ours = vault_of(1), *theirs = vault_of(2);
	struct stored_credential a, b, c;
	(void)state;
	seal(ours, "pix", ROLE_WRITE, &a);
	seal(ours, "pix", ROLE_READ, &b);
	seal(theirs, "pix", ROLE_WRITE, &c);
	assert_int_equal(strlen(a.fingerprint), FINGERPRINT_SIZE - 1);
	assert_string_equal(a.fingerprint, b.fingerprint);
	assert_string_not_equal(a.fingerprint, c.fingerprint);
	assert_string_not_equal(a.sealed, b.sealed);
	free(a.sealed);
	free(b.sealed);
	free(c.sealed);
	vault_free(ours);
	vault_free(theirs);
}

static void
a_pseudonym_stands_for_one_text_under_one_key(void **state)
{
	struct vault *ours = vault_of(1), *theirs = vault_of(2);
	char a[PSEUDONYM_SIZE], b[PSEUDONYM_SIZE];
	(void)state;
	vault_pseudonym(ours, "12345678909", a);
	vault_pseudonym(ours, "12345678909", b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), PSEUDONYM_SIZE - 1);
	vault_pseudonym(ours, "12345678908", b);
	assert_string_not_equal(a, b);
	vault_pseudonym(theirs, "12345678909",
	                b); /* nobody can try all documents without the key */
	assert_string_not_equal(a, b);
	vault_free(ours);
	vault_free(theirs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_opens_again),
		cmocka_unit_test(another_key_does_not_open_it),
		cmocka_unit_test(a_row_moved_to_another_place_does_not_open),
		cmocka_unit_test(no_character_of_a_row_can_change),
		cmocka_unit_test(a_row_that_is_no_row_does_not_open),
		cmocka_unit_test(a_fingerprint_is_of_the_secrets_and_the_key),
		cmocka_unit_test(a_pseudonym_stands_for_one_text_under_one_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
