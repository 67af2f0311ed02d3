/*
 * Focus NFe, played, and the tax authority behind it (fiscal.md sections 2 to 6).
 *
 *	POST   /v2/nfe?ref=REF          takes a note: 202, or why not
 *	GET    /v2/nfe/REF?completa=1   its status, and with completa the note and its protocol
 *	DELETE /v2/nfe/REF              cancels an authorised note, for 24 hours
 *
 * Focus looks at the shape of what it is sent (schema, issuer, ref) and answers at
 * once.  The authority looks at what the note says, and its verdict is told a moment
 * later:
 *
 *	processando_autorizacao --+--> autorizado ------> cancelado
 *	                          +--> erro_autorizacao   the same ref may be sent again
 *	                          +--> denegado           its number is burnt
 *
 * What is read back is what stands in the XML, so every value comes as text and the
 * items are called `itens`; an adapter that expects its own words back fails here.
 */
#include "tools/sandbox/focus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/money.h"
#include "base/text.h"
#include "tools/sandbox/tax_authority.h"
#include "tools/sandbox/world.h"

#define AUTHORISATION_MS INT64_C(700) /* what the authority takes on a good day */
#define CANCEL_WINDOW_MS DAY_MS

/* --- values ----------------------------------------------------------------------------------- */

int64_t
focus_number(const json_t *object, const char *name, unsigned decimals)
{
	const json_t *value = json_object_get(object, name);
	double number = json_number_value(value);
	int64_t scaled;
	if (json_is_string(value)) {
		char *end;
		number = strtod(json_string_value(value), &end);
		if (end == json_string_value(value) || *end != '\0')
			return -1;
	} else if (!json_is_number(value)) {
		return -1;
	}
	return money_scaled_from_number(number, decimals, &scaled) ? scaled : -1;
}

const char *
focus_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text == NULL ? "" : text;
}

static bool
is_given(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	return json_is_number(value) || (json_is_string(value) && json_string_length(value) > 0);
}

/* --- the books -------------------------------------------------------------------------------- */

static enum note_status
status_at(const struct focus_note *note, int64_t now_ms)
{
	if (now_ms < note->final_ms)
		return NOTE_PROCESSING;
	return note->cancelled_ms != 0 ? NOTE_CANCELLED : note->final;
}

static struct focus_note *
find_note(struct world *world, const char *ref)
{
	for (int64_t i = 0; i < world->focus.note_count; i++)
		if (text_equal(world->focus.notes[i].ref, ref))
			return &world->focus.notes[i];
	return NULL;
}

/* Room for one more; NULL when the books are full. */
static struct focus_note *
new_note(struct focus_books *books)
{
	if (books->note_count == FOCUS_NOTES_MAX)
		return NULL;
	if (books->note_count == books->note_room) {
		books->note_room = books->note_room == 0 ? 16 : books->note_room * 2;
		books->notes =
			realloc(books->notes, (size_t)books->note_room * sizeof(*books->notes));
		ensure(books->notes != NULL);
	}
	return &books->notes[books->note_count++];
}

/* The note of this ref, made empty: a new one, or the rejected one that is sent again. */
static struct focus_note *
empty_note(struct world *world, const char *ref)
{
	struct focus_note *note = find_note(world, ref);
	if (note != NULL)
		json_decref(note->request);
	else
		note = new_note(&world->focus);
	if (note == NULL)
		return NULL;
	*note = (struct focus_note){ 0 };
	ensure(text_copy(note->ref, sizeof(note->ref), ref));
	return note;
}

static void
make_protocol(struct world *world, char *protocol, size_t size)
{
	text_format(protocol, size, "1352600%08" PRIu64, world_random(world) % 100000000);
}

/* Number, key and protocol.  The month in the key is that of the note's own date. */
static void
enter_number(struct world *world, struct focus_note *note)
{
	int64_t issued_ms = note->sent_ms, number = world->focus.next_number++;
	instant_parse(focus_text(note->request, "data_emissao"), &issued_ms);
	struct calendar when = instant_sao_paulo(issued_ms);
	text_format(note->access_key, sizeof(note->access_key),
	            "35%02d%02d%s55002%09" PRId64 "1%08" PRIu64 "0", when.year % 100, when.month,
	            focus_text(note->request, "cnpj_emitente"), number,
	            world_random(world) % 100000000);
	note->access_key[43] = access_key_check_digit(note->access_key);
	ensure(access_key_is_valid(note->access_key));
	text_format(note->number, sizeof(note->number), "%" PRId64, number);
	text_format(note->series, sizeof(note->series), "2");
	make_protocol(world, note->protocol, sizeof(note->protocol));
}

