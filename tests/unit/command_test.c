/*
 * The commands, as scripts meet them: the built program, run in a folder of its own, judged
 * by what it prints and by its exit code.
 */
#include "tests/test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/buffer.h"
#include "base/instant.h"
#include "base/json.h"
#include "cli/process.h"
#include "io/folder.h"
#include "proof/checkpoint.h"
#include "proof/disclosure.h"
#include "io/http_client.h"
#include "proof/key_text.h"
#include "proof/log_proof.h"
#include "proof/receipt.h"
#include "tests/command.h"
#include "tests/raw_socket.h"
#include "tests/sim/scene.h"

#define MARINA "5520999990101"

enum { WORDS_MAX = 24, YES = 0, NO = 1, COULD_NOT = 2 };

/* A test's own folder, in which it stands, and what the last command said. */
static char program[COMMAND_PATH_SIZE], home[COMMAND_PATH_SIZE];
static struct buffer output;
static char *errors;

/* --- running ---------------------------------------------------------------------------------- */

static int
enter_folder(void **state)
{
	(void)state;
	command_folder(home);
	assert_int_equal(chdir(home), 0);
	buffer_init(&output, 4 * 1024 * 1024);
	return 0;
}

static int
leave_folder(void **state)
{
	(void)state;
	buffer_free(&output);
	free(errors);
	errors = NULL;
	assert_int_equal(chdir("/"), 0);
	command_folder_remove(home);
	return 0;
}

/* Runs words[0] with standard input from a file (NULL: nothing). */
static int
run_words(const char *const *words, const char *input)
{
	struct why why = { "" };
	buffer_reset(&output);
	unlink("errors");
	int code = process_run(words, input, "errors", &output, &why);
	free(errors);
	errors = test_read_file("errors", NULL);
	return code;
}

/* Runs the program with these words; the last one is NULL. */
static int
estorno(const char *first, ...)
{
	const char *words[WORDS_MAX] = { program, first };
	va_list list;
	va_start(list, first);
	for (int i = 2; words[i - 1] != NULL; i++) {
		assert_true(i < WORDS_MAX);
		words[i] = va_arg(list, const char *);
	}
	va_end(list);
	return run_words(words, NULL);
}

static void
write_file(const char *name, const char *text)
{
	char path[COMMAND_PATH_SIZE];
	command_file(path, home, name, text, strlen(text));
}

/* Adds bytes that a reader of text never sees. */
static void
add_after_a_nul(const char *name)
{
	static const char hidden[] = "\0and more";
	FILE *file = fopen(name, "ab");
	assert_non_null(file);
	assert_int_equal(fwrite(hidden, 1, sizeof(hidden), file), sizeof(hidden));
	assert_int_equal(fclose(file), 0);
}

/* Writes what the last command printed to a file. */
static void
keep_output(const char *name)
{
	write_file(name, buffer_text(&output));
}

static void
assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in: %s", part, text);
}

static void
assert_said(const char *part)
{
	assert_contains(buffer_text(&output), part);
}

static void
assert_complained(const char *part)
{
	assert_contains(errors, part);
}

/* The last output as JSON; the caller frees. */
static json_t *
output_json(void)
{
	struct why why = { "" };
	json_t *json = json_parse(buffer_text(&output), output.length, output.ceiling, &why);
	if (json == NULL)
		fail_msg("%s: %s", why.text, buffer_text(&output));
	return json;
}

static const char *
text_at(const json_t *json, const char *path)
{
	const char *text = json_string_value(json_at(json, path));
	return text == NULL ? "" : text;
}

/* --- the command line itself ------------------------------------------------------------------ */

static void
what_is_not_a_command_exits_2(void **state)
{
	(void)state;
	assert_int_equal(estorno("refund-everybody", NULL), COULD_NOT);
	assert_complained("refund-everybody");
	assert_int_equal(estorno("cases", "--everything", NULL), COULD_NOT);
	assert_complained("--everything");
	assert_int_equal(estorno("case", NULL), COULD_NOT);
	assert_int_equal(estorno("cases", NULL), COULD_NOT);
	assert_complained("estorno init");
	assert_int_equal(estorno("cases", "--help", NULL), YES);
}

/* --- init ------------------------------------------------------------------------------------- */

static void
init_makes_a_folder_once(void **state)
{
	(void)state;
	struct stat status;
	assert_int_equal(estorno("init", NULL), YES);
	assert_said("/webhooks/zapi/");
	assert_said("estorno connect pix --role read");
	assert_int_equal(stat("estorno-data", &status), 0);
	assert_int_equal(status.st_mode & 077, 0);
	assert_int_equal(estorno("init", NULL), COULD_NOT);
	assert_int_equal(estorno("cases", "--json", NULL), YES);
	json_t *rows = output_json();
	assert_true(json_is_array(rows));
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
}

static void
check_names_what_is_missing_and_the_line_that_is_wrong(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("check", NULL), NO);
	assert_said("estorno connect pix --role write");
	assert_said("mandate_missing");
	write_file("estorno-data/estorno.conf", "merchant = loja\nconsent_minutes = soon\n");
	assert_int_equal(estorno("check", NULL), NO);
	assert_said("line 2");
	write_file("estorno-data/estorno.conf", "merchant = Loja da Ana\n"); /* spaces are fine */
	assert_int_equal(chmod("estorno-data/keys/receipts.key", 0644), 0);
	assert_int_equal(estorno("check", NULL), NO);
	assert_said("can be read by others");
}

/* --- mandates --------------------------------------------------------------------------------- */

static void
make_mandate(const char *file, const char *per_refund)
{
	assert_int_equal(estorno("mandate", "sign", "--key", "finance.key", "--id", "cm_support",
	                         "--per-refund", per_refund, "--per-day", "5000", NULL),
	                 YES);
	keep_output(file);
}

static void
assert_mandate(const char *status, bool allows_refunds)
{
	assert_int_equal(estorno("mandate", "show", "--json", NULL), YES);
	json_t *json = output_json();
	assert_string_equal(text_at(json, "status"), status);
	assert_int_equal(json_is_true(json_at(json, "allows_refunds")), allows_refunds);
	json_decref(json);
}

static void
a_mandate_lives_from_signing_to_revoking(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("mandate", "show", NULL), NO);
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	make_mandate("mandate.json", "500,00");
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), NO);
	assert_complained("not trusted");
	assert_int_equal(estorno("mandate", "trust", "finance.key.pub", NULL), YES);
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), YES);
	assert_mandate("active", true);
	assert_int_equal(estorno("mandate", "pause", "cm_support", NULL), YES);
	assert_mandate("paused", false);
	assert_int_equal(estorno("mandate", "resume", "cm_support", NULL), YES);
	assert_mandate("active", true);
	assert_int_equal(estorno("mandate", "revoke", "cm_support", NULL), YES);
	assert_int_equal(estorno("mandate", "resume", "cm_support", NULL), NO);
	assert_mandate("revoked", false);
}

static void
a_mandate_shows_its_limits_and_what_is_left(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	assert_int_equal(estorno("mandate", "trust", "finance.key.pub", NULL), YES);
	make_mandate("mandate.json", "500");
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), YES);
	assert_int_equal(estorno("mandate", "show", "--json", NULL), YES);
	json_t *json = output_json();
	assert_int_equal(json_integer_value(json_at(json, "per_refund_cents")), 50000);
	assert_int_equal(json_integer_value(json_at(json, "left.per_day_cents")), 500000);
	assert_null(json_at(json, "per_month_cents"));
	json_decref(json);
}

static void
a_mandate_that_was_changed_is_refused(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	assert_int_equal(estorno("mandate", "trust", "finance.key.pub", NULL), YES);
	make_mandate("mandate.json", "500.00");
	char *text = test_read_file("mandate.json", NULL);
	char *amount = strstr(text, "50000");
	assert_non_null(amount);
	amount[0] = '9';
	write_file("wider.json", text);
	free(text);
	assert_int_equal(estorno("mandate", "install", "wider.json", NULL), NO);
	assert_complained("signature");
	add_after_a_nul("mandate.json");
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), COULD_NOT);
	assert_complained("NUL");
	assert_int_equal(estorno("mandate", "show", NULL), NO);
}

