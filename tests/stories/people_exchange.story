An exchange is not a refund: a person takes it from there.

say 5520999990101 quero trocar o produto do pedido 8421 por outro igual
hear Claro. Já chamei uma pessoa da equipe
case none HELD other_request
refunds 8421 0
puts 0