static void
enter_content(struct world *world, struct focus_note *note)
{
	size_t index;
	json_t *item;
	const json_t *items = json_object_get(note->request, "items");
	const char *key = focus_text(json_array_get(items, 0), "chave_acesso_dfe_referenciado");
	const struct shop_order *order = world_order_by_sale_key(world, key);
	if (order != NULL)
		ensure(text_copy(note->order, sizeof(note->order), order->facts.number));
	text_copy(note->sale_access_key, sizeof(note->sale_access_key), key);
	note->item_count = (int64_t)json_array_size(items);
	json_array_foreach (items, index, item) {
		note->total_cents += focus_number(item, "valor_bruto", 2);
		if (is_given(item, "valor_desconto"))
			note->total_cents -= focus_number(item, "valor_desconto", 2);
	}
}

bool
focus_cancel(struct world *world, const char *ref, int64_t now_ms)
{
	struct focus_note *note = find_note(world, ref);
	if (note == NULL || status_at(note, now_ms) != NOTE_AUTHORISED)
		return false;
	note->cancelled_ms = now_ms;
	make_protocol(world, note->cancel_protocol, sizeof(note->cancel_protocol));
	return true;
}

json_t *
focus_books_json(const struct world *world, int64_t now_ms)
{
	json_t *notes = json_array();
	for (int64_t i = 0; i < world->focus.note_count; i++) {
		const struct focus_note *note = &world->focus.notes[i];
		enum note_status status = status_at(note, now_ms);
		bool told = status != NOTE_PROCESSING;
		json_array_append_new(notes, json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:s,s:I}", "ref",
		                                       note->ref, "order", note->order, "status",
		                                       note_status_text(status), "number",
		                                       told ? note->number : "", "access_key",
		                                       told ? note->access_key : "", "total_cents",
		                                       (json_int_t)note->total_cents,
		                                       "sale_access_key", note->sale_access_key,
		                                       "items", (json_int_t)note->item_count));
	}
	return json_pack("{s:o,s:I}", "notes", notes, "note_posts", (json_int_t)world->focus.posts);
}

void
focus_books_free(struct focus_books *books)
{
	for (int64_t i = 0; i < books->note_count; i++)
		json_decref(books->notes[i].request);
	free(books->notes);
	*books = (struct focus_books){ 0 };
}

/* --- POST: taking a note ---------------------------------------------------------------------- */

static void
refuse(struct simulated *answer, int status, const char *code, const char *message)
{
	simulated_json(answer, status, json_pack("{s:s,s:s}", "codigo", code, "mensagem", message));
}

static const char *const required_fields[] = {
	"natureza_operacao",       "data_emissao",
	"tipo_documento",          "finalidade_emissao",
	"local_destino",           "consumidor_final",
	"presenca_comprador",      "modalidade_frete",
	"nome_destinatario",       "indicador_inscricao_estadual_destinatario",
	"logradouro_destinatario", "numero_destinatario",
	"bairro_destinatario",     "municipio_destinatario",
	"uf_destinatario",         NULL
};

static const char *const required_item_fields[] = { "numero_item",
	                                            "codigo_produto",
	                                            "descricao",
	                                            "cfop",
	                                            "codigo_ncm",
	                                            "quantidade_comercial",
	                                            "unidade_comercial",
	                                            "valor_unitario_comercial",
	                                            "valor_bruto",
	                                            "inclui_no_total",
	                                            "icms_origem",
	                                            "icms_situacao_tributaria",
	                                            "pis_situacao_tributaria",
	                                            "cofins_situacao_tributaria",
	                                            NULL };

static void
complain(json_t *errors, const char *field, const char *message)
{
	json_array_append_new(errors, json_pack("{s:s,s:s?}", "mensagem", message, "campo", field));
}

static void
require(json_t *errors, const json_t *object, const char *const *fields)
{
	for (; *fields != NULL; fields++)
		if (!is_given(object, *fields))
			complain(errors, *fields, "Campo obrigatorio nao informado");
}