/* What finance signed for one shop is nothing in another, and a test's mandate nothing in a live one. */
static void
a_mandate_for_another_shop_is_refused(void **state)
{
	static const struct {
		const char *merchant, *test;
		int code;
	} tries[] = {
		{ "outra", NULL, NO },
		{ "loja", "--test", NO },
		{ "loja", NULL, YES },
	};
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	assert_int_equal(estorno("mandate", "trust", "finance.key.pub", NULL), YES);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		assert_int_equal(estorno("mandate", "sign", "--key", "finance.key", "--id", "cm",
		                         "--per-refund", "100", "--merchant", tries[i].merchant,
		                         tries[i].test, NULL),
		                 YES);
		unlink("mandate.json");
		keep_output("mandate.json");
		assert_int_equal(estorno("mandate", "install", "mandate.json", NULL),
		                 tries[i].code);
	}
	assert_int_equal(estorno("mandate", "show", NULL), YES);
	assert_lacks(buffer_text(&output), "no refund now");
	/* The shop is called something else from now on. */
	write_file("estorno-data/estorno.conf", "merchant = outra\n");
	assert_int_equal(estorno("mandate", "show", NULL), YES);
	assert_said("mandate_missing");
}

static void
finances_key_is_private_and_never_written_over(void **state)
{
	(void)state;
	struct stat status;
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	assert_int_equal(stat("finance.key", &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	char *before = test_read_file("finance.key", NULL);
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), COULD_NOT);
	char *after = test_read_file("finance.key", NULL);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
a_mandate_is_not_signed_with_an_amount_of_two_readings(void **state)
{
	(void)state;
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	assert_int_equal(estorno("mandate", "sign", "--key", "finance.key", "--id", "cm",
	                         "--per-refund", "1.500", NULL),
	                 COULD_NOT);
	assert_complained("--per-refund");
	assert_int_equal(estorno("mandate", "sign", "--key", "finance.key", "--id", "cm",
	                         "--per-refund", "100", "--per-day", "50", NULL),
	                 COULD_NOT);
	assert_int_equal(output.length, 0);
}

/* --- connections ------------------------------------------------------------------------------ */

/* Answers like Focus NFe: 404 nao_encontrado to the right token, 401 to another. */
static void
play_focus(int listener)
{
	static const char good[] = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
				   "Content-Length: 45\r\nConnection: close\r\n\r\n"
				   "{\"codigo\":\"nao_encontrado\",\"mensagem\":\"none\"}";
	static const char bad[] = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"
				  "Content-Length: 45\r\nConnection: close\r\n\r\n"
				  "{\"codigo\":\"permissao_negada\",\"mensagem\":\"no\"}";
	for (;;) {
		struct raw_message request;
		int peer = accept(listener, NULL, NULL);
		if (peer >= 0 && raw_receive(peer, &request))
			/* base 64 of "sesame-open:" */
			raw_send(peer,
			         strstr(request.head, "c2VzYW1lLW9wZW46") != NULL ? good : bad);
		raw_message_free(&request);
		close(peer);
	}
}

static pid_t
start_focus(int *port)
{
	int listener = raw_listen(port);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		play_focus(listener);
	close(listener);
	return child;
}

static void
stop_focus(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void
write_credential(const char *token, int port)
{
	char text[256];
	assert_true(text_format(text, sizeof(text),
	                        "{\"token\":\"%s\",\"base_url\":\"http://127.0.0.1:%d\"}", token,
	                        port));
	write_file("focus.json", text);
}

static int
connect_focus(void)
{
	return estorno("connect", "focus", "--role", "write", "--file", "focus.json", NULL);
}

static void
assert_not_connected(void)
{
	assert_int_equal(estorno("connections", "--json", NULL), YES);
	json_t *rows = output_json();
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
}

static void
a_credential_is_stored_only_after_it_has_worked(void **state)
{
	(void)state;
	int port;
	pid_t focus = start_focus(&port);
	assert_int_equal(estorno("init", NULL), YES);
	write_credential("guess", port);
	assert_int_equal(connect_focus(), NO);
	assert_not_connected();
	write_credential("sesame-open", port);
	assert_int_equal(connect_focus(), YES);
	stop_focus(focus);
	assert_int_equal(estorno("connections", NULL), YES);
	assert_said("focus");
	assert_lacks(buffer_text(&output), "sesame-open");
	write_credential("sesame-open", port);
	assert_int_equal(connect_focus(), COULD_NOT); /* nobody is there any more */
	assert_lacks(errors, "sesame-open");
	assert_int_equal(estorno("disconnect", "focus", NULL), YES);
	assert_not_connected();
	assert_int_equal(estorno("disconnect", "focus", NULL), NO);
}

static void
a_credential_with_wrong_keys_is_not_tried(void **state)
{
	static const struct {
		const char *json, *complaint;
	} cases[] = {
		{ "{\"token\":\"a\",\"tokn\":\"b\"}", "tokn" },
		{ "{\"base_url\":\"https://focus.example\"}", "needs the key token" },
		{ "{\"token\":7}", "token must be a text" },
		{ "{\"token\":\"a\",\"base_url\":\"http://focus.example\"}", "https://" },
		{ "{\"token\":\"a\",\"base_url\":\"http://127.0.0.1.focus.example\"}", "https://" },
		{ "{\"token\":\"a\",\"base_url\":\"https://focus.example \"}", "a blank" },
		{ "{\"token\":\"a\",\"base_url\":\"https://fo\\ncus.example\"}", "a blank" },
		{ "[]", "JSON" },
	};
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file("focus.json", cases[i].json);
		assert_int_equal(connect_focus(), COULD_NOT);
		assert_complained(cases[i].complaint);
	}
	assert_int_equal(estorno("connect", "pix", "--file", "focus.json", NULL), COULD_NOT);
	assert_complained("--role");
}

/* --- staff ------------------------------------------------------------------------------------ */

static void
a_log_in_link_points_to_where_people_reach_the_shop(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("staff", "add", "ana", "--role", "auditor", NULL), YES);
	assert_said("http://127.0.0.1:8080/login/");
	write_file("estorno-data/estorno.conf", "public_url = https://estorno.example/\n");
	assert_int_equal(estorno("staff", "add", "ana", NULL), YES);
	assert_said("https://estorno.example/login/");
	assert_int_equal(estorno("staff", "add", "ana", "--role", "auditor", NULL), YES);
	assert_int_equal(estorno("staff", "add", "ana", "--role", "admin", NULL), NO);
	assert_complained("ana is auditor already");
	assert_lacks(buffer_text(&output), "/login/");
	assert_int_equal(estorno("staff", "add", "eve", "--role", "king", NULL), NO);
	assert_int_equal(estorno("staff", "list", "--json", NULL), YES);
	json_t *rows = output_json();
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(text_at(json_array_get(rows, 0), "role"), "auditor");
	json_decref(rows);
}

static void
who_was_disabled_gets_no_link(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("staff", "add", "ana", NULL), YES);
	assert_int_equal(estorno("staff", "disable", "ana", NULL), YES);
	assert_int_equal(estorno("staff", "add", "ana", NULL), NO);
	assert_lacks(buffer_text(&output), "/login/");
}

/* --- understand ------------------------------------------------------------------------------- */

static void
a_message_is_understood_as_json(void **state)
{
	(void)state;
	assert_int_equal(
		estorno("understand", "quero", "meu dinheiro de volta, pedido #8421", NULL), YES);
	json_t *json = output_json();
	assert_string_equal(text_at(json, "intent"), "refund");
	assert_string_equal(text_at(json, "order"), "8421");
	assert_string_equal(text_at(json, "lang"), "pt-BR");
	assert_null(json_at(json, "consent"));
	assert_null(json_at(json, "why"));
	json_decref(json);
	assert_int_equal(estorno("understand", "--awaiting", "consent", "pode sim", NULL), YES);
	json = output_json();
	assert_string_equal(text_at(json, "consent"), "yes");
	assert_true(json_is_null(json_at(json, "order")));
	json_decref(json);
}

static void
many_messages_give_as_many_answers(void **state)
{
	const char *const words[] = { program, "understand", "--jsonl", NULL };
	(void)state;
	write_file("messages",
	           "{\"text\":\"obrigado!\",\"intent\":\"?\"}\n\"cad\\u00ea meu estorno?\"\n");
	assert_int_equal(run_words(words, "messages"), YES);
	const char *second = strchr(buffer_text(&output), '\n');
	assert_non_null(second);
	assert_said("\"intent\":\"thanks\"");
	assert_contains(second, "\"intent\":\"refund_status\"");
	write_file("messages", "\"oi\"\n{\"words\":\"oi\"}\n");
	assert_int_equal(run_words(words, "messages"), COULD_NOT);
	assert_complained("line 2");
}

