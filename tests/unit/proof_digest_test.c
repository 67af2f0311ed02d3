/*
 * Hashes and base 64: known answers, and that each value has one spelling only.
 */
#include "unit/proof_vectors.h"

#include "proof/base64.h"

static void
hashes_known_bytes(void **state)
{
	(void)state;
	struct digest digest = digest_of("abc", 3); /* FIPS 180-4 */
	assert_digest(&digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest = digest_of("", 0);
	assert_digest(&digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
hashes_pieces_like_the_whole(void **state)
{
	uint8_t bytes[300];
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	struct digest whole = digest_of(bytes, sizeof(bytes));
	for (size_t cut = 0; cut <= sizeof(bytes); cut += 13) {
		struct digest_state running;
		digest_begin(&running);
		digest_add(&running, bytes, cut);
		digest_add(&running, bytes + cut, sizeof(bytes) - cut);
		struct digest pieces = digest_end(&running);
		assert_true(digest_equal(&pieces, &whole));
	}
}

static void
reads_only_its_own_hex(void **state)
{
	static const char *const bad[] = {
		"",
		"48024b06",
		"48024B06FD523235CCC639222814DA0951D21765E5D0D17DB22A81B4BE13B5B2",
		"48024b06fd523235ccc639222814da0951d21765e5d0d17db22a81b4be13b5b",
		"48024b06fd523235ccc639222814da0951d21765e5d0d17db22a81b4be13b5b200",
		"48024b06fd523235ccc639222814da0951d21765e5d0d17db22a81b4be13b5bg",
		" 8024b06fd523235ccc639222814da0951d21765e5d0d17db22a81b4be13b5b2",
	};
	struct digest digest = vector_digest(VECTOR_ROOT_OF_3);
	(void)state;
	assert_digest(&digest, VECTOR_ROOT_OF_3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (digest_parse(bad[i], &digest))
			fail_msg("\"%s\" was read as a hash", bad[i]);
}

static void
a_digest_differs_in_any_byte(void **state)
{
	struct digest a = vector_digest(VECTOR_ROOT_OF_3);
	(void)state;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		struct digest b = a;
		b.bytes[i] ^= 0x80;
		assert_false(digest_equal(&a, &b));
	}
}

static void
writes_and_reads_base64_of_every_length(void **state)
{
	uint8_t bytes[70], again[70];
	char text[BASE64_SIZE(sizeof(bytes))];
	size_t count;
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 251);
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		base64_encode(text, BASE64_SIZE(length), bytes, length);
		assert_true(base64_decode(text, strlen(text), again, sizeof(again), &count));
		assert_int_equal(count, length);
		assert_memory_equal(again, bytes, length);
		base64_url_encode(text, sizeof(text), bytes, length);
		assert_null(strpbrk(text, "+/="));
		assert_true(base64_url_decode(text, strlen(text), again, sizeof(again), &count));
		assert_int_equal(count, length);
		assert_memory_equal(again, bytes, length);
	}
}

static void
refuses_a_second_spelling_of_base64(void **state)
{
	static const char *const bad[] = { "YWI",    "YWI==", "YWJ=",       "YW I=", "YWI=\n",
		                           " YWI=",  "YQ=",   "YQ",         "YR==",  "Y===",
		                           "YWI=YQ", "YW-=",  "YW\xc3\xa9=" };
	uint8_t bytes[8];
	size_t count;
	(void)state;
	assert_true(base64_decode("YWI=", 4, bytes, sizeof(bytes), &count) && count == 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (base64_decode(bad[i], strlen(bad[i]), bytes, sizeof(bytes), &count))
			fail_msg("\"%s\" was read as base 64", bad[i]);
	assert_false(base64_url_decode("YWI=", 4, bytes, sizeof(bytes), &count));
	assert_false(base64_url_decode("YW+_", 4, bytes, sizeof(bytes), &count));
}

/* Puts each of the 256 bytes in each place of "0000": only the alphabet may be read. */
static void
reads_only_the_alphabet(void **state)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	uint8_t bytes[8];
	size_t count;
	(void)state;
	for (int place = 0; place < 4; place++) {
		for (int byte = 1; byte < 256; byte++) {
			char text[5] = "0000";
			text[place] = (char)byte;
			bool letter = strchr(letters, byte) != NULL;
			assert_int_equal(base64_decode(text, 4, bytes, sizeof(bytes), &count),
			                 letter || byte == '+' || byte == '/' ||
			                         (byte == '=' && place == 3));
			assert_int_equal(base64_url_decode(text, 4, bytes, sizeof(bytes), &count),
			                 letter || byte == '-' || byte == '_');
		}
	}
}

static void
reads_no_more_base64_than_there_is_room(void **state)
{
	uint8_t bytes[3] = { 0, 0, 9 };
	size_t count;
	(void)state;
	assert_false(base64_decode("YWJj", 4, bytes, 2, &count));
	assert_int_equal(bytes[2], 9);
	assert_true(base64_decode_exactly("YWI=", 4, bytes, 2));
	assert_false(base64_decode_exactly("YWI=", 4, bytes, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_known_bytes),
		cmocka_unit_test(hashes_pieces_like_the_whole),
		cmocka_unit_test(reads_only_its_own_hex),
		cmocka_unit_test(a_digest_differs_in_any_byte),
		cmocka_unit_test(writes_and_reads_base64_of_every_length),
		cmocka_unit_test(refuses_a_second_spelling_of_base64),
		cmocka_unit_test(reads_only_the_alphabet),
		cmocka_unit_test(reads_no_more_base64_than_there_is_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
