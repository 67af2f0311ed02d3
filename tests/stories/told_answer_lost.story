A message whose sending is unknown goes again: the same sealed words twice harm nobody.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm zapi.send lost_after
say pode sim
heard 2 Estorno feito: R$ 186,00 do pedido #8421 devolvidos no mesmo Pix. Nota de crédito NC-0087. Recibo rcp_rf8421.
case 8421 CLOSED
puts 1
receipts 8421 rcp_rf8421 verified safe
