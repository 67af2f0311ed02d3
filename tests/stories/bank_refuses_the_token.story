A bank that gives no token for a while is asked again, and nothing is lost.

arm pix.token status 503 x2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
arm pix.token html x2
say Pode sim.
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 1
receipts 8421 rcp_rf8421 verified safe
