/*
 * Files that travel inside the binary: the schema, what the bot says, the words people
 * use, the pages.  One binary, nothing to install beside it.
 */
#ifndef IO_ASSETS_H
#define IO_ASSETS_H

#include <stddef.h>

struct asset {
	const char *path;  /* as in the repository: "templates/chat/pt-BR/offer.txt" */
	const char *bytes; /* a NUL follows the last one, so text may be used as it stands */
	const char *end;
};

extern const struct asset assets[];
extern const size_t asset_count;

/* NULL when there is none of that path. */
const struct asset *asset_find(const char *path);

size_t asset_length(const struct asset *asset);

#endif
