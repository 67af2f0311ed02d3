/*
 *	signed   "SSHSIG" | string namespace | string "" | string "sha512" | string SHA-512(message)
 *	blob     "SSHSIG" | uint32 1 | string key | string namespace | string "" | string "sha512"
 *	                  | string( string "ssh-ed25519" | string 64 bytes )
 *	armour   base 64 of the blob in lines, between the BEGIN and the END line
 *
 * The reserved field ("" above) is refused when it holds something: what it would mean is
 * not defined, and the signer did mean it.
 */
#include "proof/sshsig.h"

#include <sodium.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "proof/key_text.h"
#include "proof/ssh_wire.h"

#define MAGIC "SSHSIG"
#define HASH  "sha512"

enum {
	VERSION = 1,
	LINE_LENGTH = 70,                            /* what ssh-keygen writes */
	BLOB_BYTES_MAX = 170 + SSHSIG_NAMESPACE_SIZE /* all but the namespace makes 170 bytes */
};

static void
add_text(struct buffer *to, const char *text)
{
	ssh_wire_add_string(to, text, strlen(text));
}

/* What both the signed data and the blob say about the message. */
static void
add_purpose(struct buffer *to, const char *namespace)
{
	add_text(to, namespace);
	add_text(to, "");
	add_text(to, HASH);
}

/* The bytes the key really signs. */
static void
write_signed(struct buffer *to, const char *namespace, const void *message, size_t length)
{
	uint8_t hash[crypto_hash_sha512_BYTES];
	crypto_hash_sha512(hash, message, length);
	buffer_add_text(to, MAGIC);
	add_purpose(to, namespace);
	ssh_wire_add_string(to, hash, sizeof(hash));
	ensure(!to->failed);
}

static void
write_blob(struct buffer *to, const struct sshsig *sshsig)
{
	struct buffer part;
	buffer_init(&part, BLOB_BYTES_MAX);
	buffer_add_text(to, MAGIC);
	ssh_wire_add_number(to, VERSION);
	ssh_wire_add_key(&part, &sshsig->signer);
	ssh_wire_add_string(to, part.bytes, part.length);
	add_purpose(to, sshsig->namespace);
	buffer_reset(&part);
	add_text(&part, SSH_KEY_TYPE);
	ssh_wire_add_string(&part, sshsig->signature, SIGNATURE_BYTES);
	ssh_wire_add_string(to, part.bytes, part.length);
	buffer_free(&part);
	ensure(!to->failed);
}

/* --- armour ----------------------------------------------------------------------------------- */

static void
write_armour(const struct buffer *blob, char text[SSHSIG_TEXT_SIZE])
{
	char base64[BASE64_SIZE(BLOB_BYTES_MAX)];
	struct buffer armour;
	base64_encode(base64, sizeof(base64), (const uint8_t *)blob->bytes, blob->length);
	buffer_init(&armour, SSHSIG_TEXT_SIZE - 1);
	buffer_add_text(&armour, SSHSIG_BEGIN "\n");
	for (size_t i = 0; i < strlen(base64); i += LINE_LENGTH)
		buffer_add_format(&armour, "%.*s\n", LINE_LENGTH, base64 + i);
	buffer_add_text(&armour, SSHSIG_END "\n");
	ensure(!armour.failed && text_copy(text, SSHSIG_TEXT_SIZE, buffer_text(&armour)));
	buffer_free(&armour);
}

