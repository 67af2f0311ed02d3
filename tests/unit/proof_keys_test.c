/*
 * Keys: their ids, their texts, and that one for receipts is never one for something else.
 */
#include "tests/command.h"
#include "unit/proof_vectors.h"

#include "proof/key_text.h"

#define PRIVATE_TEXT                                  \
	"estorno private key v1\nuse receipts\nseed " \
	"ERERERERERERERERERERERERERERERERERERERERERE=\n"
#define PUBLIC_BASE64 "0EqyMnQrtKs6E2i9RhXk5tAiSrcaAWuvhSCjMsl3hzc="
#define PUBLIC_SSH    "AAAAC3NzaC1lZDI1NTE5AAAAINBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"

static void
keys_have_the_known_ids(void **state)
{
	struct key_ring ring = vector_ring(0x11), relay = vector_ring(0x22);
	(void)state;
	assert_string_equal(ring.keys[0].id, "ed25519:0EqyMnQrtKs6E2i9");
	assert_string_equal(relay.keys[0].id, "ed25519:oJql9HpnWYAv-VX4");
}

/* Always the same for the same key and epoch, and no other's.  BLAKE2b with the seed as its key, the epoch as its
 * salt and "estepoch" as its personalisation, as hashlib of Python computes it too. */
static void
each_epoch_has_a_key_of_its_own(void **state)
{
	struct signing_key *base = vector_key(KEY_USE_LOG, 0x11);
	struct signing_key *first = signing_key_of_epoch(base, 1);
	struct signing_key *again = signing_key_of_epoch(base, 1);
	struct signing_key *second = signing_key_of_epoch(base, 2);
	(void)state;
	assert_int_equal(signing_key_use(first), KEY_USE_LOG);
	assert_true(verifying_key_equal(signing_key_public(first), signing_key_public(again)));
	assert_false(verifying_key_equal(signing_key_public(first), signing_key_public(second)));
	assert_false(verifying_key_equal(signing_key_public(first), signing_key_public(base)));
	assert_string_equal(signing_key_public(first)->id, "ed25519:AL7IWfjRhWH6Zf_L");
	signing_key_free(base);
	signing_key_free(first);
	signing_key_free(again);
	signing_key_free(second);
}

static void
signs_what_it_verifies_and_nothing_else(void **state)
{
	char signature[SIGNATURE_TEXT_SIZE];
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	const struct verifying_key *public = signing_key_public(key);
	struct key_ring other = vector_ring(0x22);
	(void)state;
	signing_key_sign_text(key, "186.00", 6, signature);
	assert_true(verifying_key_verify_text(public, "186.00", 6, signature));
	assert_false(verifying_key_verify_text(public, "186.01", 6, signature));
	assert_false(verifying_key_verify_text(public, "186.0", 5, signature));
	assert_false(verifying_key_verify_text(&other.keys[0], "186.00", 6, signature));
	signature[10] ^= 1;
	assert_false(verifying_key_verify_text(public, "186.00", 6, signature));
	assert_false(verifying_key_verify_text(public, "186.00", 6, ""));
	assert_false(verifying_key_verify_text(public, "186.00", 6, "AAAA"));
	signing_key_free(key);
}

/* Adding the group's order to S gives a second signature that sloppy verifiers accept. */
static void
refuses_a_respelt_signature(void **state)
{
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
		                           0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		                           0,    0,    0,    0,    0,    0,    0,    0,
		                           0,    0,    0,    0,    0,    0,    0,    0x10 };
	uint8_t signature[SIGNATURE_BYTES];
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	unsigned carry = 0;
	(void)state;
	signing_key_sign(key, "x", 1, signature);
	for (int i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(verifying_key_verify(signing_key_public(key), "x", 1, signature));
	signing_key_free(key);
}

static void
a_private_key_survives_its_text(void **state)
{
	char text[PRIVATE_KEY_TEXT_SIZE];
	struct why why = { "" };
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	(void)state;
	signing_key_print(key, text);
	assert_string_equal(text, PRIVATE_TEXT);
	struct signing_key *again = signing_key_parse(text, KEY_USE_RECEIPTS, &why);
	assert_non_null(again);
	assert_string_equal(why.text, "");
	assert_true(verifying_key_equal(signing_key_public(key), signing_key_public(again)));
	assert_int_equal(signing_key_use(again), KEY_USE_RECEIPTS);
	signing_key_free(again);
	signing_key_free(key);
}

