/*
 * The Omie adapter against the Omie simulator: what the shop's books say must come out of the three
 * calls unchanged, and whatever goes wrong on the way must never come out as "no such order".
 */
#include "tests/test.h"

#include "base/json.h"
#include "base/text.h"
#include "tools/omie.h"
#include "tools/sandbox/world.h"
#include "tools/tool.h"

#define NOW_MS INT64_C(1795184400000) /* 2026-11-20T13:00:00Z */
#define BASE   "http://127.0.0.1:1"

/* A shop, its credential, and the look-up under way. */
struct stage {
	struct world *world;
	struct connection connection;
	struct shop shop;
	struct operation operation;
	struct tool_call call;
	struct why why;
	int64_t now_ms;
};

static int
set_stage(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	assert_non_null(stage);
	stage->now_ms = NOW_MS;
	stage->world = world_new(7, NOW_MS);
	text_copy(stage->connection.base_url, sizeof(stage->connection.base_url), BASE);
	stage->connection.secrets =
		json_pack("{s:s, s:s}", "app_key", stage->world->credentials.omie_key, "app_secret",
	                  stage->world->credentials.omie_secret);
	*state = stage;
	return 0;
}

static int
clear_stage(void **state)
{
	struct stage *stage = *state;
	json_decref(stage->connection.secrets);
	json_decref(stage->call.notes);
	world_free(stage->world);
	free(stage);
	return 0;
}

/* Hands one request to the simulator.  False when the answer got lost. */
static bool
deliver(struct stage *stage, struct http_request *request, struct simulated *answer)
{
	struct http_request seen;
	http_request_init(&seen);
	seen.method = request->method;
	assert_true(text_starts_with(buffer_text(&request->url), BASE));
	buffer_add_text(&seen.url, buffer_text(&request->url) + strlen(BASE));
	buffer_add(&seen.body, buffer_text(&request->body), request->body.length);
	omie_simulate(stage->world, &seen, stage->now_ms, answer);
	http_request_free(&seen);
	return !answer->lost;
}

/* One request and its answer.  True when the look-up goes on. */
static bool
exchange(struct stage *stage)
{
	const struct tool_operation *road = tool_operation(&tool_omie, OPERATION_LEDGER_ORDER);
	struct http_request request;
	struct simulated answer;
	http_request_init(&request);
	simulated_init(&answer);
	assert_true(road->ask(&stage->call, &request, &stage->why));
	assert_true(deliver(stage, &request, &answer));
	bool goes_on = road->answer(&stage->call, &answer.response, &stage->why) == TOOL_NEXT;
	stage->call.step++;
	http_request_free(&request);
	simulated_free(&answer);
	return goes_on;
}

static enum outcome
look_up(struct stage *stage, const char *number)
{
	json_decref(stage->call.notes);
	stage->why.text[0] = '\0';
	stage->operation = (struct operation){ .kind = OPERATION_LEDGER_ORDER };
	text_copy(stage->operation.order.number, sizeof(stage->operation.order.number), number);
	stage->call = (struct tool_call){ .operation = &stage->operation,
		                          .connection = &stage->connection,
		                          .shop = &stage->shop,
		                          .now_ms = stage->now_ms,
		                          .notes = json_object() };
	while (exchange(stage))
		assert_true(stage->call.step <= OPERATION_STEPS_MAX);
	return stage->call.outcome;
}

static void
arm(struct stage *stage, const char *place, const char *kind, int64_t value, int64_t times)
{
	assert_true(faults_arm(&stage->world->faults, place, kind, value, times, NULL));
}

/* --- what comes out -------------------------------------------------------------------------- */

/* The books of the world are the truth, field by field, for every order of every story. */
static void
every_order_comes_out_as_it_is_in_the_books(void **state)
{
	struct stage *stage = *state;
	assert_true(world_add_order(stage->world, "9100", "+55 (20) 9.9999-1234", 1, NOW_MS));
	assert_true(world_add_order(stage->world, "9101", "20 99999-1235", 89999999999, NOW_MS));
	for (int64_t i = 0; i < stage->world->order_count; i++) {
		struct facts truth = { .kind = FACTS_ORDER };
		truth.order = stage->world->orders[i].facts;
		enum outcome outcome = look_up(stage, truth.order.number);
		if (outcome != OUTCOME_DONE || stage->why.text[0] != '\0')
			fail_msg("%s: %s", truth.order.number, stage->why.text);
		json_auto_t *wanted = facts_to_json(&truth);
		json_auto_t *found = facts_to_json(&stage->call.facts);
		if (!json_equal(wanted, found))
			fail_msg("order %s came out as %s", truth.order.number, json_text(found));
	}
}

