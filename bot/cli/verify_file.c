/*
 * A folder counts for what is in it: its keys are not believed, because whoever forged the
 * receipts would have put his own keys beside them.
 */
#include "cli/verify_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/folder.h"
#include "proof/checkpoint.h"
#include "proof/disclosure.h"
#include "proof/log_proof.h"
#include "proof/receipt_verify.h"

enum { WORDS_SIZE = WHY_SIZE };

/* One file under judgement. */
struct judgement {
	const char *path;
	const struct verify_keys *keys;
	const char *text;
	size_t length;
	const json_t *json; /* NULL when it is not an object */
	bool is_receipt;
	bool has_head; /* genuine, it says what the log was: */
	uint64_t head_size;
	struct digest head_root;
	char words[WORDS_SIZE]; /* what it says, when genuine */
	struct why why;         /* why it is not, or can't be told */
};

/* --- what stands beside it -------------------------------------------------------------------- */

/* The file whose name ends in `other` where this one's ends in `ending`; NULL when there is none, or with
 * j->why when it can't be taken as it is. */
static char *
read_beside(struct judgement *j, const char *ending, const char *other)
{
	char path[FOLDER_PATH_SIZE];
	size_t length = strlen(j->path);
	if (!text_ends_with(j->path, ending) ||
	    !text_format(path, sizeof(path), "%.*s%s", (int)(length - strlen(ending)), j->path,
	                 other))
		return NULL;
	return access(path, F_OK) == 0 ? file_read(path, RECEIPT_FILE_BYTES_MAX, NULL, &j->why)
	                               : NULL;
}

/* --- kinds ------------------------------------------------------------------------------------ */

/* What the signed bytes say, and nothing else. */
static void
describe_receipt(struct judgement *j, const char *body, size_t length)
{
	json_t *json = json_parse_object(body, length, RECEIPT_BYTES_MAX, NULL);
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *result = json_string_value(json_object_get(json, "result"));
	const char *key = json_string_value(json_object_get(json, "signing_key_id"));
	bool safe = json_is_true(json_object_get(json, "safe_to_claim_complete"));
	bool test = json_is_true(json_object_get(json, "test"));
	text_format(j->words, WORDS_SIZE, "%s: %s, %s%s; signed with %s", id == NULL ? "" : id,
	            result == NULL ? "" : result,
	            safe ? "safe to claim complete" : "not safe to claim complete",
	            test ? ", a test" : "", key == NULL ? "the key given" : key);
	json_decref(json);
}

static enum authenticity
judge_object(struct judgement *j)
{
	struct buffer body;
	buffer_init(&body, RECEIPT_BYTES_MAX);
	j->is_receipt = true;
	enum authenticity found = receipt_verify_json(j->json, &j->keys->receipts, &body, &j->why);
	if (found == AUTHENTICITY_GENUINE)
		describe_receipt(j, buffer_text(&body), body.length);
	buffer_free(&body);
	return found;
}

static enum authenticity
judge_body(struct judgement *j, const char *signature)
{
	j->is_receipt = true;
	enum authenticity found =
		receipt_verify_body(j->text, j->length, signature, &j->keys->receipts, &j->why);
	if (found == AUTHENTICITY_GENUINE)
		describe_receipt(j, j->text, j->length);
	return found;
}

static void
keep_head(struct judgement *j, uint64_t size, const struct digest *root)
{
	j->has_head = true;
	j->head_size = size;
	j->head_root = *root;
}

