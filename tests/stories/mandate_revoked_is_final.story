A revoked mandate does not come back: finance signs another one.

cli mandate revoke cm_support
cli_fails mandate resume cm_support
cli_fails mandate pause cm_support
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Vou passar para uma pessoa da equipe
finance_signs --per-refund 500.00
release 8421
hear Verifiquei o pedido #8421
say pode sim
hear Estorno feito
refunds 8421 1 18600 DEVOLVIDO
