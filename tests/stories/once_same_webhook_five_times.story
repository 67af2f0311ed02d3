The same webhook five times is one message: one case, one offer, one refund.

webhook_times 5 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
webhook_times 5 Pode sim.
hear Estorno feito
case 8421 CLOSED
rows messages 2
cases all 1
heard 1 Verifiquei o pedido
heard 1 Estorno feito
puts 1
refunds 8421 1 18600 DEVOLVIDO
note_posts 1
receipts 8421 rcp_rf8421 verified safe
