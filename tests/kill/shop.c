/*
 * The shop's life, and its end.
 *
 * It is made as people make it: `estorno init`, finance's key and mandate, one `estorno connect` after the
 * other, each with its probe.  It listens on an address of 127.0.0.0/8 that is its own, so that the port
 * it leaves behind when it dies is nobody else's before it is back.
 *
 * The next kill is chosen at birth: a moment, and how long after it.  A moment that does not come in time
 * is not waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/folder.h"
#include "tests/kill/kill.h"
#include "tests/stories/program.h"

enum {
	COMMAND_MS_MAX = 60 * 1000,
	SHOWN_BYTES_MAX = 64 * 1024,
	/* A moment that was chosen is waited for this long. */
	MOMENT_US_MAX = 250 * 1000,
	READY_US_MAX = 60 * 1000000,
	CALM_US_LEAST = 800 * 1000,
	CALM_US_MOST = 1600 * 1000
};

/* Waits of minutes are of no use here, and none of them may be zero. */
static const char settings[] = "refund_grace_seconds = 2\n"
			       "told_wait_seconds = 1\n"
			       "slow_seconds = 2\n"
			       "consent_minutes = 1\n"
			       "call_timeout_seconds = 5\n";

/* --- commands ----------------------------------------------------------------------------------------- */

static void
show_file(const struct run *run, const char *name)
{
	char path[KILL_PATH_SIZE];
	struct why why = { "" };
	run_path(run, name, path);
	char *text = file_read(path, SHOWN_BYTES_MAX, NULL, &why);
	printf("--- %s\n%s\n---\n", name, text == NULL ? why.text : text);
	fflush(stdout);
	free(text);
}

/* Its output goes into the file `out` of the round's folder.  Nothing can go on without it. */
static void
must_run(const struct run *run, const char *const words[], const char *out)
{
	char output[KILL_PATH_SIZE], errors[KILL_PATH_SIZE];
	run_path(run, out, output);
	run_path(run, "errors", errors);
	int status = program_end(program_start(words, output, errors), COMMAND_MS_MAX);
	if (status == 0)
		return;
	printf("%s %s ended with %d\n", words[0], words[1], status);
	show_file(run, "errors");
	exit(2);
}

