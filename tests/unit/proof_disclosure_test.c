/*
 * Salted disclosures: a known answer, the way there and back, and that nothing else opens
 * a commitment.
 */
#include "unit/proof_vectors.h"

#include "base/limits.h"
#include "proof/disclosure.h"

static const uint8_t salt[DISCLOSURE_SALT_BYTES] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
};

/* The example of RFC 9901. */
#define RFC_DISCLOSURE "WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
#define RFC_COMMITMENT "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"

/* ["AQEBAQEBAQEBAQEBAQEBAQ","name","João"], made with Python. */
#define OWN_DISCLOSURE "WyJBUUVCQVFFQkFRRUJBUUVCQVFFQkFRIiwibmFtZSIsIkpvw6NvIl0"
#define OWN_COMMITMENT "4nSY4aE4Yu_t_jP4iWYW0s181A8sySiloXIgZrAH5RI"

static void
commits_as_the_rfc_does(void **state)
{
	char commitment[COMMITMENT_SIZE], name[DISCLOSURE_NAME_SIZE];
	struct buffer value;
	(void)state;
	disclosure_commitment(RFC_DISCLOSURE, commitment);
	assert_string_equal(commitment, RFC_COMMITMENT);
	buffer_init(&value, 64);
	assert_true(disclosure_read(RFC_DISCLOSURE, name, &value, NULL));
	assert_string_equal(name, "family_name");
	assert_string_equal(buffer_text(&value), "M\u00f6bius");
	buffer_free(&value);
}

static void
writes_the_known_disclosure(void **state)
{
	struct buffer disclosure;
	char commitment[COMMITMENT_SIZE];
	(void)state;
	buffer_init(&disclosure, DISCLOSURE_BYTES_MAX);
	assert_true(disclosure_write(salt, "name", "Jo\u00e3o", &disclosure, NULL));
	assert_string_equal(buffer_text(&disclosure), OWN_DISCLOSURE);
	disclosure_commitment(OWN_DISCLOSURE, commitment);
	assert_string_equal(commitment, OWN_COMMITMENT);
	buffer_free(&disclosure);
}

static void
opens_only_its_own_commitment(void **state)
{
	char changed[] = OWN_DISCLOSURE;
	(void)state;
	assert_true(disclosure_matches(OWN_DISCLOSURE, OWN_COMMITMENT));
	assert_false(disclosure_matches(OWN_DISCLOSURE, RFC_COMMITMENT));
	assert_false(disclosure_matches(OWN_DISCLOSURE, ""));
	assert_false(disclosure_matches(OWN_DISCLOSURE, OWN_COMMITMENT "A"));
	assert_false(disclosure_matches("", OWN_COMMITMENT));
	for (size_t i = 0; i < sizeof(changed) - 1; i++) {
		changed[i] ^= 1;
		assert_false(disclosure_matches(changed, OWN_COMMITMENT));
		changed[i] ^= 1;
	}
}

static void
another_salt_gives_another_commitment(void **state)
{
	uint8_t other[DISCLOSURE_SALT_BYTES] = { 2 };
	struct buffer disclosure;
	(void)state;
	buffer_init(&disclosure, DISCLOSURE_BYTES_MAX);
	assert_true(disclosure_write(other, "name", "Jo\u00e3o", &disclosure, NULL));
	assert_false(disclosure_matches(buffer_text(&disclosure), OWN_COMMITMENT));
	buffer_free(&disclosure);
}

/* The longest message we keep, in the characters that take most room. */
static void
the_longest_message_fits(void **state)
{
	char message[MESSAGE_BYTES_MAX + 1], name[DISCLOSURE_NAME_SIZE];
	struct buffer disclosure, value;
	(void)state;
	memset(message, 0x01, sizeof(message) - 1);
	message[0] = '\n';
	message[1] = 0x7f;
	message[sizeof(message) - 1] = '\0';
	buffer_init(&disclosure, DISCLOSURE_BYTES_MAX);
	buffer_init(&value, MESSAGE_BYTES_MAX);
	assert_true(disclosure_write(salt, "message", message, &disclosure, NULL));
	assert_true(disclosure_read(buffer_text(&disclosure), name, &value, NULL));
	assert_string_equal(name, "message");
	assert_string_equal(buffer_text(&value), message);
	buffer_free(&disclosure);
	buffer_free(&value);
}

static void
refuses_what_it_can_not_write(void **state)
{
	struct buffer disclosure;
	struct why why = { "" };
	(void)state;
	buffer_init(&disclosure, 32);
	assert_false(disclosure_write(salt, "name", "\xc3(", &disclosure, &why));
	assert_non_null(strstr(why.text, "UTF-8"));
	why.text[0] = '\0';
	assert_false(disclosure_write(salt, "name", "too long for the buffer", &disclosure, &why));
	assert_non_null(strstr(why.text, "too long"));
	buffer_free(&disclosure);
}

static void
refuses_what_is_no_disclosure(void **state)
{
	static const char *const bad[] = {
		"",
		"not base64",
		"W10",                     /* [] */
		"WyJhIiwiYiJd",            /* ["a","b"] */
		"WyJhIiwiYiIsMV0",         /* ["a","b",1] */
		"WyJhIiwiYiIsImMiLCJkIl0", /* ["a","b","c","d"] */
		"eyJhIjoxfQ",              /* {"a":1} */
		OWN_DISCLOSURE "=",
	};
	char name[DISCLOSURE_NAME_SIZE];
	struct buffer value;
	(void)state;
	buffer_init(&value, 64);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct why why = { "" };
		if (disclosure_read(bad[i], name, &value, &why))
			fail_msg("read as a disclosure: %s", bad[i]);
		assert_string_not_equal(why.text, "");
	}
	buffer_free(&value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits_as_the_rfc_does),
		cmocka_unit_test(writes_the_known_disclosure),
		cmocka_unit_test(opens_only_its_own_commitment),
		cmocka_unit_test(another_salt_gives_another_commitment),
		cmocka_unit_test(the_longest_message_fits),
		cmocka_unit_test(refuses_what_it_can_not_write),
		cmocka_unit_test(refuses_what_is_no_disclosure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
