/*
 * The order number a message means, among all the other numbers people write.
 *
 * The result is letters and digits only, upper case, leading zeros kept: "#8.421" -> "8421",
 * "BF-88209" -> "BF88209", "seis seis um dois" -> "6612".
 */
#ifndef REFUND_ORDER_NUMBER_H
#define REFUND_ORDER_NUMBER_H

#include <stdbool.h>

#include "base/facts.h"
#include "refund/vocabulary.h"

/*
 * `expected`: we have just asked for the number, so less is needed to take one for it.
 *
 * Of several, the one with the best reasons: named an order, not spoken of as fine, not denied; a
 * correction beats what it corrects.  False, with `order` empty, when there is none.
 */
bool order_number_find(const struct vocabulary *vocabulary, const struct words *words,
                       const struct tags *tags, bool expected, char order[ORDER_NUMBER_SIZE]);

#endif