/* --- receipts, in a shop where the story of #8421 has happened -------------------------------- */

static struct scene *scene;

static void
publish_key(const char *name, const struct signing_key *key)
{
	char path[COMMAND_PATH_SIZE], line[PUBLIC_KEY_LINE_SIZE];
	struct why why = { "" };
	assert_true(text_format(path, sizeof(path), "%s/keys/%s.pub", scene->folder, name));
	assert_true(verifying_key_print(signing_key_public(key), name, line));
	assert_true(file_write_public(path, line, strlen(line), &why));
}

static int
play_story(void **state)
{
	char keys[COMMAND_PATH_SIZE];
	scene = scene_new(1, NULL);
	scene_say(scene, MARINA, "Oi, meu pedido 8421 veio quebrado, quero meu dinheiro de volta",
	          NULL);
	scene_run(scene, 2 * SECOND_MS);
	scene_say(scene, MARINA, "Pode sim.", NULL);
	scene_run(scene, 30 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8421"), "CLOSED");
	assert_true(text_format(keys, sizeof(keys), "%s/keys", scene->folder));
	assert_int_equal(mkdir(keys, 0700), 0);
	publish_key("receipts", scene->receipts_key);
	publish_key("log", scene->log_key);
	enter_folder(state);
	assert_int_equal(setenv("ESTORNO_DATA", scene->folder, 1), 0);
	return 0;
}

static int
forget_story(void **state)
{
	char folder[sizeof(scene->folder)];
	leave_folder(state);
	assert_true(text_copy(folder, sizeof(folder), scene->folder));
	unsetenv("ESTORNO_DATA");
	scene_free(scene);
	folder_remove(folder);
	return 0;
}

/* The key's file in the shop's folder. */
static const char *
published(const char *name)
{
	static char paths[2][COMMAND_PATH_SIZE];
	static unsigned next;
	char *path = paths[next++ % 2];
	assert_true(text_format(path, COMMAND_PATH_SIZE, "%s/keys/%s.pub", scene->folder, name));
	return path;
}

static void
cases_and_receipts_are_listed(void **state)
{
	(void)state;
	assert_int_equal(estorno("cases", "closed", "--json", NULL), YES);
	json_t *rows = output_json();
	const json_t *row = json_array_get(rows, 0);
	assert_string_equal(text_at(row, "order"), "8421");
	assert_string_equal(text_at(row, "state"), "CLOSED");
	assert_string_equal(text_at(row, "receipt"), "rcp_rf8421");
	assert_int_equal(json_integer_value(json_at(row, "amount_cents")), 18600);
	json_decref(rows);
	assert_int_equal(estorno("cases", "held", NULL), YES);
	assert_int_equal(output.length, 0);
	assert_int_equal(estorno("cases", "asleep", NULL), COULD_NOT);
	assert_int_equal(estorno("receipts", "#8421", NULL), YES);
	assert_said("rcp_rf8421");
	assert_int_equal(estorno("receipts", "9999", NULL), NO);
	assert_int_equal(estorno("receipt", "rcp_rf9999", NULL), NO);
	assert_int_equal(estorno("receipt", "rcp_rf8421", "--text", NULL), YES);
	assert_said("✓ refund_settled");
}

static void
a_case_is_a_story_that_masks_the_phone(void **state)
{
	char id[ID_SIZE];
	(void)state;
	assert_int_equal(estorno("cases", "--json", NULL), YES);
	json_t *rows = output_json();
	assert_true(text_copy(id, sizeof(id), text_at(json_array_get(rows, 0), "id")));
	json_decref(rows);
	assert_int_equal(estorno("case", id, NULL), YES);
	const char *asked = strstr(buffer_text(&output), "veio quebrado");
	const char *paid = strstr(buffer_text(&output), "pay.refund ");
	const char *told = strstr(buffer_text(&output), "Estorno feito");
	assert_true(asked != NULL && paid != NULL && told != NULL && asked < paid && paid < told);
	assert_lacks(buffer_text(&output), MARINA);
	assert_int_equal(estorno("case", id, "--full", NULL), YES);
	assert_said(MARINA);
	assert_int_equal(estorno("case", "c_nobody", NULL), NO);
}

static void
a_receipt_verifies_and_a_changed_one_does_not(void **state)
{
	(void)state;
	assert_int_equal(estorno("receipt", "rcp_rf8421", NULL), YES);
	keep_output("receipt.json");
	char *text = test_read_file("receipt.json", NULL);
	char *amount = strstr(text, "18600 brl");
	assert_non_null(amount);
	amount[0] = '9';
	write_file("changed.json", text);
	free(text);
	assert_int_equal(estorno("verify", "receipt.json", NULL), YES);
	assert_int_equal(estorno("verify", "changed.json", NULL), NO);
	assert_int_equal(estorno("verify", "missing.json", NULL), COULD_NOT);
	assert_int_equal(estorno("verify", "receipt.json", "missing.json", NULL), COULD_NOT);
	assert_int_equal(estorno("verify", "missing.json", "changed.json", "receipt.json", NULL),
	                 NO);
}

/* As GET /v1/signing-keys shows them. */
static void
write_published_keys(const char *name)
{
	json_t *keys = json_pack("{s:[o,o]}", "keys",
	                         verifying_key_to_json(signing_key_public(scene->receipts_key)),
	                         verifying_key_to_json(signing_key_public(scene->log_key)));
	json_t *list = json_object_get(keys, "keys");
	json_object_set_new(json_array_get(list, 0), "use", json_string("receipts"));
	json_object_set_new(json_array_get(list, 1), "use", json_string("log"));
	assert_int_equal(json_dump_file(keys, name, 0), 0);
	json_decref(keys);
}

static struct signing_key *
as_receipts_key(const struct signing_key *key)
{
	uint8_t seed[KEY_BYTES];
	signing_key_seed(key, seed);
	return signing_key_new(KEY_USE_RECEIPTS, seed);
}

static void
only_a_key_that_one_believes_tells_whether_it_is_genuine(void **state)
{
	(void)state;
	assert_int_equal(estorno("receipt", "rcp_rf8421", NULL), YES);
	keep_output("receipt.json");
	char *line = test_read_file(published("receipts"), NULL);
	assert_int_equal(estorno("verify", "receipt.json", "--data", "elsewhere", NULL), COULD_NOT);
	assert_complained("no key");
	assert_int_equal(
		estorno("verify", "receipt.json", "--data", "elsewhere", "--key", line, NULL), YES);
	assert_int_equal(estorno("verify", "receipt.json", "--key", published("log"), NULL),
	                 COULD_NOT);
	assert_int_equal(estorno("verify", "receipt.json", "--key", "nonsense", NULL), COULD_NOT);
	free(line);
}

/* The same bytes, signed by the log's key: the keys as the shop publishes and exports them tell them apart. */
static void
the_logs_key_makes_no_receipt_genuine(void **state)
{
	struct receipt_seal seal;
	struct why why = { "" };
	(void)state;
	assert_int_equal(estorno("receipt", "rcp_rf8421", NULL), YES);
	keep_output("own.json");
	assert_int_equal(estorno("export", "8421", NULL), YES);
	char *body = test_read_file("estorno-8421/rcp_rf8421.json", NULL);
	const char *own = signing_key_public(scene->receipts_key)->id;
	const char *logs = signing_key_public(scene->log_key)->id;
	char *at = strstr(body, own);
	assert_non_null(at);
	assert_int_equal(strlen(own), strlen(logs));
	memcpy(at, logs, strlen(logs));
	struct signing_key *forger = as_receipts_key(scene->log_key);
	assert_true(receipt_sign(body, strlen(body), forger, &seal, &why));
	const struct receipt_stored stored = { .body = body,
		                               .length = strlen(body),
		                               .signature = seal.signature };
	json_t *json = receipt_to_json(&stored, &why);
	assert_int_equal(json_dump_file(json, "forged.json", 0), 0);
	json_decref(json);
	write_published_keys("keys.json");
	const char *const given[] = { "keys.json", "estorno-8421/log.pub" };
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(estorno("verify", "forged.json", "--key", given[i], NULL),
		                 COULD_NOT);
	assert_int_equal(estorno("verify", "own.json", "--key", "keys.json", NULL), YES);
	assert_int_equal(estorno("verify", "estorno-8421/checkpoint", "--key", "keys.json", NULL),
	                 YES);
	assert_int_equal(estorno("verify", "estorno-8421/checkpoint", "--key",
	                         "estorno-8421/receipts.pub", NULL),
	                 COULD_NOT);
	signing_key_free(forger);
	free(body);
}

static int
follow_instructions(void)
{
	const char *const words[] = { "sh", "VERIFY.txt", NULL };
	assert_int_equal(chdir("estorno-8421"), 0);
	int code = command_run(words, NULL);
	assert_int_equal(chdir(".."), 0);
	return code;
}

static void
other_peoples_tools_accept_an_export(void **state)
{
	(void)state;
	assert_int_equal(estorno("export", "8421", NULL), YES);
	assert_string_equal(buffer_text(&output), "estorno-8421\n");
	assert_int_equal(follow_instructions(), 0);
	const char *const sha256sum[] = { "sha256sum", "estorno-8421/rcp_rf8421.mandate", NULL };
	assert_int_equal(run_words(sha256sum, NULL), 0);
	char *text = test_read_file("estorno-8421/rcp_rf8421.json", NULL);
	char hash[DIGEST_HEX_SIZE];
	assert_true(text_format(hash, sizeof(hash), "%.64s", buffer_text(&output)));
	assert_contains(text, hash);
	free(text);
	assert_int_equal(estorno("verify", "estorno-8421", NULL), YES);
	assert_said("rcp_rf8421.proof.json");
	assert_int_equal(estorno("verify", "estorno-8421", "--data", "elsewhere", "--key",
	                         "estorno-8421/receipts.pub", NULL),
	                 YES);
	char *body = test_read_file("estorno-8421/rcp_rf8421.json", NULL);
	body[strlen(body) / 2] ^= 1;
	write_file("estorno-8421/rcp_rf8421.json", body);
	free(body);
	assert_int_not_equal(follow_instructions(), 0);
	assert_int_equal(estorno("verify", "estorno-8421", NULL), NO);
	assert_int_equal(estorno("export", "8421", NULL), YES);
	assert_string_equal(buffer_text(&output), "estorno-8421-2\n");
	assert_int_equal(estorno("export", "9999", NULL), NO);
}

static struct digest
parent_of(const struct digest *left, const struct digest *right)
{
	uint8_t both[1 + 2 * DIGEST_BYTES] = { 1 };
	memcpy(both + 1, left->bytes, DIGEST_BYTES);
	memcpy(both + 1 + DIGEST_BYTES, right->bytes, DIGEST_BYTES);
	return digest_of(both, sizeof(both));
}

/* A log of somebody's own: the receipt is leaf 1 of 2, under a head of `size` 2 that `key` signed. */
static void
write_own_log(const char *folder, const struct signing_key *key, const char *invented)
{
	char path[COMMAND_PATH_SIZE];
	struct inclusion_proof *proof = calloc(1, sizeof(*proof));
	struct checkpoint checkpoint = { .origin = "estorno/loja", .size = 2 };
	struct buffer note;
	assert_true(text_format(path, sizeof(path), "%s/rcp_rf8421.proof.json", folder));
	char *text = test_read_file(path, NULL);
	json_t *json = json_parse_object(text, strlen(text), 1024 * 1024, NULL);
	assert_true(inclusion_proof_from_json(json, proof, NULL));
	json_decref(json);
	free(text);
	proof->index = 1;
	proof->size = 2;
	proof->path.count = 1;
	proof->path.hashes[0] = merkle_receipt_leaf(invented, "");
	checkpoint.root = parent_of(&proof->path.hashes[0], &proof->leaf);
	tree_head_sign(key, 2, &checkpoint.root, INT64_C(1795184400000), &proof->head);
	json = inclusion_proof_to_json(proof);
	assert_int_equal(json_dump_file(json, path, 0), 0);
	json_decref(json);
	buffer_init(&note, CHECKPOINT_BYTES_MAX);
	checkpoint_sign(&checkpoint, key, &note);
	assert_true(text_format(path, sizeof(path), "%s/checkpoint", folder));
	write_file(path, buffer_text(&note));
	buffer_free(&note);
	free(proof);
}

static void
an_invented_log_is_not_passed_over(void **state)
{
	static const uint8_t seed[KEY_BYTES] = { 0x77 };
	struct signing_key *strangers = signing_key_new(KEY_USE_LOG, seed);
	(void)state;
	assert_int_equal(estorno("export", "8421", NULL), YES);
	write_own_log("estorno-8421", strangers, "invented");
	assert_int_equal(estorno("verify", "estorno-8421", NULL), COULD_NOT);
	assert_int_equal(estorno("verify", "estorno-8421", "--key", published("receipts"), NULL),
	                 YES); /* who has no key of the log is told that it was passed over */
	assert_complained("passed over: estorno-8421/checkpoint");
	signing_key_free(strangers);
}

/* Whoever sends a folder chooses the names and the kinds of what is in it. */
static void
a_hostile_folder_neither_hangs_nor_writes_to_the_terminal(void **state)
{
	const char *const receipts = published("receipts");
	(void)state;
	assert_int_equal(estorno("export", "8421", NULL), YES);
	write_file("estorno-8421/\033[2Jgenuine.json", "{}");
	assert_int_equal(estorno("verify", "estorno-8421", NULL), NO);
	assert_lacks(buffer_text(&output), "\033[2J");
	assert_int_equal(unlink("estorno-8421/\033[2Jgenuine.json"), 0);
	write_file("estorno-8421/\033[2J.proof.json", "{\"audit_path\":[]}");
	assert_int_equal(estorno("verify", "estorno-8421", "--key", receipts, NULL), YES);
	assert_complained("passed over");
	assert_lacks(errors, "\033[2J");
	assert_int_equal(mkfifo("estorno-8421/pipe.json", 0600), 0);
	assert_int_equal(estorno("verify", "estorno-8421", "--key", receipts, NULL), COULD_NOT);
	assert_said("not a regular file");
}

static void
nothing_is_hidden_after_a_nul(void **state)
{
	static const char *const files[] = { "estorno-8421/checkpoint",
		                             "estorno-8421-2/rcp_rf8421.json.sig" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(estorno("export", "8421", NULL), YES);
		add_after_a_nul(files[i]);
	}
	assert_int_equal(estorno("verify", files[0], NULL), NO);
	assert_said("NUL");
	assert_int_equal(estorno("verify", "estorno-8421-2/rcp_rf8421.json", NULL), NO);
	assert_said("NUL");
}

static void
two_heads_of_one_size_are_two_logs(void **state)
{
	(void)state;
	assert_int_equal(estorno("export", "8421", NULL), YES);
	write_own_log("estorno-8421", scene->log_key, "one");
	assert_int_equal(estorno("verify", "estorno-8421", NULL), YES);
	char *checkpoint = test_read_file("estorno-8421/checkpoint", NULL);
	write_own_log("estorno-8421", scene->log_key, "another");
	write_file("estorno-8421/checkpoint", checkpoint);
	free(checkpoint);
	assert_int_equal(estorno("verify", "estorno-8421", NULL), NO);
	assert_said("another root");
}

/* Every thing that we sign and give away is recognised by our own `verify`. */
static void
the_logs_heads_are_judged_in_either_form(void **state)
{
	(void)state;
	assert_int_equal(estorno("log", "head", "--json", NULL), YES);
	keep_output("head.json");
	assert_int_equal(estorno("verify", "head.json", NULL), YES);
	assert_said("the log had 1 receipts");
	assert_int_equal(estorno("verify", "head.json", "--key", published("receipts"), NULL),
	                 COULD_NOT);
	char *text = test_read_file("head.json", NULL);
	char *size = strstr(text, "\"tree_size\"");
	assert_non_null(size);
	size[strcspn(size, "1")] = '2';
	write_file("head.json", text);
	free(text);
	assert_int_equal(estorno("verify", "head.json", NULL), NO);
	write_file("grew.json", "{\"first_size\":1,\"second_size\":2}");
	assert_int_equal(estorno("verify", "grew.json", NULL), COULD_NOT);
	assert_said("only grew");
	/* In a folder a head is no receipt that lacks its proof. */
	assert_int_equal(estorno("export", "8421", NULL), YES);
	assert_int_equal(estorno("log", "head", "--json", NULL), YES);
	keep_output("estorno-8421/head.json");
	assert_int_equal(estorno("verify", "estorno-8421", NULL), YES);
}

static void
what_the_log_should_say_is_missed(void **state)
{
	(void)state;
	assert_int_equal(estorno("export", "8421", NULL), YES);
	assert_int_equal(unlink("estorno-8421/checkpoint"), 0);
	assert_int_equal(estorno("verify", "estorno-8421", NULL), COULD_NOT);
	assert_said("estorno-8421/checkpoint");
	assert_int_equal(estorno("export", "8421", NULL), YES);
	assert_int_equal(unlink("estorno-8421-2/rcp_rf8421.proof.json"), 0);
	assert_int_equal(estorno("verify", "estorno-8421-2", NULL), COULD_NOT);
	assert_said("is not there");
	assert_int_equal(estorno("verify", "estorno-8421-2", "--key", published("receipts"), NULL),
	                 YES);
}

/* Everything in a folder, one file after the other; the caller frees. */
static char *
read_folder(const char *folder)
{
	const char *const words[] = { "grep", "-rh", "", folder, NULL };
	assert_int_equal(run_words(words, NULL), 0);
	return strdup(buffer_text(&output));
}

static void
an_export_holds_nothing_personal_unless_asked(void **state)
{
	(void)state;
	assert_int_equal(estorno("export", "8421", NULL), YES);
	char *all = read_folder("estorno-8421");
	assert_lacks(all, "99999");
	assert_lacks(all, "Marina");
	assert_lacks(all, "Pode sim");
	free(all);
	assert_int_not_equal(access("estorno-8421/rcp_rf8421.disclosures.json", F_OK), 0);
	assert_int_equal(estorno("export", "8421", "--disclose", NULL), YES);
	assert_int_equal(access("estorno-8421-2/rcp_rf8421.disclosures.json", F_OK), 0);
	assert_int_equal(estorno("verify", "estorno-8421-2", NULL), YES);
}

static void
write_disclosures(const char *buyer_phone, const char *reply_text)
{
	json_t *json = json_pack("{s:s,s:s}", "buyer_phone", buyer_phone, "reply_text", reply_text);
	assert_int_equal(json_dump_file(json, "estorno-8421/rcp_rf8421.disclosures.json", 0), 0);
	json_decref(json);
}

/* What is said to open a receipt's salted values is held against them. */
static void
a_disclosure_opens_its_own_receipt_or_is_not_genuine(void **state)
{
	static const uint8_t salt[DISCLOSURE_SALT_BYTES] = { 1 };
	struct buffer other;
	(void)state;
	assert_int_equal(estorno("export", "8421", "--disclose", NULL), YES);
	char *text = test_read_file("estorno-8421/rcp_rf8421.disclosures.json", NULL);
	json_t *json = json_parse_object(text, strlen(text), 1024 * 1024, NULL);
	const char *phone = text_at(json, "buyer_phone"), *reply = text_at(json, "reply_text");
	const char *file = "estorno-8421/rcp_rf8421.disclosures.json";
	assert_int_equal(estorno("verify", file, NULL), YES);
	assert_said("buyer_phone, consent_words, reply_text");
	assert_int_equal(unlink(file), 0);
	write_disclosures(phone, reply);
	assert_int_equal(estorno("verify", file, NULL), YES);
	buffer_init(&other, DISCLOSURE_BYTES_MAX);
	assert_true(disclosure_write(salt, "phone", "5511888880000", &other, NULL));
	write_disclosures(buffer_text(&other), reply);
	assert_int_equal(estorno("verify", file, NULL), NO);
	assert_int_equal(estorno("verify", "estorno-8421", NULL), NO);
	assert_lacks(buffer_text(&output), "88888");
	write_disclosures(phone, phone);
	assert_int_equal(estorno("verify", file, NULL), NO);
	assert_int_equal(unlink("estorno-8421/rcp_rf8421.postcept.json"), 0);
	assert_int_equal(estorno("verify", file, NULL), COULD_NOT);
	buffer_free(&other);
	json_decref(json);
	free(text);
}

static bool
reconcile(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	static struct reconciliation found;
	(void)context, (void)store, (void)now_ms;
	return engine_reconcile(scene->engine, &found, why) && !found.paused;
}

/* The store came here without its mark, and money may move again; its log goes on in a new epoch. */
static int64_t
bring_store_from_elsewhere(void)
{
	const struct engine_change change = { .apply = reconcile };
	char path[COMMAND_PATH_SIZE], name[32];
	assert_true(text_format(path, sizeof(path), "%s/estorno.db.lock", scene->folder));
	assert_int_equal(unlink(path), 0);
	scene_restart(scene);
	assert_true(engine_apply(scene->engine, &change));
	scene_run(scene, SECOND_MS);
	int64_t epoch = store_log_epoch(scene->store);
	struct signing_key *key = signing_key_of_epoch(scene->log_key, (uint64_t)epoch);
	assert_true(text_format(name, sizeof(name), "log-%lld", (long long)epoch));
	publish_key(name, key);
	signing_key_free(key);
	return epoch;
}

static void
what_was_sealed_before_a_restore_holds_and_what_comes_after_too(void **state)
{
	char later[64], origin[64];
	(void)state;
	assert_int_equal(estorno("receipt", "rcp_rf8421", "--json", NULL), YES);
	keep_output("before.json");
	assert_int_equal(estorno("log", "head", NULL), YES);
	keep_output("checkpoint");
	long long epoch = bring_store_from_elsewhere();
	scene_say(scene, "5520999990505", "quero o estorno do pedido 8422, veio quebrado", NULL);
	scene_run(scene, 2 * SECOND_MS);
	scene_say(scene, "5520999990505", "Pode sim.", NULL);
	scene_run(scene, 30 * SECOND_MS);
	assert_string_equal(scene_state(scene, "8422"), "CLOSED");
	assert_true(text_format(later, sizeof(later), "rcp_rf8422-r%lld", epoch));
	assert_true(text_format(origin, sizeof(origin), "estorno/loja/%lld\n2\n", epoch));
	assert_int_equal(estorno("log", "check", NULL), YES);
	assert_said("2 receipts, 2 heads");
	assert_int_equal(estorno("log", "head", NULL), YES);
	assert_said(origin);
	assert_int_equal(estorno("log", "prove", "rcp_rf8421", NULL), YES);
	assert_int_equal(estorno("log", "prove", later, NULL), YES);
	assert_int_equal(estorno("verify", "before.json", "checkpoint", NULL), YES);
	assert_int_equal(estorno("export", "8421", NULL), YES);
	assert_int_equal(follow_instructions(), 0); /* an old receipt, under the new head */
	assert_int_equal(estorno("verify", "estorno-8421", "--data", "elsewhere", "--key",
	                         "estorno-8421/receipts.pub", "--key", "estorno-8421/log.pub",
	                         NULL),
	                 YES);
	assert_int_equal(estorno("verify", "checkpoint", "--key", "estorno-8421/log.pub", NULL),
	                 COULD_NOT); /* the new key signed no old head */
}

/* Somebody with the sqlite3 shell. */
static void
tamper(const char *sql)
{
	char path[COMMAND_PATH_SIZE];
	const char *const words[] = { "sqlite3", path, sql, NULL };
	assert_true(text_format(path, sizeof(path), "%s/estorno.db", scene->folder));
	assert_int_equal(command_run(words, NULL), 0);
}

static void
the_log_tells_when_its_store_was_tampered_with(void **state)
{
	(void)state;
	assert_int_equal(estorno("log", "check", NULL), YES);
	assert_said("1 receipts");
	assert_int_equal(estorno("log", "prove", "rcp_rf8421", NULL), YES);
	assert_int_equal(estorno("log", "head", NULL), YES);
	assert_said("estorno/loja\n1\n");
	tamper("DROP TRIGGER tree_nodes_are_kept; UPDATE tree_nodes SET hash = "
	       "'0000000000000000000000000000000000000000000000000000000000000000'");
	assert_int_equal(estorno("log", "check", NULL), NO);
	assert_complained("rcp_rf8421");
}

static void
a_receipt_that_vanished_is_missed(void **state)
{
	(void)state;
	tamper("DROP TRIGGER receipts_stay; DROP TRIGGER seals_stay; DELETE FROM seals; "
	       "DELETE FROM disclosures; DELETE FROM outbox WHERE kind = 'refund_done'; DELETE "
	       "FROM receipts");
	assert_int_equal(estorno("log", "check", NULL), NO);
	assert_complained("the latest head speaks of 1 receipts");
}

static void
a_row_that_contradicts_its_signed_bytes_is_found(void **state)
{
	(void)state;
	static const char *const changes[][2] = {
		{ "result = 'incomplete', safe = 0", "result = 'verified', safe = 1" },
		{ "order_number = '8422'", "order_number = '8421'" },
		{ "amount_cents = 100", "amount_cents = 18600" },
		{ "lifecycle = 'reversed', safe = 0", "lifecycle = 'finalized', safe = 1" },
		{ "reply_commitment = 'x' || reply_commitment",
		  "reply_commitment = substr(reply_commitment, 2)" },
	};
	char sql[256];
	tamper("DROP TRIGGER receipts_are_kept");
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		assert_true(text_format(sql, sizeof(sql), "UPDATE receipts SET %s", changes[i][0]));
		tamper(sql);
		if (estorno("log", "check", NULL) != NO)
			fail_msg("not found: %s", changes[i][0]);
		assert_complained("than what was signed");
		assert_true(text_format(sql, sizeof(sql), "UPDATE receipts SET %s", changes[i][1]));
		tamper(sql);
		assert_int_equal(estorno("log", "check", NULL), YES);
	}
}

