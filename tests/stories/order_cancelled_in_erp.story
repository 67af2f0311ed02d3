An order that the ERP has as cancelled is for a person.

say 5520999990808 quero estorno do pedido 6077, veio quebrado
hear Vou passar para uma pessoa da equipe
case 6077 HELD order_cancelled
refunds 6077 0
puts 0
