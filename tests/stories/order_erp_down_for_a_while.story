An ERP that is down for a while holds nothing up for good: the case goes on by itself.

settings slow_seconds = 2
arm omie.order html x3
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Estou consultando o pedido #8421. Já te respondo.
case 8421 LOOKING_UP
hear Verifiquei o pedido #8421
never Não localizei
say pode sim
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
