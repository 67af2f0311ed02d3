A thumb on the offer is not a yes.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
react 👍
hear Só para eu não errar
refunds 8421 0
puts 0
say pode sim
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