/* The proof is about the receipt beside it, which must be genuine itself. */
static enum authenticity
judge_proof_of(struct judgement *j, const struct inclusion_proof *proof, const char *receipt)
{
	json_t *json = json_parse_object(receipt, strlen(receipt), RECEIPT_FILE_BYTES_MAX, &j->why);
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *signature = json_string_value(json_object_get(json, "signature"));
	enum authenticity found = AUTHENTICITY_NOT_GENUINE;
	if (id != NULL && signature != NULL)
		found = receipt_verify_json(json, &j->keys->receipts, NULL, &j->why);
	else
		why_set(&j->why, "the file beside it is not a receipt");
	if (found == AUTHENTICITY_GENUINE)
		found = inclusion_proof_verify(proof, id, signature, &j->keys->log, &j->why);
	if (found == AUTHENTICITY_GENUINE)
		keep_head(j, proof->head.size, &proof->head.root);
	if (found == AUTHENTICITY_GENUINE)
		text_format(j->words, WORDS_SIZE,
		            "%s is leaf %llu of a log of %llu, signed with %s", id,
		            (unsigned long long)proof->index, (unsigned long long)proof->size,
		            proof->head.key_id);
	json_decref(json);
	return found;
}

static enum authenticity
judge_proof(struct judgement *j)
{
	struct inclusion_proof *proof = calloc(1, sizeof(*proof));
	enum authenticity found = AUTHENTICITY_NOT_GENUINE;
	ensure(proof != NULL);
	char *receipt = read_beside(j, ".proof.json", ".postcept.json");
	if (receipt == NULL) {
		why_set(&j->why,
		        "its receipt is not beside it (ID.postcept.json beside ID.proof.json)");
		found = AUTHENTICITY_CANNOT_TELL;
	} else if (inclusion_proof_from_json(j->json, proof, &j->why)) {
		found = judge_proof_of(j, proof, receipt);
	}
	free(receipt);
	free(proof);
	return found;
}

/* --- disclosures ------------------------------------------------------------------------------ */

/* What is disclosed under which name, and where the receipt commits to it. */
static const struct disclosure_row {
	const char *name, *inside; /* in our file, and in the disclosure itself */
	const char *row, *field;
} disclosure_rows[] = {
	{ "buyer_phone", "phone", "order_buyer", "expected" },
	{ "consent_words", "consent_words", "consent_words", "actual" },
	{ "reply_text", "reply_text", "reply_text", "actual" },
};

static const struct disclosure_row *
disclosure_row(const char *name)
{
	for (size_t i = 0; i < sizeof(disclosure_rows) / sizeof(disclosure_rows[0]); i++)
		if (text_equal(disclosure_rows[i].name, name))
			return &disclosure_rows[i];
	return NULL;
}

static const char *
committed(const json_t *receipt, const struct disclosure_row *wanted)
{
	size_t index;
	json_t *row;
	json_array_foreach (json_object_get(receipt, "postconditions"), index, row) {
		const char *name = json_string_value(json_object_get(row, "name"));
		if (name != NULL && text_equal(name, wanted->row))
			return json_string_value(json_object_get(row, wanted->field));
	}
	return NULL;
}

/* Does one disclosure open what the receipt commits to under its name?  What it says stays unsaid. */
static bool
opens(const json_t *receipt, const char *name, const char *disclosure, struct why *why)
{
	char inside[DISCLOSURE_NAME_SIZE];
	struct buffer value;
	const struct disclosure_row *row = disclosure_row(name);
	if (row == NULL || disclosure == NULL)
		return why_set(why, "no receipt commits to a %.32s", name);
	const char *commitment = committed(receipt, row);
	if (commitment == NULL || !disclosure_matches(disclosure, commitment))
		return why_set(why, "%s is not what the receipt's row %s commits to", name,
		               row->row);
	buffer_init(&value, DISCLOSURE_BYTES_MAX);
	bool ok = disclosure_read(disclosure, inside, &value, why) &&
	          (text_equal(inside, row->inside) || why_set(why, "%s opens a %s", name, inside));
	buffer_free(&value);
	return ok;
}

