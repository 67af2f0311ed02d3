/*
 * The known answers in tests/vectors, and the keys that made them: seeds of 32 times 0x11
 * (the issuer and its log) and 0x22 (the relay).  All are postcept.md section 7, except
 *
 *	receipt_v1.*      made and signed with Python's cryptography, in the form of section 6
 *	checkpoint.note   the same, of the tree head of section 7
 *
 * `*.body` are signed bytes with a line feed at their end that does not belong to them.
 */
#ifndef TESTS_UNIT_PROOF_VECTORS_H
#define TESTS_UNIT_PROOF_VECTORS_H

#include "tests/test.h"

#include "base/json.h"
#include "base/text.h"
#include "proof/digest.h"
#include "proof/keys.h"

#define VECTOR_V2_SIGNATURE \
	"6AYfSuStJTIB/G6a6GO3ZzGZ6saE+CuKTFPRMAu9/N8f/m5QWdlJ0Wq7xm+kUXamW11zQgkcGRlq2LSj16BsAg=="
#define VECTOR_V3_SIGNATURE \
	"4CnQ6ykiAHExmsrY30BDo0H8ug97H+dBgix2GwE6v1osUrhalQYaM8XW8GUmPZKPGpXoMrQaS6Qjh8cOL+whDA=="
#define VECTOR_ENVELOPE_SIGNATURE \
	"5zg+VtXjcZ9RCZMmdAihiqxaURuS4/cOGKVG2oVEsBVWfxvZZzl7EtZF0X0isjTroM/POnWm1BBHPF0HM2OYCg=="
#define VECTOR_HEAD_SIGNATURE \
	"WP2TD5scOp69diFf8hpM1ooE1zacCVg7cZU4kg1+ReAByAAO8IrO/3OyyEI53wgtRPfYk9rMKUlhoc/gM5M0AA=="
#define VECTOR_ROOT_OF_3 "48024b06fd523235ccc639222814da0951d21765e5d0d17db22a81b4be13b5b2"
#define VECTOR_ROOT_OF_2 "8148e2bd3786f39a7515056302b3921f50ea8eb66f9cd4898151d072c80ed2de"

/* A file's text without its last line feed; the caller frees. */
static inline char *
vector_text(const char *name)
{
	char path[128];
	size_t length;
	assert_true(text_format(path, sizeof(path), "tests/vectors/%s", name));
	char *text = test_read_file(path, &length);
	assert_true(length > 0 && text[length - 1] == '\n');
	text[length - 1] = '\0';
	return text;
}

static inline json_t *
vector_json(const char *name)
{
	struct why why = { "" };
	char *text = vector_text(name);
	json_t *json = json_parse_object(text, strlen(text), 1 << 20, &why);
	if (json == NULL)
		fail_msg("%s: %s", name, why.text);
	free(text);
	return json;
}

static inline struct signing_key *
vector_key(enum key_use use, uint8_t seed_byte)
{
	uint8_t seed[KEY_BYTES];
	memset(seed, seed_byte, sizeof(seed));
	return signing_key_new(use, seed);
}

/* A ring with the one key of that seed. */
static inline struct key_ring
vector_ring(uint8_t seed_byte)
{
	struct key_ring ring = { 0 };
	struct signing_key *key = vector_key(KEY_USE_RECEIPTS, seed_byte);
	assert_true(key_ring_add(&ring, signing_key_public(key), NULL));
	signing_key_free(key);
	return ring;
}

static inline struct digest
vector_digest(const char *hex)
{
	struct digest digest = { 0 };
	assert_true(digest_parse(hex, &digest));
	return digest;
}

static inline void
assert_digest(const struct digest *digest, const char *hex)
{
	char found[DIGEST_HEX_SIZE];
	digest_print(digest, found);
	assert_string_equal(found, hex);
}

#endif
