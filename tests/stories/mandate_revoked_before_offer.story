Once finance has revoked the mandate nothing is even offered.

cli mandate revoke cm_support
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Vou passar para uma pessoa da equipe
case 8421 HELD mandate_revoked
never Devolvo
refunds 8421 0
puts 0
receipts 8421 none
