/*
 * Ceilings of the command line, met by the built program: what is over them is refused in
 * words, with exit code 2, and nothing of it is done.
 */
#include "tests/program.h"

#include "base/limits.h"

/* Runs words[0], its input from a file (NULL: nothing), and expects the code and the complaint. */
static void
expect(int code, const char *complaint, const char *const *words, const char *input)
{
	assert_int_equal(run_words(words, input), code);
	if (strstr(buffer_text(&output), complaint) == NULL)
		assert_complained(complaint);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF_COMMANDS(a_command_takes_so_many_words_and_no_more),
		OF_COMMANDS(a_message_on_standard_input_has_a_ceiling),
		OF_COMMANDS(a_credential_has_a_ceiling),
		OF_COMMANDS(a_receipt_file_has_a_ceiling),
	};
	find_program();
	unsetenv("ESTORNO_DATA");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