static enum authenticity
judge_disclosures_of(struct judgement *j, const char *text)
{
	json_t *receipt = json_parse_object(text, strlen(text), RECEIPT_FILE_BYTES_MAX, &j->why),
	       *value;
	const char *name;
	size_t used = 0;
	enum authenticity found = AUTHENTICITY_NOT_GENUINE;
	if (receipt != NULL)
		found = receipt_verify_json(receipt, &j->keys->receipts, NULL, &j->why);
	text_format(j->words, WORDS_SIZE, "opens nothing: erased, or never kept");
	json_object_foreach ((json_t *)(uintptr_t)j->json, name, value) {
		if (found != AUTHENTICITY_GENUINE)
			break;
		if (!opens(receipt, name, json_string_value(value), &j->why))
			found = AUTHENTICITY_NOT_GENUINE;
		used += (size_t)snprintf(j->words + used, WORDS_SIZE - used, "%s%s",
		                         used == 0 ? "opens the receipt's " : ", ", name);
		used = used < WORDS_SIZE ? used : WORDS_SIZE - 1;
	}
	json_decref(receipt);
	return found;
}

static enum authenticity
judge_disclosures(struct judgement *j)
{
	char *receipt = read_beside(j, ".disclosures.json", ".postcept.json");
	enum authenticity found = AUTHENTICITY_CANNOT_TELL;
	if (receipt == NULL)
		why_set(&j->why, "its receipt is not beside it (ID.postcept.json beside "
		                 "ID.disclosures.json)");
	else
		found = judge_disclosures_of(j, receipt);
	free(receipt);
	return found;
}

/* --- checkpoints ------------------------------------------------------------------------------ */

static enum authenticity
judge_checkpoint(struct judgement *j)
{
	char origin[CHECKPOINT_ORIGIN_SIZE];
	struct checkpoint checkpoint;
	enum authenticity found = AUTHENTICITY_CANNOT_TELL;
	why_set(&j->why, "no key of the log that signed it was given");
	if (!text_format(origin, sizeof(origin), "%.*s", (int)strcspn(j->text, "\n"), j->text))
		return AUTHENTICITY_NOT_GENUINE;
	for (size_t i = 0; found == AUTHENTICITY_CANNOT_TELL && i < j->keys->log.count; i++) {
		struct why why = { "" };
		found = checkpoint_verify(j->text, origin, &j->keys->log.keys[i], &checkpoint,
		                          &why);
		if (found == AUTHENTICITY_NOT_GENUINE)
			j->why = why;
	}
	if (found == AUTHENTICITY_GENUINE)
		keep_head(j, checkpoint.size, &checkpoint.root);
	if (found == AUTHENTICITY_GENUINE)
		text_format(j->words, WORDS_SIZE, "the log %s had %llu receipts", origin,
		            (unsigned long long)checkpoint.size);
	return found;
}

/* {"tree_size","root_hash",...}, as GET /v1/transparency/sth and `log head --json` give it. */
static enum authenticity
judge_head(struct judgement *j)
{
	struct tree_head head;
	if (!tree_head_from_json(j->json, &head, &j->why))
		return AUTHENTICITY_NOT_GENUINE;
	enum authenticity found = tree_head_verify(&head, &j->keys->log, &j->why);
	if (found == AUTHENTICITY_GENUINE) {
		keep_head(j, head.size, &head.root);
		text_format(j->words, WORDS_SIZE, "the log had %llu receipts at %s",
		            (unsigned long long)head.size, head.timestamp);
	}
	return found;
}

/* --- one file --------------------------------------------------------------------------------- */

static bool
is_note(const struct judgement *j)
{
	return j->json == NULL && strstr(j->text, "\n\n\xe2\x80\x94 ") != NULL;
}

/* Our own notes beside a receipt: nobody signs them as such. */
static bool
is_disclosure(const char *name)
{
	return text_ends_with(name, ".disclosures.json");
}

/* The bytes that are signed name their canonical form; the object that is handed out does not. */
static bool
is_body(const struct judgement *j)
{
	return json_object_get(j->json, "signature") == NULL &&
	       json_object_get(j->json, "canonicalization") != NULL;
}

