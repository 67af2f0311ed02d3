/*
 * P1 to P15, as somebody sees them who can look into every book at once.  Here: what must be
 * true for a call to leave (P1 to P8), and what the bot can know after it.
 *
 *	when a call leaves   P1 P2 P3 P4 P5 P6 P7 P8       here
 *	after every turn     P1 P5 P7 P10 P12 P14          promises_books.c
 *	after every start    P9 P10                        promises_books.c
 *	at the end           P3 P9 P10 P11 P13 P15         promises_books.c
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/money.h"
#include "base/text.h"
#include "io/store_file.h"
#include "proof/disclosure.h"
#include "tests/sim/promises_room.h"

void
promise_broken(struct sim *sim, const char *promise, const char *format, ...)
{
	char words[BROKEN_SIZE - 64];
	va_list arguments;
	if (sim->promises.broken)
		return;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	sim->promises.broken = true;
	snprintf(sim->promises.words, sizeof(sim->promises.words), "%s at +%" PRId64 " ms: %s",
	         promise, sim->scene->now_ms - SCENE_BEGINS_MS, words);
}

/* --- looking into the store ------------------------------------------------ */

int64_t
promises_number(struct sim *sim, struct query *q, int64_t otherwise)
{
	sim->looking = true;
	if (query_next(q)) {
		otherwise = query_get_integer(q, 0);
		query_end(q);
	}
	sim->looking = false;
	return otherwise;
}

int64_t
promises_number_for(struct sim *sim, const char *sql, const char *name, const char *value)
{
	struct query *q = query(sim->scene->store, sql);
	query_text(q, name, value);
	return promises_number(sim, q, 0);
}

int64_t
promises_number_of(struct sim *sim, const char *sql)
{
	return promises_number(sim, query(sim->scene->store, sql), 0);
}

/* --- the order to pay ------------------------------------------------ */

static struct tracked *
track(struct sim *sim, const char *e2eid)
{
	struct promises *promises = &sim->promises;
	for (size_t i = 0; i < promises->tracked_count; i++)
		if (text_equal(promises->tracked[i].e2eid, e2eid))
			return &promises->tracked[i];
	ensure(promises->tracked_count < TRACKED_MAX);
	struct tracked *tracked = &promises->tracked[promises->tracked_count++];
	*tracked = (struct tracked){ 0 };
	text_copy(tracked->e2eid, sizeof(tracked->e2eid), e2eid);
	return tracked;
}

/* ".../pix/v2/pix/{e2eid}/devolucao/{id}": false when it is another path; "" id for the payment itself. */
static bool
payment_path(const struct http_request *request, char e2eid[64], char id[64])
{
	const char *at = strstr(buffer_text(&request->url), "/pix/v2/pix/");
	e2eid[0] = '\0';
	id[0] = '\0';
	return at != NULL && sscanf(at, "/pix/v2/pix/%63[^/?]/devolucao/%63[^/?]", e2eid, id) >= 1;
}

/* It never got as far as the wire, so nothing has to be asked about. */
static bool
never_left(const struct sim *sim)
{
	return sim->passage.refused || sim->passage.killed_here;
}

static int64_t
amount_asked(const struct http_request *request)
{
	json_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                 REQUEST_BYTES_MAX, NULL);
	char text[64] = "";
	int64_t cents = -1;
	json_maybe_text(body, "valor", text, sizeof(text));
	if (!money_parse(text, &cents))
		cents = -1;
	json_decref(body);
	return cents;
}

