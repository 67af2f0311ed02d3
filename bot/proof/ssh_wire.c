/*
 * Each reader checks what is left before it looks, so that no length from outside is
 * ever believed.
 */
#include "proof/ssh_wire.h"

#include <string.h>

void
ssh_wire_add_number(struct buffer *to, uint32_t number)
{
	const uint8_t bytes[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
		                   (uint8_t)(number >> 8), (uint8_t)number };
	buffer_add(to, bytes, sizeof(bytes));
}

void
ssh_wire_add_string(struct buffer *to, const void *bytes, size_t length)
{
	ssh_wire_add_number(to, (uint32_t)length);
	buffer_add(to, bytes, length);
}

void
ssh_wire_add_key(struct buffer *to, const struct verifying_key *key)
{
	ssh_wire_add_string(to, SSH_KEY_TYPE, strlen(SSH_KEY_TYPE));
	ssh_wire_add_string(to, key->bytes, KEY_BYTES);
}

bool
ssh_wire_number(struct ssh_wire *wire, uint32_t *number)
{
	if (wire->left < 4)
		return false;
	*number = (uint32_t)wire->at[0] << 24 | (uint32_t)wire->at[1] << 16 |
	          (uint32_t)wire->at[2] << 8 | wire->at[3];
	wire->at += 4;
	wire->left -= 4;
	return true;
}

bool
ssh_wire_string(struct ssh_wire *wire, struct ssh_wire *string)
{
	uint32_t length;
	if (!ssh_wire_number(wire, &length) || length > wire->left)
		return false;
	*string = (struct ssh_wire){ .at = wire->at, .left = length };
	wire->at += length;
	wire->left -= length;
	return true;
}

bool
ssh_wire_expect(struct ssh_wire *wire, const void *bytes, size_t length)
{
	if (wire->left < length || memcmp(wire->at, bytes, length) != 0)
		return false;
	wire->at += length;
	wire->left -= length;
	return true;
}

bool
ssh_wire_expect_string(struct ssh_wire *wire, const char *text)
{
	struct ssh_wire string;
	return ssh_wire_string(wire, &string) && ssh_wire_expect(&string, text, strlen(text)) &&
	       string.left == 0;
}

bool
ssh_wire_bytes(struct ssh_wire *wire, uint8_t *bytes, size_t length)
{
	struct ssh_wire string;
	if (!ssh_wire_string(wire, &string) || string.left != length)
		return false;
	memcpy(bytes, string.at, length);
	return true;
}

bool
ssh_wire_key(struct ssh_wire *wire, struct verifying_key *key)
{
	uint8_t bytes[KEY_BYTES];
	return ssh_wire_expect_string(wire, SSH_KEY_TYPE) &&
	       ssh_wire_bytes(wire, bytes, sizeof(bytes)) && wire->left == 0 &&
	       verifying_key_set(key, bytes);
}
