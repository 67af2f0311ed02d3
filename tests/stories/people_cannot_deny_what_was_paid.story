Nobody can refuse a refund that was paid already.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
arm focus.issue rejected
say Pode sim.
case 8421 HELD note_rejected
deny_fails 8421 não vamos devolver => the order to pay has left
case 8421 HELD note_rejected
