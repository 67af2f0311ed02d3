/*
 * What opens a salted value of a receipt, as an auditor may bring it; and whatever a customer wrote,
 * put into one.
 */
#include "proof/disclosure.h"

#include "base/limits.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t salt[DISCLOSURE_SALT_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* Written and read, it says the same, and only its own commitment fits. */
static void
check_written(const char *name, const char *value)
{
	char name_read[DISCLOSURE_NAME_SIZE], commitment[COMMITMENT_SIZE];
	struct why why = { "" };
	struct buffer disclosure, value_read;
	buffer_init(&disclosure, DISCLOSURE_BYTES_MAX);
	buffer_init(&value_read, DISCLOSURE_BYTES_MAX);
	bool ok = disclosure_write(salt, name, value, &disclosure, &why);
	fuzz_check_why(ok, &why);
	ensure(ok || !text_is_utf8(value, strlen(value)) || strlen(value) > MESSAGE_BYTES_MAX);
	if (ok) {
		ensure(disclosure_read(disclosure.bytes, name_read, &value_read, &why));
		ensure(text_equal(name, name_read));
		ensure(text_equal(value, buffer_text(&value_read)));
		disclosure_commitment(disclosure.bytes, commitment);
		ensure(strlen(commitment) == 43 &&
		       disclosure_matches(disclosure.bytes, commitment));
		disclosure.bytes[0] = disclosure.bytes[0] == 'W' ? 'X' : 'W';
		ensure(!disclosure_matches(disclosure.bytes, commitment));
	}
	buffer_free(&disclosure);
	buffer_free(&value_read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[DISCLOSURE_NAME_SIZE];
	struct why why = { "" };
	struct buffer value;
	char *text = fuzz_text(data, size);
	buffer_init(&value, DISCLOSURE_BYTES_MAX);
	bool ok = disclosure_read(text, name, &value, &why);
	fuzz_check_why(ok, &why);
	if (ok) {
		fuzz_check_text(name, sizeof(name));
		ensure(value.length == 0 || text_is_utf8(value.bytes, value.length));
		check_written(name, buffer_text(&value));
	}
	check_written("consent", text);
	buffer_free(&value);
	free(text);
	return 0;
}
