/*
 * The issuer simulator's books: Focus NFe and, behind it, the tax authority (fiscal.md).
 */
#ifndef TOOLS_SANDBOX_FOCUS_H
#define TOOLS_SANDBOX_FOCUS_H

#include <stdint.h>

#include "base/facts.h"
#include "tools/sandbox/simulator.h"

struct world;

enum { FOCUS_NOTES_MAX = 256 };

/* A note that was sent to be authorised.  Its status at an instant follows from the rest. */
struct focus_note {
	char ref[NOTE_REF_SIZE];
	char access_key[ACCESS_KEY_SIZE];
	char number[16], series[8], protocol[24];
	json_t *request;            /* the body as received; ours */
	int64_t sent_ms;
	int64_t final_ms;
	enum note_status final;     /* AUTHORISED, REJECTED or DENIED */
	char authority_status[8];
	char authority_message[NOTE_MESSAGE_SIZE];
};

struct focus_books {
	int64_t note_count;
	struct focus_note notes[FOCUS_NOTES_MAX];
	int64_t next_number;        /* nNF of the next note */
	int64_t posts;              /* POSTs that reached us */
};

/* `request->url`: "/v2/nfe?ref=REF", "/v2/nfe/REF?completa=1", ... */
void focus_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
                    struct simulated *answer);

/* {"notes":[{ref,status,number,total_cents,sale_access_key,...}]} */
json_t *focus_books_json(const struct world *world, int64_t now_ms);
void focus_books_free(struct focus_books *books);

#endif