static void
a_number_nobody_has_does_not_exist(void **state)
{
	struct stage *stage = *state;
	assert_int_equal(look_up(stage, "99999"), OUTCOME_DONE);
	assert_int_equal(stage->call.facts.kind, FACTS_ORDER);
	assert_false(stage->call.facts.order.exists);
}

static void
a_wrong_secret_is_refused_and_not_repeated_in_the_reason(void **state)
{
	struct stage *stage = *state;
	json_object_set_new(stage->connection.secrets, "app_secret", json_string("trocado"));
	assert_int_equal(look_up(stage, "8421"), OUTCOME_REFUSED);
	assert_non_null(strstr(stage->why.text, "check app_key and app_secret"));
	assert_null(strstr(stage->why.text, "trocado"));
	assert_null(strstr(stage->why.text, stage->world->credentials.omie_key));
}

/* --- what goes wrong ------------------------------------------------------------------------- */

static void
nothing_unreadable_is_ever_a_no(void **state)
{
	static const char *const places[] = { "omie.order", "omie.customer", "omie.status" };
	static const struct {
		const char *kind;
		int64_t value;
	} troubles[] = { { "html", 0 },           { "garbage", 0 },       { "status", 500 },
		         { "status", 503 },       { "status", 429 },      { "status", 404 },
		         { "status_after", 502 }, { "redundant", 58000 }, { "blocked", 1000 } };
	struct stage *stage = *state;
	for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
		for (size_t t = 0; t < sizeof(troubles) / sizeof(troubles[0]); t++) {
			arm(stage, places[p], troubles[t].kind, troubles[t].value, 1);
			enum outcome outcome = look_up(stage, "8421");
			if (outcome != OUTCOME_RETRY)
				fail_msg("%s at %s is %s", troubles[t].kind, places[p],
				         outcome_text(outcome));
			assert_true(stage->why.text[0] != '\0');
			stage->now_ms += 2000; /* a block is over by then */
		}
	}
	assert_int_equal(look_up(stage, "8421"), OUTCOME_DONE);
	assert_true(stage->call.facts.order.exists);
}

static void
half_a_customer_leaves_no_name_in_the_reason(void **state)
{
	struct stage *stage = *state;
	struct shop_order *order = world_order(stage->world, "8421");
	const char *name = order->facts.buyer.name;
	for (size_t length = 1; length <= strlen(name); length++) {
		char shorter[128], piece[5];
		text_format(shorter, sizeof(shorter), "%.*s", (int)length, name);
		text_format(piece, sizeof(piece), "%.4s", name);
		text_copy(order->facts.buyer.complement, sizeof(order->facts.buyer.complement),
		          shorter);
		arm(stage, "omie.customer", "garbage", 0, 1);
		assert_int_equal(look_up(stage, "8421"), OUTCOME_RETRY);
		assert_null(strstr(stage->why.text, piece));
	}
}

static void
a_block_lasts_as_long_as_it_says(void **state)
{
	struct stage *stage = *state;
	arm(stage, "omie.order", "blocked", 90000, 1);
	assert_int_equal(look_up(stage, "8421"), OUTCOME_RETRY);
	assert_int_equal(stage->call.retry_after_ms, 90000);
	stage->now_ms += 89000;
	assert_int_equal(look_up(stage, "8421"), OUTCOME_RETRY);
	assert_int_equal(stage->call.retry_after_ms, 1000);
	stage->now_ms += 1000;
	assert_int_equal(look_up(stage, "8421"), OUTCOME_DONE);
}

static void
a_redundant_call_is_told_how_long_to_wait(void **state)
{
	struct stage *stage = *state;
	arm(stage, "omie.status", "redundant", 0, 1);
	assert_int_equal(look_up(stage, "8421"), OUTCOME_RETRY);
	assert_int_equal(stage->call.retry_after_ms, 60000);
}

/* --- the simulator alone --------------------------------------------------------------------- */

/* Posts a body as it stands.  The caller frees the answer. */
static void
post(struct stage *stage, const char *path, const char *body, struct simulated *answer)
{
	struct http_request request;
	http_request_init(&request);
	simulated_init(answer);
	request.method = HTTP_POST;
	buffer_add_text(&request.url, path);
	buffer_add_text(&request.body, body);
	omie_simulate(stage->world, &request, stage->now_ms, answer);
	http_request_free(&request);
}

