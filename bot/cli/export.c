/*
 * export: everything about an order's receipts that an auditor needs, in one folder, and
 * how to check it without us.
 *
 *	ID.json, ID.json.sig   the signed bytes and their SSHSIG
 *	ID.postcept.json       the same as a Receipt object
 *	ID.txt                 for people
 *	ID.proof.json          that it is in the log
 *	ID.mandate             the bytes that finance signed, to which the row mandate_signed commits
 *	checkpoint             the log's head
 *	receipts.pub, log.pub, log.pem, allowed_signers
 *	VERIFY.txt             what to check and how; also a script: sh VERIFY.txt
 *
 * Personal data stays out of it; --disclose adds what opens the receipts' salted values.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/receipt_text.h"
#include "proof/key_text.h"
#include "serve/shown_receipt.h"
#include "serve/standing.h"

/* Who signed, in the words of ssh-keygen's list. */
#define PRINCIPAL "receipts@estorno"

enum { VERIFY_BYTES_MAX = 2 * EXPORT_RECEIPTS_MAX * 512 };

struct export
{
	const struct command_line *line;
	struct store *store;
	char folder[64 + ORDER_NUMBER_SIZE];
	struct verifying_key receipts, log;
	struct buffer commands; /* of VERIFY.txt */
	bool failed;
	struct why why;
};

/* --- files ------------------------------------------------------------------------------------ */

static void
path_of(const struct export *e, const char *name, const char *ending, char path[FOLDER_PATH_SIZE])
{
	ensure(text_format(path, FOLDER_PATH_SIZE, "%s/%s%s", e->folder, name, ending));
}

static bool
write_file(struct export *e, const char *name, const char *ending, const char *bytes, size_t length)
{
	char path[FOLDER_PATH_SIZE];
	path_of(e, name, ending, path);
	return file_write_public(path, bytes, length, &e->why);
}

static bool
write_text(struct export *e, const char *name, const char *ending, const char *text)
{
	return write_file(e, name, ending, text, strlen(text));
}

/* `json` is taken; NULL is a failure that `why` tells. */
static bool
write_json(struct export *e, const char *name, const char *ending, json_t *json)
{
	char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	bool ok = text != NULL && write_text(e, name, ending, text);
	free(text);
	json_decref(json);
	return ok;
}

/* --- one receipt ------------------------------------------------------------------------------ */

static bool
write_for_people(struct export *e, const struct stored_receipt *receipt)
{
	char path[FOLDER_PATH_SIZE];
	path_of(e, receipt->id, ".txt", path);
	FILE *file = fopen(path, "wxe");
	if (file == NULL)
		return why_set(&e->why, "%s: %s", path, strerror(errno));
	bool ok = receipt_text(file, e->store, receipt, &e->why);
	return fclose(file) == 0 ? ok : why_set(&e->why, "%s: %s", path, strerror(errno));
}

static bool
write_proof(struct export *e, const struct stored_receipt *receipt)
{
	struct inclusion_proof *proof = calloc(1, sizeof(*proof));
	ensure(proof != NULL);
	bool ok = shown_inclusion(e->store, receipt->id, proof, &e->why) &&
	          write_json(e, receipt->id, ".proof.json", inclusion_proof_to_json(proof));
	free(proof);
	return ok;
}

static void
add_disclosure(void *context, const struct disclosed *disclosed)
{
	json_object_set_new(context, disclosed->name, json_string(disclosed->text));
}

/* Personal data: for the owner of the file alone. */
static bool
write_disclosures(struct export *e, const struct stored_receipt *receipt)
{
	char path[FOLDER_PATH_SIZE];
	json_t *json = json_object();
	store_disclosures(e->store, receipt->id, add_disclosure, json);
	char *text = json_dumps(json, JSON_INDENT(2));
	ensure(text != NULL);
	path_of(e, receipt->id, ".disclosures.json", path);
	bool ok = file_write_private(path, text, &e->why);
	free(text);
	json_decref(json);
	return ok;
}

/* What the receipt says of its mandate: "ed25519:..., cm_support of ..., sha256:..."; "" for nothing. */
static void
mandate_digest_of(const struct stored_receipt *receipt, char digest[RECEIPT_DIGEST_SIZE])
{
	json_t *body = json_parse_object(receipt->body, receipt->body_length, RECEIPT_BYTES_MAX,
	                                 NULL),
	       *row;
	size_t index;
	digest[0] = '\0';
	json_array_foreach (json_object_get(body, "postconditions"), index, row) {
		const char *name = json_string_value(json_object_get(row, "name"));
		const char *actual = json_string_value(json_object_get(row, "actual"));
		const char *at = actual == NULL ? NULL : strstr(actual, "sha256:");
		if (at != NULL && name != NULL && text_equal(name, "mandate_signed"))
			text_copy(digest, RECEIPT_DIGEST_SIZE, at);
	}
	json_decref(body);
}

