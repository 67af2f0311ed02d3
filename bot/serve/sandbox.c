/*
 * Who is who below one base URL, and what the shop's people would have set up.
 */
#include "serve/sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "refund/mandate.h"

bool
sandbox_open(struct sandbox *sandbox, uint64_t seed, const char *webhook_url, int64_t now_ms)
{
	sandbox->world = world_new(seed, now_ms);
	sandbox->chats = zapi_books_new(seed ^ 0x5a415049, webhook_url);
	return sandbox->world != NULL && sandbox->chats != NULL;
}

void
sandbox_close(struct sandbox *sandbox)
{
	world_free(sandbox->world);
	zapi_books_free(sandbox->chats);
}

/* --- answering --------------------------------------------------------------------------------------------- */

static void
answer_zapi(struct sandbox *sandbox, const struct http_request *request, int64_t now_ms,
            struct simulated *answer)
{
	zapi_simulate(sandbox->chats, request, now_ms, answer);
}

static void
answer_omie(struct sandbox *sandbox, const struct http_request *request, int64_t now_ms,
            struct simulated *answer)
{
	omie_simulate(sandbox->world, request, now_ms, answer);
}

static void
answer_pix(struct sandbox *sandbox, const struct http_request *request, int64_t now_ms,
           struct simulated *answer)
{
	pix_simulate(sandbox->world, request, now_ms, answer);
}

static void
answer_focus(struct sandbox *sandbox, const struct http_request *request, int64_t now_ms,
             struct simulated *answer)
{
	focus_simulate(sandbox->world, request, now_ms, answer);
}

static const struct provider {
	const char *prefix;
	void (*answer)(struct sandbox *sandbox, const struct http_request *request, int64_t now_ms,
	               struct simulated *answer);
} providers[] = {
	{ "/zapi", answer_zapi },
	{ "/omie", answer_omie },
	{ "/pix", answer_pix },
	{ "/focus", answer_focus },
};

void
sandbox_answer(struct sandbox *sandbox, const struct http_request *request, int64_t now_ms,
               struct simulated *answer)
{
	const char *url = buffer_text(&request->url);
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
		size_t length = strlen(providers[i].prefix);
		if (!text_starts_with(url, providers[i].prefix) || url[length] != '/')
			continue;
		struct http_request below = *request;
		buffer_init(&below.url, request->url.ceiling);
		buffer_add_text(&below.url, url + length);
		providers[i].answer(sandbox, &below, now_ms, answer);
		buffer_free(&below.url);
		return;
	}
	simulated_text(answer, 404, "text/plain", "no provider is simulated here\n");
}

/* --- equipping --------------------------------------------------------------------------------------------- */

static void
keep_credential(struct store *store, const struct vault *vault,
                void (*random)(void *bytes, size_t count), const char *name, enum role role,
                json_t *secrets, int64_t now_ms)
{
	struct stored_credential credential = { .role = role, .stored_ms = now_ms };
	uint8_t nonce[24];
	random(nonce, sizeof(nonce));
	ensure(secrets != NULL && text_copy(credential.name, sizeof(credential.name), name));
	vault_seal(vault, secrets, nonce, &credential);
	store_credential_set(store, &credential);
	free(credential.sealed);
	json_decref(secrets);
}

/* {"base_url": BASE + PREFIX, ...the rest} */
static json_t *
with_base_url(json_t *secrets, const char *base_url, const char *prefix)
{
	char url[CONNECTION_URL_SIZE];
	ensure(text_format(url, sizeof(url), "%s%s", base_url, prefix));
	json_object_set_new(secrets, "base_url", json_string(url));
	return secrets;
}

static json_t *
pix_secrets(const char *base_url, const char *id, const char *secret)
{
	char token_url[CONNECTION_URL_SIZE];
	ensure(text_format(token_url, sizeof(token_url), "%s/pix/oauth/token", base_url));
	json_t *secrets = json_pack("{s:s,s:s,s:s}", "token_url", token_url, "client_id", id,
	                            "client_secret", secret);
	return with_base_url(secrets, base_url, "/pix/v2");
}

