/*
 * SSHSIG, judged by ssh-keygen in both directions, and every way of being malformed.
 */
#include "tests/command.h"
#include "unit/proof_vectors.h"

#include "base/buffer.h"
#include "proof/key_text.h"
#include "proof/sshsig.h"

#define NAMESPACE "estorno-receipt"
#define MESSAGE   "{\"amount\":\"186.00\"}"

static enum authenticity
verify_text(const char *text, const struct key_ring *ring, const char *namespace,
            const char *message)
{
	struct sshsig sshsig;
	struct why why = { "" };
	if (!sshsig_parse(text, &sshsig, &why))
		return AUTHENTICITY_NOT_GENUINE;
	return sshsig_verify(&sshsig, ring, namespace, message, strlen(message), &why);
}

static void
sign_message(char text[SSHSIG_TEXT_SIZE])
{
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, 0x11);
	sshsig_sign(key, NAMESPACE, MESSAGE, strlen(MESSAGE), text);
	signing_key_free(key);
}

static void
verifies_its_own(void **state)
{
	char text[SSHSIG_TEXT_SIZE];
	struct key_ring ring = vector_ring(0x11), other = vector_ring(0x22);
	(void)state;
	sign_message(text);
	assert_int_equal(verify_text(text, &ring, NAMESPACE, MESSAGE), AUTHENTICITY_GENUINE);
	assert_int_equal(verify_text(text, &ring, NAMESPACE, MESSAGE " "),
	                 AUTHENTICITY_NOT_GENUINE);
	assert_int_equal(verify_text(text, &ring, "estorno-mandate", MESSAGE),
	                 AUTHENTICITY_NOT_GENUINE);
	assert_int_equal(verify_text(text, &other, NAMESPACE, MESSAGE), AUTHENTICITY_CANNOT_TELL);
}

/* Whether ssh-keygen accepts the signature over `message` in the namespace. */
static bool
ssh_keygen_accepts(const char *text, const char *namespace, const char *message)
{
	char folder[COMMAND_PATH_SIZE], signers[COMMAND_PATH_SIZE], seal[COMMAND_PATH_SIZE],
		file[COMMAND_PATH_SIZE], line[ALLOWED_SIGNER_SIZE];
	struct key_ring ring = vector_ring(0x11);
	assert_true(sshsig_allowed_signer("shop@example", NAMESPACE, &ring.keys[0], line, NULL));
	command_folder(folder);
	command_file(signers, folder, "allowed_signers", line, strlen(line));
	command_file(seal, folder, "receipt.json.sig", text, strlen(text));
	command_file(file, folder, "receipt.json", message, strlen(message));
	const char *const argv[] = { "ssh-keygen",   "-Y", "verify",  "-f", signers, "-I",
		                     "shop@example", "-n", namespace, "-s", seal,    NULL };
	int status = command_run(argv, file);
	command_folder_remove(folder);
	return status == 0;
}

static void
ssh_keygen_accepts_ours_and_refuses_a_changed_message(void **state)
{
	char text[SSHSIG_TEXT_SIZE];
	(void)state;
	sign_message(text);
	assert_true(ssh_keygen_accepts(text, NAMESPACE, MESSAGE));
	assert_false(ssh_keygen_accepts(text, NAMESPACE, "{\"amount\":\"186.01\"}"));
	assert_false(ssh_keygen_accepts(text, "estorno-mandate", MESSAGE));
}

