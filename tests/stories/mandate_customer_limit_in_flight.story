Money on its way counts as spent: the same buyer from another phone is over his day's limit already.

order 8501 5520999880001 45000
order 8502 5520999880002 40000
arm pix.refund pending 8000
say 5520999880001 quero estorno do pedido 8501, veio quebrado
hear Verifiquei o pedido #8501
say pode sim
refunds 8501 1 45000 EM_PROCESSAMENTO
say 5520999880002 quero estorno do pedido 8502, veio quebrado
hear Vou passar para uma pessoa da equipe
case 8502 HELD mandate_room
refunds 8501 1 45000 EM_PROCESSAMENTO
hear 5520999880001 Estorno feito
refunds 8502 0
puts 1
