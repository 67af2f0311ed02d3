/*
 * Ceilings on what providers name: one more than fits is said, and nothing of it is believed.
 * The answers are those of tests/cases, with more in them.
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "tests/shop.h"
#include "tools/focus.h"
#include "tools/omie.h"
#include "tools/pix.h"
#include "tools/tool.h"

/* --- a call ------------------------------------------------------------------------------------- */

/* The JSON of a file; of an answer, what follows the empty line. */
static json_t *
read_json(const char *path)
{
	struct why why = { "" };
	char *bytes = test_read_file(path, NULL);
	const char *body = bytes;
	if (text_starts_with(bytes, "HTTP "))
		body = strstr(bytes, "\n\n") + 2;
	json_t *json = json_parse(body, strlen(body), REQUEST_BYTES_MAX, &why);
	if (json == NULL)
		fail_msg("%s: %s", path, why.text);
	free(bytes);
	return json;
}

/* What the last call led to. */
static enum tool_says says;
static enum outcome outcome;
static struct facts facts;
static struct why why;

/* `answer` NULL: is it asked at all? */
static bool
call(const struct tool *tool, const json_t *asked, const json_t *answer)
{
	char token[] = "token-1";
	struct connection connection = { .base_url = "https://provider.example",
		                         .access_token = token,
		                         .secrets = json_object() };
	struct operation operation;
	struct http_request request;
	struct http_response response;
	why = (struct why){ "" };
	assert_true(operation_from_json(asked, &operation, &why));
	const struct tool_operation *road = tool_operation(tool, operation.kind);
	struct tool_call under_way = { .operation = &operation,
		                       .connection = &connection,
		                       .shop = &shop_of_tests,
		                       .now_ms = INT64_C(1795184400000), /* 2026-11-20T13:00:00Z */
		                       .notes = json_object() };
	http_request_init(&request);
	http_response_init(&response);
	bool leaves = road->ask(&under_way, &request, &why);
	if (answer != NULL) {
		char *text = json_text(answer);
		assert_true(leaves);
		response.status = 200;
		buffer_add_text(&response.body, text);
		assert_false(response.body.failed);
		says = road->answer(&under_way, &response, &why);
		free(text);
	}
	outcome = under_way.outcome;
	facts = under_way.facts;
	http_request_free(&request);
	http_response_free(&response);
	json_decref(under_way.notes);
	json_decref(connection.secrets);
	return leaves;
}

