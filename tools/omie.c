/*
 * omie.
 */
#include "tools/tool.h"
#include "tools/omie.h"

const struct tool tool_omie = { .name = "omie", .duty = DUTY_LEDGER };
