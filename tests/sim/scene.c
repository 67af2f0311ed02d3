/*
 * The host of a scene: it plays the loop, the HTTP client and the HTTP server.
 */
#include "tests/sim/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/text.h"
#include "tests/test.h"

#define BASE_URL    "http://sandbox.example"
#define WEBHOOK_URL "http://bot.example/webhooks/zapi/secret"

/* --- what the engine sees of the world ------------------------------------------------ */

static uint64_t seeded; /* state of the scene's random bytes: one scene at a time */

static void
seeded_random(void *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		((uint8_t *)bytes)[i] = (uint8_t)simulated_random(&seeded);
}

static int64_t
now_ms(void *context)
{
	const struct scene *scene = context;
	return scene->now_ms + scene->skew_ms;
}

static int64_t
now_us(void *context)
{
	return now_ms(context) * 1000;
}

static void
random_bytes(void *context, void *bytes, size_t count)
{
	(void)context;
	seeded_random(bytes, count);
}

/* The request as the provider sees it. */
static void
execute(struct scene *scene, const struct http_request *request, struct simulated *answer)
{
	struct http_request below = *request;
	buffer_init(&below.url, request->url.ceiling);
	ensure(text_starts_with(buffer_text(&request->url), BASE_URL));
	buffer_add_text(&below.url, buffer_text(&request->url) + strlen(BASE_URL));
	sandbox_answer(&scene->sandbox, &below, scene->now_ms, answer);
	buffer_free(&below.url);
	if (scene->ways.executed != NULL)
		scene->ways.executed(scene->ways.context, request, answer);
}

static void
die(struct scene *scene)
{
	scene->dead = true;
	if (scene->ways.disk != NULL)
		disk_stop(scene->ways.disk);
}

/* The provider answers at once in its own books; the answer is on its way for a while. */
static void
fly(struct scene *scene, const struct http_request *request, const struct engine_call *call,
    int64_t ticket, const struct passage *passage)
{
	struct scene_call *flight = &scene->calls[scene->call_count++];
	*flight = (struct scene_call){ .ticket = ticket };
	simulated_init(&flight->answer);
	if (passage->repeated) {
		execute(scene, request, &flight->answer);
		simulated_free(&flight->answer);
		simulated_init(&flight->answer);
	}
	if (!passage->unheard)
		execute(scene, request, &flight->answer);
	bool answers = !passage->unheard || passage->spoil != NULL;
	if (passage->spoil != NULL && !flight->answer.lost)
		passage->spoil(scene->ways.context, &flight->answer);
	flight->lost = flight->answer.lost || passage->lost || !answers;
	flight->due_ms = scene->now_ms + 20 + flight->answer.delay_ms + passage->delay_ms;
	if (flight->lost || flight->due_ms > scene->now_ms + call->timeout_ms) {
		flight->lost = true;
		flight->due_ms = scene->now_ms + call->timeout_ms;
	}
}

static bool
start(void *context, const struct http_request *request, const struct engine_call *call,
      int64_t ticket, struct why *why)
{
	struct scene *scene = context;
	struct passage passage = { 0 };
	if (scene->dead)
		return true; /* nobody is there to hear of it */
	if (scene->call_count == SCENE_CALLS_MAX)
		return why_set(why, "too many calls in the scene");
	if (scene->ways.depart != NULL)
		scene->ways.depart(scene->ways.context, request, call, &passage);
	if (scene->dead)
		return true;
	if (passage.refused)
		return why_set(why, "connection refused");
	if (passage.killed_here || passage.killed_then)
		die(scene);
	if (!passage.killed_here)
		fly(scene, request, call, ticket, &passage);
	return true;
}

/* --- birth and death ------------------------------------------------ */

static bool
start_engine(struct scene *scene, struct why *why)
{
	const struct engine_setup setup = {
		.store = scene->store,
		.vault = scene->vault,
		.settings = &scene->settings,
		.lexicon = scene->language->lexicon,
		.phrasebook = &scene->language->phrasebook,
		.receipts_key = scene->receipts_key,
		.log_key = scene->log_key,
		.sandbox = true,
		.io = { .context = scene,
		        .now_ms = now_ms,
		        .now_us = now_us,
		        .random = random_bytes,
		        .start = start },
	};
	scene->engine = engine_new(&setup, why);
	return scene->engine != NULL;
}

static void
make_keys(struct scene *scene)
{
	uint8_t bytes[DATA_KEY_BYTES];
	seeded_random(bytes, sizeof(bytes));
	scene->vault = vault_new(bytes);
	seeded_random(bytes, KEY_BYTES);
	scene->receipts_key = signing_key_new(KEY_USE_RECEIPTS, bytes);
	seeded_random(bytes, KEY_BYTES);
	scene->log_key = signing_key_new(KEY_USE_LOG, bytes);
}