static void
assert_why(const char *words)
{
	if (strstr(why.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why.text, words);
}

/* The list has `count` entries from now on, all as the first. */
static void
make_so_many(json_t *list, size_t count)
{
	assert_true(json_is_array(list) && json_array_size(list) > 0);
	while (json_array_size(list) > count)
		json_array_remove(list, json_array_size(list) - 1);
	while (json_array_size(list) < count)
		json_array_append(list, json_array_get(list, 0));
}

/* --- the ceilings ------------------------------------------------------------------------------- */

static void
an_order_has_so_many_lines_and_no_more(void **state)
{
	json_t *asked = read_json("tests/cases/omie/order_found/operation.json");
	json_t *answer = read_json("tests/cases/omie/order_found/1.response");
	json_t *lines = json_object_get(json_object_get(answer, "pedido_venda_produto"), "det");
	(void)state;
	make_so_many(lines, ORDER_ITEMS_MAX);
	call(&tool_omie, asked, answer);
	assert_int_equal(says, TOOL_NEXT);
	assert_int_equal(facts.order.item_count, ORDER_ITEMS_MAX);
	make_so_many(lines, ORDER_ITEMS_MAX + 1);
	call(&tool_omie, asked, answer);
	assert_int_equal(says, TOOL_CONCLUDED);
	assert_int_equal(outcome, OUTCOME_CONTRADICTION);
	assert_why("an order of 101 lines, and 1 to 100 can be handled");
	json_decref(asked);
	json_decref(answer);
}

static void
a_payment_has_so_many_refunds_and_no_more(void **state)
{
	json_t *asked = read_json("tests/cases/pix/payment_with_one_refund/operation.json");
	json_t *answer = read_json("tests/cases/pix/payment_with_one_refund/1.response");
	(void)state;
	make_so_many(json_object_get(answer, "devolucoes"), PAYMENT_REFUNDS_MAX);
	call(&tool_pix, asked, answer);
	if (outcome != OUTCOME_DONE)
		fail_msg("%s", why.text);
	assert_int_equal(facts.payment.refund_count, PAYMENT_REFUNDS_MAX);
	make_so_many(json_object_get(answer, "devolucoes"), PAYMENT_REFUNDS_MAX + 1);
	call(&tool_pix, asked, answer);
	assert_int_equal(outcome, OUTCOME_CONTRADICTION);
	assert_int_equal(facts.kind, FACTS_NONE);
	assert_why("33 refunds, more than 32");
	json_decref(asked);
	json_decref(answer);
}

/* A note of ours refers to no line that a sale can't have; of a note that has more, the content is not
 * believed, and the gate misses it. */
static void
a_note_has_so_many_lines_and_no_more(void **state)
{
	json_t *asked = read_json("tests/cases/focus/issue_one_item/operation.json");
	json_t *item = json_array_get(json_object_get(asked, "items"), 0);
	(void)state;
	json_object_set_new(item, "number", json_integer(NOTE_ITEMS_MAX));
	assert_true(call(&tool_focus, asked, NULL));
	json_object_set_new(item, "number", json_integer(NOTE_ITEMS_MAX + 1));
	assert_false(call(&tool_focus, asked, NULL));
	assert_why("item 991: a line of the sale note is 1 to 990");
	json_decref(asked);
	asked = read_json("tests/cases/focus/note_in_the_words_we_sent/operation.json");
	json_t *answer = read_json("tests/cases/focus/note_in_the_words_we_sent/1.response");
	json_t *items = json_object_get(json_object_get(answer, "requisicao_nota_fiscal"), "items");
	make_so_many(items, NOTE_ITEMS_MAX);
	call(&tool_focus, asked, answer);
	if (outcome != OUTCOME_DONE)
		fail_msg("%s", why.text);
	assert_true(facts.note.content_known);
	assert_int_equal(facts.note.item_count, NOTE_ITEMS_MAX);
	make_so_many(items, NOTE_ITEMS_MAX + 1);
	call(&tool_focus, asked, answer);
	if (outcome != OUTCOME_DONE)
		fail_msg("%s", why.text);
	assert_false(facts.note.content_known);
	assert_int_equal(facts.note.item_count, 0);
	json_decref(asked);
	json_decref(answer);
}

/* Omie has fields for two; what the shop's other tools write down is read back by this. */
static void
a_buyer_has_so_many_phones_and_no_more(void **state)
{
	json_t *phones = json_array();
	json_t *json = json_pack("{s:{s:{s:o}}}", "order", "buyer", "phones", phones);
	(void)state;
	for (int i = 0; i < PHONES_MAX; i++)
		json_array_append_new(phones, json_sprintf("20 99999-010%d", i));
	if (!facts_from_json(json, &facts, &why))
		fail_msg("%s", why.text);
	assert_string_equal(facts.order.buyer.phones[PHONES_MAX - 1], "20 99999-0102");
	json_array_append_new(phones, json_string("20 99999-0103"));
	why = (struct why){ "" };
	assert_false(facts_from_json(json, &facts, &why));
	assert_why("field phones has 4 entries, at most 3 fit");
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_has_so_many_lines_and_no_more),
		cmocka_unit_test(a_payment_has_so_many_refunds_and_no_more),
		cmocka_unit_test(a_note_has_so_many_lines_and_no_more),
		cmocka_unit_test(a_buyer_has_so_many_phones_and_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
