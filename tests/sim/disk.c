/*
 * A sqlite3_vfs over byte arrays.
 *
 * Sectors are 512 bytes: what is torn is torn there.  As on every disk that SQLite calls
 * powersafe, bytes beside a write are never harmed by it.
 */
#include "tests/sim/disk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "tools/sandbox/simulator.h"

enum {
	FILES_MAX = 24,
	NAME_SIZE = 64,
	SECTOR_BYTES = 512,
	SHARED_REGIONS_MAX = 32,
	SHARED_REGION_BYTES = 32 * 1024
};

struct bytes {
	uint8_t *at;
	size_t length, room;
};

/* One write, or with no data a truncation to `offset`, that no sync has followed yet. */
struct pending {
	size_t offset, length;
	uint8_t *data; /* NULL: truncation */
};

struct file {
	char name[NAME_SIZE];
	bool used;
	bool named;      /* it is in the directory that processes see */
	bool named_hard; /* it is in the directory on disk */
	bool is_journal; /* its first sync syncs the directory too, as SQLite's own does */
	struct bytes seen, hard;
	size_t pending_count, pending_room;
	struct pending *pending;
	int shared_locks;
	bool exclusive;
	void *regions[SHARED_REGIONS_MAX];
};

struct disk {
	disk_plan *plan;
	void *context;
	uint64_t random;
	bool stopped;
	/* Memory that a dead process may still look at until the next one starts. */
	size_t grave_count;
	void *graves[FILES_MAX * SHARED_REGIONS_MAX];
	struct file files[FILES_MAX];
};

struct disk_image {
	size_t count;
	struct {
		char name[NAME_SIZE];
		struct bytes bytes;
	} files[FILES_MAX];
};

struct handle {
	sqlite3_file base;
	struct file *file;
	int lock;
};

static struct disk *mounted;

/* --- bytes ------------------------------------------------ */

/* Memory of files that are gone, for the next ones: a run needs the same few megabytes as the one before. */
static struct bytes spare[2 * FILES_MAX];
static size_t spare_count;

static void
bytes_grow(struct bytes *bytes, size_t length)
{
	size_t kept = bytes->length;
	if (bytes->room == 0 && spare_count > 0) {
		*bytes = spare[--spare_count];
		bytes->length = kept;
	}
	if (length <= bytes->room)
		return;
	bytes->room = length + length / 2 + 64 * 1024;
	bytes->at = realloc(bytes->at, bytes->room);
	ensure(bytes->at != NULL);
}

static void
bytes_resize(struct bytes *bytes, size_t length)
{
	if (length > bytes->room)
		bytes_grow(bytes, length);
	if (length > bytes->length)
		memset(bytes->at + bytes->length, 0, length - bytes->length);
	bytes->length = length;
}

static void
bytes_write(struct bytes *bytes, size_t offset, const void *data, size_t length)
{
	if (offset + length > bytes->length)
		bytes_resize(bytes, offset + length);
	memcpy(bytes->at + offset, data, length);
}

static void
bytes_copy(struct bytes *to, const struct bytes *from)
{
	bytes_resize(to, from->length);
	if (from->length > 0)
		memcpy(to->at, from->at, from->length);
}

static void
bytes_free(struct bytes *bytes)
{
	if (bytes->room > 0 && spare_count < sizeof(spare) / sizeof(spare[0]))
		spare[spare_count++] = *bytes;
	else
		free(bytes->at);
	*bytes = (struct bytes){ 0 };
}

/* --- files ------------------------------------------------ */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

static struct file *
find_named(struct disk *disk, const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (disk->files[i].used && disk->files[i].named &&
		    text_equal(disk->files[i].name, base_name(path)))
			return &disk->files[i];
	return NULL;
}

static struct file *
make_file(struct disk *disk, const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *file = &disk->files[i];
		if (file->used)
			continue;
		file->used = true;
		file->named = true;
		ensure(text_copy(file->name, sizeof(file->name), base_name(path)));
		return file;
	}
	ensure(!"more files than the disk has room for");
	return NULL;
}

static void
forget_pending(struct file *file)
{
	for (size_t i = 0; i < file->pending_count; i++)
		free(file->pending[i].data);
	file->pending_count = 0;
}