/* P5, P6: finance's word at this moment. */
static void
check_mandate(struct sim *sim, const char *id)
{
	const struct mandate *mandate = &sim->plot.mandate;
	int64_t now_ms = sim->scene->now_ms + sim->scene->skew_ms;
	int64_t active =
		promises_number_for(sim,
	                            "SELECT count(*) FROM mandates m JOIN reservations r "
	                            "ON r.mandate_id = m.id AND r.mandate_version = m.version "
	                            "WHERE r.refund_id = :id AND r.state = 'executing' "
	                            "AND m.status = 'active'",
	                            ":id", id);
	if (active == 0)
		promise_broken(sim, "P6", "an order to pay left without an active mandate");
	if (sim->plot.tampered)
		promise_broken(sim, "P6", "an order to pay left under a tampered mandate");
	if (now_ms >= mandate->expires_ms)
		promise_broken(sim, "P6", "an order to pay left under an expired mandate");
}

/* P5 once more, from the bank's books: what has gone back today, this order included. */
/* The day on which the order was decided, with the mandate weighed: it may reach the bank on the next. */
static int
day_of(struct sim *sim, const char *id, int64_t otherwise_ms)
{
	int64_t at_ms = promises_number_for(sim,
	                                    "SELECT max(executes_ms) FROM reservations "
	                                    "WHERE refund_id = :id",
	                                    ":id", id);
	return instant_sao_paulo(at_ms != 0 ? at_ms : otherwise_ms).day;
}

static void
check_day(struct sim *sim, const char *id, int64_t cents)
{
	const struct mandate *mandate = &sim->plot.mandate;
	const struct pix_books *books = &sim->scene->sandbox.world->pix;
	int today = day_of(sim, id, sim->scene->now_ms);
	int64_t sum = cents, count = 1;
	for (int64_t i = 0; i < books->refund_count; i++) {
		const struct pix_refund *refund = &books->refunds[i];
		bool ours = refund->description[0] != '\0';
		bool failed = refund->final == REFUND_NOT_DONE;
		if (!ours || failed || text_equal(refund->id, id) ||
		    day_of(sim, refund->id, refund->requested_ms) != today)
			continue;
		sum += refund->amount_cents;
		count++;
	}
	if (sim->scene->skew_ms != 0 || sim->counts.restores > 0)
		return; /* the bot's day is another one, or what it gave back is forgotten */
	if (cents > mandate->per_refund_cents)
		promise_broken(sim, "P5", "%" PRId64 " centavos is above the mandate", cents);
	if (mandate->per_day_cents != 0 && sum > mandate->per_day_cents)
		promise_broken(sim, "P5", "%" PRId64 " centavos a day is above the mandate", sum);
	if (mandate->count_per_day != 0 && count > mandate->count_per_day)
		promise_broken(sim, "P5", "%" PRId64 " refunds a day is above the mandate", count);
}

/* The yes: there is one, and nobody had taken it back when the order left. */
static void
check_consent(struct sim *sim, const char *id)
{
	if (promises_number_for(
		    sim,
		    "SELECT count(*) FROM reservations r JOIN offers f ON f.id = r.offer_id "
		    "WHERE r.refund_id = :id AND f.consent_message_id IS NOT NULL",
		    ":id", id) == 0)
		promise_broken(sim, "P4", "an order to pay left without a yes");
	if (promises_number_for(
		    sim,
		    "SELECT count(*) FROM reservations r JOIN offers f ON f.id = r.offer_id "
		    "JOIN messages y ON y.id = f.consent_message_id JOIN messages e "
		    "ON e.provider_id = y.provider_id AND e.edit_id <> '' "
		    "WHERE r.refund_id = :id AND r.state = 'executing' AND e.heard_ms < "
		    "(SELECT min(t.at_ms) FROM transitions t WHERE t.case_id = r.case_id "
		    "AND t.to_state = 'REFUNDING' AND t.at_ms >= r.reserved_ms)",
		    ":id", id) != 0)
		promise_broken(sim, "P4", "an order to pay left on a yes that was edited");
	if (promises_number_for(
		    sim,
		    "SELECT count(*) FROM reservations r JOIN offers f ON f.id = r.offer_id "
		    "JOIN messages y ON y.id = f.consent_message_id "
		    "WHERE r.refund_id = :id AND r.state = 'executing' AND y.deleted_ms < "
		    "(SELECT min(t.at_ms) FROM transitions t WHERE t.case_id = r.case_id "
		    "AND t.to_state = 'REFUNDING' AND t.at_ms >= r.reserved_ms)",
		    ":id", id) != 0)
		promise_broken(sim, "P4", "an order to pay left on a yes that was taken back");
}

