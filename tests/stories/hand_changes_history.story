Receipts, seals, the log and the history of a refund can't be changed or deleted by hand.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say pode sim
hear Estorno feito
case 8421 CLOSED
sql UPDATE receipts SET amount_cents = 1 => P10
sql UPDATE receipts SET body = x'00' => P10
sql DELETE FROM receipts => P10
sql DELETE FROM seals => P10
sql UPDATE seals SET signature = 'x' => P10
sql UPDATE tree_nodes SET hash = 'x' => P10
sql DELETE FROM tree_heads => P10
sql UPDATE tree_heads SET root = 'x' => P10
sql INSERT INTO tree_heads VALUES (2, 'x', 0, 'x', 'x', 'x') => P10
sql DELETE FROM transitions => P10
sql UPDATE transitions SET actor = 'customer' => P10
sql DELETE FROM attempts => P10
sql UPDATE attempts SET outcome = 'refused' => P10
sql DELETE FROM operations => P10
sql UPDATE operations SET key = 'x' WHERE kind = 'pay.refund' => P8
sql UPDATE reservations SET state = 'reserved' => P5
sql UPDATE reservations SET state = 'released' => P5
sql DELETE FROM reservations => P10
sql UPDATE offers SET amount_cents = 1 => an offer keeps its terms
sql UPDATE meta SET clock_ms = 0 => P5
cli mandate pause cm_support
sql UPDATE audit SET actor = 'nobody' => P10
sql DELETE FROM audit => P10
receipts 8421 rcp_rf8421 verified safe
genuine rcp_rf8421
