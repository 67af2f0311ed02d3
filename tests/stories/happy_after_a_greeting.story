A greeting is answered, and the customer's story may come in pieces.

say 5520999990101 oi
hear Cuido de estornos de pedidos pagos por Pix. Qual é o número do pedido?
say meu pedido veio errado
hear Não achei o número do pedido na sua mensagem
say o numero é 8421
hear Verifiquei o pedido #8421
say pode
hear Estorno feito
cases all 1
