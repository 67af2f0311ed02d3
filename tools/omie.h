/*
 * Omie ERP: the ledger (omie.md).
 *
 * Does LEDGER_ORDER, and only reads.  The order is looked up by the number that the shop's people
 * see on the screen.  One look-up is three calls; tools/omie.c has the dialogue.
 *
 * Credential: app_key and app_secret, one pair for everything.  Omie has no scopes, so it can't tell
 * a reader from a writer, and the pair travels in the body of every call: no body may be logged.
 *
 * What the facts of an order mean here:
 *
 *	ledger_id          codigo_pedido
 *	ordered_ms         when it was entered, else when it was billed
 *	paid_by_pix        every instalment says means of payment 17; nothing is known of the bank
 *	payment_reference  a txid or e2eid found where the shop keeps it; "" when paid otherwise
 *	items[].number     the line's place in the order.  That is nItem of the sale note as long as the
 *	                   order was billed as it stands: Omie's order does not hold nItem
 *	sale_note          the one authorised outgoing note; "" when there is none yet
 */
#ifndef TOOLS_OMIE_H
#define TOOLS_OMIE_H

struct tool;
extern const struct tool tool_omie;

#endif
