A mandate revoked after the yes, before the order to pay leaves, stops it as well.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.payment slow 6000
say Pode sim.
case 8421 RESERVED
cli mandate revoke cm_support
hear Vou passar para uma pessoa da equipe
case 8421 HELD mandate_revoked
wait 7 s
refunds 8421 0
puts 0
receipts 8421 none
