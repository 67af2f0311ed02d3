/*
 * The data folder: everything that belongs to one shop, in one place of mode 0700.
 *
 *	DATA/
 *	  estorno.conf         settings
 *	  estorno.db           the store
 *	  control.sock         how commands reach a running `serve`
 *	  serve.url            and where people do
 *	  keys/data.key        the vault's key (0600)
 *	  keys/receipts.key    seals receipts (0600), keys/receipts.pub
 *	  keys/log.key         signs the log's heads (0600), keys/log.pub
 *	  keys/log-EPOCH.pub   after a restore: the key that is derived from it for then
 *	  sandbox              only where all of it is play: simulated orders, money and notes
 */
#ifndef IO_FOLDER_H
#define IO_FOLDER_H

#include <stdbool.h>

#include "base/why.h"
#include "io/settings.h"
#include "io/store.h"
#include "io/vault.h"
#include "proof/keys.h"

enum { FOLDER_PATH_SIZE = 1024 };

/* The path of a file in the folder; aborts when `folder` is absurdly long (checked when it is opened). */
void folder_path(const char *folder, const char *name, char path[FOLDER_PATH_SIZE]);

/* Makes folder, keys, settings and store.  False with `why`; an existing store is never touched. */
bool folder_create(const char *folder, int64_t now_ms, struct why *why);

/* Removes a folder and everything below it; for folders that were made to be thrown away. */
void folder_remove(const char *folder);

/* What is read from it. */
struct folder {
	char path[FOLDER_PATH_SIZE];
	struct settings settings;
	struct store *store;
	struct vault *vault;
	struct signing_key *receipts_key, *log_key;
};

/* Opens it for writing (keys, vault and store; refused while another process writes) or for reading
 * (settings and store, no secrets). */
bool folder_open(struct folder *folder, const char *path, enum store_access access,
                 struct why *why);
void folder_close(struct folder *folder);

/* Loads keys and vault into a folder that was opened for reading: to see whether they are sound. */
bool folder_load_keys(struct folder *folder, struct why *why);

/* Play and live data never mix: a folder is marked as a sandbox's before anything is in it, and stays so.
 * The mark also decides whether receipts made there are signed as test receipts. */
bool folder_mark_sandbox(const char *folder, struct why *why);
bool folder_is_sandbox(const char *folder);

/* A private key's file; the caller frees.  NULL with `why`. */
struct signing_key *file_read_signing_key(const char *path, enum key_use use, struct why *why);

/* The public key of `use` ("receipts", "log") as published in the folder. */
bool folder_public_key(const char *folder, const char *use, struct verifying_key *key,
                       struct why *why);

/* Adds every key that has ever signed this folder's log: log.pub, and those of restores. */
bool folder_log_keys(const char *folder, struct key_ring *ring, struct why *why);

/* Writes a new file of mode 0600, synced; refused when it exists. */
bool file_write_private(const char *path, const char *text, struct why *why);

/* Writes a new file anybody may read; refused when it exists. */
bool file_write_public(const char *path, const void *bytes, size_t length, struct why *why);

/* The whole of a file, at most `ceiling` bytes; the caller frees.  Who asks for no `length` takes it for text,
 * which holds no NUL: what stands after one would be there and not be seen.  NULL with `why`, also for what
 * is no regular file: nobody waits at a pipe that somebody left in a folder. */
char *file_read(const char *path, size_t ceiling, size_t *length, struct why *why);

#endif
