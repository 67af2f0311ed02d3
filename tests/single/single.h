/*
 * Every single fault: a story is played with one thing gone wrong, at every place where it
 * can go wrong, one after the other.
 *
 *	stories.c   what is played, and how it must end
 *	memory.c    where the program's own code begins and ends; its allocations
 *	points.c    the places: calls, webhooks, the disk, commits, allocations
 *	run.c       one run: deaths, starts, and the end, with faults off
 *	branch.c    the tree of runs, and which ends are known already
 *	making.c    the making of a store, cut short at every step
 *	main.c      the table
 *
 * A story runs once without a fault, and at every place it forks: the child takes the fault
 * and plays the story to its end, the parent goes on without.  So what comes before the fault
 * is played once and not once a fault.
 *
 * A bot that died leaves nothing behind but its disk and the world.  Where both are what
 * another death of the same story has left, the rest would be the same run again, and its end
 * is taken from there.
 */
#ifndef TESTS_SINGLE_SINGLE_H
#define TESTS_SINGLE_SINGLE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/sim.h"

/* name, how often it is tried at one place, what it is */
#define MISHAPS(X)                                            \
	X(READ_ERROR, 1, "a read or an open fails")           \
	X(WRITE_ERROR, 1, "a write fails")                    \
	X(DISK_FULL, 1, "the disk is full")                   \
	X(SYNC_ERROR, 2, "a sync fails")                      \
	X(DISK_KILL, 1, "killed at the disk")                 \
	X(POWER_ORDERED, 2, "power cut, names of files kept") \
	X(POWER_STRICT, 2, "power cut, unsynced names lost")  \
	X(COMMIT_KILL, 1, "killed before a commit")           \
	X(COMMITTED_KILL, 1, "killed after a commit")         \
	X(MEMORY_OURS, 1, "no memory for us")                 \
	X(MEMORY_JSON, 1, "no memory for jansson")            \
	X(MEMORY_SQLITE, 1, "no memory for SQLite")           \
	X(REFUSED, 1, "connection refused")                   \
	X(LOST_BEFORE, 1, "call lost before the provider")    \
	X(LOST_AFTER, 1, "answer lost")                       \
	X(STATUS_BEFORE, 1, "503 instead of executing")       \
	X(STATUS_AFTER, 1, "500 after executing")             \
	X(TRUNCATED, 3, "answer cut in the middle")           \
	X(SEND_KILL, 1, "killed before a call left")          \
	X(SENT_KILL, 1, "killed after a call left")           \
	X(HOOK_LOST, 1, "webhook lost")                       \
	X(HOOK_TWICE, 1, "webhook twice")

enum mishap {
#define X(name, tries, text) MISHAP_##name,
	MISHAPS(X)
#undef X
		MISHAP_COUNT
};

const char *mishap_name(enum mishap kind);
const char *mishap_text(enum mishap kind);
int mishap_tries(enum mishap kind);

/* --- stories.c --- */

enum { STORY_CUSTOMERS_MAX = 2 };

struct ending {
	const char *state, *reason;
	int64_t refunds;  /* in the bank's books */
	int64_t returned; /* of these, carried out */
	int64_t safe;     /* receipts that say so */
};

struct story {
	const char *name;
	const char *at, *fault; /* armed at a provider from the start; NULL for nothing */
	bool restarts;          /* the bot is killed while it pays */
	struct {
		const char *phone, *order, *answer;
		struct ending ending;
	} customers[STORY_CUSTOMERS_MAX];
};

extern const struct story stories[];
extern const size_t story_count;

/* How a run ended for its customers. */
enum rest { REST_NONE, REST_PLANNED, REST_HELD, REST_FAILED };

struct run;
void story_begin(struct run *run);
enum rest story_end(struct run *run);

/* --- run.c --- */

enum { UNHEARD_MAX = 64 };

struct run {
	struct sim sim; /* first: what the rooms of the simulation know */
	const struct story *story;
	enum mishap kind;
	int64_t wanted; /* only this one, without forking; 0: all of them */
	int wanted_try;
	int64_t count;  /* places of this kind so far */
	int64_t step;   /* of the places that are many, one in so many */
	bool live;      /* the story has begun */
	uint64_t alike; /* the state in which the latest place was */
	enum rest alike_rest;
	bool hit;
	int try; /* the one that was hit with */
	uint64_t entered, hit_when_entered;
	int64_t disk_acts;
	uint64_t digest; /* of everything that went to the world and came from it */
	int64_t answers[STORY_CUSTOMERS_MAX];
	bool was_killed; /* by the story */
	sigjmp_buf death;
	size_t unheard_count; /* posts that nobody has answered yet */
	struct http_request unheard[UNHEARD_MAX];
};

extern struct run *running;

/* Of the many places of the disk and of memory only one in `step` is tried. */
void run_set_step(int64_t step);

/* Plays from the beginning.  In a child of branch() it does not come back. */
enum rest run_play(const struct story *story, enum mishap kind, int64_t wanted, int wanted_try,
                   int64_t *count, char words[BROKEN_SIZE]);

/* The bot is gone at this very place; nothing of it runs any more. */
_Noreturn void run_dies(void);
/* What a death at this very place leaves, told apart without looking into the disk. */
uint64_t run_place(const struct run *run);
void run_digest(struct run *run, const void *bytes, size_t length);

/* --- memory.c --- */

void memory_prepare(void);
bool memory_is_bots(void);
/* What the bot calls back is not its code: gives what must be given to memory_back. */
int memory_leave(void);
void memory_back(int depth);

/* --- points.c --- */

/* Does it go wrong here? */
bool point(struct run *run, enum mishap kind);
void points_ways(struct run *run, struct scene_ways *ways);
void points_unheard(struct run *run);

/* --- branch.c --- */

enum { WORDS_SHOWN_MAX = 20 };

struct tally {
	int64_t places, held, failed;
};

void branch_prepare(void);
/* True in the child, which has been hit. */
bool branch(struct run *run);
/* The child's end. */
_Noreturn void branch_end(struct run *run, enum rest rest);
/* The end that follows from what the bot has left, when it is known; else it is the caller's to find out. */
enum rest branch_known(uint64_t state);
struct tally *branch_tally(size_t story, enum mishap kind);
void branch_fails(size_t story, enum mishap kind, int64_t place, int try, const char *words);
void branch_report(int64_t *passed, int64_t *failed);

/* --- making.c --- */

void making_all(int64_t *passed, int64_t *failed);

#endif
