/*
 * What Z-API posts to the shop.
 *
 * What becomes of a webhook that met a dead process is not documented (zapi.md section 5: the community is
 * split).  This test's policy: it comes again, a fifth of a second later, until it is answered 200, and so
 * not always in the order in which it was written.  Only an answered one is a promise: from then on the
 * message must be in the store (P9).
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/clock.h"
#include "tests/kill/kill.h"

enum { AGAIN_MS_LEAST = 50, AGAIN_MS_MOST = 350, WEBHOOK_MS_MAX = 10 * 1000 };

struct webhook {
	struct run *run;
	struct webhook *next, **here;
	struct http_request request;
	char message_id[64]; /* of a customer's message; "" for anything else */
};

static void post(void *context);

static void
again_later(struct webhook *webhook)
{
	struct run *run = webhook->run;
	ensure(loop_after(run->loop, chance(run, AGAIN_MS_LEAST, AGAIN_MS_MOST), post, webhook));
}

static void
forget(struct webhook *webhook)
{
	*webhook->here = webhook->next;
	if (webhook->next != NULL)
		webhook->next->here = webhook->here;
	http_request_free(&webhook->request);
	free(webhook);
}

static void
posted(void *context, const struct http_end *end)
{
	struct webhook *webhook = context;
	struct run *run = webhook->run;
	int status = end->answered ? end->response->status : 0;
	if (status != 200) {
		if (status != 0 && status != 503)
			wrong(run, CHECK_MESSAGES, "%s was answered %d", webhook->message_id,
			      status);
		again_later(webhook);
		return;
	}
	if (webhook->message_id[0] != '\0') {
		examine_note_accepted(run, webhook->message_id);
		shop_moment(run, MOMENT_ACCEPTED);
	}
	forget(webhook);
}

static void
post(void *context)
{
	const struct http_call call = { .changes_world = true, .timeout_ms = WEBHOOK_MS_MAX };
	struct webhook *webhook = context;
	struct why why = { "" };
	if (!http_client_start(webhook->run->client, &webhook->request, &call, posted, webhook,
	                       &why))
		again_later(webhook);
	else if (webhook->message_id[0] != '\0')
		shop_moment(webhook->run, MOMENT_POSTED);
}

/* The id of what a customer wrote.  Echoes of the shop's own messages and statuses need not be kept. */
static void
read_message_id(struct webhook *webhook)
{
	const struct buffer *text = &webhook->request.body;
	char type[32];
	json_t *body = json_parse_object(buffer_text(text), text->length, WEBHOOK_BYTES_MAX, NULL);
	ensure(body != NULL);
	if (json_maybe_text(body, "type", type, sizeof(type)) &&
	    text_equal(type, "ReceivedCallback") && !json_maybe_true(body, "fromMe"))
		json_maybe_text(body, "messageId", webhook->message_id,
		                sizeof(webhook->message_id));
	json_decref(body);
}

static void
take(struct run *run, struct webhook *webhook)
{
	webhook->run = run;
	webhook->next = run->webhooks;
	webhook->here = &run->webhooks;
	if (run->webhooks != NULL)
		run->webhooks->here = &webhook->next;
	run->webhooks = webhook;
	read_message_id(webhook);
	post(webhook);
}

void
webhooks_post(struct run *run)
{
	for (;;) {
		struct webhook *webhook = calloc(1, sizeof(*webhook));
		ensure(webhook != NULL);
		http_request_init(&webhook->request);
		if (!zapi_callback(run->sandbox.chats, clock_now_ms(), &webhook->request)) {
			http_request_free(&webhook->request);
			free(webhook);
			return;
		}
		take(run, webhook);
	}
}

bool
webhooks_are_over(const struct run *run)
{
	return run->webhooks == NULL && zapi_next_due_ms(run->sandbox.chats) == INT64_MAX;
}