static void
require_amounts(json_t *errors, const json_t *item)
{
	if (focus_number(item, "quantidade_comercial", 4) <= 0)
		complain(errors, "quantidade_comercial", "Valor invalido");
	if (focus_number(item, "valor_unitario_comercial", 10) < 0)
		complain(errors, "valor_unitario_comercial", "Valor invalido");
	int64_t total = focus_number(item, "valor_bruto", 2);
	if (total < 0 || total > MONEY_CENTS_MAX)
		complain(errors, "valor_bruto", "Valor invalido");
	int64_t off =
		is_given(item, "valor_desconto") ? focus_number(item, "valor_desconto", 2) : 0;
	if (off < 0 || off > total)
		complain(errors, "valor_desconto", "Valor invalido");
}

/* Everything wrong with the shape of a note; an empty list when nothing is. */
static json_t *
schema_errors(const json_t *request)
{
	json_t *errors = json_array(), *item;
	size_t index;
	int64_t date_ms, destination = focus_number(request, "local_destino", 0);
	require(errors, request, required_fields);
	if (!is_given(request, "cpf_destinatario") && !is_given(request, "cnpj_destinatario"))
		complain(errors, NULL, "Preencha pelo menos um documento do destinatario");
	if (!instant_parse(focus_text(request, "data_emissao"), &date_ms))
		complain(errors, "data_emissao", "Data invalida");
	if (destination < 1 || destination > 3)
		complain(errors, "local_destino", "Valor invalido");
	if (focus_number(request, "finalidade_emissao", 0) != 4)
		complain(errors, "finalidade_emissao", "O simulador so conhece devolucoes");
	if (json_array_size(json_object_get(request, "items")) == 0)
		complain(errors, "items", "Informe pelo menos um item");
	json_array_foreach (json_object_get(request, "items"), index, item) {
		require(errors, item, required_item_fields);
		require_amounts(errors, item);
	}
	return errors;
}

/* fiscal.md section 6.2: a ref is used once, except after erro_autorizacao. */
static bool
ref_is_used(struct world *world, const char *ref, int64_t now_ms, struct simulated *answer)
{
	const struct focus_note *note = find_note(world, ref);
	enum note_status status = note == NULL ? NOTE_REJECTED : status_at(note, now_ms);
	if (status == NOTE_REJECTED)
		return false;
	if (status == NOTE_PROCESSING)
		refuse(answer, 422, "em_processamento", "A nota fiscal esta em processamento");
	else
		refuse(answer, 422, "nfe_autorizada", "A nota fiscal ja foi autorizada");
	return true;
}

static bool
shape_is_wrong(const struct world *world, const json_t *request, struct simulated *answer)
{
	const char *issuer = focus_text(request, "cnpj_emitente");
	if (issuer[0] == '\0') {
		refuse(answer, 400, "requisicao_invalida",
		       "Parametro \"cnpj_emitente\" nao informado");
		return true;
	}
	if (!text_equal(issuer, world->credentials.shop_cnpj)) {
		refuse(answer, 403, "permissao_negada", "CNPJ do emitente nao autorizado");
		return true;
	}
	json_t *errors = schema_errors(request);
	bool wrong = json_array_size(errors) > 0;
	if (wrong)
		simulated_json(answer, 422,
		               json_pack("{s:s,s:s,s:O}", "codigo", "erro_validacao_schema",
		                         "mensagem", "Erro na validacao do Schema XML", "erros",
		                         errors));
	json_decref(errors);
	return wrong;
}

/* The authority's verdict, unless a fault makes another. */
static struct tax_verdict
verdict_on(const struct world *world, const json_t *request, const struct fault *fault)
{
	bool denied = fault->kind == FAULT_DENIED;
	int64_t code = fault->value != 0 ? fault->value : denied ? 302 : 321;
	struct tax_verdict verdict = { denied ? NOTE_DENIED : NOTE_REJECTED, "", "Simulada" };
	if (!denied && fault->kind != FAULT_REJECTED)
		return tax_authority_judge(world, request);
	text_format(verdict.code, sizeof(verdict.code), "%" PRId64, code);
	return verdict;
}

/* False when the books are full. */
static bool
enter_note(struct world *world, const char *ref, json_t *request, const struct fault *fault,
           int64_t now_ms)
{
	struct tax_verdict verdict = verdict_on(world, request, fault);
	struct focus_note *note = empty_note(world, ref);
	if (note == NULL)
		return false;
	note->request = json_incref(request);
	note->sent_ms = now_ms;
	note->final_ms = now_ms + (fault->kind == FAULT_PENDING ? fault->value : AUTHORISATION_MS);
	note->final = verdict.status;
	ensure(text_copy(note->authority_status, sizeof(note->authority_status), verdict.code));
	ensure(text_copy(note->authority_message, sizeof(note->authority_message),
	                 verdict.message));
	enter_content(world, note);
	if (verdict.status != NOTE_REJECTED)
		enter_number(world, note);
	return true;
}

