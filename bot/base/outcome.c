/*
 * The names of the outcomes, from the one list in the header.
 */
#include "base/outcome.h"

#include "base/ensure.h"

const char *
outcome_text(enum outcome outcome)
{
	switch (outcome) {
#define X(name, text)        \
	case OUTCOME_##name: \
		return text;
		OUTCOMES(X)
#undef X
	}
	ensure(!"an outcome outside the enum");
	return "";
}
