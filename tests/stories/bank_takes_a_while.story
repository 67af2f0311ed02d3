While the bank and the tax authority take their time the customer hears so, once, and nothing is claimed.

settings slow_seconds = 1
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund pending 3000
arm focus.issue pending 3000
say Pode sim.
hear Ainda estou confirmando o estorno do pedido #8421 com o banco e com o fisco
refunds 8421 1 18600 EM_PROCESSAMENTO
never Estorno feito
hear Estorno feito
heard 1 Ainda estou confirmando
heard 1 Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 1
note_posts 1
receipts 8421 rcp_rf8421 verified safe
