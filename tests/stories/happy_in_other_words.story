The same refund, asked for and agreed to in other words, by three customers one after the other.

say 5520999990101 Oi boa tarde! meu pedido numero 8421 chegou todo amassado, quero meu dinheiro de volta por favor
hear Verifiquei o pedido #8421
say blz, manda ver 👍
hear Estorno feito: R$ 186,00 do pedido #8421

say 5520999990505 bom dia, a chaleira nao funciona, devolve meu dinheiro. pedido #8422
hear Verifiquei o pedido #8422: R$ 219,90, pago via Pix em
say isso, pode devolver
hear Estorno feito: R$ 219,90 do pedido #8422

say 5520999990303 comprei errado, 7310, tem como estornar?
hear Verifiquei o pedido #7310: R$ 74,90
say sim por favor
hear Estorno feito: R$ 74,90 do pedido #7310

refunds 8421 1 18600 DEVOLVIDO
refunds 8422 1 21990 DEVOLVIDO
refunds 7310 1 7490 DEVOLVIDO
puts 3
note_posts 3
