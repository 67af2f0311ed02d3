/*
 * What happens when: the steps behind the table in flow.c, by what the case is doing.
 *
 * Private to bot/refund.  A step is one event meeting one state.  It may change the case
 * and ask for effects, through the verbs of this header, and does nothing else.
 */
#ifndef REFUND_FLOW_H
#define REFUND_FLOW_H

#include "refund/case.h"

struct step {
	struct refund_case *c;
	const struct event *event;
	const struct surroundings *around;
	struct effects *effects;
};

typedef void flow_step(struct step *s);

/* --- verbs --------------------------------------------------------------------------------- */

/* The only place that changes a state. */
void step_enter(struct step *s, enum case_state state);

/* HELD for `reason`, releasing what was reserved and not sent, and telling the customer honestly. */
void step_hold(struct step *s, enum hold_reason reason);

/* Says a text; places are filled from the case. */
void step_say(struct step *s, enum template template);

/* Asks the world.  `step_operation` gives the operation to fill in. */
struct operation *step_ask(struct step *s, enum operation_kind kind);
void step_ask_payment(struct step *s, const char *reference);
void step_ask_order(struct step *s);
struct effect *step_effect(struct step *s, enum effect_kind kind);

/* Sets the next try: 1, 2, 4, 8, 15, 30, then every 60 s (pix.md section 5), or later when the provider
 * asked for it. */
void step_pace(struct step *s);

/* What the customer's words mean here. */
struct understanding step_understand(const struct step *s, enum awaiting awaiting);

/* Keeps what an operation learnt in the case. */
void step_learn(struct step *s);

/* The order must be read again, unless it was read within policy.order_fresh_ms: an ERP that answers the
 * same question only once a minute (omie.md section 9) has no newer word, and asking it all the same brings
 * errors that in the end shut us out.  What such a reading is worth stands in the receipt, which is valid as
 * of the oldest of its readings. */
void step_forget_order(struct step *s);

/* This step's random bytes come in four slots of 16: slot 0 is for an id, the others for salts. */
void step_new_id(const struct step *s, char *id, const char *prefix);
void step_opening(const struct step *s, unsigned slot, const char *name, const char *value,
                  char opening[DISCLOSED_SIZE]);

/* --- hearing.c: from the first words to an order number -------------------------------------- */
flow_step opened_hears, needs_order_hears, needs_order_expires, ended_hears;
void look_up(struct step *s, const char *order_number);

/* --- offering.c: looking up, the offer, the yes ---------------------------------------------- */
flow_step looking_up_learns, looking_up_weighed, looking_up_again, looking_up_gives_up;
flow_step early_hears;
flow_step offered_hears, offered_void, offered_learns, offered_weighed, offered_expires;

/* --- paying.c: the last look, the order to pay, the bank's word ------------------------------ */
flow_step reserved_hears, reserved_void, reserved_learns, reserved_weighed, reserved_again,
	reserved_gives_up;
flow_step refunding_learns, refunding_weighed, refunding_again, refunding_gives_up;
flow_step late_hears;           /* money is under way: words no longer stop it */
void last_look(struct step *s); /* enters nothing: RESERVED has begun */
void refund_enquire(struct step *s);
bool refund_is_listed(const struct step *s); /* in the payment that was just read */

/* --- proving.c: the note, the read-back, the receipt, the reply ------------------------------ */
flow_step noting_learns, noting_again, noting_gives_up;
flow_step verifying_learns, verifying_again, verifying_gives_up;
flow_step sealed_sealed, sealed_gives_up;
flow_step notifying_hears, notifying_told, notifying_gives_up;
void note_issue(struct step *s);
void note_write(const struct step *s,
                struct operation *operation); /* the note of the whole order */
void verify(struct step *s);
void notify(struct step *s);

/* --- holding.c: people ------------------------------------------------------------------------ */
flow_step taken_over, unverified, held_hears, held_learns, held_released, held_denied, held_told,
	closed_told;

#endif