struct mandate_search {
	char digest[RECEIPT_DIGEST_SIZE];
	struct stored_mandate found; /* body "" when it is not there */
};

static void
look_for_mandate(void *context, const struct stored_mandate *mandate)
{
	struct mandate_search *search = context;
	char digest[RECEIPT_DIGEST_SIZE];
	mandate_body_digest(mandate->body, digest);
	if (text_equal(digest, search->digest))
		search->found = *mandate;
}

static bool
write_mandate(struct export *e, const struct stored_receipt *receipt)
{
	struct mandate_search search = { .digest = "" };
	mandate_digest_of(receipt, search.digest);
	if (search.digest[0] == '\0')
		return true;
	store_mandates(e->store, look_for_mandate, &search);
	if (search.found.body[0] == '\0')
		return true; /* the row itself says that it does not hold */
	return write_text(e, receipt->id, ".mandate", search.found.body);
}

static void
add_command(struct export *e, const struct stored_receipt *receipt)
{
	buffer_add_format(&e->commands,
	                  "ssh-keygen -Y verify -f allowed_signers -I " PRINCIPAL
	                  " -n " RECEIPT_NAMESPACE " -s %s.json.sig < %s.json\n",
	                  receipt->id, receipt->id);
}

static bool
write_receipt(struct export *e, const struct stored_receipt *receipt)
{
	bool ok = write_file(e, receipt->id, ".json", receipt->body, receipt->body_length) &&
	          write_text(e, receipt->id, ".json.sig", receipt->sshsig) &&
	          write_json(e, receipt->id, ".postcept.json", shown_receipt(receipt, &e->why)) &&
	          write_for_people(e, receipt) && write_proof(e, receipt) &&
	          write_mandate(e, receipt);
	if (ok && command_option(e->line, "--disclose") != NULL)
		ok = write_disclosures(e, receipt);
	add_command(e, receipt);
	return ok;
}

static void
visit_receipt(void *context, const struct stored_receipt *receipt)
{
	struct export *e = context;
	e->failed = e->failed || !write_receipt(e, receipt);
}

/* --- what they have in common ----------------------------------------------------------------- */

static bool
write_key(struct export *e, const char *name, const struct verifying_key *key)
{
	char line[PUBLIC_KEY_LINE_SIZE], text[PUBLIC_KEY_LINE_SIZE + 1];
	ensure(verifying_key_print(key, name, line));
	ensure(text_format(text, sizeof(text), "%s\n", line));
	return write_text(e, name, ".pub", text);
}

static bool
write_signers(struct export *e)
{
	char line[ALLOWED_SIGNER_SIZE], text[ALLOWED_SIGNER_SIZE + 1];
	return sshsig_allowed_signer(PRINCIPAL, RECEIPT_NAMESPACE, &e->receipts, line, &e->why) &&
	       text_format(text, sizeof(text), "%s\n", line) &&
	       write_text(e, "allowed_signers", "", text);
}