/* The card for people is made of the signed bytes. */
static void
a_receipt_is_printed_as_it_was_signed(void **state)
{
	(void)state;
	tamper("DROP TRIGGER receipts_are_kept; UPDATE receipts SET order_number = '8422', "
	       "amount_cents = 100");
	assert_int_equal(estorno("receipt", "rcp_rf8421", "--text", NULL), YES);
	assert_said("8421\n");
	assert_said("186,00");
	assert_lacks(buffer_text(&output), "1,00\n  lifecycle");
}

static void
a_backup_made_beside_the_writer_is_a_whole_store(void **state)
{
	(void)state;
	assert_int_equal(mkdir("restored", 0700), 0);
	assert_int_equal(estorno("backup", "restored/estorno.db", NULL), YES);
	assert_int_equal(estorno("backup", "restored/estorno.db", NULL), COULD_NOT);
	assert_int_equal(estorno("receipts", "8421", "--data", "restored", NULL), YES);
	assert_said("rcp_rf8421");
}

/* --- a running program ------------------------------------------------------------------------ */

struct running {
	pid_t pid;
	int output;
	char line[256]; /* the first it printed */
};

static void
start(struct running *running, const char *command, const char *data)
{
	const char *const words[] = { program,  command, "--listen", "127.0.0.1:0",
		                      "--data", data,    NULL };
	struct why why = { "" };
	size_t used = 0;
	if (!process_start(words, "log", &running->pid, &running->output, &why))
		fail_msg("%s", why.text);
	while (used + 1 < sizeof(running->line) &&
	       read(running->output, running->line + used, 1) == 1 && running->line[used] != '\n')
		used++;
	running->line[used] = '\0';
}

