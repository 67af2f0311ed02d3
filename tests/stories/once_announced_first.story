A message that WhatsApp announces before its words arrive is one message.

announce 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
cases all 1
heard 1 Verifiquei
announce pode sim
hear Estorno feito
puts 1
refunds 8421 1 18600 DEVOLVIDO
