When the bank did not carry out a refund, a person may refuse it, because no money has moved.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund not_done
say Pode sim.
case 8421 HELD bank_declined
deny 8421 vamos resolver por telefone
hear A equipe analisou o pedido #8421 e não vai fazer o estorno.
hear Motivo: vamos resolver por telefone
case 8421 REFUSED bank_declined
refunds 8421 1 18600 NAO_REALIZADO
puts 1
receipts 8421 rcp_rf8421 incomplete unsafe
never Estorno feito
