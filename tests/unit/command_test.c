/*
 * The commands, as scripts meet them.  Those for auditors are in auditor_test.c, the running
 * program in serve_test.c.
 */
#include "tests/program.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/raw_socket.h"
#include "tests/refunded.h"

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
	assert_string_equal(json_text_at(json_array_get(rows, 0), "role"), "auditor");
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
	assert_string_equal(json_text_at(json, "intent"), "refund");
	assert_string_equal(json_text_at(json, "order"), "8421");
	assert_string_equal(json_text_at(json, "lang"), "pt-BR");
	assert_null(json_at(json, "consent"));
	assert_null(json_at(json, "why"));
	json_decref(json);
	assert_int_equal(estorno("understand", "--awaiting", "consent", "pode sim", NULL), YES);
	json = output_json();
	assert_string_equal(json_text_at(json, "consent"), "yes");
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

/* --- cases and receipts ------------------------------------------------------------------------- */

static void
cases_and_receipts_are_listed(void **state)
{
	(void)state;
	assert_int_equal(estorno("cases", "closed", "--json", NULL), YES);
	json_t *rows = output_json();
	const json_t *row = json_array_get(rows, 0);
	assert_string_equal(json_text_at(row, "order"), "8421");
	assert_string_equal(json_text_at(row, "state"), "CLOSED");
	assert_string_equal(json_text_at(row, "receipt"), "rcp_rf8421");
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
	case_of_story(id);
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

int
main(void)
{
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
		OF_A_STORY(a_receipt_is_printed_as_it_was_signed),
		OF_A_STORY(a_backup_made_beside_the_writer_is_a_whole_store),
	};
	find_program();
	unsetenv("ESTORNO_DATA");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
