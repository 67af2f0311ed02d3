A released case begins with a new look and a new question; an old yes is worth nothing.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say hmm
hear Só para eu não errar
say hmm hmm
hear Vou passar para uma pessoa da equipe
say sim
quiet 1 s
release 8421
hear Verifiquei o pedido #8421
refunds 8421 0
say sim
hear Estorno feito
puts 1
