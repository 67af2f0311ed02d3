A mandate that a hand changes after the refund was paid under it makes nothing "done": the receipt says so.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund pending 2500
say pode sim
refunds 8421 1 18600 EM_PROCESSAMENTO
tamper DROP TRIGGER mandates_keep_their_terms; UPDATE mandates SET body = replace(body, 'BRL', 'USD')
refunds 8421 1 18600 DEVOLVIDO
case 8421 HELD policy_failed
receipts 8421 rcp_rf8421 policy_failed unsafe
never Estorno feito
