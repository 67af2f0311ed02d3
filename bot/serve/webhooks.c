/*
 * Webhooks: the secret is in the path, compared in constant time; a wrong one is answered
 * as if nothing were there.  200 is answered only after the commit that made the message
 * durable (P9); until then the exchange waits.
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

/* "zapi/SECRET" names the configured channel and its secret. */
static bool
is_ours(const struct visit *visit)
{
	const char *channel = visit->server->folder.settings.channel;
	size_t length = strlen(channel);
	if (strncmp(visit->rest, channel, length) != 0 || visit->rest[length] != '/')
		return false;
	return visit->server->webhook_secret[0] != '\0' &&
	       text_equal_secret(visit->server->webhook_secret, visit->rest + length + 1);
}

void
webhook_channel(const struct visit *visit)
{
	struct why why = { "" };
	if (!is_ours(visit)) {
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
