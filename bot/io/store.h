/*
 * The store: one file that holds everything, behind one narrow door.
 *
 * No SQLite in this header: another database may stand behind it one day.  The rooms:
 *
 *	store.c           the file: creating, opening, pragmas, migrations, transactions
 *	store_people.c    contacts, what they said, what we say
 *	store_case.c      cases, their facts and history, operations and attempts
 *	store_money.c     mandates, payments, reservations
 *	store_proof.c     receipts, seals, the log
 *	store_admin.c     credentials, staff, the audit trail
 *	store_restore.c   an older file in the store's place
 *	store_wal.c       nothing is built on what may not be on disk
 *
 * One writer.  Reading and writing happen inside store_begin .. store_commit; all that a
 * turn of the loop decided goes to disk in that one commit, with one fsync.
 *
 * Errors.  A promise of the schema that says no (a limit, a second yes) is an answer:
 * the function that may meet one says so.  Anything else (disk full, I/O error, a file
 * that is not ours) marks the store as failed: every later call does nothing and finds
 * nothing, and store_commit says why.  So a caller checks once, where it matters: before
 * anything leaves.
 */
#ifndef IO_STORE_H
#define IO_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/connection.h"
#include "base/outcome.h"
#include "base/why.h"
#include "channels/channel.h"
#include "proof/disclosure.h"
#include "proof/receipt.h"
#include "refund/case.h"
#include "refund/mandate.h"

struct store;

enum store_access { STORE_READ_ONLY, STORE_READ_WRITE };

/* --- the file: store.c --------------------------------------------------------------------- */

/* Is there a store at `path`, or anything else that is not ours to overwrite?  A file whose making was cut
 * short is neither: it holds nothing. */
bool store_is_there(const char *path);

/* Makes a new file at `path`; refused when there is one.  Safe order of pragmas: synchronous=EXTRA
 * before journal_mode=WAL (receipts.md section 6). */
struct store *store_create(const char *path, int64_t now_ms, struct why *why);

/* Opens it, migrates it when it is older (writers only), asserts every pragma.  A second writer is
 * refused.  A writer also notices when an older file was put in the store's place: money is paused then. */
struct store *store_open(const char *path, enum store_access access, struct why *why);
void store_close(struct store *store);

/* A transaction.  Everything below belongs inside one. */
void store_begin(struct store *store);
bool store_commit(struct store *store, struct why *why);
void store_rollback(struct store *store);

/* Says no when the store has failed, with the first cause. */
bool store_is_well(const struct store *store, struct why *why);

/* The latest instant ever committed; the clock of the mandate's windows never goes behind it. */
int64_t store_clock_ms(struct store *store);
void store_set_clock(struct store *store, int64_t now_ms);

/* A consistent copy of the whole file at `path`, which must not exist; it is marked as a copy, so that money
 * is paused when it is opened in the store's place.  A reader may make it while another process writes; not
 * inside a transaction. */
bool store_backup(struct store *store, const char *path, struct why *why);

/* --- people: store_people.c ------------------------------------------------------------------ */

struct contact {
	int64_t id;
	char channel[24];
	char address[ADDRESS_SIZE];
	char lid[ADDRESS_SIZE];
	char name[128];
};

/* Finds or adds by channel and address; lid and name are kept up to date.  Returns its id. */
int64_t store_contact(struct store *store, const struct contact *contact, int64_t now_ms);
bool store_contact_load(struct store *store, int64_t id, struct contact *contact);

/* One message as it is kept. */
struct message {
	int64_t id;
	int64_t contact;
	char case_id[ID_SIZE];
	bool by_shop; /* a person at the shop's own phone */
	bool waiting;
	bool cut;
	int64_t heard_ms;
	const struct heard *heard;
};

/* Keeps a message; gives its id.  False when it is known already (P9). */
bool store_hear(struct store *store, const char *channel, struct message *message);
void store_message_assign(struct store *store, int64_t id, const char *case_id);

/* How much later than it was written, by the channel's clock, a message is heard by ours when nothing holds it
 * up: the least of the latest ones, so also what the two clocks differ by.  False when nobody can tell. */
bool store_heard_lag_ms(struct store *store, const char *channel, int64_t *lag_ms);

