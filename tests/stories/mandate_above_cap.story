An order above the cap is not offered: a person approves it, and nothing moves until then.

say 5520999990202 quero estorno do pedido 9001, o moedor veio com defeito
hear O valor do pedido #9001 passa do que posso devolver sozinho
case 9001 HELD above_cap
say sim, pode devolver
quiet 1 s
never Devolvo
refunds 9001 0
puts 0
receipts 9001 none
