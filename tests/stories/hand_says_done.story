A "done" written into the store by hand, without its receipt, meets the schema.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix

# With a receipt that is not there, passed off as ordinary words, and as a change of the offer.
sql INSERT INTO outbox (contact_id, case_id, kind, template, text, receipt_id, commitment, state, attempts, due_ms, queued_ms, provider_id, queue_id, failure)
	SELECT contact_id, id, 'refund_done', 'refund_done', 'Estorno feito', 'rcp_rf8421', 'x', 'queued', 0, 0, 0, '', '', '' FROM cases
	=> P1: nobody is told that a refund happened without its verified, sealed receipt
sql INSERT INTO outbox (contact_id, case_id, kind, template, text, receipt_id, commitment, state, attempts, due_ms, queued_ms, provider_id, queue_id, failure)
	SELECT contact_id, id, 'say', 'refund_done', 'Estorno feito', NULL, '', 'queued', 0, 0, 0, '', '', '' FROM cases
	=> CHECK
sql UPDATE outbox SET template = 'refund_done', kind = 'refund_done' => P2: what was said is not changed
sql UPDATE outbox SET text = 'Estorno feito' => P2: what was said is not changed
wait 1 s
never Estorno feito
