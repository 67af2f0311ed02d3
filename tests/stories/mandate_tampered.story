A cap raised by hand in the store is not what finance signed: no refund.

tamper DROP TRIGGER mandates_keep_their_terms; UPDATE mandates SET per_refund_cents = 200000
say 5520999990202 quero estorno do pedido 9001, o moedor veio com defeito
hear Vou passar para uma pessoa da equipe
case 9001 HELD mandate_tampered
refunds 9001 0
puts 0
