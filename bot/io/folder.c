/*
 * Files with secrets are refused when others could read them: a key that somebody else
 * may have seen is no key.
 */
#include "io/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "io/clock.h"
#include "proof/base64.h"
#include "proof/key_text.h"

void
folder_path(const char *folder, const char *name, char path[FOLDER_PATH_SIZE])
{
	ensure(text_format(path, FOLDER_PATH_SIZE, "%s/%s", folder, name));
}

/* --- files ------------------------------------------------------------------------------------------------ */

static bool
write_new(const char *path, const void *bytes, size_t length, mode_t mode, struct why *why)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (file < 0)
		return why_set(why, "%s: %s", path, strerror(errno));
	bool ok = write(file, bytes, length) == (ssize_t)length && fsync(file) == 0;
	if (!ok)
		why_set(why, "%s: %s", path, strerror(errno));
	close(file);
	return ok;
}

bool
file_write_private(const char *path, const char *text, struct why *why)
{
	return write_new(path, text, strlen(text), 0600, why);
}

bool
file_write_public(const char *path, const void *bytes, size_t length, struct why *why)
{
	return write_new(path, bytes, length, 0644, why);
}

static FILE *
open_regular(const char *path, struct why *why)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0) {
		why_set(why, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
		FILE *stream = fdopen(file, "r");
		ensure(stream != NULL);
		return stream;
	}
	why_set(why, "%s: not a regular file", path);
	close(file);
	return NULL;
}

char *
file_read(const char *path, size_t ceiling, size_t *length, struct why *why)
{
	FILE *file = open_regular(path, why);
	if (file == NULL)
		return NULL;
	char *bytes = malloc(ceiling + 2);
	ensure(bytes != NULL);
	size_t count = fread(bytes, 1, ceiling + 1, file);
	bool ok = !ferror(file);
	fclose(file);
	if (!ok || count > ceiling) {
		ok ? why_set(why, "%s: larger than %zu bytes", path, ceiling)
		   : why_set(why, "%s: can't be read", path);
		free(bytes);
		return NULL;
	}
	bytes[count] = '\0';
	if (length == NULL && strlen(bytes) != count) {
		why_set(why, "%s: not text, it holds a NUL", path);
		free(bytes);
		return NULL;
	}
	if (length != NULL)
		*length = count;
	return bytes;
}

static bool
is_private(const char *path, struct why *why)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return why_set(why, "%s: %s", path, strerror(errno));
	return (status.st_mode & 077) == 0 ||
	       why_set(why,
	               "%s can be read by others; make it mode 0600 and, if anybody may have "
	               "read it, make a new key",
	               path);
}

/* --- making ------------------------------------------------------------------------------------------------ */

static bool
make_directory(const char *path, struct why *why)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ||
	       why_set(why, "%s: %s", path, strerror(errno));
}

