/*
 * The real binary, pushed over its edges from outside, over loopback:
 *
 *	slow senders            are told 408, and the shop goes on
 *	bodies without measure  are refused before they are read
 *	ten thousand idlers     lose their places, oldest first
 *	a provider gone mad     costs its own orders time, and nobody else anything
 *
 * Each time a customer is refunded meanwhile, from complaint to receipt; and at the end
 * the program has never had more memory than BOT_KB_MAX, which a buffer without a ceiling
 * would have broken.  Nothing here asserts on speed: what is waited for may take
 * STAGE_WAIT_MS.
 *
 *	build/tests/limits BINARY
 */
#include "tests/test.h"

#include <sys/resource.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/clock.h"
#include "tests/limits/between.h"
#include "tests/raw_socket.h"
#include "tests/stories/program.h"
#include "tests/stories/stage.h"

enum {
	SLOW_COUNT = 40,
	IDLE_COUNT = 10000,
	ORDER_CENTS = 4200,
#if defined(__SANITIZE_ADDRESS__)
	BOT_KB_MAX = 1200 * 1024 /* the sanitizer keeps what was freed */
#else
	BOT_KB_MAX = 200 * 1024
#endif
};

static struct stage stage;
static const char *binary;
static char folder[64];
static struct between *between;
static int shop_port;

/* --- the shop ----------------------------------------------------------------------------------- */

static json_t *
ask_shop(const char *path, json_t *body)
{
	struct why why = { "" };
	int status;
	json_t *answer = stage_ask(&stage, path, body, &status, &why);
	if (status != 200)
		fail_msg("%s: %d %s", path, status, why.text);
	json_decref(body);
	return answer;
}

static int
port_of(const char *url)
{
	return (int)strtol(strrchr(url, ':') + 1, NULL, 10);
}

/* The ERP is reached through `between` from now on. */
static void
put_between(void)
{
	char path[STAGE_PATH_SIZE];
	json_t *told = ask_shop("/sandbox/webhook", NULL);
	between = between_start(port_of(json_text_at(told, "providers")));
	stage_path(&stage, "omie.json", path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
	        "{\"base_url\":\"http://127.0.0.1:%d/omie\",\"app_key\":\"%s\","
	        "\"app_secret\":\"%s\"}",
	        between->port, json_text_at(told, "omie_app_key"),
	        json_text_at(told, "omie_app_secret"));
	fclose(file);
	json_decref(told);
	const char *const words[] = { "connect", "omie", "--role", "read", "--file", path, NULL };
	if (stage_run(&stage, words) != 0)
		fail_msg("connect: %s", stage_said(&stage, "err"));
}

static int
open_shop(void **state)
{
	struct why why = { "" };
	(void)state;
	ensure(text_copy(folder, sizeof(folder), "/tmp/estorno-limits-XXXXXX"));
	assert_non_null(mkdtemp(folder));
	stage.binary = binary;
	ensure(text_copy(stage.folder, sizeof(stage.folder), folder));
	stage_configure(&stage, "request_seconds = 1");
	stage_configure(&stage, "call_timeout_seconds = 2");
	if (!stage_start(&stage, &why))
		fail_msg("%s\n%s", why.text, stage_said(&stage, "log"));
	shop_port = port_of(stage.url);
	put_between();
	return 0;
}

/* It must have lived through everything, and end as it is asked to. */
static int
close_shop(void **state)
{
	struct why why = { "" };
	(void)state;
	if (!stage_stop(&stage, &why)) {
		stage_kill(&stage);
		fprintf(stderr, "%s\n%s\n", why.text, stage_said(&stage, "log"));
		return 1;
	}
	const char *const words[] = { "rm", "-rf", folder, NULL };
	return program_end(program_start(words, "/dev/null", "/dev/null"), STAGE_WAIT_MS);
}

/* --- customers ---------------------------------------------------------------------------------- */

static void
phone_of(int order, char phone[24])
{
	ensure(text_format(phone, 24, "55209%08d", 70000000 + order));
}

static void
say(int order, const char *text)
{
	char phone[24];
	phone_of(order, phone);
	json_decref(ask_shop("/sandbox/say", json_pack("{s:s,s:s}", "from", phone, "text", text)));
}

/* An order of its own customer, who wants the money back. */
static void
complain(int order)
{
	char phone[24], number[16], words[64];
	phone_of(order, phone);
	ensure(text_format(number, sizeof(number), "%d", order));
	json_decref(
		ask_shop("/sandbox/orders", json_pack("{s:s,s:s,s:i}", "number", number, "phone",
	                                              phone, "amount_cents", ORDER_CENTS)));
	ensure(text_format(words, sizeof(words), "quero estorno do pedido %d, veio quebrado",
	                   order));
	say(order, words);
}

static bool
has_heard(int order, const char *words)
{
	char phone[24], path[64];
	phone_of(order, phone);
	ensure(text_format(path, sizeof(path), "/sandbox/chat?phone=%s", phone));
	json_t *chat = ask_shop(path, NULL), *line;
	size_t index;
	bool heard = false;
	json_array_foreach (chat, index, line)
		heard = heard || (text_equal(json_text_at(line, "from"), "shop") &&
		                  strstr(json_text_at(line, "text"), words) != NULL);
	json_decref(chat);
	return heard;
}

