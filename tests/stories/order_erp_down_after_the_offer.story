An ERP that can't be read after the offer: nothing is paid on what it said before.

settings slow_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm omie.order html x3
say pode sim
hear Ainda estou confirmando
case 8421 RESERVED
puts 0

# It answers again, and only then the money goes.
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
