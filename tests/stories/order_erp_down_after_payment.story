An ERP that can't be read once the money is back: nothing is called done before the order is read again.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm pix.refund pending 1500
say pode sim
refunds 8421 1 18600 EM_PROCESSAMENTO
arm omie.order html x3
case 8421 VERIFYING
receipts 8421 none
never Estorno feito
hear Estorno feito
