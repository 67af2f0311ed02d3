/*
 * The bank simulator against its documents (pix.md), and the adapter against the bank:
 * what it asks must be understood there, and what it is told must be what the books say.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "tools/pix.h"
#include "tools/sandbox/world.h"
#include "tools/tool.h"

#define NOW  INT64_C(1795184400000) /* 2026-11-20T13:00:00Z */
#define HOST "https://bank.example"

/* --- a world for each test ----------------------------------------------------------------- */

static int
set_up(void **state)
{
	*state = world_new(8421, NOW);
	return 0;
}

static int
tear_down(void **state)
{
	world_free(*state);
	return 0;
}

static void
arm(struct world *world, const char *place, const char *kind, int64_t value)
{
	struct why why = { "" };
	if (!faults_arm(&world->faults, place, kind, value, 1, &why))
		fail_msg("%s", why.text);
}

static const char *
e2eid_of(struct world *world, const char *order)
{
	return world_order(world, order)->e2eid;
}

static struct connection *
connection_of(struct world *world, enum role role)
{
	const struct world_credentials *c = &world->credentials;
	bool reads = role == ROLE_READ;
	struct connection *connection = calloc(1, sizeof(*connection));
	assert_non_null(connection);
	assert_true(text_copy(connection->name, sizeof(connection->name), "pix"));
	assert_true(text_copy(connection->base_url, sizeof(connection->base_url), HOST "/v2"));
	connection->role = role;
	connection->secrets =
		json_pack("{s:s, s:s, s:s}", "token_url", HOST "/oauth/token", "client_id",
	                  reads ? c->pix_reader_id : c->pix_writer_id, "client_secret",
	                  reads ? c->pix_reader_secret : c->pix_writer_secret);
	return connection;
}

/* --- plain calls --------------------------------------------------------------------------- */

/* A connection that has fetched its token, as the adapter does it. */
static struct connection *
bearer(struct world *world, enum role role, int64_t now_ms)
{
	struct connection *connection = connection_of(world, role);
	struct http_request request;
	struct simulated answer;
	struct access_token token = { .text = "" };
	struct why why = { "" };
	http_request_init(&request);
	simulated_init(&answer);
	assert_true(tool_pix.token_ask(connection, &request, &why));
	assert_string_equal(buffer_text(&request.url), HOST "/oauth/token");
	buffer_reset(&request.url);
	buffer_add_text(&request.url, "/oauth/token");
	pix_simulate(world, &request, now_ms, &answer);
	enum outcome outcome = tool_pix.token_answer(connection, &answer.response, &token, &why);
	if (outcome != OUTCOME_DONE)
		fail_msg("no token: %s", why.text);
	connection->access_token = strdup(token.text);
	http_request_free(&request);
	simulated_free(&answer);
	return connection;
}

/* One call with any token; the parsed answer (the caller's), NULL when not JSON or lost. */
static json_t *
call_with(struct world *world, const struct connection *connection, enum http_method method,
          const char *path, const char *body, int64_t now_ms, int *status)
{
	char authorization[128];
	struct http_request request;
	struct simulated answer;
	http_request_init(&request);
	simulated_init(&answer);
	request.method = method;
	buffer_add_text(&request.url, path);
	buffer_add_text(&request.body, body);
	text_format(authorization, sizeof(authorization), "Bearer %s", connection->access_token);
	http_header_add(&request.headers, "Authorization", authorization);
	pix_simulate(world, &request, now_ms, &answer);
	*status = answer.lost ? 0 : answer.response.status;
	const struct buffer *said = &answer.response.body;
	json_t *json = json_parse(buffer_text(said), said->length, 1 << 20, NULL);
	http_request_free(&request);
	simulated_free(&answer);
	return json;
}

static json_t *
call(struct world *world, enum role role, enum http_method method, const char *path,
     const char *body, int64_t now_ms, int *status)
{
	struct connection *connection = bearer(world, role, now_ms);
	json_t *json = call_with(world, connection, method, path, body, now_ms, status);
	connection_free(connection);
	return json;
}