/* An order to pay that may have arrived is not sent again while it may still appear. */
static void
check_grace(struct sim *sim, struct tracked *tracked, const char *id)
{
	int64_t grace_ms = engine_policy(sim->scene->engine)->unknown_grace_ms;
	int64_t now_ms = promises_number_of(sim, "SELECT clock_ms FROM meta");
	if (tracked->left_ms != 0 && text_equal(tracked->id, id) &&
	    now_ms - tracked->left_ms < grace_ms)
		promise_broken(sim, "P8", "an order to pay left again after %" PRId64 " ms",
		               now_ms - tracked->left_ms);
	if (never_left(sim))
		return;
	text_copy(tracked->id, sizeof(tracked->id), id);
	tracked->left_ms = now_ms;
}

/* Somebody else's refund: the phone that talks to us is not the buyer's. */
static void
check_buyer(struct sim *sim, const char *id, const struct shop_order *order)
{
	enum { TAIL = 8 }; /* digits of a number that both its spellings share */
	char address[ADDRESS_SIZE] = "", digits[PHONE_SIZE];
	struct query *q =
		query(sim->scene->store, "SELECT p.address FROM contacts p JOIN cases c ON "
	                                 "c.contact_id = p.id JOIN reservations r ON "
	                                 "r.case_id = c.id WHERE r.refund_id = :id");
	query_text(q, ":id", id);
	sim->looking = true;
	while (query_next(q))
		query_get_text(q, 0, address, sizeof(address));
	sim->looking = false;
	text_digits(digits, sizeof(digits), order->facts.buyer.phones[0]);
	size_t asked = strlen(address), ours = strlen(digits);
	if (asked < TAIL || ours < TAIL ||
	    !text_equal(address + asked - TAIL, digits + ours - TAIL))
		promise_broken(sim, "P4", "order %s is not this customer's", order->facts.number);
}

static void
order_to_pay_departs(struct sim *sim, const struct http_request *request, const char *e2eid,
                     const char *id)
{
	struct tracked *tracked = track(sim, e2eid);
	const struct shop_order *order = world_order_by_e2eid(sim->scene->sandbox.world, e2eid);
	int64_t cents = amount_asked(request);
	sim->counts.orders_to_pay++;
	plot_ordered(sim);
	if (order == NULL || order->facts.total_cents != cents)
		promise_broken(sim, "P4", "an order to pay %" PRId64 " along %s", cents, e2eid);
	if (tracked->unread)
		promise_broken(sim, "P3", "a second order to pay without a read in between");
	if (sim->promises.paused)
		promise_broken(sim, "P3",
		               "an order to pay left before the bank was asked what "
		               "an older store has forgotten");
	if (promises_number_for(
		    sim,
		    "SELECT count(*) FROM operations o JOIN attempts a ON a.operation_id = o.id "
		    "WHERE o.kind = 'pay.refund' AND o.key = :id AND a.ended_us IS NULL",
		    ":id", id) != 1)
		promise_broken(sim, "P8", "an order to pay left before its intent was on disk");
	if (order != NULL && tracked->elsewhere_cents + cents > order->facts.total_cents)
		promise_broken(sim, "P7", "an order to pay left though others had given it back");
	check_consent(sim, id);
	if (order != NULL)
		check_buyer(sim, id, order);
	check_mandate(sim, id);
	check_day(sim, id, cents);
	check_grace(sim, tracked, id);
	if (!never_left(sim))
		tracked->unread = true;
}

/* --- the words ------------------------------------------------ */