static int64_t
give_up_us(void)
{
	return clock_monotonic_us() + STAGE_WAIT_MS * INT64_C(1000);
}

static void
must_hear(int order, const char *words)
{
	int64_t until_us = give_up_us();
	while (!has_heard(order, words)) {
		if (clock_monotonic_us() > until_us)
			fail_msg("the customer of order %d never heard \"%s\"", order, words);
		pause_ms(30);
	}
}

/* From the complaint to the money, while whatever happens happens. */
static void
a_customer_is_refunded(int order)
{
	complain(order);
	must_hear(order, "Devolvo no mesmo Pix");
	say(order, "Pode sim.");
	must_hear(order, "Estorno feito: R$\u00a042,00");
}

/* --- slow senders ------------------------------------------------------------------------------- */

struct slow {
	int descriptor; /* -1: cut */
	const char *text;
	size_t sent;
	int status; /* of the answer before the end */
};

/* One more byte, unless the shop has answered. */
static void
drip(struct slow *slow)
{
	char answer[64] = "";
	if (slow->descriptor < 0)
		return;
	ssize_t got = recv(slow->descriptor, answer, sizeof(answer) - 1, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		if (slow->text[slow->sent] != '\0')
			(void)send(slow->descriptor, &slow->text[slow->sent++], 1, MSG_NOSIGNAL);
		return;
	}
	if (got > 9)
		slow->status = (int)strtol(answer + 9, NULL, 10);
	close(slow->descriptor);
	slow->descriptor = -1;
}

static int
still_open(struct slow *slow, int count)
{
	int open = 0;
	for (int i = 0; i < count; i++) {
		drip(&slow[i]);
		open += slow[i].descriptor >= 0;
	}
	return open;
}

static void
slow_senders_are_cut_while_a_customer_is_refunded(void **state)
{
	static const char head[] = "GET /healthz HTTP/1.1\r\nHost: shop\r\nX-Drip: aaaaaaaaaaaaaaaa"
				   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct slow slow[SLOW_COUNT];
	char body[512];
	(void)state;
	snprintf(body, sizeof(body),
	         "POST %s HTTP/1.1\r\nHost: shop\r\nContent-Length: 200000\r\n\r\n",
	         stage.webhook_path);
	size_t body_head = strlen(body);
	memset(body + body_head, '[', sizeof(body) - body_head - 1);
	body[sizeof(body) - 1] = '\0';
	for (int i = 0; i < SLOW_COUNT; i++) {
		bool in_head = i % 2 == 0;
		slow[i] = (struct slow){ .descriptor = raw_connect(shop_port),
			                 .text = in_head ? head : body };
		assert_true(slow[i].descriptor >= 0);
		if (!in_head) {
			assert_true(raw_send_bytes(slow[i].descriptor, body, body_head));
			slow[i].sent = body_head;
		}
	}
	assert_int_equal(still_open(slow, SLOW_COUNT), SLOW_COUNT);
	complain(8801);
	int64_t until_us = give_up_us();
	while (still_open(slow, SLOW_COUNT) > 0 && clock_monotonic_us() < until_us)
		pause_ms(20);
	for (int i = 0; i < SLOW_COUNT; i++)
		assert_int_equal(slow[i].status, 408);
	must_hear(8801, "Devolvo no mesmo Pix");
	say(8801, "Pode sim.");
	must_hear(8801, "Estorno feito");
}

/* --- bodies without measure --------------------------------------------------------------------- */

