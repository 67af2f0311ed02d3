/*
 * One bank that speaks BACEN's API Pix, played from its documents (pix.md).
 *
 * A request goes down one road: find the route, let an armed fault strike, check the
 * bearer's scope, serve, spoil the answer if the fault says so.
 *
 * What a refund must pass, in this order (section 4): the payment exists; the id was
 * never used for it (a burnt one stays used); the body follows the schema; the payment
 * settled at most 90 days ago; and all that was or may be given back stays within the
 * payment.  A short balance is not found here but later, as NAO_REALIZADO.
 */
#include "tools/sandbox/pix.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/money.h"
#include "base/text.h"
#include "tools/sandbox/world.h"

enum {
	SEGMENT_SIZE = 64,
	TOKEN_SECONDS = 3600,
	REFUND_WINDOW_DAYS = 90,
	DESCRIPTION_CHARACTERS_MAX = 140,
	PAGE_ITEMS_USUAL = 100,
	PAGE_ITEMS_MAX = 1000
};

/* One request on its way down the road. */
struct visit {
	struct world *world;
	const struct http_request *request;
	int64_t now_ms;
	struct fault fault;
	char segments[2][SEGMENT_SIZE]; /* what stood at the route's '*' */
	struct simulated *answer;
};

/* --- scopes -------------------------------------------------------------------------------- */

#define SCOPES(X)                    \
	X(PIX_READ, "pix.read", 1)   \
	X(PIX_WRITE, "pix.write", 2) \
	X(COB_READ, "cob.read", 4)   \
	X(COBV_READ, "cobv.read", 8)

enum scope {
#define X(name, text, bit) SCOPE_##name = bit,
	SCOPES(X)
#undef X
};

static const struct {
	const char *text;
	enum scope scope;
} scopes[] = {
#define X(name, text, bit) { text, SCOPE_##name },
	SCOPES(X)
#undef X
};

enum { SCOPE_COUNT = sizeof(scopes) / sizeof(scopes[0]) };

/* "pix.read cob.read" -> bits; words that are none of ours are passed over. */
static unsigned
scopes_parse(const char *text)
{
	unsigned bits = 0;
	while (*text != '\0') {
		size_t length = strcspn(text, " ");
		for (size_t i = 0; i < SCOPE_COUNT; i++)
			if (strlen(scopes[i].text) == length &&
			    strncmp(scopes[i].text, text, length) == 0)
				bits |= scopes[i].scope;
		text += length + strspn(text + length, " ");
	}
	return bits;
}

static void
scopes_print(struct buffer *text, unsigned bits)
{
	for (size_t i = 0; i < SCOPE_COUNT; i++)
		if (bits & scopes[i].scope)
			buffer_add_format(text, "%s%s", text->length > 0 ? " " : "",
			                  scopes[i].text);
}

/* --- problems (section 4) ------------------------------------------------------------------ */

#define ERROR_TYPE "https://pix.bcb.gov.br/api/v2/error/"

enum problem {
	PROBLEM_ACCESS,
	PROBLEM_NO_ROUTE,
	PROBLEM_NO_CHARGE,
	PROBLEM_NO_PAYMENT,
	PROBLEM_NO_REFUND,
	PROBLEM_QUERY,
	PROBLEM_REFUND,
	PROBLEM_UNAVAILABLE
};

static const struct {
	int status;
	const char *type, *title, *detail;
} problems[] = {
	[PROBLEM_ACCESS] = { 403, "AcessoNegado", "Acesso Negado",
	                     "Requisição de participante autenticado que viola alguma regra de "
	                     "autorização." },
	[PROBLEM_NO_ROUTE] = { 404, "NaoEncontrado", "Não Encontrado", "Entidade não encontrada." },
	[PROBLEM_NO_CHARGE] = { 404, "NaoEncontrado", "Não Encontrado",
	                        "Cobrança não encontrada para o txid informado." },
	[PROBLEM_NO_PAYMENT] = { 404, "PixNaoEncontrado", "Pix não encontrado.",
	                         "Não há Pix com o e2eid informado." },
	[PROBLEM_NO_REFUND] = { 404, "PixDevolucaoNaoEncontrada", "Devolução não encontrada.",
	                        "Não há devolução com o id informado." },
	[PROBLEM_QUERY] = { 400, "PixConsultaInvalida", "Consulta inválida.",
	                    "A consulta não respeita o schema ou o fim é anterior ao início." },
	[PROBLEM_REFUND] = { 400, "PixDevolucaoInvalida", "Devolução inválida.",
	                     "A requisição de devolução não respeita o schema ou as regras." },
	[PROBLEM_UNAVAILABLE] = { 503, "ServicoIndisponivel", "Serviço Indisponível",
	                          "Serviço não está disponível no momento." },
};

