/*
 * A disk in memory under SQLite, which can fail and lose power.
 *
 * It keeps two states: what the running process sees, and what would be there after the
 * power had gone.  A write is in the first at once and in the second only after a sync;
 * when the power goes, each write since the last sync has happened, or has not, or has
 * half happened, in whatever order.
 *
 * Two models of the directory: ORDERED, where a name made or removed is on disk at once,
 * and STRICT, where it is so only after the directory was synced, as POSIX allows.
 */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include <stdbool.h>
#include <stdint.h>

struct disk;

enum disk_act { DISK_OPEN, DISK_READ, DISK_WRITE, DISK_TRUNCATE, DISK_SYNC, DISK_DELETE };

enum disk_answer {
	DISK_FINE,
	DISK_FAILS,  /* an I/O error; of a sync, what it should have kept may be lost for good */
	DISK_IS_FULL /* of a write: not done */
};

/* Asked before every act.  It may call disk_stop or disk_cut_power itself; then the act does not happen. */
typedef enum disk_answer disk_plan(void *context, enum disk_act act);

/* `plan` NULL: nothing ever goes wrong. */
struct disk *disk_new(uint64_t seed, disk_plan *plan, void *context);
void disk_free(struct disk *disk);

/* SQLite's files are on this disk from now on, whatever their folder. */
void disk_mount(struct disk *disk);

/* From here on every act fails: the process that would have done it is dead. */
void disk_stop(struct disk *disk);

/* The same, and what was not synced is lost, kept or torn. */
void disk_cut_power(struct disk *disk, bool strict_directory);

/* What a power cut does to each write follows from this number from now on. */
void disk_draw_from(struct disk *disk, uint64_t seed);

/* The same for the same files as processes see them. */
uint64_t disk_digest(const struct disk *disk);
bool disk_is_stopped(const struct disk *disk);

/* Another process starts: everything that was open is closed. */
void disk_start(struct disk *disk);

/* What is on disk now, as a copy of all files. */
struct disk_image;
struct disk_image *disk_copy(const struct disk *disk);
void disk_image_free(struct disk_image *image);

/* Writes the files of the disk into a folder, for looking at them with sqlite3. */
bool disk_save(const struct disk *disk, const char *folder);

/* Puts the files of a copy in place, those whose names end in `suffix` left as they are (NULL for none). */
void disk_restore(struct disk *disk, const struct disk_image *image, const char *except_suffix);

#endif
