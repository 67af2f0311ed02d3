A refund made by hand between the offer and the yes is seen before anything is paid.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
refunded_elsewhere 8421 ORIGINAL 5000
say pode sim
hear Vou passar para uma pessoa da equipe
case 8421 HELD already_refunded
refunds 8421 1 5000 DEVOLVIDO
puts 0
never Estorno feito
receipts 8421 none