/* The case and contact of a message by the provider's id; false when unknown. */
bool store_message_find(struct store *store, const char *channel, const char *provider_id,
                        int64_t *contact, char *case_id);

/* What the message became, when an edit of it was heard already; false when none was.  Webhooks come in any
 * order, so an edit may be there before its message. */
bool store_message_edit(struct store *store, const char *channel, const char *provider_id,
                        char text[MESSAGE_BYTES_MAX]);

/* The customer took it back.  False when it is unknown or was taken back before. */
bool store_message_delete(struct store *store, const char *channel, const char *provider_id,
                          int64_t now_ms);

#define SAYINGS(X)              \
	X(QUEUED, "queued")     \
	X(SENDING, "sending")   \
	X(ACCEPTED, "accepted") \
	X(SENT, "sent") X(RECEIVED, "received") X(READ, "read") X(FAILED, "failed")

enum saying_state {
#define X(name, text) SAYING_##name,
	SAYINGS(X)
#undef X
};

struct saying {
	int64_t id;
	int64_t contact;
	char case_id[ID_SIZE];
	char template[32]; /* "offer", "refund_done", "staff" */
	char text[REPLY_BYTES_MAX];
	char receipt_id[RECEIPT_ID_SIZE]; /* with refund_done; "" otherwise */
	char commitment[COMMITMENT_SIZE];
	enum saying_state state;
	int64_t attempts;
};

/* Queues a message of ours, due now.  False with `why` when the schema refuses it: P1. */
bool store_say(struct store *store, const struct saying *saying, int64_t now_ms, struct why *why);

/* Messages that are due and whose contact has none on its way: at most `room`, oldest first. */
size_t store_sayings_due(struct store *store, int64_t now_ms, struct saying *sayings, size_t room);

/* Moves a message; `due_ms` 0 for never again.  Statuses only go forward; an earlier one is ignored. */
void store_saying_set(struct store *store, int64_t id, enum saying_state state, int64_t due_ms,
                      const struct sent *sent, const char *failure, int64_t now_ms);

/* Sets only when it is looked at again; 0 for never. */
void store_saying_postpone(struct store *store, int64_t id, int64_t due_ms);

/* By what the provider calls it; either id may be "".  False when it is not ours. */
bool store_saying_find(struct store *store, const char *provider_id, const char *queue_id,
                       struct saying *saying);

/* Has a message of this case with the offer of `made_ms` been taken by the channel, and is `quoted_id` one? */
struct offer_sight {
	bool accepted, quoted;
};
struct offer_sight store_offer_sight(struct store *store, const char *case_id, int64_t made_ms,
                                     const char *quoted_id);

/* After a start: messages that were on their way go again. */
void store_sayings_recover(struct store *store, int64_t now_ms);

/* The conversation of a case, oldest first, in both directions. */
struct line {
	int64_t at_ms;
	char author[16]; /* customer, bot, shop */
	char text[MESSAGE_BYTES_MAX];
	char content[16];
	char state[16]; /* of ours: sent, read, ...; "deleted" or "edited" of the customer's */
};
typedef void store_line_visit(void *context, const struct line *line);
void store_conversation(struct store *store, const char *case_id, store_line_visit *visit,
                        void *context);

/* --- cases: store_case.c --------------------------------------------------------------------- */

bool store_case_load(struct store *store, const char *id, struct refund_case *c);

/* Writes the case and the facts that are newer than what is stored. */
void store_case_save(struct store *store, const struct refund_case *c, int64_t now_ms);

/* Ids of a contact's cases, newest first. */
size_t store_cases_of(struct store *store, int64_t contact, char ids[][ID_SIZE], size_t room);

/* Ids of cases that time must wake, earliest first. */
size_t store_cases_due(struct store *store, int64_t now_ms, char ids[][ID_SIZE], size_t room);

/* When the next case or message is due; INT64_MAX when none. */
int64_t store_next_due_ms(struct store *store);

void store_transition(struct store *store, const char *case_id, int64_t at_ms, const char *from,
                      const char *to, const char *reason, const char *actor);

