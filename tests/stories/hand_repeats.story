A second attempt, operation or reservation written by hand beside the one under way meets the schema.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund slow 6000
say pode sim
refunds 8421 1 18600 EM_PROCESSAMENTO
sql INSERT INTO attempts (operation_id, tool, credential, started_us)
	SELECT id, 'pix', 'byhand', 1 FROM operations WHERE kind = 'pay.refund'
	=> P3
sql INSERT INTO operations (case_id, kind, role, key, input, created_ms)
	SELECT case_id, kind, role, key, input, 0 FROM operations WHERE kind = 'pay.refund'
	=> P3
sql INSERT INTO reservations (case_id, offer_id, mandate_id, mandate_version, order_number, customer, e2eid, refund_id, amount_cents, reserved_ms, executes_ms, state, changed_ms)
	SELECT case_id, offer_id, mandate_id, mandate_version, order_number, customer, e2eid, 'byhand', amount_cents, reserved_ms, executes_ms, 'reserved', 0 FROM reservations
	=> P3
hear Estorno feito
puts 1
refunds 8421 1 18600 DEVOLVIDO
