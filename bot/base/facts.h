/*
 * Facts: what the systems of record told us, in our own words.
 *
 * Tools write them, the case and the gate read them, the store keeps them as JSON.
 * A fact never says more than its source did: what a system did not mention is
 * empty or zero, and every fact that may be absent says `exists`.
 *
 *	order     the ERP's order, its buyer, how it was paid, the note that sold it
 *	payment   the Pix that paid it, with every refund the bank knows of
 *	refund    one refund
 *	note      the return note (the "credit note" of shop language)
 */
#ifndef BASE_FACTS_H
#define BASE_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/access_key.h"
#include "base/limits.h"
#include "base/why.h"

/* --- order ------------------------------------------------------------------------------- */

enum { ORDER_NUMBER_SIZE = 32, DOCUMENT_SIZE = 15, PHONE_TEXT_SIZE = 32, REFERENCE_SIZE = 64 };

struct order_item {
	int64_t number;        /* nItem in the note that sold it */
	char code[64];         /* the shop's product code */
	char description[256]; /* a note allows 120 characters; accents take two bytes */
	char ncm[12];          /* eight digits */
	char cfop[8];          /* four digits, of the sale */
	char unit[8];
	int64_t quantity_e4;    /* ten-thousandths */
	int64_t unit_price_e6;  /* millionths of a real */
	int64_t discount_cents; /* of the line */
	int64_t total_cents;    /* after it */
};

struct buyer {
	char name[128];
	char document[DOCUMENT_SIZE];             /* CPF or CNPJ, letters and digits only */
	char phones[PHONES_MAX][PHONE_TEXT_SIZE]; /* as the ERP writes them */
	char email[128];
	char street[128], street_number[32], complement[64], district[64], city[64];
	char state[4], postal_code[12];
};

struct sale_note {
	char access_key[ACCESS_KEY_SIZE]; /* "" when the order was not billed with a NF-e */
	char number[ACCESS_KEY_NUMBER_SIZE];
	char series[8];
	bool in_production; /* not the tax authority's test environment */
};

struct order_facts {
	bool exists;
	char number[ORDER_NUMBER_SIZE]; /* as the shop shows it */
	char ledger_id[REFERENCE_SIZE]; /* the ERP's own id */
	int64_t total_cents;
	int64_t ordered_ms; /* 0 when the ERP does not say */
	bool paid_by_pix;
	char payment_reference[REFERENCE_SIZE]; /* Pix txid or e2eid, as the shop keeps it */
	bool billed, cancelled, returned, partly_returned;
	struct buyer buyer;
	struct sale_note sale_note;
	int64_t item_count;
	struct order_item items[ORDER_ITEMS_MAX];
};

/* --- payment and refund ------------------------------------------------------------------ */

enum { E2EID_SIZE = 33, TXID_SIZE = 36, REFUND_ID_SIZE = 36, RTRID_SIZE = 36, MOTIVE_SIZE = 256 };

#define REFUND_STATUSES(X)                                             \
	X(PROCESSING, "EM_PROCESSAMENTO") /* asked for, not settled */ \
	X(RETURNED, "DEVOLVIDO")          /* settled: final */         \
	X(NOT_DONE, "NAO_REALIZADO")      /* will not happen: final */ \
	X(UNRECOGNISED, "?")              /* a status this program does not know: not final */

enum refund_status {
#define X(name, text) REFUND_##name,
	REFUND_STATUSES(X)
#undef X
};

const char *refund_status_text(enum refund_status status);
enum refund_status refund_status_parse(const char *text); /* anything else: REFUND_UNRECOGNISED */

struct refund_facts {
	bool exists;
	char id[REFUND_ID_SIZE]; /* ours, or the bank's own for refunds made elsewhere */
	char rtrid[RTRID_SIZE];  /* the settlement system's id, "" until there is one */
	int64_t amount_cents;
	char nature[24]; /* ORIGINAL, RETIRADA, MED_FRAUDE, ... */
	enum refund_status status;
	int64_t requested_ms, settled_ms; /* 0 when not said */
	char motive[MOTIVE_SIZE];         /* the bank's words for a refund not done, raw */
};

struct payment_facts {
	bool exists;
	char e2eid[E2EID_SIZE];
	char txid[TXID_SIZE];
	int64_t amount_cents;
	int64_t paid_ms;
	int64_t refund_count;
	struct refund_facts refunds[PAYMENT_REFUNDS_MAX]; /* all of them: ours, the app's, MED's */
};

/* --- note -------------------------------------------------------------------------------- */

enum { NOTE_REF_SIZE = 40, NOTE_MESSAGE_SIZE = 256 };

#define NOTE_STATUSES(X)                                                                \
	X(PROCESSING, "processando_autorizacao")                                        \
	X(AUTHORISED, "autorizado")                                                     \
	X(REJECTED, "erro_autorizacao") /* the same ref may be sent again, corrected */ \
	X(DENIED, "denegado")           /* final: the number is burnt */                \
	X(CANCELLED, "cancelado")                                                       \
	X(UNRECOGNISED, "?")

enum note_status {
#define X(name, text) NOTE_##name,
	NOTE_STATUSES(X)
#undef X
};

const char *note_status_text(enum note_status status);
enum note_status note_status_parse(const char *text);

struct note_facts {
	bool exists;
	char ref[NOTE_REF_SIZE];
	enum note_status status;
	char authority_status[8]; /* cStat */
	char authority_message[NOTE_MESSAGE_SIZE];
	char access_key[ACCESS_KEY_SIZE];
	char number[16], series[8];
	char protocol[24];
	bool environment_known, in_production;
	bool content_known; /* the following were read back, not assumed */
	int64_t purpose;    /* finNFe: 4 is a return */
	bool is_entry;      /* tpNF 0 */
	int64_t total_cents;
	int64_t item_count;
	char sale_access_key[ACCESS_KEY_SIZE]; /* the one note every item refers to, else "" */
};

/* --- one of them -------------------------------------------------------------------------- */

enum facts_kind { FACTS_NONE, FACTS_ORDER, FACTS_PAYMENT, FACTS_REFUND, FACTS_NOTE };

struct facts {
	enum facts_kind kind;
	union {
		struct order_facts order;
		struct payment_facts payment;
		struct refund_facts refund;
		struct note_facts note;
	};
};

/* As JSON and back, for the store, the test cases and the story of a case: {"order":{...}} with every
 * field by its name here, {} for FACTS_NONE.  Reading follows base/record.h.  The caller owns what is
 * returned. */
struct record;
extern const struct record order_item_record, buyer_record;

json_t *facts_to_json(const struct facts *facts);
bool facts_from_json(const json_t *json, struct facts *facts, struct why *why);

#endif
