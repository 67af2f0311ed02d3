A customer's limit for the day counts all his orders together.

order 8501 5520999990101 40000
order 8502 5520999990101 30000
order 8503 5520999990101 20000
say 5520999990101 quero estorno do pedido 8501, veio quebrado
hear Verifiquei o pedido #8501: R$ 400,00
say pode sim
hear Estorno feito: R$ 400,00 do pedido #8501
say quero estorno do pedido 8502 também
hear Verifiquei o pedido #8502: R$ 300,00
say pode sim
hear Estorno feito: R$ 300,00 do pedido #8502
say e o pedido 8503 também veio quebrado, quero o dinheiro
hear Vou passar para uma pessoa da equipe
case 8503 HELD mandate_room
refunds 8501 1 40000 DEVOLVIDO
refunds 8502 1 30000 DEVOLVIDO
refunds 8503 0
puts 2