/* OpenSSL's form: what stands before the 32 bytes says that they are an Ed25519 key (RFC 8410). */
static bool
write_pem(struct export *e)
{
	static const uint8_t begins[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
		                          0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
	uint8_t bytes[sizeof(begins) + KEY_BYTES];
	char text[BASE64_SIZE(sizeof(bytes))], pem[256];
	memcpy(bytes, begins, sizeof(begins));
	memcpy(bytes + sizeof(begins), e->log.bytes, KEY_BYTES);
	base64_encode(text, sizeof(text), bytes, sizeof(bytes));
	ensure(text_format(pem, sizeof(pem),
	                   "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", text));
	return write_text(e, "log", ".pem", pem);
}

static bool
write_checkpoint(struct export *e)
{
	struct stored_head head;
	if (!store_head_latest(e->store, &head))
		return why_set(&e->why, "the log has no head yet");
	return write_text(e, "checkpoint", "", head.checkpoint);
}

#define VERIFY_BEGINS                                                                              \
	"# How to check these receipts with other people's tools.  Also a script: sh VERIFY.txt\n" \
	"#\n"                                                                                      \
	"# First make sure of the keys.  receipts.pub and log.pub came with the receipts, so by\n" \
	"# themselves they prove nothing: compare them with what the shop publishes, at\n"         \
	"# /v1/signing-keys or wherever you were told.\n"                                          \
	"#\n"                                                                                      \
	"#   receipts   %s\n"                                                                      \
	"#   log        %s\n"                                                                      \
	"#\n"                                                                                      \
	"# ID.json are the signed bytes, ID.postcept.json the same with its signature (for any\n"  \
	"# Postcept verifier), ID.proof.json shows that it is in the log, ID.txt is for people.\n" \
	"# `sha256sum ID.mandate` gives what its row mandate_signed names: the bytes that "        \
	"finance\n"                                                                                \
	"# signed.\n"                                                                              \
	"set -eu\n\n"                                                                              \
	"# Each receipt is what receipts.pub signed (OpenSSH 8.1 or later):\n"

/* The first three lines are signed; the signature line ends in base 64 of 4 bytes of key id and 64 of
 * signature (receipts.md section 3). */
#define VERIFY_ENDS                                                                            \
	"\n# The checkpoint, the log's head, is what log.pub signed (OpenSSL 1.1.1 or later; " \
	"log.pem\n"                                                                            \
	"# is log.pub in OpenSSL's form):\n"                                                   \
	"head -n 3 checkpoint > checkpoint.body\n"                                             \
	"sed -n '5s/.* //p' checkpoint | base64 -d | tail -c 64 > checkpoint.signature\n"      \
	"openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in checkpoint.body "            \
	"-sigfile checkpoint.signature\n"                                                      \
	"\n# All of it at once, with Estorno itself:\n"                                        \
	"#   estorno verify --key receipts.pub --key log.pub .\n"

static bool
write_instructions(struct export *e)
{
	struct buffer text;
	buffer_init(&text, VERIFY_BYTES_MAX);
	buffer_add_format(&text, VERIFY_BEGINS, e->receipts.id, e->log.id);
	buffer_add_text(&text, buffer_text(&e->commands));
	buffer_add_text(&text, VERIFY_ENDS);
	ensure(!text.failed);
	bool ok = write_text(e, "VERIFY.txt", "", buffer_text(&text));
	buffer_free(&text);
	return ok;
}

/* --- the folder ------------------------------------------------------------------------------- */

/* estorno-8421, or a numbered one: nothing is ever written over. */
static bool
make_folder(struct export *e, const char *order)
{
	for (int i = 1; i <= EXPORT_FOLDERS_MAX; i++) {
		char number[16] = "";
		if (i > 1)
			text_format(number, sizeof(number), "-%d", i);
		ensure(text_format(e->folder, sizeof(e->folder), "estorno-%s%s", order, number));
		if (mkdir(e->folder, 0755) == 0)
			return true;
		if (errno != EEXIST)
			return why_set(&e->why, "%s: %s", e->folder, strerror(errno));
	}
	return why_set(
		&e->why,
		"estorno-%s to %s exist already, and no more than %d are tried: move them away",
		order, e->folder, EXPORT_FOLDERS_MAX);
}

/* The key that signed the head which all of it is proved by: after a restore it is another one. */
static bool
find_log_key(struct export *e)
{
	struct key_ring ring = { .count = 0 };
	struct stored_head head;
	if (!folder_log_keys(e->line->data, &ring, &e->why))
		return false;
	if (!store_head_latest(e->store, &head))
		return why_set(&e->why, "the log has no head yet");
	const struct verifying_key *key = key_ring_find(&ring, head.signing_key_id);
	if (key == NULL)
		return why_set(&e->why, "keys/ lacks the public key %s", head.signing_key_id);
	e->log = *key;
	return true;
}

static bool
write_everything(struct export *e, const char *order)
{
	if (!folder_public_key(e->line->data, "receipts", &e->receipts, &e->why) ||
	    !find_log_key(e) || !make_folder(e, order))
		return false;
	store_receipts(e->store, order, EXPORT_RECEIPTS_MAX, visit_receipt, e);
	return !e->failed && write_key(e, "receipts", &e->receipts) &&
	       write_key(e, "log", &e->log) && write_signers(e) && write_pem(e) &&
	       write_checkpoint(e) && write_instructions(e);
}

static int export(const struct command_line *line, struct folder *folder)
{
	struct export e = { .line = line, .store = folder->store };
	char order[ORDER_NUMBER_SIZE], latest[RECEIPT_ID_SIZE];
	bool named = text_letters_and_digits(order, sizeof(order), line->words[0]);
	int64_t count = named ? store_receipt_count(folder->store, order, latest) : 0;
	if (count == 0) {
		why_set(&e.why, "no receipt for order %s", line->words[0]);
		return command_refused(&e.why);
	}
	if (count > EXPORT_RECEIPTS_MAX) {
		why_set(&e.why, "order %s has %lld receipts, and an export holds %d at most", order,
		        (long long)count, EXPORT_RECEIPTS_MAX);
		return command_could_not(&e.why);
	}
	buffer_init(&e.commands, VERIFY_BYTES_MAX / 2);
	bool ok = write_everything(&e, order);
	buffer_free(&e.commands);
	if (!ok)
		return command_could_not(&e.why);
	printf("%s\n", e.folder);
	return EXIT_YES;
}

static int
run(const struct command_line *line)
{
	return command_look(line, export);
}

const struct command command_export = {
	.name = "export",
	.arguments = "ORDER",
	.sentence = "a folder for auditors, with how to check it without us; prints its path",
	.help = "  --disclose   also what opens the receipts' salted values: personal data\n\n"
		"Writes estorno-ORDER below the current folder, or a numbered one if it exists.",
	.options = "--disclose",
	.least = 1,
	.most = 1,
	.run = run,
};
