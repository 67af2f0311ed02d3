A note that the tax authority has not decided on is waited for; money alone is not done.

settings slow_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue pending 7000
say Pode sim.
refunds 8421 1 18600 DEVOLVIDO
hear Ainda estou confirmando
notes 8421 1 processando_autorizacao
never Estorno feito
hear Estorno feito
notes 8421 1 autorizado
note_posts 1
receipts 8421 rcp_rf8421 verified safe
