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

static struct digest
finish(struct buffer *message)
{
	ensure(!message->failed);
	struct digest digest = digest_of(message->bytes, message->length);
	buffer_free(message);
	return digest;
}

void
derive_refund_id(const char *merchant, const char *order_number, const char *e2eid,
                 int64_t sequence, char *id)
{
	struct buffer message;
	char number[24], letters[64];
	ensure(sequence >= 1);
	snprintf(number, sizeof(number), "%" PRId64, sequence);
	buffer_init(&message, 1024);
	add_part(&message, "estorno refund id 1");
	add_part(&message, merchant);
	add_part(&message, order_number);
	add_part(&message, e2eid);
	add_part(&message, number);
	struct digest digest = finish(&message);
	id_base32(letters, sizeof(letters), digest.bytes, DIGEST_BYTES);
	memcpy(id, letters, REFUND_ID_SIZE - 1); /* 35 letters: 175 bits */
	id[REFUND_ID_SIZE - 1] = '\0';
}

void
derive_note_ref(const char *refund_id, char *ref)
{
	struct buffer message;
	buffer_init(&message, 1024);
	add_part(&message, "estorno return note 1");
	add_part(&message, refund_id);
	struct digest digest = finish(&message);
	id_hex(ref, NOTE_REF_SIZE, digest.bytes, 16);
}
