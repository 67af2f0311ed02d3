/*
 * The issuer simulator, called by the adapter and by hand: what a note goes through, what
 * the tax authority rejects, and what each fault does.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/shop.h"
#include "tools/focus.h"
#include "tools/sandbox/world.h"
#include "tools/tool.h"

#define NOW_MS INT64_C(1795184400000) /* 2026-11-20T14:20:00Z */
#define REF    "a41f09c2e7b85d36"
#define LATER  (NOW_MS + 2 * SECOND_MS)

static int
new_world(void **state)
{
	*state = world_new(7, NOW_MS);
	return 0;
}

static int
free_world(void **state)
{
	world_free(*state);
	return 0;
}

/* --- calls by hand ---------------------------------------------------------------------------- */

static void
arm(struct world *world, const char *place, const char *kind, int64_t value)
{
	assert_true(faults_arm(&world->faults, place, kind, value, 1, NULL));
}

/* Sends a request and answers its HTTP status, 0 when the answer is lost.  `json` may be NULL; what
 * it gets is the caller's to free. */
static int
send_as(const char *token, struct world *world, enum http_method method, const char *url,
        const char *body, int64_t now_ms, json_t **json)
{
	struct http_request request;
	struct simulated answer;
	http_request_init(&request);
	simulated_init(&answer);
	request.method = method;
	buffer_add_text(&request.url, url);
	buffer_add_text(&request.body, body);
	http_header_add_basic(&request.headers, token, "");
	focus_simulate(world, &request, now_ms, &answer);
	int status = answer.lost ? 0 : answer.response.status;
	if (json != NULL)
		*json = json_loadb(buffer_text(&answer.response.body), answer.response.body.length,
		                   0, NULL);
	simulated_free(&answer);
	http_request_free(&request);
	return status;
}

static int
send(struct world *world, enum http_method method, const char *url, const char *body,
     int64_t now_ms, json_t **json)
{
	return send_as(world->credentials.focus_token, world, method, url, body, now_ms, json);
}

static void
assert_text(const json_t *object, const char *path, const char *wanted)
{
	const char *text = json_string_value(json_at(object, path));
	assert_string_equal(text == NULL ? "(missing)" : text, wanted);
}

/* --- calls by the adapter --------------------------------------------------------------------- */

static struct operation
issue_of(struct world *world, const char *number, const char *ref)
{
	const struct order_facts *order = &world_order(world, number)->facts;
	struct operation operation = { .kind = OPERATION_INVOICE_ISSUE };
	struct note_request *note = &operation.note;
	assert_true(text_copy(note->ref, sizeof(note->ref), ref));
	memcpy(note->sale_access_key, order->sale_note.access_key, ACCESS_KEY_SIZE);
	note->issued_ms = NOW_MS;
	note->total_cents = order->total_cents;
	note->buyer = order->buyer;
	note->item_count = order->item_count;
	memcpy(note->items, order->items, sizeof(note->items));
	return operation;
}

static struct operation
read_of(const char *ref)
{
	struct operation operation = { .kind = OPERATION_INVOICE_NOTE };
	assert_true(text_copy(operation.note_status.ref, sizeof(operation.note_status.ref), ref));
	return operation;
}

/* One whole operation; the outcome of a lost answer is what http_client makes of it. */
static struct tool_call
run(struct world *world, const struct operation *operation, int64_t now_ms)
{
	const struct tool_operation *road = tool_operation(&tool_focus, operation->kind);
	struct connection connection = { .name = "focus" };
	struct tool_call call = { .operation = operation,
		                  .connection = &connection,
		                  .shop = &shop_of_tests };
	struct http_request request;
	struct simulated answer;
	struct why why = { "" };
	connection.secrets = json_pack("{s:s}", "token", world->credentials.focus_token);
	http_request_init(&request);
	simulated_init(&answer);
	assert_true(road->ask(&call, &request, &why));
	focus_simulate(world, &request, now_ms, &answer);
	if (answer.lost)
		call.outcome = OUTCOME_UNKNOWN;
	else
		assert_int_equal(road->answer(&call, &answer.response, &why), TOOL_CONCLUDED);
	simulated_free(&answer);
	http_request_free(&request);
	json_decref(connection.secrets);
	return call;
}

