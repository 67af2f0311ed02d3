/*
 * A case: one customer, one order, one refund, from the complaint to the receipt.
 *
 * This header is the vocabulary of the pure core.  Everything it may know comes in,
 * everything it wants done goes out:
 *
 *	case' , effects = step(case, event, surroundings)
 *
 * No I/O, no clock, no randomness: the engine brings an event, stores the changed case
 * together with the effects in one transaction, and only then acts.
 */
#ifndef REFUND_CASE_H
#define REFUND_CASE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/facts.h"
#include "base/id.h"
#include "base/operation.h"
#include "base/outcome.h"
#include "proof/disclosure.h"
#include "proof/receipt.h"
#include "proof/verdict.h"
#include "refund/hold.h"
#include "refund/mandate.h"
#include "refund/phrasebook.h"
#include "refund/policy.h"
#include "refund/understand.h"

/* --- states ------------------------------------------------------------------------------- */

#define CASE_STATES(X)                                                            \
	X(OPENED)      /* just heard */                                           \
	X(NEEDS_ORDER) /* waits for the customer's order number */                \
	X(LOOKING_UP)  /* reads the ERP and the bank */                           \
	X(OFFERED)     /* waits for the customer's yes */                         \
	X(RESERVED)    /* yes heard, mandate reserved, last look before paying */ \
	X(REFUNDING)   /* the order to pay is on disk and may have left */        \
	X(NOTING)      /* money is back; the credit note is being issued */       \
	X(VERIFYING)   /* everything is read back with read-only credentials */   \
	X(SEALED)      /* the receipt is on disk and being signed */              \
	X(NOTIFYING)   /* the customer is being told */                           \
	X(CLOSED)      /* told */                                                 \
	X(DECLINED)    /* the customer said no */                                 \
	X(REFUSED)     /* a person said no, with a reason */                      \
	X(EXPIRED)     /* the customer went silent */                             \
	X(HELD)        /* a person decides: the reason says what */

enum case_state {
#define X(name) CASE_##name,
	CASE_STATES(X)
#undef X
};

enum { CASE_STATE_COUNT = CASE_HELD + 1 };

const char *case_state_text(enum case_state state);
bool case_state_parse(const char *text, enum case_state *state);

/* CLOSED, DECLINED, REFUSED, EXPIRED: nothing happens any more by itself. */
bool case_has_ended(enum case_state state);

/* --- the case ------------------------------------------------------------------------------ */

enum {
	CREDENTIAL_SIZE = 48,
	DISCLOSED_SIZE = 4096 /* a disclosure of at most REPLY_BYTES_MAX of text */
};

/* What was offered, and the yes to it.  Nothing of it changes once it was said. */
struct offer {
	char id[ID_SIZE]; /* "" before one was made */
	int64_t amount_cents;
	int64_t made_ms, expires_ms;
	int64_t unclear_answers; /* asked once more, then a person */
	int64_t early_answers;   /* a yes to what had not been read: asked again, a few times */
	int64_t consent_message; /* our id of the message that said yes; 0 before */
	int64_t consented_ms;
};

/* The order to pay.  The id is derived before anything leaves and is the same on every resend. */
struct refund {
	char id[REFUND_ID_SIZE]; /* "" before one was derived */
	char e2eid[E2EID_SIZE];  /* the payment it goes back along, as it was when we offered */
	int64_t sequence;        /* 1; one more only after a final NAO_REALIZADO */
	int64_t sends;           /* times it was handed to the bank */
	int64_t sent_ms;         /* the latest of them */
	int64_t round_sends; /* of them, those that may have left since a person last let it go on */
	int64_t void_sends; /* so many of them certainly did not happen; of all, when it is sends */
	bool acknowledged;  /* the bank has shown it to us at least once */
	bool settled;       /* read back as DEVOLVIDO: final */
	bool burnt; /* read back as NAO_REALIZADO, or denied when it was void: this id is used up */
	bool send_again; /* the latest certainly did not happen: what is due is the same order again */
	bool slow_told; /* the customer has heard that it takes longer: once is enough */
};

struct note {
	char ref[NOTE_REF_SIZE];
	int64_t sends;
	int64_t sent_ms;
	bool send_again;
};

