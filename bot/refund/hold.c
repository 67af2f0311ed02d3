/*
 * The list of the header, as words and ways back.
 */
#include "refund/hold.h"

#include "base/ensure.h"
#include "base/text.h"

static const struct {
	const char *text;
	enum resume resume;
} reasons[] = { [HOLD_NONE] = { "", RESUME_LOOK_UP },
#define X(name, text, resume) [HOLD_##name] = { text, RESUME_##resume },
	        HOLD_REASONS(X)
#undef X
};

enum { REASON_COUNT = sizeof(reasons) / sizeof(reasons[0]) };

const char *
hold_text(enum hold_reason reason)
{
	ensure((int)reason >= 0 && (int)reason < REASON_COUNT);
	return reasons[reason].text;
}

bool
hold_parse(const char *text, enum hold_reason *reason)
{
	for (int i = 0; i < REASON_COUNT; i++) {
		if (text_equal(reasons[i].text, text)) {
			*reason = (enum hold_reason)i;
			return true;
		}
	}
	return false;
}

enum resume
hold_resume(enum hold_reason reason)
{
	ensure(reason > HOLD_NONE && (int)reason < REASON_COUNT);
	return reasons[reason].resume;
}