/* `violations` is taken; NULL leaves them out. */
static void
answer_problem(struct visit *visit, enum problem problem, json_t *violations)
{
	char type[128];
	ensure(text_format(type, sizeof(type), ERROR_TYPE "%s", problems[problem].type));
	json_t *json = json_pack("{s:s, s:s, s:i, s:s, s:o*}", "type", type, "title",
	                         problems[problem].title, "status", problems[problem].status,
	                         "detail", problems[problem].detail, "violacoes", violations);
	char *text = json_dumps(json, JSON_COMPACT);
	ensure(text != NULL);
	simulated_text(visit->answer, problems[problem].status, "application/problem+json", text);
	free(text);
	json_decref(json);
}

/* PixDevolucaoInvalida with its one violation.  Always false, for `return refuse(...)`. */
static bool
refuse(struct visit *visit, const char *reason, const char *property, const char *value)
{
	answer_problem(visit, PROBLEM_REFUND,
	               json_pack("[{s:s, s:s, s:s}]", "razao", reason, "propriedade", property,
	                         "valor", value));
	return false;
}

/* OAuth2's own form (RFC 6749, section 5.2). */
static void
answer_oauth_error(struct visit *visit, int status, const char *error, const char *description)
{
	simulated_json(visit->answer, status,
	               json_pack("{s:s, s:s}", "error", error, "error_description", description));
}

/* --- the books ----------------------------------------------------------------------------- */

static enum refund_status
status_at(const struct pix_refund *refund, int64_t now_ms)
{
	return now_ms < refund->final_ms ? REFUND_PROCESSING : refund->final;
}

static struct pix_refund *
find_refund(struct world *world, const char *e2eid, const char *id)
{
	struct pix_books *books = &world->pix;
	for (int64_t i = 0; i < books->refund_count; i++)
		if (text_equal(books->refunds[i].id, id) &&
		    text_equal(books->refunds[i].e2eid, e2eid))
			return &books->refunds[i];
	return NULL;
}

/* What of the payment is not given back and not on its way. */
static int64_t
left_cents(const struct world *world, const struct shop_order *order, int64_t now_ms)
{
	const struct pix_books *books = &world->pix;
	int64_t left = order->facts.total_cents;
	for (int64_t i = 0; i < books->refund_count; i++)
		if (text_equal(books->refunds[i].e2eid, order->e2eid) &&
		    status_at(&books->refunds[i], now_ms) != REFUND_NOT_DONE)
			left -= books->refunds[i].amount_cents;
	return left;
}

/* `D`, the bank, the minute in UTC, eleven characters: the e2eid's construction. */
static void
make_rtrid(struct world *world, char *rtrid, int64_t now_ms)
{
	char utc[INSTANT_TEXT_SIZE], digits[INSTANT_TEXT_SIZE], tail[12];
	instant_print_utc(utc, now_ms);
	text_digits(digits, sizeof(digits), utc);
	world_random_text(world, tail, 11);
	ensure(text_format(rtrid, RTRID_SIZE, "D12345678%.12s%s", digits, tail));
}