static enum authenticity
judge(struct judgement *j)
{
	if (strlen(j->text) != j->length) {
		why_set(&j->why, "not text, it holds a NUL");
		return AUTHENTICITY_NOT_GENUINE;
	}
	if (is_note(j))
		return judge_checkpoint(j);
	if (j->json != NULL && is_disclosure(j->path))
		return judge_disclosures(j);
	char *signature = read_beside(j, "", ".sig");
	enum authenticity found = AUTHENTICITY_NOT_GENUINE;
	if (signature == NULL && j->why.text[0] != '\0')
		return found;
	if (signature != NULL) {
		found = judge_body(j, signature);
	} else if (is_body(j)) {
		why_set(&j->why, "signed bytes, but their signature %s.sig is not there", j->path);
		found = AUTHENTICITY_CANNOT_TELL;
	} else if (json_object_get(j->json, "audit_path") != NULL) {
		found = judge_proof(j);
	} else if (json_object_get(j->json, "tree_size") != NULL) {
		found = judge_head(j);
	} else if (json_object_get(j->json, "first_size") != NULL) {
		why_set(&j->why, "a proof that the log only grew says nothing without the head "
		                 "that was kept before");
		found = AUTHENTICITY_CANNOT_TELL;
	} else if (j->json != NULL) {
		found = judge_object(j);
	} else {
		why_set(&j->why, "neither a receipt nor anything else that is signed here");
	}
	free(signature);
	return found;
}

static void
add_row(json_t *rows, const struct judgement *j, enum authenticity found)
{
	json_t *row = json_pack("{s:s,s:s,s:s}", "file", j->path, "authenticity",
	                        authenticity_text(found), "words",
	                        found == AUTHENTICITY_GENUINE ? j->words : j->why.text);
	if (row == NULL) /* a name or words of somebody else's that are not UTF-8 */
		row = json_pack("{s:s,s:s,s:s}", "file", "?", "authenticity",
		                authenticity_text(found), "words", "(not UTF-8)");
	json_array_append_new(rows, row);
}

/* A log has one root at each size: who is shown two was shown two logs.  `heads` keeps, by size, the root
 * that was seen first. */
static enum authenticity
compare_heads(struct judgement *j, json_t *heads)
{
	char size[32], root[DIGEST_HEX_SIZE];
	text_format(size, sizeof(size), "%llu", (unsigned long long)j->head_size);
	digest_print(&j->head_root, root);
	const char *seen = json_string_value(json_object_get(heads, size));
	if (seen == NULL)
		json_object_set_new(heads, size, json_string(root));
	if (seen == NULL || text_equal(seen, root))
		return AUTHENTICITY_GENUINE;
	why_set(&j->why, "signed, but another file here has another root for the log at %s", size);
	return AUTHENTICITY_NOT_GENUINE;
}

/* `heads` may be NULL: nothing to compare with; `is_receipt` too. */
static enum authenticity
verify_file(const char *path, const struct verify_keys *keys, json_t *heads, json_t *rows,
            bool *is_receipt)
{
	struct judgement j = { .path = path, .keys = keys };
	enum authenticity found = AUTHENTICITY_CANNOT_TELL;
	char *text = file_read(path, RECEIPT_FILE_BYTES_MAX, &j.length, &j.why);
	if (text != NULL) {
		json_t *json = json_parse_object(text, j.length, RECEIPT_FILE_BYTES_MAX, NULL);
		j.text = text;
		j.json = json;
		found = judge(&j);
		if (found == AUTHENTICITY_GENUINE && j.has_head && heads != NULL)
			found = compare_heads(&j, heads);
		json_decref(json);
	}
	add_row(rows, &j, found);
	free(text);
	if (is_receipt != NULL)
		*is_receipt = j.is_receipt;
	return found;
}

/* --- a folder --------------------------------------------------------------------------------- */

/* Files of an export that are signed. */
static int
is_signed(const struct dirent *entry)
{
	return text_ends_with(entry->d_name, ".json") || text_equal(entry->d_name, "checkpoint");
}

static bool
is_of_the_log(const char *name)
{
	return text_ends_with(name, ".proof.json") || text_equal(name, "checkpoint");
}

