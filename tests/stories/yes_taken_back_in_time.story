Who thinks better of it before the order to pay has left is not refunded against his word.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.payment slow 6000
say sim
say espera, não faz
hear Vou passar para uma pessoa da equipe
case 8421 HELD consent_unclear
wait 7 s
refunds 8421 0
puts 0
receipts 8421 none