/* PUT of a refund; `wanted` is the status it must have, `reason` a part of the violation if any. */
static void
put_refund(struct world *world, const char *order, const char *id, const char *valor,
           int64_t now_ms, int wanted, const char *reason)
{
	char path[128], body[128];
	int status;
	text_format(path, sizeof(path), "/v2/pix/%s/devolucao/%s", e2eid_of(world, order), id);
	text_format(body, sizeof(body), "{\"valor\":\"%s\"}", valor);
	json_t *json = call(world, ROLE_WRITE, HTTP_PUT, path, body, now_ms, &status);
	assert_int_equal(status, wanted);
	if (reason != NULL) {
		const json_t *violations = json_object_get(json, "violacoes");
		const char *said =
			json_string_value(json_object_get(json_array_get(violations, 0), "razao"));
		assert_non_null(said);
		if (strstr(said, reason) == NULL)
			fail_msg("the violation is \"%s\", not \"%s\"", said, reason);
	}
	json_decref(json);
}

static void
assert_refund_status(struct world *world, const char *order, const char *id, int64_t now_ms,
                     const char *wanted)
{
	char path[128];
	int status;
	text_format(path, sizeof(path), "/v2/pix/%s/devolucao/%s", e2eid_of(world, order), id);
	json_t *json = call(world, ROLE_READ, HTTP_GET, path, "", now_ms, &status);
	assert_int_equal(status, wanted == NULL ? 404 : 200);
	if (wanted != NULL)
		assert_string_equal(json_string_value(json_object_get(json, "status")), wanted);
	json_decref(json);
}

/* --- a dialogue of the adapter with this bank ---------------------------------------------- */

/* Plays an operation to its end; facts and outcome as the engine would get them. */
static enum outcome
ask_bank(struct world *world, const struct operation *operation, int64_t now_ms,
         struct facts *facts, struct why *why)
{
	struct connection *connection = bearer(world, operation_role(operation->kind), now_ms);
	const struct tool_operation *road = tool_operation(&tool_pix, operation->kind);
	struct tool_call asked = { .operation = operation,
		                   .connection = connection,
		                   .notes = json_object(),
		                   .now_ms = now_ms };
	for (bool concluded = false; !concluded; asked.step++) {
		struct http_request request;
		struct simulated answer;
		http_request_init(&request);
		simulated_init(&answer);
		assert_true(road->ask(&asked, &request, why));
		char *url = buffer_take(&request.url);
		assert_true(text_starts_with(url, HOST));
		buffer_add_text(&request.url, url + strlen(HOST));
		pix_simulate(world, &request, now_ms, &answer);
		assert_false(answer.lost);
		concluded = road->answer(&asked, &answer.response, why) == TOOL_CONCLUDED;
		free(url);
		http_request_free(&request);
		simulated_free(&answer);
	}
	*facts = asked.facts;
	json_decref(asked.notes);
	connection_free(connection);
	return asked.outcome;
}

static struct operation
refund_of(struct world *world, const char *order, int64_t amount_cents)
{
	struct operation operation = { .kind = OPERATION_PAY_REFUND,
		                       .refund = { .id = "R7K2M9", .amount_cents = amount_cents } };
	text_copy(operation.refund.e2eid, E2EID_SIZE, e2eid_of(world, order));
	text_copy(operation.refund.description, 141, "Pedido 8421, devolução");
	return operation;
}

static struct operation
payment_of(const char *reference)
{
	struct operation operation = { .kind = OPERATION_PAY_PAYMENT };
	assert_true(text_copy(operation.payment.reference, REFERENCE_SIZE, reference));
	return operation;
}

static struct operation
status_of(const struct operation *refund)
{
	struct operation operation = { .kind = OPERATION_PAY_REFUND_STATUS };
	text_copy(operation.refund_status.e2eid, E2EID_SIZE, refund->refund.e2eid);
	text_copy(operation.refund_status.id, REFUND_ID_SIZE, refund->refund.id);
	return operation;
}

/* --- the bank's own rules ------------------------------------------------------------------ */

static void
a_refund_is_under_way_and_then_settled(void **state)
{
	struct world *world = *state;
	put_refund(world, "8421", "R1", "186.00", NOW, 201, NULL);
	assert_refund_status(world, "8421", "R1", NOW, "EM_PROCESSAMENTO");
	assert_refund_status(world, "8421", "R1", NOW + PIX_SETTLEMENT_MS, "DEVOLVIDO");
}

