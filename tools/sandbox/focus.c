#include "tools/sandbox/focus.h"
void
focus_simulate(struct world *world, const struct http_request *request, int64_t now_ms, struct simulated *answer)
{
	(void)world; (void)request; (void)now_ms; simulated_json(answer, 500, json_object());
}
json_t *
focus_books_json(const struct world *world, int64_t now_ms)
{
	(void)world; (void)now_ms; return json_object();
}
void
focus_books_free(struct focus_books *books)
{
	(void)books;
}