static enum outcome
issue(struct world *world, const char *number, const char *ref, int64_t now_ms)
{
	struct operation operation = issue_of(world, number, ref);
	return run(world, &operation, now_ms).outcome;
}

static struct note_facts
read_back(struct world *world, const char *ref, int64_t now_ms)
{
	struct operation operation = read_of(ref);
	struct tool_call call = run(world, &operation, now_ms);
	assert_int_equal(call.outcome, OUTCOME_DONE);
	assert_int_equal(call.facts.kind, FACTS_NOTE);
	return call.facts.note;
}

/* --- the life of a note ----------------------------------------------------------------------- */

static void
a_note_is_accepted_and_a_moment_later_authorised(void **state)
{
	struct world *world = *state;
	const struct order_facts *order = &world_order(world, "8421")->facts;
	char issuer[ACCESS_KEY_ISSUER_SIZE], number[ACCESS_KEY_NUMBER_SIZE];
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	struct note_facts early = read_back(world, REF, NOW_MS + 100);
	assert_int_equal(early.status, NOTE_PROCESSING);
	assert_string_equal(early.access_key, "");
	struct note_facts note = read_back(world, REF, LATER);
	assert_int_equal(note.status, NOTE_AUTHORISED);
	assert_string_equal(note.authority_status, "100");
	assert_true(access_key_is_valid(note.access_key));
	access_key_issuer(note.access_key, issuer);
	access_key_number(note.access_key, number);
	assert_string_equal(issuer, world->credentials.shop_cnpj);
	assert_string_equal(number, note.number);
	assert_memory_equal(note.access_key, "352611", 6);
	assert_int_equal(strlen(note.protocol), 15);
	assert_true(note.environment_known && note.in_production);
	assert_true(note.content_known && note.is_entry);
	assert_int_equal(note.purpose, 4);
	assert_int_equal(note.total_cents, order->total_cents);
	assert_int_equal(note.item_count, order->item_count);
	assert_string_equal(note.sale_access_key, order->sale_note.access_key);
}

static void
one_ref_never_gives_two_notes(void **state)
{
	struct world *world = *state;
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	assert_int_equal(issue(world, "8421", REF, NOW_MS + 100), OUTCOME_UNKNOWN);
	assert_int_equal(issue(world, "8421", REF, LATER), OUTCOME_UNKNOWN);
	assert_true(focus_cancel(world, REF, LATER));
	assert_int_equal(issue(world, "8421", REF, LATER + 1), OUTCOME_UNKNOWN);
	assert_int_equal(world->focus.note_count, 1);
	assert_int_equal(world->focus.posts, 4);
}

static void
a_rejected_note_is_sent_again_under_its_ref(void **state)
{
	struct world *world = *state;
	arm(world, "focus.issue", "rejected", 539);
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	struct note_facts note = read_back(world, REF, LATER);
	assert_int_equal(note.status, NOTE_REJECTED);
	assert_string_equal(note.authority_status, "539");
	assert_string_equal(note.access_key, "");
	assert_int_equal(issue(world, "8421", REF, LATER), OUTCOME_DONE);
	assert_int_equal(read_back(world, REF, LATER + MINUTE_MS).status, NOTE_AUTHORISED);
	assert_int_equal(world->focus.note_count, 1);
	assert_string_equal(world->focus.notes[0].number, "87"); /* the first try burnt none */
}

static void
a_denied_note_burns_its_number_and_its_ref(void **state)
{
	struct world *world = *state;
	arm(world, "focus.issue", "denied", 0);
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	struct note_facts note = read_back(world, REF, LATER);
	assert_int_equal(note.status, NOTE_DENIED);
	assert_string_equal(note.authority_status, "302");
	assert_string_equal(note.number, "87");
	assert_int_equal(issue(world, "8421", REF, LATER), OUTCOME_UNKNOWN);
	assert_int_equal(issue(world, "8421", "b52e", LATER), OUTCOME_DONE);
	assert_string_equal(read_back(world, "b52e", LATER + MINUTE_MS).number, "88");
}

