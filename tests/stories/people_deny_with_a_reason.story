A person who refuses says why, and the customer hears it.

say 5520999990202 quero estorno do pedido 9001, o moedor veio com defeito
hear passa do que posso devolver sozinho
deny 9001 o produto voltou com sinais de queda
hear A equipe analisou o pedido #9001 e não vai fazer o estorno.
hear Motivo: o produto voltou com sinais de queda
case 9001 REFUSED above_cap
refunds 9001 0
puts 0
receipts 9001 none