static void
a_key_for_receipts_is_none_for_the_log(void **state)
{
	struct why why = { "" };
	(void)state;
	assert_null(signing_key_parse(PRIVATE_TEXT, KEY_USE_LOG, &why));
	assert_non_null(strstr(why.text, "this key is for receipts, one for log is needed"));
	assert_null(signing_key_parse(PRIVATE_TEXT, KEY_USE_MANDATES, NULL));
}

static void
refuses_malformed_private_keys(void **state)
{
	static const char *const bad[] = {
		"",
		"estorno private key v1\n",
		"estorno private key v2\nuse receipts\nseed "
		"ERERERERERERERERERERERERERERERERERERERERERE=\n",
		"estorno private key v1\nuse everything\nseed "
		"ERERERERERERERERERERERERERERERERERERERERERE=\n",
		"estorno private key v1\nuse receipts\n",
		"estorno private key v1\nuse receipts\nseed \n",
		"estorno private key v1\nuse receipts\nseed "
		"EREREREREREREREREREREREREREREREREREREREREQ==\n",
		"estorno private key v1\nuse receipts\nseed "
		"ERERERERERERERERERERERERERERERERERERERERERE=\nseed ",
		"estorno private key v1\nuse receipts\nseed "
		"ERERERERERERERERERERERERERERERERERERERERER!=\n",
		" " PRIVATE_TEXT,
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct why why = { "" };
		if (signing_key_parse(bad[i], KEY_USE_RECEIPTS, &why) != NULL)
			fail_msg("read as a private key: %s", bad[i]);
		assert_string_not_equal(why.text, "");
		assert_null(strstr(why.text, "EREREREREREREREREREREREREREREREREREREREREREQ"));
		assert_null(strstr(why.text, "ERERERER"));
	}
}

static void
reads_a_public_key_in_each_form(void **state)
{
	static const char *const forms[] = {
		PUBLIC_BASE64,
		"  " PUBLIC_BASE64 "\n",
		"ssh-ed25519 " PUBLIC_SSH,
		"ssh-ed25519 " PUBLIC_SSH " finance@shop.example\n",
		"ssh-ed25519\t" PUBLIC_SSH " two words\r\n",
		"{\"algorithm\":\"ed25519\",\"key_id\":\"ed25519:0EqyMnQrtKs6E2i9\",\"public_key\":"
		"\"" PUBLIC_BASE64 "\"}\n",
	};
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct verifying_key key;
		struct why why = { "" };
		if (!verifying_key_parse(forms[i], &key, &why))
			fail_msg("%s: %s", forms[i], why.text);
		assert_true(verifying_key_equal(&key, &ring.keys[0]));
		assert_string_equal(key.id, ring.keys[0].id);
	}
}

static void
refuses_what_is_no_public_key(void **state)
{
	static const char *const bad[] = {
		"",
		"0EqyMnQrtKs6E2i9RhXk5tAiSrcaAWuvhSCjMsl3hz==",
		PUBLIC_BASE64 " " PUBLIC_BASE64,
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", /* of small order */
		"/////////////////////////////////////////38=", /* not on the curve */
		"ssh-ed25519",
		"ssh-ed25519 ",
		"ssh-ed25519 " PUBLIC_BASE64,
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE4AAAAINBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3",
		"ssh-ed25519 " PUBLIC_SSH "\nssh-ed25519 " PUBLIC_SSH "\n",
		"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== someone",
		"sk-ssh-ed25519@openssh.com AAAA someone",
		"estorno private key v1\nuse receipts\n",
		"{\"algorithm\":\"ed25519\",\"key_id\":\"ed25519:oJql9HpnWYAv-VX4\",\"public_key\":"
		"\"" PUBLIC_BASE64 "\"}",
		"{\"algorithm\":\"rsa\",\"key_id\":\"ed25519:0EqyMnQrtKs6E2i9\",\"public_key\":"
		"\"" PUBLIC_BASE64 "\"}",
		"{\"public_key\":\"" PUBLIC_BASE64 "\"}",
		"{",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct verifying_key key;
		struct why why = { "" };
		if (verifying_key_parse(bad[i], &key, &why))
			fail_msg("read as a public key: %s", bad[i]);
		assert_string_not_equal(why.text, "");
	}
}

