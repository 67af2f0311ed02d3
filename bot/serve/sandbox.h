/*
 * The sandbox: one shop with simulated providers, composed.
 *
 * Everything the bot meets here is a simulator written from a provider's documents; the
 * bot itself does not know.  The same composition is served over HTTP by `estorno
 * sandbox` and `estorno demo` (sandbox_host.c) and called directly, under simulated time,
 * by the tests.
 *
 *	/zapi/...    channels/sandbox/zapi
 *	/omie/...    tools/sandbox/omie
 *	/pix/...     tools/sandbox/pix
 *	/focus/...   tools/sandbox/focus
 */
#ifndef SERVE_SANDBOX_H
#define SERVE_SANDBOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/http.h"
#include "base/why.h"
#include "channels/sandbox/zapi.h"
#include "io/store.h"
#include "io/vault.h"
#include "tools/sandbox/world.h"

struct sandbox {
	struct world *world;
	struct zapi_books *chats;
};

/* `webhook_url` is where customers' messages are posted. */
bool sandbox_open(struct sandbox *sandbox, uint64_t seed, const char *webhook_url, int64_t now_ms);
void sandbox_close(struct sandbox *sandbox);

/* Answers a call of ours; `request->url` begins with one of the prefixes above.  Another one is 404. */
void sandbox_answer(struct sandbox *sandbox, const struct http_request *request, int64_t now_ms,
                    struct simulated *answer);

/* Stores what a shop's people would: credentials for every provider below `base_url`, finance's key, and a
 * mandate signed with it.  `random` brings the bytes for both. */
bool sandbox_equip(const struct sandbox *sandbox, const char *base_url, struct store *store,
                   const struct vault *vault, void (*random)(void *bytes, size_t count),
                   int64_t now_ms, struct why *why);

/* Arms a fault at its place: {"at":"pix.refund","fault":"lost_after","value":0,"times":1}. */
bool sandbox_arm(struct sandbox *sandbox, const json_t *wanted, struct why *why);

/* What every provider's own books say. */
json_t *sandbox_books(const struct sandbox *sandbox, int64_t now_ms);

#endif
