A payment ordered by hand in the store meets the schema: no yes, no reservation, no mandate, no money.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix

# An order to pay without a reservation, and one that passes for a read.
sql INSERT INTO operations (case_id, kind, role, key, input, created_ms)
	SELECT case_id, 'pay.refund', 'write', 'byhand', '{"e2eid":"' || e2eid || '","amount_cents":18600}', 0 FROM offers
	=> P5: no reservation under the mandate covers this refund
sql INSERT INTO operations (case_id, kind, role, key, input, created_ms)
	SELECT id, 'invoice.issue', 'read', 'byhand', '{}', 0 FROM cases
	=> CHECK

# A reservation for an offer that nobody agreed to.
sql INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms)
	SELECT case_id, o.id, m.id, m.version, order_number, 'x', e2eid, 'byhand', amount_cents, made_ms, made_ms, 'reserved', 0 FROM offers o, mandates m
	=> no yes to exactly this order, amount and payment

# A forged yes does not help with another amount, in another state, or without a mandate.
tamper UPDATE offers SET consent_message_id = 1, consented_ms = made_ms
sql INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms)
	SELECT case_id, o.id, m.id, m.version, order_number, 'x', e2eid, 'byhand', 100, made_ms, made_ms, 'reserved', 0 FROM offers o, mandates m
	=> no yes to exactly this order, amount and payment
sql INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms)
	SELECT case_id, o.id, m.id, m.version, order_number, 'x', e2eid, 'byhand', amount_cents, made_ms, made_ms, 'executing', 0 FROM offers o, mandates m
	=> P5: money is reserved before it is anything else
cli mandate pause cm_support
sql INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms)
	SELECT case_id, o.id, m.id, m.version, order_number, 'x', e2eid, 'byhand', amount_cents, made_ms, made_ms, 'reserved', 0 FROM offers o, mandates m
	=> P6: no active mandate allows a refund now

wait 1 s
rows reservations 0
refunds 8421 0
puts 0
