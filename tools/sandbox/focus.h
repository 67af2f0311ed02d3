/*
 * The issuer simulator's books: Focus NFe and, behind it, the tax authority (fiscal.md).
 */
#ifndef TOOLS_SANDBOX_FOCUS_H
#define TOOLS_SANDBOX_FOCUS_H

#include <stdint.h>

#include "base/facts.h"
#include "tools/sandbox/simulator.h"

struct world;

enum { FOCUS_NOTES_MAX = 8192 };

/* A note that was sent to be authorised.  The verdict is made when it arrives and told from
 * `final_ms` on; its status at an instant follows. */
struct focus_note {
	char ref[NOTE_REF_SIZE];
	char order[ORDER_NUMBER_SIZE];         /* whose sale it returns, "" when there is none */
	char sale_access_key[ACCESS_KEY_SIZE]; /* of its first item */
	int64_t total_cents, item_count;
	json_t *request; /* the body as received; ours */
	int64_t sent_ms;
	int64_t final_ms;
	enum note_status final;   /* AUTHORISED, REJECTED or DENIED */
	char authority_status[8]; /* cStat of that verdict */
	char authority_message[NOTE_MESSAGE_SIZE];
	/* What an authorised note has, and a denied one keeps for ever. */
	char access_key[ACCESS_KEY_SIZE];
	char number[16], series[8], protocol[24];
	int64_t cancelled_ms; /* 0 when it was not */
	char cancel_protocol[24];
};

struct focus_books {
	int64_t note_count, note_room;
	struct focus_note *notes;
	int64_t next_number;      /* nNF of the next note */
	int64_t posts;            /* POSTs that reached us, executed or not */
	int64_t credits_a_minute; /* calls allowed; 0 stands for the documented 100 */
	int64_t minute_ms;        /* when the running minute began */
	int64_t minute_calls;
};

/* `request->url`: "/v2/nfe?ref=REF", "/v2/nfe/REF?completa=1".  Faults strike at "focus.issue"
 * (POST) and "focus.note" (GET): the common ones; at focus.issue also pending (ms), rejected (cStat,
 * 0 is 321) and denied (cStat, 0 is 302); at focus.note also stale. */
void focus_simulate(struct world *world, const struct http_request *request, int64_t now_ms,
                    struct simulated *answer);

/* Cancels a note, as somebody at the shop may.  False unless it is authorised at `now_ms`. */
bool focus_cancel(struct world *world, const char *ref, int64_t now_ms);

/* {"notes":[{ref,order,status,number,access_key,total_cents,sale_access_key,items}],
 * "note_posts":n}; number and access_key are empty until the note has them, `items` is how many. */
json_t *focus_books_json(const struct world *world, int64_t now_ms);
void focus_books_free(struct focus_books *books);

/* The values of a note, in Focus' words.  A number may be a JSON number or a text, and comes
 * scaled: 19.9 with 2 decimals is 1990; -1 when there is none.  A text that is missing is "". */
int64_t focus_number(const json_t *object, const char *name, unsigned decimals);
const char *focus_text(const json_t *object, const char *name);

#endif