/* A new line in the books; NULL when they are full. */
static struct pix_refund *
new_refund(struct world *world, const char *e2eid, const char *id, const char *nature,
           int64_t amount_cents, int64_t now_ms)
{
	if (world->pix.refund_count == PIX_REFUNDS_MAX)
		return NULL;
	struct pix_refund *refund = &world->pix.refunds[world->pix.refund_count++];
	*refund = (struct pix_refund){
		.amount_cents = amount_cents,
		.requested_ms = now_ms,
		.final_ms = now_ms,
		.final = REFUND_RETURNED,
	};
	ensure(text_copy(refund->e2eid, sizeof(refund->e2eid), e2eid));
	ensure(text_copy(refund->id, sizeof(refund->id), id));
	ensure(text_copy(refund->nature, sizeof(refund->nature), nature));
	make_rtrid(world, refund->rtrid, now_ms);
	return refund;
}

bool
pix_sandbox_insert_refund(struct world *world, const char *e2eid, const char *nature,
                          int64_t amount_cents, int64_t now_ms, struct why *why)
{
	char id[REFUND_ID_SIZE];
	const struct shop_order *order = world_order_by_e2eid(world, e2eid);
	if (order == NULL)
		return why_set(why, "no Pix of this world has that e2eid");
	if (strlen(nature) >= sizeof(((struct pix_refund *)0)->nature))
		return why_set(why, "no nature of a refund is that long");
	if (amount_cents < 1 || amount_cents > left_cents(world, order, now_ms))
		return why_set(why, "the payment has less than that left");
	world_random_text(world, id, 32);
	return new_refund(world, e2eid, id, nature, amount_cents, now_ms) != NULL ||
	       why_set(why, "the bank's books are full");
}

/* --- what is shown ------------------------------------------------------------------------- */

static json_t *
amount_json(int64_t cents)
{
	char text[MONEY_TEXT_SIZE];
	money_print(text, cents);
	return json_string(text);
}

/* "2026-11-20T14:15:02.120Z". */
static json_t *
instant_json(int64_t at_ms)
{
	char seconds[INSTANT_TEXT_SIZE], text[INSTANT_TEXT_SIZE + 8];
	instant_print_utc(seconds, at_ms);
	ensure(text_format(text, sizeof(text), "%.19s.%03dZ", seconds, (int)(at_ms % SECOND_MS)));
	return json_string(text);
}

static json_t *
refund_json(const struct pix_refund *refund, int64_t now_ms)
{
	enum refund_status status = status_at(refund, now_ms);
	json_t *when = json_pack("{s:o}", "solicitacao", instant_json(refund->requested_ms));
	if (status == REFUND_RETURNED)
		json_object_set_new(when, "liquidacao", instant_json(refund->final_ms));
	json_t *json =
		json_pack("{s:s, s:s, s:o, s:s, s:o, s:s}", "id", refund->id, "rtrId",
	                  refund->rtrid, "valor", amount_json(refund->amount_cents), "natureza",
	                  refund->nature, "horario", when, "status", refund_status_text(status));
	if (refund->description[0] != '\0')
		json_object_set_new(json, "descricao", json_string(refund->description));
	if (status == REFUND_NOT_DONE)
		json_object_set_new(json, "motivo", json_string(refund->motive));
	return json;
}

/* The payment's refunds, oldest first; without the newest when the bank's view is stale. */
static json_t *
refunds_json(const struct visit *visit, const char *e2eid)
{
	const struct pix_books *books = &visit->world->pix;
	json_t *list = json_array();
	for (int64_t i = 0; i < books->refund_count; i++)
		if (text_equal(books->refunds[i].e2eid, e2eid))
			json_array_append_new(list, refund_json(&books->refunds[i], visit->now_ms));
	if (visit->fault.kind == FAULT_STALE && json_array_size(list) > 0)
		json_array_remove(list, json_array_size(list) - 1);
	return list;
}

