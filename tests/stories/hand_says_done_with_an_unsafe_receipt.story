A receipt that is not safe makes no "done" true, not even by hand.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue rejected
say Pode sim.
case 8421 HELD note_rejected
receipts 8421 rcp_rf8421 incomplete unsafe
sql INSERT INTO outbox (contact_id, case_id, kind, template, text, receipt_id, commitment, state, attempts, due_ms, queued_ms, provider_id, queue_id, failure)
	SELECT contact_id, id, 'refund_done', 'refund_done', 'Estorno feito', 'rcp_rf8421', '', 'queued', 0, 0, 0, '', '', '' FROM cases
	=> P1
wait 1 s
never Estorno feito
