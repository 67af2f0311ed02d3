/*
 * Cases as they are shown to the people who look after them, out of what is stored.
 *
 * What a person may see hangs on the role.  An auditor follows what happened and what was
 * proved; who the customer is and what was said is left out here, so that no page can
 * show it by mistake.
 */
#ifndef SERVE_SHOWN_CASE_H
#define SERVE_SHOWN_CASE_H

#include <jansson.h>

#include "io/store.h"

/*
 * The inbox: the newest cases of each state.  The caller's.
 *
 *	{"cases": [{id, order, state, reason, amount_cents, receipt, receipt_is_safe, opened_ms,
 *	            entered_ms, name, phone}],
 *	 "cut": ["CLOSED", ...],           states that have more cases than are shown
 *	 "people": true,                   the reader may see who the customers are
 *	 "reader": "Bruna Aguiar"}
 *
 * Without `people`, `name` and `phone` are missing.
 */
json_t *shown_cases(struct store *store, const struct staff *reader);

/*
 * One case; NULL when there is none of that id.  The caller's.
 *
 *	{"case": {id, order, state, reason, amount_cents, order_cents, receipt, opened_ms, entered_ms,
 *	          resume, may_deny, name, phone},
 *	 "payment": {e2eid, paid_ms, amount_cents, refunded_cents},        null when none was read
 *	 "refund": {id, status, sends},                                    null when none was ordered
 *	 "note": {number, status, message, access_key},                    null when none was read
 *	 "lines": [{at_ms, author, text, content, state}],
 *	 "steps": [{at_ms, from, to, reason, actor}],
 *	 "calls": [{kind, key, tool, credential, outcome, why, started_ms, ended_ms}],
 *	 "cut": {lines, steps, calls},                                     older ones that are left out
 *	 "receipt": {id, result, lifecycle, safe, test, leaf, sealed_ms}}  null when none is sealed
 *
 * Times are milliseconds since 1970.  `amount_cents` is what was offered, `order_cents` what the ERP says
 * the order cost; 0 when there was none.  `resume` says where a release leads, "" when the case is not held.
 * `name`, `phone` and `lines` are missing where the reader may not see people.
 */
json_t *shown_case(struct store *store, const char *id, const struct staff *reader);

#endif
