Two refunds a day are signed for: the third waits for a person.

finance_signs --per-refund 500.00 --count-per-day 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say pode sim
hear Estorno feito
say 5520999990505 quero estorno do pedido 8422, veio quebrado
hear Devolvo no mesmo Pix
say pode sim
hear Estorno feito
say 5520999990303 quero estorno do pedido 7310, veio quebrado
hear Vou passar para uma pessoa da equipe
case 7310 HELD mandate_room
refunds 7310 0
puts 2
