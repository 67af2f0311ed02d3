/*
 * Every ceiling on what comes from outside, with its unit and its reason.
 *
 * A queue, a buffer, a loop or a retry without a ceiling is a way for a stranger
 * to take the shop's machine.  Going over one is an error that is said, never a
 * silent cut.  tests/limits/table names the test that drives each one over its edge, and
 * `make check` misses one that is not there.
 *
 * The widths of single fields (an order number, a name) stand beside their types, in
 * base/facts.h and channels/channel.h; what is too wide for its field is refused by
 * text_copy's caller.  Arrays that only our own code fills may have sizes of their own.
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
	 * waiting for a token.  A case whose call finds no place tries again by and by; so many places are
	 * kept for orders to pay, which don't. */
	FLIGHTS_MAX = 512,
	FLIGHTS_KEPT = 64,
	/* Credentials in use at once: each tool and channel, each role, old and new. */
	LINKS_MAX = 16,
	/* Delivery statuses that may be ahead of the answer to their send; of more the oldest is forgotten,
	 * and the log says so. */
	EARLY_MAX = 64,
	/* Messages of which we remember that they may have been sent already: a second doubt ends them.  Of
	 * more the oldest is forgotten, and from then on one that was sent before for any reason counts. */
	DOUBTS_MAX = 64,
	/* Bytes of one header's value that is kept; a longer one is left out, as if it had not been sent. */
	ANSWER_HEADER_VALUE_MAX = 1023,
	/* Operations that may wait for a provider that bears few calls at once; more are tried again later,
	 * so that look-ups never take the room of payments. */
	CALLS_IN_LINE_MAX = 64,
	/* Requests that one operation may need (an Omie look-up takes three). */
	OPERATION_STEPS_MAX = 8,
	/* Questions to the bank at once after a restore, and of those that are open how many one answer of
	 * the control socket tells (128 bytes each, in a REQUEST_BYTES_MAX). */
	RECONCILE_CALLS_MAX = 32,
	RECONCILE_QUESTIONS_SHOWN = 256,

	/* --- sizes of facts ---------------------------------------------------------------- */

	ORDER_ITEMS_MAX = 100,    /* lines of an order; more is for a person */
	NOTE_ITEMS_MAX = 990,     /* a line's number in an NF-e (fiscal.md section 2) */
	PAYMENT_REFUNDS_MAX = 32, /* refunds of one payment; more is for a person */
	PHONES_MAX = 3,           /* phone numbers of a buyer in the ERP */

	/* --- conversations ------------------------------------------------------------------ */

	/* Bytes of one customer's message that we keep; WhatsApp itself allows 65,536. */
	MESSAGE_BYTES_MAX = 8 * 1024,
	/* Words of one message that we try to understand; longer letters are for a person. */
	MESSAGE_WORDS_MAX = 512,
	/* Numbers of one message that are weighed as order numbers; with more it names none. */
	CANDIDATES_MAX = 16,
	/* Words, and bytes, of a message that can be a plain yes; nobody says one in more. */
	ANSWER_WORDS_MAX = 40,
	CONSENT_BYTES_MAX = 1000,
	/* Messages without an order number, asked for one, before a person looks. */
	UNCLEAR_MAX = 3,
	/* Of one language's word lists; the largest file uses less than half of each. */
	LEXICON_WORDS_MAX = 8192,
	LEXICON_PHRASES_MAX = 8192,
	LEXICON_ELEMENTS_MAX = 16384, /* words in all phrases together */
	LEXICON_GROUPS_MAX = 128,
	PHRASE_ELEMENTS_MAX = 16, /* words of one phrase */
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
	/* Times one refund order may reach the bank, always under the same id, before a person looks. */
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

	/* --- files of the shop -------------------------------------------------------------- */

	/* Bytes of estorno.conf, of a mandate's signed body (its file: four times that), and of one secret
	 * of a credential, so that two fit a Basic header. */
	SETTINGS_BYTES_MAX = 64 * 1024,
	MANDATE_BYTES_MAX = 2048,
	SECRET_BYTES_MAX = 1024,
	/* Seconds that an access token is believed to last, whatever the bank says. */
	TOKEN_SECONDS_MAX = 86400,
	/* Timers of the loop at once: answers of the sandbox that leave later. */
	LOOP_TIMERS_MAX = 4096,

	/* --- pages -------------------------------------------------------------------------- */

	/* Cases in the list: held ones, each of which waits for a person; of each state in which the bot is
	 * at work; of each in which it has ended.  And the newest lines of a conversation and a history. */
	SHOWN_HELD_MAX = 200,
	SHOWN_LIVE_MAX = 100,
	SHOWN_ENDED_MAX = 25,
	SHOWN_LINES_MAX = 200,

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
	/* Words of a message given as arguments, of a reason to deny, and bytes of them joined (the kernel
	 * allows about half). */
	UNDERSTAND_WORDS_MAX = 10000,
	DECIDE_WORDS_MAX = 200,
	ARGUMENTS_BYTES_MAX = 4 * 1024 * 1024,
	/* Files of one `verify`, and bytes of one: written for people, a receipt is larger. */
	VERIFY_FILES_MAX = 100000,
	RECEIPT_FILE_BYTES_MAX = 2 * RECEIPT_BYTES_MAX,
	/* Names tried for a new folder of an export. */
	EXPORT_FOLDERS_MAX = 1000,
};

#endif
