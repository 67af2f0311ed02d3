/*
 * A connection: one credential of one outside system, for one role.
 *
 * `write` may change the world, `read` may only look.  The gate is handed read
 * connections and has no way to reach a write one.
 */
#ifndef BASE_CONNECTION_H
#define BASE_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { CONNECTION_NAME_SIZE = 24, CONNECTION_URL_SIZE = 256, FINGERPRINT_SIZE = 17, SECRET_BYTES_MIN = 8 };

#define ROLES(X)        \
	X(READ, "read") \
	X(WRITE, "write")

enum role {
#define X(name, text) ROLE_##name,
	ROLES(X)
#undef X
};

/* One key of the credential object given to `connect`. */
struct secret_key {
	const char *name;
	bool required;
};

const char *role_text(enum role role);
bool role_parse(const char *text, enum role *role);

struct connection {
	char name[CONNECTION_NAME_SIZE];    /* the tool's or channel's: "pix" */
	enum role role;                     /* what the credential was stored for */
	char base_url[CONNECTION_URL_SIZE]; /* without a slash at the end; may have a path */
	char fingerprint[FINGERPRINT_SIZE]; /* of the secrets; may be shown */
	json_t *secrets;                    /* the object given to `connect` */
	char *access_token;                 /* the current OAuth2 token; NULL where there is none */
	int64_t access_token_until_ms;
};

void connection_free(struct connection *connection);

/* Sets base_url: the one among the secrets, else the provider's `own` (NULL for none), without the slash
 * at its end.  False when there is neither, or it is too long. */
bool connection_set_url(struct connection *connection, const char *own);

/* Stars out, in place, every secret of the connection that stands in `text`: a provider may repeat what it was
 * sent, and its words are kept and logged.  Values of fewer than SECRET_BYTES_MIN bytes and addresses are no
 * secrets. */
void connection_mask(const struct connection *connection, char *text);

/* A secret by its key; "" when it was not given. */
const char *connection_secret(const struct connection *connection, const char *key);

#endif
