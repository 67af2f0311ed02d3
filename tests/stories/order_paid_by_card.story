An order that was not paid by Pix is for a person.

say 5520999990404 quero estorno do pedido 5150, veio quebrado
hear Vou passar para uma pessoa da equipe
case 5150 HELD not_pix
never Devolvo
puts 0