static void
store_path(const struct scene *scene, char path[128])
{
	ensure(text_format(path, 128, "%s/estorno.db", scene->folder));
}

/* The words of the languages are the same in every scene of a process. */
static const struct language_pack *
language(void)
{
	static struct language_pack pack;
	static bool loaded;
	struct why why = { "" };
	if (!loaded && !language_load(&pack, &why))
		fail_msg("%s", why.text);
	loaded = true;
	return &pack;
}

/* A new store.  On a simulated disk it is a copy of one that was made by the same code: making it takes
 * longer than the rest of a short story. */
static struct store *
make_store(struct scene *scene, struct why *why)
{
	static struct disk_image *made;
	char path[128];
	struct disk *disk = scene->ways.disk;
	store_path(scene, path);
	if (disk == NULL)
		return store_create(path, scene->now_ms, why);
	if (made == NULL) {
		struct disk *new = disk_new(1, NULL, NULL);
		disk_mount(new);
		struct store *store = store_create(path, scene->now_ms, why);
		if (store == NULL)
			return NULL;
		store_close(store);
		made = disk_copy(new);
		disk_free(new);
	}
	disk_mount(disk);
	disk_restore(disk, made, NULL);
	return store_open(path, STORE_READ_WRITE, why);
}

struct scene *
scene_new_with(uint64_t seed, const char *settings, const struct scene_ways *ways)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct why why = { "" };
	assert_non_null(scene);
	log_set_level(getenv("SCENE_LOG") != NULL ? LOG_DEBUG : LOG_ERROR);
	seeded = seed;
	scene->now_ms = SCENE_BEGINS_MS;
	if (ways != NULL)
		scene->ways = *ways;
	if (scene->ways.disk == NULL) {
		ensure(text_copy(scene->folder, sizeof(scene->folder),
		                 "/tmp/estorno-scene-XXXXXX"));
		assert_non_null(mkdtemp(scene->folder));
	}
	if (!settings_read(settings == NULL ? "" : settings, &scene->settings, &why))
		fail_msg("%s", why.text);
	scene->language = language();
	make_keys(scene);
	scene->store = make_store(scene, &why);
	if (scene->store == NULL)
		fail_msg("store: %s", why.text);
	assert_true(sandbox_open(&scene->sandbox, seed, WEBHOOK_URL, scene->now_ms));
	if (!sandbox_equip(&scene->sandbox, BASE_URL, scene->store, scene->vault, seeded_random,
	                   scene->now_ms, &why))
		fail_msg("sandbox: %s", why.text);
	if (!start_engine(scene, &why))
		fail_msg("engine: %s", why.text);
	return scene;
}

struct scene *
scene_new(uint64_t seed, const char *settings)
{
	return scene_new_with(seed, settings, NULL);
}

static void
forget_calls(struct scene *scene)
{
	for (size_t i = 0; i < scene->call_count; i++)
		simulated_free(&scene->calls[i].answer);
	scene->call_count = 0;
}

static void
remove_file(const struct scene *scene, const char *name)
{
	char path[128];
	ensure(text_format(path, sizeof(path), "%s/%s", scene->folder, name));
	unlink(path);
}

void
scene_free(struct scene *scene)
{
	scene_stop(scene);
	for (size_t i = 0; i < scene->post_count; i++)
		http_request_free(&scene->posts[i].request);
	vault_free(scene->vault);
	signing_key_free(scene->receipts_key);
	signing_key_free(scene->log_key);
	sandbox_close(&scene->sandbox);
	if (scene->folder[0] != '\0') {
		remove_file(scene, "estorno.db");
		remove_file(scene, "estorno.db-wal");
		remove_file(scene, "estorno.db-shm");
		remove_file(scene, "estorno.db.lock");
		rmdir(scene->folder);
	}
	free(scene);
}

void
scene_stop(struct scene *scene)
{
	scene->dead = true;
	if (scene->ways.disk != NULL)
		disk_stop(scene->ways.disk);
	engine_free(scene->engine);
	scene->engine = NULL;
	forget_calls(scene);
	store_close(scene->store);
	scene->store = NULL;
}

bool
scene_start(struct scene *scene, struct why *why)
{
	char path[128];
	store_path(scene, path);
	if (scene->ways.disk != NULL)
		disk_start(scene->ways.disk);
	scene->store = store_open(path, STORE_READ_WRITE, why);
	scene->dead = scene->store == NULL || !start_engine(scene, why);
	if (scene->dead)
		scene_stop(scene);
	return !scene->dead;
}

void
scene_restart(struct scene *scene)
{
	struct why why = { "" };
	scene_stop(scene);
	if (!scene_start(scene, &why))
		fail_msg("the bot does not start: %s", why.text);
}

