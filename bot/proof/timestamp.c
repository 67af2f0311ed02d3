/*
 * One row a spelling: which ending becomes which.
 */
#include "proof/timestamp.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

bool
timestamp_spell(const char *text, int spelling, char to[TIMESTAMP_SIZE])
{
	static const struct {
		const char *from, *to;
	} endings[TIMESTAMP_SPELLINGS] = { { "", "" }, { "Z", "+00:00" }, { "+00:00", "Z" } };
	ensure(spelling >= 0 && spelling < TIMESTAMP_SPELLINGS);
	const char *from = endings[spelling].from;
	size_t length = strlen(text), ending = strlen(from);
	if (length >= TIMESTAMP_SIZE)
		return text_copy(to, TIMESTAMP_SIZE, text);
	if (length < ending || !text_equal(text + length - ending, from))
		return text_copy(to, TIMESTAMP_SIZE, text);
	return text_format(to, TIMESTAMP_SIZE, "%.*s%s", (int)(length - ending), text,
	                   endings[spelling].to);
}
