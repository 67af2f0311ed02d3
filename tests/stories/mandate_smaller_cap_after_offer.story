Finance signs a smaller cap between offer and yes, and it holds from that moment.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
finance_signs --per-refund 100.00
say pode sim
hear O valor do pedido #8421 passa do que posso devolver sozinho
case 8421 HELD above_cap
refunds 8421 0
puts 0