/* --- time ------------------------------------------------ */

/* What the bot says to whoever posted: copied, since the request lives only as long as the post. */
struct posted {
	struct scene *scene;
	struct http_request request;
};

static void
acknowledge(void *context, bool durable)
{
	struct posted *posted = context;
	struct scene *scene = posted->scene;
	if (scene->ways.acknowledged != NULL && !scene->dead)
		scene->ways.acknowledged(scene->ways.context, &posted->request, durable);
	http_request_free(&posted->request);
	free(posted);
}

static void
copy_request(struct http_request *to, const struct http_request *from)
{
	http_request_init(to);
	to->method = from->method;
	buffer_add_text(&to->url, buffer_text(&from->url));
	buffer_add(&to->body, buffer_text(&from->body), from->body.length);
	for (size_t i = 0; i < from->headers.count; i++)
		http_header_add(&to->headers, from->headers.list[i].name,
		                from->headers.list[i].value);
}

/* A webhook of the Z-API simulator reaches the bot as bytes, through the real channel. */
static void
post_webhook(struct scene *scene, const struct http_request *request)
{
	struct why why = { "" };
	struct posted *posted = calloc(1, sizeof(*posted));
	ensure(posted != NULL);
	posted->scene = scene;
	copy_request(&posted->request, request);
	enum engine_received received =
		engine_receive(scene->engine, request, acknowledge, posted, &why);
	if (received == RECEIVED)
		return;
	http_request_free(&posted->request);
	free(posted);
	if (received != RECEIVED_TOO_MUCH)
		fail_msg("the bot did not take a webhook: %s", why.text);
}

/* On its way: not yet, once, or more often. */
static void
send_webhook(struct scene *scene, const struct http_request *request)
{
	int64_t delay_ms = 0;
	int copies = 1;
	if (scene->ways.post != NULL)
		copies = scene->ways.post(scene->ways.context, &delay_ms);
	for (int i = 0; i < copies && scene->post_count < SCENE_POSTS_MAX; i++) {
		struct scene_post *post = &scene->posts[scene->post_count++];
		post->due_ms = scene->now_ms + delay_ms * (i + 1);
		copy_request(&post->request, request);
	}
}

void
scene_post_again(struct scene *scene, const struct http_request *request, int64_t after_ms)
{
	if (scene->post_count == SCENE_POSTS_MAX)
		return;
	struct scene_post *post = &scene->posts[scene->post_count++];
	post->due_ms = scene->now_ms + after_ms;
	copy_request(&post->request, request);
}

static void
take_webhooks(struct scene *scene)
{
	struct http_request request;
	http_request_init(&request);
	while (zapi_callback(scene->sandbox.chats, scene->now_ms, &request)) {
		send_webhook(scene, &request);
		http_request_free(&request);
		http_request_init(&request);
	}
	http_request_free(&request);
}

static void
post_webhooks(struct scene *scene)
{
	take_webhooks(scene);
	for (size_t i = 0; i < scene->post_count;) {
		struct scene_post post = scene->posts[i];
		if (post.due_ms > scene->now_ms) {
			i++;
			continue;
		}
		memmove(&scene->posts[i], &scene->posts[i + 1],
		        (--scene->post_count - i) * sizeof(post));
		post_webhook(scene, &post.request);
		http_request_free(&post.request);
	}
}

/* The earliest call that has arrived; false when none has. */
static bool
take_call(struct scene *scene, struct scene_call *call)
{
	for (size_t i = 0; i < scene->call_count; i++) {
		if (scene->calls[i].due_ms > scene->now_ms)
			continue;
		*call = scene->calls[i];
		memmove(&scene->calls[i], &scene->calls[i + 1],
		        (--scene->call_count - i) * sizeof(*call));
		return true;
	}
	return false;
}

static void
deliver_answers(struct scene *scene)
{
	struct scene_call call;
	while (take_call(scene, &call)) {
		const struct engine_call_end end = {
			.answered = !call.lost,
			.response = &call.answer.response,
			.outcome = OUTCOME_UNKNOWN,
			.why = "no answer in time",
		};
		engine_call_ended(scene->engine, call.ticket, &end);
		simulated_free(&call.answer);
	}
}

static void
round_of_everything(struct scene *scene)
{
	struct why why = { "" };
	post_webhooks(scene);
	deliver_answers(scene);
	bool well = engine_turn(scene->engine, &why);
	if (!well && scene->ways.disk == NULL)
		fail_msg("the engine stopped: %s", why.text);
	if (!well)
		die(scene);
	if (!scene->dead && scene->ways.turned != NULL)
		scene->ways.turned(scene->ways.context);
}

