An order complained about while another is being refunded is not lost: it gets a case of its own.

order 8501 5520999990101 9000
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund pending 8000
say pode sim
refunds 8421 1 18600 EM_PROCESSAMENTO
say o pedido 8501 também veio quebrado, quero meu dinheiro de volta
hear Verifiquei o pedido #8501: R$ 90,00
say sim
heard 1 Estorno feito: R$ 90,00 do pedido #8501
heard 1 Estorno feito: R$ 186,00 do pedido #8421
cases all 2
refunds 8421 1 18600 DEVOLVIDO
refunds 8501 1 9000 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
receipts 8501 rcp_rf8501 verified safe
puts 2
