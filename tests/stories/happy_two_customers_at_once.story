Two customers at once do not get into each other's way.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
say 5520999990505 quero estorno do pedido 8422, veio quebrado
hear 5520999990101 Verifiquei o pedido #8421
hear 5520999990505 Verifiquei o pedido #8422
say 5520999990101 pode sim
say 5520999990505 pode sim
hear 5520999990101 Estorno feito: R$ 186,00 do pedido #8421
hear 5520999990505 Estorno feito: R$ 219,90 do pedido #8422
never 5520999990101 8422
never 5520999990505 8421
refunds 8421 1 18600 DEVOLVIDO
refunds 8422 1 21990 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
receipts 8422 rcp_rf8422 verified safe
puts 2
