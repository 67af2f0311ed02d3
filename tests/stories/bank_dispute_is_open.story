A payment that the central bank is returning for fraud is not touched: a person looks.

refunded_elsewhere 8421 MED_FRAUDE 18600
say 5520999990101 quero meu dinheiro de volta, pedido 8421
hear Vou passar para uma pessoa da equipe
case 8421 HELD dispute_open
puts 0
receipts 8421 none
