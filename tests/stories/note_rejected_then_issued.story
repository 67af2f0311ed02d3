A rejected note is sent again when a person has seen to it, and then the refund is done, paid once.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue rejected
say Pode sim.
case 8421 HELD note_rejected
release 8421
hear Estorno feito: R$ 186,00 do pedido #8421 devolvidos no mesmo Pix.
case 8421 CLOSED
refunds 8421 1 18600 DEVOLVIDO
puts 1
notes 8421 1 autorizado
receipts 8421 rcp_rf8421 incomplete unsafe rcp_rf8421-2 verified safe
