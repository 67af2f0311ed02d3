Who mistyped his order number may give it again.

say 5520999990101 quero estorno do pedido 8422, veio quebrado
hear Não localizei o pedido #8422
say desculpa, é o 8421
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito: R$ 186,00 do pedido #8421
cases all 1
refunds 8422 0
refunds 8421 1 18600 DEVOLVIDO
