Thanks after the end are answered, and "where is my money" gets the sealed words again, no others.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito
say muito obrigada!
hear Por nada!
case 8421 CLOSED
say cadê meu estorno?
hear Estorno feito: R$ 186,00 do pedido #8421 devolvidos no mesmo Pix. Nota de crédito NC-0087. Recibo rcp_rf8421.
cases all 1
puts 1
receipts 8421 rcp_rf8421 verified safe
