Who can't be understood three times is handed to a person.

say 5520999990101 oi
hear Qual é o número do pedido?
say aquele que comprei na promoção
hear Não achei o número do pedido na sua mensagem
say o da semana passada
hear Não achei o número do pedido na sua mensagem
say o de sempre
hear Vou passar para uma pessoa da equipe
case none HELD not_understood
