A broken coffee maker becomes a verified refund, and only then is it called done.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421: R$ 186,00, pago via Pix ontem. Devolvo no mesmo Pix agora, ok?
case 8421 OFFERED
refunds 8421 0
notes 8421 0
never Estorno feito
say Pode sim.
hear Estorno feito: R$ 186,00 do pedido #8421 devolvidos no mesmo Pix. Nota de crédito NC-0087. Recibo rcp_rf8421.
case 8421 CLOSED
refunds 8421 1 18600 DEVOLVIDO
notes 8421 1 autorizado
puts 1
note_posts 1
receipts 8421 rcp_rf8421 verified safe
genuine rcp_rf8421
heard 1 Estorno feito