static void
refunds_never_exceed_the_payment(void **state)
{
	struct world *world = *state;
	put_refund(world, "8421", "R1", "186.01", NOW, 400, "excede");
	put_refund(world, "8421", "R2", "100.00", NOW, 201, NULL);
	put_refund(world, "8421", "R3", "86.01", NOW, 400, "excede");
	put_refund(world, "8421", "R4", "86.00", NOW, 201, NULL);
	put_refund(world, "8421", "R5", "0.01", NOW, 400, "excede");
	assert_int_equal(world->pix.refund_count, 2);
	assert_int_equal(world->pix.refund_puts, 5);
}

static void
a_refund_that_failed_frees_its_amount_and_burns_its_id(void **state)
{
	struct world *world = *state;
	arm(world, "pix.refund", "not_done", 0);
	put_refund(world, "8421", "R1", "186.00", NOW, 201, NULL);
	put_refund(world, "8421", "R2", "186.00", NOW, 400, "excede");
	int64_t later = NOW + PIX_SETTLEMENT_MS;
	assert_refund_status(world, "8421", "R1", later, "NAO_REALIZADO");
	put_refund(world, "8421", "R1", "186.00", later, 400, "id já utilizado");
	put_refund(world, "8421", "R2", "186.00", later, 201, NULL);
}

static void
a_payment_of_100_days_is_past_the_window(void **state)
{
	put_refund(*state, "6044", "R1", "89.00", NOW, 400, "90 dias");
}

static void
a_malformed_amount_breaks_the_schema(void **state)
{
	static const char *const bad[] = { "186", "186.0", "186,00", "0.00", "-1.00", "x1.00", "" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		put_refund(*state, "8421", "R1", bad[i], NOW, 400, "schema");
}

static void
one_id_serves_two_payments(void **state) /* it is unique per e2eid */
{
	put_refund(*state, "8421", "R1", "1.00", NOW, 201, NULL);
	put_refund(*state, "8422", "R1", "1.00", NOW, 201, NULL);
}

static void
the_same_id_never_executes_twice_whatever_the_policy(void **state)
{
	static const struct {
		enum pix_same_id policy;
		int status;
	} rows[] = {
		{ PIX_SAME_ID_REFUSED, 400 },
		{ PIX_SAME_ID_CONFLICT, 409 },
		{ PIX_SAME_ID_OK, 200 },
		{ PIX_SAME_ID_CREATED, 201 },
	};
	struct world *world = *state;
	put_refund(world, "8421", "R1", "10.00", NOW, 201, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world->pix.same_id_policy = rows[i].policy;
		put_refund(world, "8421", "R1", "10.00", NOW, rows[i].status, NULL);
		assert_int_equal(world->pix.refund_count, 1);
	}
}

static void
the_reader_can_read_and_not_refund(void **state)
{
	struct world *world = *state;
	char path[128];
	int status;
	text_format(path, sizeof(path), "/v2/pix/%s/devolucao/R1", e2eid_of(world, "8421"));
	json_t *json = call(world, ROLE_READ, HTTP_PUT, path, "{\"valor\":\"1.00\"}", NOW, &status);
	assert_int_equal(status, 403);
	json_decref(json);
	json = call(world, ROLE_WRITE, HTTP_GET, path, "", NOW, &status); /* asked pix.write only */
	assert_int_equal(status, 403);
	json_decref(json);
	assert_int_equal(world->pix.refund_count, 0);
}

static void
a_token_ends_after_an_hour(void **state)
{
	struct world *world = *state;
	char path[128];
	int status;
	struct connection *connection = bearer(world, ROLE_READ, NOW);
	text_format(path, sizeof(path), "/v2/pix/%s", e2eid_of(world, "8421"));
	json_decref(call_with(world, connection, HTTP_GET, path, "", NOW + HOUR_MS - 1, &status));
	assert_int_equal(status, 200);
	json_decref(call_with(world, connection, HTTP_GET, path, "", NOW + HOUR_MS, &status));
	assert_int_equal(status, 401);
	connection_free(connection);
}

static void
the_list_finds_what_a_document_paid(void **state)
{
	struct world *world = *state;
	int status;
	json_t *json = call(world, ROLE_READ, HTTP_GET,
	                    "/v2/pix?inicio=2026-11-01T00:00:00Z&fim=2026-11-20T13:00:00Z"
	                    "&cpf=12345678909",
	                    "", NOW, &status);
	const json_t *list = json_object_get(json, "pix");
	assert_int_equal(status, 200);
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(list, 0), "endToEndId")),
		e2eid_of(world, "8421"));
	json_decref(json);
}

