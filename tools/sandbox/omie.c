/*
 * Omie, played over the world's orders (omie.md).
 *
 * Three methods, each a place where faults wait:
 *
 *	omie.order     produtos/pedido   ConsultarPedido
 *	omie.status    produtos/pedido   StatusPedido
 *	omie.customer  geral/clientes    ConsultarCliente
 *
 * As at Omie: the key is in the body; an unknown parameter is refused by name; a business fault is
 * HTTP 500 with a faultstring; dates are dd/mm/aaaa and money is a JSON number.  That empty texts and
 * zeros are left out, and that a wrong key is answered 403, was seen in public integrations.
 *
 * Unlike Omie: the redundancy rule (the same call within 60 s) and the block after ten errors are not
 * counted, or nobody could play with the sandbox; they strike when armed.  `redundant` asks to wait
 * for `value` ms, or a minute; `blocked` shuts every method for `value` ms, or half an hour.  Orders
 * are not found by codigo_pedido_integracao.
 */
#include "tools/sandbox/omie.h"

#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "tools/sandbox/world.h"

/* One call under way. */
struct visit {
	struct world *world;
	const json_t *param; /* the one parameter object */
	int64_t now_ms;
	struct simulated *answer;
};

/* --- faults, as Omie words them -------------------------------------------------------------- */

static void
answer_fault(struct visit *visit, int status, const char *code, const char *sentence)
{
	simulated_json(visit->answer, status,
	               json_pack("{s:s, s:s}", "faultstring", sentence, "faultcode", code));
}

static void
answer_not_registered(struct visit *visit, const char *subject, const char *by, const char *value)
{
	char sentence[256];
	text_format(sentence, sizeof(sentence), "ERROR: %s não cadastrado para o %s [%s] !",
	            subject, by, value);
	answer_fault(visit, 500, "SOAP-ENV:Client-105", sentence);
}

/* Whole seconds, so that waiting them is waiting long enough. */
static int64_t
seconds_of(int64_t wait_ms)
{
	return (wait_ms + SECOND_MS - 1) / SECOND_MS;
}

static void
answer_blocked(struct visit *visit, int64_t until_ms)
{
	char sentence[128];
	text_format(sentence, sizeof(sentence),
	            "ERROR: API bloqueada por consumo indevido. Tente novamente em %" PRId64
	            " segundos.",
	            seconds_of(until_ms - visit->now_ms));
	answer_fault(visit, 425, "SOAP-ENV:Client-500", sentence);
}

static void
answer_redundant(struct visit *visit, int64_t wait_ms)
{
	char sentence[128];
	text_format(sentence, sizeof(sentence),
	            "ERROR: Consumo redundante detectado. Aguarde %" PRId64
	            " segundos para tentar novamente (REDUNDANT).",
	            seconds_of(wait_ms));
	answer_fault(visit, 500, "SOAP-ENV:Client-6", sentence);
}

/* --- values, as Omie writes them ------------------------------------------------------------- */

/* Empty texts are left out. */
static void
put_text(json_t *object, const char *key, const char *text)
{
	if (text[0] != '\0')
		json_object_set_new(object, key, json_string(text));
}

/* A whole number or one with decimals: 14980 of a hundredth is 149.8.  Zeros are left out. */
static void
put_number(json_t *object, const char *key, int64_t value, int64_t scale)
{
	if (value == 0)
		return;
	bool whole = value % scale == 0;
	json_object_set_new(object, key,
	                    whole ? json_integer(value / scale)
	                          : json_real((double)value / (double)scale));
}

static void
put_flag(json_t *object, const char *key, bool flag)
{
	json_object_set_new(object, key, json_string(flag ? "S" : "N"));
}