/* The body of a call with the right key. */
static const char *
call_body(struct stage *stage, const char *call, const char *param)
{
	static char body[512];
	assert_true(text_format(body, sizeof(body),
	                        "{\"call\":\"%s\",\"app_key\":\"%s\",\"app_secret\":\"%s\","
	                        "\"param\":[%s]}",
	                        call, stage->world->credentials.omie_key,
	                        stage->world->credentials.omie_secret, param));
	return body;
}

static void
the_simulator_refuses_what_omie_refuses(void **state)
{
	static const struct {
		const char *call, *param;
		const char *answer;
	} rows[] = {
		{ "ConsultarPedido", "{\"numero_do_pedido\":\"8421\"}",
		  "Tag [numero_do_pedido] não faz parte" },
		{ "StatusPedido", "{\"numero_pedido\":\"8421\"}", "SOAP-ENV:Client-5001" },
		{ "ConsultarPedido", "{\"numero_pedido\":\"1\"}", "Pedido não cadastrado" },
		{ "ConsultarPedido", "{}", "Pedido não cadastrado" },
		{ "ConsultarPedido", "\"8421\"", "faultstring" },
		{ "DevolverPedido", "{\"codigo_pedido\":4501230001}", "not exists" },
		{ "ConsultarCliente", "{\"codigo_cliente_omie\":1}", "not exists" },
	};
	struct stage *stage = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct simulated answer;
		post(stage, "/api/v1/produtos/pedido/",
		     call_body(stage, rows[i].call, rows[i].param), &answer);
		assert_int_equal(answer.response.status, 500);
		if (strstr(buffer_text(&answer.response.body), rows[i].answer) == NULL)
			fail_msg("%s %s: %s", rows[i].call, rows[i].param,
			         buffer_text(&answer.response.body));
		simulated_free(&answer);
	}
}

static void
the_simulator_answers_only_posts_of_json_to_known_paths(void **state)
{
	struct stage *stage = *state;
	struct simulated answer;
	post(stage, "/api/v1/produtos/pedido", "{}", &answer); /* no slash at the end */
	assert_int_equal(answer.response.status, 404);
	simulated_free(&answer);
	post(stage, "/api/v1/produtos/pedido/", "call=ConsultarPedido", &answer);
	assert_int_equal(answer.response.status, 500);
	simulated_free(&answer);
	post(stage, "/api/v1/produtos/pedido/", "{}", &answer);
	assert_int_equal(answer.response.status, 403);
	simulated_free(&answer);
}

/* 149.8 as a double is not quite 149.8; it must not show. */
static void
the_simulator_writes_money_as_people_do(void **state)
{
	struct stage *stage = *state;
	struct simulated answer;
	assert_true(world_add_order(stage->world, "9100", "20 99999-1234", 14980, NOW_MS));
	post(stage, "/api/v1/produtos/pedido/",
	     call_body(stage, "ConsultarPedido", "{\"numero_pedido\":\"9100\"}"), &answer);
	assert_non_null(
		strstr(buffer_text(&answer.response.body), "\"valor_total_pedido\":149.8}"));
	assert_non_null(strstr(buffer_text(&answer.response.body), "\"quantidade\":1,"));
	simulated_free(&answer);
}

static void
the_simulator_loses_and_delays_when_told_to(void **state)
{
	struct stage *stage = *state;
	struct simulated answer;
	const char *body = call_body(stage, "ConsultarPedido", "{\"numero_pedido\":\"8421\"}");
	arm(stage, "omie.order", "lost_before", 0, 1);
	arm(stage, "omie.order", "slow", 1500, 1);
	post(stage, "/api/v1/produtos/pedido/", body, &answer);
	assert_true(answer.lost);
	simulated_free(&answer);
	post(stage, "/api/v1/produtos/pedido/", body, &answer);
	assert_false(answer.lost);
	assert_int_equal(answer.delay_ms, 1500);
	assert_int_equal(answer.response.status, 200);
	simulated_free(&answer);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_stage, clear_stage)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(every_order_comes_out_as_it_is_in_the_books),
		STAGED(a_number_nobody_has_does_not_exist),
		STAGED(a_wrong_secret_is_refused_and_not_repeated_in_the_reason),
		STAGED(nothing_unreadable_is_ever_a_no),
		STAGED(half_a_customer_leaves_no_name_in_the_reason),
		STAGED(a_block_lasts_as_long_as_it_says),
		STAGED(a_redundant_call_is_told_how_long_to_wait),
		STAGED(the_simulator_refuses_what_omie_refuses),
		STAGED(the_simulator_answers_only_posts_of_json_to_known_paths),
		STAGED(the_simulator_writes_money_as_people_do),
		STAGED(the_simulator_loses_and_delays_when_told_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
