A note that never reached the issuer is sent again, under the same reference.

settings refund_grace_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue lost_before
say Pode sim.
hear Estorno feito
notes 8421 1 autorizado
note_posts 2
puts 1
refunds 8421 1 18600 DEVOLVIDO