/* `time_key` may be NULL. */
static void
put_instant(json_t *object, const char *date_key, const char *time_key, int64_t at_ms)
{
	char date[32], time[32];
	struct calendar at = instant_sao_paulo(at_ms);
	text_format(date, sizeof(date), "%02d/%02d/%04d", at.day, at.month, at.year);
	text_format(time, sizeof(time), "%02d:%02d:%02d", at.hour, at.minute, at.second);
	put_text(object, date_key, date);
	if (time_key != NULL)
		put_text(object, time_key, time);
}

/* --- finding --------------------------------------------------------------------------------- */

static struct shop_order *
order_by_id(struct world *world, const char *id)
{
	for (int64_t i = 0; i < world->order_count; i++)
		if (text_equal(world->orders[i].facts.ledger_id, id))
			return &world->orders[i];
	return NULL;
}

static struct shop_order *
order_by_customer(struct world *world, int64_t customer_id)
{
	for (int64_t i = 0; i < world->order_count; i++)
		if (world->orders[i].customer_id == customer_id)
			return &world->orders[i];
	return NULL;
}

/* The order asked for by codigo_pedido or numero_pedido; when there is none, that is answered. */
static const struct shop_order *
find_order(struct visit *visit)
{
	char id[32], number[64];
	json_maybe_text_or_integer(visit->param, "codigo_pedido", id, sizeof(id));
	json_maybe_text_or_integer(visit->param, "numero_pedido", number, sizeof(number));
	const struct shop_order *order =
		id[0] != '\0' ? order_by_id(visit->world, id) : world_order(visit->world, number);
	if (order == NULL && id[0] != '\0')
		answer_not_registered(visit, "Pedido", "Código", id);
	else if (order == NULL)
		answer_not_registered(visit, "Pedido", "Número do Pedido", number);
	return order;
}

/* --- ConsultarPedido ------------------------------------------------------------------------- */

static json_t *
order_head(const struct shop_order *order)
{
	const struct order_facts *facts = &order->facts;
	json_t *head = json_object();
	char code[64];
	text_format(code, sizeof(code), "LOJA-%s", facts->number);
	json_object_set_new(head, "codigo_pedido",
	                    json_integer(strtoll(facts->ledger_id, NULL, 10)));
	put_text(head, "codigo_pedido_integracao", code);
	put_text(head, "numero_pedido", facts->number);
	put_text(head, "sequencial", "1");
	json_object_set_new(head, "codigo_cliente", json_integer(order->customer_id));
	put_text(head, "etapa", facts->billed ? "60" : "20");
	put_text(head, "origem_pedido", "API");
	json_object_set_new(head, "quantidade_itens", json_integer(facts->item_count));
	put_flag(head, "encerrado", false);
	put_flag(head, "bloqueado", false);
	return head;
}

/* "5102" -> "5.102" and "76151000" -> "7615.10.00", as Omie shows them. */
static void
put_dotted(json_t *object, const char *key, const char *digits, size_t first, size_t then)
{
	char text[16];
	size_t used = 0;
	for (size_t i = 0; digits[i] != '\0' && used + 2 < sizeof(text); i++) {
		if (i == first || (i > first && (i - first) % then == 0))
			text[used++] = '.';
		text[used++] = digits[i];
	}
	text[used] = '\0';
	put_text(object, key, text);
}

static json_t *
order_line(const struct order_item *item)
{
	json_t *product = json_object();
	put_text(product, "codigo", item->code);
	put_text(product, "descricao", item->description);
	put_dotted(product, "cfop", item->cfop, 1, 3);
	put_dotted(product, "ncm", item->ncm, 4, 2);
	put_text(product, "unidade", item->unit);
	put_number(product, "quantidade", item->quantity_e4, 10000);
	put_number(product, "valor_unitario", item->unit_price_e6, 1000000);
	put_number(product, "valor_mercadoria", item->total_cents + item->discount_cents, 100);
	put_number(product, "valor_desconto", item->discount_cents, 100);
	put_number(product, "valor_total", item->total_cents, 100);
	return json_pack("{s:o}", "produto", product);
}

