What the shop gave back by hand in the bank's app is not given back again.

refunded_elsewhere 8421 ORIGINAL 18600
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Vou passar para uma pessoa da equipe
case 8421 HELD already_refunded
refunds 8421 1 18600 DEVOLVIDO
puts 0
receipts 8421 none
