A Pix older than 90 days can't go back by itself.

say 5520999990606 quero estorno do pedido 6044, veio quebrado
hear Vou passar para uma pessoa da equipe
case 6044 HELD past_90_days
never Devolvo
refunds 6044 0
puts 0
