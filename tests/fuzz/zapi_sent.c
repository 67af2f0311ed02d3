/*
 * What Z-API answers to a message of ours, and to the probe: "HTTP 200", headers, empty line, body.
 */
#include "channels/zapi.h"

#include "channels/channel.h"
#include "tests/fuzz/provider.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_response response;
	struct why why = { "" }, probe_why = { "" };
	struct sent sent = { "", "" };
	char *text = fuzz_text(data, size);
	struct connection *connection =
		fuzz_connection("zapi", "write", channel_zapi.base_url, false);
	http_response_init(&response);
	fuzz_read_response(text, size, &response);
	enum outcome outcome = channel_zapi.sent(&response, &sent, &why);
	fuzz_check_outcome(outcome, connection, &why);
	/* zapi.md section 1: only a 4xx says that nothing was queued, and 408 may be a proxy's. */
	bool turned_away =
		response.status >= 400 && response.status < 500 && response.status != 408;
	ensure((outcome == OUTCOME_REFUSED || outcome == OUTCOME_RETRY) == turned_away);
	ensure((outcome == OUTCOME_DONE) == (sent.message_id[0] != '\0'));
	ensure(outcome != OUTCOME_DONE || response.status / 100 == 2);
	fuzz_check_text(sent.message_id, sizeof(sent.message_id));
	fuzz_check_text(sent.queue_id, sizeof(sent.queue_id));
	outcome = channel_zapi.probe_answer(connection, &response, &probe_why);
	fuzz_check_outcome(outcome, connection, &probe_why);
	ensure(outcome != OUTCOME_DONE || response.status / 100 == 2);
	http_response_free(&response);
	connection_free(connection);
	free(text);
	return 0;
}
