#include "tools/sandbox/omie.h"
void
omie_simulate(struct world *world, const struct http_request *request, int64_t now_ms, struct simulated *answer)
{
	(void)world; (void)request; (void)now_ms; simulated_json(answer, 500, json_object());
}
