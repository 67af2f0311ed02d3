/*
 * The bank simulator's books: BACEN's API Pix at one PSP (pix.md).
 */
#ifndef TOOLS_SANDBOX_PIX_H
#define TOOLS_SANDBOX_PIX_H

#include <stdint.h>

#include "base/facts.h"
#include "tools/sandbox/simulator.h"

struct world;

enum { PIX_REFUNDS_MAX = 1024, PIX_TOKENS_MAX = 16 };

/* A refund the bank was asked for.  Its status at an instant follows from the rest. */
struct pix_refund {
	char e2eid[E2EID_SIZE];
	char id[REFUND_ID_SIZE];
	char rtrid[RTRID_SIZE];
	int64_t amount_cents;
	char nature[24];
	char description[141];
	int64_t requested_ms;
	int64_t final_ms;           /* when it stops being EM_PROCESSAMENTO */
	enum refund_status final;   /* REFUND_RETURNED or REFUND_NOT_DONE */
	char motive[MOTIVE_SIZE];
};

struct pix_books {
	int64_t refund_count;
	struct pix_refund refunds[PIX_REFUNDS_MAX];
	int64_t token_count;
	struct pix_token {
		char text[48];
		bool may_write;
		int64_t until_ms;
	} tokens[PIX_TOKENS_MAX];
	int64_t refund_puts;        /* PUTs that reached us, executed or not */
};

/* `request->url`: "/oauth/token", "/v2/cob/{txid}", "/v2/pix/{e2eid}", ... */
void pix_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
                  struct simulated *answer);

/* {"payments":[{order,e2eid,amount_cents,refunds:[{id,amount_cents,status,nature,...}]}]} */
json_t *pix_books_json(const struct world *world, int64_t now_ms);

#endif
