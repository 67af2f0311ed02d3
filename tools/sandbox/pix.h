/*
 * The bank simulator's books: BACEN's API Pix at one institution (pix.md).
 *
 *	POST /oauth/token                          a token for the reader or the writer
 *	GET  /v2/cob/{txid}                        cob.read     "pix.charge"
 *	GET  /v2/cobv/{txid}                       cobv.read    "pix.due_charge"
 *	GET  /v2/pix?inicio=&fim=[&cpf=|&cnpj=]    pix.read     "pix.payments"
 *	GET  /v2/pix/{e2eid}                       pix.read     "pix.payment"
 *	PUT  /v2/pix/{e2eid}/devolucao/{id}        pix.write    "pix.refund"
 *	GET  /v2/pix/{e2eid}/devolucao/{id}        pix.read     "pix.refund_status"
 *
 * The last column is where faults wait ("pix.token" for the first).  Beside the common
 * ones there are:
 *
 *	pending    at pix.refund: EM_PROCESSAMENTO for `value` ms; 0 settles at once
 *	not_done   at pix.refund: ends as NAO_REALIZADO for lack of balance
 *	soap       at pix.refund: executed, and answered 500 with a SOAP fault
 *	stale      at pix.refund_status: 404; at pix.payment, pix.charge and pix.payments: the
 *	           newest refund of each payment is left out
 */
#ifndef TOOLS_SANDBOX_PIX_H
#define TOOLS_SANDBOX_PIX_H

#include <stdint.h>

#include "base/facts.h"
#include "tools/sandbox/simulator.h"

struct world;

enum {
	PIX_REFUNDS_MAX = 1024,            /* then refunds are answered 503 */
	PIX_TOKENS_MAX = 16,               /* then the oldest is forgotten */
	PIX_SETTLEMENT_MS = 900,           /* until DEVOLVIDO; 1 to 2 s in life (section 10) */
	PIX_DESCRIPTION_SIZE = 4 * 140 + 1 /* 140 characters, as bytes */
};

/* A refund the bank knows of.  Its status at an instant follows from the rest. */
struct pix_refund {
	char e2eid[E2EID_SIZE];
	char id[REFUND_ID_SIZE];
	char rtrid[RTRID_SIZE];
	int64_t amount_cents;
	char nature[24];
	char description[PIX_DESCRIPTION_SIZE];
	int64_t requested_ms;
	int64_t final_ms;         /* when it stops being EM_PROCESSAMENTO */
	enum refund_status final; /* REFUND_RETURNED or REFUND_NOT_DONE */
	char motive[MOTIVE_SIZE];
};

/* What the bank answers when an {id} comes again for its payment: the sources disagree (section 5).
 * Whatever it is, nothing is executed twice. */
enum pix_same_id {
	PIX_SAME_ID_REFUSED, /* 400 PixDevolucaoInvalida, "id já utilizado": the standard's text */
	PIX_SAME_ID_CONFLICT, /* 409 devolucao_id_duplicado: Efí */
	PIX_SAME_ID_OK,       /* 200 with the refund as it stands, whatever was sent */
	PIX_SAME_ID_CREATED   /* 201, the same */
};

struct pix_books {
	int64_t refund_count;
	struct pix_refund refunds[PIX_REFUNDS_MAX];
	int64_t token_count; /* given out so far */
	struct pix_token {
		char text[48];
		unsigned scopes;
		int64_t until_ms;
	} tokens[PIX_TOKENS_MAX];
	int64_t refund_puts; /* PUTs that reached us, executed or not */
	enum pix_same_id same_id_policy;
};

/* `request->url` is the path with its query: "/oauth/token", "/v2/cob/{txid}", ... */
void pix_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
                  struct simulated *answer);

/* A refund made elsewhere, settled at once, under an id of the bank's own (section 6): `nature`
 * "ORIGINAL" is the bank's app, "MED_FRAUDE" and the like the central bank's mechanism.  False when
 * there is no such payment, it has less than that left, or the books are full. */
bool pix_sandbox_insert_refund(struct world *world, const char *e2eid, const char *nature,
                               int64_t amount_cents, int64_t now_ms, struct why *why);

/* {"payments":[{order,e2eid,txid,amount_cents,refunds:[{id,rtrid,amount_cents,status,nature,...}]}],
 * "refund_puts":n} */
json_t *pix_books_json(const struct world *world, int64_t now_ms);

#endif
