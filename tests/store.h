/*
 * A store in a file, for tests that open it more than once.
 */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include "tests/test.h"

#include "io/store.h"

/* Fails the test when it can't be opened. */
static inline struct store *
store_opened(const char *path, enum store_access access)
{
	struct why why = { "" };
	struct store *store = store_open(path, access, &why);
	if (store == NULL)
		fail_msg("%s", why.text);
	return store;
}

#endif