static json_t *
payment_json(const struct visit *visit, const struct shop_order *order)
{
	char payer[64];
	json_t *json = json_pack("{s:s, s:o, s:s, s:o}", "endToEndId", order->e2eid, "valor",
	                         amount_json(order->facts.total_cents), "chave", "pix@loja.example",
	                         "horario", instant_json(order->paid_ms));
	if (order->facts.payment_reference[0] != '\0')
		json_object_set_new(json, "txid", json_string(order->facts.payment_reference));
	if (text_format(payer, sizeof(payer), "pedido %s", order->facts.number))
		json_object_set_new(json, "infoPagador", json_string(payer));
	json_t *refunds = refunds_json(visit, order->e2eid);
	if (json_array_size(refunds) > 0)
		json_object_set(json, "devolucoes", refunds);
	json_decref(refunds);
	return json;
}

/* --- POST /oauth/token --------------------------------------------------------------------- */

/* True when the request's Authorization is this client's. */
static bool
is_client(const struct visit *visit, const char *id, const char *secret)
{
	struct http_headers wanted = { 0 };
	const char *sent = http_header(&visit->request->headers, "Authorization");
	http_header_add_basic(&wanted, id, secret);
	bool is = sent != NULL && text_equal_secret(wanted.list[0].value, sent);
	free(wanted.list[0].name);
	free(wanted.list[0].value);
	return is;
}

/* What the client may have, and what it gets when it does not say; 0 for a stranger. */
static unsigned
client_scopes(const struct visit *visit, unsigned *usual)
{
	const struct world_credentials *c = &visit->world->credentials;
	if (is_client(visit, c->pix_reader_id, c->pix_reader_secret))
		return *usual = SCOPE_PIX_READ | SCOPE_COB_READ | SCOPE_COBV_READ;
	*usual = SCOPE_PIX_WRITE;
	if (is_client(visit, c->pix_writer_id, c->pix_writer_secret))
		return SCOPE_PIX_WRITE | SCOPE_PIX_READ | SCOPE_COB_READ | SCOPE_COBV_READ;
	return 0;
}

/* One field of the form in the body, "" when it is not there. */
static void
form_field(const struct visit *visit, const char *key, char *to, size_t size)
{
	struct buffer query;
	buffer_init(&query, visit->request->body.length + 1);
	buffer_add_format(&query, "?%s", buffer_text(&visit->request->body));
	if (!http_query(buffer_text(&query), key, to, size))
		to[0] = '\0';
	buffer_free(&query);
}

static void
grant(struct visit *visit, unsigned granted)
{
	struct pix_books *books = &visit->world->pix;
	struct pix_token *token = &books->tokens[books->token_count++ % PIX_TOKENS_MAX];
	struct buffer scope;
	world_random_text(visit->world, token->text, sizeof(token->text) - 1);
	token->scopes = granted;
	token->until_ms = visit->now_ms + TOKEN_SECONDS * SECOND_MS;
	buffer_init(&scope, 256);
	scopes_print(&scope, granted);
	simulated_json(visit->answer, 200,
	               json_pack("{s:s, s:s, s:i, s:s}", "access_token", token->text, "token_type",
	                         "Bearer", "expires_in", TOKEN_SECONDS, "scope",
	                         buffer_text(&scope)));
	buffer_free(&scope);
}

/* Down-scopes as some banks do: of what was asked, what the client may have (section 9). */
static void
serve_token(struct visit *visit)
{
	char grant_type[64], asked[512];
	unsigned usual, allowed = client_scopes(visit, &usual);
	form_field(visit, "grant_type", grant_type, sizeof(grant_type));
	form_field(visit, "scope", asked, sizeof(asked));
	unsigned granted = allowed & (asked[0] == '\0' ? usual : scopes_parse(asked));
	if (allowed == 0)
		answer_oauth_error(visit, 401, "invalid_client", "Credenciais inválidas.");
	else if (!text_equal(grant_type, "client_credentials"))
		answer_oauth_error(visit, 400, "unsupported_grant_type", "Use client_credentials.");
	else if (granted == 0)
		answer_oauth_error(visit, 400, "invalid_scope", "Nenhum escopo disponível.");
	else
		grant(visit, granted);
}

/* --- reads --------------------------------------------------------------------------------- */

