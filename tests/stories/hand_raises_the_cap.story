A reservation above the mandate meets the schema, and what finance signed can't be changed.

say 5520999990202 quero estorno do pedido 9001, o moedor veio com defeito
case 9001 HELD above_cap

# An offer of R$ 600,00 with a yes, both by hand.
tamper INSERT INTO offers (id, case_id, order_number, e2eid, amount_cents, made_ms, expires_ms, consent_message_id, consented_ms)
	SELECT 'o_byhandbyhand', c.id, order_number, e2eid, 60000, opened_ms, opened_ms, 1, opened_ms FROM cases c, payments
sql INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms)
	SELECT case_id, o.id, m.id, m.version, order_number, 'x', e2eid, 'byhand', amount_cents, made_ms, made_ms, 'reserved', 0 FROM offers o, mandates m
	=> P5: above the mandate for one
sql UPDATE mandates SET per_refund_cents = 200000 => P6: what finance signed is not changed
sql UPDATE mandates SET expires_ms = expires_ms * 2 => P6: what finance signed is not changed
sql INSERT INTO mandates SELECT 'cm_mine', version, body, signature, key_id, 9000000, NULL, NULL, NULL, NULL, NULL, NULL,
	not_before_ms, expires_ms, 'active', installed_ms, changed_ms FROM mandates
	=> P6
sql DELETE FROM mandates => P10: mandates are only added
cli mandate revoke cm_support
sql UPDATE mandates SET status = 'active' => P6: a revoked or superseded mandate stays so

wait 1 s
rows reservations 0
refunds 9001 0
puts 0