/* A signature over MESSAGE made by ssh-keygen with a key of its own. */
static char *
signed_by_ssh_keygen(struct key_ring *ring, const char *hash)
{
	char folder[COMMAND_PATH_SIZE], key[COMMAND_PATH_SIZE], file[COMMAND_PATH_SIZE],
		path[COMMAND_PATH_SIZE], option[64];
	struct verifying_key public;
	struct why why = { "" };
	command_folder(folder);
	command_file(file, folder, "receipt.json", MESSAGE, strlen(MESSAGE));
	assert_true(text_format(key, sizeof(key), "%s/key", folder));
	assert_true(text_format(option, sizeof(option), "hashalg=%s", hash));
	const char *const generate[] = { "ssh-keygen",      "-q", "-t", "ed25519", "-N", "", "-C",
		                         "finance at shop", "-f", key,  NULL };
	const char *const sign[] = { "ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-O",
		                     option,       "-f", key,    file, NULL };
	assert_int_equal(command_run(generate, NULL), 0);
	assert_int_equal(command_run(sign, NULL), 0);
	assert_true(text_format(path, sizeof(path), "%s/key.pub", folder));
	char *line = test_read_file(path, NULL);
	if (!verifying_key_parse(line, &public, &why))
		fail_msg("%s", why.text);
	assert_true(key_ring_add(ring, &public, &why));
	free(line);
	assert_true(text_format(path, sizeof(path), "%s/receipt.json.sig", folder));
	char *text = test_read_file(path, NULL);
	command_folder_remove(folder);
	return text;
}

static void
accepts_what_ssh_keygen_signed(void **state)
{
	struct key_ring ring = { 0 };
	char *text = signed_by_ssh_keygen(&ring, "sha512");
	struct key_ring other = vector_ring(0x11);
	(void)state;
	assert_int_equal(verify_text(text, &ring, NAMESPACE, MESSAGE), AUTHENTICITY_GENUINE);
	assert_int_equal(verify_text(text, &ring, NAMESPACE, "{}"), AUTHENTICITY_NOT_GENUINE);
	assert_int_equal(verify_text(text, &other, NAMESPACE, MESSAGE), AUTHENTICITY_CANNOT_TELL);
	free(text);
}

static void
says_which_hash_it_wants(void **state)
{
	struct key_ring ring = { 0 };
	struct sshsig sshsig;
	struct why why = { "" };
	char *text = signed_by_ssh_keygen(&ring, "sha256");
	(void)state;
	assert_false(sshsig_parse(text, &sshsig, &why));
	assert_non_null(strstr(why.text, "sha512"));
	free(text);
}

static void
reads_windows_line_ends_and_white_space(void **state)
{
	char text[SSHSIG_TEXT_SIZE], windows[2 * SSHSIG_TEXT_SIZE] = "\n  ";
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	sign_message(text);
	char *to = windows + strlen(windows);
	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '\n')
			*to++ = '\r';
		*to++ = *from;
	}
	*to = '\0';
	assert_int_equal(verify_text(windows, &ring, NAMESPACE, MESSAGE), AUTHENTICITY_GENUINE);
}

/* Every byte of the signature but white space counts. */
static void
refuses_every_changed_byte(void **state)
{
	char text[SSHSIG_TEXT_SIZE];
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	sign_message(text);
	for (size_t i = 0; text[i] != '\0'; i++) {
		char was = text[i];
		if (was == '\n')
			continue;
		for (int bit = 0; bit < 7; bit++) {
			text[i] = (char)(was ^ 1 << bit);
			if (verify_text(text, &ring, NAMESPACE, MESSAGE) == AUTHENTICITY_GENUINE)
				fail_msg("genuine with byte %zu changed to %02x", i,
				         (unsigned)text[i]);
		}
		text[i] = was;
	}
}

static void
refuses_every_cut(void **state)
{
	char text[SSHSIG_TEXT_SIZE];
	struct sshsig sshsig;
	(void)state;
	sign_message(text);
	for (size_t length = strlen(text) - 1; length-- > 0;) {
		text[length] = '\0';
		assert_false(sshsig_parse(text, &sshsig, NULL));
	}
}