static void
take_note(struct world *world, const char *ref, const struct http_request *request,
          const struct fault *fault, int64_t now_ms, struct simulated *answer)
{
	if (!text_is_alphanumeric(ref, NOTE_REF_SIZE - 1)) {
		refuse(answer, 400, "requisicao_invalida", "Parametro \"ref\" nao informado");
		return;
	}
	json_auto_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                      REQUEST_BYTES_MAX, NULL);
	if (body == NULL) {
		refuse(answer, 415, "requisicao_invalida", "JSON invalido");
		return;
	}
	if (shape_is_wrong(world, body, answer) || ref_is_used(world, ref, now_ms, answer))
		return;
	if (!enter_note(world, ref, body, fault, now_ms)) {
		refuse(answer, 500, "erro_interno", "O simulador nao guarda mais notas");
		return;
	}
	simulated_json(answer, 202,
	               json_pack("{s:s,s:s,s:s}", "cnpj_emitente",
	                         focus_text(body, "cnpj_emitente"), "ref", ref, "status",
	                         note_status_text(NOTE_PROCESSING)));
}

static void
answer_post(struct world *world, const struct http_request *request, int64_t now_ms,
            struct simulated *answer)
{
	char ref[NOTE_REF_SIZE] = "";
	struct fault fault = faults_strike(&world->faults, "focus.issue");
	world->focus.posts++;
	if (fault_prevents(&fault, answer))
		return;
	http_query(buffer_text(&request->url), "ref", ref, sizeof(ref));
	take_note(world, ref, request, &fault, now_ms, answer);
	fault_spoils(&fault, answer);
}

/* --- GET: the note read back ------------------------------------------------------------------ */

static json_t *as_in_xml(const json_t *request);

/* The decimals an amount has in the XML; -1 for what is no amount. */
static int
decimals_in_xml(const char *name)
{
	if (text_equal(name, "quantidade_comercial"))
		return 4;
	if (text_equal(name, "valor_unitario_comercial"))
		return 10;
	return text_starts_with(name, "valor_") ? 2 : -1;
}

static json_t *
list_in_xml(const json_t *list)
{
	size_t index;
	json_t *entry, *copy = json_array();
	json_array_foreach (list, index, entry)
		json_array_append_new(copy, as_in_xml(entry));
	return copy;
}

static json_t *
value_in_xml(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	int decimals = decimals_in_xml(name);
	if (json_is_array(value))
		return list_in_xml(value);
	if (decimals >= 0) {
		char *end;
		double number = json_is_string(value) ? strtod(json_string_value(value), &end)
		                                      : json_number_value(value);
		return json_sprintf("%.*f", decimals, number);
	}
	if (json_is_integer(value))
		return json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_deep_copy(value);
}

static json_t *
as_in_xml(const json_t *request)
{
	const char *name;
	json_t *value, *copy = json_object();
	json_object_foreach ((json_t *)(uintptr_t)request, name, value)
		json_object_set_new(copy, text_equal(name, "items") ? "itens" : name,
		                    value_in_xml(request, name));
	return copy;
}

static json_t *
note_in_xml(const struct focus_note *note)
{
	json_t *copy = as_in_xml(note->request);
	json_t *total = json_sprintf("%" PRId64 ".%02" PRId64, note->total_cents / 100,
	                             note->total_cents % 100);
	json_object_set_new(copy, "modelo", json_string("55"));
	json_object_set_new(copy, "ambiente", json_string("1"));
	json_object_set_new(copy, "serie", json_string(note->series));
	json_object_set_new(copy, "numero", json_string(note->number));
	json_object_set_new(copy, "chave_nfe", json_string(note->access_key));
	json_object_set_new(copy, "valor_produtos", json_incref(total));
	json_object_set_new(copy, "valor_total", total);
	return copy;
}

static json_t *
protocol_json(const struct focus_note *note)
{
	char received[INSTANT_TEXT_SIZE];
	instant_print_sao_paulo(received, note->final_ms);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "versao", "4.00", "ambiente", "1",
	                 "versao_aplicativo", "SP_NFE_PL009_V4", "chave_nfe", note->access_key,
	                 "data_recebimento", received, "numero_protocolo", note->protocol, "status",
	                 note->authority_status, "motivo", note->authority_message);
}

