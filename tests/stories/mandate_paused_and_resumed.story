A paused mandate stops refunds, and when finance resumes it a person lets the case go on.

cli mandate pause cm_support
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Vou passar para uma pessoa da equipe
case 8421 HELD mandate_paused
refunds 8421 0
cli mandate resume cm_support
release 8421
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito
case 8421 CLOSED
refunds 8421 1 18600 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
