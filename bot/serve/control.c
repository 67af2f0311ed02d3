/*
 * One row an action.  An action runs inside the turn's transaction; what it gives back is
 * told only after the commit.
 */
#include "serve/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "io/store.h"
#include "proof/digest.h"
#include "proof/key_text.h"

/* An action under way. */
struct performance {
	struct control *control;
	const struct action *action;
	json_t *input, *output;
	control_done *done;
	void *context;
	struct store *store; /* while it runs */
	int64_t now_ms;
};

struct action {
	const char *name;
	bool (*apply)(struct performance *p, struct why *why);
	void (*committed)(const struct performance *p); /* may be NULL */
};

static void
finish(struct performance *p, bool ok, const struct why *why)
{
	p->done(p->context, ok, p->output, why);
	json_decref(p->input);
	json_decref(p->output);
	free(p);
}

/* --- mandates ---------------------------------------------------------------------------------------------- */

static bool
mandate_trust(struct performance *p, struct why *why)
{
	char text[1024], public_key[KEY_TEXT_SIZE];
	struct verifying_key key;
	if (!json_get_text(p->input, "public_key", text, sizeof(text), why) ||
	    !verifying_key_parse(text, &key, why))
		return false;
	base64_encode(public_key, sizeof(public_key), key.bytes, KEY_BYTES);
	if (!store_trust_key(p->store, key.id, public_key, p->now_ms))
		return why_set(why, "%s is trusted already", key.id);
	store_audit(p->store, p->now_ms, "control", "mandate.trust", key.id, "");
	json_object_set_new(p->output, "key_id", json_string(key.id));
	return true;
}

static bool
signed_by_trusted(struct performance *p, const struct signed_mandate *mandate, struct why *why)
{
	char public_key[KEY_TEXT_SIZE];
	struct verifying_key key;
	if (!store_trusted_key(p->store, mandate->key_id, public_key, sizeof(public_key)))
		return why_set(why,
		               "the mandate is signed with %s, which is not trusted; "
		               "`estorno mandate trust FILE.pub` pins finance's key",
		               mandate->key_id);
	return (verifying_key_parse(public_key, &key, NULL) && mandate_is_genuine(mandate, &key)) ||
	       why_set(why,
	               "the signature does not hold: the mandate was changed after it was "
	               "signed, or not signed with %s",
	               mandate->key_id);
}

static bool
mandate_install(struct performance *p, struct why *why)
{
	const json_t *given = json_object_get(p->input, "file");
	const char *file = json_string_value(given);
	struct signed_mandate mandate;
	if (file == NULL)
		return why_set(why, "field file is missing");
	if (!mandate_read(file, json_string_length(given), &mandate, why) ||
	    !signed_by_trusted(p, &mandate, why))
		return false;
	const struct policy *policy = engine_policy(p->control->engine);
	if (!mandate_is_for(&mandate.mandate, policy->merchant, policy->sandbox, why))
		return false;
	if (p->now_ms >= mandate.mandate.expires_ms)
		return why_set(why, "the mandate has expired");
	struct stored_mandate stored = { .columns = mandate.mandate };
	ensure(text_copy(stored.body, sizeof(stored.body), mandate.body));
	ensure(text_copy(stored.signature, sizeof(stored.signature), mandate.signature));
	ensure(text_copy(stored.key_id, sizeof(stored.key_id), mandate.key_id));
	if (!store_mandate_install(p->store, &stored, p->now_ms, why))
		return false;
	store_audit(p->store, p->now_ms, "control", "mandate.install", mandate.mandate.id, "");
	json_object_set_new(p->output, "id", json_string(mandate.mandate.id));
	return true;
}

static bool
mandate_set(struct performance *p, struct why *why)
{
	static const enum mandate_status settable[] = { MANDATE_ACTIVE, MANDATE_PAUSED,
		                                        MANDATE_REVOKED };
	char id[MANDATE_ID_SIZE], wanted[16], action[32];
	if (!json_get_text(p->input, "id", id, sizeof(id), why) ||
	    !json_get_text(p->input, "status", wanted, sizeof(wanted), why))
		return false;
	for (size_t i = 0; i < sizeof(settable) / sizeof(settable[0]); i++) {
		if (!text_equal(wanted, mandate_status_text(settable[i])))
			continue;
		text_format(action, sizeof(action), "mandate.%s", wanted);
		store_audit(p->store, p->now_ms, "control", action, id, "");
		return store_mandate_set(p->store, id, settable[i], p->now_ms, why);
	}
	return why_set(why, "a mandate can be active, paused or revoked");
}

/* --- credentials ---------------------------------------------------------------------------------------------- */

