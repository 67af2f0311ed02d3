/*
 * The three answers, in words.
 */
#include "proof/authenticity.h"

#include "base/ensure.h"

const char *
authenticity_text(enum authenticity authenticity)
{
	switch (authenticity) {
#define X(name, text)             \
	case AUTHENTICITY_##name: \
		return text;
		AUTHENTICITIES(X)
#undef X
	}
	ensure(!"an authenticity outside the enum");
	return "";
}