/* A txid is known under one of the two names only. */
static void
answer_charge(struct visit *visit, bool due)
{
	const struct shop_order *order = world_order_by_txid(visit->world, visit->segments[0]);
	if (order == NULL || order->due_charge != due) {
		answer_problem(visit, PROBLEM_NO_CHARGE, NULL);
		return;
	}
	bool paid = order->e2eid[0] != '\0';
	json_t *json =
		json_pack("{s:{s:o, s:i}, s:s, s:i, s:s, s:{s:o}, s:s}", "calendario", "criacao",
	                  instant_json(order->facts.ordered_ms), "expiracao", 3600, "txid",
	                  order->facts.payment_reference, "revisao", 0, "status",
	                  paid ? "CONCLUIDA" : "ATIVA", "valor", "original",
	                  amount_json(order->facts.total_cents), "chave", "pix@loja.example");
	if (paid)
		json_object_set_new(json, "pix", json_pack("[o]", payment_json(visit, order)));
	simulated_json(visit->answer, 200, json);
}

static void
serve_charge(struct visit *visit)
{
	answer_charge(visit, false);
}

static void
serve_due_charge(struct visit *visit)
{
	answer_charge(visit, true);
}

static void
serve_payment(struct visit *visit)
{
	const struct shop_order *order = world_order_by_e2eid(visit->world, visit->segments[0]);
	if (order == NULL)
		answer_problem(visit, PROBLEM_NO_PAYMENT, NULL);
	else
		simulated_json(visit->answer, 200, payment_json(visit, order));
}

static void
serve_refund_status(struct visit *visit)
{
	const struct pix_refund *refund =
		find_refund(visit->world, visit->segments[0], visit->segments[1]);
	if (world_order_by_e2eid(visit->world, visit->segments[0]) == NULL)
		answer_problem(visit, PROBLEM_NO_PAYMENT, NULL);
	else if (refund == NULL || visit->fault.kind == FAULT_STALE)
		answer_problem(visit, PROBLEM_NO_REFUND, NULL);
	else
		simulated_json(visit->answer, 200, refund_json(refund, visit->now_ms));
}

/* --- GET /pix: the list -------------------------------------------------------------------- */

struct list_query {
	char from[40], until[40]; /* as sent: the answer repeats them */
	int64_t from_ms, until_ms;
	char document[DOCUMENT_SIZE]; /* the payer's; "" for everyone */
	int64_t page, page_items;
};

/* A whole number of the query, `usual` when it is missing; false when it is something else. */
static bool
query_number(const struct visit *visit, const char *key, int64_t usual, int64_t *to)
{
	char text[8];
	*to = usual;
	if (strstr(buffer_text(&visit->request->url), key) == NULL)
		return true;
	if (!http_query(buffer_text(&visit->request->url), key, text, sizeof(text)) ||
	    text[strspn(text, "0123456789")] != '\0')
		return false;
	*to = strtoll(text, NULL, 10);
	return true;
}

static bool
list_query_read(const struct visit *visit, struct list_query *query)
{
	char cpf[DOCUMENT_SIZE] = "", cnpj[DOCUMENT_SIZE] = "";
	const char *url = buffer_text(&visit->request->url);
	bool by_cpf = http_query(url, "cpf", cpf, sizeof(cpf));
	bool by_cnpj = http_query(url, "cnpj", cnpj, sizeof(cnpj));
	text_copy(query->document, sizeof(query->document), by_cpf ? cpf : cnpj);
	return http_query(url, "inicio", query->from, sizeof(query->from)) &&
	       http_query(url, "fim", query->until, sizeof(query->until)) &&
	       instant_parse(query->from, &query->from_ms) &&
	       instant_parse(query->until, &query->until_ms) && query->from_ms <= query->until_ms &&
	       !(by_cpf && by_cnpj) &&
	       query_number(visit, "paginacao.paginaAtual", 0, &query->page) &&
	       query_number(visit, "paginacao.itensPorPagina", PAGE_ITEMS_USUAL,
	                    &query->page_items) &&
	       query->page_items >= 1 && query->page_items <= PAGE_ITEMS_MAX;
}

