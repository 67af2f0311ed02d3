An answer cut in the middle is not believed, and the refund is read back instead.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund garbage
say Pode sim.
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 1
receipts 8421 rcp_rf8421 verified safe
