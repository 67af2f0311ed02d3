/*
 * Derived ids: the same whenever they are derived, another for anything that makes it another refund, and
 * of a form that banks and issuers take.
 */
#include "tests/test.h"

#include "base/text.h"
#include "refund/derive.h"

#define E2EID "E12345678202611201420abcdefghijk"

/* Pinned, from an independent SHA-256: a program that derived another id for a refund that was sent would
 * send it twice. */
static void
ids_never_change_between_versions(void **state)
{
	char id[REFUND_ID_SIZE], ref[NOTE_REF_SIZE];
	(void)state;
	derive_refund_id("loja", "8421", E2EID, 1, id);
	assert_string_equal(id, "mkztam2et00zx3ktd8mcwy3z7ydsxyh4bjs");
	derive_note_ref(id, ref);
	assert_string_equal(ref, "3d2796517ee27d3b2e9aea1dccaa0206");
}

static void
anything_else_is_another_refund(void **state)
{
	static const struct {
		const char *merchant, *order, *e2eid;
		int64_t sequence;
	} rows[] = {
		{ "loja", "8421", E2EID, 1 },
		{ "Loja", "8421", E2EID, 1 },
		{ "loja", "8422", E2EID, 1 },
		{ "loja", "8421", "E12345678202611201420abcdefghijK", 1 },
		{ "loja", "8421", E2EID, 2 },
		{ "loja8", "421", E2EID, 1 }, /* the same letters in a row */
		{ "loj", "a8421", E2EID, 1 },
		{ "loja", "", "8421" E2EID, 1 },
		{ "", "loja8421", E2EID, 1 },
		{ "loja", "8421", E2EID, 11 },
		{ "loja", "84211", E2EID, 1 },
	};
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	char ids[COUNT][REFUND_ID_SIZE];
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		derive_refund_id(rows[i].merchant, rows[i].order, rows[i].e2eid, rows[i].sequence,
		                 ids[i]);
		for (size_t earlier = 0; earlier < i; earlier++)
			if (text_equal(ids[i], ids[earlier]))
				fail_msg("rows %zu and %zu are one refund", earlier, i);
	}
}

static void
banks_and_issuers_take_their_form(void **state)
{
	char id[REFUND_ID_SIZE], ref[NOTE_REF_SIZE];
	(void)state;
	for (int64_t sequence = 1; sequence < 200; sequence++) {
		derive_refund_id("Loja \u00c9\u00b4s \"do Z\u00e9\"", "A/8421-#", E2EID, sequence,
		                 id);
		assert_int_equal(strlen(id), 35);
		assert_true(text_is_alphanumeric(id, 35));
		derive_note_ref(id, ref);
		assert_int_equal(strlen(ref), 32);
		assert_true(text_is_alphanumeric(ref, 32));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_never_change_between_versions),
		cmocka_unit_test(anything_else_is_another_refund),
		cmocka_unit_test(banks_and_issuers_take_their_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
