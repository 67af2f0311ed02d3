A mandate revoked between offer and yes stops the refund at once.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
cli mandate revoke cm_support
say Pode sim.
hear Vou passar para uma pessoa da equipe
case 8421 HELD mandate_revoked
refunds 8421 0
puts 0
receipts 8421 none
never Estorno feito