static void
seal_credential(struct performance *p, struct stored_credential *credential, const json_t *secrets)
{
	uint8_t nonce[24];
	p->control->random(nonce, sizeof(nonce));
	credential->stored_ms = p->now_ms;
	vault_seal(p->control->vault, secrets, nonce, credential);
	store_credential_set(p->store, credential);
	free(credential->sealed);
}

static bool
credential_name(struct performance *p, struct stored_credential *credential, struct why *why)
{
	char role[8];
	if (!json_get_text(p->input, "name", credential->name, sizeof(credential->name), why) ||
	    !json_get_text(p->input, "role", role, sizeof(role), why))
		return false;
	return role_parse(role, &credential->role) || why_set(why, "a role is read or write");
}

static bool
credential_set(struct performance *p, struct why *why)
{
	struct stored_credential credential = { .name = "" };
	const json_t *secrets = json_object_get(p->input, "secrets");
	if (!credential_name(p, &credential, why))
		return false;
	if (!json_is_object(secrets))
		return why_set(why, "field secrets must be an object");
	seal_credential(p, &credential, secrets);
	store_audit(p->store, p->now_ms, "control", "credential.set", credential.name,
	            role_text(credential.role));
	engine_reconnect(p->control->engine);
	json_object_set_new(p->output, "fingerprint", json_string(credential.fingerprint));
	return true;
}

static bool
credential_remove(struct performance *p, struct why *why)
{
	struct stored_credential credential = { .name = "" };
	if (!credential_name(p, &credential, why))
		return false;
	if (!store_credential_remove(p->store, credential.name, credential.role))
		return why_set(why, "%s has no %s credential", credential.name,
		               role_text(credential.role));
	store_audit(p->store, p->now_ms, "control", "credential.remove", credential.name,
	            role_text(credential.role));
	engine_reconnect(p->control->engine);
	return true;
}

/* 192 random bits as 48 hex digits: a secret for a path, a link or a cookie. */
static void
draw_secret(struct performance *p, char secret[49])
{
	uint8_t bytes[24];
	p->control->random(bytes, sizeof(bytes));
	id_hex(secret, 49, bytes, sizeof(bytes));
}

static bool
webhook_secret(struct performance *p, struct why *why)
{
	struct stored_credential credential = { .role = ROLE_READ };
	char channel[24], secret[49];
	if (!json_get_text(p->input, "channel", channel, sizeof(channel), why))
		return false;
	if (channel_by_name(channel) == NULL ||
	    !text_format(credential.name, sizeof(credential.name), "webhook.%s", channel))
		return why_set(why, "no channel is called %s", channel);
	draw_secret(p, secret);
	json_t *secrets = json_pack("{s:s}", "secret", secret);
	seal_credential(p, &credential, secrets);
	json_decref(secrets);
	store_audit(p->store, p->now_ms, "control", "webhook.secret", channel, "");
	json_object_set_new(p->output, "secret", json_string(secret));
	return true;
}

static void
webhook_secret_committed(const struct performance *p)
{
	if (p->control->webhook_changed != NULL)
		p->control->webhook_changed(
			p->control->context,
			json_string_value(json_object_get(p->input, "channel")),
			json_string_value(json_object_get(p->output, "secret")));
}

/* --- staff ------------------------------------------------------------------------------------------------------- */

#define LINK_LASTS_MS (15 * MINUTE_MS)

/* Name and role that were asked for; a role that was not is agent, or what he is already. */
static bool
read_staff(const json_t *input, struct staff *staff, bool *with_role, struct why *why)
{
	static const char *const roles[] = { "agent", "approver", "auditor", "admin" };
	bool known = false;
	*with_role = json_object_get(input, "role") != NULL;
	ensure(text_copy(staff->role, sizeof(staff->role), "agent"));
	if (!json_get_text(input, "name", staff->name, sizeof(staff->name), why) ||
	    (*with_role && !json_get_text(input, "role", staff->role, sizeof(staff->role), why)))
		return false;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		known = known || text_equal(staff->role, roles[i]);
	return (known && staff->name[0] != '\0') ||
	       why_set(why, "a name and one of the roles agent, approver, auditor, admin");
}

/* Adding somebody again gives a new link: that is how a lost one is replaced.  It never changes what he is,
 * and never seems to. */
static bool
staff_add(struct performance *p, struct why *why)
{
	struct staff wanted = { .name = "" };
	char token[49], hash[DIGEST_HEX_SIZE];
	bool with_role;
	if (!read_staff(p->input, &wanted, &with_role, why))
		return false;
	struct staff staff = wanted;
	if (!store_staff_find(p->store, wanted.name, &staff) &&
	    !store_staff_add(p->store, &staff, p->now_ms, why))
		return false;
	if (staff.disabled_ms != 0)
		return why_set(why, "%s was disabled", staff.name);
	if (with_role && !text_equal(staff.role, wanted.role))
		return why_set(why,
		               "%s is %s already; without --role it gets another link, and as %s "
		               "another name is needed",
		               staff.name, staff.role, wanted.role);
	draw_secret(p, token);
	struct digest digest = digest_of(token, strlen(token));
	digest_print(&digest, hash);
	store_staff_link_add(p->store, hash, staff.id, p->now_ms + LINK_LASTS_MS);
	store_audit(p->store, p->now_ms, "control", "staff.link", staff.name, staff.role);
	json_object_set_new(p->output, "token", json_string(token));
	json_object_set_new(p->output, "minutes", json_integer(LINK_LASTS_MS / MINUTE_MS));
	return true;
}

