A button of another offer is no answer to this one, whatever its label says.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
press o_aaaaaaaaaaaa:yes Sim, pode devolver
hear Só para eu não errar
refunds 8421 0
puts 0
