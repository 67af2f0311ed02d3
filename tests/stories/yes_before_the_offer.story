A yes before the offer was made is a yes to nothing.

arm omie.order slow 2000
say 5520999990101 quero estorno do pedido 8421, veio quebrado
say sim
hear Verifiquei o pedido #8421
case 8421 OFFERED
wait 1 s
case 8421 OFFERED
refunds 8421 0
puts 0
say sim
hear Estorno feito
puts 1
