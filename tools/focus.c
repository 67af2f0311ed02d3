/*
 * focus.
 */
#include "tools/tool.h"
#include "tools/focus.h"

const struct tool tool_focus = { .name = "focus", .duty = DUTY_INVOICE };