static bool
make_data_key(const char *folder, struct why *why)
{
	char path[FOLDER_PATH_SIZE], text[BASE64_SIZE(DATA_KEY_BYTES) + 1];
	uint8_t key[DATA_KEY_BYTES];
	clock_random(key, sizeof(key));
	base64_encode(text, sizeof(text), key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	folder_path(folder, "keys/data.key", path);
	bool ok = file_write_private(path, text, why);
	explicit_bzero(text, sizeof(text));
	return ok;
}

static void
key_path(const char *folder, const char *use, const char *ending, char path[FOLDER_PATH_SIZE])
{
	char name[64];
	ensure(text_format(name, sizeof(name), "keys/%s.%s", use, ending));
	folder_path(folder, name, path);
}

static bool
publish_key(const char *path, const struct signing_key *key, struct why *why)
{
	char line[PUBLIC_KEY_LINE_SIZE];
	ensure(verifying_key_print(signing_key_public(key), key_use_text(signing_key_use(key)),
	                           line));
	ensure(strlen(line) + 1 < sizeof(line));
	memcpy(line + strlen(line), "\n", 2);
	return file_write_public(path, line, strlen(line), why);
}

static bool
make_signing_key(const char *folder, enum key_use use, struct why *why)
{
	char path[FOLDER_PATH_SIZE], text[PRIVATE_KEY_TEXT_SIZE];
	uint8_t seed[KEY_BYTES];
	clock_random(seed, sizeof(seed));
	struct signing_key *key = signing_key_new(use, seed);
	explicit_bzero(seed, sizeof(seed));
	signing_key_print(key, text);
	key_path(folder, key_use_text(use), "key", path);
	bool ok = file_write_private(path, text, why);
	explicit_bzero(text, sizeof(text));
	key_path(folder, key_use_text(use), "pub", path);
	ok = ok && publish_key(path, key, why);
	signing_key_free(key);
	return ok;
}

static bool
make_settings(const char *folder, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	folder_path(folder, "estorno.conf", path);
	if (access(path, F_OK) == 0)
		return true; /* the shop wrote it before: it stays */
	FILE *file = fopen(path, "wxe");
	if (file == NULL)
		return why_set(why, "%s: %s", path, strerror(errno));
	settings_print_template(file);
	return fclose(file) == 0 || why_set(why, "%s: %s", path, strerror(errno));
}

bool
folder_create(const char *folder, int64_t now_ms, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	if (strlen(folder) + 64 > FOLDER_PATH_SIZE)
		return why_set(why, "the path of the data folder is too long");
	folder_path(folder, "estorno.db", path);
	if (store_is_there(path))
		return why_set(why, "%s is a data folder already", folder);
	char keys[FOLDER_PATH_SIZE];
	folder_path(folder, "keys", keys);
	if (!make_directory(folder, why) || !make_directory(keys, why) ||
	    !make_data_key(folder, why) || !make_signing_key(folder, KEY_USE_RECEIPTS, why) ||
	    !make_signing_key(folder, KEY_USE_LOG, why) || !make_settings(folder, why))
		return false;
	struct store *store = store_create(path, now_ms, why);
	store_close(store);
	return store != NULL;
}

/* --- removing ------------------------------------------------------------------------------------------------ */

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

void
folder_remove(const char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- play ---------------------------------------------------------------------------------------------------- */

bool
folder_mark_sandbox(const char *folder, struct why *why)
{
	static const char words[] =
		"Everything in this folder is play: simulated orders, money and notes.\n"
		"`estorno serve` refuses it, and its receipts are signed as tests.\n";
	char path[FOLDER_PATH_SIZE];
	if (strlen(folder) + 64 > FOLDER_PATH_SIZE)
		return why_set(why, "the path of the data folder is too long");
	folder_path(folder, "sandbox", path);
	return make_directory(folder, why) &&
	       (access(path, F_OK) == 0 || file_write_public(path, words, sizeof(words) - 1, why));
}

bool
folder_is_sandbox(const char *folder)
{
	char path[FOLDER_PATH_SIZE];
	return text_format(path, sizeof(path), "%s/sandbox", folder) && access(path, F_OK) == 0;
}

/* --- opening ------------------------------------------------------------------------------------------------- */

static bool
load_vault(struct folder *folder, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	uint8_t key[DATA_KEY_BYTES];
	folder_path(folder->path, "keys/data.key", path);
	if (!is_private(path, why))
		return false;
	size_t length;
	char *text = file_read(path, 256, &length, why);
	if (text == NULL)
		return false;
	bool ok = base64_decode_exactly(text, strcspn(text, "\r\n"), key, sizeof(key)) ||
	          why_set(why, "%s is not a data key", path);
	if (ok)
		folder->vault = vault_new(key);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(text, length);
	free(text);
	return ok;
}

struct signing_key *
file_read_signing_key(const char *path, enum key_use use, struct why *why)
{
	size_t length;
	char *text = file_read(path, PRIVATE_KEY_TEXT_SIZE, &length, why);
	if (text == NULL)
		return NULL;
	struct signing_key *key = signing_key_parse(text, use, why);
	if (key == NULL)
		why_prefix(why, "%s", path);
	explicit_bzero(text, length);
	free(text);
	return key;
}

static struct signing_key *
load_signing_key(const char *folder, enum key_use use, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	key_path(folder, key_use_text(use), "key", path);
	return is_private(path, why) ? file_read_signing_key(path, use, why) : NULL;
}

bool
folder_load_keys(struct folder *folder, struct why *why)
{
	if (!load_vault(folder, why))
		return false;
	folder->receipts_key = load_signing_key(folder->path, KEY_USE_RECEIPTS, why);
	folder->log_key = folder->receipts_key == NULL
	                          ? NULL
	                          : load_signing_key(folder->path, KEY_USE_LOG, why);
	return folder->log_key != NULL;
}

/* Whoever only reads has no private key to derive from; and a store that is put back once more has forgotten
 * this restore, but not what the key has signed. */
static void
publish_epoch(void *context, const struct restore *restore)
{
	const struct folder *folder = context;
	struct why why = { "" };
	char name[64], path[FOLDER_PATH_SIZE];
	ensure(text_format(name, sizeof(name), "keys/log-%lld.pub", (long long)restore->epoch));
	folder_path(folder->path, name, path);
	if (access(path, F_OK) == 0)
		return;
	struct signing_key *key = signing_key_of_epoch(folder->log_key, (uint64_t)restore->epoch);
	if (!publish_key(path, key, &why))
		log_line(LOG_ERROR, "key.unpublished", "why=\"%s\"", why.text);
	signing_key_free(key);
}

bool
folder_open(struct folder *folder, const char *path, enum store_access access_mode, struct why *why)
{
	char file[FOLDER_PATH_SIZE];
	memset(folder, 0, sizeof(*folder));
	if (strlen(path) + 64 > FOLDER_PATH_SIZE)
		return why_set(why, "the path of the data folder is too long");
	ensure(text_copy(folder->path, sizeof(folder->path), path));
	folder_path(path, "estorno.db", file);
	if (access(file, F_OK) != 0)
		return why_set(why, "%s is not a data folder; `estorno init` makes one", path);
	folder_path(path, "estorno.conf", file);
	bool ok = settings_load(file, &folder->settings, why);
	if (ok && access_mode == STORE_READ_WRITE)
		ok = folder_load_keys(folder, why);
	folder_path(path, "estorno.db", file);
	if (ok)
		folder->store = store_open(file, access_mode, why);
	if (folder->store != NULL && folder->log_key != NULL)
		store_restores(folder->store, publish_epoch, folder);
	if (ok && folder->store != NULL)
		return true;
	folder_close(folder);
	return false;
}

void
folder_close(struct folder *folder)
{
	store_close(folder->store);
	vault_free(folder->vault);
	signing_key_free(folder->receipts_key);
	signing_key_free(folder->log_key);
	memset(folder, 0, sizeof(*folder));
}

static bool
read_public_key(const char *path, struct verifying_key *key, struct why *why)
{
	char *text = file_read(path, 1024, NULL, why);
	if (text == NULL)
		return false;
	bool ok = verifying_key_parse(text, key, why) || why_prefix(why, "%s", path);
	free(text);
	return ok;
}

bool
folder_public_key(const char *folder, const char *use, struct verifying_key *key, struct why *why)
{
	char path[FOLDER_PATH_SIZE];
	key_path(folder, use, "pub", path);
	return read_public_key(path, key, why);
}

bool
folder_log_keys(const char *folder, struct key_ring *ring, struct why *why)
{
	struct verifying_key key;
	char pattern[FOLDER_PATH_SIZE];
	glob_t later = { .gl_pathc = 0 };
	if (!folder_public_key(folder, "log", &key, why) || !key_ring_add(ring, &key, why))
		return false;
	folder_path(folder, "keys/log-*.pub", pattern);
	bool ok = true;
	if (glob(pattern, 0, NULL, &later) == 0)
		for (size_t i = 0; ok && i < later.gl_pathc; i++)
			ok = read_public_key(later.gl_pathv[i], &key, why) &&
			     key_ring_add(ring, &key, why);
	globfree(&later);
	return ok;
}
