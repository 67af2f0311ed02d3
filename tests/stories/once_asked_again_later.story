An order that was refunded is not refunded again, however often it is asked for.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say pode sim
hear Estorno feito
case 8421 CLOSED
say quero o dinheiro do pedido 8421 de volta, veio quebrado
hear Vou passar para uma pessoa da equipe
case 8421 HELD already_refunded
say sim
quiet 1 s
puts 1
refunds 8421 1 18600 DEVOLVIDO
notes 8421 1 autorizado
receipts 8421 rcp_rf8421 verified safe
heard 1 Estorno feito