static void
forget_regions(struct file *file)
{
	for (size_t i = 0; i < SHARED_REGIONS_MAX; i++) {
		if (file->regions[i] != NULL && mounted != NULL && mounted->stopped) {
			ensure(mounted->grave_count < FILES_MAX * SHARED_REGIONS_MAX);
			mounted->graves[mounted->grave_count++] = file->regions[i];
		} else {
			free(file->regions[i]);
		}
		file->regions[i] = NULL;
	}
}

static void
clear_graves(struct disk *disk)
{
	for (size_t i = 0; i < disk->grave_count; i++)
		free(disk->graves[i]);
	disk->grave_count = 0;
}

static void
drop_file(struct file *file)
{
	forget_pending(file);
	forget_regions(file);
	free(file->pending);
	bytes_free(&file->seen);
	bytes_free(&file->hard);
	memset(file, 0, sizeof(*file));
}

/* The directory on disk becomes what processes see. */
static void
sync_directory(struct disk *disk)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *file = &disk->files[i];
		if (!file->used)
			continue;
		file->named_hard = file->named;
		if (!file->named)
			drop_file(file);
	}
}

static void
add_pending(struct file *file, size_t offset, const void *data, size_t length)
{
	if (file->pending_count == file->pending_room) {
		file->pending_room = file->pending_room * 2 + 16;
		file->pending = realloc(file->pending, file->pending_room * sizeof(*file->pending));
		ensure(file->pending != NULL);
	}
	struct pending *pending = &file->pending[file->pending_count++];
	*pending = (struct pending){ .offset = offset, .length = length };
	if (data == NULL)
		return;
	pending->data = malloc(length + 1);
	ensure(pending->data != NULL);
	memcpy(pending->data, data, length);
}

static void
harden(struct file *file, const struct pending *pending)
{
	if (pending->data == NULL)
		bytes_resize(&file->hard, pending->offset);
	else
		bytes_write(&file->hard, pending->offset, pending->data, pending->length);
}

/* --- losing power ------------------------------------------------ */

/* A write of which some sectors reached the disk. */
static void
harden_torn(struct disk *disk, struct file *file, const struct pending *pending)
{
	for (size_t done = 0; pending->data != NULL && done < pending->length;) {
		size_t to_edge = SECTOR_BYTES - (pending->offset + done) % SECTOR_BYTES;
		size_t left = pending->length - done;
		size_t piece = to_edge < left ? to_edge : left;
		if (simulated_random(&disk->random) % 2 == 0)
			bytes_write(&file->hard, pending->offset + done, pending->data + done,
			            piece);
		done += piece;
	}
}

static void
shuffle(struct disk *disk, struct file *file)
{
	for (size_t i = file->pending_count; i > 1; i--) {
		size_t j = simulated_random(&disk->random) % i;
		struct pending kept = file->pending[i - 1];
		file->pending[i - 1] = file->pending[j];
		file->pending[j] = kept;
	}
}

/* Everything since the last sync meets its fate: nothing of it, all of it, or any part in any order. */
static void
lose_pending(struct disk *disk, struct file *file)
{
	uint64_t fate = simulated_random(&disk->random) % 4;
	if (fate == 3)
		shuffle(disk, file);
	for (size_t i = 0; i < file->pending_count; i++) {
		uint64_t one = simulated_random(&disk->random) % 4;
		if (fate == 1 || (fate > 1 && one < 2))
			harden(file, &file->pending[i]);
		else if (fate > 1 && one == 2)
			harden_torn(disk, file, &file->pending[i]);
	}
	forget_pending(file);
}

static void
lose_unsynced(struct disk *disk, bool strict_directory)
{
	if (!strict_directory)
		sync_directory(disk);
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *file = &disk->files[i];
		if (!file->used)
			continue;
		lose_pending(disk, file);
		file->named = file->named_hard;
		if (!file->named) {
			drop_file(file);
			continue;
		}
		bytes_copy(&file->seen, &file->hard);
	}
}

void
disk_stop(struct disk *disk)
{
	disk->stopped = true;
}

void
disk_cut_power(struct disk *disk, bool strict_directory)
{
	disk->stopped = true;
	lose_unsynced(disk, strict_directory);
}

void
disk_draw_from(struct disk *disk, uint64_t seed)
{
	disk->random = seed;
}

