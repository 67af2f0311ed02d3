An amount or a payment changed by hand in the case is not what the customer agreed to: nothing is paid.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
tamper UPDATE cases SET amount_cents = 100, document = json_set(document, '$.offer.amount_cents', 100)
say Pode sim.
hear Vou passar para uma pessoa da equipe
case 8421 HELD consent_unclear

say 5520999990505 quero estorno do pedido 8422, veio quebrado
hear Devolvo no mesmo Pix
tamper UPDATE case_facts SET body = json_set(body, '$.payment.e2eid', (SELECT e2eid FROM offers WHERE order_number = '8421'))
	WHERE kind = 'payment'
say Pode sim.
hear Vou passar para uma pessoa da equipe

wait 1 s
refunds 8421 0
refunds 8422 0
puts 0
rows reservations 0
