Who is refused before he named an order hears no order's number, and the reason as it was written.

say 5520999990101 quero falar com um atendente
case none HELD asked_for_human
deny none o prazo para reclamar era de 7 dias.
hear A equipe analisou sua solicitação e não vai fazer o estorno.
heard 1 Motivo: o prazo para reclamar era de 7 dias.
never pedido #
never dias..
case none REFUSED asked_for_human
puts 0