/* The whole answer to these bytes; the rest of the body is never sent. */
static void
must_answer(const char *bytes, size_t length, int status, const char *words)
{
	static struct raw_message answer;
	int descriptor = raw_connect(shop_port);
	assert_true(descriptor >= 0);
	(void)raw_send_bytes(descriptor, bytes, length); /* it may be answered before its end */
	if (!raw_receive(descriptor, &answer))
		fail_msg("no answer where %d was due", status);
	assert_int_equal(answer.status, status);
	if (strstr(answer.body, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", answer.body, words);
	raw_message_free(&answer);
	close(descriptor);
}

static void
must_answer_head(const char *header, int status, const char *words)
{
	char head[512];
	ensure(text_format(head, sizeof(head), "POST %s HTTP/1.1\r\nHost: shop\r\n%s\r\n\r\n",
	                   stage.webhook_path, header));
	must_answer(head, strlen(head), status, words);
}

static void
a_body_of_a_gigabyte_or_without_an_end_is_refused_unread(void **state)
{
	char words[64];
	(void)state;
	snprintf(words, sizeof(words), "larger than %d bytes", WEBHOOK_BYTES_MAX);
	must_answer_head("Content-Length: 1073741824", 413, words);
	snprintf(words, sizeof(words), "Content-Length: %d", WEBHOOK_BYTES_MAX + 1);
	must_answer_head(words, 413, "larger than");
	must_answer_head("Content-Length: 999999999999999999999999", 400, "Bad Request");
	must_answer_head("Transfer-Encoding: chunked", 411, "needs a Content-Length");
	a_customer_is_refunded(8802);
}

static void
nested_brackets_are_refused_by_their_depth_or_their_number(void **state)
{
	enum { MILLION = 1000000 };
	static char bytes[MILLION + 512];
	(void)state;
	for (int count = 200000; count <= MILLION; count += MILLION - 200000) {
		int head = snprintf(bytes, sizeof(bytes),
		                    "POST %s HTTP/1.1\r\nHost: shop\r\nContent-Length: %d\r\n\r\n",
		                    stage.webhook_path, count);
		memset(bytes + head, '[', (size_t)count);
		must_answer(bytes, (size_t)head + (size_t)count, count == MILLION ? 413 : 400,
		            count == MILLION ? "larger than" : "nested");
	}
	a_customer_is_refunded(8803);
}

/* --- idlers ------------------------------------------------------------------------------------- */

/* As many as this machine lets us have, and says so when that is fewer. */
static int
idlers_allowed(void)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	rlim_t spare = 200;
	if (limit.rlim_cur >= IDLE_COUNT + spare)
		return IDLE_COUNT;
	printf("only %lld descriptors here: fewer than %d idlers\n", (long long)limit.rlim_cur,
	       IDLE_COUNT);
	assert_true(limit.rlim_cur > CONNECTIONS_MAX + 2 * spare);
	return (int)(limit.rlim_cur - spare);
}

static bool
is_hung_up(int descriptor)
{
	char byte;
	ssize_t got = recv(descriptor, &byte, 1, MSG_DONTWAIT);
	return got == 0 || (got < 0 && errno == ECONNRESET);
}

static void
ten_thousand_idlers_lose_their_places_and_nobody_waits_for_them(void **state)
{
	static int idlers[IDLE_COUNT];
	int count = idlers_allowed();
	int hung_up = 0;
	(void)state;
	for (int i = 0; i < count; i++) {
		idlers[i] = raw_connect(shop_port);
		assert_true(idlers[i] >= 0);
	}
	a_customer_is_refunded(8804);
	for (int i = 0; i < count; i++)
		hung_up += is_hung_up(idlers[i]);
	assert_true(hung_up >= count - CONNECTIONS_MAX);
	assert_true(is_hung_up(idlers[0])); /* the first to come is the first to go */
	for (int i = 0; i < count; i++)
		close(idlers[i]);
	char *log = stage_said(&stage, "log");
	assert_non_null(strstr(log, "http_server.full connections=1024"));
	free(log);
}

/* --- a provider gone mad ------------------------------------------------------------------------ */

static void
a_mad_provider_delays_its_own_orders_and_nobody_else(void **state)
{
	(void)state;
	for (int i = 0; i < MANNER_COUNT; i++)
		complain(FIRST_ORDER + i);
	a_customer_is_refunded(8805);
	int64_t until_us = give_up_us();
	for (int i = 0; i < MANNER_COUNT; i++) {
		while (atomic_load(&between->misbehaved[i]) < 2 && clock_monotonic_us() < until_us)
			pause_ms(20);
		assert_true(atomic_load(&between->misbehaved[i]) >= 1);
		assert_false(has_heard(FIRST_ORDER + i, "Devolvo no mesmo Pix"));
	}
	a_customer_is_refunded(8806);
	between_heal(between);
	for (int i = 0; i < MANNER_COUNT; i++)
		must_hear(FIRST_ORDER + i, "Devolvo no mesmo Pix");
}

/* --- memory ------------------------------------------------------------------------------------- */

static void
memory_stayed_bounded_through_all_of_it(void **state)
{
	char path[64];
	long most_kb = 0;
	(void)state;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)stage.process);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (char line[256]; fgets(line, sizeof(line), file) != NULL;)
		if (text_starts_with(line, "VmHWM:"))
			most_kb = strtol(line + strlen("VmHWM:"), NULL, 10);
	fclose(file);
	printf("the bot never had more than %ld kB\n", most_kb);
	assert_in_range(most_kb, 1, BOT_KB_MAX);
}

int
main(int count, char **words)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_senders_are_cut_while_a_customer_is_refunded),
		cmocka_unit_test(a_body_of_a_gigabyte_or_without_an_end_is_refused_unread),
		cmocka_unit_test(nested_brackets_are_refused_by_their_depth_or_their_number),
		cmocka_unit_test(ten_thousand_idlers_lose_their_places_and_nobody_waits_for_them),
		cmocka_unit_test(a_mad_provider_delays_its_own_orders_and_nobody_else),
		cmocka_unit_test(memory_stayed_bounded_through_all_of_it),
	};
	if (count != 2) {
		fprintf(stderr, "usage: limits BINARY\n");
		return 2;
	}
	binary = words[1];
	return cmocka_run_group_tests(tests, open_shop, close_shop);
}
