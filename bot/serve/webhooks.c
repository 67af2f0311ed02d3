/*
 * Webhooks: the secret is in the path, compared in constant time; a wrong one is answered
 * as if nothing were there, and its body is not even read.  200 is answered only after the
 * commit that made the message durable (P9); until then the exchange waits.
 */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "serve/routes.h"

static void
acknowledge(void *context, bool durable)
{
	struct http_exchange *exchange = context;
	if (durable)
		http_answer_text(exchange, 200, "application/json", "{\"ok\":true}");
	else
		http_answer_error(exchange, 503, "not_durable", "send it again");
}

/* "zapi/SECRET" */
bool
webhook_is_ours(const struct server *server, const char *rest)
{
	const char *channel = server->folder.settings.channel;
	size_t length = strlen(channel);
	if (strncmp(rest, channel, length) != 0 || rest[length] != '/')
		return false;
	return server->webhook_secret[0] != '\0' &&
	       text_equal_secret(server->webhook_secret, rest + length + 1);
}

void
webhook_channel(const struct visit *visit)
{
	struct why why = { "" };
	if (!webhook_is_ours(visit->server, visit->rest)) {
		http_answer_error(visit->exchange, 404, "not_found", "there is nothing here");
		return;
	}
	switch (engine_receive(visit->server->engine, visit->request, acknowledge, visit->exchange,
	                       &why)) {
	case RECEIVED:
		break;
	case RECEIVED_FOREIGN:
		log_line(LOG_WARNING, "webhook.foreign", "why=\"%s\"", why.text);
		http_answer_error(visit->exchange, 401, "not_authentic", why.text);
		break;
	case RECEIVED_NONSENSE:
		log_line(LOG_WARNING, "webhook.nonsense", "why=\"%s\"", why.text);
		http_answer_error(visit->exchange, 400, "bad_request", why.text);
		break;
	case RECEIVED_TOO_MUCH:
		log_line(LOG_WARNING, "webhook.busy", "why=\"%s\"", why.text);
		http_answer_error(visit->exchange, 503, "busy", "send it again");
		break;
	}
}
