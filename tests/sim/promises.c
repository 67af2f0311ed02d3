/*
 * P1 to P15, as somebody sees them who can look into every book at once: the store's,
 * the bank's, the issuer's, the chats.
 *
 *	when a call leaves   P1 P2 P3 P4 P5 P6 P8: it may not leave unless ...
 *	after every turn     P1 P5 P7 P10 P12 P14: what was just written down
 *	after every start    P9 P10: what was there before is there still
 *	at the end           P3 P9 P10 P11 P13 P15: everything rests, and all books agree
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
#include "io/query.h"
#include "io/store_file.h"
#include "proof/disclosure.h"
#include "proof/merkle.h"
#include "tests/sim/sim.h"

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
	         promise, sim->scene->now_ms - INT64_C(1795184400000), words);
}

/* --- looking into the store ------------------------------------------------ */

/* One number; `otherwise` when there is no row. */
static int64_t
number(struct sim *sim, struct query *q, int64_t otherwise)
{
	sim->looking = true;
	if (query_next(q)) {
		otherwise = query_get_integer(q, 0);
		query_end(q);
	}
	sim->looking = false;
	return otherwise;
}

static int64_t
number_for(struct sim *sim, const char *sql, const char *name, const char *value)
{
	struct query *q = query(sim->scene->store, sql);
	query_text(q, name, value);
	return number(sim, q, 0);
}