static void
stop(struct running *running)
{
	assert_int_equal(process_stop(running->pid), 0);
	close(running->output);
}

/* The port of a running program. */
static int
port_of(const struct running *running)
{
	return (int)strtol(strrchr(running->line, ':') + 1, NULL, 10);
}

/* One request to a running program; the caller frees the answer.  False when it hangs up without one, or
 * says nothing for long. */
static bool
ask_program(const struct running *running, const char *request, struct raw_message *answer)
{
	int descriptor = raw_connect(port_of(running));
	assert_true(descriptor >= 0);
	bool answered = raw_send(descriptor, request) && raw_receive(descriptor, answer);
	close(descriptor);
	return answered;
}

static int
status_of(const struct running *running, const char *request)
{
	struct raw_message answer;
	int status = ask_program(running, request, &answer) ? answer.status : 0;
	raw_message_free(&answer);
	return status;
}

/* The path after `before` in the last output, up to the end of its line. */
static void
said_path(const char *before, char path[COMMAND_PATH_SIZE])
{
	const char *at = strstr(buffer_text(&output), before);
	assert_non_null(at);
	assert_true(text_format(path, COMMAND_PATH_SIZE, "%.*s", (int)strcspn(at, "\x1b\n"), at));
}

/* A webhook at `path` of a length, with a body or without. */
static int
post_webhook(const struct running *running, const char *path, size_t length, const char *body)
{
	char request[1024];
	assert_true(text_format(request, sizeof(request),
	                        "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s",
	                        path, length, body));
	return status_of(running, request);
}

