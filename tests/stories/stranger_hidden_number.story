A sender without a phone number proves nothing, even if the order is real.

say 200100300400501@lid quero estorno do pedido 8421, veio quebrado
hear Não localizei o pedido #8421
case 8421 HELD buyer_mismatch
refunds 8421 0
puts 0
