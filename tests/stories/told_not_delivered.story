When the good news could not be delivered a person sees it, and may have the sealed words said again.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm zapi.send undelivered
say pode sim
case 8421 HELD reply_not_delivered
refunds 8421 1 18600 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
release 8421
case 8421 CLOSED
heard 2 Estorno feito: R$ 186,00 do pedido #8421 devolvidos no mesmo Pix. Nota de crédito NC-0087. Recibo rcp_rf8421.
puts 1
note_posts 1