/* Paid at once.  A card leaves its own short NSU where a Pix leaves its txid. */
static json_t *
order_instalments(const struct shop_order *order)
{
	const struct order_facts *facts = &order->facts;
	json_t *instalment = json_pack("{s:i, s:i}", "numero_parcela", 1, "percentual", 100);
	put_number(instalment, "valor", facts->total_cents, 100);
	put_instant(instalment, "data_vencimento", NULL, order->paid_ms);
	put_text(instalment, "meio_pagamento", facts->paid_by_pix ? "17" : "03");
	put_text(instalment, "nsu", facts->paid_by_pix ? facts->payment_reference : "000482117");
	return json_pack("{s:[o]}", "parcela", instalment);
}

static json_t *
order_record(const struct shop_order *order)
{
	const struct order_facts *facts = &order->facts;
	json_t *record = json_object();
	put_flag(record, "faturado", facts->billed);
	put_flag(record, "autorizado", facts->sale_note.access_key[0] != '\0');
	put_flag(record, "denegado", false);
	put_flag(record, "cancelado", facts->cancelled);
	put_flag(record, "devolvido", facts->returned);
	put_flag(record, "devolvido_parcial", facts->partly_returned);
	put_instant(record, "dInc", "hInc", facts->ordered_ms);
	if (facts->billed)
		put_instant(record, "dFat", "hFat", order->paid_ms);
	return record;
}

static void
answer_order(struct visit *visit)
{
	const struct shop_order *order = find_order(visit);
	if (order == NULL)
		return;
	json_t *lines = json_array(), *total = json_object();
	for (int64_t i = 0; i < order->facts.item_count; i++)
		json_array_append_new(lines, order_line(&order->facts.items[i]));
	put_number(total, "valor_mercadorias", order->facts.total_cents, 100);
	put_number(total, "valor_total_pedido", order->facts.total_cents, 100);
	simulated_json(visit->answer, 200,
	               json_pack("{s:{s:o, s:o, s:o, s:{s:s, s:s}, s:o, s:o}}",
	                         "pedido_venda_produto", "cabecalho", order_head(order), "det",
	                         lines, "lista_parcelas", order_instalments(order),
	                         "informacoes_adicionais", "codigo_categoria", "1.01.03",
	                         "consumidor_final", "S", "total_pedido", total, "infoCadastro",
	                         order_record(order)));
}

/* --- ConsultarCliente ------------------------------------------------------------------------ */

/* "(20) 99999-0101" is area code and number; anything else went into the number as it was typed. */
static void
put_phone(json_t *customer, const char *phone)
{
	bool has_area = phone[0] == '(' && strlen(phone) > 5 && phone[3] == ')' && phone[4] == ' ';
	char area[3] = "";
	if (has_area)
		memcpy(area, phone + 1, 2);
	put_text(customer, "telefone1_ddd", area);
	put_text(customer, "telefone1_numero", has_area ? phone + 5 : phone);
}

/* A CPF with its dots and dash; other documents as they are. */
static void
put_document(json_t *customer, const char *document)
{
	char text[24];
	if (strlen(document) == 11)
		text_format(text, sizeof(text), "%.3s.%.3s.%.3s-%.2s", document, document + 3,
		            document + 6, document + 9);
	else
		text_copy(text, sizeof(text), document);
	put_text(customer, "cnpj_cpf", text);
}

