A person may be asked for at any time; the offer is then no offer any more.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say prefiro falar com uma pessoa
hear Claro. Já chamei uma pessoa da equipe
case 8421 HELD asked_for_human
say sim
quiet 1 s
refunds 8421 0
puts 0
