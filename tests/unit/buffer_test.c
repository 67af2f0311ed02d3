/*
 * Buffers: they hold exactly up to their ceiling, and what failed says so to the end.
 */
#include "tests/test.h"

#include "base/buffer.h"

static void
holds_exactly_its_ceiling(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 5);
	buffer_add_text(&buffer, "123");
	buffer_add_format(&buffer, "%d", 45);
	assert_false(buffer.failed);
	assert_string_equal(buffer_text(&buffer), "12345");
	buffer_add(&buffer, "", 0);
	assert_false(buffer.failed);
	buffer_add_text(&buffer, "6");
	assert_true(buffer.failed);
	buffer_free(&buffer);
}

static void
a_failed_buffer_has_no_content_and_takes_none(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 5);
	buffer_add_text(&buffer, "12345");
	buffer_add_format(&buffer, "%s", "much too long");
	assert_true(buffer.failed);
	assert_string_equal(buffer_text(&buffer), "");
	buffer_add_text(&buffer,
	                "1"); /* would fit, but half of what was meant is worse than nothing */
	assert_string_equal(buffer_text(&buffer), "");
	assert_null(buffer_take(&buffer));
	buffer_free(&buffer);
}

static void
may_be_used_again_after_a_reset(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 5);
	buffer_add_text(&buffer, "too long");
	buffer_reset(&buffer);
	buffer_add_text(&buffer, "fits");
	assert_false(buffer.failed);
	assert_string_equal(buffer_text(&buffer), "fits");
	buffer_free(&buffer);
}

static void
keeps_bytes_as_they_are(void **state)
{
	static const char bytes[] = { 'a', '\0', 'b', '\xff' };
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 10000);
	for (int i = 0; i < 2500; i++)
		buffer_add(&buffer, bytes, sizeof(bytes));
	assert_false(buffer.failed);
	assert_int_equal(buffer.length, 10000);
	for (size_t i = 0; i < buffer.length; i++)
		assert_int_equal(buffer.bytes[i], bytes[i % 4]);
	assert_int_equal(buffer.bytes[buffer.length], '\0');
	buffer_free(&buffer);
}

static void
an_empty_buffer_is_an_empty_text(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 5);
	assert_string_equal(buffer_text(&buffer), "");
	char *taken = buffer_take(&buffer);
	assert_string_equal(taken, "");
	free(taken);
	buffer_free(&buffer);
}

static void
gives_its_content_away_once(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 64);
	buffer_add_text(&buffer, "given");
	char *taken = buffer_take(&buffer);
	assert_string_equal(taken, "given");
	assert_string_equal(buffer_text(&buffer), "");
	buffer_add_text(&buffer, "other");
	assert_string_equal(taken, "given");
	assert_string_equal(buffer_text(&buffer), "other");
	free(taken);
	buffer_free(&buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_exactly_its_ceiling),
		cmocka_unit_test(a_failed_buffer_has_no_content_and_takes_none),
		cmocka_unit_test(may_be_used_again_after_a_reset),
		cmocka_unit_test(keeps_bytes_as_they_are),
		cmocka_unit_test(an_empty_buffer_is_an_empty_text),
		cmocka_unit_test(gives_its_content_away_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
