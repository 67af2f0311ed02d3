A refund whose answer was lost is found again, and never ordered twice.

settings refund_grace_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund lost_after
say Pode sim.
hear Estorno feito
case 8421 CLOSED
refunds 8421 1 18600 DEVOLVIDO
puts 1
notes 8421 1 autorizado
receipts 8421 rcp_rf8421 verified safe
