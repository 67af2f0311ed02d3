#include "serve/routes.h"
void page_asset(const struct visit *v) { (void)v; }
void page_inbox(const struct visit *v) { http_answer_text(v->exchange, 200, "text/plain", "inbox"); }
void page_inbox_cases(const struct visit *v) { (void)v; }
void page_inbox_case(const struct visit *v) { (void)v; }
void page_receipts(const struct visit *v) { (void)v; }
