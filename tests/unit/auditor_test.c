/*
 * What auditors do: verify a receipt, take an export along, look at the log.  Whoever invents,
 * changes or hides something is found out.
 */
#include "tests/refunded.h"

#include "proof/checkpoint.h"
#include "proof/disclosure.h"
#include "proof/log_proof.h"
#include "proof/receipt.h"

/* --- receipts ----------------------------------------------------------------------------------- */

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

/* --- exports ------------------------------------------------------------------------------------ */

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
	const char *phone = json_text_at(json, "buyer_phone"),
		   *reply = json_text_at(json, "reply_text");
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

/* --- the log ------------------------------------------------------------------------------------ */

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
		OF_A_STORY(what_was_sealed_before_a_restore_holds_and_what_comes_after_too),
	};
	find_program();
	unsetenv("ESTORNO_DATA");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
