/*
 * Control: everything that people change from outside a conversation.
 *
 * One writer: while `serve` runs, commands send these actions over the control socket and
 * they take effect at once; when it does not run, a command opens the store itself and
 * performs the same action on an engine without a network.  Either way it is this code.
 *
 *	case.release      {case, actor}
 *	case.deny         {case, actor, words}
 *	mandate.trust     {public_key}
 *	mandate.install   {file}
 *	mandate.set       {id, status: active|paused|revoked}
 *	credential.set    {name, role, secrets}
 *	credential.remove {name, role?}
 *	webhook.secret    {channel}                       -> {secret}
 *	staff.add         {name, role?}                   -> {token}: a log-in link's secret
 *	staff.disable     {name}
 *	reconcile         {}    -> {paused, under_way, questions: [{case, kind, e2eid, key}]}
 */
#ifndef SERVE_CONTROL_H
#define SERVE_CONTROL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/why.h"
#include "io/vault.h"
#include "serve/engine.h"

struct control {
	struct engine *engine;
	const struct vault *vault;
	void (*random)(void *bytes, size_t count);
	/* Told, after the commit, that a channel's webhook has another secret; NULL where nobody listens. */
	void (*webhook_changed)(void *context, const char *channel, const char *secret);
	void *context;
};

/* Called once, after the commit.  `output` is an object, valid during the call. */
typedef void control_done(void *context, bool ok, const json_t *output, const struct why *why);

/* Performs `action` in the engine's next turn.  `input` is borrowed.  An unknown action or a malformed
 * input is told through `done` as well. */
void control_perform(struct control *control, const char *action, const json_t *input,
                     control_done *done, void *context);

#endif
