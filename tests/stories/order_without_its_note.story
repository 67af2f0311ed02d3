Without a sale note there can be no credit note, so no money moves.

say 5520999990707 quero estorno do pedido 6060, veio quebrado
hear Vou passar para uma pessoa da equipe
case 6060 HELD note_inputs
refunds 6060 0
puts 0
