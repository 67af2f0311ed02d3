When somebody of the shop answers from the shop's phone, the bot goes quiet.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
staff_writes Oi Marina, aqui é a Paula. Já te ajudo.
case 8421 HELD taken_over
say sim, pode devolver
quiet 1 s
refunds 8421 0
puts 0