/* Under which mandate it was paid: what the receipt says about it. */
struct mandate_used {
	char id[MANDATE_ID_SIZE];
	int64_t version;
	char key_id[32];
	char digest[RECEIPT_DIGEST_SIZE]; /* of the signed bytes */
	int64_t per_refund_cents;
};

/* A fact, when it was read, and with which credential. */
struct reading {
	int64_t read_ms;                  /* 0: not read */
	char credential[CREDENTIAL_SIZE]; /* "pix read 1f0c..." */
};

struct refund_case {
	char id[ID_SIZE];
	int64_t contact; /* our id of who complains */
	enum case_state state;
	enum hold_reason reason; /* while HELD; of a denial; of what the seal is about to hold */
	enum language language;
	char order_number[ORDER_NUMBER_SIZE];
	int64_t order_tries; /* numbers given so far */

	int64_t opened_ms;
	int64_t entered_ms; /* into the present state */
	int64_t due_ms;     /* when the present state tries again; 0: it does not */
	int64_t notice_ms;  /* when the customer is told that it takes longer; 0: said, or never */
	int64_t give_up_ms; /* when the present state has lasted long enough; 0: never */
	int64_t tries;      /* of what the present state does; paces the next one */

	struct offer offer;
	struct refund refund;
	struct note note;
	struct mandate_used mandate;
	char receipt_id[RECEIPT_ID_SIZE]; /* the latest */
	bool receipt_is_safe;             /* verified, safe_to_claim_complete: may be told */

	struct reading order_reading, payment_reading, refund_reading, note_reading;
	struct order_facts order;
	struct payment_facts payment;
	struct refund_facts refund_seen;
	struct note_facts note_seen;
	char consent_disclosure[DISCLOSED_SIZE]; /* opens the commitment to the words of the yes */
	char reply[REPLY_BYTES_MAX]; /* the exact words bound into the latest safe receipt */
	char reply_commitment[COMMITMENT_SIZE];
};

/* The case without its facts as JSON and back: nothing personal in it. */
json_t *case_to_json(const struct refund_case *c);
bool case_from_json(const json_t *json, struct refund_case *c, struct why *why);

/* When time must wake it: the earliest of due, notice and give-up; 0 when it rests. */
int64_t case_wake_ms(const struct refund_case *c);

/* --- events -------------------------------------------------------------------------------- */

enum event_kind {
	EVENT_MESSAGE,       /* the customer wrote */
	EVENT_EDITED,        /* the customer changed a message */
	EVENT_DELETED,       /* the customer took a message back */
	EVENT_HUMAN_REPLIED, /* a person answered from the shop's own phone */
	EVENT_UNVERIFIED,    /* something was said, perhaps not by the customer: it is kept */
	EVENT_ANSWER,        /* an operation ended */
	EVENT_ROOM,          /* the mandate was weighed: EFFECT_WEIGH, _RESERVE or _PAY */
	EVENT_SEALED,        /* the receipt is signed and in the log */
	EVENT_TOLD,          /* the reply left, or could not */
	EVENT_DEADLINE,      /* case_wake_ms has come */
	EVENT_RELEASED,      /* a person let it go on */
	EVENT_DENIED         /* a person said no */
};

enum { EVENT_KIND_COUNT = EVENT_DENIED + 1 };

const char *event_text(enum event_kind kind);

/* How it was said; only words and buttons can ever mean yes. */
enum said_how { SAID_WORDS, SAID_BUTTON, SAID_MEDIA, SAID_REACTION };

struct said {
	int64_t message; /* our id of it */
	enum said_how how;
	const char *text;
	const char *button_id;
	bool forwarded;
	bool cut;    /* longer than we keep: never a yes */
	bool edited; /* changed before we heard it; `text` is what it became: never a yes */
	bool early;  /* words of before the open offer can have been read, as far as anybody can tell */
};

struct answered {
	enum operation_kind operation;
	char key[REFERENCE_SIZE]; /* operation_key(): of which order, payment, refund, note */
	enum outcome outcome;
	const struct facts *facts; /* when DONE */
	const char *credential;    /* that was used */
	int64_t retry_after_ms;    /* with RETRY: not before; 0 when not said */
};

enum room_for { ROOM_TO_OFFER, ROOM_TO_RESERVE, ROOM_TO_PAY };

