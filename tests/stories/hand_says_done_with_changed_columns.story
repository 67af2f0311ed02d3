A receipt that a hand makes look safe in the store's columns is not safe: the signed bytes say what it is.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue rejected
say Pode sim.
case 8421 HELD note_rejected
receipts 8421 rcp_rf8421 incomplete unsafe
tamper DROP TRIGGER IF EXISTS receipts_never_change; DROP TRIGGER IF EXISTS outbox_says_done_only_when_it_is;
	UPDATE cases SET state = 'HELD', reason = 'reply_not_delivered',
	document = json_set(document, '$.reason', 'reply_not_delivered', '$.receipt_is_safe', json('true'));
	UPDATE case_facts SET body = json_set(body, '$.reply', 'Estorno feito. Recibo rcp_rf8421.') WHERE kind = 'words'
release 8421
wait 1 s
case 8421 HELD reply_not_delivered
never Estorno feito
