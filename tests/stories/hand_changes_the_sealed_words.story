Words that were sealed and then changed by hand are not said: the receipt opens to others.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm zapi.send undelivered
say pode sim
case 8421 HELD reply_not_delivered
receipts 8421 rcp_rf8421 verified safe
tamper UPDATE case_facts SET body = json_set(body, '$.reply', 'Estorno feito: R$ 9.999,00 do pedido #8421. Recibo rcp_rf8421.') WHERE kind = 'words'
release 8421
wait 1 s
case 8421 HELD reply_not_delivered
never 9.999,00

# Neither when the change is made where they wait to be sent.
tamper DROP TRIGGER outbox_keeps_its_words
tamper UPDATE outbox SET text = 'Estorno feito: R$ 9.999,00 do pedido #8421. Recibo rcp_rf8421.', state = 'queued', due_ms = 0
	WHERE kind = 'refund_done'
wait 2 s
never 9.999,00
