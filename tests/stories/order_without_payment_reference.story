An order that does not say which Pix paid it is never guessed at.

say 5520999990909 quero estorno do pedido 6099, veio quebrado
hear Vou passar para uma pessoa da equipe
case 6099 HELD payment_not_found
refunds 6099 0
puts 0