static void
goods_come_back_once(void **state)
{
	struct world *world = *state;
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	assert_int_equal(issue(world, "8421", "b52e", NOW_MS), OUTCOME_DONE);
	assert_int_equal(read_back(world, "b52e", LATER).status, NOTE_REJECTED);
	assert_true(focus_cancel(world, REF, LATER));
	assert_int_equal(read_back(world, REF, LATER).status, NOTE_CANCELLED);
	assert_int_equal(issue(world, "8421", "b52e", LATER), OUTCOME_DONE);
	assert_int_equal(read_back(world, "b52e", LATER + MINUTE_MS).status, NOTE_AUTHORISED);
}

static const char reason[] = "{\"justificativa\":\"Devolução lançada em dobro\"}";

static void
a_note_is_cancelled_once_and_with_a_reason(void **state)
{
	static const char url[] = "/v2/nfe/" REF;
	struct world *world = *state;
	json_t *answer;
	assert_int_equal(send(world, HTTP_DELETE, url, reason, NOW_MS, NULL), 404);
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	assert_int_equal(send(world, HTTP_DELETE, url, reason, NOW_MS + 100, NULL), 422);
	assert_int_equal(
		send(world, HTTP_DELETE, url, "{\"justificativa\":\"curta\"}", LATER, NULL), 400);
	assert_int_equal(read_back(world, REF, LATER).status, NOTE_AUTHORISED);
	assert_int_equal(send(world, HTTP_DELETE, url, reason, LATER, &answer), 200);
	assert_text(answer, "status", "cancelado");
	json_decref(answer);
	assert_int_equal(send(world, HTTP_DELETE, url, reason, LATER, &answer), 400);
	assert_text(answer, "codigo", "nfe_cancelada");
	json_decref(answer);
	struct note_facts note = read_back(world, REF, LATER);
	assert_int_equal(note.status, NOTE_CANCELLED);
	assert_string_equal(note.authority_status, "135");
}

static void
a_note_can_not_be_cancelled_after_a_day(void **state)
{
	struct world *world = *state;
	json_t *answer;
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	assert_int_equal(send(world, HTTP_DELETE, "/v2/nfe/" REF, reason, LATER + DAY_MS, &answer),
	                 200);
	assert_text(answer, "status", "erro_cancelamento");
	assert_text(answer, "status_sefaz", "501");
	json_decref(answer);
	assert_int_equal(read_back(world, REF, LATER + DAY_MS).status, NOTE_AUTHORISED);
}

/* --- what is wrong with a note ---------------------------------------------------------------- */

/* The adapter's own note for order 8421, to be spoilt. */
static json_t *
good_note(struct world *world)
{
	struct operation operation = issue_of(world, "8421", REF);
	struct connection connection = { .name = "focus", .secrets = json_object() };
	struct tool_call call = { .operation = &operation,
		                  .connection = &connection,
		                  .shop = &shop_of_tests };
	struct http_request request;
	http_request_init(&request);
	assert_true(tool_operation(&tool_focus, operation.kind)->ask(&call, &request, NULL));
	json_t *note = json_loads(buffer_text(&request.body), 0, NULL);
	assert_non_null(note);
	http_request_free(&request);
	json_decref(connection.secrets);
	return note;
}

/* Sets, or with a NULL value removes, a field of the note or (with `item` 0 or 1) of an item. */
struct spoil {
	const char *field;
	const char *value; /* JSON */
	int item;          /* -1 for the note */
};

static void
spoil(json_t *note, const struct spoil *spoil)
{
	json_t *object = note;
	if (spoil->item >= 0)
		object = json_array_get(json_object_get(note, "items"), (size_t)spoil->item);
	if (spoil->value == NULL)
		assert_int_equal(json_object_del(object, spoil->field), 0);
	else
		json_object_set_new(object, spoil->field,
		                    json_loads(spoil->value, JSON_DECODE_ANY, NULL));
}

