A 500 with a SOAP fault after the refund was executed does not make a second one.

settings refund_grace_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund soap
say Pode sim.
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 1
receipts 8421 rcp_rf8421 verified safe
