While the bank can't be asked, nothing is offered and nothing denied; then it goes on by itself.

settings slow_seconds = 2
arm pix.charge html x2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Estou consultando o pedido #8421
case 8421 LOOKING_UP
never Não localizei
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito
puts 1
