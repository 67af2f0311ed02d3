Money is back but the tax authority rejects the note: not done, a person, and a receipt that says so.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue rejected
say Pode sim.
hear Uma pessoa da equipe está conferindo e te responde por aqui
case 8421 HELD note_rejected
refunds 8421 1 18600 DEVOLVIDO
notes 8421 1 erro_autorizacao
receipts 8421 rcp_rf8421 incomplete unsafe
genuine rcp_rf8421
never Estorno feito
