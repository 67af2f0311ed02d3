/*
 * The names of categories and statuses, and what is signed of a postcondition.
 */
#include "proof/postcondition.h"

#include <stddef.h>

#include "base/ensure.h"

const char *
postcondition_category_text(enum postcondition_category category)
{
	switch (category) {
#define X(name, text)              \
	case POSTCONDITION_##name: \
		return text;
		POSTCONDITION_CATEGORIES(X)
#undef X
	}
	ensure(!"a postcondition category outside the enum");
	return "";
}

const char *
postcondition_status_text(enum postcondition_status status)
{
	switch (status) {
#define X(name, text)              \
	case POSTCONDITION_##name: \
		return text;
		POSTCONDITION_STATUSES(X)
#undef X
	}
	ensure(!"a postcondition status outside the enum");
	return "";
}

json_t *
postcondition_to_json(const struct postcondition *postcondition)
{
	const char *expected = postcondition->expected, *actual = postcondition->actual;
	return json_pack("{s:s,s:s,s:s,s:s?,s:s?}", "name", postcondition->name, "category",
	                 postcondition_category_text(postcondition->category), "status",
	                 postcondition_status_text(postcondition->status), "expected",
	                 expected[0] == '\0' ? NULL : expected, "actual",
	                 actual[0] == '\0' ? NULL : actual);
}
