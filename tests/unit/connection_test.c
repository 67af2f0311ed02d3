/*
 * What a connection keeps to itself.
 */
#include "tests/test.h"

#include "base/connection.h"

static struct connection
connection_of(json_t *secrets)
{
	return (struct connection){ .name = "pix", .secrets = secrets };
}

static void
secrets_and_the_token_are_starred_wherever_they_stand(void **state)
{
	char text[] =
		"HTTP 400: s3cr3t-of-the-shop was sent, s3cr3t-of-the-shop with tok3n.of-today";
	struct connection connection = connection_of(
		json_pack("{s:s,s:s}", "client_secret", "s3cr3t-of-the-shop", "psp", "inter"));
	(void)state;
	connection.access_token = (char[]){ "tok3n.of-today" };
	connection_mask(&connection, text);
	assert_string_equal(
		text,
		"HTTP 400: ****************** was sent, ****************** with **************");
	json_decref(connection.secrets);
}

static void
addresses_and_short_words_stay_readable(void **state)
{
	char text[] = "inter at https://pix.example/token does not answer";
	struct connection connection =
		connection_of(json_pack("{s:s,s:s,s:i}", "psp", "inter", "token_url",
	                                "https://pix.example/token", "odd", 7));
	(void)state;
	connection_mask(&connection, text);
	assert_string_equal(text, "inter at https://pix.example/token does not answer");
	json_decref(connection.secrets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_and_the_token_are_starred_wherever_they_stand),
		cmocka_unit_test(addresses_and_short_words_stay_readable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
