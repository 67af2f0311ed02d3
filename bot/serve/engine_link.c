/*
 * Credentials in use: one link for each name and role, opened from the vault when it is first
 * needed.  After a reconnect the old one stays until the last call with it has ended.
 */
#include <stdlib.h>

#include "base/ensure.h"
#include "base/text.h"
#include "serve/engine_room.h"

static bool
has_both(struct engine *engine, const char *name)
{
	struct stored_credential read = { 0 }, write = { 0 };
	bool both = store_credential(engine->store, name, ROLE_READ, &read) &&
	            store_credential(engine->store, name, ROLE_WRITE, &write);
	bool apart = both && !text_equal(read.fingerprint, write.fingerprint);
	free(read.sealed);
	free(write.sealed);
	return apart;
}

/* The row for a role.  A missing read credential falls back to the write one; the other way only for a
 * channel, whose one credential both hears and speaks. */
static bool
find_credential(struct engine *engine, const char *name, enum role role,
                struct stored_credential *credential)
{
	enum role other = role == ROLE_READ ? ROLE_WRITE : ROLE_READ;
	bool falls_back = role == ROLE_READ || channel_by_name(name) != NULL;
	return store_credential(engine->store, name, role, credential) ||
	       (falls_back && store_credential(engine->store, name, other, credential));
}

/* The provider's own address; NULL where each shop's differs. */
static const char *
own_base_url(const char *name)
{
	const struct tool *tool = tool_by_name(name);
	const struct channel *channel = channel_by_name(name);
	return tool != NULL ? tool->base_url : channel != NULL ? channel->base_url : NULL;
}

static struct connection *
open_connection(struct engine *engine, const char *name, enum role role, struct why *why)
{
	struct stored_credential credential = { 0 };
	if (!find_credential(engine, name, role, &credential)) {
		why_set(why, "%s is not connected", name);
		return NULL;
	}
	struct connection *connection = calloc(1, sizeof(*connection));
	ensure(connection != NULL);
	connection->role = role;
	connection->secrets = vault_open(engine->setup.vault, &credential, why);
	ensure(text_copy(connection->name, sizeof(connection->name), name));
	ensure(text_copy(connection->fingerprint, sizeof(connection->fingerprint),
	                 credential.fingerprint));
	free(credential.sealed);
	if (connection->secrets != NULL && connection_set_url(connection, own_base_url(name)))
		return connection;
	why_set(why, "%s has no base_url", name);
	connection_free(connection);
	return NULL;
}

static void
drop_link(struct link *link)
{
	connection_free(link->connection);
	*link = (struct link){ 0 };
}

struct link *
engine_link(struct engine *engine, const char *name, enum role role, struct why *why)
{
	struct link *free_slot = NULL;
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = &engine->links[i];
		if (link->connection == NULL)
			free_slot = link;
		else if (!link->retired && link->connection->role == role &&
		         text_equal(link->connection->name, name))
			return link;
	}
	if (free_slot == NULL) {
		why_set(why, "too many credentials in use at once");
		return NULL;
	}
	struct connection *connection = open_connection(engine, name, role, why);
	if (connection == NULL)
		return NULL;
	const struct tool *tool = tool_by_name(name);
	bool told_apart = tool != NULL && tool->tells_roles_apart && has_both(engine, name);
	*free_slot = (struct link){ .connection = connection, .shared = !told_apart };
	return free_slot;
}

void
engine_link_leave(struct link *link)
{
	link->users--;
	if (link->retired && link->users == 0)
		drop_link(link);
}

void
engine_reconnect(struct engine *engine)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = &engine->links[i];
		link->retired = link->connection != NULL;
		if (link->retired && link->users == 0)
			drop_link(link);
	}
}

void
engine_links_free(struct engine *engine)
{
	for (size_t i = 0; i < LINKS_MAX; i++)
		drop_link(&engine->links[i]);
}

void
engine_link_describe(const struct link *link, char text[CREDENTIAL_SIZE])
{
	const struct connection *connection = link->connection;
	ensure(text_format(text, CREDENTIAL_SIZE, "%s %s %.8s", connection->name,
	                   link->shared ? "shared" : role_text(connection->role),
	                   connection->fingerprint));
}