static bool
says_done(const char *text)
{
	static const char *const words[] = { "Estorno feito", "Refund done", "Reembolso hecho" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(text, words[i]) != NULL)
			return true;
	return false;
}

bool
promises_bank_has_returned(struct sim *sim, const char *order_number)
{
	const struct pix_books *books = &sim->scene->sandbox.world->pix;
	const struct shop_order *order = world_order(sim->scene->sandbox.world, order_number);
	for (int64_t i = 0; order != NULL && i < books->refund_count; i++)
		if (text_equal(books->refunds[i].e2eid, order->e2eid) &&
		    books->refunds[i].final == REFUND_RETURNED &&
		    books->refunds[i].final_ms <= sim->scene->now_ms &&
		    books->refunds[i].amount_cents == order->facts.total_cents)
			return true;
	return false;
}

static bool
issuer_has_authorised(struct sim *sim, const char *order_number)
{
	const struct focus_books *books = &sim->scene->sandbox.world->focus;
	for (int64_t i = 0; i < books->note_count; i++)
		if (text_equal(books->notes[i].order, order_number) &&
		    books->notes[i].final == NOTE_AUTHORISED &&
		    books->notes[i].final_ms <= sim->scene->now_ms)
			return true;
	return false;
}

/* The words against the receipt that makes them true. */
static void
check_done(struct sim *sim, const char *text)
{
	struct query *q =
		query(sim->scene->store,
	              "SELECT r.order_number, d.disclosure, r.reply_commitment FROM outbox o "
	              "JOIN receipts r ON r.id = o.receipt_id JOIN seals s ON s.receipt_id = r.id "
	              "JOIN disclosures d ON d.receipt_id = r.id AND d.name = 'reply_text' "
	              "WHERE o.state = 'sending' AND o.kind = 'refund_done' AND o.text = :text "
	              "AND r.result = 'verified' AND r.safe = 1");
	char order[ORDER_NUMBER_SIZE] = "", commitment[COMMITMENT_SIZE] = "";
	char name[DISCLOSURE_NAME_SIZE];
	struct buffer value;
	buffer_init(&value, REPLY_BYTES_MAX);
	query_text(q, ":text", text);
	sim->looking = true;
	bool found = query_next(q);
	char *opening = found ? query_take_text(q, 1, NULL) : NULL;
	if (found) {
		query_get_text(q, 0, order, sizeof(order));
		query_get_text(q, 2, commitment, sizeof(commitment));
		query_end(q);
	}
	sim->looking = false;
	if (!found)
		promise_broken(sim, "P1", "\"%s\" without a sealed, safe receipt", text);
	else if (!disclosure_matches(opening, commitment) ||
	         !disclosure_read(opening, name, &value, NULL) ||
	         !text_equal(buffer_text(&value), text))
		promise_broken(sim, "P2", "\"%s\" is not what its receipt binds", text);
	else if (!promises_bank_has_returned(sim, order))
		promise_broken(sim, "P1", "\"%s\", and the bank has not returned it", text);
	else if (!issuer_has_authorised(sim, order))
		promise_broken(sim, "P1", "\"%s\", and no credit note is authorised", text);
	free(opening);
	buffer_free(&value);
}

static void
message_departs(struct sim *sim, const struct http_request *request)
{
	char text[REPLY_BYTES_MAX] = "";
	json_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                 REQUEST_BYTES_MAX, NULL);
	json_maybe_text(body, "message", text, sizeof(text));
	json_decref(body);
	if (promises_number_for(
		    sim, "SELECT count(*) FROM outbox WHERE state = 'sending' AND text = :text",
		    ":text", text) == 0)
		promise_broken(sim, "P8", "a message left before it was on disk");
	if (says_done(text))
		check_done(sim, text);
}

/* --- every call ------------------------------------------------ */

