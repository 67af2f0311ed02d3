/*
 * A shop in which the story of #8421 has happened: a refund, its receipt, its log, the keys
 * that it publishes.  Commands of tests/program.h find it by themselves.
 */
#ifndef TESTS_REFUNDED_H
#define TESTS_REFUNDED_H

#include "tests/program.h"

#include <sys/stat.h>

#include "base/instant.h"
#include "io/folder.h"
#include "proof/key_text.h"
#include "tests/sim/scene.h"

static struct scene *scene;

static inline void
publish_key(const char *name, const struct signing_key *key)
{
	char path[COMMAND_PATH_SIZE], line[PUBLIC_KEY_LINE_SIZE];
	struct why why = { "" };
	assert_true(text_format(path, sizeof(path), "%s/keys/%s.pub", scene->folder, name));
	assert_true(verifying_key_print(signing_key_public(key), name, line));
	assert_true(file_write_public(path, line, strlen(line), &why));
}

static inline int
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

static inline int
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
static inline const char *
published(const char *name)
{
	static char paths[2][COMMAND_PATH_SIZE];
	static unsigned next;
	char *path = paths[next++ % 2];
	assert_true(text_format(path, COMMAND_PATH_SIZE, "%s/keys/%s.pub", scene->folder, name));
	return path;
}

/* The id of the one case. */
static inline void
case_of_story(char id[ID_SIZE])
{
	assert_int_equal(estorno("cases", "--json", NULL), YES);
	json_t *rows = output_json();
	assert_true(text_copy(id, ID_SIZE, json_text_at(json_array_get(rows, 0), "id")));
	json_decref(rows);
}

/* Somebody with the sqlite3 shell. */
static inline void
tamper(const char *sql)
{
	char path[COMMAND_PATH_SIZE];
	const char *const words[] = { "sqlite3", path, sql, NULL };
	assert_true(text_format(path, sizeof(path), "%s/estorno.db", scene->folder));
	assert_int_equal(command_run(words, NULL), 0);
}

/* A test that begins in that shop. */
#define OF_A_STORY(test) cmocka_unit_test_setup_teardown(test, play_story, forget_story)

#endif
