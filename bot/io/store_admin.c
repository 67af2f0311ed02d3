/*
 * Credentials, staff and the audit trail.
 *
 * Credentials come here encrypted (io/vault.h); links and sessions are kept as hashes,
 * so that a copy of the file lets nobody in.
 */
#include "io/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/query.h"

/* --- credentials ---------------------------------------------------------------------------------------- */

void
store_credential_set(struct store *store, const struct stored_credential *c)
{
	struct query *q =
		query(store, "INSERT INTO credentials (name, role, nonce, sealed, fingerprint, "
	                     "stored_ms) VALUES (:name, :role, :nonce, :sealed, :fingerprint, :at) "
	                     "ON CONFLICT (name, role) DO UPDATE SET nonce = excluded.nonce, "
	                     "sealed = excluded.sealed, fingerprint = excluded.fingerprint, "
	                     "stored_ms = excluded.stored_ms");
	query_text(q, ":name", c->name);
	query_text(q, ":role", role_text(c->role));
	query_text(q, ":nonce", c->nonce);
	query_text(q, ":sealed", c->sealed);
	query_text(q, ":fingerprint", c->fingerprint);
	query_integer(q, ":at", c->stored_ms);
	query_run(q);
}

static void
read_credential(struct query *q, struct stored_credential *c)
{
	char role[8];
	query_get_text(q, 0, c->name, sizeof(c->name));
	query_get_text(q, 1, role, sizeof(role));
	ensure(role_parse(role, &c->role));
	query_get_text(q, 2, c->nonce, sizeof(c->nonce));
	c->sealed = query_take_text(q, 3, NULL);
	query_get_text(q, 4, c->fingerprint, sizeof(c->fingerprint));
	c->stored_ms = query_get_integer(q, 5);
}

#define CREDENTIAL_SELECT \
	"SELECT name, role, nonce, sealed, fingerprint, stored_ms FROM credentials "

bool
store_credential(struct store *store, const char *name, enum role role, struct stored_credential *c)
{
	struct query *q = query(store, CREDENTIAL_SELECT "WHERE name = :name AND role = :role");
	bool found = false;
	query_text(q, ":name", name);
	query_text(q, ":role", role_text(role));
	while (query_next(q)) {
		read_credential(q, c);
		found = true;
	}
	return found;
}

bool
store_credential_remove(struct store *store, const char *name, enum role role)
{
	struct query *q =
		query(store, "DELETE FROM credentials WHERE name = :name AND role = :role");
	query_text(q, ":name", name);
	query_text(q, ":role", role_text(role));
	query_run(q);
	return query_changes(q) == 1;
}

void
store_credentials(struct store *store, store_credential_visit *visit, void *context)
{
	struct query *q = query(store, CREDENTIAL_SELECT "ORDER BY name, role");
	struct stored_credential credential;
	while (query_next(q)) {
		read_credential(q, &credential);
		visit(context, &credential);
		free(credential.sealed);
	}
}

/* --- staff ------------------------------------------------------------------------------------------------ */

bool
store_staff_add(struct store *store, struct staff *staff, int64_t now_ms, struct why *why)
{
	struct query *q = query(store, "INSERT INTO staff (name, role, added_ms) "
	                               "VALUES (:name, :role, :now) ON CONFLICT (name) DO NOTHING");
	query_text(q, ":name", staff->name);
	query_text(q, ":role", staff->role);
	query_integer(q, ":now", now_ms);
	if (!query_try(q, why))
		return false;
	staff->id = query_last_id(q);
	staff->added_ms = now_ms;
	return query_changes(q) == 1 || why_set(why, "%s is there already", staff->name);
}

static void
read_staff(struct query *q, struct staff *staff)
{
	staff->id = query_get_integer(q, 0);
	query_get_text(q, 1, staff->name, sizeof(staff->name));
	query_get_text(q, 2, staff->role, sizeof(staff->role));
	staff->added_ms = query_get_integer(q, 3);
	staff->disabled_ms = query_get_integer(q, 4);
}

#define STAFF_COLUMNS "s.id, s.name, s.role, s.added_ms, coalesce(s.disabled_ms, 0)"

bool
store_staff_find(struct store *store, const char *name, struct staff *staff)
{
	struct query *q =
		query(store, "SELECT " STAFF_COLUMNS " FROM staff s WHERE s.name = :name");
	bool found = false;
	query_text(q, ":name", name);
	while (query_next(q)) {
		read_staff(q, staff);
		found = true;
	}
	return found;
}

