Two yes to one offer give one refund.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say Pode sim.
say Pode sim.
say sim!!
hear Estorno feito
case 8421 CLOSED
cases all 1
puts 1
refunds 8421 1 18600 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
heard 1 Estorno feito
