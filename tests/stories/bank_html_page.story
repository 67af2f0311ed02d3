A 500 with a web page instead of an answer is no answer: it is asked, then sent again under the same id.

settings refund_grace_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund html
say Pode sim.
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 2
receipts 8421 rcp_rf8421 verified safe
