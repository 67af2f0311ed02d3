/*
 * The shop's review: a good order and payment, and every single thing that must stop the money.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "base/text.h"
#include "refund/policy.h"

#define NOW_MS INT64_C(1795184400000)
#define SALE   "35261112345678000195550010000003171234567890"
#define MARINA "5520999990101"
#define OUR_ID "abc123"

static void
set(char *to, size_t size, const char *text)
{
	assert_true(text_copy(to, size, text));
}

/* A valid access key of `model`. */
static void
sale_key(char key[ACCESS_KEY_SIZE], const char *model)
{
	set(key, ACCESS_KEY_SIZE, SALE);
	memcpy(key + 20, model, 2);
	key[43] = access_key_check_digit(key);
}

static void
good_order(struct order_facts *order)
{
	memset(order, 0, sizeof(*order));
	order->exists = order->paid_by_pix = order->billed = true;
	order->total_cents = 18600;
	order->ordered_ms = NOW_MS - 2 * DAY_MS;
	set(order->number, sizeof(order->number), "8421");
	set(order->payment_reference, sizeof(order->payment_reference), "tx8421");
	set(order->buyer.phones[1], PHONE_TEXT_SIZE, "(20) 99999-0101");
	set(order->buyer.document, sizeof(order->buyer.document), "12345678909");
	sale_key(order->sale_note.access_key, "55");
	order->item_count = 2;
	order->items[0] =
		(struct order_item){ .number = 1, .quantity_e4 = 10000, .total_cents = 10000 };
	order->items[1] = (struct order_item){ .number = 2, .quantity_e4 = 1, .total_cents = 8600 };
}

static void
good_payment(struct payment_facts *payment)
{
	memset(payment, 0, sizeof(*payment));
	payment->exists = true;
	payment->amount_cents = 18600;
	payment->paid_ms = NOW_MS - DAY_MS;
}

static void
add_refund(struct payment_facts *payment, const char *id, enum refund_status status,
           const char *nature)
{
	struct refund_facts *refund = &payment->refunds[payment->refund_count++];
	*refund = (struct refund_facts){ .exists = true, .amount_cents = 100, .status = status };
	set(refund->id, sizeof(refund->id), id);
	set(refund->nature, sizeof(refund->nature), nature);
}

static enum hold_reason
review(const struct order_facts *order, const struct payment_facts *payment)
{
	return policy_review(order, payment, MARINA, NOW_MS);
}

#define assert_held(order, payment, reason) \
	assert_string_equal(hold_text(review(order, payment)), hold_text(reason))

static void
a_good_order_and_its_payment_may_go_back(void **state)
{
	struct order_facts order;
	struct payment_facts payment;
	(void)state;
	good_order(&order);
	good_payment(&payment);
	assert_held(&order, NULL, HOLD_NONE);
	assert_held(&order, &payment, HOLD_NONE);
}

/* --- whose order it is ------------------------------------------------------------------------ */

static void
only_a_phone_of_the_buyer_is_the_buyer(void **state)
{
	struct order_facts order;
	(void)state;
	good_order(&order);
	assert_true(policy_is_buyer(&order, "5520999990101"));
	assert_true(policy_is_buyer(&order, "552099990101"));
	assert_false(policy_is_buyer(&order, "5521999990101"));
	assert_false(policy_is_buyer(&order, "200100300400501@lid"));
	assert_false(policy_is_buyer(&order, ""));
	memset(order.buyer.phones, 0, sizeof(order.buyer.phones));
	assert_false(policy_is_buyer(&order, "5520999990101"));
	set(order.buyer.phones[0], PHONE_TEXT_SIZE, "99999-0101"); /* no area code: anybody's */
	assert_false(policy_is_buyer(&order, "5520999990101"));
}

/* P13: whatever else is wrong with it, somebody else's order says nothing but that. */
static void
a_stranger_learns_nothing_about_an_order(void **state)
{
	struct order_facts order;
	struct payment_facts payment;
	(void)state;
	good_order(&order);
	good_payment(&payment);
	order.cancelled = order.returned = true;
	order.paid_by_pix = order.billed = false;
	payment.paid_ms = 1;
	assert_string_equal(hold_text(policy_review(&order, &payment, "5521988887777", NOW_MS)),
	                    hold_text(HOLD_BUYER_MISMATCH));
	order.exists = false;
	assert_held(&order, &payment, HOLD_ORDER_NOT_FOUND);
}