/* Eight bytes at a time: stores are compared far more often than written. */
static uint64_t
digest_bytes(uint64_t digest, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint64_t word;
	for (; length >= sizeof(word); at += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		digest ^= digest >> 29;
	}
	for (; length > 0; at++, length--)
		digest = (digest ^ *at) * UINT64_C(0x100000001b3);
	return digest;
}

uint64_t
disk_digest(const struct disk *disk)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < FILES_MAX; i++) {
		const struct file *file = &disk->files[i];
		if (!file->used || !file->named)
			continue;
		digest = digest_bytes(digest, file->name, strlen(file->name));
		digest = digest_bytes(digest, &file->seen.length, sizeof(file->seen.length));
		digest = digest_bytes(digest, file->seen.at, file->seen.length);
	}
	return digest;
}

bool
disk_is_stopped(const struct disk *disk)
{
	return disk->stopped;
}

void
disk_start(struct disk *disk)
{
	disk->stopped = false;
	clear_graves(disk);
	for (size_t i = 0; i < FILES_MAX; i++) {
		forget_regions(&disk->files[i]);
		disk->files[i].shared_locks = 0;
		disk->files[i].exclusive = false;
	}
}

/* --- one open file: sqlite3_io_methods ------------------------------------------------ */

/* False when the act does not happen; `code` says what SQLite is told. */
static bool
may(enum disk_act act, int error, int *code)
{
	enum disk_answer answer = DISK_FINE;
	if (!mounted->stopped && mounted->plan != NULL)
		answer = mounted->plan(mounted->context, act);
	*code = SQLITE_OK;
	if (mounted->stopped || answer == DISK_FAILS)
		*code = error;
	else if (answer == DISK_IS_FULL)
		*code = SQLITE_FULL;
	return *code == SQLITE_OK;
}

static struct file *
file_of(sqlite3_file *base)
{
	return ((struct handle *)(void *)base)->file;
}

static int
does_lock(sqlite3_file *base, int level)
{
	struct handle *handle = (struct handle *)(void *)base;
	struct file *file = handle->file;
	if (level <= handle->lock)
		return SQLITE_OK;
	bool others = file->shared_locks > (handle->lock >= SQLITE_LOCK_SHARED ? 1 : 0);
	if (file->exclusive || (level == SQLITE_LOCK_EXCLUSIVE && others))
		return SQLITE_BUSY;
	if (handle->lock == SQLITE_LOCK_NONE)
		file->shared_locks++;
	file->exclusive = level == SQLITE_LOCK_EXCLUSIVE;
	handle->lock = level;
	return SQLITE_OK;
}

static int
does_unlock(sqlite3_file *base, int level)
{
	struct handle *handle = (struct handle *)(void *)base;
	if (mounted->stopped || level >= handle->lock)
		return SQLITE_OK;
	if (handle->lock == SQLITE_LOCK_EXCLUSIVE)
		handle->file->exclusive = false;
	if (level == SQLITE_LOCK_NONE)
		handle->file->shared_locks--;
	handle->lock = level;
	return SQLITE_OK;
}

static int
does_close(sqlite3_file *base)
{
	does_unlock(base, SQLITE_LOCK_NONE);
	return SQLITE_OK;
}

static int
does_read(sqlite3_file *base, void *to, int amount, sqlite3_int64 from)
{
	const struct bytes *seen = &file_of(base)->seen;
	size_t offset = (size_t)from, wanted = (size_t)amount;
	int code;
	if (!may(DISK_READ, SQLITE_IOERR_READ, &code))
		return code;
	size_t there = offset >= seen->length ? 0 : seen->length - offset;
	if (there >= wanted) {
		memcpy(to, seen->at + offset, wanted);
		return SQLITE_OK;
	}
	memset(to, 0, wanted);
	if (there > 0)
		memcpy(to, seen->at + offset, there);
	return SQLITE_IOERR_SHORT_READ;
}

static int
does_write(sqlite3_file *base, const void *data, int amount, sqlite3_int64 to)
{
	int code;
	if (!may(DISK_WRITE, SQLITE_IOERR_WRITE, &code))
		return code;
	bytes_write(&file_of(base)->seen, (size_t)to, data, (size_t)amount);
	add_pending(file_of(base), (size_t)to, data, (size_t)amount);
	return SQLITE_OK;
}