static void
keep_credentials(const struct sandbox *sandbox, const char *base_url, struct store *store,
                 const struct vault *vault, void (*random)(void *bytes, size_t count),
                 int64_t now_ms)
{
	const struct world_credentials *c = &sandbox->world->credentials;
	json_t *zapi = json_pack("{s:s,s:s,s:s}", "instance_id", zapi_instance_id(sandbox->chats),
	                         "token", zapi_token(sandbox->chats), "client_token",
	                         zapi_client_token(sandbox->chats));
	json_t *omie = json_pack("{s:s,s:s}", "app_key", c->omie_key, "app_secret", c->omie_secret);
	json_t *focus = json_pack("{s:s}", "token", c->focus_token);
	keep_credential(store, vault, random, "zapi", ROLE_WRITE,
	                with_base_url(zapi, base_url, "/zapi"), now_ms);
	keep_credential(store, vault, random, "omie", ROLE_READ,
	                with_base_url(omie, base_url, "/omie"), now_ms);
	keep_credential(store, vault, random, "focus", ROLE_WRITE,
	                with_base_url(focus, base_url, "/focus"), now_ms);
	keep_credential(store, vault, random, "pix", ROLE_READ,
	                pix_secrets(base_url, c->pix_reader_id, c->pix_reader_secret), now_ms);
	keep_credential(store, vault, random, "pix", ROLE_WRITE,
	                pix_secrets(base_url, c->pix_writer_id, c->pix_writer_secret), now_ms);
}

/* A signature replaces only an earlier one; a kept sandbox may start twice within a millisecond's clock. */
static int64_t
later_than_the_last(struct store *store, int64_t now_ms)
{
	struct stored_mandate last;
	bool not_later = store_mandate_latest(store, &last) && last.columns.signed_ms >= now_ms;
	return not_later ? last.columns.signed_ms + 1 : now_ms;
}

/* Finance, played: a key that is forgotten as soon as it has signed. */
static bool
keep_mandate(struct store *store, void (*random)(void *bytes, size_t count), int64_t now_ms,
             struct why *why)
{
	uint8_t seed[KEY_BYTES];
	char public_key[KEY_TEXT_SIZE];
	struct signed_mandate signed_mandate;
	const struct mandate mandate = {
		.id = "cm_support",
		.place = MANDATE_TEST,
		.signed_ms = later_than_the_last(store, now_ms),
		.not_before_ms = now_ms - DAY_MS,
		.expires_ms = now_ms + 30 * DAY_MS,
		.per_refund_cents = 50000,
		.per_order_cents = 50000,
		.per_customer_day_cents = 80000,
		.per_day_cents = 500000,
		.per_month_cents = 5000000,
		.count_per_day = 50,
		.max_order_age_days = 365,
	};
	random(seed, sizeof(seed));
	struct signing_key *finance = signing_key_new(KEY_USE_MANDATES, seed);
	explicit_bzero(seed, sizeof(seed));
	mandate_sign(&mandate, finance, &signed_mandate);
	base64_encode(public_key, sizeof(public_key), signing_key_public(finance)->bytes,
	              KEY_BYTES);
	store_trust_key(store, signing_key_public(finance)->id, public_key, now_ms);
	signing_key_free(finance);
	struct stored_mandate stored = { .columns = signed_mandate.mandate };
	ensure(text_copy(stored.body, sizeof(stored.body), signed_mandate.body));
	ensure(text_copy(stored.signature, sizeof(stored.signature), signed_mandate.signature));
	ensure(text_copy(stored.key_id, sizeof(stored.key_id), signed_mandate.key_id));
	return store_mandate_install(store, &stored, now_ms, why);
}

bool
sandbox_equip(const struct sandbox *sandbox, const char *base_url, struct store *store,
              const struct vault *vault, void (*random)(void *bytes, size_t count), int64_t now_ms,
              struct why *why)
{
	store_begin(store);
	keep_credentials(sandbox, base_url, store, vault, random, now_ms);
	return keep_mandate(store, random, now_ms, why) && store_commit(store, why);
}

/* --- faults and books ------------------------------------------------------------------------------------------ */

bool
sandbox_arm(struct sandbox *sandbox, const json_t *wanted, struct why *why)
{
	char at[FAULT_PLACE_SIZE], fault[32];
	if (!json_get_text(wanted, "at", at, sizeof(at), why) ||
	    !json_get_text(wanted, "fault", fault, sizeof(fault), why))
		return false;
	struct faults *faults = text_starts_with(at, "zapi.") ? zapi_faults(sandbox->chats)
	                                                      : &sandbox->world->faults;
	if (text_equal(fault, "clear")) {
		faults_clear(faults);
		return true;
	}
	return faults_arm(faults, at, fault, json_maybe_integer(wanted, "value", 0),
	                  json_maybe_integer(wanted, "times", 1), why);
}

json_t *
sandbox_books(const struct sandbox *sandbox, int64_t now_ms)
{
	json_t *books = world_books(sandbox->world, now_ms);
	json_object_update_new(books, zapi_books_json(sandbox->chats));
	return books;
}