static int64_t
next_due_ms(const struct scene *scene)
{
	int64_t next_ms = engine_wake_ms(scene->engine);
	if (next_ms != INT64_MAX)
		next_ms -= scene->skew_ms;
	int64_t webhook_ms = zapi_next_due_ms(scene->sandbox.chats);
	if (webhook_ms < next_ms)
		next_ms = webhook_ms;
	for (size_t i = 0; i < scene->post_count; i++)
		if (scene->posts[i].due_ms < next_ms)
			next_ms = scene->posts[i].due_ms;
	for (size_t i = 0; i < scene->call_count; i++)
		if (scene->calls[i].due_ms < next_ms)
			next_ms = scene->calls[i].due_ms;
	return next_ms;
}

void
scene_run(struct scene *scene, int64_t for_ms)
{
	enum { ROUNDS_AT_ONCE_MAX = 500 }; /* at one instant: more is a loop that never sleeps */
	int64_t until_ms = scene->now_ms + for_ms;
	int rounds = 0;
	scene->pauses = false;
	round_of_everything(scene);
	while (!scene->dead && !scene->spins && !scene->pauses) {
		int64_t next_ms = next_due_ms(scene);
		if (next_ms > until_ms)
			break;
		rounds = next_ms > scene->now_ms ? 0 : rounds + 1;
		scene->spins = rounds == ROUNDS_AT_ONCE_MAX;
		if (next_ms > scene->now_ms)
			scene->now_ms = next_ms;
		round_of_everything(scene);
	}
	if (scene->spins && scene->ways.disk == NULL)
		fail_msg("the engine is never at rest");
	if (!scene->dead && !scene->pauses)
		scene->now_ms = until_ms;
}

/* --- doing and looking ------------------------------------------------ */

void
scene_say(struct scene *scene, const char *phone, const char *text, const char *kind)
{
	struct why why = { "" };
	char id[MESSAGE_ID_SIZE];
	const struct zapi_said said = { .phone = phone, .text = text, .kind = kind, .copies = 1 };
	if (!zapi_say(scene->sandbox.chats, &said, scene->now_ms, id, sizeof(id), &why))
		fail_msg("say: %s", why.text);
}

void
scene_arm(struct scene *scene, const char *at, const char *fault, int64_t value, int64_t times)
{
	struct why why = { "" };
	json_t *wanted = json_pack("{s:s,s:s,s:I,s:I}", "at", at, "fault", fault, "value",
	                           (json_int_t)value, "times", (json_int_t)times);
	if (!sandbox_arm(&scene->sandbox, wanted, &why))
		fail_msg("arm: %s", why.text);
	json_decref(wanted);
}

const char *
scene_last_reply(struct scene *scene, const char *phone)
{
	static char text[REPLY_BYTES_MAX];
	json_t *chat = zapi_chat(scene->sandbox.chats, phone), *line;
	size_t index;
	text[0] = '\0';
	json_array_foreach (chat, index, line)
		if (text_equal(json_string_value(json_object_get(line, "from")), "shop"))
			text_copy(text, sizeof(text),
			          json_string_value(json_object_get(line, "text")));
	json_decref(chat);
	return text;
}

int64_t
scene_refunds(struct scene *scene, const char *order, const char **status)
{
	static char text[32];
	json_t *books = sandbox_books(&scene->sandbox, scene->now_ms), *payment;
	size_t index;
	int64_t count = -1;
	text[0] = '\0';
	json_array_foreach (json_object_get(books, "payments"), index, payment) {
		const char *number = json_string_value(json_object_get(payment, "order"));
		if (number == NULL || !text_equal(number, order))
			continue;
		json_t *refunds = json_object_get(payment, "refunds");
		const json_t *first = json_array_get(refunds, 0);
		count = (int64_t)json_array_size(refunds);
		if (first != NULL)
			text_copy(text, sizeof(text),
			          json_string_value(json_object_get(first, "status")));
	}
	json_decref(books);
	if (status != NULL)
		*status = text;
	return count;
}

struct look {
	const char *order;
	struct case_row row;
};

static void
keep_newest(void *context, const struct case_row *row)
{
	struct look *look = context;
	if (look->row.id[0] == '\0' && text_equal(row->order_number, look->order))
		look->row = *row;
}

static const struct case_row *
find_row(struct scene *scene, const char *order)
{
	static struct look look;
	struct why why = { "" };
	look = (struct look){ .order = order };
	store_begin(scene->store);
	store_cases(scene->store, "", 10000, keep_newest, &look);
	if (!store_commit(scene->store, &why))
		fail_msg("store: %s", why.text);
	return &look.row;
}

const char *
scene_state(struct scene *scene, const char *order)
{
	return find_row(scene, order)->state;
}

const char *
scene_reason(struct scene *scene, const char *order)
{
	return find_row(scene, order)->reason;
}
