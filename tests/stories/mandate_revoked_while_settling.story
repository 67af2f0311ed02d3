A refund that was ordered under the mandate is brought to its end when the mandate is revoked; the next is not begun.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund pending 5000
say Pode sim.
refunds 8421 1 18600 EM_PROCESSAMENTO
cli mandate revoke cm_support
say 5520999990505 quero estorno do pedido 8422, veio quebrado
hear Vou passar para uma pessoa da equipe
case 8422 HELD mandate_revoked
hear 5520999990101 Estorno feito
case 8421 CLOSED
refunds 8421 1 18600 DEVOLVIDO
refunds 8422 0
puts 1
receipts 8421 rcp_rf8421 verified safe
