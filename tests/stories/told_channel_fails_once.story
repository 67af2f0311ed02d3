A message that the channel does not take goes again.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm zapi.send status 500
say pode sim
hear Estorno feito
case 8421 CLOSED
heard 1 Estorno feito
puts 1
