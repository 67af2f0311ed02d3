Answers of the ERP that get lost are asked for again.

arm omie.order lost_after
arm omie.customer garbage
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito
puts 1