/* --- the order -------------------------------------------------------------------------------- */

static void
an_order_that_came_back_already_is_for_a_person(void **state)
{
	struct order_facts order;
	(void)state;
	good_order(&order);
	order.cancelled = true;
	assert_held(&order, NULL, HOLD_ORDER_CANCELLED);
	good_order(&order);
	order.returned = true;
	assert_held(&order, NULL, HOLD_ORDER_CANCELLED);
	good_order(&order);
	order.partly_returned = true;
	assert_held(&order, NULL, HOLD_ORDER_CANCELLED);
}

static void
an_order_must_say_how_it_was_paid(void **state)
{
	struct order_facts order;
	(void)state;
	good_order(&order);
	order.paid_by_pix = false;
	assert_held(&order, NULL, HOLD_NOT_PIX);
	good_order(&order);
	order.payment_reference[0] = '\0';
	assert_held(&order, NULL, HOLD_PAYMENT_NOT_FOUND);
	good_order(&order);
	order.total_cents = 0;
	assert_held(&order, NULL, HOLD_MISMATCHED);
}

/* --- the payment ------------------------------------------------------------------------------ */

static void
the_payment_must_be_there_and_be_the_orders(void **state)
{
	struct order_facts order;
	struct payment_facts payment;
	(void)state;
	good_order(&order);
	good_payment(&payment);
	payment.amount_cents = 18599;
	assert_held(&order, &payment, HOLD_MISMATCHED);
	payment.amount_cents = 18601;
	assert_held(&order, &payment, HOLD_MISMATCHED);
	payment.exists = false;
	assert_held(&order, &payment, HOLD_PAYMENT_NOT_FOUND);
}

static void
the_window_of_the_bank_ends_a_day_early(void **state)
{
	struct order_facts order;
	struct payment_facts payment;
	(void)state;
	good_order(&order);
	good_payment(&payment);
	payment.paid_ms = NOW_MS - 89 * DAY_MS;
	assert_held(&order, &payment, HOLD_NONE);
	payment.paid_ms--;
	assert_held(&order, &payment, HOLD_PAST_90_DAYS);
	payment.paid_ms = 0; /* nobody said when */
	assert_held(&order, &payment, HOLD_MISMATCHED);
}

static void
money_that_went_back_already_is_not_given_twice(void **state)
{
	static const enum refund_status counts[] = { REFUND_PROCESSING, REFUND_RETURNED,
		                                     REFUND_UNRECOGNISED };
	struct order_facts order;
	struct payment_facts payment;
	(void)state;
	good_order(&order);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		good_payment(&payment);
		add_refund(&payment, "other", REFUND_NOT_DONE, "ORIGINAL");
		add_refund(&payment, "another", counts[i], "ORIGINAL");
		assert_held(&order, &payment, HOLD_ALREADY_REFUNDED);
	}
	good_payment(&payment);
	add_refund(&payment, "other", REFUND_NOT_DONE,
	           "ORIGINAL"); /* refused for good: did not happen */
	assert_held(&order, &payment, HOLD_NONE);
}

/* A dispute is the bank's word of fraud, also when its refund did not go through. */
static void
a_dispute_stops_everything(void **state)
{
	struct order_facts order;
	struct payment_facts payment;
	(void)state;
	good_order(&order);
	good_payment(&payment);
	add_refund(&payment, "med", REFUND_NOT_DONE, "MED_FRAUDE");
	assert_held(&order, &payment, HOLD_DISPUTE_OPEN);
	good_payment(&payment);
	add_refund(&payment, "med", REFUND_PROCESSING, "MED_OPERACIONAL");
	assert_held(&order, &payment, HOLD_DISPUTE_OPEN);
}

static void
refunds_elsewhere_are_all_but_ours_and_the_refused(void **state)
{
	struct payment_facts payment;
	(void)state;
	good_payment(&payment);
	add_refund(&payment, OUR_ID, REFUND_RETURNED, "ORIGINAL");
	add_refund(&payment, "app", REFUND_PROCESSING, "ORIGINAL");
	add_refund(&payment, "refused", REFUND_NOT_DONE, "ORIGINAL");
	add_refund(&payment, "", REFUND_RETURNED, "MED_FRAUDE");
	assert_int_equal(policy_refunded_elsewhere(&payment, OUR_ID), 200);
	assert_int_equal(policy_refunded_elsewhere(&payment, ""), 300);
}

