A refund that the bank does not carry out is never called done; a new yes later gives a new one.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund not_done
say Pode sim.
hear O banco não concluiu o estorno do pedido #8421, então o valor ainda não voltou para você
case 8421 HELD bank_declined
refunds 8421 1 18600 NAO_REALIZADO
notes 8421 0
note_posts 0
receipts 8421 rcp_rf8421 incomplete unsafe
genuine rcp_rf8421
never Estorno feito
# The account has money again, and a person lets the case go on.
release 8421
hear Verifiquei o pedido #8421: R$ 186,00
refunds 8421 1 18600 NAO_REALIZADO
say pode sim
hear Estorno feito: R$ 186,00 do pedido #8421 devolvidos no mesmo Pix. Nota de crédito NC-0087. Recibo rcp_rf8421-2.
case 8421 CLOSED
refunds 8421 2 18600 NAO_REALIZADO 18600 DEVOLVIDO
puts 2
notes 8421 1 autorizado
receipts 8421 rcp_rf8421 incomplete unsafe rcp_rf8421-2 verified safe
genuine rcp_rf8421-2
