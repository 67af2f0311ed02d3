/*
 * Settings: what a shop writes into estorno.conf, and that every mistake in it is said with its line.
 */
#include "tests/command.h"

#include "base/instant.h"
#include "base/limits.h"
#include "io/settings.h"

static void
assert_refused(const char *text, const char *expected)
{
	struct settings settings;
	struct why why = { "" };
	if (settings_read(text, &settings, &why))
		fail_msg("was read: %s", text);
	assert_string_equal(why.text, expected);
}

static void
an_empty_file_is_all_defaults(void **state)
{
	struct settings defaults, read;
	(void)state;
	settings_default(&defaults);
	assert_true(settings_read("", &read, NULL));
	assert_memory_equal(&defaults, &read, sizeof(defaults));
	assert_string_equal(defaults.merchant, "loja");
	assert_string_equal(defaults.listen, "127.0.0.1:8080");
	assert_int_equal(defaults.consent_minutes, 30);
}

static void
values_stand_behind_their_keys(void **state)
{
	struct settings settings;
	(void)state;
	assert_true(settings_read("# a shop\n"
	                          "merchant = Loja da Z\u00e9 \n"
	                          "\n"
	                          "consent_minutes=1440\n"
	                          "   \n"
	                          "payment_reference = observation\r\n",
	                          &settings, NULL));
	assert_string_equal(settings.merchant, "Loja da Z\u00e9");
	assert_int_equal(settings.consent_minutes, 1440);
	assert_string_equal(settings.payment_reference, "observation");
	assert_string_equal(settings.agent, "support-bot");
}

static void
every_mistake_is_said_with_its_line(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "merchant = a\nmerchnt = b\n", "line 2: merchnt is no setting" },
		{ "merchant = a\n\nmerchant = b\n",
		  "line 3: merchant stands here for the second time" },
		{ "# x\n[shop]\nmerchant = a\n", "line 3: sections are not used here" },
		{ "merchant\n", "line 1: not `key = value`" },
		{ "merchant =\n", "line 1: merchant: can't be empty: it stands in every receipt" },
		{ "\nagent = \n", "line 2: agent: can't be empty: it stands in every receipt" },
		{ "merchant = Loja # nossa\n", "line 1: a value can't have a '#' behind a blank" },
		{ "consent_minutes = 0\n",
		  "line 1: consent_minutes must be a whole number from 1 to 1440" },
		{ "consent_minutes = 1441\n",
		  "line 1: consent_minutes must be a whole number from 1 to 1440" },
		{ "consent_minutes = 30 minutes\n",
		  "line 1: consent_minutes must be a whole number from 1 to 1440" },
		{ "consent_minutes = 1e2\n",
		  "line 1: consent_minutes must be a whole number from 1 to 1440" },
		{ "consent_minutes =\n",
		  "line 1: consent_minutes must be a whole number from 1 to 1440" },
		{ "consent_minutes = 99999999999999999999\n",
		  "line 1: consent_minutes must be a whole number from 1 to 1440" },
		{ "locale = pt\n", "line 1: locale must be one of: pt-BR|es|en" },
		{ "locale = pt-BR|es\n", "line 1: locale must be one of: pt-BR|es|en" },
		{ "locale =\n", "line 1: locale must be one of: pt-BR|es|en" },
		{ "note_gate = optional\n", "line 1: note_gate must be one of: required" },
		{ "icms_origin = 00000\n",
		  "line 1: icms_origin may have at most 3 bytes of UTF-8" },
		{ "merchant = \xff\n", "line 1: merchant may have at most 63 bytes of UTF-8" },
		{ "merchant = a\n  agent = b\n",
		  "line 2: merchant stands here for the second time" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_refused(rows[i].text, rows[i].why);
}

static void
the_first_mistake_is_the_one_that_is_said(void **state)
{
	(void)state;
	assert_refused("a = 1\nb = 2\nconsent_minutes = 0\n", "line 1: a is no setting");
}

/* A merchant's name is part of every refund id: half of it would be another shop. */
static void
no_value_is_cut_silently(void **state)
{
	struct settings settings;
	char line[400] = "public_url = https://";
	(void)state;
	assert_refused("# ours ; too\nmerchant = Loja ; Filial\n",
	               "line 2: a value can't have a ';' behind a blank");
	assert_refused("  merchant = Loja\t;", "line 1: a value can't have a ';' behind a blank");
	assert_true(settings_read("merchant = Loja; Filial\n", &settings, NULL));
	assert_string_equal(settings.merchant, "Loja; Filial");
	for (size_t length = strlen(line); length < sizeof(line) - 1; length++) {
		line[length] = 'x';
		line[length + 1] = '\0';
		if (length + 1 > 198)
			assert_refused(line, "line 1: longer than 198 bytes");
		else if (settings_read(line, &settings, NULL))
			assert_string_equal(settings.public_url, line + strlen("public_url = "));
		else
			fail_msg("%zu bytes were refused", length + 1);
	}
}