static void
note_departs(struct sim *sim, const struct http_request *request)
{
	char ref[64] = "";
	http_query(buffer_text(&request->url), "ref", ref, sizeof(ref));
	if (promises_number_for(
		    sim,
		    "SELECT count(*) FROM operations o JOIN attempts a ON a.operation_id = o.id "
		    "WHERE o.kind = 'invoice.issue' AND o.key = :ref AND a.ended_us IS NULL",
		    ":ref", ref) != 1)
		promise_broken(sim, "P8", "a credit note left before its intent was on disk");
}

void
promises_departs(struct sim *sim, const struct http_request *request)
{
	char e2eid[64], id[64];
	const char *url = buffer_text(&request->url);
	if (sqlite3_get_autocommit(sim->scene->store->db) == 0)
		promise_broken(sim, "P8", "a call left before its turn was on disk");
	if (request->method == HTTP_PUT && payment_path(request, e2eid, id))
		order_to_pay_departs(sim, request, e2eid, id);
	else if (request->method == HTTP_POST && strstr(url, "/focus/v2/nfe?") != NULL)
		note_departs(sim, request);
	else if (request->method == HTTP_POST && strstr(url, "/send-text") != NULL)
		message_departs(sim, request);
}

/* A customer reads what arrived: which of our texts it was decides what he does. */
static void
customer_reads(struct sim *sim, const struct http_request *request)
{
	char phone[ADDRESS_SIZE] = "", text[REPLY_BYTES_MAX] = "", template[32] = "";
	json_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                 REQUEST_BYTES_MAX, NULL);
	json_maybe_text(body, "phone", phone, sizeof(phone));
	json_maybe_text(body, "message", text, sizeof(text));
	json_decref(body);
	struct query *q = query(sim->scene->store, "SELECT template FROM outbox "
	                                           "WHERE state = 'sending' AND text = :text");
	query_text(q, ":text", text);
	sim->looking = true;
	if (query_next(q)) {
		query_get_text(q, 0, template, sizeof(template));
		query_end(q);
	}
	sim->looking = false;
	plot_heard(sim, phone, template);
}

/* What the bank says that went back by other hands than ours: theirs have no description. */
static int64_t
told_elsewhere(const struct simulated *answer)
{
	const struct buffer *body = &answer->response.body;
	json_t *payment =
		json_parse_object(buffer_text(body), body->length, ANSWER_BYTES_MAX, NULL);
	json_t *refund;
	size_t index;
	int64_t sum = 0;
	json_array_foreach (json_object_get(payment, "devolucoes"), index, refund) {
		char status[32] = "", amount[64] = "";
		int64_t cents = 0;
		json_maybe_text(refund, "status", status, sizeof(status));
		json_maybe_text(refund, "valor", amount, sizeof(amount));
		if (json_object_get(refund, "descricao") == NULL &&
		    !text_equal(status, "NAO_REALIZADO") && money_parse(amount, &cents))
			sum += cents;
	}
	json_decref(payment);
	return sum;
}

void
promises_executed(struct sim *sim, const struct http_request *request,
                  const struct simulated *answer)
{
	char e2eid[64], id[64];
	const struct passage *passage = &sim->passage;
	bool heard =
		!passage->lost && !passage->killed_then && passage->spoil == NULL && !answer->lost;
	int status = answer->response.status;
	if (strstr(buffer_text(&request->url), "/send-text") != NULL && status == 200)
		customer_reads(sim, request);
	if (!payment_path(request, e2eid, id))
		return;
	if (request->method == HTTP_GET && heard && (status == 200 || status == 404))
		track(sim, e2eid)->unread = false;
	if (request->method == HTTP_GET && heard && status == 200 && id[0] == '\0')
		track(sim, e2eid)->elsewhere_cents = told_elsewhere(answer);
	/* A no that is no doubt: nothing was executed, and the bot was told so. */
	if (request->method == HTTP_PUT && heard && (status == 401 || status == 403)) {
		track(sim, e2eid)->unread = false;
		track(sim, e2eid)->left_ms = 0;
	}
}
