A yes that was forwarded is somebody else's.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
forward Pode sim.
hear Só para eu não errar
refunds 8421 0
forward Pode sim.
hear Vou passar para uma pessoa da equipe
case 8421 HELD consent_unclear
puts 0
receipts 8421 none
