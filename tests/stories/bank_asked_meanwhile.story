Who asks while the refund is under way hears that it is being done, and not that it is done.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund pending 7000
say Pode sim.
refunds 8421 1 18600 EM_PROCESSAMENTO
say e aí, já caiu?
hear Estou cuidando do pedido #8421 agora mesmo
never Estorno feito
hear Estorno feito
heard 1 Estorno feito
puts 1
