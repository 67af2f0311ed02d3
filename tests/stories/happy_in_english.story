Who writes in English is answered in English.

say 5520999990101 hi, I want a refund for order 8421, it arrived broken
hear I checked order #8421
say yes please
hear Refund done
never Estorno feito
refunds 8421 1 18600 DEVOLVIDO
receipts 8421 rcp_rf8421 verified safe