static bool
is_listed(const struct shop_order *order, const struct list_query *query)
{
	return order->e2eid[0] != '\0' && order->paid_ms >= query->from_ms &&
	       order->paid_ms <= query->until_ms &&
	       (query->document[0] == '\0' ||
	        text_equal(query->document, order->facts.buyer.document));
}

static json_t *
list_parameters(const struct list_query *query, int64_t total)
{
	int64_t pages = (total + query->page_items - 1) / query->page_items;
	return json_pack("{s:s, s:s, s:{s:I, s:I, s:I, s:I}}", "inicio", query->from, "fim",
	                 query->until, "paginacao", "paginaAtual", (json_int_t)query->page,
	                 "itensPorPagina", (json_int_t)query->page_items, "quantidadeDePaginas",
	                 (json_int_t)pages, "quantidadeTotalDeItens", (json_int_t)total);
}

static void
serve_payments(struct visit *visit)
{
	struct list_query query;
	if (!list_query_read(visit, &query)) {
		answer_problem(visit, PROBLEM_QUERY, NULL);
		return;
	}
	json_t *list = json_array();
	int64_t total = 0;
	for (int64_t i = 0; i < visit->world->order_count; i++) {
		const struct shop_order *order = &visit->world->orders[i];
		if (is_listed(order, &query) && total++ / query.page_items == query.page)
			json_array_append_new(list, payment_json(visit, order));
	}
	simulated_json(
		visit->answer, 200,
		json_pack("{s:o, s:o}", "parametros", list_parameters(&query, total), "pix", list));
}

/* --- PUT /pix/{e2eid}/devolucao/{id} ------------------------------------------------------- */

/* DevolucaoSolicitada (section 3).  False when a problem was answered. */
static bool
read_asked(struct visit *visit, const json_t *body, struct pix_refund *asked)
{
	char amount[64] = "";
	json_maybe_text(body, "valor", amount, sizeof(amount));
	if (!money_parse(amount, &asked->amount_cents) || asked->amount_cents == 0)
		return refuse(visit, "valor não respeita o schema", "devolucao.valor", amount);
	json_maybe_text(body, "natureza", asked->nature, sizeof(asked->nature));
	if (json_object_get(body, "natureza") == NULL)
		text_copy(asked->nature, sizeof(asked->nature), "ORIGINAL");
	if (!text_equal(asked->nature, "ORIGINAL") && !text_equal(asked->nature, "RETIRADA"))
		return refuse(visit, "natureza não respeita o schema", "devolucao.natureza",
		              asked->nature);
	if (!json_maybe_text(body, "descricao", asked->description, sizeof(asked->description)) ||
	    text_characters(asked->description, strlen(asked->description)) >
	            DESCRIPTION_CHARACTERS_MAX)
		return refuse(visit, "descricao não respeita o schema", "devolucao.descricao", "");
	return true;
}

/* The window and the sum.  False when a problem was answered. */
static bool
is_allowed(struct visit *visit, const struct shop_order *order, const struct pix_refund *asked)
{
	char amount[MONEY_TEXT_SIZE];
	money_print(amount, asked->amount_cents);
	if (visit->now_ms - order->paid_ms > REFUND_WINDOW_DAYS * DAY_MS)
		return refuse(visit, "fora do prazo de 90 dias da liquidação do Pix", "pix.horario",
		              order->e2eid);
	if (asked->amount_cents > left_cents(visit->world, order, visit->now_ms))
		return refuse(visit, "soma das devoluções excede o valor do Pix", "devolucao.valor",
		              amount);
	return true;
}

static void
answer_same_id(struct visit *visit, const struct pix_refund *refund)
{
	switch (visit->world->pix.same_id_policy) {
	case PIX_SAME_ID_REFUSED:
		refuse(visit, "id já utilizado", "devolucao.id", refund->id);
		return;
	case PIX_SAME_ID_CONFLICT:
		simulated_json(visit->answer, 409,
		               json_pack("{s:s, s:s}", "nome", "devolucao_id_duplicado", "mensagem",
		                         "O id informado já foi usado em outra devolução."));
		return;
	case PIX_SAME_ID_OK:
		simulated_json(visit->answer, 200, refund_json(refund, visit->now_ms));
		return;
	case PIX_SAME_ID_CREATED:
		simulated_json(visit->answer, 201, refund_json(refund, visit->now_ms));
		return;
	}
	ensure(!"a policy outside the enum");
}

