/*
 * Ceilings of the command line, met by the built program: what is over them is refused in
 * words, with exit code 2, and nothing of it is done.
 */
#include "tests/test.h"

#include "base/buffer.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "cli/process.h"
#include "tests/command.h"

enum { YES = 0, NO = 1, COULD_NOT = 2 };

static char program[COMMAND_PATH_SIZE], home[COMMAND_PATH_SIZE];
static struct buffer output;

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
	assert_int_equal(chdir("/"), 0);
	command_folder_remove(home);
	return 0;
}

/* Runs words[0], its input from a file (NULL: nothing), and expects the code and the complaint. */
static void
expect(int code, const char *complaint, const char *const *words, const char *input)
{
	struct why why = { "" };
	buffer_reset(&output);
	unlink("errors");
	assert_int_equal(process_run(words, input, "errors", &output, &why), code);
	char *errors = test_read_file("errors", NULL);
	if (strstr(errors, complaint) == NULL && strstr(buffer_text(&output), complaint) == NULL)
		fail_msg("\"%s\" is not in: %.300s", complaint, errors);
	free(errors);
}

/* A file of so many bytes: `begin`, blanks, `end`. */
static void
write_padded(const char *name, size_t size, const char *begin, const char *end)
{
	char path[COMMAND_PATH_SIZE];
	char *text = malloc(size + 1);
	assert_non_null(text);
	memset(text, ' ', size);
	memcpy(text, begin, strlen(begin));
	memcpy(text + size - strlen(end), end, strlen(end));
	command_file(path, home, name, text, size);
	free(text);
}

/* The program, its words, and then `count` times the last one. */
static const char **
many_words(const char *const *first, int count, const char *last)
{
	int used = 0;
	while (first[used] != NULL)
		used++;
	const char **words = calloc((size_t)(used + count + 1), sizeof(*words));
	assert_non_null(words);
	for (int i = 0; i < used + count; i++)
		words[i] = i < used ? first[i] : last;
	return words;
}

static void
expect_too_many(const char *const *first, int most)
{
	char complaint[64];
	snprintf(complaint, sizeof(complaint), "more than %d", most);
	const char **words = many_words(first, most + 1, "x");
	expect(COULD_NOT, complaint, words, NULL);
	free(words);
}

static void
a_command_takes_so_many_words_and_no_more(void **state)
{
	(void)state;
	expect_too_many((const char *const[]){ program, "verify", NULL }, VERIFY_FILES_MAX);
	expect_too_many((const char *const[]){ program, "understand", NULL }, UNDERSTAND_WORDS_MAX);
	expect_too_many((const char *const[]){ program, "deny", NULL }, DECIDE_WORDS_MAX);
	const char **words = many_words((const char *const[]){ program, "understand", NULL },
	                                UNDERSTAND_WORDS_MAX, "x");
	expect(YES, "", words, NULL);
	free(words);
}

static void
a_message_on_standard_input_has_a_ceiling(void **state)
{
	const char *const words[] = { program, "understand", NULL };
	(void)state;
	write_padded("fits", UNDERSTAND_BYTES_MAX, "oi", "oi");
	expect(YES, "", words, "fits");
	write_padded("large", UNDERSTAND_BYTES_MAX + 1, "oi", "oi");
	expect(COULD_NOT, "1048576 bytes", words, "large");
}

static void
a_credential_has_a_ceiling(void **state)
{
	const char *const words[] = { program, "connect", "focus", "--role", "read", NULL };
	(void)state;
	expect(YES, "", (const char *const[]){ program, "init", NULL }, NULL);
	write_padded("large", CREDENTIAL_BYTES_MAX + 1, "{\"token\":\"t\"", "}");
	expect(COULD_NOT, "65536 bytes", words, "large");
}

static void
a_receipt_file_has_a_ceiling(void **state)
{
	const char *const words[] = {
		program, "verify", "large", "--key", "estorno-data/keys/receipts.pub", NULL
	};
	(void)state;
	expect(YES, "", (const char *const[]){ program, "init", NULL }, NULL);
	write_padded("large", RECEIPT_FILE_BYTES_MAX + 1, "{", "}");
	expect(COULD_NOT, "524288 bytes", words, NULL);
}

/* The program stands beside the folder of this test. */
static void
find_program(void)
{
	char path[COMMAND_PATH_SIZE] = "";
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	assert_true(length > 0);
	*strrchr(path, '/') = '\0';
	assert_true(text_format(program, sizeof(program), "%s/../estorno", path));
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_command_takes_so_many_words_and_no_more),
		IN_A_FOLDER(a_message_on_standard_input_has_a_ceiling),
		IN_A_FOLDER(a_credential_has_a_ceiling),
		IN_A_FOLDER(a_receipt_file_has_a_ceiling),
	};
	find_program();
	unsetenv("ESTORNO_DATA");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
