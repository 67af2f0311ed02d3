WhatsApp tells an old number without its ninth digit: it is the same buyer.

say 552099990101 quero o reembolso do pedido 8421, chegou com defeito
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito: R$ 186,00
refunds 8421 1 18600 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
