A request that is deleted after the offer is asked about once more, and a second change goes to a person.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
delete
hear Só para eu não errar: devolvo R$ 186,00 do pedido #8421
say talvez
hear Vou passar para uma pessoa da equipe
case 8421 HELD consent_unclear
refunds 8421 0
puts 0
receipts 8421 none