static void
the_list_comes_in_pages(void **state)
{
	struct world *world = *state;
	int status;
	json_t *json = call(world, ROLE_READ, HTTP_GET,
	                    "/v2/pix?inicio=2026-01-01T00:00:00Z&fim=2026-11-20T13:00:00Z"
	                    "&paginacao.paginaAtual=1&paginacao.itensPorPagina=5",
	                    "", NOW, &status);
	const json_t *page = json_at(json, "parametros.paginacao");
	assert_int_equal(status, 200);
	assert_int_equal(json_array_size(json_object_get(json, "pix")), 3); /* 8 were paid by Pix */
	assert_int_equal(json_maybe_integer(page, "quantidadeTotalDeItens", 0), 8);
	assert_int_equal(json_maybe_integer(page, "quantidadeDePaginas", 0), 2);
	json_decref(json);
	json = call(world, ROLE_READ, HTTP_GET,
	            "/v2/pix?inicio=2026-11-20T13:00:00Z&fim=2026-01-01T00:00:00Z", "", NOW,
	            &status);
	assert_int_equal(status, 400);
	json_decref(json);
}

static void
the_books_show_refunds_made_elsewhere(void **state)
{
	struct world *world = *state;
	struct why why = { "" };
	const char *e2eid = e2eid_of(world, "8421");
	assert_true(pix_sandbox_insert_refund(world, e2eid, "MED_FRAUDE", 6000, NOW, &why));
	assert_true(pix_sandbox_insert_refund(world, e2eid, "ORIGINAL", 12600, NOW, &why));
	assert_false(pix_sandbox_insert_refund(world, e2eid, "ORIGINAL", 1, NOW, &why));
	json_t *books = pix_books_json(world, NOW);
	const json_t *payment = json_array_get(json_object_get(books, "payments"), 0);
	const json_t *refunds = json_object_get(payment, "refunds");
	assert_string_equal(json_string_value(json_object_get(payment, "order")), "8421");
	assert_int_equal(json_array_size(refunds), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(refunds, 0), "nature")),
		"MED_FRAUDE");
	assert_int_equal(json_maybe_integer(books, "refund_puts", -1), 0);
	json_decref(books);
}

/* --- faults -------------------------------------------------------------------------------- */

