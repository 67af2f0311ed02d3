/*
 * A shop as tools are told it: a small one under the Simples, with what its notes say.
 */
#ifndef TESTS_SHOP_H
#define TESTS_SHOP_H

#include "base/text.h"
#include "tools/tool.h"

static const struct shop shop_of_tests = {
	.payment_reference = REFERENCE_IN_NSU,
	.tax_regime = 1,
	.icms_origin = "0",
	.icms_situation = "102",
	.pis_situation = "49",
	.cofins_situation = "49",
	.note_nature = "Devolução de venda",
};

/* The same, with the payment's reference at `place`, a word of the settings; NULL for the nsu. */
static inline struct shop
shop_with_reference_in(const char *place)
{
	static const char *const places[] = { "nsu", "integration_code", "observation",
		                              "customer_order_number" };
	struct shop shop = shop_of_tests;
	for (size_t i = 0; place != NULL && i < sizeof(places) / sizeof(places[0]); i++)
		if (text_equal(place, places[i]))
			shop.payment_reference = (enum payment_reference_place)i;
	return shop;
}

#endif