static int
does_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	int code;
	if (!may(DISK_TRUNCATE, SQLITE_IOERR_TRUNCATE, &code))
		return code;
	bytes_resize(&file_of(base)->seen, (size_t)size);
	add_pending(file_of(base), (size_t)size, NULL, 0);
	return SQLITE_OK;
}

/* A failed sync may have thrown away what it should have kept, and nobody will hear of it again. */
static void
fail_sync(struct file *file)
{
	if (!mounted->stopped && simulated_random(&mounted->random) % 2 == 0)
		forget_pending(file);
}

static int
does_sync(sqlite3_file *base, int flags)
{
	struct file *file = file_of(base);
	int code;
	(void)flags;
	if (!may(DISK_SYNC, SQLITE_IOERR_FSYNC, &code)) {
		fail_sync(file);
		return code;
	}
	for (size_t i = 0; i < file->pending_count; i++)
		harden(file, &file->pending[i]);
	forget_pending(file);
	if (file->is_journal)
		sync_directory(mounted);
	return SQLITE_OK;
}

static int
does_size(sqlite3_file *base, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)file_of(base)->seen.length;
	return SQLITE_OK;
}

static int
does_reserved(sqlite3_file *base, int *reserved)
{
	(void)base;
	*reserved = 0;
	return SQLITE_OK;
}

static int
does_control(sqlite3_file *base, int operation, void *argument)
{
	(void)base;
	(void)operation;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int
does_sector(sqlite3_file *base)
{
	(void)base;
	return 4096;
}

static int
does_traits(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int
does_map(sqlite3_file *base, int region, int size, int extend, void volatile **at)
{
	struct file *file = file_of(base);
	*at = NULL;
	if (mounted->stopped)
		return SQLITE_IOERR_SHMMAP;
	ensure(size == SHARED_REGION_BYTES && region < SHARED_REGIONS_MAX);
	if (file->regions[region] == NULL && extend != 0) {
		file->regions[region] = calloc(1, SHARED_REGION_BYTES);
		ensure(file->regions[region] != NULL);
	}
	*at = file->regions[region];
	return SQLITE_OK;
}

static int
does_map_lock(sqlite3_file *base, int offset, int count, int flags)
{
	(void)base;
	(void)offset;
	(void)count;
	(void)flags;
	return SQLITE_OK;
}

static void
does_barrier(sqlite3_file *base)
{
	(void)base;
}

static int
does_unmap(sqlite3_file *base, int remove)
{
	if (remove != 0)
		forget_regions(file_of(base));
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = does_close,
	.xRead = does_read,
	.xWrite = does_write,
	.xTruncate = does_truncate,
	.xSync = does_sync,
	.xFileSize = does_size,
	.xLock = does_lock,
	.xUnlock = does_unlock,
	.xCheckReservedLock = does_reserved,
	.xFileControl = does_control,
	.xSectorSize = does_sector,
	.xDeviceCharacteristics = does_traits,
	.xShmMap = does_map,
	.xShmLock = does_map_lock,
	.xShmBarrier = does_barrier,
	.xShmUnmap = does_unmap,
};

/* --- the file system: sqlite3_vfs ------------------------------------------------ */

static int
does_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *base, int flags, int *flags_out)
{
	enum { JOURNALS = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL };
	struct handle *handle = (struct handle *)(void *)base;
	int code;
	(void)vfs;
	base->pMethods = NULL;
	if (!may(DISK_OPEN, SQLITE_CANTOPEN, &code))
		return code;
	handle->file = find_named(mounted, name);
	handle->lock = SQLITE_LOCK_NONE;
	if (handle->file == NULL && (flags & SQLITE_OPEN_CREATE) == 0)
		return SQLITE_CANTOPEN;
	if (handle->file == NULL) {
		handle->file = make_file(mounted, name);
		handle->file->is_journal = (flags & JOURNALS) != 0;
	}
	base->pMethods = &methods;
	if (flags_out != NULL)
		*flags_out = flags;
	return SQLITE_OK;
}

static int
does_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct file *file = find_named(mounted, name);
	int code;
	(void)vfs;
	if (!may(DISK_DELETE, SQLITE_IOERR_DELETE, &code))
		return code;
	if (file == NULL)
		return SQLITE_IOERR_DELETE_NOENT;
	file->named = false;
	forget_regions(file);
	if (sync != 0)
		sync_directory(mounted);
	else if (!file->named_hard)
		drop_file(file);
	return SQLITE_OK;
}

