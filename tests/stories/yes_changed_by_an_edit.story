A message changed after the offer is no consent: it is asked once more, and a plain yes then counts.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
edit sim
hear Só para eu não errar: devolvo R$ 186,00 do pedido #8421
refunds 8421 0
say sim
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