static void
write_file(const struct run *run, const char *name, const char *text)
{
	char path[KILL_PATH_SIZE];
	run_path(run, name, path);
	FILE *file = fopen(path, "we");
	ensure(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void
read_webhook_path(struct run *run)
{
	static const char beginning[] = "/webhooks/zapi/";
	char path[KILL_PATH_SIZE];
	struct why why = { "" };
	run_path(run, "out", path);
	char *text = file_read(path, SHOWN_BYTES_MAX, NULL, &why);
	const char *at = text == NULL ? NULL : strstr(text, beginning);
	ensure(at != NULL);
	size_t length = strlen(beginning) + strspn(at + strlen(beginning), "0123456789abcdef");
	ensure(text_format(run->shop.webhook_path, sizeof(run->shop.webhook_path), "%.*s",
	                   (int)length, at));
	free(text);
}

static void
open_fifo(struct run *run)
{
	char path[KILL_PATH_SIZE];
	run_path(run, "said", path);
	ensure(mkfifo(path, 0600) == 0);
	run->shop.said = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ensure(run->shop.said >= 0);
}

void
shop_make(struct run *run)
{
	struct live_shop *shop = &run->shop;
	char data[KILL_PATH_SIZE];
	run_path(run, "data", data);
	ensure(mkdir(data, 0700) == 0);
	write_file(run, "data/estorno.conf", settings);
	must_run(run, (const char *const[]){ run->binary, "init", "--data", data, NULL }, "out");
	read_webhook_path(run);
	open_fifo(run);
	ensure(text_format(shop->url, sizeof(shop->url), "http://127.%d.%d.%d:8080",
	                   64 + (int)(getpid() >> 16 & 63), (int)(getpid() >> 8 & 255),
	                   1 + (int)(getpid() & 127)));
}

/* --- setting up ------------------------------------------------------------------------------------------ */

static void
connect_provider(const struct run *run, const char *name, const char *role, json_t *secrets)
{
	char data[KILL_PATH_SIZE], file[KILL_PATH_SIZE];
	char *text = json_dumps(secrets, JSON_COMPACT);
	run_path(run, "data", data);
	run_path(run, "secrets.json", file);
	ensure(text != NULL);
	write_file(run, "secrets.json", text);
	must_run(run,
	         (const char *const[]){ run->binary, "connect", name, "--role", role, "--file",
	                                file, "--data", data, NULL },
	         "out");
	free(text);
	json_decref(secrets);
}

static json_t *
below(const struct run *run, json_t *secrets, const char *key, const char *path)
{
	json_object_set_new(secrets, key, json_sprintf("%s%s", run->base_url, path));
	return secrets;
}

static json_t *
pix_secrets(const struct run *run, const char *id, const char *secret)
{
	json_t *secrets = json_pack("{s:s, s:s}", "client_id", id, "client_secret", secret);
	below(run, secrets, "token_url", "/pix/oauth/token");
	return below(run, secrets, "base_url", "/pix/v2");
}

static void
connect_providers(const struct run *run)
{
	const struct world_credentials *c = &run->sandbox.world->credentials;
	const struct zapi_books *chats = run->sandbox.chats;
	json_t *zapi = json_pack("{s:s, s:s, s:s}", "instance_id", zapi_instance_id(chats), "token",
	                         zapi_token(chats), "client_token", zapi_client_token(chats));
	json_t *omie =
		json_pack("{s:s, s:s}", "app_key", c->omie_key, "app_secret", c->omie_secret);
	json_t *focus = json_pack("{s:s}", "token", c->focus_token);
	connect_provider(run, "zapi", "write", below(run, zapi, "base_url", "/zapi"));
	connect_provider(run, "omie", "read", below(run, omie, "base_url", "/omie"));
	connect_provider(run, "focus", "write", below(run, focus, "base_url", "/focus"));
	connect_provider(run, "pix", "read",
	                 pix_secrets(run, c->pix_reader_id, c->pix_reader_secret));
	connect_provider(run, "pix", "write",
	                 pix_secrets(run, c->pix_writer_id, c->pix_writer_secret));
}

static void
sign_mandate(const struct run *run)
{
	char data[KILL_PATH_SIZE], key[KILL_PATH_SIZE], public[KILL_PATH_SIZE],
		mandate[KILL_PATH_SIZE];
	run_path(run, "data", data);
	run_path(run, "finance.key", key);
	run_path(run, "finance.key.pub", public);
	run_path(run, "mandate.json", mandate);
	must_run(run, (const char *const[]){ run->binary, "mandate", "keygen", key, NULL }, "out");
	must_run(run,
	         (const char *const[]){ run->binary, "mandate", "sign", "--key", key, "--id",
	                                "cm_support", "--per-refund", "500.00", "--per-order",
	                                "500.00", "--count-per-day", "100000", NULL },
	         "mandate.json");
	must_run(run,
	         (const char *const[]){ run->binary, "mandate", "trust", public, "--data", data,
	                                NULL },
	         "out");
	must_run(run,
	         (const char *const[]){ run->binary, "mandate", "install", mandate, "--data", data,
	                                NULL },
	         "out");
}

void
shop_set_up(struct run *run)
{
	pid_t parent = getpid();
	fflush(stdout);
	run->shop.setting_up = fork();
	ensure(run->shop.setting_up >= 0);
	if (run->shop.setting_up > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(2);
	sign_mandate(run);
	connect_providers(run);
	fflush(stdout);
	_exit(0);
}

/* --- birth ------------------------------------------------------------------------------------------------- */

/* The moments that matter most come more often than chance would have it. */
static void
choose_moment(struct run *run)
{
	static const struct {
		enum moment moment;
		int64_t share, delay_us_max;
	} shares[] = {
		{ MOMENT_STARTING, 15, 45000 }, { MOMENT_ANY, 42, 250000 },
		{ MOMENT_POSTED, 6, 6000 },     { MOMENT_ACCEPTED, 12, 300 },
		{ MOMENT_READING, 5, 6000 },    { MOMENT_PAYING, 10, 8000 },
		{ MOMENT_NOTING, 4, 8000 },     { MOMENT_SAYING, 6, 8000 },
	};
	struct live_shop *shop = &run->shop;
	int64_t drawn = chance(run, 0, 99);
	size_t i = 0;
	while (drawn >= shares[i].share)
		drawn -= shares[i++].share;
	shop->moment = shares[i].moment;
	shop->delay_us = chance(run, 0, shares[i].delay_us_max);
	if (run->round_kills % KILLS_BETWEEN_CALMS == KILLS_BETWEEN_CALMS - 1) {
		shop->moment = MOMENT_ANY;
		shop->delay_us = chance(run, CALM_US_LEAST, CALM_US_MOST);
	}
	if (run->phase != PHASE_KILLING)
		shop->moment = MOMENT_NEVER;
}

static void
swing_after(struct run *run, int64_t delay_us)
{
	run->shop.axe_is_set = true;
	loop_timer_set(run->shop.axe, delay_us);
}

/* What a dead one said is nobody's business. */
static void
drain(int descriptor)
{
	char bytes[512];
	while (read(descriptor, bytes, sizeof(bytes)) > 0)
		;
}

static void
be_born(void *context)
{
	struct run *run = context;
	struct live_shop *shop = &run->shop;
	char data[KILL_PATH_SIZE], said[KILL_PATH_SIZE], log[KILL_PATH_SIZE];
	run_path(run, "data", data);
	run_path(run, "said", said);
	run_path(run, "log", log);
	drain(shop->said);
	choose_moment(run);
	shop->ready = false;
	shop->axe_is_set = false;
	shop->born_us = clock_monotonic_us();
	shop->process = program_start((const char *const[]){ run->binary, "serve", "--listen",
	                                                     shop->url + strlen("http://"),
	                                                     "--data", data, NULL },
	                              said, log);
	count(run, CHECK_LIVES, 1);
	shop_moment(run, MOMENT_STARTING);
}

static void
note_ready(struct run *run, int64_t took_us)
{
	if (run->ready_count == run->ready_room) {
		run->ready_room = run->ready_room == 0 ? 1024 : 2 * run->ready_room;
		run->ready_us =
			realloc(run->ready_us, (size_t)run->ready_room * sizeof(*run->ready_us));
		ensure(run->ready_us != NULL);
	}
	run->ready_us[run->ready_count++] = took_us;
}

/* "listening on http://..." is one write, the first. */
static void
heard(void *context, int descriptor, unsigned events)
{
	struct run *run = context;
	struct live_shop *shop = &run->shop;
	char bytes[512] = "";
	(void)events;
	bool is_ready = read(descriptor, bytes, sizeof(bytes) - 1) > 0 &&
	                text_starts_with(bytes, "listening on ");
	drain(descriptor);
	if (shop->ready || shop->process == 0 || !is_ready)
		return;
	shop->ready = true;
	if (run->kills > 0)
		note_ready(run, clock_monotonic_us() - shop->born_us);
	shop_moment(run, MOMENT_ANY);
	if (shop->moment != MOMENT_NEVER && !shop->axe_is_set)
		loop_timer_set(shop->axe, MOMENT_US_MAX);
}

/* --- death --------------------------------------------------------------------------------------------------- */

void
shop_moment(struct run *run, enum moment moment)
{
	struct live_shop *shop = &run->shop;
	if (shop->process != 0 && shop->moment == moment && !shop->axe_is_set)
		swing_after(run, shop->delay_us);
}

static void
go_on(struct run *run)
{
	if (run->phase == PHASE_KILLING && run->round_kills == run->round_kills_wanted) {
		run->phase = PHASE_RESTING;
		run->rest_began_us = clock_monotonic_us();
		faults_clear(&run->sandbox.world->faults);
		faults_clear(zapi_faults(run->sandbox.chats));
	}
	loop_timer_set(run->shop.birth, chance(run, 0, 2) == 0 ? chance(run, 0, 30000) : 0);
}

static void
swing(void *context)
{
	struct run *run = context;
	struct live_shop *shop = &run->shop;
	int status = 0;
	if (shop->process == 0 || run->phase != PHASE_KILLING)
		return;
	kill(shop->process, SIGKILL);
	ensure(waitpid(shop->process, &status, 0) == shop->process);
	shop->process = 0;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		wrong(run, CHECK_LIVES, "status %d, just before it was killed", status);
		show_file(run, "log");
	}
	run->kills++;
	run->round_kills++;
	/* A moment that was not waited for any longer was any. */
	run->moments[shop->axe_is_set ? shop->moment : MOMENT_ANY]++;
	if (run->round_kills % KILLS_BETWEEN_LOOKS == 0)
		examine_dead(run);
	go_on(run);
}

static void
look_after_set_up(struct run *run)
{
	struct live_shop *shop = &run->shop;
	int status;
	if (!program_is_over(shop->setting_up, &status))
		return;
	if (status != 0) {
		printf("the shop could not be set up\n");
		exit(2);
	}
	shop->setting_up = 0;
	run->phase = PHASE_KILLING;
	shop->watch = loop_watch_add(run->loop, shop->said, LOOP_READ, heard, run);
	shop->axe = loop_timer_new(run->loop, swing, run);
	shop->birth = loop_timer_new(run->loop, be_born, run);
	ensure(shop->watch != NULL);
	be_born(run);
}

void
shop_look_after(struct run *run)
{
	struct live_shop *shop = &run->shop;
	int status;
	if (shop->setting_up != 0)
		look_after_set_up(run);
	if (shop->process == 0)
		return;
	if (program_is_over(shop->process, &status)) {
		wrong(run, CHECK_LIVES, "it ended with %d", status);
	} else if (!shop->ready && clock_monotonic_us() - shop->born_us > READY_US_MAX) {
		wrong(run, CHECK_LIVES, "it never said that it listens");
		kill(shop->process, SIGKILL);
		ensure(waitpid(shop->process, &status, 0) == shop->process);
	} else {
		return;
	}
	show_file(run, "log");
	shop->process = 0;
	loop_timer_clear(shop->axe);
	if (run->tallies[CHECK_LIVES].wrong > WRONG_SHOWN_MAX) {
		printf("it does not live\n");
		exit(1);
	}
	go_on(run);
}

void
shop_close(struct run *run)
{
	struct live_shop *shop = &run->shop;
	if (shop->process == 0)
		return;
	kill(shop->process, SIGTERM);
	int status = program_end(shop->process, COMMAND_MS_MAX);
	shop->process = 0;
	if (status == 0)
		return;
	wrong(run, CHECK_LIVES, "asked to stop, it ended with %d", status);
	show_file(run, "log");
}

void
shop_free(struct run *run)
{
	struct live_shop *shop = &run->shop;
	loop_watch_remove(shop->watch);
	loop_timer_free(shop->axe);
	loop_timer_free(shop->birth);
	close(shop->said);
	*shop = (struct live_shop){ .folder = "" };
}
