A yes that is changed before the order to pay has left is no yes, and a later one is heard anew.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.payment slow 6000
say sim
case 8421 RESERVED
edit sim, mas só metade
hear Vou passar para uma pessoa da equipe
case 8421 HELD consent_unclear
wait 7 s
refunds 8421 0
puts 0
release 8421
hear Verifiquei o pedido #8421
say sim
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 1
