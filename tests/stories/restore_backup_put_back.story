A backup that is put back starts with money paused; it moves when the bank was asked, and the log goes on under another name.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
backup older.db
say Pode sim.
hear Estorno feito
receipts 8421 rcp_rf8421 verified safe
case 8421 CLOSED
put_back older.db

# The store says so wherever people look, and goes on hearing and offering.
cli cases => Money is paused
cli_fails check => estorno reconcile
case 8421 OFFERED
order 7788 5511977770001 5000
say 5511977770001 quero estorno do pedido 7788, veio quebrado
hear Devolvo no mesmo Pix
say Pode sim.
case 7788 RESERVED
wait 3 s
case 7788 RESERVED
refunds 7788 0
puts 0

# A hand that would not wait meets the schema.
sql UPDATE reservations SET state = 'executing' => P3: the store is an older one
sql UPDATE restores SET reconciled_ms = 1 => P3: the bank has not answered

# An unreachable bank is no answer.
arm pix.payment html x1000
cli_fails reconcile => Money stays paused
arm pix.payment clear
cli reconcile => Money may move
cli reconcile => Money may move
hear Estorno feito
refunds 7788 1 5000 DEVOLVIDO
puts 1
cli receipts 7788 => rcp_rf7788-r
cli log head => estorno/
cli log check => 1 receipts, 1 heads
cli check
