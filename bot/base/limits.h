/*
 * Every ceiling in the program, with its unit and its reason.
 *
 * A queue, a buffer, a loop or a retry without a ceiling is a way for a stranger
 * to take the shop's machine.  Going over one is an error that is said, never a
 * silent cut.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
	/* --- what strangers send us ------------------------------------------------------- */

	/* Bytes of one webhook.  Z-API's largest documented callbacks are a few kB; media comes as
	 * links, not as bytes. */
	WEBHOOK_BYTES_MAX = 256 * 1024,
	/* Bytes of any other request: staff forms, control commands, simulator calls. */
	REQUEST_BYTES_MAX = 1024 * 1024,
	/* Bytes of a request's path with its query. */
	REQUEST_PATH_MAX = 2048,
	/* Bytes and lines of a request's head, from its first line to the empty one. */
	REQUEST_HEAD_BYTES_MAX = 16 * 1024,
	REQUEST_HEADER_LINES_MAX = 100,
	/* Seconds from a request's first byte to its last, and between two of one connection. */
	REQUEST_SECONDS_MAX = 20,
	IDLE_SECONDS_MAX = 30,
	/* Seconds in which the other side must take its answer, and then hang up. */
	ANSWER_SECONDS_MAX = 20,
	LINGER_SECONDS_MAX = 2,
	/* Open inbound connections, the control socket's apart.  An idle one costs 0.4 kB of ours and a
	 * descriptor. */
	CONNECTIONS_MAX = 1024,
	/* Bytes of bodies under way, over all connections; and as many of answers. */
	EXCHANGE_BYTES_MAX = 64 * 1024 * 1024,
	/* Webhooks and people's wishes that may wait for one commit; of these places, so many are kept for
	 * people.  More webhooks are answered 503 and come again, a wish is told to be repeated. */
	TURN_EVENTS_MAX = 512,
	TURN_WISHES_KEPT = 64,
	/* Things that one webhook may carry; a status callback names a few messages. */
	HEARD_MAX = 32,

	/* --- JSON ------------------------------------------------------------------------- */

	/* Nesting of any JSON we read; the deepest documented answer has 9 levels. */
	JSON_DEPTH_MAX = 64,

	/* --- what providers answer -------------------------------------------------------- */

	/* Bytes of one answer.  The largest useful one is an order with many items. */
	ANSWER_BYTES_MAX = 2 * 1024 * 1024,
	/* Bytes of one answer's header block. */
	ANSWER_HEADER_BYTES_MAX = 32 * 1024,
	/* Seconds for one call, from the first byte to the last: Efí documents 60 s for itself. */
	CALL_SECONDS_MAX = 60,
	/* Seconds in which a connection must stand, TLS included. */
	CONNECT_SECONDS_MAX = 10,
	/* Calls in flight at once, over all providers; more wait in line, and so many may wait. */
	CALLS_IN_FLIGHT_MAX = 64,
	CALLS_WAITING_MAX = 256,
	/* Calls that the engine has decided on and that have not met their case again: under way, in line,
	 * waiting for a token.  A case whose call finds no place tries again by and by. */
	FLIGHTS_MAX = 512,
	/* Credentials in use at once: each tool and channel, each role, old and new. */
	LINKS_MAX = 16,
	/* Delivery statuses that may be ahead of the answer to their send. */
	EARLY_MAX = 64,
	/* Requests that one operation may need (an Omie look-up takes three). */
	OPERATION_STEPS_MAX = 8,

	/* --- sizes of facts ---------------------------------------------------------------- */

	ORDER_ITEMS_MAX = 100,    /* lines of an order; more is for a person */
	PAYMENT_REFUNDS_MAX = 32, /* refunds of one payment; more is for a person */
	PHONES_MAX = 3,           /* phone numbers of a buyer in the ERP */

	/* --- conversations ------------------------------------------------------------------ */

	/* Bytes of one customer's message that we keep; WhatsApp itself allows 65,536. */
	MESSAGE_BYTES_MAX = 8 * 1024,
	/* Words of one message that we try to understand; longer letters are for a person. */
	MESSAGE_WORDS_MAX = 512,
	/* Of one language's word lists; the largest file uses less than half of each. */
	LEXICON_WORDS_MAX = 8192,
	LEXICON_PHRASES_MAX = 8192,
	LEXICON_ELEMENTS_MAX = 16384, /* words in all phrases together */
	LEXICON_GROUPS_MAX = 128,
	/* Bytes of one message of ours. */
	REPLY_BYTES_MAX = 2 * 1024,
	/* Times a message is handed to the channel before a person is told. */
	MESSAGE_ATTEMPTS_MAX = 5,
	/* Other order numbers a customer may try in one case before a person looks. */
	ORDER_TRIES_MAX = 3,

	/* --- a case ------------------------------------------------------------------------- */

	/* Effects that one step may ask for, and events that one event may lead to within a turn. */
	EFFECTS_MAX = 8,
	FOLLOW_MAX = 16,
	/* Times one refund order is sent to the bank, always under the same id. */
	REFUND_SENDS_MAX = 4,
	/* Times a credit note is sent to the issuer, always under the same ref. */
	NOTE_SENDS_MAX = 4,
	/* Refund ids one operation may burn (each only after a final NAO_REALIZADO). */
	REFUND_SEQUENCE_MAX = 9,
	/* Postconditions of one receipt. */
	POSTCONDITIONS_MAX = 32,

	/* --- proof -------------------------------------------------------------------------- */

	/* Bytes of one receipt, as signed or as JSON: the longest texts in all postconditions, each
	 * character written as \uXXXX, make about 110 kB. */
	RECEIPT_BYTES_MAX = 256 * 1024,
	/* Systems of record that one receipt may name: each duty twice. */
	CONNECTORS_CHECKED_MAX = 8,
	/* Keys trusted at once for one purpose: the active one and those retired before it. */
	TRUSTED_KEYS_MAX = 32,
	/* Bytes of a published key's JSON; real ones have about 130. */
	PUBLIC_KEY_JSON_BYTES_MAX = 4 * 1024,
	/* Bytes of a checkpoint with its signatures: a line of about 120 for each witness. */
	CHECKPOINT_BYTES_MAX = 16 * 1024,
	/* Bytes of one disclosure: a message of MESSAGE_BYTES_MAX, each byte escaped, in base 64. */
	DISCLOSURE_BYTES_MAX = 80 * 1024,

	/* --- the command line --------------------------------------------------------------- */

	/* Rows of one table; more is said, and asked for by state. */
	ROWS_SHOWN_MAX = 10000,
	/* Messages, steps and calls of one case's story; a lively one has a hundred. */
	STORY_ENTRIES_MAX = 5000,
	/* Receipts of one refund that are looked at in each direction; a refund has a handful. */
	RECEIPT_CHAIN_MAX = 50,
	/* Receipts of one export. */
	EXPORT_RECEIPTS_MAX = 1000,
	/* Bytes of a credential object; the largest holds two keys of a few hundred. */
	CREDENTIAL_BYTES_MAX = 64 * 1024,
	/* Bytes of a message, or of a line of messages, given to `understand`. */
	UNDERSTAND_BYTES_MAX = 1024 * 1024,
};

#endif