static int
post(struct world *world, const json_t *note, json_t **answer)
{
	char *body = json_dumps(note, 0);
	int status = send(world, HTTP_POST, "/v2/nfe?ref=" REF, body, NOW_MS, answer);
	free(body);
	return status;
}

static void
check_rejection(const char *code, const struct spoil *first, const struct spoil *second)
{
	struct world *world = world_new(7, NOW_MS);
	json_t *note = good_note(world), *answer;
	spoil(note, first);
	if (second != NULL)
		spoil(note, second);
	assert_int_equal(post(world, note, NULL), 202);
	assert_int_equal(send(world, HTTP_GET, "/v2/nfe/" REF, "", LATER, &answer), 200);
	assert_text(answer, "status", "erro_autorizacao");
	assert_text(answer, "status_sefaz", code);
	json_decref(answer);
	json_decref(note);
	world_free(world);
}

static void
the_authority_rejects_by_its_codes(void **state)
{
	static const struct {
		const char *code;
		struct spoil first, second;
	} cases[] = {
		{ "321", { "chave_acesso_dfe_referenciado", NULL, 1 }, { 0 } },
		{ "1010", { "notas_referenciadas", "[{\"chave_nfe\":\"35\"}]", -1 }, { 0 } },
		{ "321",
		  { "notas_referenciadas", "[{\"chave_nfe\":\"35\"}]", -1 },
		  { "chave_acesso_dfe_referenciado", NULL, 0 } },
		{ "547",
		  { "chave_acesso_dfe_referenciado",
		    "\"35261111222333000181550010000048211739201566\"", 0 },
		  { 0 } },
		{ "547",
		  { "chave_acesso_dfe_referenciado",
		    "\"35261111222333000181550010000048211739201565\"", 0 },
		  { 0 } },
		{ "1072", { "numero_item_dfe_referenciado", "\"1\"", 1 }, { 0 } },
		{ "518", { "tipo_documento", "1", -1 }, { 0 } },
		{ "519", { "cfop", "\"5102\"", 1 }, { 0 } },
		{ "731", { "local_destino", "3", -1 }, { 0 } },
		{ "732", { "local_destino", "2", -1 }, { 0 } },
		{ "733", { "cfop", "\"2202\"", 0 }, { 0 } },
		{ "871",
		  { "formas_pagamento", "[{\"forma_pagamento\":\"17\",\"valor_pagamento\":186}]",
		    -1 },
		  { 0 } },
		{ "871", { "formas_pagamento", NULL, -1 }, { 0 } },
		{ "999", { "quantidade_comercial", "1.5", 0 }, { 0 } },
		{ "999", { "numero_item_dfe_referenciado", "\"9\"", 1 }, { 0 } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_rejection(cases[i].code, &cases[i].first,
		                cases[i].second.field == NULL ? NULL : &cases[i].second);
}

static void
the_authority_wants_one_issuer(void **state)
{
	struct world *world = *state;
	struct sale_note *sale = &world_order(world, "8422")->facts.sale_note;
	text_copy(sale->access_key, sizeof(sale->access_key),
	          "35261112ABC34501DE35550010000000771112233443");
	json_t *note = good_note(world), *answer;
	spoil(note, &(struct spoil){ "chave_acesso_dfe_referenciado",
	                             "\"35261112ABC34501DE35550010000000771112233443\"", 1 });
	assert_int_equal(post(world, note, NULL), 202);
	assert_int_equal(send(world, HTTP_GET, "/v2/nfe/" REF, "", LATER, &answer), 200);
	assert_text(answer, "status_sefaz", "1193");
	json_decref(answer);
	json_decref(note);
}

static void
a_note_of_the_wrong_shape_is_not_taken(void **state)
{
	static const struct {
		struct spoil spoil;
		int status;
		const char *code;
	} cases[] = {
		{ { "natureza_operacao", NULL, -1 }, 422, "erro_validacao_schema" },
		{ { "cpf_destinatario", NULL, -1 }, 422, "erro_validacao_schema" },
		{ { "data_emissao", "\"20/11/2026\"", -1 }, 422, "erro_validacao_schema" },
		{ { "items", "[]", -1 }, 422, "erro_validacao_schema" },
		{ { "codigo_ncm", NULL, 1 }, 422, "erro_validacao_schema" },
		{ { "quantidade_comercial", "0", 1 }, 422, "erro_validacao_schema" },
		{ { "valor_bruto", "19.905", 0 }, 422, "erro_validacao_schema" },
		{ { "valor_bruto", "\"dez\"", 0 }, 422, "erro_validacao_schema" },
		{ { "cnpj_emitente", NULL, -1 }, 400, "requisicao_invalida" },
		{ { "cnpj_emitente", "\"99888777000166\"", -1 }, 403, "permissao_negada" },
	};
	struct world *world = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *note = good_note(world), *answer;
		spoil(note, &cases[i].spoil);
		assert_int_equal(post(world, note, &answer), cases[i].status);
		assert_text(answer, "codigo", cases[i].code);
		json_decref(answer);
		json_decref(note);
	}
	assert_int_equal(world->focus.note_count, 0);
}

static void
a_call_of_the_wrong_shape_is_not_taken(void **state)
{
	struct world *world = *state;
	assert_int_equal(send(world, HTTP_POST, "/v2/nfe?ref=" REF, "{\"a\":", NOW_MS, NULL), 415);
	assert_int_equal(send(world, HTTP_POST, "/v2/nfe", "{}", NOW_MS, NULL), 400);
	assert_int_equal(send(world, HTTP_POST, "/v2/nfe?ref=a_b", "{}", NOW_MS, NULL), 400);
	assert_int_equal(send(world, HTTP_POST, "/v2/nfce?ref=" REF, "{}", NOW_MS, NULL), 404);
	assert_int_equal(send(world, HTTP_GET, "/v2/nfe/" REF, "", NOW_MS, NULL), 404);
	assert_int_equal(send(world, HTTP_GET, "/v2/nfe/" REF "/email", "", NOW_MS, NULL), 404);
}

static void
a_wrong_token_gets_a_page_and_nothing_else(void **state)
{
	struct world *world = *state;
	json_t *note = good_note(world), *answer;
	char *body = json_dumps(note, 0);
	assert_int_equal(
		send_as("another", world, HTTP_POST, "/v2/nfe?ref=" REF, body, NOW_MS, &answer),
		401);
	assert_null(answer);
	assert_int_equal(send_as("", world, HTTP_GET, "/v2/nfe/" REF, "", NOW_MS, NULL), 401);
	assert_int_equal(world->focus.posts, 0);
	assert_int_equal(world->focus.note_count, 0);
	free(body);
	json_decref(note);
}

/* --- limits and faults ------------------------------------------------------------------------ */

static void
the_hundred_and_first_call_of_a_minute_waits(void **state)
{
	struct world *world = *state;
	struct operation operation = read_of(REF);
	for (int i = 0; i < 100; i++)
		assert_int_equal(run(world, &operation, NOW_MS + i * 100).outcome, OUTCOME_DONE);
	struct tool_call call = run(world, &operation, NOW_MS + 10 * SECOND_MS);
	assert_int_equal(call.outcome, OUTCOME_RETRY);
	assert_int_equal(call.retry_after_ms, 50 * SECOND_MS);
	assert_int_equal(run(world, &operation, NOW_MS + MINUTE_MS).outcome, OUTCOME_DONE);
}

static void
a_fault_before_leaves_no_note_and_one_after_leaves_it(void **state)
{
	static const struct {
		const char *kind;
		int64_t value;
		enum outcome outcome;
		bool is_there;
	} cases[] = {
		{ "lost_before", 0, OUTCOME_UNKNOWN, false },
		{ "lost_after", 0, OUTCOME_UNKNOWN, true },
		{ "status", 503, OUTCOME_UNKNOWN, false },
		{ "status", 429, OUTCOME_RETRY, false },
		{ "status_after", 504, OUTCOME_UNKNOWN, true },
		{ "html", 0, OUTCOME_UNKNOWN, false },
		{ "garbage", 0, OUTCOME_UNKNOWN, true },
		{ "slow", 9000, OUTCOME_DONE, true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world *world = world_new(7, NOW_MS);
		arm(world, "focus.issue", cases[i].kind, cases[i].value);
		assert_int_equal(issue(world, "8421", REF, NOW_MS), cases[i].outcome);
		assert_int_equal(read_back(world, REF, LATER).exists, cases[i].is_there);
		world_free(world);
	}
}

static void
a_read_that_fails_changes_nothing(void **state)
{
	static const struct {
		const char *kind;
		int64_t value;
	} cases[] = { { "status", 500 }, { "html", 0 }, { "garbage", 0 }, { "status_after", 503 } };
	struct world *world = *state;
	struct operation operation = read_of(REF);
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		arm(world, "focus.note", cases[i].kind, cases[i].value);
		assert_int_equal(run(world, &operation, LATER).outcome, OUTCOME_RETRY);
	}
	arm(world, "focus.note", "stale", 0);
	assert_false(read_back(world, REF, LATER).exists);
	assert_int_equal(read_back(world, REF, LATER).status, NOTE_AUTHORISED);
}

static void
a_pending_note_stays_under_way(void **state)
{
	struct world *world = *state;
	arm(world, "focus.issue", "pending", HOUR_MS);
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	assert_int_equal(read_back(world, REF, NOW_MS + HOUR_MS - 1).status, NOTE_PROCESSING);
	assert_int_equal(read_back(world, REF, NOW_MS + HOUR_MS).status, NOTE_AUTHORISED);
}

/* --- the books -------------------------------------------------------------------------------- */

static void
the_books_tell_every_note(void **state)
{
	struct world *world = *state;
	assert_int_equal(issue(world, "8421", REF, NOW_MS), OUTCOME_DONE);
	assert_int_equal(issue(world, "9001", "b52e", NOW_MS), OUTCOME_DONE);
	json_t *books = focus_books_json(world, LATER);
	const json_t *notes = json_object_get(books, "notes");
	const json_t *first = json_array_get(notes, 0), *second = json_array_get(notes, 1);
	assert_int_equal(json_array_size(notes), 2);
	assert_int_equal(json_maybe_integer(books, "note_posts", 0), 2);
	assert_text(first, "ref", REF);
	assert_text(first, "order", "8421");
	assert_text(first, "status", "autorizado");
	assert_int_equal(json_maybe_integer(first, "total_cents", 0), 18600);
	assert_int_equal(json_maybe_integer(first, "items", 0), 2);
	assert_text(second, "order", "9001");
	assert_text(second, "number", "88");
	json_decref(books);
}

static void
the_same_calls_give_the_same_books(void **state)
{
	char *books[2];
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct world *world = world_new(42, NOW_MS);
		issue(world, "8421", REF, NOW_MS);
		issue(world, "8422", "b52e", NOW_MS);
		json_t *json = focus_books_json(world, LATER);
		books[i] = json_text(json);
		json_decref(json);
		world_free(world);
	}
	assert_string_equal(books[0], books[1]);
	free(books[0]);
	free(books[1]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, new_world, free_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_note_is_accepted_and_a_moment_later_authorised),
		TEST(one_ref_never_gives_two_notes),
		TEST(a_rejected_note_is_sent_again_under_its_ref),
		TEST(a_denied_note_burns_its_number_and_its_ref),
		TEST(goods_come_back_once),
		TEST(a_note_is_cancelled_once_and_with_a_reason),
		TEST(a_note_can_not_be_cancelled_after_a_day),
		TEST(the_authority_rejects_by_its_codes),
		TEST(the_authority_wants_one_issuer),
		TEST(a_note_of_the_wrong_shape_is_not_taken),
		TEST(a_call_of_the_wrong_shape_is_not_taken),
		TEST(a_wrong_token_gets_a_page_and_nothing_else),
		TEST(the_hundred_and_first_call_of_a_minute_waits),
		TEST(a_fault_before_leaves_no_note_and_one_after_leaves_it),
		TEST(a_read_that_fails_changes_nothing),
		TEST(a_pending_note_stays_under_way),
		TEST(the_books_tell_every_note),
		TEST(the_same_calls_give_the_same_books),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