/* Receipts are signed over these texts, in canonical JSON, which takes no DEL. */
static void
a_value_is_one_printable_line(void **state)
{
	(void)state;
	assert_refused("merchant = a\x7f"
	               "b\n",
	               "line 1: merchant must be one printable line");
	assert_refused("agent = a\tb\n", "line 1: agent must be one printable line");
}

/* --- files -------------------------------------------------------------------------------------- */

static char folder[COMMAND_PATH_SIZE];

static int
make_folder(void **state)
{
	(void)state;
	command_folder(folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	command_folder_remove(folder);
	return 0;
}

static bool
load(const char *bytes, size_t length, struct settings *settings, struct why *why)
{
	char path[COMMAND_PATH_SIZE];
	command_file(path, folder, "estorno.conf", bytes, length);
	return settings_load(path, settings, why);
}

static void
a_missing_file_is_all_defaults(void **state)
{
	struct settings settings;
	char path[COMMAND_PATH_SIZE];
	(void)state;
	assert_true(text_format(path, sizeof(path), "%s/none.conf", folder));
	assert_true(settings_load(path, &settings, NULL));
	assert_string_equal(settings.merchant, "loja");
}

static void
a_mistake_in_a_file_names_the_file(void **state)
{
	struct settings settings;
	struct why why = { "" };
	(void)state;
	assert_false(load("tax_regime = 4", 14, &settings, &why));
	assert_non_null(strstr(why.text, "estorno.conf: line 1: tax_regime must be"));
}

static void
a_file_that_is_no_text_or_too_large_is_refused(void **state)
{
	enum { TOO_LARGE = SETTINGS_BYTES_MAX + 1 };
	struct settings settings;
	char *large = malloc(TOO_LARGE);
	(void)state;
	assert_non_null(large);
	memset(large, '\n', TOO_LARGE);
	assert_true(load(large, TOO_LARGE - 1, &settings, NULL));
	assert_false(load(large, TOO_LARGE, &settings, NULL));
	assert_false(load("merchant = a\n\0agent = b\n", 24, &settings, NULL));
	assert_false(settings_load(folder, &settings, NULL));
	free(large);
}

/* What `init` writes: every key, and reading it changes nothing, also with every # taken away. */
static void
the_template_is_a_file_of_defaults(void **state)
{
	struct settings defaults, read;
	struct why why = { "" };
	char path[COMMAND_PATH_SIZE], *text, *at;
	size_t length;
	(void)state;
	command_file(path, folder, "estorno.conf", "", 0);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	settings_print_template(file);
	fclose(file);
	settings_default(&defaults);
	assert_true(settings_load(path, &read, &why));
	assert_memory_equal(&defaults, &read, sizeof(defaults));
	text = test_read_file(path, &length);
	for (at = text; (at = strstr(at, "\n#")) != NULL; at++)
		if (at[2] != ' ')
			at[1] = ' ' == at[1] ? ' ' : '\n';
	if (!settings_read(text, &read, &why))
		fail_msg("%s", why.text);
	assert_memory_equal(&defaults, &read, sizeof(defaults));
	assert_non_null(strstr(text, "\nconsent_minutes = 30\n"));
	free(text);
}

/* --- for the pure rooms ---------------------------------------------------------------------------- */

static void
the_policy_is_in_milliseconds(void **state)
{
	struct settings settings;
	struct policy policy;
	(void)state;
	assert_true(settings_read("consent_minutes = 2\norder_hours = 3\nslow_seconds = 4\n"
	                          "refund_grace_seconds = 5\nlook_up_give_up_minutes = 6\n"
	                          "refund_give_up_minutes = 7\nnote_give_up_minutes = 8\n"
	                          "verify_give_up_minutes = 9\ntell_give_up_minutes = 10\n"
	                          "told_wait_seconds = 11\nmerchant = m\nagent = a\n",
	                          &settings, NULL));
	settings_policy(&settings, true, &policy);
	assert_int_equal(policy.consent_ms, 2 * MINUTE_MS);
	assert_int_equal(policy.order_wait_ms, 3 * HOUR_MS);
	assert_int_equal(policy.slow_ms, 4 * SECOND_MS);
	assert_int_equal(policy.unknown_grace_ms, 5 * SECOND_MS);
	assert_int_equal(policy.look_up_give_up_ms, 6 * MINUTE_MS);
	assert_int_equal(policy.refund_give_up_ms, 7 * MINUTE_MS);
	assert_int_equal(policy.note_give_up_ms, 8 * MINUTE_MS);
	assert_int_equal(policy.verify_give_up_ms, 9 * MINUTE_MS);
	assert_int_equal(policy.tell_give_up_ms, 10 * MINUTE_MS);
	assert_int_equal(policy.told_wait_ms, 11 * SECOND_MS);
	assert_string_equal(policy.merchant, "m");
	assert_string_equal(policy.agent, "a");
	assert_true(policy.sandbox);
}

static void
the_shop_is_told_where_payments_are_named(void **state)
{
	static const struct {
		const char *text;
		enum payment_reference_place place;
	} rows[] = {
		{ "payment_reference = nsu", REFERENCE_IN_NSU },
		{ "payment_reference = integration_code", REFERENCE_IN_INTEGRATION_CODE },
		{ "payment_reference = observation", REFERENCE_IN_OBSERVATION },
		{ "payment_reference = customer_order_number", REFERENCE_IN_CUSTOMER_ORDER_NUMBER },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings settings;
		struct shop shop;
		assert_true(settings_read(rows[i].text, &settings, NULL));
		settings_shop(&settings, &shop);
		assert_int_equal(shop.payment_reference, rows[i].place);
		assert_string_equal(shop.note_nature, "Devolu\u00e7\u00e3o de venda");
	}
}

static void
assert_judged(const char *key, const char *value, bool taken)
{
	char text[256];
	struct settings settings;
	struct why why = { "" };
	assert_true(text_format(text, sizeof(text), "# a shop\n%s = %s\n", key, value));
	if (settings_read(text, &settings, &why) != taken)
		fail_msg("%s: %s", text, taken ? why.text : "was taken");
	if (!taken && (strstr(why.text, "line 2: ") != why.text || strstr(why.text, key) == NULL))
		fail_msg("%s does not name line and key", why.text);
}

static void
a_value_that_can_not_work_is_refused(void **state)
{
	static const char *const places[] = { "127.0.0.1:0", "0.0.0.0:8080", "[::1]:0",
		                              "[::]:65535" };
	static const char *const no_places[] = { "8080",        ":8080",          "localhost:8080",
		                                 "127.0.0.1",   "127.0.0.1:",     "127.0.0.1:65536",
		                                 "127.0.0.1:x", "127.0.0.1:-1",   "::1:8080",
		                                 "[::1]",       "[127.0.0.1]:80", "" };
	static const char *const urls[] = { "",
		                            "https://estorno.example",
		                            "https://example.com/estorno/",
		                            "http://127.0.0.1:8080",
		                            "http://[::1]:8080/x",
		                            "http://localhost" };
	static const char *const no_urls[] = {
		"estorno.example",      "http://estorno.example",   "https://",
		"https:///login",       "http://127.0.0.1.example", "http://localhost@example",
		"https://example/?a=b", "https://exa mple"
	};
	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		assert_judged("listen", places[i], true);
	for (size_t i = 0; i < sizeof(no_places) / sizeof(no_places[0]); i++)
		assert_judged("listen", no_places[i], false);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_judged("public_url", urls[i], true);
	for (size_t i = 0; i < sizeof(no_urls) / sizeof(no_urls[0]); i++)
		assert_judged("public_url", no_urls[i], false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_all_defaults),
		cmocka_unit_test(values_stand_behind_their_keys),
		cmocka_unit_test(every_mistake_is_said_with_its_line),
		cmocka_unit_test(a_value_that_can_not_work_is_refused),
		cmocka_unit_test(the_first_mistake_is_the_one_that_is_said),
		cmocka_unit_test(no_value_is_cut_silently),
		cmocka_unit_test(a_value_is_one_printable_line),
		cmocka_unit_test(a_missing_file_is_all_defaults),
		cmocka_unit_test(a_mistake_in_a_file_names_the_file),
		cmocka_unit_test(a_file_that_is_no_text_or_too_large_is_refused),
		cmocka_unit_test(the_template_is_a_file_of_defaults),
		cmocka_unit_test(the_policy_is_in_milliseconds),
		cmocka_unit_test(the_shop_is_told_where_payments_are_named),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
