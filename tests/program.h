/*
 * The built program as scripts meet it: run in a folder of its own, judged by what it prints
 * and by its exit code.
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include "tests/test.h"

#include "base/buffer.h"
#include "base/json.h"
#include "cli/process.h"
#include "tests/command.h"

#define MARINA "5520999990101"

enum { WORDS_MAX = 24, YES = 0, NO = 1, COULD_NOT = 2 };

/* A test's own folder, in which it stands, and what the last command said. */
static char program[COMMAND_PATH_SIZE], home[COMMAND_PATH_SIZE];
static struct buffer output;
static char *errors;

/* --- running ---------------------------------------------------------------------------------- */

static inline int
enter_folder(void **state)
{
	(void)state;
	command_folder(home);
	assert_int_equal(chdir(home), 0);
	buffer_init(&output, 4 * 1024 * 1024);
	return 0;
}

static inline int
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
static inline int
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

static inline void
write_file(const char *name, const char *text)
{
	char path[COMMAND_PATH_SIZE];
	command_file(path, home, name, text, strlen(text));
}

/* Adds bytes that a reader of text never sees. */
static inline void
add_after_a_nul(const char *name)
{
	static const char hidden[] = "\0and more";
	FILE *file = fopen(name, "ab");
	assert_non_null(file);
	assert_int_equal(fwrite(hidden, 1, sizeof(hidden), file), sizeof(hidden));
	assert_int_equal(fclose(file), 0);
}

/* Writes what the last command printed to a file. */
static inline void
keep_output(const char *name)
{
	write_file(name, buffer_text(&output));
}

static inline void
assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, text);
}

static inline void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in: %s", part, text);
}

static inline void
assert_said(const char *part)
{
	assert_contains(buffer_text(&output), part);
}

static inline void
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

/* --- mandates ----------------------------------------------------------------------------------- */

static inline void
make_mandate(const char *file, const char *per_refund)
{
	assert_int_equal(estorno("mandate", "sign", "--key", "finance.key", "--id", "cm_support",
	                         "--per-refund", per_refund, "--per-day", "5000", NULL),
	                 YES);
	keep_output(file);
}

static inline void
assert_mandate(const char *status, bool allows_refunds)
{
	assert_int_equal(estorno("mandate", "show", "--json", NULL), YES);
	json_t *json = output_json();
	assert_string_equal(json_text_at(json, "status"), status);
	assert_int_equal(json_is_true(json_at(json, "allows_refunds")), allows_refunds);
	json_decref(json);
}

/* --- the tests ---------------------------------------------------------------------------------- */

/* The program stands beside the folder of this test. */
static inline void
find_program(void)
{
	char path[COMMAND_PATH_SIZE / 2];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	assert_true(length > 0);
	path[length] = '\0';
	*strrchr(path, '/') = '\0';
	assert_true(text_format(program, sizeof(program), "%s/../estorno", path));
}

/* A test that begins in an empty folder of its own. */
#define OF_COMMANDS(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

#endif