/* Whatever its starter allows. */
static void
the_program_leaves_no_core(void **state)
{
	char path[COMMAND_PATH_SIZE];
	struct running serve;
	struct rlimit limit;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(estorno("init", NULL), YES);
	start(&serve, "serve", "estorno-data");
	assert_true(text_format(path, sizeof(path), "/proc/%d/limits", (int)serve.pid));
	assert_int_equal(run_words((const char *const[]){ "cat", path, NULL }, NULL), 0);
	const char *core = strstr(buffer_text(&output), "Max core file size");
	assert_non_null(core);
	core += strlen("Max core file size");
	core += strspn(core, " ");
	assert_true(text_starts_with(core, "0 "));
	core += 1 + strspn(core + 1, " ");
	assert_true(text_starts_with(core, "0 "));
	stop(&serve);
}

/* `method` is "GET /inbox/" or the like, `cookie` a whole header line or "". */
static int
visit(const struct running *running, const char *method, const char *cookie,
      struct raw_message *answer)
{
	char request[1024];
	assert_true(text_format(request, sizeof(request),
	                        "%s HTTP/1.1\r\nHost: a\r\n%sContent-Length: 0\r\n\r\n", method,
	                        cookie));
	return ask_program(running, request, answer) ? answer->status : 0;
}

static int
visit_status(const struct running *running, const char *method, const char *cookie)
{
	struct raw_message answer;
	int status = visit(running, method, cookie, &answer);
	raw_message_free(&answer);
	return status;
}

/* Chats and mail filters open every link that they see. */
static void
a_log_in_link_is_used_by_its_button_and_not_by_being_opened(void **state)
{
	char path[COMMAND_PATH_SIZE], get[COMMAND_PATH_SIZE + 8], post[COMMAND_PATH_SIZE + 8];
	char cookie[256];
	struct running serve;
	struct raw_message answer;
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	start(&serve, "serve", "estorno-data");
	assert_int_equal(estorno("staff", "add", "ana", NULL), YES);
	said_path("/login/", path);
	text_format(get, sizeof(get), "GET %s", path);
	text_format(post, sizeof(post), "POST %s", path);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(visit(&serve, get, "", &answer), 200);
		assert_null(strstr(answer.head, "Set-Cookie"));
		assert_contains(answer.body, "<form method=\"post\">");
		raw_message_free(&answer);
	}
	assert_int_equal(visit(&serve, post, "", &answer), 303);
	assert_contains(answer.head, "\r\nLocation: /inbox/\r\n");
	const char *set = strstr(answer.head, "\r\nSet-Cookie: ");
	assert_non_null(set);
	set += strlen("\r\nSet-Cookie: ");
	assert_true(text_format(cookie, sizeof(cookie), "Cookie: %.*s\r\n", (int)strcspn(set, ";"),
	                        set));
	raw_message_free(&answer);
	assert_int_equal(visit_status(&serve, "GET /inbox/", cookie), 200);
	assert_int_equal(visit(&serve, post, "", &answer), 403);
	assert_contains(answer.body, "Este link já foi usado ou venceu.");
	raw_message_free(&answer);
	assert_int_equal(visit(&serve, "GET /receipts/?order=8421", "", &answer), 401);
	assert_contains(answer.body, "Sua sessão terminou ou ainda não começou");
	raw_message_free(&answer);
	stop(&serve);
}

/* What the control socket of `data` answers to a request, by its status. */
static int
control_status(const char *data, const char *request)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct raw_message answer = { 0 };
	assert_true(
		text_format(address.sun_path, sizeof(address.sun_path), "%s/control.sock", data));
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
	raw_limit(descriptor);
	assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_true(raw_send(descriptor, request) && raw_receive(descriptor, &answer));
	close(descriptor);
	raw_message_free(&answer);
	return answer.status;
}