static json_t *
cancel_protocol_json(const struct focus_note *note)
{
	char when[INSTANT_TEXT_SIZE];
	instant_print_sao_paulo(when, note->cancelled_ms);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "versao", "1.00", "ambiente", "1",
	                 "status", "135", "motivo", "Evento registrado e vinculado a NF-e",
	                 "chave_nfe", note->access_key, "tipo_evento", "110111", "data_evento",
	                 when, "numero_protocolo", note->cancel_protocol);
}

static void
add_path(json_t *object, const char *name, const struct focus_note *note, const char *ending)
{
	json_object_set_new(object, name,
	                    json_sprintf("/arquivos_development/%s/XMLs/%s%s",
	                                 focus_text(note->request, "cnpj_emitente"),
	                                 note->access_key, ending));
}

/* The paths say "development" in production too (fiscal.md section 6.4). */
static void
add_numbered(json_t *object, const struct focus_note *note, bool complete)
{
	json_object_set_new(object, "chave_nfe", json_sprintf("NFe%s", note->access_key));
	json_object_set_new(object, "numero", json_string(note->number));
	json_object_set_new(object, "serie", json_string(note->series));
	add_path(object, "caminho_xml_nota_fiscal", note, "-nfe.xml");
	if (note->cancelled_ms != 0)
		add_path(object, "caminho_xml_cancelamento", note, "-can.xml");
	if (!complete)
		return;
	json_object_set_new(object, "requisicao_nota_fiscal", note_in_xml(note));
	json_object_set_new(object, "protocolo_nota_fiscal", protocol_json(note));
	if (note->cancelled_ms != 0)
		json_object_set_new(object, "protocolo_cancelamento", cancel_protocol_json(note));
}

static json_t *
note_json(const struct focus_note *note, bool complete, int64_t now_ms)
{
	enum note_status status = status_at(note, now_ms);
	bool cancelled = status == NOTE_CANCELLED;
	json_t *object = json_pack("{s:s,s:s,s:s}", "cnpj_emitente",
	                           focus_text(note->request, "cnpj_emitente"), "ref", note->ref,
	                           "status", note_status_text(status));
	if (status == NOTE_PROCESSING)
		return object;
	json_object_set_new(object, "status_sefaz",
	                    json_string(cancelled ? "135" : note->authority_status));
	json_object_set_new(object, "mensagem_sefaz",
	                    json_string(cancelled ? "Evento registrado e vinculado a NF-e"
	                                          : note->authority_message));
	if (note->access_key[0] != '\0')
		add_numbered(object, note, complete);
	return object;
}

static void
answer_get(struct world *world, const char *ref, const struct http_request *request, int64_t now_ms,
           struct simulated *answer)
{
	char complete[4] = "";
	struct fault fault = faults_strike(&world->faults, "focus.note");
	if (fault_prevents(&fault, answer))
		return;
	const struct focus_note *note = find_note(world, ref);
	http_query(buffer_text(&request->url), "completa", complete, sizeof(complete));
	if (note == NULL || fault.kind == FAULT_STALE)
		refuse(answer, 404, "nao_encontrado", "Nota fiscal nao encontrada");
	else
		simulated_json(answer, 200, note_json(note, text_equal(complete, "1"), now_ms));
	fault_spoils(&fault, answer);
}

/* --- DELETE: cancelling a note ---------------------------------------------------------------- */

static void
answer_cancel_call(const char *status, const char *code, const char *message,
                   struct simulated *answer)
{
	simulated_json(answer, 200,
	               json_pack("{s:s,s:s,s:s}", "status", status, "status_sefaz", code,
	                         "mensagem_sefaz", message));
}

