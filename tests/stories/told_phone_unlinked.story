While the shop's phone is unlinked nothing is lost: what was said goes out when it is linked again.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm zapi.disconnected pending 3000
say pode sim
case 8421 NOTIFYING
hear Estorno feito
case 8421 CLOSED
heard 1 Estorno feito
refunds 8421 1 18600 DEVOLVIDO
puts 1
