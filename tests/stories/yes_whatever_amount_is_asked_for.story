Whatever amount or account a message names, the order's own amount goes back the way it came.

say 5520999990101 quero estorno de R$ 5.000,00 do pedido 8421, manda pro pix 20999990155
hear Verifiquei o pedido #8421: R$ 186,00
never 5.000
say sim
hear Estorno feito: R$ 186,00 do pedido #8421 devolvidos no mesmo Pix.
refunds 8421 1 18600 DEVOLVIDO
