/*
 * The page at the door: what somebody sees who is not logged in yet, in the shop's language.
 */
#ifndef SERVE_DOOR_H
#define SERVE_DOOR_H

#include "base/buffer.h"

enum door {
	DOOR_ENTER, /* a log-in link was opened: its button uses it */
	DOOR_SPENT, /* the link was used before, is too old, or never was one */
	DOOR_CLOSED /* a page for staff, and nobody is logged in */
};

enum { DOOR_COUNT = DOOR_CLOSED + 1 };

/* Appends the page in the language `locale` ("pt-BR", "es", "en"). */
void door_write(struct buffer *html, enum door door, const char *locale);

#endif
