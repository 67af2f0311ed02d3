An order to pay that was lost on its way is asked about, then sent again under the same id, once.

settings refund_grace_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund lost_before
say Pode sim.
hear Estorno feito
case 8421 CLOSED
refunds 8421 1 18600 DEVOLVIDO
puts 2
notes 8421 1 autorizado
receipts 8421 rcp_rf8421 verified safe
heard 1 Estorno feito