static void
publishes_a_key_in_both_forms(void **state)
{
	char line[PUBLIC_KEY_LINE_SIZE];
	struct key_ring ring = vector_ring(0x11);
	const struct verifying_key *key = &ring.keys[0];
	(void)state;
	assert_true(verifying_key_print(key, "receipts of shop.example", line));
	assert_string_equal(line, "ssh-ed25519 " PUBLIC_SSH " receipts of shop.example");
	assert_false(verifying_key_print(key, "two\nlines", line));
	json_t *json = verifying_key_to_json(key);
	char *text = json_text(json);
	assert_string_equal(text,
	                    "{\"algorithm\":\"ed25519\",\"key_id\":\"ed25519:0EqyMnQrtKs6E2i9\","
	                    "\"public_key\":\"" PUBLIC_BASE64 "\"}");
	free(text);
	json_decref(json);
}

/* ssh-keygen prints the same line for a key when it is asked to read ours. */
static void
ssh_keygen_reads_our_public_key(void **state)
{
	char folder[COMMAND_PATH_SIZE], path[COMMAND_PATH_SIZE], line[PUBLIC_KEY_LINE_SIZE];
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	assert_true(verifying_key_print(&ring.keys[0], "receipts", line));
	command_folder(folder);
	command_file(path, folder, "key.pub", line, strlen(line));
	const char *const argv[] = { "ssh-keygen", "-l", "-f", path, NULL };
	assert_int_equal(command_run(argv, NULL), 0);
	command_folder_remove(folder);
}

static void
a_ring_finds_its_keys_and_has_a_ceiling(void **state)
{
	struct key_ring ring = { 0 };
	struct why why = { "" };
	(void)state;
	for (uint8_t seed = 1; seed <= TRUSTED_KEYS_MAX; seed++) {
		struct key_ring one = vector_ring(seed);
		assert_true(key_ring_add(&ring, &one.keys[0], &why));
		assert_true(key_ring_add(&ring, &one.keys[0], &why));
		assert_int_equal(ring.count, seed);
		assert_true(
			verifying_key_equal(key_ring_find(&ring, one.keys[0].id), &one.keys[0]));
	}
	struct key_ring more = vector_ring(200);
	assert_null(key_ring_find(&ring, more.keys[0].id));
	assert_false(key_ring_add(&ring, &more.keys[0], &why));
}

/* Finds the flags that the kernel keeps for the memory a key lives in; "" when it does not say. */
static void
memory_flags(const void *address, char flags[256])
{
	char line[512];
	unsigned long begin, end;
	bool inside = false;
	FILE *maps = fopen("/proc/self/smaps", "r");
	flags[0] = '\0';
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
			inside = (uintptr_t)address >= begin && (uintptr_t)address < end;
		if (inside && text_starts_with(line, "VmFlags:"))
			assert_true(text_copy(flags, 256, strlen(line) < 256 ? line : ""));
	}
	if (maps != NULL)
		fclose(maps);
}

static void
a_secret_is_in_no_core_dump_and_can_not_be_overwritten(void **state)
{
	char flags[256];
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	(void)state;
	memory_flags(key, flags);
	signing_key_free(key);
	if (flags[0] == '\0')
		skip();
	assert_non_null(strstr(flags, " dd"));
	assert_non_null(strstr(flags, " rd"));
	assert_null(strstr(flags, " wr"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_have_the_known_ids),
		cmocka_unit_test(each_epoch_has_a_key_of_its_own),
		cmocka_unit_test(signs_what_it_verifies_and_nothing_else),
		cmocka_unit_test(refuses_a_respelt_signature),
		cmocka_unit_test(a_private_key_survives_its_text),
		cmocka_unit_test(a_key_for_receipts_is_none_for_the_log),
		cmocka_unit_test(refuses_malformed_private_keys),
		cmocka_unit_test(reads_a_public_key_in_each_form),
		cmocka_unit_test(refuses_what_is_no_public_key),
		cmocka_unit_test(publishes_a_key_in_both_forms),
		cmocka_unit_test(ssh_keygen_reads_our_public_key),
		cmocka_unit_test(a_ring_finds_its_keys_and_has_a_ceiling),
		cmocka_unit_test(a_secret_is_in_no_core_dump_and_can_not_be_overwritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
