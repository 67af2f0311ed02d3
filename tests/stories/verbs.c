/*
 * The language.  A new word is a row here and a function beside its kind.
 */
#include "tests/stories/verbs.h"

#include <stdio.h>

#include "base/text.h"

/* clang-format off */
static const struct verb verbs[] = {
	{ "settings", BEFORE_START, house_sets, "KEY = VALUE", "a line of the shop's settings" },

	/* customers */
	{ "say", ONCE, customer_does, "[PHONE] TEXT", "a customer writes" },
	{ "announce", ONCE, customer_does, "[PHONE] TEXT",
	  "a message is announced first, and its words come later" },
	{ "forward", ONCE, customer_does, "[PHONE] TEXT", "somebody else's message is forwarded" },
	{ "photo", ONCE, customer_does, "[PHONE] [CAPTION]",
	  "a photo, with words below it or without" },
	{ "voice_note", ONCE, customer_does, "[PHONE]", "a voice note" },
	{ "react", ONCE, customer_does, "[PHONE] EMOJI", "a reaction to the shop's last message" },
	{ "edit", ONCE, customer_does, "[PHONE] TEXT", "the customer's last message is changed" },
	{ "delete", ONCE, customer_does, "[PHONE]", "the customer's last message is taken back" },
	{ "staff_writes", ONCE, customer_does, "[PHONE] TEXT",
	  "a person answers from the shop's own phone" },
	{ "press", ONCE, customer_presses, "[PHONE] BUTTON_ID LABEL",
	  "a button is pressed below the shop's last message" },
	{ "webhook_times", ONCE, customer_is_doubled, "TIMES [PHONE] TEXT",
	  "a customer writes once, and the webhook comes so often" },
	{ "hear", UNTIL_TRUE, customer_hears, "[PHONE] TEXT",
	  "the shop's last message, since the customer's last act, has these words" },
	{ "heard", UNTIL_TRUE, customer_heard, "TIMES [PHONE] TEXT",
	  "so many of the shop's messages have these words" },
	{ "never", ONCE, customer_never_heard, "[PHONE] TEXT",
	  "none of the shop's messages has these words" },
	{ "quiet", ONCE, customer_is_left_in_peace, "[PHONE] SECONDS s",
	  "so long after, the bot has said nothing since the customer's last act" },
	{ "same_words", UNTIL_TRUE, customers_heard_the_same, "PHONE PHONE",
	  "both heard the same, numbers aside" },

	/* the world */
	{ "arm", ONCE, world_arms, "PLACE FAULT [VALUE] [xTIMES]", "a fault waits at a provider" },
	{ "order", ONCE, world_has_order, "NUMBER PHONE CENTAVOS",
	  "the shop has one more order, paid by Pix" },
	{ "order_cancelled", ONCE, world_cancels_order, "NUMBER", "the shop cancels it in its ERP" },
	{ "refunded_elsewhere", ONCE, world_refunds_past_us, "ORDER NATURE CENTAVOS",
	  "money goes back past us: ORIGINAL in the bank's app, MED_... by the central bank" },
	{ "wait", ONCE, world_waits, "SECONDS s", "time passes" },
	{ "refunds", UNTIL_TRUE, world_refunds, "ORDER COUNT [CENTAVOS STATUS]...",
	  "the bank's books" },
	{ "puts", UNTIL_TRUE, world_refund_puts, "COUNT", "orders to pay that reached the bank" },
	{ "notes", UNTIL_TRUE, world_notes, "ORDER COUNT [STATUS]...",
	  "the tax authority's books" },
	{ "note_posts", UNTIL_TRUE, world_note_posts, "COUNT",
	  "notes that reached the issuer, new or again" },
	{ "header", ONCE, world_adds_header, "NAME: VALUE", "the next webhook carries it" },
	{ "webhook", ONCE, world_posts_webhook, "STATUS BODY",
	  "a webhook like this gets that answer" },
	{ "bytes", ONCE, world_sends_bytes, "STATUS BYTES",
	  "these bytes, on a connection of their own, get that answer" },

	/* the house */
	{ "case", UNTIL_TRUE, house_case, "ORDER|none STATE [REASON]",
	  "where the order's newest case stands" },
	{ "cases", UNTIL_TRUE, house_cases, "ORDER|none|all COUNT", "how many cases there are" },
	{ "receipts", UNTIL_TRUE, house_receipts, "ORDER none|[ID RESULT safe|unsafe]...",
	  "the order's sealed receipts" },
	{ "genuine", ONCE, house_verifies, "RECEIPT",
	  "`estorno verify` believes the receipt's file" },
	{ "release", ONCE, house_releases, "ORDER", "a person lets the order's newest case go on" },
	{ "deny", ONCE, house_denies, "ORDER WHY", "a person refuses it, and says why" },
	{ "deny_fails", ONCE, house_may_not_deny, "ORDER WHY => OUTPUT",
	  "a person may not refuse it, and is told this" },
	{ "finance_signs", ONCE, house_signs_mandate, "LIMITS",
	  "options of `estorno mandate sign`; it is installed" },
	{ "cli", ONCE, house_command, "WORDS [=> OUTPUT]", "a command says yes, and this" },
	{ "cli_fails", ONCE, house_command_refused, "WORDS [=> OUTPUT]",
	  "a command says no, and this" },
	{ "backup", ONCE, house_backs_up, "NAME", "a copy of the store, by `estorno backup`" },
	{ "put_back", ONCE, house_puts_back, "NAME",
	  "the shop stops, the copy takes its store's place, and it starts again" },
	{ "rows", UNTIL_TRUE, house_rows, "TABLE COUNT",
	  "so many rows stand in a table of the store" },
	{ "sql", ONCE, house_store_refuses, "STATEMENT => WORD",
	  "a hand in the store meets a wall that says this" },
	{ "tamper", ONCE, house_store_takes, "STATEMENT", "a hand in the store succeeds" },
};
/* clang-format on */

enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (text_equal(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

void
verbs_print(void)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  %-14s %-40s %s\n", verbs[i].name, verbs[i].words, verbs[i].sentence);
}
