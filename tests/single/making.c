/*
 * The making of a store, cut short at every step: by a kill, an error or a power cut, in both
 * models of the directory.
 *
 * A store is made, and three things are written into it.  Afterwards either there is no store,
 * and it can be made again, or it opens; then everything that was said to be written is there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "io/query.h"
#include "io/store_file.h"
#include "tests/single/single.h"

enum cut { CUT_KILL, CUT_ERROR, CUT_FULL, CUT_POWER_ORDERED, CUT_POWER_STRICT, CUT_COUNT };

static const char *const cut_texts[CUT_COUNT] = { "killed", "I/O error", "disk full",
	                                          "power cut, names of files kept",
	                                          "power cut, unsynced names lost" };

static const char path[] = "/made/estorno.db";

struct making {
	struct disk *disk;
	enum cut cut;
	int64_t at, acts; /* the act that is cut; those that were */
	int try;
	int64_t promised; /* entries that were said to be written; -1: not even the store */
	char words[BROKEN_SIZE];
};

enum { TRIES = 2, ENTRIES = 3 };

static enum disk_answer
meets(void *context, enum disk_act act)
{
	struct making *making = context;
	if (++making->acts != making->at)
		return DISK_FINE;
	disk_draw_from(making->disk, (uint64_t)(making->at * TRIES + making->try));
	switch (making->cut) {
	case CUT_ERROR:
		return DISK_FAILS;
	case CUT_FULL:
		return act == DISK_WRITE ? DISK_IS_FULL : DISK_FINE;
	case CUT_KILL:
		disk_stop(making->disk);
		break;
	case CUT_POWER_ORDERED:
	case CUT_POWER_STRICT:
		disk_cut_power(making->disk, making->cut == CUT_POWER_STRICT);
		break;
	case CUT_COUNT:
		break;
	}
	return DISK_FINE;
}

static void
make_and_write(struct making *making)
{
	struct why why = { "" };
	struct store *store = store_create(path, 1, &why);
	making->promised = -1;
	if (store == NULL)
		return;
	making->promised = 0;
	for (int i = 0; i < ENTRIES; i++) {
		store_begin(store);
		store_audit(store, i + 2, "bot", "test.entry", "", "");
		if (!store_commit(store, &why))
			break;
		making->promised++;
	}
	store_close(store);
}

static int64_t
entries(struct store *store)
{
	struct query *q = query(store, "SELECT (SELECT count(*) FROM audit WHERE action = "
	                               "'test.entry') + 1000 * (SELECT count(*) FROM meta)");
	int64_t count = -1;
	while (query_next(q))
		count = query_get_integer(q, 0);
	return count - 1000;
}

/* As a person would: is there a store?  Then it opens; else it is made. */
static bool
comes_back(struct making *making)
{
	struct why why = { "" };
	struct store *store = store_open(path, STORE_READ_WRITE, &why);
	if (store == NULL && making->promised < 0) {
		struct why again = { "" };
		store = store_create(path, 1, &again);
		if (store == NULL) {
			snprintf(making->words, sizeof(making->words),
			         "it neither opens (%.200s) nor can be made again (%.200s)",
			         why.text, again.text);
			return false;
		}
	}
	if (store == NULL) {
		snprintf(making->words, sizeof(making->words), "it does not open: %s", why.text);
		return false;
	}
	int64_t found = entries(store), promised = making->promised < 0 ? 0 : making->promised;
	bool paused = store_money_is_paused(store);
	bool well = store_is_well(store, &why);
	store_close(store);
	if (well && found >= promised && found <= promised + 1 && !paused)
		return true;
	snprintf(making->words, sizeof(making->words),
	         "%" PRId64 " entries of %" PRId64 " are there%s%s", found, promised,
	         paused ? ", money is paused" : "", well ? "" : ", the store is not well");
	return false;
}

/* False when the act was never reached. */
static bool
cut_once(enum cut cut, int64_t at, int try, bool *ok, char words[BROKEN_SIZE])
{
	struct making making = { .cut = cut, .at = at, .try = try };
	making.disk = disk_new(1, meets, &making);
	disk_mount(making.disk);
	make_and_write(&making);
	bool reached = making.acts >= at;
	making.at = 0;
	disk_start(making.disk);
	*ok = comes_back(&making);
	memcpy(words, making.words, BROKEN_SIZE);
	disk_free(making.disk);
	return reached;
}

/* Every act, until all of it is done before. */
static void
cut_everywhere(enum cut cut, int64_t *passed, int64_t *failed)
{
	int tries = cut == CUT_POWER_ORDERED || cut == CUT_POWER_STRICT ? TRIES : 1;
	int64_t places = 0, bad = 0;
	char words[BROKEN_SIZE], first[BROKEN_SIZE] = "";
	for (bool reached = true; reached;) {
		bool all = true, ok;
		for (int try = 0; try < tries; try++) {
			reached = cut_once(cut, places + 1, try, &ok, words);
			if (!ok && first[0] == '\0')
				snprintf(first, sizeof(first), "act %" PRId64 ": %.500s",
				         places + 1, words);
			all = all && ok;
		}
		places++;
		bad += !all;
	}
	fflush(stdout);
	printf("%-14s %-38s %7" PRId64 " %7d %7" PRId64 "\n", "a new store", cut_texts[cut], places,
	       0, bad);
	if (bad != 0)
		printf("FAILED a new store, %s, %s\n", cut_texts[cut], first);
	*passed += places - bad;
	*failed += bad;
}

void
making_all(int64_t *passed, int64_t *failed)
{
	for (int cut = 0; cut < CUT_COUNT; cut++)
		cut_everywhere((enum cut)cut, passed, failed);
}
