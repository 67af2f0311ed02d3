A note that the tax authority denies for good keeps the case with a person, and the money where it went.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue denied
say Pode sim.
hear Uma pessoa da equipe está conferindo
case 8421 HELD note_rejected
refunds 8421 1 18600 DEVOLVIDO
notes 8421 1 denegado
receipts 8421 rcp_rf8421 incomplete unsafe
never Estorno feito
