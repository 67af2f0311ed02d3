/*
 * Every part is written with its length in front, so that no two different inputs can
 * run together into one.
 */
#include "refund/derive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/ensure.h"
#include "base/id.h"
#include "proof/digest.h"

static void
add_part(struct buffer *message, const char *part)
{
	buffer_add_format(message, "%zu:%s,", strlen(part), part);
}

static void
digest_of(struct buffer *message, uint8_t digest[DIGEST_BYTES])
{
	ensure(!message->failed);
	digest_sha256(message->bytes, message->length, digest);
	buffer_free(message);
}

void
derive_refund_id(const char *merchant, const char *order_number, const char *e2eid,
                 int64_t sequence, char *id)
{
	struct buffer message;
	uint8_t digest[DIGEST_BYTES];
	char number[24], letters[64];
	ensure(sequence >= 1);
	snprintf(number, sizeof(number), "%" PRId64, sequence);
	buffer_init(&message, 1024);
	add_part(&message, "estorno refund id 1");
	add_part(&message, merchant);
	add_part(&message, order_number);
	add_part(&message, e2eid);
	add_part(&message, number);
	digest_of(&message, digest);
	id_base32(letters, sizeof(letters), digest, sizeof(digest));
	memcpy(id, letters, REFUND_ID_SIZE - 1); /* 35 letters: 175 bits */
	id[REFUND_ID_SIZE - 1] = '\0';
}

void
derive_note_ref(const char *refund_id, char *ref)
{
	struct buffer message;
	uint8_t digest[DIGEST_BYTES];
	buffer_init(&message, 1024);
	add_part(&message, "estorno return note 1");
	add_part(&message, refund_id);
	digest_of(&message, digest);
	id_hex(ref, NOTE_REF_SIZE, digest, 16);
}