/* How the refund will end, which only later calls see. */
static void
settle(const struct visit *visit, struct pix_refund *refund)
{
	bool pending = visit->fault.kind == FAULT_PENDING;
	refund->final_ms = visit->now_ms + (pending ? visit->fault.value : PIX_SETTLEMENT_MS);
	if (visit->fault.kind == FAULT_NOT_DONE) {
		refund->final = REFUND_NOT_DONE;
		text_copy(refund->motive, sizeof(refund->motive),
		          "Saldo insuficiente para realizar a devolução.");
	}
}

static void
execute(struct visit *visit, const struct shop_order *order, const struct pix_refund *asked)
{
	struct pix_refund *refund = new_refund(visit->world, order->e2eid, visit->segments[1],
	                                       asked->nature, asked->amount_cents, visit->now_ms);
	if (refund == NULL) {
		answer_problem(visit, PROBLEM_UNAVAILABLE, NULL);
		return;
	}
	ensure(text_copy(refund->description, sizeof(refund->description), asked->description));
	settle(visit, refund);
	simulated_json(visit->answer, 201, refund_json(refund, visit->now_ms));
	if (visit->fault.kind == FAULT_SOAP)
		simulated_text(visit->answer, 500, "text/xml",
		               "<soapenv:Envelope><soapenv:Body><soapenv:Fault/></soapenv:Body>"
		               "</soapenv:Envelope>");
}

static void
serve_refund(struct visit *visit)
{
	const char *e2eid = visit->segments[0], *id = visit->segments[1];
	const struct shop_order *order = world_order_by_e2eid(visit->world, e2eid);
	const struct pix_refund *earlier = find_refund(visit->world, e2eid, id);
	const struct buffer *body = &visit->request->body;
	struct pix_refund asked = { .id = "" };
	if (order == NULL) {
		answer_problem(visit, PROBLEM_NO_PAYMENT, NULL);
		return;
	}
	if (earlier != NULL) {
		answer_same_id(visit, earlier);
		return;
	}
	if (!text_is_alphanumeric(id, REFUND_ID_SIZE - 1)) {
		refuse(visit, "id não respeita o schema", "devolucao.id", id);
		return;
	}
	json_t *json = json_parse_object(buffer_text(body), body->length, REQUEST_BYTES_MAX, NULL);
	if (read_asked(visit, json, &asked) && is_allowed(visit, order, &asked))
		execute(visit, order, &asked);
	json_decref(json);
}

/* --- the road ------------------------------------------------------------------------------ */

static const struct route {
	enum http_method method;
	const char *path;  /* '*' is one segment */
	const char *place; /* where faults wait */
	unsigned scope;    /* what the bearer needs; 0: no bearer */
	void (*serve)(struct visit *visit);
} routes[] = {
	{ HTTP_POST, "/oauth/token", "pix.token", 0, serve_token },
	{ HTTP_GET, "/v2/cob/*", "pix.charge", SCOPE_COB_READ, serve_charge },
	{ HTTP_GET, "/v2/cobv/*", "pix.due_charge", SCOPE_COBV_READ, serve_due_charge },
	{ HTTP_GET, "/v2/pix", "pix.payments", SCOPE_PIX_READ, serve_payments },
	{ HTTP_GET, "/v2/pix/*", "pix.payment", SCOPE_PIX_READ, serve_payment },
	{ HTTP_PUT, "/v2/pix/*/devolucao/*", "pix.refund", SCOPE_PIX_WRITE, serve_refund },
	{ HTTP_GET, "/v2/pix/*/devolucao/*", "pix.refund_status", SCOPE_PIX_READ,
	  serve_refund_status },
};

