An order older than finance allows is for a person.

finance_signs --per-refund 500.00 --max-order-age-days 3
say 5520999990303 quero estorno do pedido 7310, veio quebrado
hear Vou passar para uma pessoa da equipe
case 7310 HELD mandate_order_age
refunds 7310 0
puts 0
