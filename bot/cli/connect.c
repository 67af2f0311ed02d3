/*
 * connect: a credential is stored only after it has worked.
 *
 *	read      one JSON object, from standard input or a file, never from the command line,
 *	          where every process could see it
 *	check     its keys are the provider's, its addresses are https
 *	probe     a call that only looks, with the very connection the engine would use
 *	store     sealed, by the running `serve` or here
 *
 * Nothing of a secret is ever printed: a key is named, its value is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "channels/channel.h"
#include "cli/command.h"
#include "io/clock.h"
#include "io/http_client.h"
#include "tools/tool.h"

#define PROBE_TIMEOUT_MS (20 * SECOND_MS)

/* A tool or a channel, in the words that both share. */
struct provider {
	const char *name, *base_url;
	const struct secret_key *secrets;
	size_t secret_count;
	const struct tool *tool; /* NULL for a channel */
	bool (*probe_ask)(const struct connection *connection, struct http_request *request,
	                  struct why *why);
	enum outcome (*probe_answer)(const struct connection *connection,
	                             const struct http_response *response, struct why *why);
};

/* --- whose credential ------------------------------------------------------------------------- */

static bool
no_such_provider(const char *name, struct why *why)
{
	char names[128] = "";
	size_t used = 0;
	for (size_t i = 0; i < channel_count + tool_count; i++) {
		const char *one =
			i < channel_count ? channels[i]->name : tools[i - channel_count]->name;
		if (text_format(names + used, sizeof(names) - used, " %s", one))
			used += strlen(one) + 1;
	}
	return why_set(why, "nothing is called %s; there are:%s", name, names);
}

static bool
find_provider(const char *name, struct provider *provider, struct why *why)
{
	const struct tool *tool = tool_by_name(name);
	const struct channel *channel = channel_by_name(name);
	if (tool != NULL)
		*provider = (struct provider){
			.name = tool->name,
			.base_url = tool->base_url,
			.secrets = tool->secrets,
			.secret_count = tool->secret_count,
			.tool = tool,
			.probe_ask = tool->probe_ask,
			.probe_answer = tool->probe_answer,
		};
	else if (channel != NULL)
		*provider = (struct provider){
			.name = channel->name,
			.base_url = channel->base_url,
			.secrets = channel->secrets,
			.secret_count = channel->secret_count,
			.probe_ask = channel->probe_ask,
			.probe_answer = channel->probe_answer,
		};
	return tool != NULL || channel != NULL || no_such_provider(name, why);
}

/* --- its keys --------------------------------------------------------------------------------- */

static bool
is_loopback_url(const char *url)
{
	static const char *const beginnings[] = { "http://127.0.0.1", "http://localhost",
		                                  "http://[::1]" };
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t length = strlen(beginnings[i]);
		if (text_starts_with(url, beginnings[i]) && strchr(":/", url[length]) != NULL)
			return true;
	}
	return false;
}