/* With a Pix key in the bank data, as buyers have there: nothing may ever use it. */
static json_t *
customer_of(const struct shop_order *order)
{
	const struct buyer *buyer = &order->facts.buyer;
	char city[80];
	json_t *customer =
		json_pack("{s:I, s:{s:s}}", "codigo_cliente_omie", (json_int_t)order->customer_id,
	                  "dadosBancarios", "cChavePix", "outra-chave@loja.example");
	text_format(city, sizeof(city), "%s (%s)", buyer->city, buyer->state);
	put_text(customer, "razao_social", buyer->name);
	put_text(customer, "nome_fantasia", buyer->name);
	put_document(customer, buyer->document);
	put_phone(customer, buyer->phones[0]);
	put_text(customer, "email", buyer->email);
	put_text(customer, "endereco", buyer->street);
	put_text(customer, "endereco_numero", buyer->street_number);
	put_text(customer, "complemento", buyer->complement);
	put_text(customer, "bairro", buyer->district);
	put_text(customer, "cidade", city);
	put_text(customer, "estado", buyer->state);
	put_text(customer, "cep", buyer->postal_code);
	return customer;
}

static void
answer_customer(struct visit *visit)
{
	int64_t id = json_maybe_integer(visit->param, "codigo_cliente_omie", 0);
	const struct shop_order *order = order_by_customer(visit->world, id);
	char text[24];
	text_format(text, sizeof(text), "%" PRId64, id);
	if (order == NULL)
		answer_not_registered(visit, "Cliente", "Código", text);
	else
		simulated_json(visit->answer, 200, customer_of(order));
}

/* --- StatusPedido ---------------------------------------------------------------------------- */

static json_t *
sale_note(const struct shop_order *order)
{
	const struct sale_note *note = &order->facts.sale_note;
	json_t *entry = json_object();
	put_text(entry, "numero_nfe", note->number);
	put_text(entry, "serie_nfe", note->series);
	put_text(entry, "status_nfe", "100");
	put_text(entry, "chave_nfe", note->access_key);
	json_object_set_new(entry, "protocolo", json_integer(INT64_C(135260000000001)));
	put_text(entry, "tipo", "S");
	put_instant(entry, "data_emissao", "hora_emissao", order->paid_ms);
	return entry;
}

static void
answer_status(struct visit *visit)
{
	const struct shop_order *order = find_order(visit);
	if (order == NULL)
		return;
	const struct order_facts *facts = &order->facts;
	json_t *status = json_object(), *notes = json_array();
	json_object_set_new(status, "codigo_pedido",
	                    json_integer(strtoll(facts->ledger_id, NULL, 10)));
	put_text(status, "numero_pedido", facts->number);
	put_text(status, "etapa", facts->billed ? "60" : "20");
	put_flag(status, "cancelada", facts->cancelled);
	put_flag(status, "faturada", facts->billed);
	put_text(status, "ambiente", facts->sale_note.in_production ? "P" : "H");
	put_number(status, "valor_total_pedido", facts->total_cents, 100);
	if (facts->sale_note.access_key[0] != '\0')
		json_array_append_new(notes, sale_note(order));
	json_object_set_new(status, "ListaNfe", notes);
	simulated_json(visit->answer, 200, status);
}

/* --- the service ----------------------------------------------------------------------------- */

static const struct method {
	const char *path;
	const char *call;
	const char *place;     /* where faults wait */
	const char *type;      /* the complex type that a refusal names */
	const char *params[3]; /* what it may be asked by */
	void (*answer)(struct visit *visit);
} methods[] = {
	{ "/api/v1/produtos/pedido/",
	  "ConsultarPedido",
	  "omie.order",
	  "pvpConsultarRequest",
	  { "codigo_pedido", "numero_pedido" },
	  answer_order },
	{ "/api/v1/produtos/pedido/",
	  "StatusPedido",
	  "omie.status",
	  "pvpStatusRequest",
	  { "codigo_pedido" },
	  answer_status },
	{ "/api/v1/geral/clientes/",
	  "ConsultarCliente",
	  "omie.customer",
	  "clientes_cadastro_chave",
	  { "codigo_cliente_omie" },
	  answer_customer },
};

enum { METHOD_COUNT = sizeof(methods) / sizeof(methods[0]) };

static const struct method *
find_method(const char *path, const char *call)
{
	for (size_t i = 0; i < METHOD_COUNT; i++)
		if (text_equal(methods[i].path, path) && text_equal(methods[i].call, call))
			return &methods[i];
	return NULL;
}

