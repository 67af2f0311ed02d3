An order that the shop cancels between the offer and the yes is for a person.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
order_cancelled 8421
say pode sim
hear Vou passar para uma pessoa da equipe
case 8421 HELD order_cancelled
refunds 8421 0
puts 0
receipts 8421 none
