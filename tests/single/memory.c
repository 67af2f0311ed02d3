/*
 * The border of the bot's own code, and its allocations.
 *
 * The linker leads the calls that enter the program through here (--wrap, tests/suites.mk),
 * and the program's calls for memory too: its library is linked with malloc and the like
 * renamed, the rooms of the simulation are not.  What the bot calls back (the world, the
 * simulated disk, the clock) is outside of it.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "tests/single/single.h"

static int depth; /* of bot code on the stack; 0: the world's turn */

bool
memory_is_bots(void)
{
	return depth > 0;
}

int
memory_leave(void)
{
	int left = depth;
	depth = 0;
	return left;
}

void
memory_back(int left)
{
	depth = left;
}

static void
enter(void)
{
	if (depth++ == 0 && running != NULL)
		running->entered++;
}

/* --- into the bot, and back out of it ------------------------------------------------ */

struct engine *__real_engine_new(const struct engine_setup *setup, struct why *why);
struct engine *__wrap_engine_new(const struct engine_setup *setup, struct why *why);
bool __real_engine_turn(struct engine *engine, struct why *why);
bool __wrap_engine_turn(struct engine *engine, struct why *why);
enum engine_received __real_engine_receive(struct engine *engine,
                                           const struct http_request *request,
                                           engine_acknowledge *acknowledge, void *context,
                                           struct why *why);
enum engine_received __wrap_engine_receive(struct engine *engine,
                                           const struct http_request *request,
                                           engine_acknowledge *acknowledge, void *context,
                                           struct why *why);
void __real_engine_call_ended(struct engine *engine, int64_t ticket,
                              const struct engine_call_end *end);
void __wrap_engine_call_ended(struct engine *engine, int64_t ticket,
                              const struct engine_call_end *end);
struct store *__real_store_open(const char *path, enum store_access access, struct why *why);
struct store *__wrap_store_open(const char *path, enum store_access access, struct why *why);
bool __real_store_commit(struct store *store, struct why *why);
bool __wrap_store_commit(struct store *store, struct why *why);

static struct engine_io outside; /* what the scene gave the engine of the world */

static bool
start_outside(void *context, const struct http_request *request, const struct engine_call *call,
              int64_t ticket, struct why *why)
{
	int left = memory_leave();
	bool ok = outside.start(context, request, call, ticket, why);
	memory_back(left);
	return ok;
}

struct engine *
__wrap_engine_new(const struct engine_setup *setup, struct why *why)
{
	struct engine_setup guarded = *setup;
	outside = setup->io;
	guarded.io.start = start_outside;
	enter();
	struct engine *engine = __real_engine_new(&guarded, why);
	depth--;
	return engine;
}

bool
__wrap_engine_turn(struct engine *engine, struct why *why)
{
	enter();
	bool ok = __real_engine_turn(engine, why);
	depth--;
	return ok;
}

enum engine_received
__wrap_engine_receive(struct engine *engine, const struct http_request *request,
                      engine_acknowledge *acknowledge, void *context, struct why *why)
{
	if (running != NULL && running->live) {
		ensure(running->unheard_count < UNHEARD_MAX);
		struct http_request *kept = &running->unheard[running->unheard_count++];
		http_request_init(kept);
		kept->method = request->method;
		buffer_add_text(&kept->url, buffer_text(&request->url));
		buffer_add(&kept->body, buffer_text(&request->body), request->body.length);
		for (size_t i = 0; i < request->headers.count; i++)
			http_header_add(&kept->headers, request->headers.list[i].name,
			                request->headers.list[i].value);
	}
	enter();
	enum engine_received received =
		__real_engine_receive(engine, request, acknowledge, context, why);
	depth--;
	return received;
}

void
__wrap_engine_call_ended(struct engine *engine, int64_t ticket, const struct engine_call_end *end)
{
	enter();
	__real_engine_call_ended(engine, ticket, end);
	depth--;
}

struct store *
__wrap_store_open(const char *path, enum store_access access, struct why *why)
{
	enter();
	struct store *store = __real_store_open(path, access, why);
	depth--;
	return store;
}

bool
__wrap_store_commit(struct store *store, struct why *why)
{
	if (point(running, MISHAP_COMMIT_KILL))
		run_dies();
	bool ok = __real_store_commit(store, why);
	if (point(running, MISHAP_COMMITTED_KILL))
		run_dies();
	return ok;
}

/* --- memory ------------------------------------------------ */

/* What the program takes for jansson is counted as jansson's. */
static bool for_jansson, starved;

void *program_malloc(size_t size);
void *program_calloc(size_t count, size_t size);
void *program_realloc(void *old, size_t size);
char *program_strdup(const char *text);

void *
program_malloc(size_t size)
{
	if (for_jansson)
		return starved ? NULL : malloc(size);
	return point(running, MISHAP_MEMORY_OURS) ? NULL : malloc(size);
}

void *
program_calloc(size_t count, size_t size)
{
	return point(running, MISHAP_MEMORY_OURS) ? NULL : calloc(count, size);
}

void *
program_realloc(void *old, size_t size)
{
	return point(running, MISHAP_MEMORY_OURS) ? NULL : realloc(old, size);
}

char *
program_strdup(const char *text)
{
	return point(running, MISHAP_MEMORY_OURS) ? NULL : strdup(text);
}

/* What the program gave jansson to take memory with. */
static void *(*jansson_takes)(size_t size);

static void *
jansson_malloc(size_t size)
{
	starved = point(running, MISHAP_MEMORY_JSON);
	for_jansson = true;
	void *taken = jansson_takes(size);
	for_jansson = false;
	if (starved)
		promise_broken(&running->sim, "memory", "jansson goes on without it");
	starved = false;
	return taken;
}

static sqlite3_mem_methods plain;

static void *
sqlite_malloc(int size)
{
	return point(running, MISHAP_MEMORY_SQLITE) ? NULL : plain.xMalloc(size);
}

static void *
sqlite_realloc(void *old, int size)
{
	return point(running, MISHAP_MEMORY_SQLITE) ? NULL : plain.xRealloc(old, size);
}

/* An invariant of the program's was broken: that is how it ends when it has no memory. */
static void
aborted(int signal_number)
{
	for_jansson = starved = false;
	if (memory_is_bots() && running != NULL && running->live)
		run_dies();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

void
memory_prepare(void)
{
	sqlite3_mem_methods ours;
	json_free_t gives;
	ensure(sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK);
	ensure(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain) == SQLITE_OK);
	ours = plain;
	ours.xMalloc = sqlite_malloc;
	ours.xRealloc = sqlite_realloc;
	ensure(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK);
	json_get_alloc_funcs(&jansson_takes, &gives);
	json_set_alloc_funcs(jansson_malloc, gives);
	signal(SIGABRT, aborted);
}