static bool
path_is_known(const char *path)
{
	for (size_t i = 0; i < METHOD_COUNT; i++)
		if (text_equal(methods[i].path, path))
			return true;
	return false;
}

static bool
method_takes(const struct method *method, const char *key)
{
	for (size_t i = 0; method->params[i] != NULL; i++)
		if (text_equal(method->params[i], key))
			return true;
	return false;
}

/* Refuses the first parameter that the method does not have. */
static bool
params_fit(struct visit *visit, const struct method *method)
{
	char sentence[256];
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)visit->param, key, value) {
		if (method_takes(method, key))
			continue;
		text_format(sentence, sizeof(sentence),
		            "ERROR: Tag [%s] não faz parte da estrutura do tipo complexo [%s]!",
		            key, method->type);
		answer_fault(visit, 500, "SOAP-ENV:Client-5001", sentence);
		return false;
	}
	return true;
}

/* An armed `blocked` or `redundant`, or a block that still lasts, is answered here. */
static bool
refused_for_misuse(struct visit *visit, const struct fault *fault)
{
	struct omie_books *books = &visit->world->omie;
	if (fault->kind == FAULT_BLOCKED)
		books->blocked_until_ms =
			visit->now_ms + (fault->value > 0 ? fault->value : 30 * MINUTE_MS);
	if (visit->now_ms < books->blocked_until_ms) {
		answer_blocked(visit, books->blocked_until_ms);
		return true;
	}
	if (fault->kind == FAULT_REDUNDANT) {
		answer_redundant(visit, fault->value > 0 ? fault->value : MINUTE_MS);
		return true;
	}
	return false;
}

static void
play(struct visit *visit, const struct method *method)
{
	struct fault fault = faults_strike(&visit->world->faults, method->place);
	if (fault_prevents(&fault, visit->answer) || refused_for_misuse(visit, &fault))
		return;
	if (params_fit(visit, method))
		method->answer(visit);
	fault_spoils(&fault, visit->answer);
}

static bool
key_is_right(const struct world *world, const json_t *body)
{
	const char *key = json_string_value(json_object_get(body, "app_key"));
	const char *secret = json_string_value(json_object_get(body, "app_secret"));
	return key != NULL && secret != NULL &&
	       text_equal_secret(world->credentials.omie_key, key) &&
	       text_equal_secret(world->credentials.omie_secret, secret);
}

/* What is asked, once it is known who asks. */
static void
serve(struct visit *visit, const char *path, const json_t *body)
{
	const char *call = json_string_value(json_object_get(body, "call"));
	const struct method *method = find_method(path, call != NULL ? call : "");
	visit->param = json_array_get(json_object_get(body, "param"), 0);
	if (!key_is_right(visit->world, body))
		answer_fault(visit, 403, "SOAP-ENV:Server",
		             "A chave de acesso está inválida ou o aplicativo está suspenso.");
	else if (method == NULL)
		answer_fault(visit, 500, "SOAP-ENV:Server", "ERROR: Method not exists");
	else if (!json_is_object(visit->param))
		answer_fault(visit, 500, "SOAP-ENV:Client-5001",
		             "ERROR: a lista param não tem um objeto");
	else
		play(visit, method);
}

void
omie_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
              struct simulated *answer)
{
	struct visit visit = { .world = world, .now_ms = now_ms, .answer = answer };
	const char *path = buffer_text(&request->url);
	json_auto_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                      REQUEST_BYTES_MAX, NULL);
	world->omie.calls++;
	if (request->method != HTTP_POST || !path_is_known(path))
		simulated_text(answer, 404, "text/html", "<html><body>404 Not Found</body></html>");
	else if (body == NULL)
		answer_fault(&visit, 500, "SOAP-ENV:Client", "ERROR: Invalid JSON Object");
	else
		serve(&visit, path, body);
}