static bool
staff_disable(struct performance *p, struct why *why)
{
	char name[64];
	if (!json_get_text(p->input, "name", name, sizeof(name), why))
		return false;
	if (!store_staff_disable(p->store, name, p->now_ms))
		return why_set(why, "%s is not there, or disabled already", name);
	store_audit(p->store, p->now_ms, "control", "staff.disable", name, "");
	return true;
}

/* --- after a restore -------------------------------------------------------------------------- */

static bool
reconcile(struct performance *p, struct why *why)
{
	struct reconciliation *found = calloc(1, sizeof(*found));
	json_t *questions = json_array();
	ensure(found != NULL);
	bool ok = engine_reconcile(p->control->engine, found, why);
	for (size_t i = 0; i < found->count; i++) {
		const struct question *question = &found->questions[i];
		bool of_refund = question->kind == OPERATION_PAY_REFUND_STATUS;
		json_array_append_new(questions,
		                      json_pack("{s:s,s:s,s:s,s:s}", "case", question->case_id,
		                                "kind", operation_text(question->kind), "e2eid",
		                                question->e2eid, "key",
		                                of_refund ? question->refund_id : question->e2eid));
	}
	json_object_set_new(p->output, "paused", json_boolean(found->paused));
	json_object_set_new(p->output, "under_way", json_integer((json_int_t)found->under_way));
	json_object_set_new(p->output, "open", json_integer(found->open));
	json_object_set_new(p->output, "questions", questions);
	free(found);
	return ok;
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct action actions[] = {
	{ "mandate.trust", mandate_trust, NULL },
	{ "mandate.install", mandate_install, NULL },
	{ "mandate.set", mandate_set, NULL },
	{ "credential.set", credential_set, NULL },
	{ "credential.remove", credential_remove, NULL },
	{ "webhook.secret", webhook_secret, webhook_secret_committed },
	{ "staff.add", staff_add, NULL },
	{ "staff.disable", staff_disable, NULL },
	{ "reconcile", reconcile, NULL },
};

static bool
apply(void *context, struct store *store, int64_t now_ms, struct why *why)
{
	struct performance *p = context;
	p->store = store;
	p->now_ms = now_ms;
	return p->action->apply(p, why);
}

static void
applied(void *context, bool ok, const struct why *why)
{
	const struct performance *p = context;
	if (ok && p->action != NULL && p->action->committed != NULL)
		p->action->committed(p);
	finish(context, ok, why);
}

/* --- cases: the engine's own actions ---------------------------------------------------------- */

static bool
read_case_action(const json_t *input, struct engine_action *action, struct why *why)
{
	return json_get_text(input, "case", action->case_id, sizeof(action->case_id), why) &&
	       json_get_text(input, "actor", action->actor, sizeof(action->actor), why) &&
	       (action->kind == ACTION_RELEASE ||
	        json_get_text(input, "words", action->words, sizeof(action->words), why));
}

static bool
perform_on_case(struct performance *p, const char *name, struct why *why)
{
	struct engine_action action = { .done = applied, .context = p };
	action.kind = text_equal(name, "case.deny") ? ACTION_DENY : ACTION_RELEASE;
	return read_case_action(p->input, &action, why) &&
	       (engine_act(p->control->engine, &action) ||
	        why_set(why, "too much waits for its turn; try again"));
}

static bool
perform(struct performance *p, const char *name, struct why *why)
{
	const struct engine_change change = { .apply = apply, .done = applied, .context = p };
	if (text_equal(name, "case.release") || text_equal(name, "case.deny"))
		return perform_on_case(p, name, why);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (!text_equal(actions[i].name, name))
			continue;
		p->action = &actions[i];
		return engine_apply(p->control->engine, &change) ||
		       why_set(why, "too much waits for its turn; try again");
	}
	return why_set(why, "no action is called %s", name);
}

void
control_perform(struct control *control, const char *action, const json_t *input,
                control_done *done, void *context)
{
	struct performance *p = calloc(1, sizeof(*p));
	struct why why = { "" };
	ensure(p != NULL);
	*p = (struct performance){ .control = control, .done = done, .context = context };
	p->input = json_deep_copy(input);
	p->output = json_object();
	if (!perform(p, action, &why))
		finish(p, false, &why);
}
