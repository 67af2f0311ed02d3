Who says no keeps the money where it is, and a yes afterwards is no yes to anything.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say não, deixa pra lá
hear Tudo bem, não vou fazer o estorno do pedido #8421
case 8421 DECLINED
say sim
hear Qual é o número do pedido?
refunds 8421 0
puts 0
receipts 8421 none
never Estorno feito