static void
answer_delete(struct world *world, const char *ref, const struct http_request *request,
              int64_t now_ms, struct simulated *answer)
{
	json_auto_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                      REQUEST_BYTES_MAX, NULL);
	const char *reason = focus_text(body, "justificativa");
	size_t length = text_characters(reason, strlen(reason));
	const struct focus_note *note = find_note(world, ref);
	enum note_status status = note == NULL ? NOTE_UNRECOGNISED : status_at(note, now_ms);
	if (note == NULL)
		refuse(answer, 404, "nao_encontrado", "Nota fiscal nao encontrada");
	else if (length < 15 || length > 255)
		refuse(answer, 400, "requisicao_invalida",
		       "Parametro \"justificativa\" deve ter entre 15 e 255 caracteres");
	else if (status == NOTE_CANCELLED)
		refuse(answer, 400, "nfe_cancelada", "A nota fiscal ja foi cancelada");
	else if (status != NOTE_AUTHORISED)
		refuse(answer, 422, "nfe_nao_autorizada", "Nota fiscal nao autorizada");
	else if (now_ms - note->final_ms > CANCEL_WINDOW_MS)
		answer_cancel_call("erro_cancelamento", "501",
		                   "Prazo de cancelamento superior ao previsto", answer);
	else if (focus_cancel(world, ref, now_ms))
		answer_cancel_call("cancelado", "135", "Evento registrado e vinculado a NF-e",
		                   answer);
}

/* --- calls ------------------------------------------------------------------------------------ */

static bool
token_is_good(const struct world *world, const struct http_request *request)
{
	struct http_headers expected = { 0 };
	const char *sent = http_header(&request->headers, "Authorization");
	http_header_add_basic(&expected, world->credentials.focus_token, "");
	bool good = sent != NULL && text_equal_secret(expected.list[0].value, sent);
	free(expected.list[0].name);
	free(expected.list[0].value);
	return good;
}

static int64_t
credits(const struct focus_books *books)
{
	return books->credits_a_minute == 0 ? 100 : books->credits_a_minute;
}

/* fiscal.md section 6.1: every call costs one credit of the minute. */
static bool
take_credit(struct focus_books *books, int64_t now_ms)
{
	if (now_ms - books->minute_ms >= MINUTE_MS) {
		books->minute_ms = now_ms;
		books->minute_calls = 0;
	}
	return ++books->minute_calls <= credits(books);
}

static void
add_rate_headers(const struct focus_books *books, int64_t now_ms, struct simulated *answer)
{
	int64_t left = credits(books) - books->minute_calls;
	int64_t seconds = (books->minute_ms + MINUTE_MS - now_ms + SECOND_MS - 1) / SECOND_MS;
	char text[24];
	text_format(text, sizeof(text), "%" PRId64, credits(books));
	http_header_add(&answer->response.headers, "Rate-Limit-Limit", text);
	text_format(text, sizeof(text), "%" PRId64, left > 0 ? left : 0);
	http_header_add(&answer->response.headers, "Rate-Limit-Remaining", text);
	text_format(text, sizeof(text), "%" PRId64, seconds);
	http_header_add(&answer->response.headers, "Rate-Limit-Reset", text);
}

/* The ref in "/v2/nfe/REF"; "" when the path is another. */
static void
path_ref(const char *url, char *ref, size_t size)
{
	static const char beginning[] = "/v2/nfe/";
	ref[0] = '\0';
	if (!text_starts_with(url, beginning))
		return;
	const char *at = url + strlen(beginning);
	if (!http_decode(at, strcspn(at, "?"), false, ref, size) ||
	    !text_is_alphanumeric(ref, size))
		ref[0] = '\0';
}

static void
route(struct world *world, const struct http_request *request, int64_t now_ms,
      struct simulated *answer)
{
	const char *url = buffer_text(&request->url);
	char ref[NOTE_REF_SIZE];
	path_ref(url, ref, sizeof(ref));
	if (request->method == HTTP_POST && strcspn(url, "?") == strlen("/v2/nfe") &&
	    text_starts_with(url, "/v2/nfe"))
		answer_post(world, request, now_ms, answer);
	else if (request->method == HTTP_GET && ref[0] != '\0')
		answer_get(world, ref, request, now_ms, answer);
	else if (request->method == HTTP_DELETE && ref[0] != '\0')
		answer_delete(world, ref, request, now_ms, answer);
	else
		refuse(answer, 404, "nao_encontrado", "Utilize o metodo POST");
}

void
focus_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
               struct simulated *answer)
{
	if (!token_is_good(world, request)) {
		simulated_text(answer, 401, "text/html",
		               "<html><body>HTTP Basic: Access denied.</body></html>");
		return;
	}
	if (take_credit(&world->focus, now_ms))
		route(world, request, now_ms, answer);
	else
		refuse(answer, 429, "limite_excedido", "Limite de requisicoes excedido");
	add_rate_headers(&world->focus, now_ms, answer);
}
