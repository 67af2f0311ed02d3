/*
 * The words of a verdict, and the one rule that is checked again before it is sealed.
 */
#include "proof/verdict.h"

#include "base/ensure.h"

const char *
result_text(enum result result)
{
	switch (result) {
#define X(name, text)       \
	case RESULT_##name: \
		return text;
		RESULTS(X)
#undef X
	}
	ensure(!"a result outside the enum");
	return "";
}

const char *
lifecycle_text(enum lifecycle lifecycle)
{
	switch (lifecycle) {
#define X(name, text)          \
	case LIFECYCLE_##name: \
		return text;
		LIFECYCLES(X)
#undef X
	}
	ensure(!"a lifecycle outside the enum");
	return "";
}

const char *
correlation_strength_text(enum correlation_strength strength)
{
	switch (strength) {
#define X(name, text)            \
	case CORRELATION_##name: \
		return text;
		CORRELATION_STRENGTHS(X)
#undef X
	}
	ensure(!"a correlation strength outside the enum");
	return "";
}

bool
verdict_may_be_safe(const struct verdict *verdict)
{
	ensure(verdict->count <= POSTCONDITIONS_MAX);
	for (size_t i = 0; i < verdict->count; i++) {
		const struct postcondition *p = &verdict->postconditions[i];
		if (p->required && p->status != POSTCONDITION_PASSED)
			return false;
	}
	return verdict->result == RESULT_VERIFIED && verdict->lifecycle == LIFECYCLE_FINALIZED;
}