struct room {
	enum room_for what;
	enum hold_reason refused; /* HOLD_NONE: there is room; ROOM_TO_RESERVE: it is taken */
	int64_t sequence;         /* ROOM_TO_OFFER: 1 more than the ids this payment has burnt */
	bool adopted;             /* ROOM_TO_PAY: nothing was sent, it had been before */
	struct mandate_used mandate;
};

struct event {
	enum event_kind kind;
	union {
		struct said said; /* MESSAGE, EDITED, DELETED, UNVERIFIED */
		struct answered answer;
		struct room room;
		enum result sealed; /* SEALED: what the receipt says */
		bool told;          /* TOLD: it left */
		const char *words;  /* DENIED: the reason, for the customer */
	};
};

/* --- effects ------------------------------------------------------------------------------- */

enum effect_kind {
	EFFECT_SAY,     /* `template`, words in `text`; with REFUND_DONE the receipt in the case */
	EFFECT_ASK,     /* `operation`; a write other than the refund, or a read */
	EFFECT_WEIGH,   /* would the mandate allow it now, and could the note in `operation` be
	                   asked for? -> EVENT_ROOM */
	EFFECT_OFFER,   /* record c->offer */
	EFFECT_CONSENT, /* record the yes to c->offer */
	EFFECT_RESERVE, /* take room under the mandate -> EVENT_ROOM */
	EFFECT_PAY,     /* weigh again, mark as executing, send `operation` -> EVENT_ROOM */
	EFFECT_ADOPT,   /* the bank has `operation` already and this store forgot it: the same rows,
	                   and nothing is sent -> EVENT_ROOM */
	EFFECT_SPENT,   /* the reserved money went back */
	EFFECT_RELEASE, /* it certainly did not, and will not under this id */
	EFFECT_SEAL     /* prepare and sign a receipt of `effects->verdict` -> EVENT_SEALED */
};

struct effect {
	enum effect_kind kind;
	enum template template;
	char text[REPLY_BYTES_MAX];
	struct operation operation;
};

enum { DISCLOSURES_MAX = 4 };

/* What opens one salted value of a receipt (proof/disclosure.h). */
struct disclosed {
	char name[DISCLOSURE_NAME_SIZE];
	char text[DISCLOSED_SIZE];
};

struct effects {
	size_t count;
	struct effect list[EFFECTS_MAX];
	/* With EFFECT_SEAL: what the gate found, and what stands behind the salted values. */
	struct verdict verdict;
	size_t disclosure_count;
	struct disclosed disclosures[DISCLOSURES_MAX];
};

/* --- surroundings -------------------------------------------------------------------------- */

/* What a step may know besides the case and the event. */
struct surroundings {
	int64_t now_ms;
	const uint8_t *entropy; /* ENTROPY_BYTES fresh ones for every step */
	const struct policy *policy;
	const struct lexicon *lexicon;
	const struct phrasebook *phrasebook;
	const char *customer_address; /* the phone or lid that is talking to us */
	int64_t receipts_of_order;    /* how many there are: names the next one */
	/* VERIFYING: of the mandate in the case, as it stands now; "" when it is gone or does not hold */
	char mandate_digest[RECEIPT_DIGEST_SIZE];
	int64_t epoch; /* of the store's latest restore, 0 before one: names it too */
	bool money_paused; /* the store is an older one and the bank was not asked yet: no order to pay */
};

/* A new case in OPENED.  `id` is the caller's. */
void case_open(struct refund_case *c, const char *id, int64_t contact, int64_t now_ms);

/* Is this message this case's?  Live cases take everything, but one that is being paid or is held leaves
 * a complaint about another order to a new case; an ended one takes only thanks and questions about
 * itself, for a day. */
bool case_takes(const struct refund_case *c, const struct said *said,
                const struct surroundings *around);

/* May a person still say no?  Not once an order to pay has left, unless the bank has refused it for good, or
 * every one of them certainly did not happen: it never left, or the bank knows no such refund, the grace
 * period is over, and the payment's own list says the same. */
bool case_may_be_denied(const struct refund_case *c);

/* Where a HELD case goes on when a person releases it. */
enum resume case_resume(const struct refund_case *c);

/* One step.  `c` is changed in place; `effects` is filled from empty.  Every pair of state and event
 * has an answer: flow.c is the table. */
void case_step(struct refund_case *c, const struct event *event, const struct surroundings *around,
               struct effects *effects);

#endif