/* Whoever has no key of the log can still tell whether receipts are genuine, so what the log adds to them
 * is passed over, and said.  Who has one is told of everything that it does not vouch for. */
static void
pass_over(json_t *rows)
{
	size_t last = json_array_size(rows) - 1;
	const json_t *row = json_array_get(rows, last);
	char file[FOLDER_PATH_SIZE], words[WORDS_SIZE];
	text_copy_beginning(file, sizeof(file), json_string_value(json_object_get(row, "file")));
	text_copy_beginning(words, sizeof(words), json_string_value(json_object_get(row, "words")));
	text_make_printable(file);
	text_make_printable(words);
	fprintf(stderr, "passed over: %s: %s\n", file, words);
	json_array_remove(rows, last);
}

/* A folder under judgement. */
struct folder_judgement {
	const char *path;
	const struct verify_keys *keys;
	json_t *heads, *rows;
};

/* With a key of the log, what should stand in the folder and does not is said too. */
static void
expect_file(const struct folder_judgement *f, const char *name, const char *ending,
            const char *missing)
{
	char path[FOLDER_PATH_SIZE];
	struct judgement j = { .path = path };
	if (!text_format(path, sizeof(path), "%s/%s%s", f->path, name, ending) ||
	    access(path, F_OK) == 0)
		return;
	why_set(&j.why, "%s", missing);
	add_row(f->rows, &j, AUTHENTICITY_CANNOT_TELL);
}

/* rcp_rf8421.postcept.json, or the signed bytes alone: rcp_rf8421.json */
static void
expect_proof(const struct folder_judgement *f, const char *name)
{
	char id[FOLDER_PATH_SIZE];
	const char *ending = text_ends_with(name, ".postcept.json") ? ".postcept.json" : ".json";
	if (!text_format(id, sizeof(id), "%.*s", (int)(strlen(name) - strlen(ending)), name))
		return;
	char path[FOLDER_PATH_SIZE];
	bool has_object = text_format(path, sizeof(path), "%s/%s.postcept.json", f->path, id) &&
	                  access(path, F_OK) == 0;
	if (has_object && text_equal(ending, ".json"))
		return; /* said once for the two of them */
	expect_file(f, id, ".proof.json", "the proof that this receipt is in the log is not there");
}

static void
verify_in_folder(const struct folder_judgement *f, const char *name)
{
	char path[FOLDER_PATH_SIZE];
	bool is_receipt = false;
	if (!text_format(path, sizeof(path), "%s/%s", f->path, name))
		return;
	enum authenticity found = verify_file(path, f->keys, f->heads, f->rows, &is_receipt);
	if (found == AUTHENTICITY_CANNOT_TELL && is_of_the_log(name) && f->keys->log.count == 0)
		pass_over(f->rows);
	if (is_receipt && f->keys->log.count > 0)
		expect_proof(f, name);
}

static void
verify_folder(const char *folder, const struct verify_keys *keys, json_t *rows)
{
	struct dirent **entries = NULL;
	struct judgement j = { .path = folder };
	struct folder_judgement f = { .path = folder, .keys = keys, .rows = rows };
	size_t before = json_array_size(rows);
	int count = scandir(folder, &entries, is_signed, alphasort);
	f.heads = json_object();
	for (int i = 0; i < count; i++) {
		verify_in_folder(&f, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	json_decref(f.heads);
	if (json_array_size(rows) > before) {
		if (keys->log.count > 0)
			expect_file(&f, "checkpoint", "", "the log's head is not there");
		return;
	}
	why_set(&j.why, "%s", count < 0 ? strerror(errno) : "there is no receipt in this folder");
	add_row(rows, &j, AUTHENTICITY_CANNOT_TELL);
}

void
verify_path(const char *path, const struct verify_keys *keys, json_t *rows)
{
	struct stat status;
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		verify_folder(path, keys, rows);
	else
		verify_file(path, keys, NULL, rows, NULL);
}