static void
what_a_proxy_forwards_is_not_from_this_machine(void **state)
{
	static const char *const said[] = {
		"Forwarded: for=203.0.113.7\r\n",
		"X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 198.51.100.2\r\n",
		"Via: 1.1 proxy\r\n",
	};
	struct running sandbox;
	(void)state;
	start(&sandbox, "sandbox", "play");
	assert_int_equal(visit_status(&sandbox, "GET /metrics", ""), 200);
	assert_int_equal(visit_status(&sandbox, "GET /sandbox/books", ""), 200);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		assert_int_equal(visit_status(&sandbox, "GET /metrics", said[i]), 404);
		assert_int_equal(visit_status(&sandbox, "GET /sandbox/books", said[i]), 404);
		assert_int_equal(visit_status(&sandbox, "GET /healthz", said[i]), 200);
	}
	assert_int_equal(control_status("play", "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
	assert_int_equal(control_status("play", "GET /inbox/ HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
	stop(&sandbox);
}

/* A customer of the sandbox writes. */
static void
say(const struct running *sandbox, const char *text)
{
	char body[256], request[512];
	assert_true(
		text_format(body, sizeof(body), "{\"from\":\"" MARINA "\",\"text\":\"%s\"}", text));
	assert_true(text_format(
		request, sizeof(request),
		"POST /sandbox/say HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s",
		strlen(body), body));
	assert_int_equal(status_of(sandbox, request) / 100, 2);
}

/* Plays until the order's case stands so; a refund takes a few seconds of real time. */
static void
wait_for_case(const char *state)
{
	for (int i = 0; i < 600; i++) {
		assert_int_equal(estorno("cases", state, "--data", "play", NULL), YES);
		if (strstr(buffer_text(&output), "8421") != NULL)
			return;
		usleep(50 * 1000);
	}
	fail_msg("the case of 8421 is not %s", state);
}

static void
start_sandbox_with_a_refund(struct running *sandbox)
{
	start(sandbox, "sandbox", "play");
	say(sandbox, "quero o estorno do pedido 8421, veio quebrado");
	wait_for_case("offered");
	say(sandbox, "pode sim");
	wait_for_case("closed");
}

/* Opens a log-in link and presses its button; `cookie` is a whole header line. */
static void
log_in(const struct running *running, const char *data, char *cookie, size_t size)
{
	char path[COMMAND_PATH_SIZE], post[COMMAND_PATH_SIZE + 8];
	struct raw_message answer;
	assert_int_equal(estorno("staff", "add", "ana", "--data", data, NULL), YES);
	said_path("/login/", path);
	text_format(post, sizeof(post), "POST %s", path);
	assert_int_equal(visit(running, post, "", &answer), 303);
	const char *set = strstr(answer.head, "\r\nSet-Cookie: ");
	assert_non_null(set);
	set += strlen("\r\nSet-Cookie: ");
	assert_true(text_format(cookie, size, "Cookie: %.*s\r\n", (int)strcspn(set, ";"), set));
	raw_message_free(&answer);
}

static void
whether_an_order_was_refunded_is_told_to_who_has_the_receipt(void **state)
{
	char cookie[256], with_leaf[COMMAND_PATH_SIZE], other[COMMAND_PATH_SIZE];
	struct running sandbox;
	(void)state;
	start_sandbox_with_a_refund(&sandbox);
	assert_int_equal(estorno("log", "prove", "rcp_rf8421", "--data", "play", NULL), YES);
	json_t *proof = output_json();
	text_format(with_leaf, sizeof(with_leaf), "GET /v1/transparency/proof/rcp_rf8421?leaf=%s",
	            text_at(proof, "leaf_hash"));
	text_format(other, sizeof(other), "GET /v1/transparency/proof/rcp_rf9001?leaf=%s",
	            text_at(proof, "leaf_hash"));
	json_decref(proof);
	assert_int_equal(visit_status(&sandbox, with_leaf, ""), 200);
	assert_int_equal(visit_status(&sandbox, other, ""), 404);
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf8421", ""), 401);
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf9001", ""), 401);
	log_in(&sandbox, "play", cookie, sizeof(cookie));
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf8421", cookie),
	                 200);
	assert_int_equal(visit_status(&sandbox, "GET /v1/transparency/proof/rcp_rf9001", cookie),
	                 404);
	assert_int_equal(visit_status(&sandbox, "GET /v1/receipts?order=8421", cookie), 200);
	assert_int_equal(visit_status(&sandbox, "GET /v1/receipts?order=%zz", cookie), 400);
	stop(&sandbox);
}

static void
only_who_knows_the_way_is_listened_to(void **state)
{
	char path[COMMAND_PATH_SIZE];
	struct running serve;
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	said_path("/webhooks/zapi/", path);
	start(&serve, "serve", "estorno-data");
	/* None of these bodies ever comes, and the answer does not wait for them. */
	assert_int_equal(post_webhook(&serve, "/webhooks/zapi/guess", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, "/webhooks/whatsapp/guess", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, "/nowhere", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, "/healthz", 200000, ""), 405);
	assert_int_equal(post_webhook(&serve, "/logout", 200000, ""), 401);
	assert_int_equal(post_webhook(&serve, "/sandbox/say", 200000, ""), 404);
	assert_int_equal(post_webhook(&serve, path, 256 * 1024 + 1, ""), 413);
	/* Heard, but this shop has no connection to its channel yet: to come again. */
	assert_int_equal(post_webhook(&serve, path, 8, "{\"a\": 1}"), 503);
	stop(&serve);
}

static void
a_new_webhook_secret_takes_over_at_once(void **state)
{
	char first[COMMAND_PATH_SIZE], second[COMMAND_PATH_SIZE], third[COMMAND_PATH_SIZE];
	struct running serve;
	(void)state;
	assert_int_equal(estorno("webhook", "new", NULL), COULD_NOT);
	assert_int_equal(estorno("init", NULL), YES);
	said_path("/webhooks/zapi/", first);
	assert_int_equal(estorno("webhook", "new", NULL), YES);
	said_path("/webhooks/zapi/", second);
	start(&serve, "serve", "estorno-data");
	assert_int_equal(post_webhook(&serve, first, 8, "{\"a\": 1}"), 404);
	assert_int_equal(post_webhook(&serve, second, 8, "{\"a\": 1}"), 503);
	assert_int_equal(estorno("webhook", "new", NULL), YES);
	said_path("/webhooks/zapi/", third);
	assert_string_not_equal(second, third);
	assert_int_equal(post_webhook(&serve, second, 8, "{\"a\": 1}"), 404);
	assert_int_equal(post_webhook(&serve, third, 8, "{\"a\": 1}"), 503);
	stop(&serve);
	start(&serve, "serve", "estorno-data");
	assert_int_equal(post_webhook(&serve, third, 8, "{\"a\": 1}"), 503);
	stop(&serve);
}

static void
changes_go_to_the_running_program(void **state)
{
	struct running serve;
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("mandate", "keygen", "finance.key", NULL), YES);
	make_mandate("mandate.json", "500");
	start(&serve, "serve", "estorno-data");
	assert_true(text_starts_with(serve.line, "listening on http://127.0.0.1:"));
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), NO);
	assert_int_equal(estorno("mandate", "trust", "finance.key.pub", NULL), YES);
	assert_int_equal(estorno("mandate", "install", "mandate.json", NULL), YES);
	assert_mandate("active", true);
	assert_int_equal(estorno("staff", "add", "ana", NULL), YES);
	assert_said(serve.line + strlen("listening on "));
	assert_int_equal(estorno("chat", "--url", serve.line + strlen("listening on "), NULL),
	                 COULD_NOT);
	assert_complained("no sandbox");
	assert_int_equal(estorno("serve", NULL), COULD_NOT); /* one writer */
	stop(&serve);
	assert_int_equal(access("estorno-data/serve.url", F_OK), -1);
	assert_mandate("active", true);
}

/* A page of the running program; the caller frees. */
static char *
page(const struct running *running, const char *path)
{
	const struct http_call call = { .timeout_ms = 10 * SECOND_MS };
	struct http_request request;
	struct http_response response;
	struct http_end end;
	http_request_init(&request);
	http_response_init(&response);
	buffer_add_format(&request.url, "%.*s%s",
	                  (int)strcspn(running->line + strlen("listening on "), "\n"),
	                  running->line + strlen("listening on "), path);
	if (!http_client_once(&request, &call, NULL, &response, &end))
		fail_msg("%s: %s", path, end.why.text);
	assert_int_equal(response.status, 200);
	char *text = strdup(buffer_text(&response.body));
	http_request_free(&request);
	http_response_free(&response);
	return text;
}