/* Visible ASCII: anything else in an address is a slip of the hand. */
static bool
is_one_word(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static bool
value_is_sound(const char *key, const json_t *value, struct why *why)
{
	const char *text = json_string_value(value);
	if (text == NULL || text[0] == '\0')
		return why_set(why, "%s must be a text that is not empty", key);
	if (text_ends_with(key, "_url") && !is_loopback_url(text) &&
	    !(text_starts_with(text, "https://") && text[strlen("https://")] != '\0'))
		return why_set(why, "%s must begin with https:// (http:// only for this machine)",
		               key);
	if (text_ends_with(key, "_url") && !is_one_word(text))
		return why_set(why, "%s holds a blank or a letter that no address has", key);
	if (text_ends_with(key, "_file") && (text[0] != '/' || access(text, R_OK) != 0))
		return why_set(why, "%s must be the full path of a file that can be read here",
		               key);
	return true;
}

static bool
is_known(const struct provider *provider, const char *key)
{
	bool known = text_equal(key, "base_url");
	for (size_t i = 0; i < provider->secret_count; i++)
		known = known || text_equal(key, provider->secrets[i].name);
	return known;
}

static bool
check_keys(const struct provider *provider, json_t *secrets, struct why *why)
{
	const char *key;
	json_t *value;
	json_object_foreach (secrets, key, value) {
		if (!is_known(provider, key))
			return why_set(why, "%s has no key %.40s", provider->name, key);
		if (!value_is_sound(key, value, why))
			return false;
	}
	for (size_t i = 0; i < provider->secret_count; i++)
		if (provider->secrets[i].required &&
		    json_object_get(secrets, provider->secrets[i].name) == NULL)
			return why_set(why, "%s needs the key %s", provider->name,
			               provider->secrets[i].name);
	if (provider->base_url == NULL && json_object_get(secrets, "base_url") == NULL)
		return why_set(why, "%s needs the key base_url: each institution has its own",
		               provider->name);
	return true;
}

static json_t *
read_secrets(const struct provider *provider, const char *file, struct why *why)
{
	size_t length;
	if (file == NULL && isatty(STDIN_FILENO))
		fprintf(stderr, "type the JSON object, then Ctrl-D:\n");
	char *text = command_input(file, CREDENTIAL_BYTES_MAX, &length, why);
	if (text == NULL)
		return NULL;
	json_t *secrets = json_parse_object(text, length, CREDENTIAL_BYTES_MAX, why);
	explicit_bzero(text, length);
	free(text);
	if (secrets != NULL && check_keys(provider, secrets, why))
		return secrets;
	json_decref(secrets);
	return NULL;
}

/* --- the probe -------------------------------------------------------------------------------- */

/* One call that changes nothing at the provider.  False with `why` when there was no answer. */
static bool
call(const struct connection *connection, const struct http_request *request,
     struct http_response *response, struct why *why)
{
	const char *certificate = connection_secret(connection, "cert_file");
	const char *key = connection_secret(connection, "key_file");
	const struct http_call options = {
		.timeout_ms = PROBE_TIMEOUT_MS,
		.certificate_file = certificate[0] != '\0' ? certificate : NULL,
		.key_file = key[0] != '\0' ? key : NULL,
	};
	struct http_end end;
	return http_client_once(request, &options, NULL, response, &end) ||
	       why_set(why, "%s", end.why.text);
}

static void
keep_token(struct connection *connection, const struct access_token *token)
{
	connection->access_token = strdup(token->text);
	ensure(connection->access_token != NULL);
	connection->access_token_until_ms = clock_now_ms() + token->lasts_ms;
}

static enum outcome
fetch_token(const struct tool *tool, struct connection *connection, struct why *why)
{
	struct access_token *token = calloc(1, sizeof(*token));
	struct http_request request;
	struct http_response response;
	enum outcome outcome = OUTCOME_REFUSED;
	ensure(token != NULL);
	http_request_init(&request);
	http_response_init(&response);
	if (tool->token_ask(connection, &request, why))
		outcome = call(connection, &request, &response, why)
		                  ? tool->token_answer(connection, &response, token, why)
		                  : OUTCOME_RETRY;
	if (outcome == OUTCOME_DONE)
		keep_token(connection, token);
	http_request_free(&request);
	http_response_free(&response);
	explicit_bzero(token, sizeof(*token));
	free(token);
	return outcome;
}

static enum outcome
look(const struct provider *provider, const struct connection *connection, struct why *why)
{
	struct http_request request;
	struct http_response response;
	enum outcome outcome = OUTCOME_REFUSED;
	http_request_init(&request);
	http_response_init(&response);
	if (provider->probe_ask(connection, &request, why))
		outcome = call(connection, &request, &response, why)
		                  ? provider->probe_answer(connection, &response, why)
		                  : OUTCOME_RETRY;
	http_request_free(&request);
	http_response_free(&response);
	return outcome;
}

/* Where there are tokens, getting one may be all the proof there is. */
static enum outcome
probe(const struct provider *provider, struct connection *connection, struct why *why)
{
	enum outcome outcome = OUTCOME_DONE;
	if (provider->tool != NULL && provider->tool->token_ask != NULL)
		outcome = fetch_token(provider->tool, connection, why);
	if (outcome == OUTCOME_DONE && provider->probe_ask != NULL)
		outcome = look(provider, connection, why);
	connection_mask(connection, why->text); /* people see it, and may paste it somewhere */
	return outcome;
}

/* --- storing ---------------------------------------------------------------------------------- */

static int
keep_credential(const struct command_line *line, const struct connection *connection)
{
	json_t *output = NULL;
	int code = command_change(line->data, "credential.set",
	                          json_pack("{s:s,s:s,s:O}", "name", connection->name, "role",
	                                    role_text(connection->role), "secrets",
	                                    connection->secrets),
	                          &output);
	if (code == EXIT_YES)
		printf("%s is connected for %s: %s\n", connection->name,
		       role_text(connection->role),
		       json_string_value(json_object_get(output, "fingerprint")));
	json_decref(output);
	return code;
}

/* An answer that could not be judged, or none, says nothing about the credential. */
static int
probe_failed(enum outcome outcome, struct why *why)
{
	why_prefix(why, "not stored");
	switch (outcome) {
	case OUTCOME_DONE:
	case OUTCOME_REFUSED:
	case OUTCOME_CONTRADICTION:
		return command_refused(why);
	case OUTCOME_RETRY:
	case OUTCOME_UNKNOWN:
		return command_could_not(why);
	}
	ensure(!"an outcome outside the enum");
	return EXIT_COULD_NOT;
}

static bool
begin(const struct command_line *line, struct provider *provider, struct connection *connection,
      struct why *why)
{
	const char *role = command_option(line, "--role");
	if (role == NULL || !role_parse(role, &connection->role))
		return why_set(why, "--role read or --role write is needed");
	if (!find_provider(line->words[0], provider, why))
		return false;
	ensure(text_copy(connection->name, sizeof(connection->name), provider->name));
	connection->secrets = read_secrets(provider, command_option(line, "--file"), why);
	if (connection->secrets == NULL)
		return false;
	return connection_set_url(connection, provider->base_url) ||
	       why_set(why, "base_url is too long");
}

static int
run(const struct command_line *line)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct provider provider = { .name = "" };
	struct why why = { "" };
	int code;
	ensure(connection != NULL);
	if (!begin(line, &provider, connection, &why)) {
		code = command_could_not(&why);
	} else {
		enum outcome outcome = probe(&provider, connection, &why);
		code = outcome == OUTCOME_DONE ? keep_credential(line, connection)
		                               : probe_failed(outcome, &why);
	}
	connection_free(connection);
	return code;
}

const struct command command_connect = {
	.name = "connect",
	.arguments = "NAME",
	.sentence = "store a credential, once a call that only looks has worked with it",
	.help = "  --role read|write   what it is for: read looks, write may change the world\n"
		"  --file FILE         the JSON object of its keys; without it, standard input\n\n"
		"NAME and keys: zapi {instance_id, token, client_token}, omie {app_key, "
		"app_secret},\n"
		"pix {base_url, token_url, client_id, client_secret, psp, cert_file, key_file},\n"
		"focus {token}.  Everywhere base_url may be given.\n"
		"Exit 1 when the provider refuses the credential, 2 when it could not be asked.",
	.options = "--role= --file=",
	.least = 1,
	.most = 1,
	.run = run,
};
