/*
 * For people: the pages, and what they show.
 *
 * A page is a file from inside the binary, without any data in it; its script asks for the
 * data beside it, as JSON.  So a page can be given to anybody who may see it at all, and
 * what that person may see of a case is decided in one place, shown_case.c.
 */
#include "base/text.h"
#include "io/clock.h"
#include "serve/routes.h"
#include "serve/shown_case.h"

/* Styles, scripts and pictures; the pages themselves stay behind their own rows. */
void
page_asset(const struct visit *visit)
{
	char path[64];
	bool is_page = text_ends_with(visit->rest, ".html");
	if (!is_page && text_format(path, sizeof(path), "templates/web/%s", visit->rest))
		visit_answer_asset(visit, path);
	else
		http_answer_error(visit->exchange, 404, "not_found", "there is nothing here");
}

void
page_inbox(const struct visit *visit)
{
	visit_answer_asset(visit, "templates/web/inbox.html");
}

void
page_receipts(const struct visit *visit)
{
	visit_answer_asset(visit, "templates/web/receipts.html");
}

/* Ages are counted by our clock, not by the reader's. */
static void
answer_shown(const struct visit *visit, json_t *shown)
{
	json_object_set_new(shown, "now_ms", json_integer(clock_now_ms()));
	json_object_set_new(shown, "revision",
	                    json_integer(engine_revision(visit->server->engine)));
	visit_answer_json(visit, 200, shown);
}

void
page_inbox_cases(const struct visit *visit)
{
	answer_shown(visit, shown_cases(visit->server->folder.store, &visit->staff));
}

void
page_inbox_case(const struct visit *visit)
{
	json_t *shown = shown_case(visit->server->folder.store, visit->rest, &visit->staff);
	if (shown != NULL)
		answer_shown(visit, shown);
	else
		http_answer_error(visit->exchange, 404, "not_found", "there is no such case");
}
