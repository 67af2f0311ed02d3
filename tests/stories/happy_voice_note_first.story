A voice note gets a request to type, and typing works.

voice_note 5520999990101
hear Pode me escrever o que aconteceu e o número do pedido?
say quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito
cases all 1
