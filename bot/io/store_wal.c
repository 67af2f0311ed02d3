/*
 * The write-ahead log at a start: nothing is built on what may not be on disk.
 *
 * After an fsync that failed, the kernel calls the pages clean and shows what the disk never
 * got.  The process that met it stops; the next one reads a transaction that a power cut
 * would take away.  If it also moved that transaction into the file, page by page, a power
 * cut in between would leave half of it there and nothing to finish it with.
 *
 * So a start writes everything again, in the order in which it can be cut off anywhere: the
 * WAL over itself, which makes its pages dirty and lets the next sync be about them; then
 * the whole WAL into the file.  A WAL that is torn while it is written over itself is a
 * shorter one: its frames carry checksums.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/store_file.h"

enum { PATH_BYTES_MAX = 1024, PIECE_BYTES = 64 * 1024 };

static int
write_over_itself(sqlite3_file *file, sqlite3_int64 size)
{
	const sqlite3_io_methods *does = file->pMethods;
	char *piece = malloc(PIECE_BYTES);
	int code = SQLITE_OK;
	ensure(piece != NULL);
	for (sqlite3_int64 at = 0; at < size && code == SQLITE_OK; at += PIECE_BYTES) {
		int count = size - at < PIECE_BYTES ? (int)(size - at) : PIECE_BYTES;
		code = does->xRead(file, piece, count, at);
		if (code == SQLITE_OK)
			code = does->xWrite(file, piece, count, at);
	}
	free(piece);
	return code == SQLITE_OK ? does->xSync(file, SQLITE_SYNC_NORMAL) : code;
}

static int
rewrite(sqlite3_vfs *disk, sqlite3_filename name)
{
	sqlite3_int64 size = 0;
	sqlite3_file *file = calloc(1, (size_t)disk->szOsFile);
	ensure(file != NULL);
	int code = disk->xOpen(disk, name, file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, NULL);
	if (code == SQLITE_OK) {
		code = file->pMethods->xFileSize(file, &size);
		if (code == SQLITE_OK)
			code = write_over_itself(file, size);
		file->pMethods->xClose(file);
	}
	free(file);
	return code;
}

bool
store_wal_rewrite(const char *path, struct why *why)
{
	sqlite3_vfs *disk = sqlite3_vfs_find(NULL);
	char full[PATH_BYTES_MAX], wal[PATH_BYTES_MAX];
	int there = 0;
	if (disk->xFullPathname(disk, path, sizeof(full), full) != SQLITE_OK ||
	    !text_format(wal, sizeof(wal), "%s-wal", full))
		return why_set(why, "%s: no such folder", path);
	if (disk->xAccess(disk, wal, SQLITE_ACCESS_EXISTS, &there) != SQLITE_OK || there == 0)
		return true;
	sqlite3_filename name = sqlite3_create_filename(wal, "", "", 0, NULL);
	ensure(name != NULL);
	int code = rewrite(disk, name);
	sqlite3_free_filename(name);
	return code == SQLITE_OK ||
	       why_set(why, "%s can't be written: %s", wal, sqlite3_errstr(code));
}

/* A reader in the middle of something may hold up the last step, which is only tidiness. */
bool
store_wal_settle(struct store *store, struct why *why)
{
	int code =
		sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return code == SQLITE_OK || code == SQLITE_BUSY ||
	       why_set(why, "the store can't be brought up to date on disk: %s",
	               sqlite3_errmsg(store->db));
}