bool
store_staff_disable(struct store *store, const char *name, int64_t now_ms)
{
	struct query *q = query(store, "UPDATE staff SET disabled_ms = :now "
	                               "WHERE name = :name AND disabled_ms IS NULL");
	query_integer(q, ":now", now_ms);
	query_text(q, ":name", name);
	query_run(q);
	return query_changes(q) == 1;
}

void
store_staff_list(struct store *store, store_staff_visit *visit, void *context)
{
	struct query *q = query(store, "SELECT " STAFF_COLUMNS " FROM staff s ORDER BY s.name");
	struct staff staff;
	while (query_next(q)) {
		read_staff(q, &staff);
		visit(context, &staff);
	}
}

/* --- links and sessions --------------------------------------------------------------------------------------- */

void
store_staff_link_add(struct store *store, const char *token_hash, int64_t staff, int64_t expires_ms)
{
	struct query *q = query(store, "INSERT INTO staff_links (token_hash, staff_id, expires_ms) "
	                               "VALUES (:hash, :staff, :expires)");
	query_text(q, ":hash", token_hash);
	query_integer(q, ":staff", staff);
	query_integer(q, ":expires", expires_ms);
	query_run(q);
}

bool
store_staff_link_use(struct store *store, const char *token_hash, int64_t now_ms,
                     struct staff *staff)
{
	struct query *use =
		query(store, "UPDATE staff_links SET used_ms = :now WHERE token_hash = :hash "
	                     "AND used_ms IS NULL AND expires_ms > :now AND staff_id IN "
	                     "(SELECT id FROM staff WHERE disabled_ms IS NULL)");
	query_integer(use, ":now", now_ms);
	query_text(use, ":hash", token_hash);
	query_run(use);
	if (query_changes(use) != 1)
		return false;
	struct query *q = query(store, "SELECT " STAFF_COLUMNS " FROM staff s JOIN staff_links l "
	                               "ON l.staff_id = s.id WHERE l.token_hash = :hash");
	query_text(q, ":hash", token_hash);
	while (query_next(q))
		read_staff(q, staff);
	return store_is_well(store, NULL);
}

void
store_session_add(struct store *store, const char *token_hash, int64_t staff, int64_t now_ms,
                  int64_t expires_ms)
{
	struct query *q = query(
		store, "INSERT INTO staff_sessions (token_hash, staff_id, created_ms, seen_ms, "
		       "expires_ms) VALUES (:hash, :staff, :now, :now, :expires)");
	query_text(q, ":hash", token_hash);
	query_integer(q, ":staff", staff);
	query_integer(q, ":now", now_ms);
	query_integer(q, ":expires", expires_ms);
	query_run(q);
}

bool
store_session(struct store *store, const char *token_hash, int64_t now_ms, int64_t idle_ms,
              struct staff *staff, int64_t *seen_ms)
{
	struct query *q =
		query(store, "SELECT " STAFF_COLUMNS ", n.seen_ms FROM staff_sessions n "
	                     "JOIN staff s ON s.id = n.staff_id WHERE n.token_hash = :hash "
	                     "AND n.expires_ms > :now AND n.seen_ms > :now - :idle "
	                     "AND s.disabled_ms IS NULL");
	bool found = false;
	query_text(q, ":hash", token_hash);
	query_integer(q, ":now", now_ms);
	query_integer(q, ":idle", idle_ms);
	while (query_next(q)) {
		read_staff(q, staff);
		*seen_ms = query_get_integer(q, 5);
		found = true;
	}
	return found;
}

void
store_session_seen(struct store *store, const char *token_hash, int64_t now_ms)
{
	struct query *q =
		query(store, "UPDATE staff_sessions SET seen_ms = :now WHERE token_hash = :hash");
	query_integer(q, ":now", now_ms);
	query_text(q, ":hash", token_hash);
	query_run(q);
}

void
store_session_remove(struct store *store, const char *token_hash)
{
	struct query *q = query(store, "DELETE FROM staff_sessions WHERE token_hash = :hash");
	query_text(q, ":hash", token_hash);
	query_run(q);
}

/* --- the audit trail -------------------------------------------------------------------------------------------- */

void
store_audit(struct store *store, int64_t at_ms, const char *actor, const char *action,
            const char *target, const char *detail)
{
	struct query *q = query(store, "INSERT INTO audit (at_ms, actor, action, target, detail) "
	                               "VALUES (:at, :actor, :action, :target, :detail)");
	query_integer(q, ":at", at_ms);
	query_text(q, ":actor", actor);
	query_text(q, ":action", action);
	query_text(q, ":target", target);
	query_text(q, ":detail", detail);
	query_run(q);
}