static void
a_fault_says_one_thing_and_the_books_another(void **state)
{
	static const struct {
		const char *kind;
		int64_t value;
		int status; /* 0: lost */
		int64_t refunds;
	} rows[] = {
		{ "lost_before", 0, 0, 0 }, { "status", 503, 503, 0 },       { "html", 0, 500, 0 },
		{ "lost_after", 0, 0, 1 },  { "status_after", 504, 504, 1 }, { "soap", 0, 500, 1 },
		{ "garbage", 0, 201, 1 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *world = world_new(i, NOW);
		arm(world, "pix.refund", rows[i].kind, rows[i].value);
		put_refund(world, "8421", "R1", "1.00", NOW, rows[i].status, NULL);
		assert_int_equal(world->pix.refund_count, rows[i].refunds);
		assert_int_equal(world->pix.refund_puts, 1);
		world_free(world);
	}
	(void)state;
}

static void
a_stale_read_does_not_see_the_refund_once(void **state)
{
	struct world *world = *state;
	put_refund(world, "8421", "R1", "1.00", NOW, 201, NULL);
	arm(world, "pix.refund_status", "stale", 0);
	assert_refund_status(world, "8421", "R1", NOW, NULL);
	assert_refund_status(world, "8421", "R1", NOW, "EM_PROCESSAMENTO");
}

static void
a_stale_payment_lacks_its_newest_refund_once(void **state)
{
	struct world *world = *state;
	struct operation payment = payment_of(e2eid_of(world, "8421"));
	struct facts facts;
	struct why why = { "" };
	put_refund(world, "8421", "R1", "1.00", NOW, 201, NULL);
	put_refund(world, "8421", "R2", "2.00", NOW, 201, NULL);
	arm(world, "pix.payment", "stale", 0);
	assert_int_equal(ask_bank(world, &payment, NOW, &facts, &why), OUTCOME_DONE);
	assert_int_equal(facts.payment.refund_count, 1);
	assert_string_equal(facts.payment.refunds[0].id, "R1");
	assert_int_equal(ask_bank(world, &payment, NOW, &facts, &why), OUTCOME_DONE);
	assert_int_equal(facts.payment.refund_count, 2);
}

static void
a_pending_refund_waits_as_long_as_it_was_told(void **state)
{
	struct world *world = *state;
	arm(world, "pix.refund", "pending", DAY_MS);
	put_refund(world, "8421", "R1", "1.00", NOW, 201, NULL);
	assert_refund_status(world, "8421", "R1", NOW + DAY_MS - 1, "EM_PROCESSAMENTO");
	assert_refund_status(world, "8421", "R1", NOW + DAY_MS, "DEVOLVIDO");
}

/* --- the adapter at this bank -------------------------------------------------------------- */

/* A charge with a due date is not found under /cob, and one that does not exist nowhere. */
static void
adapter_finds_the_payment_of_a_charge_with_a_due_date(void **state)
{
	struct world *world = *state;
	struct shop_order *order = world_order(world, "8421");
	struct operation operation = payment_of(order->facts.payment_reference);
	struct facts facts;
	struct why why = { "" };
	order->due_charge = true;
	assert_int_equal(ask_bank(world, &operation, NOW, &facts, &why), OUTCOME_DONE);
	assert_true(facts.payment.exists);
	assert_string_equal(facts.payment.e2eid, order->e2eid);
	operation = payment_of("00000000000000000000000000000000");
	assert_int_equal(ask_bank(world, &operation, NOW, &facts, &why), OUTCOME_DONE);
	assert_false(facts.payment.exists);
}

/* The scopes become part of a form. */
static void
adapter_asks_for_no_malformed_scopes(void **state)
{
	struct connection *connection = connection_of(*state, ROLE_READ);
	struct http_request request;
	struct why why = { "" };
	json_object_set_new(connection->secrets, "scopes", json_string("pix.read&x=1"));
	http_request_init(&request);
	assert_false(tool_pix.token_ask(connection, &request, &why));
	assert_non_null(strstr(why.text, "scopes"));
	http_request_free(&request);
	connection_free(connection);
}

static void
adapter_finds_the_payment_by_txid_and_by_e2eid(void **state)
{
	struct world *world = *state;
	const struct shop_order *order = world_order(world, "8421");
	const char *const references[] = { order->facts.payment_reference, order->e2eid };
	for (size_t i = 0; i < 2; i++) {
		struct operation operation = payment_of(references[i]);
		struct facts facts;
		struct why why = { "" };
		assert_int_equal(ask_bank(world, &operation, NOW, &facts, &why), OUTCOME_DONE);
		assert_true(facts.payment.exists);
		assert_string_equal(facts.payment.e2eid, order->e2eid);
		assert_string_equal(facts.payment.txid, order->facts.payment_reference);
		assert_int_equal(facts.payment.amount_cents, 18600);
		assert_int_equal(facts.payment.paid_ms, order->paid_ms);
		assert_string_equal(why.text, "");
	}
}

static void
adapter_reads_back_the_refund_it_made(void **state)
{
	struct world *world = *state;
	struct operation refund = refund_of(world, "8421", 18600), status = status_of(&refund);
	struct operation payment = payment_of(refund.refund.e2eid);
	struct facts facts;
	struct why why = { "" };
	assert_int_equal(ask_bank(world, &refund, NOW, &facts, &why), OUTCOME_DONE);
	assert_int_equal(facts.refund.status, REFUND_PROCESSING);
	int64_t later = NOW + PIX_SETTLEMENT_MS;
	assert_int_equal(ask_bank(world, &status, later, &facts, &why), OUTCOME_DONE);
	assert_int_equal(facts.refund.status, REFUND_RETURNED);
	assert_int_equal(facts.refund.settled_ms, later);
	struct refund_facts alone = facts.refund;
	assert_int_equal(ask_bank(world, &payment, later, &facts, &why), OUTCOME_DONE);
	assert_int_equal(facts.payment.refund_count, 1);
	assert_memory_equal(&facts.payment.refunds[0], &alone, sizeof(alone));
	assert_string_equal(world->pix.refunds[0].description, "Pedido 8421, devolução");
}

/* P3's other half: each may hide a refund that was made, so none may say that it was not. */
static void
adapter_takes_no_error_of_a_refund_for_an_answer(void **state)
{
	static const struct {
		const char *kind;
		int64_t value;
	} rows[] = {
		{ "status", 400 },       { "status", 401 },       { "status", 403 },
		{ "status", 404 },       { "status", 409 },       { "status", 429 },
		{ "status", 500 },       { "status_after", 400 }, { "status_after", 409 },
		{ "status_after", 204 }, { "status_after", 201 }, { "html", 0 },
		{ "soap", 0 },           { "garbage", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *world = world_new(i, NOW);
		struct operation refund = refund_of(world, "8421", 18600);
		struct facts facts;
		struct why why = { "" };
		arm(world, "pix.refund", rows[i].kind, rows[i].value);
		assert_int_equal(ask_bank(world, &refund, NOW, &facts, &why), OUTCOME_UNKNOWN);
		assert_string_not_equal(why.text, "");
		world_free(world);
	}
}

static void
adapter_calls_a_repeated_id_unknown_or_done_and_never_refused(void **state)
{
	static const struct {
		enum pix_same_id policy;
		enum outcome outcome;
	} rows[] = {
		{ PIX_SAME_ID_REFUSED, OUTCOME_UNKNOWN },
		{ PIX_SAME_ID_CONFLICT, OUTCOME_UNKNOWN },
		{ PIX_SAME_ID_OK, OUTCOME_DONE },
		{ PIX_SAME_ID_CREATED, OUTCOME_DONE },
	};
	struct world *world = *state;
	struct operation refund = refund_of(world, "8421", 5000);
	struct facts facts;
	struct why why = { "" };
	assert_int_equal(ask_bank(world, &refund, NOW, &facts, &why), OUTCOME_DONE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why again = { "" };
		world->pix.same_id_policy = rows[i].policy;
		assert_int_equal(ask_bank(world, &refund, NOW, &facts, &again), rows[i].outcome);
	}
	refund.refund.amount_cents = 5001; /* replayed as it was: not what is asked now */
	assert_int_equal(ask_bank(world, &refund, NOW, &facts, &why), OUTCOME_CONTRADICTION);
}

static void
adapter_sees_a_bank_app_refund_in_the_payment(void **state)
{
	struct world *world = *state;
	struct operation payment = payment_of(e2eid_of(world, "8421"));
	struct facts facts;
	struct why why = { "" };
	assert_true(pix_sandbox_insert_refund(world, payment.payment.reference, "MED_FRAUDE", 6000,
	                                      NOW, &why));
	assert_int_equal(ask_bank(world, &payment, NOW, &facts, &why), OUTCOME_DONE);
	assert_int_equal(facts.payment.refund_count, 1);
	assert_string_equal(facts.payment.refunds[0].nature, "MED_FRAUDE");
	assert_int_equal(facts.payment.refunds[0].amount_cents, 6000);
}

static void
adapter_sends_no_description_in_broken_utf8(void **state)
{
	struct operation refund = refund_of(*state, "8421", 100);
	struct connection *connection = bearer(*state, ROLE_WRITE, NOW);
	struct tool_call asked = { .operation = &refund, .connection = connection };
	struct http_request request;
	struct why why = { "" };
	http_request_init(&request);
	text_copy(refund.refund.description, 141, "Devolu\xc3");
	assert_false(tool_operation(&tool_pix, OPERATION_PAY_REFUND)->ask(&asked, &request, &why));
	assert_non_null(strstr(why.text, "not UTF-8"));
	http_request_free(&request);
	connection_free(connection);
}

/* --- secrets stay out of what is said ------------------------------------------------------ */

static void
adapter_never_quotes_a_secret(void **state)
{
	static const char *const bodies[] = {
		"{\"error\":\"invalid_token\",\"error_description\":\"SECRET-TOKEN is over\"}",
		"{\"title\":\"No\",\"detail\":\"client SECRET-WORD\",\"erros\":[{\"mensagem\":"
		"\"SECRET-TOKEN\"}]}",
		"{\"access_token\":\"SECRET-NEW",
		"{\"access_token\":\"SECRET-NEW\nX\"}",
		"{\"access_token\":\"SECRET-NEW\",\"scope\":[\"pix.read\"]}",
	};
	static const int statuses[] = { 200, 400, 401, 403, 500 };
	struct connection *connection = connection_of(*state, ROLE_READ);
	connection->access_token = strdup("SECRET-TOKEN");
	json_object_set_new(connection->secrets, "client_secret", json_string("SECRET-WORD"));
	struct operation operation = payment_of("7f3a9c1e5b2d4860a1c3e5f708192a3b");
	for (size_t i = 0; i < 5 * sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct http_response response;
		struct access_token token = { .text = "" };
		struct why why = { "" }, token_why = { "" };
		struct tool_call asked = { .operation = &operation,
			                   .connection = connection,
			                   .now_ms = NOW };
		http_response_init(&response);
		response.status = statuses[i % 5];
		buffer_add_text(&response.body, bodies[i / 5]);
		tool_operation(&tool_pix, OPERATION_PAY_PAYMENT)->answer(&asked, &response, &why);
		assert_int_not_equal(
			tool_pix.token_answer(connection, &response, &token, &token_why),
			OUTCOME_DONE);
		assert_string_not_equal(token_why.text, "");
		assert_null(strstr(token_why.text, "SECRET"));
		assert_null(strstr(why.text, "SECRET-TOKEN"));
		assert_null(strstr(why.text, "SECRET-WORD"));
		http_response_free(&response);
	}
	connection_free(connection);
}

int
main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		IN_WORLD(a_refund_is_under_way_and_then_settled),
		IN_WORLD(refunds_never_exceed_the_payment),
		IN_WORLD(a_refund_that_failed_frees_its_amount_and_burns_its_id),
		IN_WORLD(a_payment_of_100_days_is_past_the_window),
		IN_WORLD(a_malformed_amount_breaks_the_schema),
		IN_WORLD(one_id_serves_two_payments),
		IN_WORLD(the_same_id_never_executes_twice_whatever_the_policy),
		IN_WORLD(the_reader_can_read_and_not_refund),
		IN_WORLD(a_token_ends_after_an_hour),
		IN_WORLD(the_list_finds_what_a_document_paid),
		IN_WORLD(the_list_comes_in_pages),
		IN_WORLD(the_books_show_refunds_made_elsewhere),
		cmocka_unit_test(a_fault_says_one_thing_and_the_books_another),
		IN_WORLD(a_stale_read_does_not_see_the_refund_once),
		IN_WORLD(a_stale_payment_lacks_its_newest_refund_once),
		IN_WORLD(a_pending_refund_waits_as_long_as_it_was_told),
		IN_WORLD(adapter_finds_the_payment_by_txid_and_by_e2eid),
		IN_WORLD(adapter_finds_the_payment_of_a_charge_with_a_due_date),
		IN_WORLD(adapter_asks_for_no_malformed_scopes),
		IN_WORLD(adapter_reads_back_the_refund_it_made),
		cmocka_unit_test(adapter_takes_no_error_of_a_refund_for_an_answer),
		IN_WORLD(adapter_calls_a_repeated_id_unknown_or_done_and_never_refused),
		IN_WORLD(adapter_sees_a_bank_app_refund_in_the_payment),
		IN_WORLD(adapter_sends_no_description_in_broken_utf8),
		IN_WORLD(adapter_never_quotes_a_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
