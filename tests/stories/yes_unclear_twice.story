What is not clear is asked once more, and then a person looks.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say quanto tempo demora?
hear Só para eu não errar: devolvo R$ 186,00 do pedido #8421 para a mesma conta que fez o Pix. Posso fazer? Responda *sim* ou *não*.
say só se vocês mandarem outra cafeteira junto
hear Vou passar para uma pessoa da equipe
case 8421 HELD consent_unclear
refunds 8421 0
puts 0
receipts 8421 none
never Estorno feito