/* One row of `estorno cases`. */
struct case_row {
	char id[ID_SIZE];
	char order_number[ORDER_NUMBER_SIZE];
	char state[16];
	char reason[32];
	int64_t amount_cents;
	char receipt_id[RECEIPT_ID_SIZE];
	bool receipt_is_safe; /* that receipt is sealed, and what it claims may be told */
	int64_t opened_ms, entered_ms, changed_ms; /* entered: into the present state */
	char address[ADDRESS_SIZE]; /* for staff; masked by whoever shows it to others */
	char name[128];
};
typedef void store_case_visit(void *context, const struct case_row *row);

/* Newest first; `state` "" for all; `before_ms` 0 for from the newest. */
void store_cases(struct store *store, const char *state, size_t limit, store_case_visit *visit,
                 void *context);

enum { ACTOR_SIZE = 80 }; /* "staff:" and a name of at most 63 bytes */

struct transition_row {
	int64_t at_ms;
	char from[16], to[16], reason[32], actor[ACTOR_SIZE];
};
typedef void store_transition_visit(void *context, const struct transition_row *row);
void store_history(struct store *store, const char *case_id, store_transition_visit *visit,
                   void *context);

/* The operation's id, added when it is new for this case.  0 when the schema refuses it; `why`. */
int64_t store_operation(struct store *store, const char *case_id, const struct operation *operation,
                        int64_t now_ms, struct why *why);
bool store_operation_load(struct store *store, int64_t id, struct operation *operation,
                          char *case_id);

/* 0 when the schema refuses: one is open, or the mandate does not allow it. */
int64_t store_attempt_open(struct store *store, int64_t operation, const char *tool,
                           const char *credential, int64_t now_us, struct why *why);
void store_attempt_close(struct store *store, int64_t attempt, int64_t now_us, enum outcome outcome,
                         const char *why);

/* Attempts that were under way when we stopped. */
struct open_attempt {
	int64_t id, operation;
	char case_id[ID_SIZE];
	char credential[CREDENTIAL_SIZE];
};
size_t store_open_attempts(struct store *store, struct open_attempt *attempts, size_t room);

struct attempt_row {
	char kind[24], key[64], tool[24], credential[CREDENTIAL_SIZE], outcome[16];
	char why[WHY_SIZE];
	int64_t started_us, ended_us; /* ended 0: under way */
};
typedef void store_attempt_visit(void *context, const struct attempt_row *row);
void store_attempts(struct store *store, const char *case_id, store_attempt_visit *visit,
                    void *context);

void store_offer(struct store *store, const struct refund_case *c);

/* False when the schema refuses the yes: a second one, too late, other terms. */
bool store_consent(struct store *store, const struct refund_case *c, struct why *why);

/* --- money: store_money.c ------------------------------------------------------------------------ */

/* Pins finance's public key.  False when it is pinned already. */
bool store_trust_key(struct store *store, const char *key_id, const char *public_key,
                     int64_t now_ms);
bool store_trusted_key(struct store *store, const char *key_id, char *public_key, size_t size);

#define MANDATE_STATUSES(X) \
	X(ACTIVE, "active") X(PAUSED, "paused") X(REVOKED, "revoked") X(SUPERSEDED, "superseded")

enum mandate_status {
#define X(name, text) MANDATE_##name,
	MANDATE_STATUSES(X)
#undef X
};

const char *mandate_status_text(enum mandate_status status);

/* A mandate as stored: the signed bytes, and the columns that SQL enforces. */
struct stored_mandate {
	struct mandate columns;
	char body[2048];
	char signature[128];
	char key_id[32];
	enum mandate_status status;
	int64_t installed_ms, changed_ms;
};

/* Installs it and supersedes the one that ruled.  False with `why`: older than what is there, or revoked. */
bool store_mandate_install(struct store *store, const struct stored_mandate *mandate,
                           int64_t now_ms, struct why *why);

/* The latest mandate, whatever its status; false when none was ever installed. */
bool store_mandate_latest(struct store *store, struct stored_mandate *mandate);

/* Pauses, resumes or revokes the latest signature of `id`.  False with `why`. */
bool store_mandate_set(struct store *store, const char *id, enum mandate_status status,
                       int64_t now_ms, struct why *why);

typedef void store_mandate_visit(void *context, const struct stored_mandate *mandate);
void store_mandates(struct store *store, store_mandate_visit *visit, void *context);

