/*
 * What goes wrong in one seed's world, and how often.
 *
 * Swarm style: each seed leaves most families of faults out and draws a rate for the
 * others, so that rare combinations meet with nothing else in their way.
 *
 * Whether the n-th chance of a family strikes follows from the seed, the family and n
 * alone.  So a run can be repeated with some of its strikes left out, and the rest of
 * them stay where they were: that is how a failing seed is shrunk.
 */
#ifndef TESTS_SIM_WEATHER_H
#define TESTS_SIM_WEATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* name, what it is, rate in 10000 when it is common */
#define FAMILIES(X)                                                         \
	/* a call of ours */                                                \
	X(REFUSED, "connection refused", 1500)                              \
	X(UNHEARD, "call lost before the provider", 1000)                   \
	X(LOST, "answer lost after the provider executed", 1500)            \
	X(LATE, "answer late", 1500)                                        \
	X(STATUS, "4xx or 5xx instead of executing", 1200)                  \
	X(STATUS_AFTER, "5xx or 409 after executing", 1000)                 \
	X(HTML, "HTML page instead of executing", 600)                      \
	X(TRUNCATED, "answer cut in the middle", 800)                       \
	X(WRONG_JSON, "JSON that means nothing", 800)                       \
	/* a webhook */                                                     \
	X(HOOK_LOST, "webhook lost", 400)                                   \
	X(HOOK_TWICE, "webhook twice", 2500)                                \
	X(HOOK_LATE, "webhook late, after later ones", 1500)                \
	/* the bot's own process and disk */                                \
	X(KILL_BEFORE_SEND, "killed before a call left", 250)               \
	X(KILL_AFTER_SEND, "killed after a call left", 250)                 \
	X(KILL_IN_DISK, "killed inside a disk operation", 25)               \
	X(POWER_ORDERED, "power cut, names of files kept", 25)              \
	X(POWER_STRICT, "power cut, unsynced names of files lost", 25)      \
	X(DISK_ERROR, "I/O error of a read or write", 10)                   \
	X(SYNC_ERROR, "I/O error of a sync", 60)                            \
	X(DISK_FULL, "disk full", 10)                                       \
	/* what providers do */                                             \
	X(PENDING, "refund or note slow", 6000)                             \
	X(NOT_DONE, "the bank does not do it", 3000)                        \
	X(REJECTED, "note rejected", 3000)                                  \
	X(STALE, "a read that does not see the latest write", 5000)         \
	X(ERP_BLOCKS, "the ERP blocks or calls it redundant", 3000)         \
	X(TOKEN_EXPIRED, "access tokens expire", 4000)                      \
	X(SAME_ID, "the bank answers a used id in another way", 7000)       \
	X(UNDELIVERED, "our message is not delivered", 2000)                \
	X(UNLINKED, "the shop's phone loses its link", 1500)                \
	/* what people do */                                                \
	X(HAND_REFUND, "a refund by hand in the bank's app", 2500)          \
	X(MED_REFUND, "a refund by the central bank's mechanism", 1500)     \
	X(NOTE_CANCELLED, "the note is cancelled at the issuer", 1500)      \
	X(MANDATE_PAUSED, "mandate paused, later resumed", 2500)            \
	X(MANDATE_REVOKED, "mandate revoked", 2000)                         \
	X(MANDATE_TAMPERED, "a limit of the mandate changed by hand", 1500) \
	X(STAFF, "staff release and deny", 6000)                            \
	X(CLOCK, "the clock jumps", 2500)                                   \
	X(KILL, "killed at some moment", 3500)                              \
	X(OLDER_STORE, "restart with an older copy of the store", 2500)

enum family {
#define X(name, text, common) FAMILY_##name,
	FAMILIES(X)
#undef X
		FAMILY_COUNT
};

const char *family_name(enum family family);
const char *family_text(enum family family);

/* One fault that struck: which chance of its family. */
struct strike {
	enum family family;
	int64_t chance;
};

enum { STRIKES_MAX = 512 };

struct weather {
	uint64_t seed;
	int64_t rates[FAMILY_COUNT]; /* in 10000 */
	int64_t chances[FAMILY_COUNT];
	bool calm; /* nothing goes wrong any more */
	size_t strike_count;
	struct strike strikes[STRIKES_MAX];
	/* When not NULL, only these strike. */
	size_t only_count;
	const struct strike *only;
};

void weather_begin(struct weather *weather, uint64_t seed);

/* Does this chance strike?  Every call is the family's next chance. */
bool weather_strikes(struct weather *weather, enum family family);

/* A number below `below` that belongs to the family's latest chance; `use` tells several apart. */
int64_t weather_draw(const struct weather *weather, enum family family, int use, int64_t below);

#endif