/* --- the credit note's inputs ----------------------------------------------------------------- */

static void
a_note_can_be_issued_for_goods_sold_with_a_note(void **state)
{
	struct order_facts order;
	(void)state;
	good_order(&order);
	sale_key(order.sale_note.access_key, "65");
	assert_int_equal(policy_review_note(&order), HOLD_NONE);
	sale_key(order.sale_note.access_key, "57"); /* freight */
	assert_int_equal(policy_review_note(&order), HOLD_NOTE_INPUTS);
}

static void
break_nothing(struct order_facts *order)
{
	(void)order;
}

static void
leave_unbilled(struct order_facts *order)
{
	order->billed = false;
}

static void
break_the_key(struct order_facts *order)
{
	order->sale_note.access_key[43] ^= 1;
}

static void
lose_the_key(struct order_facts *order)
{
	order->sale_note.access_key[0] = '\0';
}

static void
lose_the_items(struct order_facts *order)
{
	order->item_count = 0;
}

static void
lose_the_document(struct order_facts *order)
{
	order->buyer.document[0] = '\0';
}

static void
lose_a_quantity(struct order_facts *order)
{
	order->items[1].quantity_e4 = 0;
}

static void
give_an_item_away(struct order_facts *order)
{
	order->items[0].total_cents = 18600;
	order->items[1].total_cents = 0;
}

static void
lose_a_centavo(struct order_facts *order)
{
	order->items[1].total_cents--;
}

static void
find_a_centavo(struct order_facts *order)
{
	order->items[1].total_cents++;
}

/* Two wrongs that add up: the sum alone would not see them. */
static void
overcharge_and_undercharge(struct order_facts *order)
{
	order->items[0].total_cents = 20000;
	order->items[1].total_cents = -1400;
}

static void
nothing_is_paid_back_that_no_note_could_cover(void **state)
{
	static const struct {
		const char *what;
		void (*wrong)(struct order_facts *order);
		enum hold_reason expected;
	} rows[] = {
		{ "nothing wrong", break_nothing, HOLD_NONE },
		{ "not billed", leave_unbilled, HOLD_NOTE_INPUTS },
		{ "a wrong check digit", break_the_key, HOLD_NOTE_INPUTS },
		{ "no key", lose_the_key, HOLD_NOTE_INPUTS },
		{ "no items", lose_the_items, HOLD_NOTE_INPUTS },
		{ "no document", lose_the_document, HOLD_NOTE_INPUTS },
		{ "nothing of an item", lose_a_quantity, HOLD_NOTE_INPUTS },
		{ "an item for nothing", give_an_item_away, HOLD_NOTE_INPUTS },
		{ "a centavo too little", lose_a_centavo, HOLD_NOTE_INPUTS },
		{ "a centavo too much", find_a_centavo, HOLD_NOTE_INPUTS },
		{ "an item below nothing", overcharge_and_undercharge, HOLD_NOTE_INPUTS },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct order_facts order;
		good_order(&order);
		rows[i].wrong(&order);
		if (policy_review_note(&order) != rows[i].expected)
			fail_msg("%s", rows[i].what);
		assert_held(&order, NULL, rows[i].expected); /* before any offer */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_order_and_its_payment_may_go_back),
		cmocka_unit_test(only_a_phone_of_the_buyer_is_the_buyer),
		cmocka_unit_test(a_stranger_learns_nothing_about_an_order),
		cmocka_unit_test(an_order_that_came_back_already_is_for_a_person),
		cmocka_unit_test(an_order_must_say_how_it_was_paid),
		cmocka_unit_test(the_payment_must_be_there_and_be_the_orders),
		cmocka_unit_test(the_window_of_the_bank_ends_a_day_early),
		cmocka_unit_test(money_that_went_back_already_is_not_given_twice),
		cmocka_unit_test(a_dispute_stops_everything),
		cmocka_unit_test(refunds_elsewhere_are_all_but_ours_and_the_refused),
		cmocka_unit_test(a_note_can_be_issued_for_goods_sold_with_a_note),
		cmocka_unit_test(nothing_is_paid_back_that_no_note_could_cover),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