static bool
path_matches(const char *pattern, const char *path, char segments[2][SEGMENT_SIZE])
{
	for (int i = 0; *pattern != '\0'; pattern++) {
		if (*pattern != '*') {
			if (*path++ != *pattern)
				return false;
			continue;
		}
		size_t length = strcspn(path, "/?");
		if (length == 0 || length >= SEGMENT_SIZE)
			return false;
		memcpy(segments[i], path, length);
		segments[i++][length] = '\0';
		path += length;
	}
	return *path == '\0' || *path == '?';
}

static const struct route *
route_of(struct visit *visit)
{
	const char *url = buffer_text(&visit->request->url);
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (routes[i].method == visit->request->method &&
		    path_matches(routes[i].path, url, visit->segments))
			return &routes[i];
	return NULL;
}

/* What the bearer may; 0 when the token is unknown or over. */
static unsigned
bearer_scopes(const struct visit *visit)
{
	const char *sent = http_header(&visit->request->headers, "Authorization");
	if (sent == NULL || !text_starts_with(sent, "Bearer "))
		return 0;
	for (int i = 0; i < PIX_TOKENS_MAX; i++) {
		const struct pix_token *token = &visit->world->pix.tokens[i];
		if (visit->now_ms < token->until_ms &&
		    text_equal_secret(token->text, sent + strlen("Bearer ")))
			return token->scopes;
	}
	return 0;
}

static void
serve(struct visit *visit, const struct route *route)
{
	unsigned scopes_held = bearer_scopes(visit);
	if (route->scope != 0 && scopes_held == 0)
		answer_oauth_error(visit, 401, "invalid_token", "Token inválido ou expirado.");
	else if ((scopes_held & route->scope) != route->scope)
		answer_problem(visit, PROBLEM_ACCESS, NULL);
	else
		route->serve(visit);
}

void
pix_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
             struct simulated *answer)
{
	struct visit visit = {
		.world = world, .request = request, .now_ms = now_ms, .answer = answer
	};
	const struct route *route = route_of(&visit);
	if (route == NULL) {
		answer_problem(&visit, PROBLEM_NO_ROUTE, NULL);
		return;
	}
	if (route->serve == serve_refund)
		world->pix.refund_puts++;
	visit.fault = faults_strike(&world->faults, route->place);
	if (fault_prevents(&visit.fault, answer))
		return;
	serve(&visit, route);
	fault_spoils(&visit.fault, answer);
}

/* --- /sandbox/books ------------------------------------------------------------------------ */

static json_t *
book_refund_json(const struct pix_refund *refund, int64_t now_ms)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:s}", "id", refund->id, "rtrid",
	                 refund->rtrid, "amount_cents", (json_int_t)refund->amount_cents, "status",
	                 refund_status_text(status_at(refund, now_ms)), "nature", refund->nature,
	                 "description", refund->description, "requested_ms",
	                 (json_int_t)refund->requested_ms, "motive",
	                 status_at(refund, now_ms) == REFUND_NOT_DONE ? refund->motive : "");
}

static json_t *
book_payment_json(const struct world *world, const struct shop_order *order, int64_t now_ms)
{
	json_t *refunds = json_array();
	for (int64_t i = 0; i < world->pix.refund_count; i++)
		if (text_equal(world->pix.refunds[i].e2eid, order->e2eid))
			json_array_append_new(refunds,
			                      book_refund_json(&world->pix.refunds[i], now_ms));
	return json_pack("{s:s, s:s, s:s, s:I, s:o}", "order", order->facts.number, "e2eid",
	                 order->e2eid, "txid", order->facts.payment_reference, "amount_cents",
	                 (json_int_t)order->facts.total_cents, "refunds", refunds);
}

json_t *
pix_books_json(const struct world *world, int64_t now_ms)
{
	json_t *payments = json_array();
	for (int64_t i = 0; i < world->order_count; i++)
		if (world->orders[i].e2eid[0] != '\0')
			json_array_append_new(payments,
			                      book_payment_json(world, &world->orders[i], now_ms));
	return json_pack("{s:o, s:I}", "payments", payments, "refund_puts",
	                 (json_int_t)world->pix.refund_puts);
}
