A customer who does not say which order is asked for its number, and the rest follows.

say 5520999990101 oi, o produto veio quebrado, quero meu dinheiro de volta
hear Qual é o número do pedido?
case none NEEDS_ORDER
say 8421
hear Verifiquei o pedido #8421: R$ 186,00
say sim
hear Estorno feito: R$ 186,00 do pedido #8421
cases all 1
refunds 8421 1 18600 DEVOLVIDO