/* The blob inside the armour, and back into it. */
static size_t
unwrap(const char *text, uint8_t blob[SSHSIG_TEXT_SIZE])
{
	char base64[SSHSIG_TEXT_SIZE];
	size_t used = 0, count = 0;
	const char *at = text + strlen(SSHSIG_BEGIN);
	for (; *at != '-'; at++)
		if (*at != '\n')
			base64[used++] = *at;
	assert_true(base64_decode(base64, used, blob, SSHSIG_TEXT_SIZE, &count));
	return count;
}

static void
wrap(const uint8_t *blob, size_t length, char text[SSHSIG_TEXT_SIZE])
{
	char base64[SSHSIG_TEXT_SIZE];
	base64_encode(base64, sizeof(base64), blob, length);
	assert_true(
		text_format(text, SSHSIG_TEXT_SIZE, SSHSIG_BEGIN "\n%s\n" SSHSIG_END "\n", base64));
}

/* The namespace is followed by the empty reserved field; one byte is put into it. */
static void
refuses_a_reserved_field_that_is_used(void **state)
{
	uint8_t blob[SSHSIG_TEXT_SIZE];
	char text[SSHSIG_TEXT_SIZE];
	struct sshsig sshsig;
	(void)state;
	sign_message(text);
	size_t length = unwrap(text, blob);
	wrap(blob, length, text);
	assert_true(sshsig_parse(text, &sshsig, NULL));
	size_t reserved = 6 + 4 + 4 + 51 + 4 + strlen(NAMESPACE);
	assert_memory_equal(blob + reserved, "\0\0\0\0", 4);
	memmove(blob + reserved + 5, blob + reserved + 4, length - reserved - 4);
	blob[reserved + 3] = 1;
	blob[reserved + 4] = 'x';
	wrap(blob, length + 1, text);
	assert_false(sshsig_parse(text, &sshsig, NULL));
}

static void
refuses_more_than_a_signature(void **state)
{
	char text[2 * SSHSIG_TEXT_SIZE], one[SSHSIG_TEXT_SIZE];
	struct sshsig sshsig;
	struct why why = { "" };
	(void)state;
	sign_message(one);
	assert_true(text_format(text, sizeof(text), "%s%s", one, one));
	assert_false(sshsig_parse(text, &sshsig, &why));
	struct buffer endless;
	buffer_init(&endless, 1 << 16);
	buffer_add_text(&endless, SSHSIG_BEGIN "\n");
	for (int i = 0; i < 1000; i++)
		buffer_add_text(&endless, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
	buffer_add_text(&endless, SSHSIG_END "\n");
	assert_false(sshsig_parse(buffer_text(&endless), &sshsig, &why));
	buffer_free(&endless);
}

static void
a_signer_can_not_write_options_into_the_list(void **state)
{
	static const char *const bad[] = { "",      "a b",  "*",  "!shop",    "a,b",
		                           "\"a\"", "a\nb", "#a", "jo\u00e3o" };
	char line[ALLOWED_SIGNER_SIZE];
	struct key_ring ring = vector_ring(0x11);
	(void)state;
	assert_true(sshsig_allowed_signer("estorno", NAMESPACE, &ring.keys[0], line, NULL));
	assert_string_equal(line,
	                    "estorno namespaces=\"estorno-receipt\" ssh-ed25519 AAAAC3NzaC1lZDI1"
	                    "NTE5AAAAINBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (sshsig_allowed_signer(bad[i], NAMESPACE, &ring.keys[0], line, NULL))
			fail_msg("\"%s\" went into the list", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_its_own),
		cmocka_unit_test(ssh_keygen_accepts_ours_and_refuses_a_changed_message),
		cmocka_unit_test(accepts_what_ssh_keygen_signed),
		cmocka_unit_test(says_which_hash_it_wants),
		cmocka_unit_test(reads_windows_line_ends_and_white_space),
		cmocka_unit_test(refuses_every_changed_byte),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(refuses_a_reserved_field_that_is_used),
		cmocka_unit_test(refuses_more_than_a_signature),
		cmocka_unit_test(a_signer_can_not_write_options_into_the_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
