/*
 * Files inside the binary: byte for byte those of the tree that it was built from.
 */
#include "tests/test.h"

#include "base/text.h"
#include "io/assets.h"
#include "refund/phrasebook.h"

static void
every_asset_is_its_file(void **state)
{
	(void)state;
	assert_true(asset_count > 0);
	for (size_t i = 0; i < asset_count; i++) {
		size_t length;
		char *bytes = test_read_file(assets[i].path, &length);
		if (length != asset_length(&assets[i]) ||
		    memcmp(bytes, assets[i].bytes, length) != 0)
			fail_msg("%s is another file in the binary", assets[i].path);
		assert_int_equal(*assets[i].end, '\0'); /* it may be used as text */
		free(bytes);
	}
}

static void
every_text_is_found_in_every_language(void **state)
{
	(void)state;
	for (int language = 0; language < LANGUAGE_COUNT; language++) {
		for (int template = 0; template <TEMPLATE_COUNT; template ++) {
			char path[128];
			assert_true(text_format(path, sizeof(path), "templates/chat/%s/%s.txt",
			                        language_text((enum language)language),
			                        template_text((enum template) template)));
			if (asset_find(path) == NULL)
				fail_msg("%s is not in the binary", path);
		}
	}
}

static void
a_path_is_one_asset_or_none(void **state)
{
	(void)state;
	assert_null(asset_find("templates/chat/pt-BR/secret.txt"));
	assert_null(asset_find("../bot/io/schema.sql"));
	assert_null(asset_find(""));
	for (size_t i = 0; i < asset_count; i++)
		assert_ptr_equal(asset_find(assets[i].path), &assets[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_asset_is_its_file),
		cmocka_unit_test(every_text_is_found_in_every_language),
		cmocka_unit_test(a_path_is_one_asset_or_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
