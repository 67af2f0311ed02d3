A refund that the bank executes, does not answer and does not show for a while is not sent again.

settings refund_grace_seconds = 4
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund lost_after
arm pix.refund_status stale x2
say Pode sim.
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 1
receipts 8421 rcp_rf8421 verified safe
