Who has read the good news may answer it and go on before its delivery is confirmed.

order 8501 5520999990101 9000
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm zapi.send slow 6000
say pode sim
hear Estorno feito
case 8421 NOTIFYING
say obrigada!
say o pedido 8501 também veio quebrado, quero o dinheiro
case 8421 NOTIFYING
heard 1 Por nada!
hear Verifiquei o pedido #8501
case 8421 CLOSED
cases all 2
