Who writes in Spanish is answered in Spanish.

say 5520999990101 hola, quiero que me devuelvan el dinero del pedido 8421, llegó roto
hear Verifiqué el pedido #8421
say sí, por favor
hear Reembolso hecho
never Estorno feito
refunds 8421 1 18600 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