/* What counts against the limits at `now_ms`, without what `case_id` itself has under way. */
void store_mandate_use(struct store *store, const char *case_id, const char *order_number,
                       const char *customer, int64_t now_ms, struct mandate_use *use);

/* What the bank said about a payment, for P7. */
void store_payment(struct store *store, const struct payment_facts *payment,
                   int64_t elsewhere_cents, int64_t now_ms);

/* 1 more than the refund ids of this payment that the bank has refused. */
int64_t store_refund_sequence(struct store *store, const char *e2eid);

struct reservation {
	const struct refund_case *c;
	const struct mandate *mandate;
	const char *customer; /* keyed hash of the buyer's document */
};

/* Takes room.  False with `why` when a trigger says no. */
bool store_reserve(struct store *store, const struct reservation *reservation, int64_t now_ms,
                   struct why *why);

#define RESERVATION_STATES(X)     \
	X(RESERVED, "reserved")   \
	X(EXECUTING, "executing") \
	X(SPENT, "spent")         \
	X(RELEASED, "release"     \
	            "d")

enum reservation_state {
#define X(name, text) RESERVATION_##name,
	RESERVATION_STATES(X)
#undef X
};

/* Moves the case's present reservation.  False with `why` when there is none or a trigger says no. */
bool store_reservation_set(struct store *store, const char *case_id, enum reservation_state state,
                           int64_t now_ms, struct why *why);

/* The case's order to pay leaves now, under `mandate`: its reservation is executing, and counts from here on
 * under that one and at `now_ms`.  False with `why` when there is none or a trigger says no. */
bool store_reservation_execute(struct store *store, const char *case_id,
                               const struct mandate *mandate, int64_t now_ms, struct why *why);

/* Is another case's money for this order under way? */
bool store_order_is_busy(struct store *store, const char *order_number, const char *case_id);

/* --- proof: store_proof.c -------------------------------------------------------------------------- */

/* A receipt whose bytes are on disk. */
struct stored_receipt {
	char id[RECEIPT_ID_SIZE];
	char case_id[ID_SIZE];
	char order_number[ORDER_NUMBER_SIZE];
	char result[16], lifecycle[24];
	bool safe, test, sealed;
	int64_t amount_cents;
	int64_t leaf_index;
	char supersedes[RECEIPT_ID_SIZE];
	char superseded_by[RECEIPT_ID_SIZE]; /* computed, never stored */
	char reply_commitment[COMMITMENT_SIZE];
	char *body; /* the signed bytes; ours to free with store_receipt_free */
	size_t body_length;
	char *details;      /* JSON */
	char signature[96]; /* "" until sealed */
	char *sshsig;
	char signing_key_id[32];
	int64_t prepared_ms, sealed_ms;
};

void store_receipt_free(struct stored_receipt *receipt);

/* Puts a receipt's bytes on disk and gives it its place in the log. */
void store_receipt_prepare(struct store *store, struct stored_receipt *receipt, int64_t now_ms);

/* The one with the lowest leaf index that is not sealed yet; false when all are. */
bool store_receipt_unsealed(struct store *store, struct stored_receipt *receipt);

bool store_receipt_load(struct store *store, const char *id, struct stored_receipt *receipt);

/* By its place in the log, sealed or not. */
bool store_receipt_at(struct store *store, int64_t leaf_index, struct stored_receipt *receipt);

/* How many receipts there are for an order: names the next one. */
int64_t store_receipt_count(struct store *store, const char *order_number, char *latest_id);

typedef void store_receipt_visit(void *context, const struct stored_receipt *receipt);
/* Sealed ones, newest first; `order_number` "" for all. */
void store_receipts(struct store *store, const char *order_number, size_t limit,
                    store_receipt_visit *visit, void *context);

/* Marks it sealed. */
struct seal {
	const char *receipt_id, *signature, *sshsig, *signing_key_id, *leaf_hash;
};
void store_seal(struct store *store, const struct seal *seal, int64_t now_ms);

void store_tree_node_add(struct store *store, unsigned level, uint64_t position,
                         const struct digest *hash);
bool store_tree_node(struct store *store, unsigned level, uint64_t position, struct digest *hash);

