Somebody who tries order numbers learns nothing from any of them, and after three a person looks.

say 5520999990505 quero estorno do pedido 8421, veio quebrado
hear Não localizei o pedido #8421
say 9001
hear Não localizei o pedido #9001
say 7310
hear Não localizei o pedido #7310
say 5150
quiet 2 s
case 7310 HELD buyer_mismatch
cases all 1
never Verifiquei
puts 0