/* While money is paused: it is ready all the same, and says so; the log's first key is retired. */
static void
assert_pages_tell_the_pause(const struct running *serve)
{
	char *ready = page(serve, "/readyz"), *metrics = page(serve, "/metrics");
	char *keys = page(serve, "/v1/signing-keys");
	assert_contains(ready, "paused: estorno reconcile");
	assert_contains(metrics, "\nestorno_money_paused 1\n");
	json_t *json = json_parse(keys, strlen(keys), 64 * 1024, NULL);
	const json_t *list = json_object_get(json, "keys");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(text_at(json_array_get(list, 1), "status"), "retired");
	assert_string_equal(text_at(json_array_get(list, 2), "status"), "active");
	assert_string_equal(text_at(json_array_get(list, 2), "use"), "log");
	json_decref(json);
	free(ready);
	free(metrics);
	free(keys);
}

/* A store without the mark that lay beside it: another machine, or a file put back with its folder. */
static void
a_store_from_elsewhere_waits_until_the_bank_was_asked(void **state)
{
	struct running serve;
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	assert_int_equal(estorno("reconcile", NULL), COULD_NOT);
	assert_complained("start `estorno serve` first");
	assert_int_equal(unlink("estorno-data/estorno.db.lock"), 0);
	start(&serve, "serve", "estorno-data");
	assert_int_equal(estorno("cases", NULL), YES);
	assert_complained("Money is paused");
	assert_int_equal(estorno("check", NULL), NO);
	assert_said("estorno reconcile");
	assert_pages_tell_the_pause(&serve);
	assert_int_equal(estorno("reconcile", "--json", NULL), YES);
	json_t *rows = output_json();
	assert_int_equal(json_array_size(rows), 0); /* nothing had ever been offered */
	json_decref(rows);
	assert_complained("Money may move");
	assert_int_equal(estorno("cases", NULL), YES);
	assert_lacks(errors, "Money is paused");
	stop(&serve);
}

static void
play_and_live_folders_never_mix(void **state)
{
	struct running sandbox;
	(void)state;
	start(&sandbox, "sandbox", "play");
	assert_true(text_starts_with(sandbox.line, "listening on http://127.0.0.1:"));
	assert_int_equal(estorno("connections", "--data", "play", NULL), YES);
	assert_said("pix");
	stop(&sandbox);
	assert_int_equal(estorno("serve", "--data", "play", NULL), COULD_NOT);
	assert_complained("sandbox");
	assert_int_equal(estorno("init", "--data", "live", NULL), YES);
	assert_int_equal(estorno("sandbox", "--data", "live", NULL), COULD_NOT);
	assert_int_equal(estorno("staff", "list", "--json", "--data", "live", NULL), YES);
	assert_said("[]");
	start(&sandbox, "sandbox", "play");
	assert_true(text_starts_with(sandbox.line, "listening on"));
	stop(&sandbox);
}

/* Listens where `serve` would, and has no room for anybody. */
static pid_t
start_busy_program(const char *data)
{
	static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
				   "Connection: close\r\nContent-Length: 0\r\n\r\n";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct raw_message request;
	assert_true(
		text_format(address.sun_path, sizeof(address.sun_path), "%s/control.sock", data));
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	while (child == 0) {
		int peer = accept(listener, NULL, NULL);
		if (peer >= 0 && raw_receive(peer, &request))
			raw_send(peer, busy);
		raw_message_free(&request);
		close(peer);
	}
	close(listener);
	return child;
}

static void
a_busy_program_is_not_taken_for_one_that_refuses(void **state)
{
	(void)state;
	assert_int_equal(estorno("init", NULL), YES);
	pid_t busy = start_busy_program("estorno-data");
	int code = estorno("mandate", "revoke", "cm_support", NULL);
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	assert_int_equal(code, COULD_NOT);
	assert_complained("busy: nothing was changed, try again");
}

/* --- all of them ------------------------------------------------------------------------------ */

/* The program stands beside the folder of this test. */
static void
find_program(void)
{
	char path[COMMAND_PATH_SIZE / 2];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	assert_true(length > 0);
	path[length] = '\0';
	*strrchr(path, '/') = '\0';
	assert_true(text_format(program, sizeof(program), "%s/../estorno", path));
}

int
main(void)
{
#define OF_COMMANDS(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)
#define OF_A_STORY(test)  cmocka_unit_test_setup_teardown(test, play_story, forget_story)
	const struct CMUnitTest tests[] = {
		OF_COMMANDS(what_is_not_a_command_exits_2),
		OF_COMMANDS(init_makes_a_folder_once),
		OF_COMMANDS(check_names_what_is_missing_and_the_line_that_is_wrong),
		OF_COMMANDS(a_mandate_lives_from_signing_to_revoking),
		OF_COMMANDS(a_mandate_shows_its_limits_and_what_is_left),
		OF_COMMANDS(a_mandate_that_was_changed_is_refused),
		OF_COMMANDS(a_mandate_for_another_shop_is_refused),
		OF_COMMANDS(finances_key_is_private_and_never_written_over),
		OF_COMMANDS(a_mandate_is_not_signed_with_an_amount_of_two_readings),
		OF_COMMANDS(a_credential_is_stored_only_after_it_has_worked),
		OF_COMMANDS(a_credential_with_wrong_keys_is_not_tried),
		OF_COMMANDS(a_log_in_link_points_to_where_people_reach_the_shop),
		OF_COMMANDS(who_was_disabled_gets_no_link),
		OF_COMMANDS(a_message_is_understood_as_json),
		OF_COMMANDS(many_messages_give_as_many_answers),
		OF_A_STORY(cases_and_receipts_are_listed),
		OF_A_STORY(a_case_is_a_story_that_masks_the_phone),
		OF_A_STORY(a_receipt_verifies_and_a_changed_one_does_not),
		OF_A_STORY(only_a_key_that_one_believes_tells_whether_it_is_genuine),
		OF_A_STORY(the_logs_key_makes_no_receipt_genuine),
		OF_A_STORY(other_peoples_tools_accept_an_export),
		OF_A_STORY(an_invented_log_is_not_passed_over),
		OF_A_STORY(a_hostile_folder_neither_hangs_nor_writes_to_the_terminal),
		OF_A_STORY(nothing_is_hidden_after_a_nul),
		OF_A_STORY(two_heads_of_one_size_are_two_logs),
		OF_A_STORY(the_logs_heads_are_judged_in_either_form),
		OF_A_STORY(what_the_log_should_say_is_missed),
		OF_A_STORY(an_export_holds_nothing_personal_unless_asked),
		OF_A_STORY(a_disclosure_opens_its_own_receipt_or_is_not_genuine),
		OF_A_STORY(the_log_tells_when_its_store_was_tampered_with),
		OF_A_STORY(a_receipt_that_vanished_is_missed),
		OF_A_STORY(a_row_that_contradicts_its_signed_bytes_is_found),
		OF_A_STORY(a_receipt_is_printed_as_it_was_signed),
		OF_A_STORY(a_backup_made_beside_the_writer_is_a_whole_store),
		OF_A_STORY(what_was_sealed_before_a_restore_holds_and_what_comes_after_too),
		OF_COMMANDS(the_program_leaves_no_core),
		OF_COMMANDS(a_log_in_link_is_used_by_its_button_and_not_by_being_opened),
		OF_COMMANDS(what_a_proxy_forwards_is_not_from_this_machine),
		OF_COMMANDS(whether_an_order_was_refunded_is_told_to_who_has_the_receipt),
		OF_COMMANDS(only_who_knows_the_way_is_listened_to),
		OF_COMMANDS(a_new_webhook_secret_takes_over_at_once),
		OF_COMMANDS(changes_go_to_the_running_program),
		OF_COMMANDS(a_store_from_elsewhere_waits_until_the_bank_was_asked),
		OF_COMMANDS(play_and_live_folders_never_mix),
		OF_COMMANDS(a_busy_program_is_not_taken_for_one_that_refuses),
	};
	find_program();
	unsetenv("ESTORNO_DATA");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
