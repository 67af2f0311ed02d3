A note whose answer was lost is found by its reference: one note, not two.

settings refund_grace_seconds = 2
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue lost_after
say Pode sim.
hear Estorno feito
notes 8421 1 autorizado
note_posts 1
receipts 8421 rcp_rf8421 verified safe
