Somebody else's order, whatever is true of it, and one that does not exist are answered with the same words.

say 5520999990505 quero estorno do pedido 4711, veio quebrado
hear Não localizei o pedido #4711 para este número de WhatsApp
say 5520999990606 quero estorno do pedido 8421, veio quebrado
hear Não localizei o pedido #8421 para este número de WhatsApp
# One above the cap, one paid by card, one cancelled.
say 5520999990707 quero estorno do pedido 9001, veio quebrado
hear Não localizei o pedido #9001
say 5520999990808 quero estorno do pedido 5150, veio quebrado
hear Não localizei o pedido #5150
say 5520999990909 quero estorno do pedido 6077, veio quebrado
hear Não localizei o pedido #6077
same_words 5520999990505 5520999990606
same_words 5520999990505 5520999990707
same_words 5520999990505 5520999990808
same_words 5520999990505 5520999990909
case 4711 HELD order_not_found
case 8421 HELD buyer_mismatch
case 9001 HELD buyer_mismatch
case 5150 HELD buyer_mismatch
case 6077 HELD buyer_mismatch
puts 0
