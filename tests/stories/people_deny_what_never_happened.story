An order to pay that certainly did not happen may be refused by a person; a later refund has another id.

settings refund_grace_seconds = 4
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund lost_before
say Pode sim.
puts 1
cli mandate pause cm_support
hear Vou passar para uma pessoa da equipe
case 8421 HELD mandate_paused
deny 8421 não vamos devolver
hear não vai fazer o estorno
case 8421 REFUSED mandate_paused
refunds 8421 0
cli mandate resume cm_support
say quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say Pode sim.
hear Estorno feito
case 8421 CLOSED
puts 2
refunds 8421 1 18600 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
