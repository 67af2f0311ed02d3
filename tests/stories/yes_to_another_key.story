Money goes back only where it came from: another key is refused, and wanted again it is for a person.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say sim, mas manda na chave maria@exemplo.com
hear O valor só pode voltar para a mesma conta que pagou o pedido #8421
refunds 8421 0
say manda no pix da minha mãe, 20 99999-0155
hear Vou passar para uma pessoa da equipe
case 8421 HELD consent_unclear
refunds 8421 0
puts 0
never 99999-0155
