A yes below a photo is not a plain yes.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
photo sim
hear Só para eu não errar
refunds 8421 0
puts 0