static int
does_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
	const struct file *file = find_named(mounted, name);
	(void)vfs;
	*result = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->seen.length > 0);
	return SQLITE_OK;
}

static int
does_full_name(sqlite3_vfs *vfs, const char *name, int room, char *full)
{
	(void)vfs;
	return text_copy(full, (size_t)room, name) ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
does_random(sqlite3_vfs *vfs, int count, char *bytes)
{
	(void)vfs;
	for (int i = 0; i < count; i++)
		bytes[i] = (char)simulated_random(&mounted->random);
	return count;
}

static int
does_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return microseconds;
}

static int
does_time(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
	(void)vfs;
	*now = INT64_C(212667984000000); /* no query of ours asks SQLite for the time */
	return SQLITE_OK;
}

void
disk_mount(struct disk *disk)
{
	static sqlite3_vfs vfs = {
		.iVersion = 2,
		.szOsFile = (int)sizeof(struct handle),
		.mxPathname = 512,
		.zName = "simulated",
		.xOpen = does_open,
		.xDelete = does_delete,
		.xAccess = does_access,
		.xFullPathname = does_full_name,
		.xRandomness = does_random,
		.xSleep = does_sleep,
		.xCurrentTimeInt64 = does_time,
	};
	mounted = disk;
	ensure(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
	sqlite3_randomness(0, NULL); /* the same seed, the same run */
}

/* --- birth, death, copies ------------------------------------------------ */

struct disk *
disk_new(uint64_t seed, disk_plan *plan, void *context)
{
	struct disk *disk = calloc(1, sizeof(*disk));
	ensure(disk != NULL);
	disk->random = seed;
	disk->plan = plan;
	disk->context = context;
	return disk;
}

void
disk_free(struct disk *disk)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		drop_file(&disk->files[i]);
	clear_graves(disk);
	if (mounted == disk)
		mounted = NULL;
	free(disk);
}

struct disk_image *
disk_copy(const struct disk *disk)
{
	struct disk_image *image = calloc(1, sizeof(*image));
	ensure(image != NULL);
	for (size_t i = 0; i < FILES_MAX; i++) {
		const struct file *file = &disk->files[i];
		if (!file->used || !file->named)
			continue;
		ensure(text_copy(image->files[image->count].name, NAME_SIZE, file->name));
		bytes_copy(&image->files[image->count++].bytes, &file->seen);
	}
	return image;
}

bool
disk_save(const struct disk *disk, const char *folder)
{
	bool ok = true;
	for (size_t i = 0; i < FILES_MAX; i++) {
		const struct file *file = &disk->files[i];
		char path[512];
		if (!file->used || !file->named ||
		    !text_format(path, sizeof(path), "%s/%s", folder, file->name))
			continue;
		FILE *out = fopen(path, "wb");
		ok = out != NULL && ok;
		if (out == NULL)
			continue;
		ok = fwrite(file->seen.at, 1, file->seen.length, out) == file->seen.length && ok;
		ok = fclose(out) == 0 && ok;
	}
	return ok;
}

void
disk_image_free(struct disk_image *image)
{
	if (image == NULL)
		return;
	for (size_t i = 0; i < image->count; i++)
		bytes_free(&image->files[i].bytes);
	free(image);
}

static bool
ends_in(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = suffix == NULL ? length + 1 : strlen(suffix);
	return tail <= length && text_equal(name + length - tail, suffix);
}

void
disk_restore(struct disk *disk, const struct disk_image *image, const char *except_suffix)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (disk->files[i].used && !ends_in(disk->files[i].name, except_suffix))
			drop_file(&disk->files[i]);
	for (size_t i = 0; i < image->count; i++) {
		if (ends_in(image->files[i].name, except_suffix))
			continue;
		struct file *file = make_file(disk, image->files[i].name);
		file->named_hard = true;
		bytes_copy(&file->seen, &image->files[i].bytes);
		bytes_copy(&file->hard, &image->files[i].bytes);
	}
}