static const char *
skip_space(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* Takes the base 64 out of the armour.  0 when it is not armoured so, or longer than any
 * signature we read. */
static size_t
read_armour(const char *text, uint8_t *blob, size_t size)
{
	char base64[BASE64_SIZE(BLOB_BYTES_MAX)];
	size_t used = 0, count = 0;
	const char *at = skip_space(text);
	if (!text_starts_with(at, SSHSIG_BEGIN))
		return 0;
	at = skip_space(at + strlen(SSHSIG_BEGIN));
	for (; *at != '\0' && *at != '-' && used < sizeof(base64); at = skip_space(at + 1))
		base64[used++] = *at;
	if (!text_starts_with(at, SSHSIG_END) || *skip_space(at + strlen(SSHSIG_END)) != '\0')
		return 0;
	return base64_decode(base64, used, blob, size, &count) ? count : 0;
}

/* --- sign and verify -------------------------------------------------------------------------- */

void
sshsig_sign(const struct signing_key *key, const char *namespace, const void *message,
            size_t length, char text[SSHSIG_TEXT_SIZE])
{
	struct sshsig sshsig = { .signer = *signing_key_public(key) };
	struct buffer bytes;
	ensure(namespace[0] != '\0' &&
	       text_copy(sshsig.namespace, sizeof(sshsig.namespace), namespace));
	buffer_init(&bytes, BLOB_BYTES_MAX); /* what is signed is shorter */
	write_signed(&bytes, namespace, message, length);
	signing_key_sign(key, bytes.bytes, bytes.length, sshsig.signature);
	buffer_reset(&bytes);
	write_blob(&bytes, &sshsig);
	write_armour(&bytes, text);
	buffer_free(&bytes);
}

/* Printable ASCII: it is quoted in causes. */
static bool
read_namespace(struct ssh_wire *wire, char namespace[SSHSIG_NAMESPACE_SIZE])
{
	struct ssh_wire string;
	if (!ssh_wire_string(wire, &string) || string.left == 0 ||
	    string.left >= SSHSIG_NAMESPACE_SIZE)
		return false;
	for (size_t i = 0; i < string.left; i++)
		if (string.at[i] < 0x20 || string.at[i] > 0x7e)
			return false;
	memcpy(namespace, string.at, string.left);
	namespace[string.left] = '\0';
	return true;
}

static bool
read_signature(struct ssh_wire *wire, uint8_t signature[SIGNATURE_BYTES])
{
	struct ssh_wire string;
	return ssh_wire_string(wire, &string) && ssh_wire_expect_string(&string, SSH_KEY_TYPE) &&
	       ssh_wire_bytes(&string, signature, SIGNATURE_BYTES) && string.left == 0;
}

bool
sshsig_parse(const char *text, struct sshsig *sshsig, struct why *why)
{
	uint8_t blob[BLOB_BYTES_MAX];
	uint32_t version;
	struct ssh_wire wire = { .at = blob }, key;
	wire.left = read_armour(text, blob, sizeof(blob));
	if (!ssh_wire_expect(&wire, MAGIC, strlen(MAGIC)))
		return why_set(why,
		               "not an SSH signature by an Ed25519 key: \"%s\", base 64 and "
		               "\"%s\" were expected",
		               SSHSIG_BEGIN, SSHSIG_END);
	if (!ssh_wire_number(&wire, &version) || version != VERSION)
		return why_set(why, "an SSH signature of a version that is not %d", VERSION);
	if (!ssh_wire_string(&wire, &key) || !ssh_wire_key(&key, &sshsig->signer))
		return why_set(why, "an SSH signature by a key that is not ssh-ed25519");
	if (!read_namespace(&wire, sshsig->namespace))
		return why_set(why, "an SSH signature whose namespace can't be read");
	if (!ssh_wire_expect_string(&wire, "") || !ssh_wire_expect_string(&wire, HASH))
		return why_set(why, "an SSH signature over a hash that is not %s", HASH);
	if (!read_signature(&wire, sshsig->signature) || wire.left != 0)
		return why_set(why, "an SSH signature that is cut or goes on after its end");
	return true;
}

enum authenticity
sshsig_verify(const struct sshsig *sshsig, const struct key_ring *ring, const char *namespace,
              const void *message, size_t length, struct why *why)
{
	const struct verifying_key *key = key_ring_find(ring, sshsig->signer.id);
	struct buffer bytes;
	if (!text_equal(sshsig->namespace, namespace)) {
		why_set(why, "the SSH signature was made for \"%s\", not for \"%s\"",
		        sshsig->namespace, namespace);
		return AUTHENTICITY_NOT_GENUINE;
	}
	if (key == NULL || !verifying_key_equal(key, &sshsig->signer)) {
		why_set(why, "signed by %s, a key that is not trusted here", sshsig->signer.id);
		return AUTHENTICITY_CANNOT_TELL;
	}
	buffer_init(&bytes, BLOB_BYTES_MAX);
	write_signed(&bytes, namespace, message, length);
	bool genuine = verifying_key_verify(key, bytes.bytes, bytes.length, sshsig->signature);
	buffer_free(&bytes);
	if (genuine)
		return AUTHENTICITY_GENUINE;
	why_set(why, "the SSH signature by %s is not over these bytes", key->id);
	return AUTHENTICITY_NOT_GENUINE;
}

/* --- allowed signers -------------------------------------------------------------------------- */

/* The list's grammar has quotes, commas, patterns and negation: none of them gets in. */
static bool
is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "@._-";
	return word[0] != '\0' && strspn(word, plain) == strlen(word);
}

bool
sshsig_allowed_signer(const char *principal, const char *namespace, const struct verifying_key *key,
                      char line[ALLOWED_SIGNER_SIZE], struct why *why)
{
	char public[PUBLIC_KEY_LINE_SIZE];
	ensure(is_plain(namespace) && verifying_key_print(key, "", public));
	if (!is_plain(principal))
		return why_set(why, "a signer's name may have letters, digits and @._- only");
	if (!text_format(line, ALLOWED_SIGNER_SIZE, "%s namespaces=\"%s\" %s", principal, namespace,
	                 public))
		return why_set(why, "a signer's name of %zu bytes is too long", strlen(principal));
	return true;
}