struct stored_head {
	int64_t size;
	char root[65];
	int64_t timestamp_ms;
	char signature[96];
	char signing_key_id[32];
	char checkpoint[1024];
};
void store_head_add(struct store *store, const struct stored_head *head);
bool store_head_latest(struct store *store, struct stored_head *head);
bool store_head(struct store *store, int64_t size, struct stored_head *head);

void store_disclosure_add(struct store *store, const char *receipt_id,
                          const struct disclosed *disclosed);
typedef void store_disclosure_visit(void *context, const struct disclosed *disclosed);
void store_disclosures(struct store *store, const char *receipt_id, store_disclosure_visit *visit,
                       void *context);

/* --- administration: store_admin.c -------------------------------------------------------------------- */

struct stored_credential {
	char name[CONNECTION_NAME_SIZE];
	enum role role;
	char nonce[64];
	char *sealed; /* base64; freed by the caller */
	char fingerprint[FINGERPRINT_SIZE];
	int64_t stored_ms;
};
void store_credential_set(struct store *store, const struct stored_credential *credential);
bool store_credential(struct store *store, const char *name, enum role role,
                      struct stored_credential *credential);
bool store_credential_remove(struct store *store, const char *name, enum role role);
typedef void store_credential_visit(void *context, const struct stored_credential *credential);
void store_credentials(struct store *store, store_credential_visit *visit, void *context);

struct staff {
	int64_t id;
	char name[64];
	char role[16];
	int64_t added_ms, disabled_ms;
};
bool store_staff_add(struct store *store, struct staff *staff, int64_t now_ms, struct why *why);
bool store_staff_find(struct store *store, const char *name, struct staff *staff);
bool store_staff_disable(struct store *store, const char *name, int64_t now_ms);
typedef void store_staff_visit(void *context, const struct staff *staff);
void store_staff_list(struct store *store, store_staff_visit *visit, void *context);

void store_staff_link_add(struct store *store, const char *token_hash, int64_t staff,
                          int64_t expires_ms);
/* Uses it up.  False when it is unknown, used, expired, or the person is disabled. */
bool store_staff_link_use(struct store *store, const char *token_hash, int64_t now_ms,
                          struct staff *staff);
void store_session_add(struct store *store, const char *token_hash, int64_t staff, int64_t now_ms,
                       int64_t expires_ms);
/* False when it is unknown, expired, idle since `idle_ms`, or the person is disabled.  `seen_ms` gets the
 * last request that was noted. */
bool store_session(struct store *store, const char *token_hash, int64_t now_ms, int64_t idle_ms,
                   struct staff *staff, int64_t *seen_ms);
void store_session_seen(struct store *store, const char *token_hash, int64_t now_ms);
void store_session_remove(struct store *store, const char *token_hash);

void store_audit(struct store *store, int64_t at_ms, const char *actor, const char *action,
                 const char *target, const char *detail);

/* --- an older file in the store's place: store_restore.c --------------------------------------------- */

struct restore {
	int64_t epoch;
	int64_t known_until_ms; /* the latest instant that the older file knew of */
	int64_t log_size;       /* leaves it had; later heads are this epoch's */
	int64_t reconciled_ms;  /* 0 while money is paused */
};
typedef void store_restore_visit(void *context, const struct restore *restore);
void store_restores(struct store *store, store_restore_visit *visit, void *context);

/* No order to pay leaves while this is true. */
bool store_money_is_paused(struct store *store);

/* Of the latest restore, 0 before the first: under which key the log goes on. */
int64_t store_log_epoch(struct store *store);

/* What the bank has not answered since the restore; none when money is not paused. */
struct question {
	char case_id[ID_SIZE];
	enum operation_kind kind; /* OPERATION_PAY_PAYMENT, or OPERATION_PAY_REFUND_STATUS */
	char e2eid[E2EID_SIZE];
	char refund_id[REFUND_ID_SIZE]; /* with REFUND_STATUS */
};
/* Those asked longest ago, or never, first. */
size_t store_unanswered(struct store *store, struct question *questions, size_t room);

/* How many there are in all. */
int64_t store_unanswered_count(struct store *store);

/* What the bank said it gave back of a payment, as far as this store does not know it as its own. */
int64_t store_payment_elsewhere(struct store *store, const char *e2eid);

/* Money may move again.  False with `why` while a question is open. */
bool store_reconciled(struct store *store, int64_t now_ms, struct why *why);

#endif