static int64_t
number_of(struct sim *sim, const char *sql)
{
	return number(sim, query(sim->scene->store, sql), 0);
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

/* Did a definite no, in HTTP, come back for something that did not happen? */
static bool
is_clean_refusal(const struct sim *sim)
{
	const struct passage *passage = &sim->passage;
	return passage->refused || passage->killed_here;
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
	int64_t active = number_for(sim,
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
	int64_t at_ms = number_for(sim,
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
	if (number_for(sim,
	               "SELECT count(*) FROM reservations r JOIN offers f ON f.id = r.offer_id "
	               "WHERE r.refund_id = :id AND f.consent_message_id IS NOT NULL",
	               ":id", id) == 0)
		promise_broken(sim, "P4", "an order to pay left without a yes");
	if (number_for(sim,
	               "SELECT count(*) FROM reservations r JOIN offers f ON f.id = r.offer_id "
	               "JOIN messages y ON y.id = f.consent_message_id JOIN messages e "
	               "ON e.provider_id = y.provider_id AND e.edit_id <> '' "
	               "WHERE r.refund_id = :id AND r.state = 'executing' AND e.heard_ms < "
	               "(SELECT min(t.at_ms) FROM transitions t WHERE t.case_id = r.case_id "
	               "AND t.to_state = 'REFUNDING' AND t.at_ms >= r.reserved_ms)",
	               ":id", id) != 0)
		promise_broken(sim, "P4", "an order to pay left on a yes that was edited");
	if (number_for(sim,
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
	int64_t now_ms = number_of(sim, "SELECT clock_ms FROM meta");
	if (tracked->left_ms != 0 && text_equal(tracked->id, id) &&
	    now_ms - tracked->left_ms < grace_ms)
		promise_broken(sim, "P8", "an order to pay left again after %" PRId64 " ms",
		               now_ms - tracked->left_ms);
	if (is_clean_refusal(sim))
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
	if (number_for(sim,
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
	if (!is_clean_refusal(sim))
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

/* The bank, asked behind the bot's back. */
static bool
bank_has_returned(struct sim *sim, const char *order_number)
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
	else if (!bank_has_returned(sim, order))
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
	if (number_for(sim, "SELECT count(*) FROM outbox WHERE state = 'sending' AND text = :text",
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
	if (number_for(sim,
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

/* --- after every turn ------------------------------------------------ */

static void
check_bank(struct sim *sim)
{
	struct world *world = sim->scene->sandbox.world;
	sim->counts.refunds = world->pix.refund_count;
	for (int64_t i = 0; i < world->order_count; i++) {
		const struct shop_order *order = &world->orders[i];
		int64_t sum = 0, ours = 0;
		for (int64_t j = 0; j < world->pix.refund_count; j++) {
			const struct pix_refund *refund = &world->pix.refunds[j];
			if (refund->final == REFUND_NOT_DONE ||
			    !text_equal(refund->e2eid, order->e2eid))
				continue;
			sum += refund->amount_cents;
			ours += refund->description[0] != '\0';
		}
		if (ours > 1)
			promise_broken(sim, "P3", "order %s was refunded %" PRId64 " times",
			               order->facts.number, ours);
		if (sum > order->facts.total_cents)
			promise_broken(sim, "P7", "more went back than order %s paid",
			               order->facts.number);
	}
}

/* P10: a head is told once and never another of its size under the same key. */
static void
check_heads(struct sim *sim)
{
	struct promises *promises = &sim->promises;
	struct query *q = query(sim->scene->store, "SELECT size, root, signing_key_id FROM "
	                                           "tree_heads ORDER BY size");
	sim->looking = true;
	while (query_next(q)) {
		struct released_head head = { .size = query_get_integer(q, 0) };
		query_get_text(q, 1, head.root, sizeof(head.root));
		query_get_text(q, 2, head.key, sizeof(head.key));
		bool known = false;
		for (size_t i = 0; i < promises->head_count; i++) {
			const struct released_head *other = &promises->heads[i];
			if (other->size != head.size || !text_equal(other->key, head.key))
				continue;
			known = true;
			if (!text_equal(other->root, head.root))
				promise_broken(sim, "P10", "two heads of size %" PRId64, head.size);
		}
		if (!known && promises->head_count < HEADS_MAX)
			promises->heads[promises->head_count++] = head;
	}
	sim->looking = false;
}

/* P14: receipts are kept for ever, so nobody can be in them. */
static void
check_receipt_body(struct sim *sim, const char *body)
{
	const struct world *world = sim->scene->sandbox.world;
	for (int64_t i = 0; i < world->order_count; i++) {
		const struct buyer *buyer = &world->orders[i].facts.buyer;
		if (strstr(body, buyer->document) != NULL || strstr(body, buyer->name) != NULL ||
		    strstr(body, buyer->email) != NULL)
			promise_broken(sim, "P14", "a receipt holds personal data of %s",
			               buyer->name);
	}
	for (int i = 0; i < sim->plot.customer_count; i++)
		if (strstr(body, sim->plot.customers[i].phone + 2) != NULL)
			promise_broken(sim, "P14", "a receipt holds a phone");
}

static void
check_receipts(struct sim *sim)
{
	struct promises *promises = &sim->promises;
	struct query *q =
		query(sim->scene->store, "SELECT leaf_index, body || details FROM receipts "
	                                 "WHERE leaf_index >= :seen ORDER BY leaf_index");
	query_integer(q, ":seen", promises->receipts);
	sim->looking = true;
	while (query_next(q)) {
		char *body = query_take_text(q, 1, NULL);
		promises->receipts = query_get_integer(q, 0) + 1;
		check_receipt_body(sim, body);
		free(body);
	}
	sim->looking = false;
	sim->counts.receipts = promises->receipts;
}

/* P12: "there is no such order" is said only when the ERP said so. */
static void
check_transitions(struct sim *sim)
{
	struct query *q = query(sim->scene->store,
	                        "SELECT t.id, t.reason, c.order_number, t.at_ms FROM transitions t "
	                        "JOIN cases c ON c.id = t.case_id WHERE t.id > :seen "
	                        "ORDER BY t.id");
	query_integer(q, ":seen", sim->promises.transitions);
	sim->looking = true;
	while (query_next(q)) {
		char reason[32], order[ORDER_NUMBER_SIZE];
		int64_t at_ms = query_get_integer(q, 3);
		if (at_ms < sim->promises.clock_ms)
			promise_broken(sim, "P5", "the bot's history goes back in time");
		sim->promises.clock_ms = at_ms;
		sim->promises.transitions = query_get_integer(q, 0);
		query_get_text(q, 1, reason, sizeof(reason));
		query_get_text(q, 2, order, sizeof(order));
		if (text_equal(reason, "order_not_found") &&
		    world_order(sim->scene->sandbox.world, order) != NULL)
			promise_broken(sim, "P12", "order %s is there, and was called not found",
			               order);
	}
	sim->looking = false;
}

void
promises_turn(struct sim *sim)
{
	check_bank(sim);
	check_transitions(sim);
	if (number_of(sim, "SELECT coalesce(max(leaf_index), -1) + 1 FROM receipts") !=
	    sim->promises.receipts)
		check_receipts(sim);
	check_heads(sim);
}

/* --- accepted messages, starts ------------------------------------------------ */

void
promises_accepted(struct sim *sim, const struct http_request *request)
{
	struct promises *promises = &sim->promises;
	char kind[40] = "", id[MESSAGE_ID_SIZE] = "";
	json_t *body = json_parse_object(buffer_text(&request->body), request->body.length,
	                                 REQUEST_BYTES_MAX, NULL);
	json_maybe_text(body, "type", kind, sizeof(kind));
	json_maybe_text(body, "messageId", id, sizeof(id));
	bool deleted = json_object_get(body, "notification") != NULL;
	bool ours = json_is_true(json_object_get(body, "fromMe"));
	/* The bot may have heard what a message became before it hears the message. */
	bool edited = json_is_true(json_object_get(body, "isEdit"));
	json_decref(body);
	if (text_equal(kind, "ReceivedCallback") && !deleted && !ours && !edited &&
	    promises->accepted_count < ACCEPTED_MAX)
		text_copy(promises->accepted[promises->accepted_count++], MESSAGE_ID_SIZE, id);
}

static void
check_accepted(struct sim *sim)
{
	for (size_t i = 0; i < sim->promises.accepted_count; i++)
		if (number_for(sim,
		               "SELECT count(*) FROM messages WHERE provider_id = :id "
		               "AND edit_id = '' AND waiting = 0",
		               ":id", sim->promises.accepted[i]) != 1)
			promise_broken(sim, "P9", "message %s was accepted and is not there once",
			               sim->promises.accepted[i]);
}

void
promises_started(struct sim *sim)
{
	check_accepted(sim);
	/* What an older store tells again was looked at when it was new: orders may have changed since. */
	if (sim->promises.transitions == 0)
		sim->promises.transitions =
			number_of(sim, "SELECT coalesce(max(id), 0) FROM transitions");
	if (number_of(sim, "SELECT count(*) FROM receipts") < sim->promises.receipts)
		promise_broken(sim, "P10", "a receipt is gone");
	if (sim->promises.paused && number_of(sim, "SELECT count(*) FROM restores") == 0)
		promise_broken(sim, "P3", "an older store was put back, and nobody noticed");
	check_heads(sim);
}

/* What an older copy of the store does not hold is known to be lost: the copy's owner lost it. */
void
promises_restored(struct sim *sim)
{
	struct promises *promises = &sim->promises;
	promises->accepted_count = 0;
	promises->receipts = promises->older_receipts;
	promises->transitions = 0;
	promises->clock_ms = 0;
	promises->paused = sim->counts.orders_to_pay > promises->older_orders;
	for (size_t i = 0; i < promises->tracked_count; i++)
		promises->tracked[i].left_ms = 0;
}

/* --- the end ------------------------------------------------ */

static void
check_rest(struct sim *sim)
{
	struct query *q =
		query(sim->scene->store, "SELECT id, state FROM cases WHERE state NOT IN "
	                                 "('CLOSED', 'DECLINED', 'REFUSED', 'EXPIRED', 'HELD')");
	char id[ID_SIZE] = "", state[16] = "";
	sim->looking = true;
	if (query_next(q)) {
		query_get_text(q, 0, id, sizeof(id));
		query_get_text(q, 1, state, sizeof(state));
		query_end(q);
	}
	sim->looking = false;
	if (id[0] != '\0')
		promise_broken(sim, "P11", "case %s is still %s", id, state);
	if (number_of(sim, "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')") != 0)
		promise_broken(sim, "P11", "a message of ours was never sent and never given up");
}

/* Our ledger against the bank's: each reservation that is spent is a refund there, each released one is none. */
static void
check_ledger(struct sim *sim)
{
	const struct pix_books *books = &sim->scene->sandbox.world->pix;
	for (int64_t i = 0; i < books->refund_count; i++) {
		const struct pix_refund *refund = &books->refunds[i];
		if (refund->description[0] == '\0')
			continue; /* by hand */
		bool returned = refund->final == REFUND_RETURNED;
		int64_t spent = number_for(sim,
		                           "SELECT count(*) FROM reservations "
		                           "WHERE refund_id = :id AND state = 'spent'",
		                           ":id", refund->id);
		int64_t doubted = number_for(sim,
		                             "SELECT count(*) FROM reservations r JOIN cases c "
		                             "ON c.id = r.case_id WHERE r.refund_id = :id "
		                             "AND r.state = 'executing' AND c.state = 'HELD'",
		                             ":id", refund->id);
		int64_t seen = number_for(sim,
		                          "SELECT count(*) FROM cases c JOIN operations o "
		                          "ON o.case_id = c.id WHERE o.key = :id AND "
		                          "c.state = 'HELD'",
		                          ":id", refund->id);
		if (returned && spent + doubted == 0 && sim->counts.restores == 0)
			promise_broken(sim, "P3", "refund %s is in no ledger of ours", refund->id);
		if (!returned && spent != 0)
			promise_broken(sim, "P3", "refund %s is spent here and not done there",
			               refund->id);
		(void)seen;
	}
	if (number_of(sim, "SELECT count(*) FROM reservations WHERE state = 'reserved'") != 0)
		promise_broken(sim, "P5", "room under the mandate is held by nobody");
}

/* Every refund of ours that the bank has returned has its receipt, or a person; every receipt that says so
 * has its refund. */
static void
check_one_to_one(struct sim *sim)
{
	struct world *world = sim->scene->sandbox.world;
	for (int64_t i = 0; i < world->pix.refund_count; i++) {
		const struct pix_refund *refund = &world->pix.refunds[i];
		if (refund->description[0] == '\0' || refund->final != REFUND_RETURNED)
			continue;
		const struct shop_order *order = world_order_by_e2eid(world, refund->e2eid);
		int64_t safe = number_for(sim,
		                          "SELECT count(*) FROM receipts r JOIN seals s ON "
		                          "s.receipt_id = r.id WHERE r.order_number = :order "
		                          "AND r.safe = 1",
		                          ":order", order->facts.number);
		/* With a person, or decided by one who saw what the bank has. */
		int64_t held = number_for(sim,
		                          "SELECT count(*) FROM cases WHERE order_number = :order "
		                          "AND (state = 'HELD' OR reason = 'already_refunded')",
		                          ":order", order->facts.number);
		/* An older store can't know of a yes that it has not heard. */
		int64_t known =
			number_for(sim,
		                   "SELECT count(*) FROM offers WHERE order_number = :order "
		                   "AND consent_message_id IS NOT NULL",
		                   ":order", order->facts.number);
		if (safe == 0 && held == 0 && (known > 0 || sim->counts.restores == 0))
			promise_broken(sim, "P11",
			               "order %s was refunded and has no receipt and no person",
			               order->facts.number);
		if (safe > 1)
			promise_broken(sim, "P10",
			               "order %s has %" PRId64 " receipts for one refund",
			               order->facts.number, safe);
	}
	struct query *q = query(sim->scene->store,
	                        "SELECT DISTINCT order_number FROM receipts WHERE safe = 1");
	sim->looking = true;
	while (query_next(q)) {
		char order[ORDER_NUMBER_SIZE];
		query_get_text(q, 0, order, sizeof(order));
		if (!bank_has_returned(sim, order))
			promise_broken(sim, "P1", "a receipt says order %s was refunded", order);
	}
	sim->looking = false;
}

/* Whatever became of them: that the tax authority takes only one is no merit of ours. */
static void
check_notes(struct sim *sim)
{
	const struct focus_books *books = &sim->scene->sandbox.world->focus;
	sim->counts.notes = books->note_count;
	for (int64_t i = 0; i < books->note_count; i++)
		for (int64_t j = i + 1; j < books->note_count; j++)
			if (text_equal(books->notes[i].order, books->notes[j].order) &&
			    !text_equal(books->notes[i].ref, books->notes[j].ref))
				promise_broken(sim, "P3",
				               "order %s has credit notes under two refs",
				               books->notes[i].order);
}

/* The log, recomputed from the seals by another road than the program's: every head in it. */
static void
tree_root(const struct digest *leaves, size_t count, struct digest *root)
{
	if (count == 1) {
		*root = leaves[0];
		return;
	}
	size_t split = 1;
	while (split * 2 < count)
		split *= 2;
	struct digest left, right;
	tree_root(leaves, split, &left);
	tree_root(leaves + split, count - split, &right);
	uint8_t bytes[1 + 2 * DIGEST_BYTES] = { 1 };
	memcpy(bytes + 1, left.bytes, DIGEST_BYTES);
	memcpy(bytes + 1 + DIGEST_BYTES, right.bytes, DIGEST_BYTES);
	*root = digest_of(bytes, sizeof(bytes));
}

static void
check_log(struct sim *sim)
{
	static struct digest leaves[HEADS_MAX];
	size_t count = 0;
	struct query *q = query(sim->scene->store,
	                        "SELECT r.id || char(10) || s.signature FROM receipts r "
	                        "JOIN seals s ON s.receipt_id = r.id ORDER BY r.leaf_index");
	sim->looking = true;
	while (query_next(q)) {
		char entry[256] = "";
		ensure(count < HEADS_MAX);
		query_get_text(q, 0, entry + 1, sizeof(entry) - 1);
		leaves[count++] = digest_of(entry, 1 + strlen(entry + 1));
	}
	q = query(sim->scene->store, "SELECT size, root FROM tree_heads");
	while (query_next(q)) {
		char said[65], found[65];
		struct digest root;
		size_t size = (size_t)query_get_integer(q, 0);
		query_get_text(q, 1, said, sizeof(said));
		ensure(size <= count);
		tree_root(leaves, size, &root);
		digest_print(&root, found);
		if (!text_equal(said, found))
			promise_broken(sim, "P10", "the head of size %zu is not over the receipts",
			               size);
	}
	sim->looking = false;
}

/* P13: a stranger hears the same about an order that is not there and one that is not his. */
static void
check_strangers(struct sim *sim)
{
	int64_t others = number_of(
		sim, "SELECT count(*) FROM transitions t JOIN outbox o ON o.case_id = t.case_id "
		     "AND o.queued_ms = t.at_ms WHERE t.reason IN "
		     "('order_not_found', 'buyer_mismatch') AND t.to_state = 'HELD' "
		     "AND t.actor <> 'customer' AND o.template NOT IN ('not_located', 'looking', "
		     "'thanks', 'greeting', 'ask_order', 'ask_order_again')");
	if (others != 0)
		promise_broken(sim, "P13", "a stranger was told apart");
}

/* P15: what is written about calls holds no secret. */
static void
check_secrets(struct sim *sim)
{
	const struct world_credentials *c = &sim->scene->sandbox.world->credentials;
	const char *const secrets[] = {
		c->omie_secret,
		c->pix_reader_secret,
		c->pix_writer_secret,
		c->focus_token,
		zapi_token(sim->scene->sandbox.chats),
		zapi_client_token(sim->scene->sandbox.chats),
	};
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (number_for(sim, "SELECT count(*) FROM attempts WHERE instr(why, :secret) > 0",
		               ":secret", secrets[i]) != 0)
			promise_broken(sim, "P15", "an attempt's words hold a secret");
}

void
promises_end(struct sim *sim)
{
	promises_started(sim);
	promises_turn(sim);
	check_rest(sim);
	check_ledger(sim);
	check_one_to_one(sim);
	check_notes(sim);
	check_log(sim);
	check_strangers(sim);
	check_secrets(sim);
	if (!store_is_well(sim->scene->store, NULL))
		promise_broken(sim, "P9", "the store has failed with nothing wrong");
}
